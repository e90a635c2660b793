from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import formataddr

from ...tools import answer_times

SOLVE, WAIT = 'solve', 'wait'


class HelpdeskLiteTicket(models.Model):
    """Send an answer, in the team's name or a person's, and solve or let wait by the same click."""

    _inherit = 'helpdesk.lite.ticket'

    # ------------------------------------------------------------------
    # Send & solve, Send & wait
    # ------------------------------------------------------------------

    @api.model
    def _get_allowed_message_params(self):
        """What the chatter may say with a message: besides, what an agent does by sending it."""
        names = super()._get_allowed_message_params()
        if self.env.user._is_internal():
            names = names | {'helpdesk_lite_then', 'helpdesk_lite_as_team'}
        return names

    def _get_notify_valid_parameters(self):
        return super()._get_notify_valid_parameters() | {'helpdesk_lite_then'}

    def _get_message_create_valid_field_names(self):
        return super()._get_message_create_valid_field_names() | {'helpdesk_lite_as_team'}

    def _after_post(self, message, values):  # pylint: disable=missing-return
        super()._after_post(message, values)
        if then := values.get('helpdesk_lite_then'):
            self._go_on_after_answer(message, then)

    def _go_on_after_answer(self, message, then):
        """Solve the ticket that was just answered, or let it wait for the customer.

        It is one transaction with the answer: where it fails nothing is sent.

        :param message: the ``mail.message``
        :param str then: ``solve`` or ``wait``
        """
        # sudo: mail.message - what the system noted of it
        if then not in (SOLVE, WAIT) or message.sudo().helpdesk_lite_side != answer_times.ANSWER:
            raise UserError(self.env._(
                'Only an answer to the customer can be sent and solve its ticket.'))
        ticket = self.sudo(False)  # mail posts in superuser mode: what follows is the agent's act
        if then == SOLVE:
            ticket.action_solve()
            return
        # sudo: helpdesk.lite.team - a stage of the ticket's own team; writing is checked
        stage = ticket.sudo().team_id.wait_stage_id
        ticket.check_access('write')
        if stage and not ticket.is_closed and ticket.stage_id != stage:
            ticket.write({'stage_id': stage.id})

    def _thread_to_store(self, store, fields, *, request_list=None):
        """Tell the chatter of agents what they may do by sending an answer."""
        res = super()._thread_to_store(store, fields, request_list=request_list)
        if 'suggestedRecipients' in (request_list or ()) and self.env.user._is_internal():
            for ticket in self.sudo(False)._filtered_access('read'):
                store.add(ticket, {'helpdeskLiteAnswer': ticket._get_answer_choices()},
                          as_thread=True)
        return res

    def _get_answer_choices(self):
        """What the composer of the ticket offers: plain values for the web client."""
        # sudo: helpdesk.lite.team - of the ticket's own team: its name, and what it chose
        team = self.sudo().team_id
        return {
            'isClosed': self.is_closed, 'canWait': bool(team.wait_stage_id),
            'sendAs': team.send_as, 'teamName': team.name,
        }

    # ------------------------------------------------------------------
    # Send as
    # ------------------------------------------------------------------

    def _get_team_sender(self):
        """Return the address of a mail in the team's name; False where there is no address."""
        company = self.team_id.company_id
        address = (self.team_id.alias_email or company.partner_id.email_normalized
                   or company.default_from_email)
        return formataddr((self.team_id.name, address)) if address else False

    def _put_team_before(self, values):
        """Put the team's name into a mail that goes out, in place of the person's.

        :param dict values: of ``mail.mail._prepare_outgoing_list``
        """
        if sender := self._get_team_sender():
            values['headers'] = {**values['headers'], 'From': sender}
        if found := self._normalize(values['reply_to']):
            values['reply_to'] = formataddr((self.team_id.name, found))

    def _get_outside_signature(self, message, signature):
        """Return the signature that people outside read: the team's where it sends.

        :param message: the ``mail.message``
        :param signature: HTML, the author's own; empty where nothing is signed
        """
        # sudo: mail.message, helpdesk.lite.team - in whose name it is sent
        if signature and message.sudo().helpdesk_lite_as_team:
            return Markup('<div>-- <br/>%s</div>') % self.sudo().team_id.name
        return signature
