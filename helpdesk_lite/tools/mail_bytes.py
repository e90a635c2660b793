"""Repairing a mail before Odoo's parser sees it: bytes in, the bytes of a clean mail out."""

import base64
import hashlib
import logging
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import quote

from lxml import etree

from . import mail_header, mail_html, quotes
from .mail_address import read as read_addresses
from .mail_charset import decode, strip_control
from .mail_content import Content, File
from .mail_parts import MAILS, Parts
from .quote_words import is_answer

_logger = logging.getLogger(__name__)

__all__ = ('Limits', 'Mail', 'open_mail', 'repair')

SUBJECT_LENGTH = 250
ID_LENGTH = 255
ADDRESSES = ('From', 'To', 'Cc', 'Reply-To', 'Delivered-To', 'X-Original-To', 'Envelope-To',
             'Resent-To', 'Resent-Cc', 'X-Original-From', 'Sender')
OWN = {name.lower() for name in (*ADDRESSES, 'Subject', 'Message-ID', 'Date', 'MIME-Version')}
SPACES = re.compile(r'\s+')
# What is beyond these takes Odoo's own parser long, if it is made to
USUAL_TEXTS = 30
USUAL_TAGS = 20_000
USUAL_UNCLOSED = 200
USUAL_HTML = 1_000_000  # bytes
KEPT_REPORT = 50_000  # bytes of each part of a report


@dataclass(frozen=True)
class Limits:
    """What of a mail is read; what is beyond stays in its raw file."""

    parts: int = 500  # of one mail, files included
    depth: int = 30  # parts in parts
    header: int = 8_000  # bytes of one header
    headers: int = 1_000
    text: int = 1_000_000  # characters of the texts that are shown


@dataclass
class Mail:
    """A mail that was taken apart."""

    headers: list = field(default_factory=list)  # (name, unfolded value in bytes)
    body: bytes = b''
    charset: str = ''
    subject: str = ''
    message_id: str = ''  # as it came, at most 255 characters
    date: str = ''  # as it came
    complete: bool = True
    content_type: str = ''  # in lower case, without parameters
    is_complaint: bool = False  # a feedback report (RFC 5965): of no mail that wasn't delivered
    raw: bytes = b''

    def get(self, name):
        """Return the first value of a header, in bytes."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), b'')

    def get_all(self, *names):
        """Return all values of some headers, in bytes."""
        wanted = [name.lower() for name in names]
        return [value for name in wanted for key, value in self.headers if key.lower() == name]

    def read_addresses(self, *names):
        """Return the addresses of some headers: ``[(name, address)]``."""
        return [pair for value in self.get_all(*names)
                for pair in read_addresses(value, self.charset)]


def open_mail(raw, limits):
    """Take the headers of a mail apart.

    :param bytes raw: as it came
    :param Limits limits: what is read of it
    :rtype: Mail
    """
    fields, body = mail_header.split(raw)
    mail = Mail(body=body, raw=raw, complete=len(fields) <= limits.headers)
    for name, value in fields[:limits.headers]:
        if len(value) > limits.header:
            mail.complete = mail.complete and name.lower() not in OWN
            # of a header that lists ids the newest count, which stand last
            value = value[-limits.header:] if name.lower() == 'references' \
                else value[:limits.header]
        mail.headers.append((name, value.replace(b'\0', b'')))
    content_type = mail.get('Content-Type')[:limits.header].decode('latin-1')
    mail.content_type, _semicolon, rest = content_type.partition(';')
    mail.content_type = mail.content_type.strip().lower()
    mail.is_complaint = 'feedback-report' in rest.lower()
    mail.charset = _find_charset(content_type, raw)
    mail.subject = mail_header.read_text(mail.get('Subject'), mail.charset)
    mail.message_id = _shorten_id(mail.get('Message-ID'))
    mail.date = strip_control(mail.get('Date').decode('latin-1'))[:100]
    return mail


def _find_charset(content_type, raw):
    """Return the charset of the text: of the mail, else the first one that a part names."""
    found = re.search(r'charset\s{0,5}=\s{0,5}"?([\w.:-]{1,40})', content_type, re.IGNORECASE)
    if found:
        return found[1]
    found = re.search(rb'charset\s{0,5}=\s{0,5}"?([\w.:-]{1,40})', raw[:100_000], re.IGNORECASE)
    return found[1].decode('ascii', 'ignore') if found else ''


def _shorten_id(raw):
    """Return a message id as it came; one that no index holds is cut and told apart by a hash."""
    text = SPACES.sub(' ', strip_control(raw.decode('latin-1'))).strip()
    if len(text) <= ID_LENGTH:
        return text
    digest = hashlib.sha256(text.encode('utf-8')).hexdigest()[:32]
    return f'{text[:ID_LENGTH - 40].rstrip(">")}-{digest}>'


def collect(mail, limits):
    """Return the text of a mail as HTML, and its files.

    :return: ``(html, [File], whether all of it was read)``
    """
    content = Content(Parts(mail.headers, mail.body, limits), limits)
    complete = mail.complete and content.complete
    return content.get_html(), content.files, complete


def _mark_quotes(mail, html):
    """Mark what is old; a mail whose text can't be read for that stays as it is."""
    try:
        return quotes.mark(
            html, mail.subject,
            bool(mail.get_all('In-Reply-To', 'References')) or is_answer(mail.subject))
    except (etree.LxmlError, ValueError, RecursionError):
        _logger.warning('What is quoted in the mail %s was not told', mail.message_id,
                        exc_info=True)
        return html


