import re
from collections import namedtuple

from odoo import api, models
from odoo.tools import consteq, email_normalize
from odoo.tools.misc import hmac

TICKET = 'helpdesk.lite.ticket'
MAIL, FILE = 'message/rfc822', 'application/octet-stream'
SCOPE = 'helpdesk_lite-agent-mail'
MAC_LENGTH = 24  # hexadecimal digits: 96 bits, so that a tag fits into an address
LOCAL_LENGTH = 64  # characters before the @ (RFC 5321, 4.5.3.1.1)
# <hdl.TICKET.MESSAGE.USER.MAC@domain>, and support+hdl.TICKET.MESSAGE.USER.MAC@domain
PROOF = re.compile(
    rf'\bhdl\.([0-9]{{1,10}})\.([0-9]{{1,10}})\.([0-9]{{1,10}})\.([0-9a-f]{{{MAC_LENGTH}}})@',
    re.IGNORECASE)
KEPT_PROOFS = 16  # of one header

Proof = namedtuple('Proof', 'ticket_id message_id user_id')


class MailMail(models.Model):
    """Mails to colleagues carry a proof, so that an answer that has it is their own.

    Odoo mails everybody under one Message-ID, which the customer knows as well: it proves nothing.
    ``mail.mail`` and ``mail.notification`` are deleted after a while, so the proof is an HMAC.
    """

    _inherit = 'mail.mail'

    def write(self, vals):
        """Keep the message's own id, which Odoo replaces by that of the copy that was sent last.

        The proof would stand in the ``References`` of mails to everybody, and answers to the other
        copies would name an id that nobody knows.
        """
        if PROOF.search(vals.get('message_id') or ''):
            vals = {name: value for name, value in vals.items() if name != 'message_id'}
        return super().write(vals)

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """Give each internal user's copy of a ticket's mail an id of its own.

        See ``mail.mail._prepare_outgoing_list``. What it answers stays in ``References``.
        """
        found = super()._prepare_outgoing_list(
            mail_server=mail_server, doc_to_followers=doc_to_followers)
        if self.model != TICKET:
            return found
        self._keep_mails_as_files(found)
        if not self.res_id or not self.mail_message_id:
            return found
        colleagues = [values for values in found
                      if values['partner_id'] and not values['partner_id'].partner_share]
        users = self._get_users_of(colleagues) if colleagues else {}
        for values in colleagues:
            if user := users.get(values['partner_id'].id):
                self._put_proof(values, user)
        return found

    @api.model
    def _keep_mails_as_files(self, email_list):
        """Send ``.eml`` files as they came, in place.

        Odoo would parse them and write them anew. That fails on what strangers send, so that
        nobody would be told of their mail: 3,000 parts in one another are a RecursionError.
        """
        for values in email_list:
            values['attachments'] = [
                (name, content, FILE if kind == MAIL else kind)
                for name, content, kind in values['attachments'] or ()]

    @api.model
    def _get_users_of(self, email_list):
        """Return the internal users behind contacts: ``{partner id: res.users}``."""
        partner_ids = [values['partner_id'].id for values in email_list]
        # sudo: res.users - whose copies these are
        users = self.env['res.users'].sudo().search_fetch(
            [('partner_id', 'in', partner_ids), ('share', '=', False)], ['partner_id'],
            order='id desc')
        return {user.partner_id.id: user for user in users}

    def _put_proof(self, values, user):
        """Put the proof of a user into the values of one outgoing mail, in place."""
        # sudo: mail.alias.domain - the domain that the ticket's mails come from
        domain = self.sudo().record_alias_domain_id.name or 'helpdesk.invalid'
        proof = self._make_proof(self.res_id, self.mail_message_id.id, user)
        known = values['message_id']
        others = [word for word in (values['references'] or '').split() if word != known]
        values['references'] = ' '.join([*others, *filter(None, [known])])
        values['message_id'] = f'<{proof}@{domain}>'
        # sudo: ir.config_parameter - whether the mail server knows sub-addresses
        if self.env['ir.config_parameter'].sudo().get_param('helpdesk_lite.reply_to_tag'):
            values['reply_to'] = self._tag_address(values['reply_to'], proof, domain)

    @api.model
    def _tag_address(self, text, proof, domain):
        """Put a proof into an address: ``Team <support@x>`` → ``Team <support+hdl.…@x>``.

        :param str text: where answers go; as it is where that is no address of `domain`, has a tag
            already or would get too long
        """
        local, _at, found = (email_normalize(text or '', strict=False) or '').partition('@')
        if found != domain or '+' in local or len(f'{local}+{proof}') > LOCAL_LENGTH:
            return text
        name, _bracket, _rest = text.rpartition('<')
        tagged = f'{local}+{proof}@{domain}'
        return f'{name}<{tagged}>' if name else tagged

    @api.model
    def _make_proof(self, ticket_id, message_id, user):
        """Return the text that proves that an answer is this user's: it was sent to them alone."""
        return self._sign(Proof(ticket_id, message_id, user.id))

    @api.model
    def _sign(self, proof):
        # superuser: ir.config_parameter - the secret of the database
        mac = hmac(self.env(su=True), SCOPE, tuple(proof))[:MAC_LENGTH]
        return f'hdl.{proof.ticket_id}.{proof.message_id}.{proof.user_id}.{mac}'

    @api.model
    def _read_proof(self, text):
        """Return the proofs in a text that are genuine, in order: a list of `Proof`."""
        found = []
        for *numbers, mac in PROOF.findall(text)[-KEPT_PROOFS:]:
            proof = Proof(*map(int, numbers))
            if consteq(self._sign(proof).rpartition('.')[2], mac.lower()):
                found.append(proof)
        return found
