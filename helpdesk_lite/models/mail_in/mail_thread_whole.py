import logging
import xmlrpc.client
from datetime import UTC

from odoo import api, fields, models

from ...tools.incoming_mail import IncomingMail
from ...tools.mail_bytes import (
    Limits,
    is_heavy,
    open_mail,
    repair,
    repair_plainly,
)

TICKET = 'helpdesk.lite.ticket'
RECIPIENT_HEADERS = (
    ('Delivered-To', 'X-Original-To', 'Envelope-To'), ('To',), ('Cc',), ('Resent-To', 'Resent-Cc'))
# The system parameters ``helpdesk_lite.mail_max_…``
LIMITS = ('parts', 'depth', 'header', 'headers', 'text')

_logger = logging.getLogger(__name__)


class MailThread(models.AbstractModel):
    """Open and repair mails, so that none is lost and none is empty."""

    _inherit = 'mail.thread'

    @api.model
    def _get_raw_mail(self, message):
        """Return the bytes of a mail, whatever a caller hands over."""
        if isinstance(message, xmlrpc.client.Binary):
            return bytes(message.data)
        if isinstance(message, str):
            return message.encode('utf-8', 'surrogateescape')
        return bytes(message) if isinstance(message, (bytes, bytearray)) else message.as_bytes()

    @api.model
    def _open_mail(self, message):
        """Read the headers of a mail.

        :rtype: IncomingMail
        """
        raw = self._get_raw_mail(message)
        opened = open_mail(raw, self._get_mail_limits())
        return IncomingMail(
            raw=raw, opened=opened, message_id=opened.message_id, sent=opened.date,
            recipients=[address for names in RECIPIENT_HEADERS
                        for _name, address in opened.read_addresses(*names) if address],
            to=opened.read_addresses('To'), cc=opened.read_addresses('Cc'),
            reply_to=opened.read_addresses('Reply-To'),
            author=(opened.read_addresses('From') or [('', '')])[0])

    @api.model
    def _get_mail_limits(self):
        """Return the limits of mails, by the system parameters ``helpdesk_lite.mail_max_…``."""
        # sudo: ir.config_parameter - the limits of the gateway
        get_param = self.env['ir.config_parameter'].sudo().get_param
        found = {name: get_param(f'helpdesk_lite.mail_max_{name}') for name in LIMITS}
        return Limits(**{name: int(value) for name, value in found.items()
                         if value and value.strip().isdecimal()})

    @api.model
    def _is_for_helpdesk(self, mail, model):
        """Whether a mail is addressed to a team, or answers one of the helpdesk's messages."""
        if model == TICKET:
            return True
        if self._find_addressed_teams(mail) or self.env[TICKET]._find_references(
                mail.opened.subject):
            return True
        referred = b' '.join(mail.opened.get_all('References', 'In-Reply-To'))
        return bool(self._find_tickets_by_id(mail, {'references': referred.decode('latin-1')}))

    @api.model
    def _repair_mail(self, mail):
        """Return the bytes of a clean mail; see ``tools.mail_bytes.repair``."""
        try:
            clean, mail.complete = repair(
                mail.raw, self._get_mail_limits(), self._get_sentence(), self._get_time(),
                mail.opened)
        except Exception:
            _logger.warning('The mail %s could not be repaired', mail.message_id, exc_info=True)
            mail.complete = False
            clean = repair_plainly(mail.opened, self._get_sentence(), self._get_time())
        return clean

    @api.model
    def _get_sentence(self):
        """Return what a ticket says whose mail was too broken, or too large, to be read."""
        return self.env._('This mail could not be read completely. It is attached as it came.')

    @api.model
    def _get_time(self):
        """Return the present, aware: no mail is dated later."""
        return fields.Datetime.now().replace(tzinfo=UTC)

    @api.model
    def _bound_mail(self, mail, mend):
        """Return the bytes of a mail that isn't ours, without what would stop the server.

        :param mend: what makes a clean mail of `mail.opened` within the limits
        """
        limits = self._get_mail_limits()
        try:
            return mend(mail.opened, limits) if is_heavy(mail.opened, limits) else mail.raw
        except Exception:
            _logger.warning('The mail %s could not be mended', mail.message_id, exc_info=True)
            return mail.raw

    @api.model
    def _repair_foreign(self, opened, limits):
        return repair(opened.raw, limits, self._get_sentence(), self._get_time(), opened)[0]
