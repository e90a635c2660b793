import contextlib
import logging
import re
from email.errors import MessageError

from odoo import api, models

TICKET = 'helpdesk.lite.ticket'
ADDRESS_HEADERS = ('From', 'To', 'Cc', 'Delivered-To', 'Resent-To', 'Resent-Cc', 'Reply-To')
# What mail programs mean by names of charsets that Python knows as narrower ones, or not at all.
# Source: the WHATWG's Encoding Standard, section 4.2
CHARSETS = {
    **dict.fromkeys((
        'euc-kr', 'korean', 'ks_c_5601-1987', 'ks_c_5601-1989', 'ksc5601', 'ksc_5601',
        'windows-949'), 'cp949'),
    **dict.fromkeys(('gb2312', 'gbk', 'x-gbk'), 'gb18030'),
    **dict.fromkeys(('shift_jis', 'shift-jis', 'x-sjis'), 'cp932'),
}
ENCODED_WORD = re.compile(r'(?<==\?)[^?\s]+(?=\?[bBqQ]\?)')  # RFC 2047: its charset
UNREADABLE = (AttributeError, IndexError, MessageError, ValueError)
ADDRESS = re.compile(r'[\w.+-]+@[\w-]+(?:\.[\w-]+)+')

_logger = logging.getLogger(__name__)


class MailThread(models.AbstractModel):
    """What the gateway has to know before a mail has found its ticket."""

    _inherit = 'mail.thread'

    @api.model
    def message_parse(self, message, save_original=False):
        """See ``mail.thread.message_parse``; what nobody can read costs no mail.

        Python's parser raises on some headers, as on ``Cc: x@``: what looks like an address in
        them is kept. It also raises on charsets that it doesn't know.
        """
        self._mend_header(message, 'Subject')
        for name in ADDRESS_HEADERS:
            self._mend_header(message, name)
            try:
                message.get_all(name)
            except UNREADABLE:
                raw = ' '.join(
                    value for key, value in message.raw_items() if key.lower() == name.lower())
                del message[name]
                if addresses := dict.fromkeys(ADDRESS.findall(raw)):
                    message[name] = ', '.join(addresses)
        for part in message.walk():
            self._mend_charset(part)
        values = super().message_parse(message, save_original=save_original)
        if '\0' in (values.get('subject') or ''):  # PostgreSQL takes none
            values['subject'] = values['subject'].replace('\0', '')
        return values

    @api.model
    def _mend_header(self, message, name):
        """Have the encoded words of a header decoded by what their charset means: `CHARSETS`."""
        raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), '')
        mended = ENCODED_WORD.sub(lambda word: CHARSETS.get(word[0].lower(), word[0]), raw)
        if mended != raw:
            with contextlib.suppress(*UNREADABLE):
                message.replace_header(name, ' '.join(mended.split()))

    @api.model
    def _mend_charset(self, part):
        """Have a text decoded by a charset that Python knows: it raises on others.

        :param email.message.EmailMessage part: a mail or a part of one; changed in place
        """
        if part.get_content_maintype() != 'text':
            return
        named = part.get_content_charset() or 'utf-8'
        charset = CHARSETS.get(named, named)
        try:
            b'x'.decode(charset, 'replace')
        except (LookupError, ValueError):
            charset = 'utf-8'
        if charset != part.get_content_charset():
            part.set_param('charset', charset)

    @api.model
    def _message_parse_extract_bounce(self, email_message, message_dict):
        """Take a bounce whose original mail can't be read for one of nobody known.

        Odoo's parser raises on it (a part ``message/rfc822`` that holds no message), so that a
        mail server would deliver it again and again, and a mailbox that is fetched gets stuck.
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