# ----------------------------------------------------------------------
# The clean mail
# ----------------------------------------------------------------------

def repair(raw, limits, sentence='', now=None, mail=None):
    """Return the bytes of a mail that Odoo's parser reads as the sender meant it.

    :param bytes raw: as it came
    :param Limits limits: what is read of it
    :param str sentence: what is said where the mail could not be read completely
    :param datetime now: the time that no mail's date is later than; aware
    :param Mail mail: the same mail, opened before
    :return: ``(bytes, whether all of it was read)``
    """
    mail = mail or open_mail(raw, limits)
    html, files, complete = collect(mail, limits)
    html = _mark_quotes(mail, html)
    if not complete:
        html = _add_sentence(html, sentence)
        files = [*files, _make_raw_file(mail)]
    return compose(mail, html, files, now), complete


def is_heavy(mail, limits):
    """Whether Odoo's own parser would raise on a mail, or take long over it.

    Mails of other applications reach it as they came, but for these.
    """
    if any(len(value) > limits.header for value in mail.get_all(*OWN)) or not mail.complete:
        return True
    parts = Parts(mail.headers, mail.body, limits)
    texts = [part for part in parts.found if part.type.startswith('text/')]
    return not parts.complete or len(texts) > USUAL_TEXTS or any(
        _is_heavy_part(part) for part in parts.found
        if part.type.startswith(('text/', 'message/')))


def _is_heavy_part(part):
    data = part.get_data()[0]
    tags = data.count(b'<')
    return (tags > USUAL_TAGS or tags - data.count(b'>') > USUAL_UNCLOSED
            or (part.type == 'text/html' and len(data) > USUAL_HTML)
            or (part.type in MAILS and data.count(b'ontent-') > USUAL_TEXTS * 10))


def repair_report(mail, limits):
    """Return a mail server's report that Odoo still reads as one: its status, whose mail came back.

    :return: the bytes of a clean mail
    """
    parts = Parts(mail.headers, mail.body, limits).found
    text = next((part.get_data()[0] for part in parts if part.type == 'text/plain'), b'')
    pieces = [['Content-Type: text/plain; charset="utf-8"', 'Content-Transfer-Encoding: base64',
               '', _encode(decode(text[:KEPT_REPORT]).encode('utf-8', 'replace'))]]
    for part in parts:
        data = part.get_data()[0][:KEPT_REPORT]
        if part.type == 'message/delivery-status':
            pieces.append([f'Content-Type: {part.type}', '', _to_lines(data)])
        elif part.type in MAILS or part.type == 'text/rfc822-headers':
            inner = open_mail(data, limits)
            inner.charset = inner.charset or mail.charset
            pieces.append(['Content-Type: message/rfc822', '', *_compose_headers(inner, None), ''])
    boundary = _make_boundary(mail)
    kind = f'multipart/report; report-type=delivery-status; boundary="{boundary}"'
    out = [*_compose_headers(mail, None), f'Content-Type: {kind}', '']
    for piece in pieces:
        out += [f'--{boundary}', *piece]
    return '\r\n'.join([*out, f'--{boundary}--', '']).encode('ascii', 'replace')


def _to_lines(data):
    return '\r\n'.join(decode(data).replace('\r', '').split('\n'))


