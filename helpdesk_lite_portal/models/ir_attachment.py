from odoo import models
from odoo.tools import consteq
from odoo.tools.misc import hmac, verify_limited_field_access_token

TICKET = 'helpdesk.lite.ticket'
SEPARATOR = '.'


class IrAttachment(models.Model):
    """The addresses of a ticket's files work as long as the link of the ticket does.

    Odoo signs a file's address for up to six weeks, whoever has it and whatever becomes of the
    record. That of a ticket's file has a second signature, by the secret of the ticket's link.
    """

    _inherit = 'ir.attachment'

    def _get_raw_access_token(self):
        return self._bind_to_ticket(super()._get_raw_access_token())

    def _get_thumbnail_token(self):
        return self._bind_to_ticket(super()._get_thumbnail_token())

    def _is_file_of_ticket(self):
        """Whether the file is a ticket's, and neither public nor a picture in a field."""
        return self.res_model == TICKET and bool(self.res_id) and not self.public

    def _bind_to_ticket(self, token):
        signature = self._sign_with_link()
        return f'{token}{SEPARATOR}{signature}' if signature else token

    def _sign_with_link(self):
        """The second signature, or False where the ticket has no link that was sent."""
        file = self.sudo()  # sudo: ir.attachment - what it belongs to, and that one's secret
        if not file._is_file_of_ticket():
            return False
        secret = file.env[TICKET].browse(file.res_id).exists().access_token
        return secret and hmac(file.env, 'helpdesk_lite_file', (file.id, secret))

    def _find_signed_token(self, field, token):
        """Odoo's own part of the token in a file's address, if the current user may open it so.

        Who sees the ticket in the portal by a right needs no second signature. A file that a mail
        leads to because it is too large has a secret of its own, which stays as it is.

        :param str field: as the address names it
        :param str token: as the address has it
        :return: a token that Odoo checks, or None: then the user's rights decide
        """
        file = self.sudo()  # sudo: ir.attachment - to decide whether it is given out
        if not isinstance(token, str) or not token.isascii():
            return None
        if not file._is_file_of_ticket() or (
                file.access_token and consteq(file.access_token, token)):
            return token
        own, _separator, signature = token.partition(SEPARATOR)
        if not verify_limited_field_access_token(file, field, own, scope='binary'):
            return None
        ticket = self.env[TICKET].browse(file.res_id)
        known = file._sign_with_link()
        if known and ticket._is_public() and consteq(known, signature):
            return own
        return own if ticket._is_open_in_portal() else None
