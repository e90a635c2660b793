from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.mail_out.helpdesk_lite_ticket_send import SOLVE, WAIT

TICKET = 'helpdesk.lite.ticket'


class MailComposeMessage(models.TransientModel):
    """Send & solve and Send & wait in the full composer, too."""

    _inherit = 'mail.compose.message'

    helpdesk_lite_can_solve = fields.Boolean(compute='_compute_helpdesk_lite_answer')
    helpdesk_lite_can_wait = fields.Boolean(compute='_compute_helpdesk_lite_answer')

    @api.depends('model', 'res_ids', 'composition_mode')
    def _compute_helpdesk_lite_answer(self):
        """Whether it answers one open ticket, which whoever sends may write."""
        for wizard in self:
            ids = wizard._evaluate_res_ids() if (
                wizard.model == TICKET and wizard.composition_mode == 'comment') else []
            ticket = self.env[TICKET].browse(ids[:1] if len(ids) == 1 else []).exists()
            is_open = bool(ticket) and ticket.has_access('write') and not ticket.is_closed
            wizard.helpdesk_lite_can_solve = is_open
            wizard.helpdesk_lite_can_wait = is_open and ticket._get_answer_choices()['canWait']

    def action_send_and_solve(self):
        """Send the answer and solve its ticket, both or nothing."""
        return self._send_and_go_on(SOLVE)

    def action_send_and_wait(self):
        """Send the answer and let its ticket wait for the customer, both or nothing."""
        return self._send_and_go_on(WAIT)

    def _send_and_go_on(self, then):
        self.ensure_one()
        if self.model != TICKET or self.composition_mode != 'comment':
            raise UserError(self.env._('Only an answer on a ticket can solve it.'))
        _mails, messages = self._action_send_mail()
        for message in messages:
            self.env[TICKET].browse(message.res_id)._go_on_after_answer(message, then)
        return {'type': 'ir.actions.act_window_close'}
