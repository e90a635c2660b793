"""Headers of a mail, as mail programs write them and not as the standard wishes.

Everything here is linear in the length of what it reads, and raises nothing.
"""

import base64
import binascii
import contextlib
import quopri
import re
from urllib.parse import unquote_to_bytes

from .mail_charset import decode, strip_control

FIELD = re.compile(rb"([A-Za-z0-9!#$%&'*+.^_`|~-]{1,100})[ \t]{0,20}:")
# RFC 2047; payloads with blanks are wrong and frequent
WORD = re.compile(r'=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=')
KNOWN = re.compile(
    rb'(?:arc-|authentication-|auto-|bcc|cc|comments|content-|date|delivered-|delivery-|dkim-|'
    rb'domainkey|envelope-|errors-|from|importance|in-reply-|keywords|list-|mail|message-|mime-|'
    rb'organi[sz]ation|originator|precedence|priority|received|references|reply-|resent-|return-|'
    rb'sender|sensitivity|status|subject|thread-|to\b|user-agent|x-)', re.IGNORECASE)
# Headers whose text goes on in the next line although that isn't indented
FOLDABLE = ('subject', 'from', 'to', 'cc', 'reply-to', 'references', 'in-reply-to', 'message-id',
            'content-type', 'content-disposition')
STRAY_LINES = 20


def split(raw):
    """Take the headers of a mail, or of a part of one, from what follows them.

    A line that is neither indented nor a header goes on with the header before, if another header
    follows: some programs fold without indenting. Otherwise it begins the text: some forget the
    empty line.

    :param bytes raw: the mail
    :return: ``(headers as pairs of a name and bytes, text as bytes)``
    """
    if b'\n' not in raw:
        raw = raw.replace(b'\r', b'\n')
    fields, stray = [], []
    position = _skip_envelope(raw)
    body = start = position
    while position < len(raw):
        end = raw.find(b'\n', position)
        following = len(raw) if end < 0 else end + 1
        line = raw[position:following].rstrip(b'\r\n')
        if not line.strip() and not _goes_on(raw, line, following):
            body = following
            break
        name = FIELD.match(line)
        if line[:1] in (b' ', b'\t') and (fields or stray):
            (stray or fields[-1][1]).append(line.strip(b'\r'))
        elif name and (not stray or KNOWN.match(line)):
            if stray:
                fields[-1][1].extend(stray)
                stray = []
            fields.append((name[1].decode('ascii'), [line[name.end():]]))
        else:
            if not stray:
                start = position
            stray.append(line)
            if not fields or len(stray) > STRAY_LINES:
                break
        position = following
    else:
        body = len(raw)
    if stray:
        if fields and len(stray) <= STRAY_LINES and _is_folded(fields[-1]) and raw[body:].strip():
            fields[-1][1].extend(stray)
        else:
            body = start
    return [(name, b' '.join(lines).strip()) for name, lines in fields], raw[body:]


def _skip_envelope(raw):
    """Return where the headers begin: after empty lines and the ``From`` line of a mailbox."""
    position = len(raw) - len(raw.lstrip(b'\r\n'))
    while raw.startswith((b'From ', b'>From '), position):
        end = raw.find(b'\n', position)
        position = len(raw) if end < 0 else end + 1
    return position


def _goes_on(raw, line, following):
    """Whether a line of blanks is an empty line of a folded header, not the headers' end."""
    return bool(line) and bool(FIELD.match(raw[following:following + 130]))


def _is_folded(field):
    name, lines = field
    return name.lower() == 'subject' or (
        name.lower() in FOLDABLE and lines[-1].rstrip().endswith((b';', b',')))


def get(fields, name):
    """Return the first header of that name, as bytes; ``b''`` where there is none."""
    return next((value for key, value in fields if key.lower() == name), b'')


def read_text(value, charset='', limit=None):
    """Return the text of a header: encoded words and raw bytes decoded, on one line.

    :param bytes value: the header as it came
    :param str charset: of the mail's text, for bytes that are no ASCII
    """
    return flatten(read_words(read_raw(value[:limit], charset)))


def read_raw(value, charset=''):
    """Return the characters of a header; its encoded words stay."""
    if value.isascii() and b'\x1b$' not in value:
        return value.decode('ascii')
    try:
        return value.decode('utf-8') if b'\x1b$' not in value else decode(value)
    except UnicodeError:
        return decode(value, charset)


