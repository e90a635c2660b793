"""Taking a mail apart as mail programs wrote it: bytes in, headers and parts out.

Each level is one pass over the bytes, so time grows linearly with size; limits bound the levels.
Nothing here raises, whatever the bytes are.
"""

import re
from dataclasses import dataclass, field
from email.message import Message

from .mail_charset import decode_header

HEADER = re.compile(rb'[!-9;-~]{1,200}[ \t]*:')
KEPT_CONTENT_HEADER = 4_000  # bytes of a Content-* header
KEPT_HEADERS = 300_000  # bytes of all headers of a mail or part
GUESS_WITHIN = 4_000  # bytes in which a boundary that the header doesn't name is looked for


@dataclass(frozen=True)
class Limits:
    """What of a mail is read; what is beyond stays in its raw file."""

    parts: int = 300
    depth: int = 30
    header: int = 8_000  # bytes of one header
    headers: int = 1_000
    text: int = 5_000_000  # bytes of the texts that are shown


@dataclass
class Part:
    """One part of a mail without parts of its own: a text or a file."""

    content_type: str
    charset: str
    filename: str
    cid: str
    is_attachment: bool
    raw: bytes  # decoded from its transfer encoding
    extra: dict = field(default_factory=dict)


@dataclass
class Group:
    """A part that consists of others."""

    content_type: str
    children: list = field(default_factory=list)


class Reader:
    """Reads one mail; afterwards `complete` tells whether all of it was read."""

    def __init__(self, limits):
        self.limits, self.count, self.complete = limits, 0, True

    def read_headers(self, raw):
        """Split headers from the body, as mail programs meant it.

        A line that is no header belongs to the one before it, where another header follows; else
        the body begins there.

        :return: ``([(name, unfolded value)], body)``
        """
        end = _find_end_of_headers(raw)
        if end > KEPT_HEADERS:
            self.complete = False
        block = raw[:min(end, KEPT_HEADERS)]
        lines = block.replace(b'\r\n', b'\n').replace(b'\r', b'\n').split(b'\n')
        headers, rest = [], None
        last = max((index for index, line in enumerate(lines) if HEADER.match(line)), default=-1)
        for index, line in enumerate(lines):
            if HEADER.match(line) and not line[:1].isspace():
                name, _colon, value = line.partition(b':')
                headers.append([name.strip().decode('ascii'), value.strip()])
            elif headers and (line[:1] in (b' ', b'\t') or index < last):
                headers[-1].append(line.strip())
            elif line.strip() and not line.startswith((b'From ', b'>From ')):
                rest = b'\n'.join(lines[index:])
                break
        body = raw[end:].lstrip(b'\r\n') if rest is None else rest + b'\n\n' + raw[end:]
        if len(headers) > self.limits.headers:
            headers, self.complete = headers[:self.limits.headers], False
        return [(name, b' '.join(values).replace(b'\0', b''))
                for name, *values in headers], body

    def read(self, headers, body, depth=0):
        """The tree of a mail or of a part.

        :return: `Part` or `Group`, or None where the limits are passed
        """
        info = _get_content_info(headers)
        content_type = info.get_content_type()
        if content_type.startswith('multipart/'):
            bodies = self._split(info, body)
            if bodies and depth < self.limits.depth:
                return self._read_group(content_type, bodies, depth)
            if bodies:
                self.complete = False
                return None
            content_type = 'text/plain'
        self.count += 1
        if self.count > self.limits.parts:
            self.complete = False
            return None
        return _make_part(info, content_type, body)

    def _read_group(self, content_type, bodies, depth):
        group = Group(content_type)
        for piece in bodies:
            if self.count >= self.limits.parts:
                self.complete = False
                break
            child = self.read(*self.read_headers(piece), depth=depth + 1)
            if child is not None:
                group.children.append(child)
        return group

    def _split(self, info, body):
        """The bodies of the parts of a multipart, by its boundary or one that is found."""
        boundary = _get_boundary(info)
        for candidate in filter(None, (boundary, _guess_boundary(body))):
            if pieces := _split_at(body, candidate, self.limits.parts + 2):
                return pieces
        return []


