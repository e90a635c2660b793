"""Whose mail was forwarded, in the shapes of real mail programs, and in hostile ones."""

import time

import pytest

from odoo.addons.helpdesk_lite.tools.forwarded import find_senders, find_senders_of_file

KIM = ('Kim Lee', 'kim@customer.example.org')
PLAIN = ('', 'kim@customer.example.org')
REST = '<br>Date: Mon, 2 Mar 2026<br>Subject: Broken<br>To: ann@staff.example.com<br><br>Hello'

SHAPES = [
    ('gmail', 'Fwd: x', ('<p>Please look</p><div class="gmail_quote"><div>---------- Forwarded '
     'message ---------<br>From: <strong>Kim Lee</strong> <span>&lt;<a href="mailto:kim@customer.'
     f'example.org">kim@customer.example.org</a>&gt;</span>{REST}</div></div>'), [KIM]),
    ('gmail without a name', 'Fwd: Broken', ('---------- Forwarded message ---------\n'
     'From: <kim@customer.example.org>\nDate: Mon\nSubject: x'), [PLAIN]),
    ('gmail, Korean', 'Fwd: 고장', ('<div>---------- 전달된 메시지 ---------<br>보낸 사람: Kim Lee '
     '&lt;kim@customer.example.org&gt;<br>날짜: 2026년 3월 2일<br>제목: 고장</div>'), [KIM]),
    ('gmail, new subject', 'A customer', ('---------- Forwarded message ---------\n'
     'From: Kim Lee <kim@customer.example.org>'), [KIM]),
    ('outlook', 'FW: Broken', ('<p>See below</p><div><p><b>From:</b> Kim Lee '
     '&lt;kim@customer.example.org&gt;<br><b>Sent:</b> Monday, 2 March 2026 10:00<br>'
     '<b>To:</b> Ann<br><b>Subject:</b> Broken</p></div>'), [KIM]),
    ('outlook, mailto', 'FW: Broken', ('From: Kim Lee [mailto:kim@customer.example.org]\n'
     'Sent: Monday\nTo: Ann\nSubject: Broken'), [KIM]),
    ('outlook, plain', 'FW: Broken', ('-----Original Message-----\nFrom: Kim Lee '
     '<kim@customer.example.org>\nSent: Monday\nTo: Ann'), [KIM]),
    ('outlook, Korean', 'FW: 고장', ('<p>보낸 사람: Kim Lee &lt;kim@customer.example.org&gt;<br>'
     '보낸 날짜: 2026년 3월 2일<br>받는 사람: Ann<br>제목: 고장</p>'), [KIM]),
    ('outlook, German', 'WG: Kaputt', ('Von: Kim Lee <kim@customer.example.org>\n'
     'Gesendet: Montag\nAn: Ann\nBetreff: Kaputt'), [KIM]),
    ('outlook, French', 'TR: Cassé', ('De : Kim Lee <kim@customer.example.org>\n'
     'Envoyé : lundi\nÀ : Ann\nObjet : Cassé'), [KIM]),
    ('outlook, no address', 'FW: Broken', 'From: Kim Lee\nSent: Monday\nTo: Ann\nSubject: x', []),
    ('apple', 'Fwd: Broken', ('<div>Begin forwarded message:<br><blockquote><div><b>From: </b>Kim '
     'Lee &lt;kim@customer.example.org&gt;<br></div><div><b>Subject: Broken</b></div><div><b>Date: '
     '</b>2 March</div><div><b>To: </b>ann@staff.example.com</div></blockquote></div>'), [KIM]),
    ('apple, Korean', 'Fwd: 고장', ('전달된 메시지:\n\n> 보낸 사람: Kim Lee '
     '<kim@customer.example.org>\n> 제목: 고장\n> 날짜: 3월 2일'), [KIM]),
    ('apple, plain quoted', 'Fwd: x', ('Begin forwarded message:\n\n> From: Kim Lee '
     '<kim@customer.example.org>\n> Subject: x'), [KIM]),
    ('thunderbird', 'Fwd: Broken', ('<p><br></p><div>-------- Forwarded Message --------<table>'
     '<tr><th>Subject: </th><td>Broken</td></tr><tr><th>Date: </th><td>Mon</td></tr><tr><th>From: '
     '</th><td>Kim Lee <a>&lt;kim@customer.example.org&gt;</a></td></tr><tr><th>To: </th><td>ann@x'
     '</td></tr></table></div>'), [KIM]),
    ('naver', 'FW: 고장', ('-----Original Message-----<br>From: "Kim Lee" '
     '&lt;kim@customer.example.org&gt;<br>To: ann<br>Cc:<br>Sent: 2026-03-02<br>Subject: 고장'),
     [KIM]),
    ('daum', '전달: 고장', ('--------- 원본 메일 ---------<br>보낸사람: Kim Lee '
     '&lt;kim@customer.example.org&gt;<br>받는사람 : ann<br>날짜: 2026년<br>제목: 고장'), [KIM]),
    ('bold in plain text', 'Fwd: x', ('*From:* Kim Lee <kim@customer.example.org>\n*Sent:* Monday\n'
     '*To:* Ann'), [KIM]),
    ('wrapped', 'Fwd: x', ('---------- Forwarded message ---------\nFrom: Kim Lee\n'
     '<kim@customer.example.org>\nDate: Mon\nTo: x'), [KIM]),
    ('full width colon', '전달: x',
     '보낸 사람：Kim Lee <kim@customer.example.org>\n날짜：월\n제목：x',
     [KIM]),
    ('forwarded twice', 'Fwd: Fwd: x', ('---------- Forwarded message ---------\nFrom: Bob '
     '<bob@staff.example.com>\nDate: Mon\nTo: Ann\n\nlook\n\n---------- Forwarded message '
     '---------\nFrom: Kim Lee <kim@customer.example.org>\nDate: Sun\nTo: Bob'),
     [('Bob', 'bob@staff.example.com'), KIM]),
    # none
    ('an answer', 'Re: Broken', ('-----Original Message-----\nFrom: Kim Lee '
     '<kim@customer.example.org>\nSent: Monday\nTo: Ann'), []),
    ('a sentence', 'Fwd: x', 'From: what I know kim@customer.example.org wrote to us.', []),
    ('no forward', 'Broken', 'From: Kim Lee <kim@customer.example.org>\nSent: x\nTo: y', []),
    ('empty', 'Fwd: x', '', []),
    ('none at all', None, None, []),
    ('no address', 'Fwd: x', 'Begin forwarded message:\nFrom: nobody@\nTo: x\nDate: y', []),
    ('two at signs', 'Fwd: x', 'Begin forwarded message:\nFrom: a@b@c.example.org', []),
    ('header injection', 'Fwd: x', 'Begin forwarded message:\nFrom: <a\\,b:c@x.example.org>', []),
    ('beyond what is read', 'Fwd: x', 'x\n' * 40_000 + 'From: Kim <kim@x.org>\nTo: x\nDate: y', []),
]


