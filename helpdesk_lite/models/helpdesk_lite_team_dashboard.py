from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain


class HelpdeskLiteTeam(models.Model):
    """What a team's card on the dashboard counts, and where its links lead."""

    _inherit = 'helpdesk.lite.team'

    open_ticket_count = fields.Integer('Open Tickets', compute='_compute_open_counts')
    unassigned_ticket_count = fields.Integer('Unassigned Tickets', compute='_compute_open_counts')
    urgent_ticket_count = fields.Integer('Urgent Tickets', compute='_compute_open_counts')
    closed_ticket_count = fields.Integer(
        'Closed in the Last 7 Days', compute='_compute_closed_ticket_count')

    def _compute_open_counts(self):
        """Three counters of the tickets that the user may see, in one statement."""
        groups = self.env['helpdesk.lite.ticket']._read_group(
            [('team_id', 'in', self.ids), ('is_closed', '=', False)],
            ['team_id', 'priority'], ['__count', 'user_id:count'])
        totals = {team_id: [0, 0, 0] for team_id in self.ids}
        for team, priority, count, assigned in groups:
            total = totals[team.id]
            total[0] += count
            total[1] += count - assigned
            total[2] += count if priority == '3' else 0
        for team in self:
            (team.open_ticket_count, team.unassigned_ticket_count,
             team.urgent_ticket_count) = totals.get(team._origin.id, (0, 0, 0))

    def _compute_closed_ticket_count(self):
        groups = self.env['helpdesk.lite.ticket']._read_group(
            Domain('team_id', 'in', self.ids) & self._get_recently_closed_domain(),
            ['team_id'], ['__count'])
        counts = {team.id: count for team, count in groups}
        for team in self:
            team.closed_ticket_count = counts.get(team._origin.id, 0)

    def _get_recently_closed_domain(self):
        """Tickets that were closed within the last 7 days of 24 hours."""
        since = fields.Datetime.now() - timedelta(days=7)
        return Domain('is_closed', '=', True) & Domain('close_date', '>=', since)

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_view_tickets(self):
        """Open the team's pipeline."""
        return self._get_ticket_action('filter_open')

    def action_view_open_tickets(self):
        """Open the list of the team's open tickets."""
        return self._get_ticket_action('filter_open', first_view='list')

    def action_view_unassigned_tickets(self):
        """Open the list of the team's open tickets that nobody is assigned to."""
        return self._get_ticket_action('filter_open', 'filter_unassigned', first_view='list')

    def action_view_urgent_tickets(self):
        """Open the list of the team's open tickets of the highest priority."""
        return self._get_ticket_action('filter_open', 'filter_urgent', first_view='list')

    def action_view_closed_tickets(self):
        """Open the list of the team's tickets that were closed in the last 7 days."""
        return self._get_ticket_action('filter_closed_last_7_days', first_view='list')

    def _get_ticket_action(self, *filters, first_view='kanban'):
        """The action of the team's tickets with these search filters switched on."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'helpdesk_lite.helpdesk_lite_ticket_action_team')
        views = action['views']
        action['views'] = sorted(views, key=lambda view: view[1] != first_view)
        action['view_mode'] = ','.join(view_type for _id, view_type in action['views'])
        action['display_name'] = self.name
        action['domain'] = [('team_id', '=', self.id)]
        action['context'] = {
            'default_team_id': self.id,
            **{f'search_default_{name}': 1 for name in filters},
        }
        return action
