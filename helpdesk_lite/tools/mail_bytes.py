"""Repairing a mail before Odoo's parser sees it: bytes in, the bytes of a clean mail out."""

import base64
import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import quote

from . import mail_html
from .mail_address import read as read_addresses
from .mail_charset import decode, decode_header, strip_control
from .mail_tree import Limits, Part, Reader

__all__ = ('Limits', 'Mail', 'open_mail', 'repair')

SUBJECT_LENGTH = 250
ID_LENGTH = 255
ADDRESSES = ('From', 'To', 'Cc', 'Reply-To', 'Delivered-To', 'X-Original-To', 'Envelope-To',
             'Resent-To', 'Resent-Cc', 'X-Original-From', 'Sender')
OWN = {name.lower() for name in (*ADDRESSES, 'Subject', 'Message-ID', 'Date', 'MIME-Version')}
SPACES = re.compile(r'\s+')


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
    raw: bytes = b''
    reader: Reader = None

    def get(self, name):
        """The first value of a header, in bytes."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), b'')

    def get_all(self, *names):
        """All values of some headers, in bytes."""
        wanted = [name.lower() for name in names]
        return [value for name in wanted for key, value in self.headers if key.lower() == name]

    def read_addresses(self, *names):
        """The addresses of some headers: ``[(name, address)]``."""
        return [pair for value in self.get_all(*names)
                for pair in read_addresses(value, self.charset)]


def open_mail(raw, limits):
    """Take the headers of a mail apart.

    :param bytes raw: as it came
    :param Limits limits: what is read of it
    :rtype: Mail
    """
    reader = Reader(limits)
    headers, body = reader.read_headers(raw)
    mail = Mail(body=body, raw=raw, reader=reader)
    for name, value in headers:
        if len(value) > limits.header:
            mail.complete = mail.complete and name.lower() not in OWN
            # of a header that lists ids the newest count, which stand last
            value = value[-limits.header:] if name.lower() == 'references' \
                else value[:limits.header]
        mail.headers.append((name, value))
    content_type = mail.get('Content-Type')[:limits.header].decode('latin-1')
    mail.content_type = content_type.partition(';')[0].strip().lower()
    mail.charset = _find_charset(content_type, raw)
    mail.subject = SPACES.sub(' ', decode_header(mail.get('Subject'), mail.charset)).strip()
    mail.message_id = _shorten_id(mail.get('Message-ID'))
    mail.date = strip_control(mail.get('Date').decode('latin-1'))[:100]
    return mail


def _find_charset(content_type, raw):
    """The charset of the text: of the mail, else the first one that a part names."""
    found = re.search(r'charset\s{0,5}=\s{0,5}"?([\w.:-]{1,40})', content_type, re.IGNORECASE)
    if found:
        return found[1]
    found = re.search(rb'charset\s{0,5}=\s{0,5}"?([\w.:-]{1,40})', raw[:100_000], re.IGNORECASE)
    return found[1].decode('ascii', 'ignore') if found else ''


def _shorten_id(raw):
    """A message id as it came; one that no index holds is cut and told apart by a hash."""
    text = SPACES.sub(' ', strip_control(raw.decode('latin-1'))).strip()
    if len(text) <= ID_LENGTH:
        return text
    digest = hashlib.sha256(text.encode('utf-8')).hexdigest()[:32]
    return f'{text[:ID_LENGTH - 40].rstrip(">")}-{digest}>'


# ----------------------------------------------------------------------
# What it says
# ----------------------------------------------------------------------

def collect(mail, limits):
    """The text of a mail as HTML, and its files.

    :return: ``(html, [Part], whether all of it was read)``
    """
    tree = mail.reader.read(mail.headers, mail.body)
    texts, files = _collect(tree, mail, limits) if tree else ([], [])
    html = _join(texts, limits)
    if sum(len(text) for _kind, text in texts) > limits.text:
        mail.reader.complete = False
    return html, files, mail.complete and mail.reader.complete


def _collect(node, mail, limits):
    """``([('plain' or 'html', text)], [files])`` of a part and those in it."""
    if isinstance(node, Part):
        return _collect_part(node, mail, limits)
    found = [_collect(child, mail, limits) for child in node.children]
    files = [file for _texts, files in found for file in files]
    if node.content_type == 'multipart/alternative':
        kinds = [texts for texts, _files in found if texts]
        best = next((texts for texts in reversed(kinds) if texts[-1][0] == 'html'
                     and any(text.strip() for _kind, text in texts)), None)
        return (best or (kinds[0] if kinds else [])), files
    return [text for texts, _files in found for text in texts], files


def _collect_part(part, mail, limits):
    kind = part.content_type
    if kind in ('application/pkcs7-mime', 'application/x-pkcs7-mime'):
        inner = _open_signed(part.raw)
        if inner is not None:
            node = mail.reader.read(*mail.reader.read_headers(inner), depth=1)
            texts, files = _collect(node, mail, limits) if node else ([], [])
            return texts, [*files, _name(part, 'smime.p7m')]
    if not part.is_attachment and not part.cid and kind in ('text/plain', 'text/html'):
        return [(kind[5:], decode(part.raw, part.charset))], []
    if not part.is_attachment and kind in ('text/plain', 'text/html'):
        return [(kind[5:], decode(part.raw, part.charset))], []
    if kind == 'text/calendar':
        text = _read_invitation(decode(part.raw, part.charset))
        return ([('calendar', text)] if text else []), [_name(part, 'invite.ics')]
    if kind in ('message/rfc822', 'message/global'):
        return [], [_name(part, _get_mail_name(part.raw))]
    if not part.raw and not part.filename:
        return [], []
    return [], [_name(part, _get_default_name(part))]


def _name(part, default):
    part.filename = part.filename or default
    return part


def _get_default_name(part):
    """A name for a file that came without: an inline picture is shown only with one."""
    main, _slash, sub = part.content_type.partition('/')
    extension = {'jpeg': 'jpg', 'svg+xml': 'svg', 'plain': 'txt', 'octet-stream': 'bin'}.get(
        sub, sub if sub.isalnum() else 'bin')
    return f'{main if main == "image" else "attachment"}.{extension}'


def _get_mail_name(raw):
    """The name of the file of an attached mail: its subject."""
    subject = re.search(rb'^Subject:[ \t]{0,100}([^\r\n]{1,200})', raw[:20_000],
                        re.IGNORECASE | re.MULTILINE)
    text = decode_header(subject[1]) if subject else ''
    text = ''.join(char if char.isalnum() or char in ' -_.()' else '_' for char in text)
    return f'{text.strip()[:80] or "mail"}.eml'


def _read_invitation(text):
    """What an invitation says, for whoever reads no calendar files."""
    lines = text.replace('\r\n', '\n').replace('\n ', '').replace('\n\t', '').split('\n')[:2_000]
    found = {}
    for line in lines:
        name, colon, value = line.partition(':')
        name = name.partition(';')[0].upper()
        if colon and name in ('SUMMARY', 'DTSTART', 'DTEND', 'LOCATION', 'DESCRIPTION'):
            found.setdefault(name, value.replace('\\n', '\n').replace('\\,', ',').strip())
    return '\n'.join(value for value in found.values() if value)


def _open_signed(raw):
    """The mail inside of an S/MIME signature that wraps it, or None."""
    try:
        from asn1crypto import cms  # one of Odoo's own packages
        content = cms.ContentInfo.load(raw)
        if content['content_type'].native != 'signed_data':
            return None
        return content['content']['encap_content_info']['content'].native
    except Exception:  # noqa: BLE001 - what can't be opened stays a file
        return None


def _join(texts, limits):
    """The texts as one HTML; an invitation's only where there is no other."""
    shown = [pair for pair in texts if pair[0] != 'calendar' and pair[1].strip()] or texts
    pieces, left = [], limits.text
    for kind, text in shown:
        text = text[:left]
        left -= len(text)
        piece = mail_html.clean(text) if kind == 'html' else mail_html.from_plain(text)
        if kind == 'html' and text.strip() and not piece:
            piece = mail_html.from_plain(text)
        pieces.append(piece)
        if left <= 0:
            break
    if sum(kind == 'html' for kind, _text in shown) and len(pieces) > 1:
        return ''.join(f'<div>{piece}</div>' for piece in pieces if piece)
    return ''.join(pieces)


