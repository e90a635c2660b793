"""Who wrote a mail, by its headers alone: no database is needed."""

import email
import email.policy
from time import process_time

from odoo.tests import BaseCase, tagged

from ..tools.authentication_results import judge_sender, read_results
from ..tools.automatic_subjects import SUBJECTS
from ..tools.mail_machine import is_no_reply, is_silent, why_machine
from ..tools.mail_sender import find_sender

ANN = 'ann@customer.example.com'
GROUP = 'support@company.example.org'
OTHER_LIST = 'users@lists.example.org'

MACHINES = (
    ('Auto-Submitted: auto-replied', 'Auto-Submitted'),
    ('Auto-Submitted: auto-generated; x=y', 'Auto-Submitted'),
    ('auto-submitted: AUTO-REPLIED (zimbra; vacation)\nPrecedence: bulk', 'Auto-Submitted'),
    ('Auto-Submitted: auto-notified', 'Auto-Submitted'),
    ('X-Autoreply: yes', 'X-Autoreply'),
    ('X-Autorespond: 1', 'X-Autorespond'),
    ('X-Autoreplied: yes', 'X-Autoreplied'),
    ('X-Vacation: true', 'X-Vacation'),
    ('X-Auto-Reply-From: ann@customer.example.com', 'X-Auto-Reply-From'),
    ('X-Failed-Recipients: bob@x.example.org', 'X-Failed-Recipients'),
    ('Precedence: auto_reply', 'Precedence'),
    ('Precedence: Auto-Reply', 'Precedence'),
    ('Delivered-To: support@x.example.org\nDelivered-To: Autoresponder', 'Delivered-To'),
    ('Content-Type: multipart/report; report-type=delivery-status; boundary=x', 'report'),
    ('Content-Type: multipart/report; boundary=x; report-type=feedback-report', 'report'),
    ('Content-Type: multipart/report;\n report-type=disposition-notification', 'report'),
    ('Content-Type: message/feedback-report', 'report'),
    ('Return-Path: <>', 'Return-Path'),
    ('Return-Path:', 'Return-Path'),
    ('Return-Path: <MAILER-DAEMON>', 'Return-Path'),
    ('Return-Path: <MAILER-DAEMON@x.example.org>', 'Return-Path'),
    ('From: MAILER-DAEMON <>', 'From'),
    ('From: <>', 'From'),
    ('From: Mail Delivery System <MAILER-DAEMON@x.example.org>', 'From'),
    ('From: postmaster@x.example.org', 'From'),
    (f'X-MS-Exchange-Inbox-Rules-Loop: {ANN}', 'X-MS-Exchange-Inbox-Rules-Loop'),
    (f'X-MS-Exchange-Inbox-Rules-Loop: {ANN}\nAuto-Submitted: auto-generated', 'Auto-Submitted'),
    ('X-MS-Exchange-Inbox-Rules-Loop: desk@x.example.org\nAuto-Submitted: auto-replied',
     'Auto-Submitted'),
    ('Subject: Automatic reply: Printer', 'Subject'),
    ('Subject: AUTOMATIC  reply: Printer', 'Subject'),
    ('Subject: Abwesenheitsnotiz: Re: Ihre Anfrage', 'Subject'),
    ('Subject: =?utf-8?B?7J6Q64+ZIO2ajOyLoDog7ZSE66aw7YSw?=', 'Subject'),
    ('Subject: =?utf-8?Q?R=C3=A9ponse_automatique=C2=A0=3A_Imprimante?=', 'Subject'),
    ('Subject: =?iso-8859-1?Q?R=E9ponse_automatique_:_Imprimante?=', 'Subject'),
)
PEOPLE = (
    ('', False),
    ('Auto-Submitted: no', False),
    ('Auto-Submitted: No (comment)', False),
    ('Auto-Submitted:', False),
    ('X-Autoreply: no', False),
    ('Return-Path: <ann@customer.example.com>', False),
    ('X-Auto-Response-Suppress: DR, RN, NRN', False),
    ('X-Auto-Response-Suppress: None', False),
    ('X-Auto-Response-Suppress: All', True),
    ('X-Auto-Response-Suppress: DR, OOF, AutoReply', True),
    ('Precedence: list', True),
    ('Precedence: bulk', True),
    ('Precedence: normal', False),
    ('List-Id: Users <users.lists.example.org>', True),
    ('List-Post: <mailto:users@lists.example.org>', True),
    (f'Precedence: list\nList-Post: <https://x>, <mailto:{GROUP}>', False),
    ('Precedence: list\nList-ID: <support.company.example.org>', False),
    (f'Mailing-list: list {GROUP}; contact owner@company.example.org', False),
    (f'Precedence: list\nX-BeenThere: {GROUP}', False),
    (f'X-BeenThere: {GROUP}\nX-Auto-Response-Suppress: All', True),
    (f'Precedence: list\nList-Post: <mailto:{OTHER_LIST}>\nTo: {GROUP}', True),
    ('X-MS-Exchange-Inbox-Rules-Loop: desk@x.example.org\nAuto-Submitted: auto-generated', False),
    ('From: No Reply <no-reply@shop.example.com>', True),
    ('Subject: Re: Automatic reply: Printer', False),
    ("Subject: Automatic reply doesn't work", False),
    ('Subject: Auto: the brakes', False),
    ('Subject: =?utf-8?B?!!!?= =?x-unknown?Q?a=FF?=', False),
    ('Content-Type: multipart/mixed; boundary=report', False),
    ('Delivered-To: support@autoresponder.example.org', False),
    ('From: "MAILER" <daemon.jones@x.example.org>', False),
)


