from odoo import api, fields, models
from odoo.exceptions import UserError


class HelpdeskLiteMacroApply(models.TransientModel):
    """Asks which macro is applied to the selected tickets: those are offered that fit all."""

    _name = 'helpdesk.lite.macro.apply'
    _description = 'Apply Helpdesk Macro'

    ticket_ids = fields.Many2many(
        'helpdesk.lite.ticket', string='Tickets',
        default=lambda self: self._default_ticket_ids())
    ticket_count = fields.Integer(compute='_compute_macro_ids')
    macro_ids = fields.Many2many(
        'helpdesk.lite.macro', string='Macros That Fit', compute='_compute_macro_ids')
    macro_id = fields.Many2one(
        'helpdesk.lite.macro', domain="[('id', 'in', macro_ids)]", ondelete='cascade')

    @api.model
    def _default_ticket_ids(self):
        context = self.env.context
        if context.get('active_model') != 'helpdesk.lite.ticket':
            return False
        return self.env['helpdesk.lite.ticket'].browse(
            context.get('active_ids') or ()).exists()._filtered_access('read')

    @api.constrains('ticket_ids', 'macro_id')
    def _check_seen(self):
        for wizard in self.sudo(False):  # checks run in superuser mode
            wizard.ticket_ids.check_access('read')
            wizard.macro_id.check_access('read')

    @api.depends('ticket_ids')
    def _compute_macro_ids(self):
        for wizard in self:
            tickets = wizard.ticket_ids._origin
            wizard.ticket_count = len(tickets)
            wizard.macro_ids = self.env['helpdesk.lite.macro']._get_for(tickets)

    def action_apply(self):
        """Apply the chosen macro to the tickets."""
        self.ensure_one()
        if not self.macro_id:
            raise UserError(self.env._('Choose a macro.'))
        action = self.macro_id._apply(self.ticket_ids)
        return action if isinstance(action, dict) else {'type': 'ir.actions.act_window_close'}
