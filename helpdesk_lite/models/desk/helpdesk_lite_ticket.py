from odoo import api, fields, models

CHANNELS = [
    ('mail', 'E-mail'), ('form', 'Form'), ('portal', 'Portal'), ('agent', 'Agent'),
    ('import', 'Import'),
]


class HelpdeskLiteTicket(models.Model):
    """By what way a ticket came in."""

    _inherit = 'helpdesk.lite.ticket'

    channel = fields.Selection(
        CHANNELS, readonly=True, copy=False, help='By what way the ticket came in.')

    def _prepare_create_vals_list(self, vals_list):
        channel = self._get_channel()
        for vals in vals_list:
            vals.setdefault('channel', channel)
        return super()._prepare_create_vals_list(vals_list)

    @api.model
    def _get_channel(self):
        """Hook: tell by what way a ticket that is being made comes in."""
        if self._is_made_by_mail() or self._get_incoming_mail():
            return 'mail'
        return 'import' if self.env.context.get('helpdesk_lite_import') else 'agent'
