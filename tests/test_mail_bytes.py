"""Reading mails as programs write them: tables, and properties over mutated ones.

Plain Python: no database, no server. The mails are those of ``tests/messages`` and, where Python
was installed with its own tests, those by which its parser is tested.
"""

import base64
import email
import email.policy
import importlib.util
import re
import string
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import cms
from hypothesis import HealthCheck, given, settings, strategies
from lxml import html as lxml_html

from odoo.tools import html2plaintext, html_sanitize

from odoo.addons.helpdesk_lite.tools import (
    mail_address,
    mail_bytes,
    mail_charset,
    mail_header,
    mail_html,
    mail_signed,
)
from odoo.addons.helpdesk_lite.tools.boxed_html import box_html
from odoo.addons.helpdesk_lite.tools.mail_bytes import (
    Limits,
    is_heavy,
    open_mail,
    repair,
    repair_report,
)

MESSAGES = Path(__file__).parent / 'messages'
SENTENCE = 'It could not be read.'
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LIMITS = Limits()


def read(raw, limits=LIMITS):
    """What Odoo's parser finds in a repaired mail: ``(message, text, [(name, bytes)], whole)``."""
    data, complete = repair(raw, limits, SENTENCE, NOW)
    message = email.message_from_bytes(data, policy=email.policy.SMTP)
    text, files = '', []
    for part in message.walk():
        if part.get_content_type() == 'text/html':
            text = part.get_content()
        elif part.get_content_maintype() != 'multipart':
            files.append((part.get_filename(), part.get_content()))
    for name in ('From', 'To', 'Cc', 'Subject', 'Date', 'References', 'In-Reply-To', 'Reply-To'):
        str(message.get(name))  # Odoo asks for them: none raises
    return message, text, files, complete


def make(body=b'Hello', content_type=b'text/plain; charset=utf-8', **headers):
    head = b''.join(name.replace('_', '-').encode() + b': ' + value + b'\r\n'
                    for name, value in headers.items())
    return (b'From: a@x.example.org\r\n' + head + b'MIME-Version: 1.0\r\nContent-Type: '
            + content_type + b'\r\n\r\n' + body)


ADDRESSES = (
    ('boss@a.example <ann@b.example>', [('boss@a.example', 'ann@b.example')]),
    ('some name, some name2@x.example', [('some name, some', 'name2@x.example')]),
    ('Ann, Customer <x@y.example>', [('Ann, Customer', 'x@y.example')]),
    ('x@y.example (Ann)', [('Ann', 'x@y.example')]),
    ('"a, b" <A@B.example>, c@d.example', [('a, b', 'a@b.example'), ('', 'c@d.example')]),
    ('Desk: "B" <b@c.example>;', [('B', 'b@c.example')]),
    ('undisclosed-recipients:;', []), ('x@', []), ('@x', []), ('a@b@c', []), ('<>', []),
    ('', []), ('MAILER-DAEMON <>', []), ('nobody', []),
    ('"never ends <a@b.example>', [('never ends', 'a@b.example')]),
    ('=?utf-8?b?R3LDvMOfZQ==?= <g@x.example>', [('Grüße', 'g@x.example')]),
    ("'Ann' <a@x.example>", [('Ann', 'a@x.example')]),
)


@pytest.mark.parametrize(('text', 'expected'), ADDRESSES)
def test_addresses(text, expected):
    assert mail_address.read(text.encode()) == expected


@pytest.mark.parametrize(('text', 'codec', 'named'), [
    ('똠방각하', 'cp949', 'ks_c_5601-1987'), ('朱镕基', 'gbk', 'gb2312'),
    ('髙橋①', 'cp932', 'shift_jis'), ('“x”', 'cp1252', 'iso-8859-1'), ('불', 'utf-8', ''),
    ('불', 'utf-8', 'x-nobody-knows'), ('불', 'utf-8', 'us-ascii'), ('é', 'cp1252', 'us-ascii'),
    ('日本', 'iso2022_jp', 'iso-2022-jp'), ('불', 'utf-8', '"base64"'), ('é', 'latin-1', ''),
])
def test_charsets(text, codec, named):
    assert mail_charset.decode(text.encode(codec), named) == text


