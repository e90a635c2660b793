from datetime import timedelta
from itertools import chain

from odoo import api, fields, models
from odoo.tools import SQL

# Tickets on a team's card
FIRST = 7
RECENT = timedelta(days=7)


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
    sla_failed_count = fields.Integer('SLA Failed Now', compute='_compute_ticket_counts')
    sla_settled_count = fields.Integer(
        'SLA Deadlines of 7 Days', compute='_compute_ticket_counts',
        help='Deadlines that were reached, or passed without it, in the last 7 days.')
    sla_reached_share = fields.Float(
        'SLA Reached in 7 Days', compute='_compute_ticket_counts',
        help='Of the deadlines of the last 7 days, those that were reached.')

    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_ticket_counts(self):
        """Count the tickets that the user may see, for all teams in one statement.

        Each of its parts has an index: one over the open tickets, one on ``close_date``, one on
        ``sla_deadline``; those of clocks are on when they were reached, or failed.
        """
        rows = {}
        if self.ids:
            rows = {team_id: row for team_id, *row in self.env.execute_query(
                self._get_count_query())}
        for team in self:
            (team.open_ticket_count, team.unassigned_ticket_count, team.urgent_ticket_count,
             team.closed_ticket_count, team.sla_failed_count, team.sla_settled_count, reached,
             first) = rows.get(team._origin.id, (0, 0, 0, 0, 0, 0, 0, None))
            team.sla_reached_share = team.sla_settled_count and reached / team.sla_settled_count
            team.first_tickets = sorted(
                chain.from_iterable(first or []), reverse=True,
                key=lambda ticket: (ticket['priority'], ticket['id']))[:FIRST]

    def _get_count_query(self):
        """A SELECT of team, open, unassigned, urgent and recently closed tickets, of those that
        are late, of recent deadlines and those of them that were reached, and the first tickets.

        Recently means within the last 7 days of 24 hours.
        """
        query = self._get_counted_tickets()._search([('team_id', 'in', self.ids)])
        if query.is_empty():
            return SQL('SELECT 0, 0, 0, 0, 0, 0, 0, 0, NULL WHERE FALSE')
        tickets = {'tables': query.from_clause, 'where': query.where_clause or SQL('TRUE')}
        # without the list of teams, through which PostgreSQL would go again for each part
        seen = self._get_counted_tickets()._search([])
        return SQL(
            """WITH part AS (
                   SELECT team_id, stage_id, count(*) AS opened,
                          count(*) FILTER (WHERE user_id IS NULL) AS unassigned,
                          count(*) FILTER (WHERE priority = '3') AS urgent, 0 AS closed,
                          0 AS late, 0 AS settled, 0 AS reached
                     FROM %(tables)s
                    WHERE %(where)s AND helpdesk_lite_ticket.is_closed IS NOT TRUE
                    GROUP BY team_id, stage_id
               UNION ALL
                   SELECT team_id, NULL, 0, 0, 0, count(*), 0, 0, 0 FROM %(tables)s
                    WHERE %(where)s AND helpdesk_lite_ticket.is_closed IS TRUE
                      AND helpdesk_lite_ticket.close_date >= %(since)s
                    GROUP BY team_id
               UNION ALL %(promises)s)
               SELECT part.team_id, sum(opened)::int, sum(unassigned)::int, sum(urgent)::int,
                      sum(closed)::int, sum(late)::int, sum(settled)::int, sum(reached)::int,
                      json_agg(head.tickets)
                          FILTER (WHERE head.tickets IS NOT NULL)
                 FROM part LEFT JOIN LATERAL (%(first)s) head ON part.opened > 0
                GROUP BY part.team_id""",
            since=fields.Datetime.now() - RECENT, promises=self._get_promise_query(tickets),
            first=self._get_first_query(
                {'tables': seen.from_clause, 'where': seen.where_clause or SQL('TRUE')}),
            **tickets)

    @api.model
    def _get_promise_query(self, tickets):
        """A SELECT of a ``part`` for tickets that are late, and one for recent deadlines.

        A deadline counts once: when it was reached in time, or when it passed without it.

        :param dict tickets: the SQL ``tables`` and ``where``
        """
        now = fields.Datetime.now()
        return SQL(
            """    SELECT team_id, NULL, 0, 0, 0, 0, count(*), 0, 0 FROM %(tables)s
                    WHERE %(where)s AND helpdesk_lite_ticket.is_closed IS NOT TRUE
                      AND helpdesk_lite_ticket.sla_deadline < %(now)s
                    GROUP BY team_id
               UNION ALL
                   SELECT team_id, NULL, 0, 0, 0, 0, 0, count(*),
                          count(*) FILTER (WHERE clock.reached)
                     FROM (SELECT ticket_id, TRUE AS reached FROM helpdesk_lite_sla_status
                            WHERE state = 'reached' AND reached_datetime >= %(since)s
                        UNION ALL
                           SELECT ticket_id, FALSE FROM helpdesk_lite_sla_status
                            WHERE state = 'failed' AND deadline >= %(since)s
                        UNION ALL
                           SELECT ticket_id, FALSE FROM helpdesk_lite_sla_status
                            WHERE state = 'ongoing' AND deadline >= %(since)s
                              AND deadline < %(now)s) clock, %(tables)s
                    WHERE %(where)s AND helpdesk_lite_ticket.id = clock.ticket_id
                    GROUP BY team_id""", now=now, since=now - RECENT, **tickets)

    @api.model
    def _get_first_query(self, tickets):
        """A SELECT of the first tickets of a ``part``, a team's stage, as its column shows them.

        The index of the pipeline gives them without reading the others.

        :param dict tickets: the SQL ``tables`` and ``where``
        """
        return SQL(
            """SELECT json_agg(json_build_object(
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
        """The model of tickets, flushed."""
        Ticket = self.env['helpdesk.lite.ticket']
        Ticket.flush_model([
            'active', 'team_id', 'stage_id', 'company_id', 'is_closed', 'close_date', 'priority',
            'user_id', 'name', 'ticket_ref', 'waiting_for', 'first_response_date', 'sla_deadline'])
        return Ticket

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

    @api.readonly
    def action_view_tickets_by_deadline(self):
        """Open the list of the team's open tickets in order of their deadlines."""
        return self._get_ticket_action('filter_open', first_view='list', action='team_deadline')

    @api.readonly
    def action_view_late_tickets(self):
        """Open the list of the team's open tickets whose deadline has passed."""
        return self._get_ticket_action('filter_sla_late', first_view='list', action='team_deadline')

    @api.readonly
    def action_view_recent_deadlines(self):
        """Open the list of the team's deadlines that were reached or passed in the last 7 days."""
        self.ensure_one()
        self.check_access('read')
        return {
            **self.env['ir.actions.act_window']._for_xml_id(
                'helpdesk_lite.helpdesk_lite_sla_status_action'),
            'display_name': self.name,
            'domain': [('ticket_id.team_id', '=', self.id)],
            'context': {'search_default_filter_settled_last_7_days': 1},
        }

    def _get_ticket_action(self, *filters, first_view='kanban', action='team'):
        """The action of the team's tickets with these search filters switched on."""
        self.ensure_one()
        self.check_access('read')  # reading the action reads the team as superuser
        # with the team in the context, an empty screen names its address
        action = self.env['ir.actions.act_window'].with_context(active_id=self.id)._for_xml_id(
            f'helpdesk_lite.helpdesk_lite_ticket_action_{action}')
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
