"""The parts of a mail, found without recursion and within limits.

Python's parser goes into each part by a call of itself, reads a boundary without quotes only up to
its first dash, and reads nothing at all where the boundary is missing or wrong.
"""

import binascii
import quopri
import re
from dataclasses import dataclass, field

from . import mail_header
from .mail_signed import read_signed

# A line that looks like a boundary: a part's headers follow it
BOUNDARY = re.compile(
    rb'^--([^\r\n]{1,200})\r?\n(?=content-[a-z-]{1,40}:)', re.IGNORECASE | re.MULTILINE)
PREAMBLE = re.compile(rb'\bMIME\b|multi-?part', re.IGNORECASE)
PREAMBLE_LENGTH = 1_000
CONTENT_HEADER = 4_000  # bytes of a Content-* header that are looked at
TYPE = re.compile(r'[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}\Z')
MAILS = frozenset(('message/rfc822', 'message/global'))
REPORTS = frozenset(('message/delivery-status', 'text/rfc822-headers', 'message/feedback-report',
                     'message/disposition-notification'))
SIGNED = frozenset(('application/pkcs7-mime', 'application/x-pkcs7-mime'))


@dataclass
class Part:
    """A part of a mail that has no parts itself."""

    fields: list
    body: bytes
    type: str
    parameters: dict
    depth: int = 0
    branches: tuple = ()  # of each multipart/alternative around it: (its number, which choice)
    disposition: str = ''
    name: str = ''
    cid: str = ''
    decoded: tuple = field(default=None, repr=False)

    def get_data(self):
        """Return the bytes as they were before they were encoded, and whether all could be read."""
        if self.decoded is None:
            encoding = mail_header.get(self.fields, 'content-transfer-encoding')
            self.decoded = decode_transfer(self.body, encoding.split(b';')[0].strip().lower())
        return self.decoded