def test_japanese_of_vendors():
    """Characters that NEC and IBM added, which Python's codec for ISO-2022-JP doesn't know."""
    assert mail_charset.decode(b'\x1b$B-!-"\x1b(B ok', 'iso-2022-jp') == '①② ok'
    assert mail_header.read_text(b'=?iso-2022-jp?B?GyRCLSEbKEI=?=') == '①'


def test_headers():
    """Raw bytes in the body's charset, lines without indent, two subjects, a future date."""
    raw = make('Schöne Grüße'.encode('latin-1'), b'text/plain; charset=iso-8859-1',
               Subject='Grüße'.encode('latin-1'))
    assert open_mail(raw, LIMITS).subject == 'Grüße'
    folded = b'Subject: The first\nhalf\nTo: b@x.example.org\n\nHello'
    assert open_mail(folded, LIMITS).subject == 'The first half'
    assert open_mail(b'Subject: one\nSubject: two\n\n', LIMITS).subject == 'one'
    message, *_rest = read(make(Date=b'Fri, 1 Jan 2100 10:00:00 +0000'))
    assert message['Date'].datetime == NOW
    message, *_rest = read(make(Date=b'Sun, 1 Mar 2026 10:00:00 +0000'))
    assert message['Date'].datetime == datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(('given_id', 'kept'), [
    (b'<urn:uuid:1@x>', '<urn:uuid:1@x>'), (b'<[x@y>', '<[x@y>'), (b'<a b@c>', '<a b@c>'),
    (b'<>', '<>'), (b'', ''), (b'x', 'x'),
])
def test_ids_stay_as_they_came(given_id, kept):
    assert open_mail(b'Message-ID: ' + given_id + b'\n\nx', LIMITS).message_id == kept


def test_long_ids_are_told_apart():
    ids = {open_mail(b'Message-ID: <' + b'a' * 9_000 + end + b'@x>\n\n', Limits(header=20_000))
           .message_id for end in (b'1', b'2')}
    assert len(ids) == 2
    assert all(len(found) <= 255 for found in ids)


def test_long_subject():
    """Cut at 250 characters, and whole in the text."""
    message, text, _files, complete = read(make(Subject=b'word ' * 400))
    assert len(message['Subject']) == 250
    assert text.count('word') == 400
    assert complete


PNG = b'\x89PNG cut off'


def multipart(boundary, named, *parts, kind=b'mixed'):
    body = b''.join(b'--' + boundary + b'\r\n' + part + b'\r\n' for part in parts)
    return make(body + b'--' + boundary + b'--\r\n',
                b'multipart/' + kind + (b'; boundary=' + named if named else b''))


