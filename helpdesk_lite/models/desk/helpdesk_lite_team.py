from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.seen_teams import SeenTeams


class HelpdeskLiteTeam(models.Model):
    """What a team's card on the dashboard counts, and where its links lead."""

    _inherit = 'helpdesk.lite.team'

    open_ticket_count = fields.Integer('Open Tickets', compute='_compute_ticket_counts')
    unassigned_ticket_count = fields.Integer(
        'Unassigned Tickets', compute='_compute_ticket_counts')
    urgent_ticket_count = fields.Integer('Urgent Tickets', compute='_compute_ticket_counts')
    closed_ticket_count = fields.Integer(
        'Closed in the Last 7 Days', compute='_compute_ticket_counts')

    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_ticket_counts(self):
        """Count the tickets that the user may see, for all teams in one statement.

        Its two halves have an index each: one over the open tickets, one on ``close_date``.
        """
        counts = {}
        if self.ids:
            counts = {team_id: row for team_id, *row in self.env.execute_query(
                self._get_count_query())}
        for team in self:
            (team.open_ticket_count, team.unassigned_ticket_count, team.urgent_ticket_count,
             team.closed_ticket_count) = counts.get(team._origin.id, (0, 0, 0, 0))

    def _get_count_query(self):
        """A SELECT of team, open, unassigned, urgent and recently closed tickets.

        Recently closed means within the last 7 days of 24 hours.
        """
        Ticket = self.env['helpdesk.lite.ticket']
        Ticket.flush_model([
            'active', 'team_id', 'company_id', 'is_closed', 'close_date', 'priority', 'user_id'])
        if not self.env.su:
            # of a team that they see, users see all tickets: the rules needn't look who sees what
            seen, visible = SeenTeams(), self._origin._filtered_access('read')
            seen.answers[Ticket._get_view_of_teams()] = set(visible.ids), visible == self._origin
            Ticket = Ticket.with_context(helpdesk_lite_seen_teams=seen)
        query = Ticket._search([('team_id', 'in', self.ids)])
        if query.is_empty():
            return SQL('SELECT 0, 0, 0, 0, 0 WHERE FALSE')
        return SQL(
            """SELECT team_id, count(*) FILTER (WHERE is_open),
                      count(*) FILTER (WHERE is_open AND user_id IS NULL),
                      count(*) FILTER (WHERE is_open AND priority = '3'),
                      count(*) FILTER (WHERE NOT is_open)
                 FROM (SELECT team_id, user_id, priority, TRUE AS is_open FROM %(tables)s
                        WHERE %(where)s AND helpdesk_lite_ticket.is_closed IS NOT TRUE
                    UNION ALL
                       SELECT team_id, NULL, NULL, FALSE FROM %(tables)s
                        WHERE %(where)s AND helpdesk_lite_ticket.is_closed IS TRUE
                          AND helpdesk_lite_ticket.close_date >= %(since)s) ticket
                GROUP BY team_id""",
            tables=query.from_clause, where=query.where_clause or SQL('TRUE'),
            since=fields.Datetime.now() - timedelta(days=7))

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    @api.readonly
    def action_view_tickets(self):
        """Open the team's pipeline."""
        return self._get_ticket_action('filter_open')

    @api.readonly
    def action_view_open_tickets(self):
        """Open the list of the team's open tickets."""
        return self._get_ticket_action('filter_open', first_view='list')

    @api.readonly
    def action_view_unassigned_tickets(self):
        """Open the list of the team's open tickets that nobody is assigned to."""
        return self._get_ticket_action('filter_open', 'filter_unassigned', first_view='list')

    @api.readonly
    def action_view_urgent_tickets(self):
        """Open the list of the team's open tickets of the highest priority."""
        return self._get_ticket_action('filter_open', 'filter_urgent', first_view='list')

    @api.readonly
    def action_view_closed_tickets(self):
        """Open the list of the team's tickets that were closed in the last 7 days."""
        return self._get_ticket_action('filter_closed_last_7_days', first_view='list')

    def _get_ticket_action(self, *filters, first_view='kanban'):
        """The action of the team's tickets with these search filters switched on."""
        self.ensure_one()
        self.check_access('read')  # reading the action reads the team as superuser
        # with the team in the context, an empty screen names its address
        action = self.env['ir.actions.act_window'].with_context(active_id=self.id)._for_xml_id(
            'helpdesk_lite.helpdesk_lite_ticket_action_team')
        views = action['views']
        action['views'] = sorted(views, key=lambda view: view[1] != first_view)
        action['view_mode'] = ','.join(view_type for _id, view_type in action['views'])
        action['display_name'] = self.name
        action['domain'] = [('team_id', '=', self.id)]
        action['context'] = {
            'default_team_id': self.id,
            'helpdesk_lite_ask': True,
            **{f'search_default_{name}': 1 for name in filters},
        }
        return action