class Parts:
    """All parts of a mail, in their order.

    :param list fields: the headers, see ``mail_header.split``
    :param bytes body: what follows them
    :param limits: see ``mail_bytes.Limits``
    """

    def __init__(self, fields, body, limits):
        self.limits = limits
        self.found = []
        self.complete = True
        self.body = body
        self._alternatives = 0
        self._walk(fields, body)

    def _walk(self, fields, body):
        waiting = [(fields, body, 0, (), 'text/plain')]
        while waiting:
            if len(self.found) >= self.limits.parts:
                self.complete = False
                break
            fields, body, depth, branches, default = waiting.pop()
            kind, parameters = self._read_type(fields, default)
            if depth < self.limits.depth:
                inner = self._get_inner(fields, kind, parameters, body)
            else:
                inner = []
                self.complete = self.complete and not kind.startswith('multipart/')
            if inner:
                if kind == 'multipart/alternative':
                    self._alternatives += 1
                waiting.extend(reversed([
                    (*mail_header.split(piece), depth + 1, self._branch(kind, branches, number),
                     'message/rfc822' if kind == 'multipart/digest' else 'text/plain')
                    for number, piece in enumerate(inner)]))
            else:
                self._add(fields, body, kind, parameters, depth, branches)

    def _branch(self, kind, branches, number):
        if kind != 'multipart/alternative':
            return branches
        return (*branches, (self._alternatives, number))

    def _read_type(self, fields, default):
        text = mail_header.read_raw(mail_header.get(fields, 'content-type')[:CONTENT_HEADER])
        kind, parameters = mail_header.read_parameters(text)
        if not text.strip():
            return default, {}
        if kind in ('text', 'html', 'plain'):
            kind = {'html': 'text/html'}.get(kind, 'text/plain')
        if not kind.startswith('multipart/') and not TYPE.match(kind):
            boundary = parameters.get('boundary')
            kind = 'multipart/mixed' if boundary else 'application/octet-stream'
        return kind, parameters

    def _get_inner(self, fields, kind, parameters, body):
        """Return the parts of a part, as bytes; [] where it has none."""
        if kind in SIGNED:
            return self._get_signed(fields, body)
        boundary = parameters.get('boundary', '').encode('utf-8', 'surrogateescape')
        multipart = kind.startswith('multipart/')
        if not multipart and not (kind in ('', 'text/plain') and not parameters
                                  and BOUNDARY.match(body.lstrip()[:1_000])):
            return []
        pieces = self._split(body, boundary) if boundary else []
        if not pieces and (guess := BOUNDARY.search(body)):
            pieces = self._split(body, guess[1].rstrip())
        if multipart and not pieces and body.strip():
            self.complete = False
        return pieces

    def _get_signed(self, fields, body):
        """Return what an opaque signature holds, and the signature itself as a file."""
        encoding = mail_header.get(fields, 'content-transfer-encoding').strip().lower()
        content = read_signed(decode_transfer(body, encoding)[0])
        if content is None:
            self.complete = False
            return []
        head = (b'Content-Type: application/octet-stream; name="smime.p7m"\n'
                b'Content-Disposition: attachment; filename="smime.p7m"\n'
                b'Content-Transfer-Encoding: ' + (encoding or b'binary') + b'\n\n')
        return [content, head + body]

    def _split(self, body, boundary):
        """Cut a text at its boundary lines; what stands before and after them is no part."""
        mark, pieces, start, position = b'--' + boundary, [], None, 0
        first = last = None
        while len(pieces) <= self.limits.parts:
            found = body.find(mark, position)
            if found < 0:
                break
            position = found + len(mark)
            if found and body[found - 1:found] != b'\n':
                continue
            end = body.find(b'\n', position)
            end = len(body) if end < 0 else end
            if body[position:min(end, position + 1_000)].strip() not in (b'', b'--'):
                continue
            if start is None:
                first = found
            else:
                pieces.append(body[start:_strip_break(body, found)])
            start, position = min(end + 1, len(body)), end
            last = body[found + len(mark):end].strip() == b'--'
        else:
            self.complete = False
        if start is None:
            return []
        rest = body[start:]
        if rest.strip() and len(pieces) <= self.limits.parts:
            pieces.append(b'\n' + rest if last else rest)
        return self._get_preamble(body[:first]) + [piece for piece in pieces if piece.strip()]

    def _get_preamble(self, text):
        """Return what stands before the first boundary: a text only if the boundary was broken."""
        if not text.strip() or (len(text) < PREAMBLE_LENGTH and PREAMBLE.search(text)):
            return []
        return [text if BOUNDARY.search(text) or mail_header.KNOWN.match(text.lstrip())
                else b'\n' + text]

    def _add(self, fields, body, kind, parameters, depth, branches):
        text = mail_header.read_raw(
            mail_header.get(fields, 'content-disposition')[:CONTENT_HEADER])
        disposition, more = mail_header.read_parameters(text)
        cid = mail_header.read_text(mail_header.get(fields, 'content-id')[:300]).strip('<> ')
        part = Part(
            fields, body, 'text/plain' if kind.startswith('multipart/') else kind or 'text/plain',
            parameters, depth, branches, disposition,
            clean_name(more.get('filename') or parameters.get('name') or ''), cid)
        if part.body.strip() or part.name or depth == 0:
            self.found.append(part)


def _strip_break(body, end):
    """Return where a part ends: the line break before a boundary belongs to the boundary."""
    if body[end - 2:end] == b'\r\n':
        return end - 2
    return max(end - 1, 0)


def clean_name(name):
    """Return a file's name, without folders, and with its ending where it is too long."""
    name = mail_header.flatten(mail_header.read_words(name)).replace('\\', '/').split('/')[-1]
    name = name.strip(' .')
    if len(name) > 150:
        stem, dot, ending = name.rpartition('.')
        name = f'{stem[:130]}.{ending}' if dot and len(ending) < 16 else name[:150]
    return name


def decode_transfer(body, encoding):
    """Undo a ``Content-Transfer-Encoding``.

    :return: ``(bytes, whether all of it could be read)``
    """
    if encoding == b'base64':
        return _read_base64(body)
    if encoding == b'quoted-printable':
        return quopri.decodestring(body), True
    if encoding in (b'x-uuencode', b'uuencode', b'x-uue', b'uue'):
        return _read_uuencoded(body)
    return body, True


def _read_base64(body):
    data, whole = mail_header.read_base64(body)
    if whole:
        return data, True
    signs = body.translate(None, b' \t\r\n')
    strange = len(signs.translate(None, mail_header.BASE64 + b'='))
    # not base64 at all, whatever the header says; or text behind it, as lists append
    if strange * 20 > len(signs) or b' ' in body.strip():
        return body, False
    return data, False


def _read_uuencoded(body):
    lines, data, whole = body.splitlines(), [], True
    for line in lines:
        if line.startswith((b'begin ', b'end')) or not line.strip():
            continue
        try:
            data.append(binascii.a2b_uu(line))
        except binascii.Error:
            whole = False
    return (b''.join(data), whole) if data else (body, False)
