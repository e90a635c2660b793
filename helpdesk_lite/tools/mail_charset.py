"""Bytes of a mail to text: never an exception, whatever charset the mail claims."""

import codecs
import contextlib
import re

# What mail programs mean by names of charsets that Python knows as narrower ones, or not at all.
# Source: the WHATWG's Encoding Standard, section 4.2
CHARSETS = {
    **dict.fromkeys((
        'euc-kr', 'korean', 'ks_c_5601', 'ks_c_5601-1987', 'ks_c_5601-1989', 'ksc5601',
        'ksc_5601', 'windows-949', 'x-windows-949', 'uhc', 'cp949'), 'cp949'),
    **dict.fromkeys(('gb2312', 'gbk', 'x-gbk', 'cp936', 'gb_2312-80', 'euc-cn'), 'gb18030'),
    **dict.fromkeys((
        'shift_jis', 'shift-jis', 'x-sjis', 'sjis', 'ms_kanji', 'windows-31j', 'cp932'), 'cp932'),
    **dict.fromkeys((
        'iso-2022-jp', 'iso2022jp', 'iso2022_jp', 'csiso2022jp', 'iso-2022-jp-1', 'iso-2022-jp-2',
        'iso-2022-jp-3', 'iso-2022-jp-ms', 'iso2022_jp_ext', 'cp50220', 'cp50221', 'cp50222',
        'windows-50220'), 'iso-2022-jp'),
    **dict.fromkeys(('x-euc-jp', 'euc-jp', 'eucjp'), 'euc_jp'),
    **dict.fromkeys(('big5', 'x-x-big5', 'big-5', 'cn-big5'), 'cp950'),
    **dict.fromkeys((
        '', 'utf-8', 'utf8', 'us-ascii', 'ascii', 'ansi_x3.4-1968', 'unknown-8bit', 'x-unknown',
        'unknown', 'default', '_autodetect', 'x-user-defined', 'utf8mb4', 'unicode'), 'utf-8'),
    **dict.fromkeys((
        'iso-8859-1', 'iso8859-1', 'iso_8859-1', 'latin1', 'latin-1', 'l1', 'ansi',
        'windows-1252', 'cp1252', 'x-ansi'), 'cp1252'),
    **dict.fromkeys(('iso-8859-9', 'latin5'), 'cp1254'),
    **dict.fromkeys(('iso-8859-11', 'tis-620', 'windows-874'), 'cp874'),
    **dict.fromkeys(('iso-8859-8-i', 'iso-8859-8-e', 'logical'), 'iso8859-8'),
    'unicode-1-1-utf-7': 'utf-7',
}
# Their ASCII isn't ASCII: text that is all ASCII was never written in them.
WIDE = ('utf-16', 'utf-32', 'cp037', 'cp1026', 'cp1140', 'cp273', 'cp424', 'cp500', 'cp875')
# No charsets of mail, and some of them aren't linear.
NO_CHARSETS = frozenset(('idna', 'punycode', 'unicode_escape', 'raw_unicode_escape', 'undefined',
                         'mbcs', 'oem', 'unicode-escape', 'raw-unicode-escape'))
COLOURS = re.compile(r'\x1b\[[0-9;]{0,20}[A-Za-z]')
BREAKS = re.compile('[\x0b\x0c]')
CONTROL = re.compile('[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]')
MAXIMUM_LOSS = 0.05  # the share of signs that may be unreadable before it isn't that charset


def strip_control(text):
    """Take out what neither PostgreSQL nor lxml takes, and the colours of terminals."""
    if '\x1b' in text:
        text = COLOURS.sub('', text)
    return CONTROL.sub('', BREAKS.sub('\n', text))


def decode(data, charset=''):
    """Return the text of bytes, without control characters; see `read`."""
    return strip_control(read(data, charset)[0])