def _find_end_of_headers(raw):
    """Where the first empty line begins."""
    ends = [found for found in (raw.find(b'\n\n'), raw.find(b'\r\n\r\n'), raw.find(b'\n\r\n'))
            if found >= 0]
    if raw[:1] == b'\n' or raw[:2] == b'\r\n':
        return 0
    return min(ends) + 1 if ends else len(raw)


def _get_content_info(headers):
    """The Content-* headers as Python's plainest parser holds them, each bounded."""
    info = Message()
    for name, value in headers:
        if name.lower().startswith('content-') and name not in info:
            info[name] = value[:KEPT_CONTENT_HEADER].decode('latin-1')
    return info


def _get_boundary(info):
    """The boundary, with or without quotes: ``boundary=----=_Next``."""
    value = info.get('Content-Type', '')
    start = value.lower().find('boundary')
    text = value[start + 8:].lstrip()
    if start < 0 or not text.startswith('='):
        return b''
    text = text[1:].lstrip()
    if text.startswith('"'):
        boundary = text[1:].partition('"')[0]
    else:
        boundary = text.partition(';')[0].split()[0] if text.split() else ''
    return boundary.strip().encode('latin-1')[:200]


def _guess_boundary(body):
    """A line that looks like a boundary and comes again, or that begins the body."""
    for line in body[:GUESS_WITHIN].splitlines():
        line = line.rstrip()
        if line.startswith(b'--') and len(line) > 4 and line.strip(b'-'):
            return line[2:202]
    return b''


def _split_at(body, boundary, most):
    """The pieces of a body between the lines of a boundary; [] where there is none."""
    delimiter = b'--' + boundary
    pieces, start, position = [], None, 0
    while len(pieces) < most:
        position = body.find(delimiter, position)
        if position < 0:
            break
        end = body.find(b'\n', position)
        end = len(body) if end < 0 else end + 1
        tail = body[position + len(delimiter):end].strip()
        if (position and body[position - 1:position] != b'\n') or tail not in (b'', b'--'):
            position += len(delimiter)
            continue
        if start is not None:
            pieces.append(body[start:position])
        start = None if tail == b'--' else end
        position = end
        if tail == b'--':
            break
    if start is not None and len(pieces) < most:
        pieces.append(body[start:])
    return pieces


def _make_part(info, content_type, body):
    """A text or file, with its bytes as they were before they were encoded for the way."""
    disposition = info.get_content_disposition() or ''
    filename = _get_filename(info)
    if info.get('Content-Transfer-Encoding'):
        info.replace_header('Content-Transfer-Encoding', info['Content-Transfer-Encoding'].strip())
    return Part(
        content_type=content_type, charset=_get_charset(info), filename=filename,
        cid=(info.get('Content-ID') or '').strip().strip('<>').strip()[:200],
        is_attachment=disposition == 'attachment' or bool(filename),
        raw=_decode_transfer(info, body),
        extra={'smime': str(info.get_param('smime-type') or '').lower()})


def _decode_transfer(info, body):
    encoding = (info.get('Content-Transfer-Encoding') or '').lower()
    if body.endswith(b'\r\n'):
        body = body[:-2]
    elif body.endswith(b'\n'):
        body = body[:-1]
    if encoding not in ('base64', 'quoted-printable', 'x-uuencode', 'uuencode', 'uue', 'x-uue'):
        return body
    part = Message()
    part['Content-Transfer-Encoding'] = encoding
    part.set_payload(body.decode('ascii', 'surrogateescape'))
    try:
        return part.get_payload(decode=True)
    except Exception:  # noqa: BLE001 - what can't be decoded stays as it came
        return body


def _get_charset(info):
    try:
        return info.get_content_charset() or ''
    except Exception:  # noqa: BLE001 - a parameter that Python can't read
        return ''


def _get_filename(info):
    """The name of a file, decoded, without what no file's name holds."""
    try:
        name = info.get_filename() or ''
    except Exception:  # noqa: BLE001 - a parameter that Python can't read
        return 'attachment'
    if '=?' in name or any(ord(char) > 127 for char in name):
        name = decode_header(name.encode('latin-1', 'replace')) if name.isascii() or all(
            ord(char) < 256 for char in name) else name
    name = ''.join(char for char in name if char.isprintable()).replace('/', '_')
    return name.replace('\\', '_').strip()[:200]
