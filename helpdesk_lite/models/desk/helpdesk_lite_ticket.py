from odoo import api, fields, models


class HelpdeskLiteTicket(models.Model):
    """Tell whose turn it is on an open ticket, for lists."""

    _inherit = 'helpdesk.lite.ticket'

    turn = fields.Selection(
        [('desk', 'Desk'), ('customer', 'Customer')], compute='_compute_turn',
        help="Whose turn it is: the desk's from the beginning, and after each public message of "
             "the customer; the customer's after an answer.")

    @api.depends('customer_has_answered', 'is_closed', 'message_ids')
    def _compute_turn(self):
        answered = self.filtered(
            lambda ticket: not ticket.customer_has_answered)._filter_answered()
        for ticket in self:
            if ticket.is_closed:
                ticket.turn = False
            else:
                ticket.turn = 'customer' if ticket in answered else 'desk'

    def _filter_answered(self):
        """Those of the tickets that have a public message of a person, by one query."""
        if not self.ids:
            return self.browse()
        # sudo: mail.message - only whether there is one, on tickets that the user reads
        groups = self.env['mail.message'].sudo()._read_group(
            self._get_public_answer_domain(), groupby=['res_id'])
        return self.browse(res_id for res_id, in groups)
