from odoo import api, fields, models
from odoo.exceptions import UserError


class HelpdeskLiteSlaEvent(models.Model):
    """The ledger of clocks: each thing that happened to a promise, once and for all.

    Nobody changes or deletes a row, superuser code included. Rows go only with their ticket.
    """

    _name = 'helpdesk.lite.sla.event'
    _description = 'Helpdesk SLA Ledger'
    _order = 'id'
    _rec_name = 'reason'

    status_id = fields.Many2one(
        'helpdesk.lite.sla.status', 'Promise', required=True, readonly=True, index=True,
        ondelete='cascade')
    ticket_id = fields.Many2one(related='status_id.ticket_id')
    kind = fields.Selection(
        [
            ('started', 'Started'), ('paused', 'Paused'), ('resumed', 'Resumed'),
            ('replanned', 'Target changed'), ('reached', 'Reached'), ('failed', 'Failed'),
            ('withdrawn', 'Withdrawn'), ('cancelled', 'Cancelled'), ('reopened', 'Reopened'),
        ], string='What', required=True, readonly=True)
    date = fields.Datetime('When', required=True, readonly=True)
    reason = fields.Char('Why', required=True, readonly=True)
    cause = fields.Char(
        readonly=True, export_string_translation=False, help='Technical: why, as programs read it.')
    user_id = fields.Many2one('res.users', 'Who', readonly=True, ondelete='set null')
    minutes = fields.Integer(
        'Minutes Counted', readonly=True, help='Minutes of the clock since the row before.')
    deadline = fields.Datetime('Deadline from then on', readonly=True)

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        """Refuse rows that nothing happened for: only clocks write their ledger."""
        raise UserError(self.env._('Only what happens writes the ledger of SLA deadlines.'))

    def write(self, vals):  # pylint: disable=method-required-super
        """Refuse to change what happened."""
        raise UserError(self.env._('What happened to an SLA deadline is never changed.'))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        """Refuse to forget what happened."""
        raise UserError(self.env._('What happened to an SLA deadline is never deleted.'))