# ----------------------------------------------------------------------
# The clean mail
# ----------------------------------------------------------------------

def repair(raw, limits, sentence='', now=None, mail=None):
    """The bytes of a mail that Odoo's parser reads as the sender meant it.

    :param bytes raw: as it came
    :param Limits limits: what is read of it
    :param str sentence: what is said where the mail could not be read completely
    :param datetime now: the time that no mail's date is later than; aware
    :param Mail mail: the same mail, opened before
    :return: ``(bytes, whether all of it was read)``
    """
    mail = mail or open_mail(raw, limits)
    html, files, complete = collect(mail, limits)
    if not html and not files and mail.body.strip():
        complete = False
    if not complete:
        html = _add_sentence(html, sentence)
        files = [*files, _make_raw_file(mail)]
    return compose(mail, html, files, now), complete


def repair_plainly(mail, sentence, now=None):
    """The same for a mail that nobody can read: what its headers say, and the raw mail."""
    return compose(mail, _add_sentence('', sentence), [_make_raw_file(mail)], now)


def _add_sentence(html, sentence):
    return f'<p><em>{mail_html.escape(sentence)}</em></p>{html}' if sentence else html


def _make_raw_file(mail):
    return Part('message/rfc822', '', 'original.eml', '', True, mail.raw)