PLAIN = b'Content-Type: text/plain\r\n\r\nMine'
STRUCTURES = (
    ('unquoted', multipart(b'----=_Next', b'----=_Next', PLAIN), 'Mine', []),
    ('wrong boundary', multipart(b'real-one', b'"other"', PLAIN), 'Mine', []),
    ('no boundary', multipart(b'real-one', b'', PLAIN), 'Mine', []),
    ('no end', make(b'--b\r\n' + PLAIN, b'multipart/mixed; boundary=b'), 'Mine', []),
    ('font', multipart(b'b', b'b', PLAIN, b'Content-Type: font/ttf; name="a.ttf"\r\n\r\n\0\1'),
     'Mine', [('a.ttf', b'\0\1')]),
    ('no main type', multipart(b'b', b'b', PLAIN, b'Content-Type: pdf; name="a.pdf"\r\n\r\n%PDF'),
     'Mine', [('a.pdf', b'%PDF')]),
    ('cut-off picture', multipart(
        b'b', b'b', PLAIN, b'Content-Type: image/png; name=a.png\r\n\r\n' + PNG),
     'Mine', [('a.png', PNG)]),
    ('text file as it came', multipart(
        b'b', b'b', PLAIN, b'Content-Type: text/csv; charset=latin-1\r\n'
        b'Content-Disposition: attachment; filename=a.csv\r\n\r\n\xe9;\xe8'),
     'Mine', [('a.csv', b'\xe9;\xe8')]),
    ('attached mail', multipart(
        b'b', b'b', PLAIN, b'Content-Type: message/rfc822\r\n\r\nSubject: Old one\r\n'
        b'Content-Type: text/html\r\n\r\n<p>Theirs</p>'), 'Mine', [('Old one.eml', None)]),
    ('html instead of plain', multipart(
        b'b', b'b', PLAIN, b'Content-Type: text/html\r\n\r\n<p>Mine, too</p>',
        kind=b'alternative'), 'Mine, too', []),
    ('empty html beside plain', multipart(
        b'b', b'b', PLAIN, b'Content-Type: text/html\r\n\r\n', kind=b'alternative'), 'Mine', []),
    ('several texts', multipart(b'b', b'b', PLAIN, b'Content-Type: text/html\r\n\r\n<p>x</p>'),
     'Minex', []),
    ('inline picture without a name', multipart(
        b'b', b'b', b'Content-Type: text/html\r\n\r\n<img src="cid:p@x">Mine',
        b'Content-Type: image/png\r\nContent-ID: <p@x>\r\n\r\n' + PNG, kind=b'related'),
     'Mine', [('image.png', PNG)]),
    ('invitation alone', make(
        b'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Lunch\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n',
        b'text/calendar'), 'Lunch', [('invite.ics', None)]),
    ('empty charset', make(b'Mine', b'text/plain; charset=""'), 'Mine', []),
    ('no headers at all', b'\r\nMine', 'Mine', []),
    ('control characters', make(b'\x1b[31mMine\x0b\x0c\x00\r\n-- \r\nA'), 'Mine\n\n\n-- \nA', []),
)


@pytest.mark.parametrize(
    ('name', 'raw', 'text', 'files'), STRUCTURES, ids=[case[0] for case in STRUCTURES])
def test_structures(name, raw, text, files):
    _message, found, found_files, complete = read(raw)
    assert lxml_html.fromstring(f'<div>{found}</div>').text_content().strip() == text
    assert [(file, None if expected is None else content)
            for (file, content), (_file, expected) in zip(found_files, files, strict=True)] == files
    assert complete


def test_limits_end_in_the_sentence():
    """Too many parts, too deep, or no text and no file: the raw mail is kept."""
    deep = b''.join(
        b'Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n' % (level, level)
        for level in range(3_000))
    for raw in (make(b'--x\n' + deep, b'multipart/mixed; boundary=x'),
                multipart(b'b', b'b', *[PLAIN] * 16_000)):
        _message, text, files, complete = read(raw)
        assert not complete
        assert SENTENCE in text
        assert files[-1] == ('original.eml', raw)


M = b'MARKER'
# Where text was lost: what is shown, and whether the raw mail stays beside it
BASE64 = b'text/plain\nContent-Transfer-Encoding: base64'
LOST = (
    ('an address as a tag', make(b'<p>From: Ann <MARKER@x.example></p>', b'text/html'), True),
    ('a tag that never ends', make(b'Hi <b>x</b> <please MARKER', b'text/html'), True),
    ('a comment that never ends', make(b'Hi <!-- MARKER', b'text/html'), True),
    ('an attribute that never ends', make(b'Hi <a href="x>MARKER and more text</a>', b'text/html'),
     False),
    ('fields of a form', make(b'<textarea>MARKER</textarea>', b'text/html'), True),
    ('400 levels of HTML', make(b'<div>' * 400 + M, b'text/html'), True),
    ('after the last boundary', make(b'--b\n\nHi\n--b--\nMARKER\n', b'multipart/mixed; boundary=b'),
     True),
    ('after an end that was none', make(
        b'--b\n\nHi\n--b--\n--b\n\nMARKER\n--b--\n', b'multipart/mixed; boundary=b'), True),
    ('before the first boundary', make(
        b'-b\nContent-Type: text/plain\n\nMARKER\n--b\n\nHi\n--b--',
        b'multipart/mixed; boundary=b'),
     True),
    ('base64 in two', make(b'aGVsbG8=\nTUFSS0VS\n', BASE64),
     False),
    ('text behind base64', make(
        b'aGVsbG8=\n-- \nMARKER of a list\n', BASE64), False),
    ('no base64 at all', make(
        b'Hello, this is MARKER.\n', BASE64), False),
    ('HTML that says nothing', make(
        b'--b\n\nMARKER\n--b\nContent-Type: text/html\n\n<html><body><br></body></html>\n--b--',
        b'multipart/alternative; boundary=b'), True),
    ('ASCII said to be UTF-16', make(b'MARKER text!', b'text/plain; charset=utf-16'), True),
    ('ASCII said to be EBCDIC', make(b'MARKER text!', b'text/plain; charset=cp037'), True),
    ('no empty line', b'From: a@x.example\nSubject: s\nMARKER is here\n', True),
    ('a header line without indent', (
        b'From: a@x.example\nContent-Type: multipart/mixed;\n'
        b'boundary="b"\n\n--b\n\nMARKER\n--b--\n'), True),
    ('carriage returns alone', b'From: a@x.example\rSubject: s\r\rMARKER\r', True),
    ('another boundary', make(b'--bc\n\nMARKER\n--bc--\n', b'multipart/mixed; boundary=b'), False),
)


