from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

DAYS = 30


class HelpdeskLiteTeam(models.Model):
    """How a team was rated in the last 30 days, for its card and for the portal."""

    _inherit = 'helpdesk.lite.team'

    recent_rating_avg = fields.Float(
        'Average Rating (30 days)', compute='_compute_recent_ratings', digits=(2, 1),
        help='Of 5: the average of the ratings that customers gave in the last 30 days.')
    recent_rating_count = fields.Integer(
        'Ratings (30 days)', compute='_compute_recent_ratings',
        help='How many customers rated in the last 30 days.')
    recent_request_count = fields.Integer(
        'Rating Requests (30 days)', compute='_compute_recent_ratings',
        help='How many tickets the customer was asked to rate in the last 30 days.')
    recent_answer_share = fields.Integer(
        'Requests Answered (%)', compute='_compute_recent_ratings',
        help='How many of the requests of the last 30 days were answered, in percent.')

    @api.depends('use_rating')
    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_recent_ratings(self):
        """Count the ratings of tickets that the user may see, for all teams in one statement."""
        rated = self.filtered('use_rating')
        rows = {}
        if rated.ids:
            rows = {team_id: row for team_id, *row in self.env.execute_query(
                rated._get_rating_query())}
        for team in self:
            total, count, requests, answers = rows.get(team._origin.id, (0, 0, 0, 0))
            team.recent_rating_avg = total / count if count else 0
            team.recent_rating_count = count
            team.recent_request_count = requests
            team.recent_answer_share = round(100 * answers / requests) if requests else 0

    def _get_rating_query(self):
        """A SELECT of team, sum and number of ratings, requests, and answered requests."""
        self.env['rating.rating'].flush_model()
        Ticket = self._get_counted_tickets().with_context(active_test=False)
        Ticket.flush_model(['rating_request_date'])
        query = Ticket._search([('team_id', 'in', self.ids)])
        if query.is_empty():
            return SQL('SELECT 0, 0, 0, 0, 0 WHERE FALSE')
        return SQL(
            """SELECT team_id, sum(total), sum(count)::int, sum(requests)::int, sum(answers)::int
                 FROM (SELECT helpdesk_lite_ticket.team_id, sum(rating.rating) AS total,
                              count(*) AS count, 0 AS requests, 0 AS answers
                         FROM %(tables)s JOIN rating_rating rating
                           ON rating.res_id = helpdesk_lite_ticket.id
                          AND rating.res_model = 'helpdesk.lite.ticket'
                        WHERE %(where)s AND rating.consumed AND rating.rated_on >= %(since)s
                        GROUP BY 1
                    UNION ALL
                       SELECT helpdesk_lite_ticket.team_id, 0, 0, count(*),
                              count(*) FILTER (WHERE EXISTS (
                                  SELECT 1 FROM rating_rating answer
                                   WHERE answer.res_id = helpdesk_lite_ticket.id
                                     AND answer.res_model = 'helpdesk.lite.ticket'
                                     AND answer.consumed AND answer.rated_on
                                         >= helpdesk_lite_ticket.rating_request_date))
                         FROM %(tables)s
                        WHERE %(where)s
                          AND helpdesk_lite_ticket.rating_request_date >= %(since)s
                        GROUP BY 1) part
                GROUP BY team_id""",
            tables=query.from_clause, where=query.where_clause or SQL('TRUE'),
            since=fields.Datetime.now() - timedelta(days=DAYS))

    @api.readonly
    def action_view_ratings(self):
        """Open the team's ratings of the last 30 days."""
        self.ensure_one()
        self.check_access('read')  # reading the action reads the team as superuser
        action = self.env['ir.actions.act_window']._for_xml_id(
            'helpdesk_lite.rating_rating_action_helpdesk_lite')
        action['display_name'] = self.env._('Customer Ratings: %s', self.name)
        action['domain'] = [
            ('res_model', '=', 'helpdesk.lite.ticket'), ('consumed', '=', True),
            ('parent_res_model', '=', self._name), ('parent_res_id', '=', self.id)]
        return action
