from odoo import api, fields, models


class HelpdeskLiteTicketAnswerAll(models.TransientModel):
    """One answer to the customers of all open children of an incident."""

    _name = 'helpdesk.lite.ticket.answer.all'
    _description = 'Answer All Children of a Helpdesk Ticket'

    ticket_id = fields.Many2one(
        'helpdesk.lite.ticket', 'Incident', required=True, readonly=True, ondelete='cascade')
    child_count = fields.Integer('Customers', compute='_compute_counts')
    left_out_count = fields.Integer('Without Customer', compute='_compute_counts')
    body = fields.Html('Answer', sanitize_style=True, required=True)
    attachment_ids = fields.Many2many(
        'ir.attachment', 'helpdesk_lite_answer_all_attachment_rel', 'wizard_id', 'attachment_id',
        'Files', bypass_search_access=True)

    @api.depends('ticket_id')
    def _compute_counts(self):
        for wizard in self:
            children = wizard.ticket_id._get_open_children()
            wizard.child_count = len(children._filter_with_customer())
            wizard.left_out_count = len(children) - wizard.child_count

    def action_send(self):
        """Write to all of them, as the user."""
        self.ensure_one()
        self.ticket_id.check_access('write')
        self.attachment_ids.check_access('read')
        self.ticket_id._answer_children(self.body, self.attachment_ids)
        return {'type': 'ir.actions.act_window_close'}