@pytest.mark.parametrize(('name', 'raw', 'whole'), LOST, ids=[case[0] for case in LOST])
def test_no_text_is_lost(name, raw, whole):
    _message, text, _files, complete = read(raw)
    shown = html_sanitize(text, sanitize_style=True)
    assert 'MARKER' in lxml_html.fromstring(f'<div>{shown}</div>').text_content()
    assert complete == whole


def test_signed():
    """What an S/MIME signature wraps is shown; the signature stays a file, as what is encrypted."""
    inner = b'Content-Type: text/plain\r\n\r\nMine'
    signed = content_info('signed_data', inner)
    head = b'application/pkcs7-mime; smime-type=signed-data\r\nContent-Transfer-Encoding: base64'
    _message, text, files, complete = read(make(base64.encodebytes(signed), head))
    assert 'Mine' in text
    assert files == [('smime.p7m', signed)]
    assert complete
    for broken in (content_info('enveloped_data', b''), signed[:40], signed[:-20], b'x', b''):
        _message, _text, files, complete = read(make(base64.encodebytes(broken), head))
        assert not broken or files[0] == ('smime.p7m', broken)
    pieces = bytes.fromhex('30800609 2a864886f70d010702 a080 3080 020101 3100 3080 0609'
                           '2a864886f70d010701 a080 2480') + b''.join(
        bytes((4, 1, byte)) for byte in inner) + b'\0' * 14
    assert mail_signed.read_signed(pieces) == inner
    deep = bytes.fromhex('30800609 2a864886f70d010702 a080 3080 020101 3100 3080 0609'
                         '2a864886f70d010701 a080') + bytes.fromhex('2480') * 400_000
    assert mail_signed.read_signed(deep) is None


def content_info(kind, inner):
    """An S/MIME envelope around a mail, as programs write it."""
    if kind != 'signed_data':
        return cms.ContentInfo({'content_type': kind, 'content': cms.EnvelopedData({
            'version': 'v0', 'recipient_infos': [], 'encrypted_content_info': {
                'content_type': 'data', 'encrypted_content': inner,
                'content_encryption_algorithm': {
                    'algorithm': 'aes128_cbc', 'parameters': b'0' * 16}}})}).dump()
    return cms.ContentInfo({'content_type': kind, 'content': cms.SignedData({
        'version': 'v1', 'digest_algorithms': [], 'signer_infos': [],
        'encap_content_info': {'content_type': 'data', 'content': inner}})}).dump()


def test_pictures_in_the_html_become_files():
    picture = base64.b64encode(PNG * 400)
    _message, text, files, complete = read(make(
        b'<p>See <img src="data:image/png;base64,' + picture + b'"></p>', b'text/html'))
    assert '<img src="cid:picture1@helpdesk_lite">' in text
    assert files == [('picture1.png', PNG * 400)]
    assert complete


