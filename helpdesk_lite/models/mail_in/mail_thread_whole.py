import logging
import xmlrpc.client
from datetime import UTC

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import formataddr
from odoo.tools.misc import clean_context

from ...tools.incoming_mail import IncomingMail
from ...tools.mail_bytes import (
    Limits,
    is_heavy,
    open_mail,
    repair,
    repair_plainly,
    repair_report,
)
from ...tools.savepoint import attempt

TICKET = 'helpdesk.lite.ticket'
# The system parameters ``helpdesk_lite.mail_max_…`` and what they are where they aren't set
LIMITS = ('parts', 'depth', 'header', 'headers', 'text')

_logger = logging.getLogger(__name__)


class MailThread(models.AbstractModel):
    """Whether a mail is whole: no mail is lost, and none is empty."""

    _inherit = 'mail.thread'

    @api.model
    def message_process(self, model, message, custom_values=None, save_original=False,
                        strip_attachments=False, thread_id=None):
        """Take a mail in; see ``mail.thread.message_process``.

        A mail for the helpdesk is repaired before Odoo's parser sees it. Where it can't be read
        all the same, a ticket is made of what its headers say, with the raw mail as a file.

        :return: the id of the record that took it, or False
        """
        raw = self._get_raw_mail(message)
        mail = self._open_mail(raw)
        arguments = (custom_values, save_original, strip_attachments, thread_id)
        if mail.opened.content_type == 'multipart/report' and not mail.opened.is_complaint:
            return self._process_report(mail, lambda: super(MailThread, self).message_process(
                model, self._bound_mail(mail, repair_report), *arguments))
        if not self._is_for_helpdesk(mail, model):
            return super().message_process(
                model, self._bound_mail(mail, self._repair_foreign), *arguments) or False
        self = self.with_context(  # noqa: PLW0642 (Odoo's idiom)
            **clean_context(self.env.context), helpdesk_lite_mail=mail,
            image_no_postprocess=True)  # files stay as they came, also those that are cut off
        clean = self._repair_mail(mail)
        with attempt(self.env) as outcome:
            return super().message_process(model, clean, *arguments) or False
        error = outcome.error
        if isinstance(error, ValueError) and 'No possible route' in str(error):
            raise error
        _logger.warning('The mail %s could not be taken in as it is: %s',
                        mail.message_id, error, exc_info=error)
        mail.complete, mail.stored_id = False, ''
        mail.verdicts.clear()
        mail.quoted.clear()
        plain = repair_plainly(mail.opened, self._get_sentence(), self._get_time())
        return super().message_process(model, plain, *arguments) or False

    @api.model
    def _bound_mail(self, mail, mend):
        """The bytes of a mail that isn't ours: as it came, but for what would stop the server.

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

    @api.model
    def _process_report(self, mail, process):
        """Take a bounce or another report of a mail server in; one that can't be read is dropped.

        A mail server would deliver it again and again, and a mailbox that is fetched gets stuck.
        """
        with attempt(self.env) as outcome:
            return process() or False
        _logger.warning('The report %s could not be read and was dropped: %s',
                        mail.message_id, outcome.error)
        return False

    @api.model
    def _get_raw_mail(self, message):
        """The bytes of a mail, whatever a caller hands over."""
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
            delivered=[address for _name, address in opened.read_addresses(
                'Delivered-To', 'X-Original-To', 'Envelope-To')],
            to=opened.read_addresses('To'), cc=opened.read_addresses('Cc'),
            reply_to=opened.read_addresses('Reply-To'),
            author=(opened.read_addresses('From') or [('', '')])[0])

    @api.model
    def _get_mail_limits(self):
        """What of a mail is read, by the system parameters ``helpdesk_lite.mail_max_…``."""
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
        addresses = [*mail.delivered, *(a for _name, a in [*mail.to, *mail.cc])]
        addresses += [a for _name, a in mail.opened.read_addresses('Resent-To', 'Resent-Cc')]
        # sudo: helpdesk.lite.team - the gateway looks for whom a mail is
        teams = self.env['helpdesk.lite.team'].sudo()._find_addressed(
            list(dict.fromkeys(addresses)))
        mail.team_ids = teams.ids
        if teams or self.env[TICKET]._find_references(mail.opened.subject):
            return True
        referred = b' '.join(mail.opened.get_all('References', 'In-Reply-To'))
        return bool(self._find_tickets_by_id(mail, {'references': referred.decode('latin-1')}))

    @api.model
    def _repair_mail(self, mail):
        """The bytes of a clean mail; see ``tools.mail_bytes.repair``."""
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
        """What a ticket says whose mail was too broken, or too large, to be read."""
        return self.env._('This mail could not be read completely. It is attached as it came.')

    @api.model
    def _get_time(self):
        """The time that no mail's date is later than, aware."""
        return fields.Datetime.now().replace(tzinfo=UTC)

    @api.model
    def message_parse(self, message, save_original=False):
        """See ``mail.thread.message_parse``; ids stay as they came, the subject is cut to fit."""
        values = super().message_parse(message, save_original=save_original)
        mail = self.env.context.get('helpdesk_lite_mail')
        if isinstance(mail, IncomingMail):
            values['body'] = Markup(values['body'].strip())  # sanitised by Odoo
            if mail.message_id:
                values['message_id'] = mail.message_id
            if mail.author[1]:
                values['email_from'] = values['from'] = formataddr(mail.author)
            if save_original:
                values['attachments'] = [
                    file._replace(content=mail.raw) if file.fname == 'original_email.eml' else file
                    for file in values['attachments']]
        return values

    @api.model
    def _message_parse_extract_bounce(self, email_message, message_dict):
        """Take a bounce whose original mail can't be read for one of nobody known.

        Odoo's parser raises on it: a part ``message/rfc822`` that holds no message.
        """
        try:
            return super()._message_parse_extract_bounce(email_message, message_dict)
        except (AttributeError, IndexError, KeyError, TypeError) as error:
            _logger.warning(
                'The bounce %s names no mail that can be read: %s',
                message_dict.get('message_id'), error)
            return {
                'bounced_email': False, 'bounced_partner': self.env['res.partner'],
                'bounced_msg_ids': False, 'bounced_message': self.env['mail.message'],
                'is_bounce': True,
            }