def read(data, charset=''):
    """Turn bytes into text.

    :param bytes data: a text as it came
    :param str charset: the name that the mail gives
    :return: ``(text, whether nothing of it was lost)``
    """
    codec = find_codec(charset, data)
    if codec == 'iso-2022-jp':
        return _decode_japanese(data)
    for name in (codec, 'utf-8'):
        try:
            return data.decode(name), True
        except (UnicodeError, ValueError, LookupError):
            continue
    if codec == 'utf-8':
        return _decode_western(data)
    text = data.decode(codec, 'replace')
    return text, text.count('\N{REPLACEMENT CHARACTER}') <= len(text) * MAXIMUM_LOSS


def find_codec(charset, data=b''):
    """Find the codec that a mail means by a charset's name; ``utf-8`` where there is none."""
    name = (charset or '').strip(' \t"\'').lower().split('*')[0][:40]
    name = CHARSETS.get(name, name)
    if name == 'iso-2022-jp' or (name == 'utf-8' and b'\x1b$' in data):
        return 'iso-2022-jp'
    try:
        info = codecs.lookup(name)
        if not info._is_text_encoding or info.name in NO_CHARSETS or name in NO_CHARSETS:
            return 'utf-8'
        b'x'.decode(name, 'replace')
    except (LookupError, ValueError, TypeError):  # TypeError: "a\0b"
        return 'utf-8'
    if name.replace('_', '-').startswith(WIDE) and data.isascii() and b'\0' not in data:
        return 'utf-8'
    return name


def _decode_western(data):
    """Bytes that are no UTF-8 though they should be: broken UTF-8, or Windows' Western charset."""
    text = data.decode('utf-8', 'replace')
    lost = text.count('\N{REPLACEMENT CHARACTER}')
    wide = sum(1 for sign in text if sign > '\x7f') - lost
    if wide > 2 * lost:  # most of it was UTF-8
        return text, lost <= len(text) * MAXIMUM_LOSS
    return data.decode('cp1252', 'replace'), True


def _decode_japanese(data):
    """ISO-2022-JP as it is written: with the signs of NEC and IBM, and halfwidth katakana."""
    with contextlib.suppress(UnicodeError):
        return data.decode('iso2022_jp_ext'), True
    first, *rest = data.split(b'\x1b')
    texts = [first.decode('utf-8', 'replace')]
    for run in rest:
        for escape, read in JAPANESE:
            if run.startswith(escape):
                texts.append(read(run[len(escape):]))
                break
        else:
            texts.append(run.decode('utf-8', 'replace'))
    text = ''.join(texts)
    return text, text.count('\N{REPLACEMENT CHARACTER}') <= len(text) * MAXIMUM_LOSS


def _read_kanji(run):
    """JIS X 0208 and what vendors put into its empty rows, by Microsoft's Shift JIS."""
    out = bytearray()
    index = 0
    while index < len(run):
        row, cell = run[index], run[index + 1] if index + 1 < len(run) else 0
        if not 0x21 <= row <= 0x7e or not 0x21 <= cell <= 0x7e:
            out.append(row if row < 0x80 else 0x3f)
            index += 1
            continue
        lead = (row + 1) // 2 + (0x70 if row <= 0x5e else 0xb0)
        if row % 2:
            out += bytes((lead, cell + (0x1f if cell <= 0x5f else 0x20)))
        else:
            out += bytes((lead, cell + 0x7e))
        index += 2
    return out.decode('cp932', 'replace')


def _read_supplement(run):
    """JIS X 0212, by EUC-JP."""
    out = bytearray()
    for index in range(0, len(run) - 1, 2):
        out += bytes((0x8f, run[index] | 0x80, run[index + 1] | 0x80))
    return out.decode('euc_jp', 'replace')


def _read_katakana(run):
    return bytes(sign | 0x80 if 0x21 <= sign <= 0x5f else sign for sign in run).decode(
        'cp932', 'replace')


def _read_latin(run):
    return run.decode('utf-8', 'replace')


JAPANESE = (
    (b'$(D', _read_supplement), (b'$(B', _read_kanji), (b'$(@', _read_kanji),
    (b'$B', _read_kanji), (b'$@', _read_kanji), (b'(I', _read_katakana), (b'(B', _read_latin),
    (b'(J', _read_latin), (b'(H', _read_latin),
)