def test_reports_stay_reports():
    """However large a bounce is: whose mail came back, and to whom it should have gone."""
    raw = multipart(
        b'b', b'b', b'Content-Type: text/plain\r\n\r\nIt came back.' + b'<' * 1_000,
        b'Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n'
        b'Final-Recipient: rfc822; joe@x.example\r\nAction: failed\r\n',
        b'Content-Type: message/rfc822\r\n\r\nMessage-ID: <urn:1@x>\r\nSubject: Old\r\n\r\nText',
        kind=b'report')
    mail = open_mail(raw, LIMITS)
    assert is_heavy(mail, LIMITS)
    message = email.message_from_bytes(repair_report(mail, LIMITS), policy=email.policy.SMTP)
    assert message.get_content_type() == 'multipart/report'
    status = next(part for part in message.walk()
                  if part.get_content_type() == 'message/delivery-status')
    assert status.get_payload()[1]['Final-Recipient'] == 'rfc822; joe@x.example'
    came_back = next(part for part in message.walk()
                     if part.get_content_type() == 'message/rfc822').get_payload()[0]
    assert dict(came_back.raw_items())['Message-ID'] == '<urn:1@x>'


def test_mails_of_others_stay_as_they_came():
    """Unless they would stop the server: then they are mended, whoever gets them."""
    for path in sorted(MESSAGES.rglob('*.eml')):
        heavy = is_heavy(open_mail(path.read_bytes(), LIMITS), LIMITS)
        assert heavy == path.name.startswith(('06-', '08-')), path.name
    for name in ('nested', 'recipients', 'broken tags', 'office tags', 'comments', 'html parts'):
        assert is_heavy(open_mail(GROWING[name](100_000), LIMITS), LIMITS), name


# What mail programs write, as the properties change it
def collect_seeds():
    seeds = [path.read_bytes() for path in sorted(MESSAGES.rglob('*.eml'))]
    found = importlib.util.find_spec('test.test_email')
    if found:
        data = Path(found.origin).parent / 'data'
        seeds += [path.read_bytes() for path in sorted(data.glob('msg_*.txt'))]
    return [seed for seed in seeds if len(seed) < 60_000]


SEEDS = collect_seeds()
NAMES = strategies.sampled_from((b'Subject', b'From', b'Content-Type', b'To', b'Message-ID'))
CHARSETS = strategies.sampled_from((b'euc-kr', b'', b'utf-16', b'x', b'iso-2022-jp', b'utf-7'))


@strategies.composite
def mutated(draw):
    """A mail that was cut, whose bytes were flipped, whose headers were doubled or nested."""
    raw = bytearray(draw(strategies.sampled_from(SEEDS)))
    for _index in range(draw(strategies.integers(0, 4))):
        place = draw(strategies.integers(0, max(len(raw) - 1, 0)))
        kind = draw(strategies.sampled_from(('cut', 'flip', 'double', 'nest', 'charset', 'insert')))
        if kind == 'cut':
            del raw[place:]
        elif kind == 'flip' and raw:
            raw[place] = draw(strategies.integers(0, 255))
        elif kind == 'double':
            raw[:0] = draw(NAMES) + b': ' + bytes(raw[:place][:300]) + b'\n'
        elif kind == 'nest':
            raw[:0] = b'Content-Type: multipart/mixed; boundary=N\n\n--N\n'
        elif kind == 'charset':
            raw = bytearray(re.sub(rb'charset="?[\w-]*"?', b'charset=' + draw(CHARSETS),
                                   bytes(raw), count=1))
        else:
            raw[place:place] = draw(strategies.binary(max_size=40))
    return bytes(raw)


@settings(max_examples=400, deadline=None, derandomize=True,
          suppress_health_check=list(HealthCheck))
@given(mutated())
def test_mutated_mails(raw):
    """No exception, none is empty whose mail isn't, and what wasn't read stays as a file."""
    _message, text, files, complete = read(raw)
    body = open_mail(raw, LIMITS).body
    assert text.strip() or files or not body.strip()
    assert complete or files[-1][1] == raw
    assert not set(text) & set(mail_charset.CONTROL.findall(text))