def flatten(text):
    return ' '.join(strip_control(text.replace('\t', ' ')).split())


def read_words(text):
    """Decode the encoded words (RFC 2047) of a text.

    Words of one charset that follow each other are joined before they are decoded: many programs
    cut in the middle of a character.
    """
    if '=?' not in text:
        return text
    result, position, charset, data = [], 0, None, b''
    for word in WORD.finditer(text):
        between = text[position:word.start()]
        name = word[1].lower()
        if data and (between.strip() or name != charset):
            result.append(decode(data, charset))
            data = b''
        if between.strip() or charset is None:
            result.append(between)
        charset = name
        data += _read_word(word[2], word[3])
        position = word.end()
    if charset is not None:
        result.append(decode(data, charset))
    return ''.join(result) + text[position:]


def _read_word(encoding, payload):
    data = payload.encode('utf-8', 'replace')
    if encoding in 'qQ':
        return quopri.decodestring(data.replace(b'_', b'=20').replace(b' ', b'=20'), header=False)
    return read_base64(data)[0]


def read_base64(data):
    """Decode base64 with whatever stands in it.

    :return: ``(bytes, whether all of it was base64)``
    """
    clean = data.translate(None, b' \t\r\n')
    with contextlib.suppress(binascii.Error, ValueError):
        return base64.b64decode(clean, validate=True), True
    pieces = []
    for piece in re.split(rb'=+', clean.translate(None, NOT_BASE64)):
        whole = len(piece) - (len(piece) % 4 == 1)
        pieces.append(base64.b64decode(piece[:whole] + b'=' * (-whole % 4)))
    # a missing end ("=") is no loss
    return b''.join(pieces), not clean.rstrip(b'=').translate(None, BASE64)


BASE64 = b'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
NOT_BASE64 = bytes(sorted(set(range(256)) - set(BASE64) - {ord('=')}))


def read_parameters(text):
    """Take ``text/plain; charset=utf-8`` apart, with RFC 2231's parameters.

    :param str text: a header's characters
    :return: ``(value in lower case, {name in lower case: text})``
    """
    value, *rest = _split_outside_quotes(text)
    plain, extended = {}, {}
    for item in rest:
        name, _equals, content = item.partition('=')
        name, content = name.strip().lower(), _unquote(content)
        base, star, number = name.partition('*')
        if star:
            extended.setdefault(base, []).append((number, content))
        else:
            plain.setdefault(name, read_words(content))
    for name, pieces in extended.items():
        plain[name] = _join_pieces(pieces)
    return value.split('(')[0].strip().lower(), {
        name: strip_control(content) for name, content in plain.items()}


def _split_outside_quotes(text):
    """Split ``a; b="c;d"`` into ``['a', ' b="c;d"']``; a quote that isn't closed ends nothing."""
    pieces, start, quoted, escaped = [], 0, False, False
    for index, sign in enumerate(text):
        if escaped:
            escaped = False
        elif quoted and sign == '\\':
            escaped = True
        elif sign == '"':
            quoted = not quoted
        elif sign == ';' and not quoted:
            pieces.append(text[start:index])
            start = index + 1
    return [*pieces, text[start:]] if not quoted else text.split(';')


def _unquote(content):
    content = content.strip()
    if content[:1] != '"':
        return content.split(' (')[0].strip(' \t"\'') if content[:1] != "'" else content.strip("'")
    end = content.rfind('"')
    return re.sub(r'\\(["\\])', r'\1', content[1:end if end > 0 else None])


def _join_pieces(pieces):
    """Return the text of ``name*0*=utf-8''%ED…; name*1=…``."""
    def order(piece):
        number = piece[0].rstrip('*')
        return int(number) if number.isdecimal() and len(number) < 5 else 0
    charset, data = '', b''
    for position, (number, content) in enumerate(sorted(pieces, key=order)):
        if (number.endswith('*') or not number) and not position and content.count("'") >= 2:
            charset, _language, content = content.split("'", 2)
        if number.endswith('*') or not number:
            data += unquote_to_bytes(content)
        else:
            data += content.encode('utf-8', 'replace')
    return decode(data, charset)
