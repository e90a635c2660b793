from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import snooze


class HelpdeskLiteTicketSnooze(models.TransientModel):
    """Asks until when tickets are snoozed: a choice is one click, a date two."""

    _name = 'helpdesk.lite.ticket.snooze'
    _description = 'Snooze Helpdesk Tickets'

    ticket_ids = fields.Many2many(
        'helpdesk.lite.ticket', string='Tickets',
        default=lambda self: self._default_ticket_ids())
    ticket_count = fields.Integer(compute='_compute_dates')
    later_is_today = fields.Boolean(compute='_compute_dates')
    later_date = fields.Datetime(compute='_compute_dates')
    tomorrow_date = fields.Datetime(compute='_compute_dates')
    monday_date = fields.Datetime(compute='_compute_dates')
    week_date = fields.Datetime(compute='_compute_dates')
    until = fields.Datetime('Date')

    @api.model
    def _default_ticket_ids(self):
        context = self.env.context
        if context.get('active_model') != 'helpdesk.lite.ticket':
            return False
        return self.env['helpdesk.lite.ticket'].browse(
            context.get('active_ids') or ()).exists()._filtered_access('read')

    @api.constrains('ticket_ids')
    def _check_ticket_ids(self):
        self.sudo(False).ticket_ids.check_access('read')  # checks run in superuser mode

    @api.depends('ticket_ids')
    def _compute_dates(self):
        """Show when the first ticket would wake: the others by the hours of their own teams."""
        for wizard in self:
            tickets = wizard.ticket_ids._origin
            wizard.ticket_count = len(tickets)
            team = tickets[:1].team_id
            for choice in snooze.CHOICES:
                wizard[f'{choice}_date'] = bool(team) and team._get_wake_time(choice)
            wizard.later_is_today = bool(team) and team._is_today(wizard.later_date)

    def action_later(self):
        """Snooze for three working hours."""
        return self._apply('later')

    def action_tomorrow(self):
        """Snooze until the team opens tomorrow, or on its next working day."""
        return self._apply('tomorrow')

    def action_monday(self):
        """Snooze until the team opens on Monday."""
        return self._apply('monday')

    def action_week(self):
        """Snooze until the team opens in a week."""
        return self._apply('week')

    def _apply(self, choice):
        self._get_tickets()._snooze(choice)
        return {'type': 'ir.actions.act_window_close'}

    def action_until(self):
        """Snooze until the date that was chosen."""
        if not self.until:
            raise UserError(self.env._('Choose until when the tickets are snoozed.'))
        self._get_tickets().write({'snooze_until': self.until})
        return {'type': 'ir.actions.act_window_close'}

    def _get_tickets(self):
        """The tickets that can be snoozed: of a selection, closed ones are left alone."""
        self.ensure_one()
        tickets = self.ticket_ids
        if len(tickets) > 1:
            tickets = tickets.filtered(lambda ticket: not ticket.is_closed)
        if not tickets:
            raise UserError(self.env._("Select open tickets: closed ones can't be snoozed."))
        return tickets