@pytest.mark.parametrize(('subject', 'body', 'found'), [row[1:] for row in SHAPES],
                         ids=[row[0] for row in SHAPES])
def test_shapes(subject, body, found):
    assert find_senders(body, subject) == found


@pytest.mark.parametrize('body', [
    'From: ' * 200_000, '<' * 200_000, '<div>' * 100_000, 'From: ' + '<' * 100_000 + '@',
    ('From: a@b.example.org\nTo: x\nDate: y\n' * 20_000), '-' * 500_000, '> ' * 300_000,
    'From:' + ' ' * 500_000 + '@', '<!--' * 50_000, '\x00' * 1_000, '&#0;' * 1_000,
], ids=range(11))
def test_hostile(body):
    start = time.monotonic()
    assert len(find_senders(body, 'Fwd: x')) <= 5
    assert time.monotonic() - start < 5


@pytest.mark.parametrize(('content', 'found'), [
    (b'From: Kim Lee <kim@customer.example.org>\nSubject: x\n\nHello', [KIM]),
    ('From: kim@customer.example.org\n\nHello', [PLAIN]),
    (b'Subject: x\n\nFrom: kim@customer.example.org', []),
    (b'\xff\xfe\x00', []),
    (b'', []),
])
def test_files(content, found):
    assert find_senders_of_file(content) == found
