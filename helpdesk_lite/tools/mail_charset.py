"""Decoding text as mail programs meant it, whatever name they gave its charset. Never raises."""

import base64
import binascii
import re

# What mail programs mean by names of charsets that Python knows as narrower ones, or not at all.
# Source: the WHATWG's Encoding Standard, section 4.2
CHARSETS = {
    **dict.fromkeys((
        'euc-kr', 'korean', 'ks_c_5601-1987', 'ks_c_5601-1989', 'ksc5601', 'ksc_5601',
        'windows-949'), 'cp949'),
    **dict.fromkeys(('gb2312', 'gbk', 'x-gbk'), 'gb18030'),
    **dict.fromkeys(('shift_jis', 'shift-jis', 'x-sjis', 'sjis'), 'cp932'),
    **dict.fromkeys(('us-ascii', 'ascii', 'iso-8859-1', 'latin1', 'latin-1'), 'cp1252'),
    'iso-8859-8-i': 'iso-8859-8', 'x-mac-roman': 'mac-roman', 'unicode-1-1-utf-7': 'utf-7',
}
JAPANESE = ('iso-2022-jp', 'csiso2022jp', 'iso-2022-jp-ms', 'iso-2022-jp-1', 'cp50220', 'cp50221')
# What PostgreSQL or HTML takes none of
CONTROL = re.compile('[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]')
WORD = re.compile(r'=\?([^?\s]{1,60})\?([bBqQ])\?([^?\s]{0,10000})\?=')
WORD_GAP = re.compile(r'(\?=)[ \t]+(?==\?[^?\s]{1,60}\?[bBqQ]\?)')


def strip_control(text):
    """A text without the control characters that neither PostgreSQL nor HTML takes."""
    return CONTROL.sub('', text)


def decode(raw, charset=''):
    """Decode bytes by the charset that a mail names; by UTF-8 or Windows-1252 where that fails.

    :param bytes raw: the text as it came
    :param str charset: the name that the mail gives, or ''
    """
    name = (charset or '').strip().strip('"\'').lower()
    if name in JAPANESE:
        return strip_control(_decode_japanese(raw))
    for codec in dict.fromkeys(filter(None, (
            'utf-8' if name in ('', 'us-ascii', 'ascii') else '', CHARSETS.get(name, name),
            'utf-8'))):
        try:
            text = raw.decode(codec)
        except (LookupError, UnicodeError, ValueError):
            continue
        if isinstance(text, str):
            return strip_control(text)
    return strip_control(_decode_broken(raw, CHARSETS.get(name, name)))


def _decode_broken(raw, codec):
    """The text of bytes some of which their charset doesn't know."""
    try:
        text = raw.decode(codec or 'utf-8', 'replace')
        if codec not in ('', 'utf-8', 'utf8') or text.count('\ufffd') * 20 <= len(text):
            return text
    except (LookupError, UnicodeError, ValueError):
        pass
    return raw.decode('cp1252', 'replace')


def _decode_japanese(raw):
    """ISO-2022-JP with the characters that vendors added: by way of Windows' code page 932."""
    out, double = bytearray(), False
    pieces = raw.split(b'\x1b')
    out += pieces[0]
    for piece in pieces[1:]:
        if piece[:2] in (b'$B', b'$@'):
            double, piece = True, piece[2:]
        elif piece[:2] in (b'(B', b'(J', b'(I'):
            double, piece = False, piece[2:]
        out += _to_shift_jis(piece) if double else piece
    return out.decode('cp932', 'replace')


def _to_shift_jis(piece):
    """Characters of JIS X 0208 and its vendors' rows, two bytes each, as Shift_JIS."""
    out = bytearray()
    for index in range(0, len(piece) - 1, 2):
        row, cell = piece[index], piece[index + 1]
        if row < 0x21 or cell < 0x21:  # a line break in the middle: it is no character
            out += bytes([row, cell])
            continue
        lead = (row + 1) // 2 + (0x70 if row < 0x5f else 0xb0)
        if row % 2:
            trail = cell + (0x1f if cell < 0x60 else 0x20)
        else:
            trail = cell + 0x7e
        out += bytes([lead & 0xff, trail & 0xff])
    return bytes(out)


def decode_header(raw, charset=''):
    """Decode a header: its encoded words (RFC 2047), and raw bytes by the charset of the body.

    :param bytes raw: the header's value, unfolded
    :param str charset: the charset that the mail's text names
    """
    text = decode(raw, charset) if any(byte > 127 for byte in raw) else raw.decode('ascii')
    if '\x1b' in text:
        text = _decode_japanese(raw)
    return strip_control(WORD.sub(_decode_word, WORD_GAP.sub(r'\1', text))).strip()


def _decode_word(found):
    charset, kind, text = found.groups()
    charset = charset.partition('*')[0]
    data = text.encode('ascii', 'ignore')
    if kind in 'bB':
        return decode(decode_base64(data), charset)
    return decode(binascii.a2b_qp(data, header=True), charset)


def decode_base64(data):
    """Bytes of base64 that may be cut off or hold other characters."""
    data = re.sub(rb'[^A-Za-z0-9+/]', b'', data)
    return base64.b64decode(data + b'=' * (-len(data) % 4)) if len(data) % 4 != 1 else \
        base64.b64decode(data[:-1])