def compose(mail, html, files, now=None):
    """Write a clean mail: the headers that count, one text, and files as they came."""
    if len(mail.subject) > SUBJECT_LENGTH:
        html = f'<p>{mail_html.escape(mail.subject)}</p>{html}'
    lines = _compose_headers(mail, now)
    boundary = hashlib.sha256(mail.raw[:10_000] + str(len(mail.raw)).encode()).hexdigest()
    text = ['Content-Type: text/html; charset="utf-8"', 'Content-Transfer-Encoding: base64', '',
            _encode(html.encode('utf-8', 'replace'))]
    if not files:
        return '\r\n'.join([*lines, *text]).encode('ascii', 'replace')
    out = [*lines, f'Content-Type: multipart/mixed; boundary="{boundary}"', '', f'--{boundary}',
           *text]
    for number, file in enumerate(files):
        out += [f'--{boundary}', *_compose_file(file, number)]
    return '\r\n'.join([*out, f'--{boundary}--', '']).encode('ascii', 'replace')


def _encode(data):
    return base64.encodebytes(data).decode('ascii').replace('\n', '\r\n')


def _compose_file(file, number):
    name = quote(strip_control(file.filename) or f'attachment-{number}', safe='')
    yield 'Content-Type: application/octet-stream'
    yield 'Content-Transfer-Encoding: base64'
    yield f"Content-Disposition: attachment; filename*=utf-8''{name}"
    if file.cid:
        yield f'Content-ID: <{file.cid.encode("ascii", "ignore").decode()}>'
    yield ''
    yield _encode(file.raw)


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
    """A header without an address: only what ``From`` says is of use, as of a mail server."""
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
    """A text as encoded words (RFC 2047), or as it is where it needs none."""
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
    """A header's value with what no header holds left out."""
    return ' '.join(value.decode('ascii', 'replace').replace('\ufffd', '?').split())


def _get_date(text, now):
    """A date that Odoo reads, and that is never later than now."""
    now = now or datetime.now(UTC)
    try:
        date = parsedate_to_datetime(text)
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        return format_datetime(min(date, now))
    except (TypeError, ValueError, IndexError, OverflowError):
        return format_datetime(now)
