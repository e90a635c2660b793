from datetime import timedelta
from itertools import chain

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.seen_teams import SeenTeams

# Tickets on a team's card
FIRST = 7


class HelpdeskLiteTeam(models.Model):
    """What a team's card on the dashboard counts, and where its links lead."""

    _inherit = 'helpdesk.lite.team'

    open_ticket_count = fields.Integer('Open Tickets', compute='_compute_ticket_counts')
    unassigned_ticket_count = fields.Integer(
        'Unassigned Tickets', compute='_compute_ticket_counts')
    urgent_ticket_count = fields.Integer('Urgent Tickets', compute='_compute_ticket_counts')
    closed_ticket_count = fields.Integer(
        'Closed in the Last 7 Days', compute='_compute_ticket_counts')
    first_tickets = fields.Json(
        'Most Urgent Tickets', compute='_compute_ticket_counts',
        help='The first open tickets by priority: id, priority, name, ref, answered.')

    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_ticket_counts(self):
        """Count the tickets that the user may see, for all teams in one statement.

        Its two halves have an index each: one over the open tickets, one on ``close_date``.
        """
        rows = {}
        if self.ids:
            rows = {team_id: row for team_id, *row in self.env.execute_query(
                self._get_count_query())}
        for team in self:
            (team.open_ticket_count, team.unassigned_ticket_count, team.urgent_ticket_count,
             team.closed_ticket_count, first) = rows.get(team._origin.id, (0, 0, 0, 0, None))
            team.first_tickets = sorted(
                chain.from_iterable(first or []), reverse=True,
                key=lambda ticket: (ticket['priority'], ticket['id']))[:FIRST]

    def _get_count_query(self):
        """A SELECT of team, open, unassigned, urgent and recently closed tickets, and the first.

        Recently closed means within the last 7 days of 24 hours.
        """
        query = self._get_counted_tickets()._search([('team_id', 'in', self.ids)])
        if query.is_empty():
            return SQL('SELECT 0, 0, 0, 0, 0, NULL WHERE FALSE')
        tickets = {'tables': query.from_clause, 'where': query.where_clause or SQL('TRUE')}
        return SQL(
            """WITH part AS (
                   SELECT team_id, stage_id, count(*) AS opened,
                          count(*) FILTER (WHERE user_id IS NULL) AS unassigned,
                          count(*) FILTER (WHERE priority = '3') AS urgent, 0 AS closed
                     FROM %(tables)s
                    WHERE %(where)s AND helpdesk_lite_ticket.is_closed IS NOT TRUE
                    GROUP BY team_id, stage_id
               UNION ALL
                   SELECT team_id, NULL, 0, 0, 0, count(*) FROM %(tables)s
                    WHERE %(where)s AND helpdesk_lite_ticket.is_closed IS TRUE
                      AND helpdesk_lite_ticket.close_date >= %(since)s
                    GROUP BY team_id)
               SELECT part.team_id, sum(opened)::int, sum(unassigned)::int, sum(urgent)::int,
                      sum(closed)::int, jsonb_agg(head.tickets)
                          FILTER (WHERE head.tickets IS NOT NULL)
                 FROM part LEFT JOIN LATERAL (%(first)s) head ON part.opened > 0
                GROUP BY part.team_id""",
            since=fields.Datetime.now() - timedelta(days=7),
            first=self._get_first_query(tickets), **tickets)

    @api.model
    def _get_first_query(self, tickets):
        """A SELECT of the first tickets of a ``part``, a team's stage, as its column shows them.

        The index of the pipeline gives them without reading the others.

        :param dict tickets: the SQL ``tables`` and ``where``
        """
        return SQL(
            """SELECT jsonb_agg(jsonb_build_object(
                          'id', id, 'priority', priority, 'name', name, 'ref', ticket_ref,
                          'answered', waiting_for = 'desk' AND first_response_date IS NOT NULL
                          )) AS tickets
                 FROM (SELECT helpdesk_lite_ticket.id, priority, name, ticket_ref,
                              waiting_for, first_response_date
                         FROM %(tables)s
                        WHERE %(where)s AND helpdesk_lite_ticket.is_closed IS NOT TRUE
                          AND helpdesk_lite_ticket.team_id = part.team_id
                          AND helpdesk_lite_ticket.stage_id = part.stage_id
                        ORDER BY priority DESC, helpdesk_lite_ticket.id DESC
                        LIMIT %(limit)s) ticket""", limit=FIRST, **tickets)

    def _get_counted_tickets(self):
        """The model of tickets, flushed, with what the rules need not look for again."""
        Ticket = self.env['helpdesk.lite.ticket']
        Ticket.flush_model([
            'active', 'team_id', 'stage_id', 'company_id', 'is_closed', 'close_date', 'priority',
            'user_id', 'name', 'ticket_ref', 'waiting_for',
            'first_response_date'])
        if self.env.su:
            return Ticket
        # of a team that they see, users see all tickets: the rules needn't look who sees what
        seen, visible = SeenTeams(), self._origin._filtered_access('read')
        seen.answers[Ticket._get_view_of_teams()] = set(visible.ids), visible == self._origin
        return Ticket.with_context(helpdesk_lite_seen_teams=seen)

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