def repair_plainly(mail, sentence, now=None):
    """Return the same for a mail that nobody can read: what its headers say, and the raw mail."""
    return compose(mail, _add_sentence('', sentence), [_make_raw_file(mail)], now)


def _add_sentence(html, sentence):
    return f'<p><em>{mail_html.escape(sentence)}</em></p>{html}' if sentence else html


def _make_raw_file(mail):
    return File('original.eml', 'message/rfc822', mail.raw)


def compose(mail, html, files, now=None):
    """Write a clean mail: the headers that count, one text, and files as they came."""
    if len(mail.subject) > SUBJECT_LENGTH:
        html = f'<p>{mail_html.escape(mail.subject)}</p>{html}'
    lines = _compose_headers(mail, now)
    boundary = _make_boundary(mail)
    text = ['Content-Type: text/html; charset="utf-8"', 'Content-Transfer-Encoding: base64', '',
            _encode(html.encode('utf-8', 'replace'))]
    if not files:
        return '\r\n'.join([*lines, *text]).encode('ascii', 'replace')
    out = [*lines, f'Content-Type: multipart/mixed; boundary="{boundary}"', '', f'--{boundary}',
           *text]
    for number, file in enumerate(files):
        out += [f'--{boundary}', *_compose_file(file, number)]
    return '\r\n'.join([*out, f'--{boundary}--', '']).encode('ascii', 'replace')


def _make_boundary(mail):
    return hashlib.sha256(mail.raw[:10_000] + str(len(mail.raw)).encode()).hexdigest()


def _encode(data):
    return base64.encodebytes(data).decode('ascii').replace('\n', '\r\n')


def _compose_file(file, number):
    name = quote(strip_control(file.name) or f'attachment-{number}', safe='')
    yield 'Content-Type: application/octet-stream'
    yield 'Content-Transfer-Encoding: base64'
    yield f"Content-Disposition: attachment; filename*=utf-8''{name}"
    if file.cid:
        yield f'Content-ID: <{file.cid}>'
    yield ''
    yield _encode(file.data)


def _compose_headers(mail, now):
    lines = ['MIME-Version: 1.0', *_fold('Subject', _encode_words(mail.subject[:SUBJECT_LENGTH]))]
    for name in ADDRESSES:
        for value in mail.get_all(name):
            found = read_addresses(value, mail.charset)
            lines += _fold(name, ', '.join(_write_address(*pair) for pair in found)
                           or _write_no_address(name, value))
    lines += _fold('Message-ID', _to_ascii(mail.message_id.encode('utf-8', 'replace')))
    lines += _fold('Date', _get_date(mail.date, now))
    for name, value in mail.headers:
        if name.lower() not in OWN and not name.lower().startswith('content-'):
            lines += _fold(name, _to_ascii(value)) or [f'{name}:']
    return lines


def _write_no_address(name, value):
    """Write a header without an address: only that of ``From`` is of use."""
    if name in ('Delivered-To',):
        return _to_ascii(value)
    if name != 'From':
        return ''
    text = _to_ascii(value)
    daemon = text.lower().startswith('mailer-daemon') or not text.strip('<> ')
    return f'{"MAILER-DAEMON " if text.strip("<> ") else ""}<>' if daemon else _encode_words(
        text, quoted=True)


def _write_address(name, address):
    return f'{_encode_words(name, quoted=True)} <{address}>' if name else address


def _encode_words(text, quoted=False):
    """Return a text as encoded words (RFC 2047), or as it is where it needs none."""
    text = strip_control(text)
    plain = text.isascii() and '=?' not in text and '\n' not in text
    if plain and not quoted:
        return text
    if plain and all(char.isalnum() or char in ' -_' for char in text):
        return text
    # one word, whatever its length: only Odoo's parser reads it, which puts blanks between several
    return f'=?utf-8?b?{base64.b64encode(text.encode("utf-8", "replace")).decode()}?='


def _fold(name, text):
    return [f'{name}: {text}'] if text else []


def _to_ascii(value):
    """Return a header's value with what no header holds left out."""
    return ' '.join(value.decode('ascii', 'replace').replace('\ufffd', '?').split())


def _get_date(text, now):
    """Return a date that Odoo reads, and that is never later than now."""
    now = now or datetime.now(UTC)
    try:
        date = parsedate_to_datetime(text)
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        return format_datetime(min(date, now))
    except (TypeError, ValueError, IndexError, OverflowError):
        return format_datetime(now)
