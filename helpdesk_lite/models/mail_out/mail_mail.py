import re

from odoo import api, models
from odoo.tools import consteq, email_normalize
from odoo.tools.misc import hmac

TICKET = 'helpdesk.lite.ticket'
SCOPE = 'helpdesk_lite-agent-mail'
# <hdl.TICKET.MESSAGE.USER.MAC@domain>, and support+hdl.TICKET.MESSAGE.USER.MAC@domain
PROOF = re.compile(r'hdl\.([0-9]{1,10})\.([0-9]{1,10})\.([0-9]{1,10})\.([0-9a-f]{32})')


class MailMail(models.Model):
    """Mails to agents carry a proof, so that an answer that has it is the agent's own."""

    _inherit = 'mail.mail'

    def write(self, vals):
        """Keep the message's own id: Odoo writes back the one that the last copy was sent with."""
        if PROOF.search(vals.get('message_id') or ''):
            vals = {name: value for name, value in vals.items() if name != 'message_id'}
        return super().write(vals)

    def _prepare_outgoing_list(self, *args, **kwargs):
        """Give each internal user's copy of a ticket's mail an id of its own.

        Odoo mails everybody under one Message-ID, which the customer knows as well: it proves
        nothing. See ``mail.mail._prepare_outgoing_list``.
        """
        found = super()._prepare_outgoing_list(*args, **kwargs)
        if self.model != TICKET or not self.res_id or not self.mail_message_id:
            return found
        users = self._get_agents_by_partner()
        for values in found:
            partner = values.get('partner_id')
            user = users.get(partner.id if partner else False)
            if user:
                self._put_proof(values, user)
        return found

    def _get_agents_by_partner(self):
        """The internal users among the recipients: ``{partner id: res.users}``."""
        # sudo: res.partner - whether who is mailed is an internal user
        users = self.sudo().recipient_ids.user_ids.filtered(
            lambda user: user.active and not user.share)
        return {user.partner_id.id: user for user in users}

    def _put_proof(self, values, user):
        """Put the proof for a user into the values of one outgoing mail, in place."""
        proof = self._make_proof(self.res_id, self.mail_message_id.id, user)
        known = values.get('message_id') or self.message_id
        domain = (known or '').rstrip('>').rpartition('@')[2] or 'localhost'
        values['references'] = ' '.join(filter(None, [self._without(
            values.get('references') or self.references, known), known]))
        values['message_id'] = f'<{proof}@{domain}>'
        # sudo: ir.config_parameter - whether the mail server knows sub-addresses
        if self.env['ir.config_parameter'].sudo().get_param('helpdesk_lite.reply_to_tag'):
            values['reply_to'] = self._tag_address(values.get('reply_to') or self.reply_to, proof)

    @api.model
    def _without(self, references, message_id):
        return ' '.join(word for word in (references or '').split() if word != message_id)

    @api.model
    def _tag_address(self, text, proof):
        """``Team <support@x>`` → ``Team <support+hdl.…@x>``; as it is where there is no address."""
        address = email_normalize(text or '', strict=False)
        local, at, domain = (address or '').partition('@')
        tagged = f'{local}+{proof}@{domain}'
        return text.replace(address, tagged) if at and address in text else text

    @api.model
    def _make_proof(self, ticket_id, message_id, user):
        """The text that proves that an answer is this user's: what was sent to them alone."""
        mac = hmac(self.env(su=True), SCOPE, (ticket_id, message_id, user.id))[:32]
        return f'hdl.{ticket_id}.{message_id}.{user.id}.{mac}'

    @api.model
    def _read_proof(self, text):
        """The proofs in a text that are genuine: ``[(ticket id, message id, user id)]``."""
        found = []
        for ticket_id, message_id, user_id, mac in PROOF.findall(text):
            key = (int(ticket_id), int(message_id), int(user_id))
            expected = hmac(self.env(su=True), SCOPE, key)[:32]
            if consteq(expected, mac):
                found.append(key)
        return found