def parse(headers):
    """A mail with these headers, and those that it needs besides."""
    names = {line.partition(':')[0].lower() for line in headers.splitlines()}
    rest = ''.join(f'{line}\n' for line in (
        f'From: Ann Customer <{ANN}>', 'Subject: Printer')
        if line.partition(':')[0].lower() not in names)
    text = f'{headers}\n{rest}\nIt is on fire\n'.lstrip('\n')
    return email.message_from_bytes(text.encode('utf-8', 'surrogateescape'),
                                    policy=email.policy.SMTP)


def get_claimed(message):
    for key, value in message.raw_items():
        if key == 'From':
            return value.rpartition('<')[2].strip('>')
    return ''


@tagged('post_install', '-at_install')
class TestMachine(BaseCase):

    def test_machines(self):
        for headers, reason in MACHINES:
            with self.subTest(headers):
                self.assertEqual(why_machine(parse(headers), ANN), reason)

    def test_people(self):
        """Lists, suppressed answers and no-reply senders have something to say, too."""
        for headers, silent in PEOPLE:
            message = parse(headers)
            with self.subTest(headers):
                self.assertEqual(why_machine(message, ANN), '')
                self.assertEqual(is_silent(message, get_claimed(message), {GROUP}), silent)

    def test_subjects(self):
        for subject in SUBJECTS:
            for written in (f'{subject}: x', f'{subject}：x', f'\u200f{subject.upper()}\u200e : x'):
                with self.subTest(written):
                    encoded = email.header.Header(written, 'utf-8').encode()
                    self.assertEqual(why_machine(parse(f'Subject: {encoded}'), ANN), 'Subject')

    def test_contact_form(self):
        """It says of itself that it generates mails; whoever filled it in is a person."""
        for headers, reason, silent in (
            ('Auto-Submitted: auto-generated\nPrecedence: bulk', '', False),
            ('X-Auto-Response-Suppress: All', '', False),
            ('Auto-Submitted: auto-replied', 'Auto-Submitted', False),
            ('Return-Path: <>', 'Return-Path', False),
        ):
            message = parse(headers)
            with self.subTest(headers):
                self.assertEqual(why_machine(message, 'web@x.example.org', handed_on=True), reason)
                self.assertEqual(is_silent(message, ANN, handed_on=True), silent)

    def test_no_reply(self):
        for address, expected in (
            ('no-reply@x', True), ('noreply@x', True), ('No_Reply@x', True),
            ('do.not.reply@x', True), ('orders-noreply@x', True), ('noreply2@x', True),
            ('noreply+42@x', True),
            ('eleonoreply@x', False), ('ann@noreply.example.org', False), ('', False),
        ):
            with self.subTest(address):
                self.assertEqual(is_no_reply(address), expected)

    def test_hostile(self):
        """Whatever stands in a header: no exception, and no time to speak of."""
        long = 1_000_000
        for value in (
            '(' * long, '<' * long, 'a.' * (long // 2), '=?utf-8?B?' * (long // 10), ';' * long,
            ' ' * long, '"' * long, '\udcff' * 1000, '=?' * (long // 2), ',' * long, '\x01' * 1000,
        ):
            message = email.message.EmailMessage(policy=email.policy.SMTP)
            message._headers = [(name, value) for name in (
                'From', 'Subject', 'Auto-Submitted', 'Precedence', 'List-Post', 'List-Id',
                'Return-Path', 'Mailing-List', 'X-Auto-Response-Suppress', 'Content-Type',
                'X-MS-Exchange-Inbox-Rules-Loop', 'Delivered-To', 'X-BeenThere')]
            with self.subTest(ascii(value[:10])):
                start = process_time()
                why_machine(message, ANN)
                is_silent(message, ANN, {GROUP})
                find_sender(message, ('', ANN), [], [], {GROUP}, {ANN})
                judge_sender(value[:2000], 'x')
                self.assertLess(process_time() - start, 1)


@tagged('post_install', '-at_install')
class TestSender(BaseCase):

    def test_table(self):
        form = 'web@company.example.org'
        via = f"From: 'Ann Customer' via Support <{GROUP}>"
        ann, bare, group = ('Ann', ANN), ('', ANN), ('Support', GROUP)
        for name, headers, from_, original, reply_to, expected in (
            ('a person', '', ann, [], [('', 'else@x')], ([], '')),
            ('a group, X-Original-From', via, group, [ann], [], ([ann], 'group')),
            ('a group, Reply-To', via, group, [], [ann], ([ann], 'group')),
            ('a group, both', via, group, [ann], [('B', 'b@x')], ([ann, ('B', 'b@x')], 'group')),
            ('a group, its own Reply-To', via, group, [], [group], ([], 'group')),
            ("a group, its own and a person's", via, group, [], [group, ann], ([ann], 'group')),
            ('a group with a tag', via, ('', 'support+x@company.example.org'), [], [ann],
             ([ann], 'group')),
            ('a name before via', via, ("'Ann Customer' via Support", GROUP), [], [bare],
             ([('Ann Customer', ANN)], 'group')),
            ('another list that rewrites', f'List-Post: <mailto:{OTHER_LIST}>', ('U', OTHER_LIST),
             [], [('U', OTHER_LIST), ann], ([ann], 'group')),
            ("another list that doesn't", f'List-Post: <mailto:{OTHER_LIST}>', ann,
             [], [('U', OTHER_LIST)], ([], '')),
            ('a form', '', ('Web', form), [], [ann], ([ann], 'form')),
            ('a form without Reply-To', '', ('Web', form), [], [], ([], 'form')),
            ('a form that says its own', '', ('Web', form), [], [('Web', form)], ([], 'form')),
            ("a form that says the desk's", '', ('Web', form), [], [group], ([], 'form')),
            ('a form by a list', 'List-Id: <x.y>', ('Web', form), [], [ann], ([], '')),
            ('a form, X-Original-From', '', ('Web', form), [ann], [], ([], 'form')),
            ('nobody', '', ('', ''), [ann], [ann], ([], '')),
        ):
            with self.subTest(name):
                self.assertEqual(find_sender(
                    parse(headers), from_, original, reply_to, {GROUP}, {form}), expected)


@tagged('post_install', '-at_install')
class TestAuthenticationResults(BaseCase):

    def test_read(self):
        server, results = read_results(
            'MX.example.org 1; spf=pass (a; dmarc=fail (b; \\) c) d;) smtp.mailfrom=x;'
            ' dkim/1=pass reason="d; dmarc=pass" header.d=x; dmarc=none')
        self.assertEqual(server, 'mx.example.org')
        self.assertEqual({name: found.result for name, found in results.items()},
                         {'spf': 'pass', 'dkim': 'pass', 'dmarc': 'none'})

    def test_judge(self):
        for value, expected in (
            ('mx; dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=x.example.org', 'pass'),
            ('mx; dmarc=pass action=none header.from=X.example.org;compauth=pass', 'pass'),
            ('mx; dmarc=pass header.from=evil.example.net', ''),
            ('mx; dmarc=pass', 'pass'),
            ('mx; dmarc=fail (p=REJECT sp=NONE dis=NONE) header.from=x.example.org', 'fail'),
            ('mx; dmarc=fail (p=quarantine dis=none) header.from=x.example.org', 'fail'),
            ('mx; dmarc=fail action=oreject header.from=x.example.org', 'fail'),
            ('mx; dmarc=fail reason="a=b" header.from=x.example.org (policy=reject)', 'fail'),
            ('mx; dmarc=fail (p=NONE sp=REJECT dis=NONE)', ''),
            ('mx; dmarc=fail', ''),
            ('mx; arc=pass (i=1); dmarc=fail (p=REJECT)', ''),
            ('mx; arc=fail; dmarc=fail (p=REJECT)', 'fail'),
            ('mx; spf=pass; dkim=pass', ''),
            ('mx; none', ''), ('', ''), (';;;===', ''), ('mx; dmarc=(', ''),
        ):
            with self.subTest(value):
                self.assertEqual(judge_sender(value, 'x.example.org'), expected)