GROWING = {
    'text': lambda size: make(b'word and word\r\n' * (size // 15)),
    'html': lambda size: make(b'<p>word <b>and</b></p>' * (size // 22), b'text/html'),
    'plain parts': lambda size: multipart(b'b', b'b', *[PLAIN] * (size // 40)),
    'html parts': lambda size: multipart(
        b'b', b'b', *[b'Content-Type: text/html\r\n\r\n<p>x</p>'] * (size // 40)),
    'attached mails': lambda size: multipart(
        b'b', b'b', *[b'Content-Type: message/rfc822\r\n\r\n' + PLAIN] * (size // 60)),
    'nested': lambda size: make(
        b'--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n' * (size // 55),
        b'multipart/mixed; boundary=b'),
    'recipients': lambda size: make(To=b'Ann <a@x.example.org>, ' * (size // 23)),
    'headers': lambda size: b'X-A: b\r\n' * (size // 8) + b'\r\nHello',
    'subject': lambda size: make(Subject=b'=?utf-8?q?' * (size // 10)),
    'broken tags': lambda size: make(b'<x encoding="' * (size // 13), b'text/html'),
    'office tags': lambda size: make(b'<o:' * (size // 3), b'text/html'),
    'comments': lambda size: make(b'<!--' * (size // 4), b'text/html'),
    'pre': lambda size: make(b'<pre>a</pre>  \n  ' * (size // 17), b'text/html'),
    'quotations': lambda size: make(
        b'<div class="gmail_extra">a</div>' * (size // 32), b'text/html'),
    'later quotations': lambda size: make(
        b'<p class="yahoo_quoted">a</p>' * (size // 29), b'text/html'),
    'signatures': lambda size: make(b'<p>--<br></p>' * (size // 13), b'text/html'),
    'quoted lines': lambda size: make(b'\n> a\nb' * (size // 6)),
    'styles': lambda size: make(
        b'<p style="' + b'a' * 1_900 + b'">x' * (size // 1_912), b'text/html'),
    'comments in styles': lambda size: make(b'<p style="' + b'/*' * (size // 2), b'text/html'),
    'forms': lambda size: make(b'<form><input>a' * (size // 14), b'text/html'),
    'long names of pictures': lambda size: make(
        b'<img src="cid:' + b'a' * 900 + b'">' * (size // 916), b'text/html'),
    'base64': lambda size: make(b'QUJD' * (size // 4), b'text/plain\r\n'
                                b'Content-Transfer-Encoding: base64'),
}


def measure(raw):
    start = time.process_time()
    data, _complete = repair(raw, LIMITS, SENTENCE, NOW)
    message = email.message_from_bytes(data, policy=email.policy.SMTP)
    message.get('From')
    text = (message.get_body(('html',)) or message).get_content()
    text = html_sanitize(text, sanitize_tags=False, strip_classes=True)  # as Odoo does
    text = html_sanitize(box_html(text), sanitize_style=True)
    html2plaintext(text)
    return time.process_time() - start


@pytest.mark.parametrize('name', GROWING)
def test_time_is_linear(name):
    """Twice the size takes at most 2.5 times the CPU time, at sizes of a second, and 2 s for 1 MB.

    A shape that the limits end early never takes a second, however large it is.
    """
    size = 1_000_000
    taken = measure(GROWING[name](size))
    assert taken < 2, f'1 MB of {name} took {taken:.1f} s'
    while taken < 0.4 and size < 4_000_000:
        size *= 2
        taken = measure(GROWING[name](size))
    doubled = min(measure(GROWING[name](size * 2)) for _index in range(3))
    assert doubled < max(2.5 * taken, 1), f'{name}: {taken:.2f} s, then {doubled:.2f} s'


def test_html_is_cleaned():
    """What a mail's HTML loses: comments, scripts, styles, names with colons; its text stays."""
    found = mail_html.clean(
        '<html><head><style>p {}</style></head><body>A<!-- x --><script>x</script><o:p>B</o:p>'
        '<p onclick:x="1" class="y">C</p></body></html>')
    assert found == 'AB<p class="y">C</p>'
    assert mail_html.clean('') == ''
    assert mail_html.from_plain('<a>\r\n  b') == \
        '<div style="white-space:pre-wrap">&lt;a&gt;\n  b</div>'
    assert set(string.printable) - set(mail_charset.strip_control(string.printable)) == {
        '\x0b', '\x0c'}
    assert mail_bytes.SUBJECT_LENGTH == 250
