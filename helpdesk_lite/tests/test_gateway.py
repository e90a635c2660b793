import base64
import email
import email.policy
from email.message import EmailMessage
from itertools import count
from threading import Thread
from time import monotonic, sleep
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from .common import HelpdeskLiteMailCommon

NUMBER = count(1)
PIXEL = base64.b64decode(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg'
    'gg==')

# From the messages by which Python tests its parser (test_email/data/msg_25.txt, abridged): a
# bounce whose part "message/rfc822" holds no message, on which Odoo's own parser raises.
BROKEN_BOUNCE = """\
From: MAILER-DAEMON@mail.example.net
To: %s
Subject: Undelivered mail
Message-ID: <broken-bounce@mail.example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

--=_b
Content-Type: text/plain

It could not be delivered.

--=_b
Content-Type: message/rfc822
Content-Transfer-Encoding: base64

RnJvbTogc29tZWJvZHkKCkhlbGxvCg==

--=_b--
"""


CARLA = 'Carla <carla@customer.example.org>'


def make_mail(to, subject='Printer', body='It is on fire', sender=CARLA, **headers):
    """An RFC 5322 message; underscores in the names of `headers` are hyphens."""
    message = EmailMessage(policy=email.policy.SMTP)
    message['From'] = sender
    message['To'] = to
    if subject is not None:
        message['Subject'] = subject
    headers.setdefault('Message_ID', f'<{next(NUMBER)}@customer.example.org>')
    for name, value in headers.items():
        message[name.replace('_', '-')] = value
    message.set_content(body)
    return message


@tagged('post_install', '-at_install')
class GatewayCommon(HelpdeskLiteMailCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.address = cls.team.alias_email
        cls.stage_new.template_id = cls.env.ref(
            'helpdesk_lite.mail_template_request_acknowledgment')

    def deliver(self, message):
        """Deliver a message as a mail server would; returns the tickets that it made."""
        Ticket = self.env['helpdesk.lite.ticket'].with_context(active_test=False)
        before = Ticket.search([])
        raw = message if isinstance(message, bytes) else message.as_bytes()
        with self.mock_mail_gateway():
            self.env['mail.thread'].message_process(None, raw)
            self.flush_tracking()
        self.env.invalidate_all()
        return Ticket.search([]) - before

    def mail(self, **kwargs):
        return self.deliver(make_mail(**{'to': self.address, **kwargs}))


class TestNewTicket(GatewayCommon):
    """A mail to a team's address becomes a ticket."""

    def test_plain(self):
        ticket = self.mail(body='It is on fire\nagain')
        self.assertRecordValues(ticket, [{
            'name': 'Printer', 'team_id': self.team.id, 'stage_id': self.stage_new.id,
            'company_id': self.company.id, 'partner_id': self.customer.id, 'user_id': False,
            'partner_email': 'carla@customer.example.org', 'waiting_for': 'desk'}])
        self.assertIn('It is on fire', ticket.description)
        message = ticket.message_ids.filtered(lambda m: m.message_type == 'email')
        self.assertEqual(message.author_id, self.customer)
        self.assertEqual(message.subtype_id, self.env.ref('mail.mt_comment'))
        self.assertTrue(self.is_follower(ticket, self.customer))
        mail, = self._mails
        self.assertEqual(mail['email_to'], ['"Carla Customer" <carla@customer.example.org>'])
        self.assertIn(f'[{ticket.ticket_ref}]', mail['subject'])

    def test_known_by_normalised_address(self):
        ticket = self.mail(sender='"C. C." <CARLA@CUSTOMER.EXAMPLE.ORG>')
        self.assertEqual(ticket.partner_id, self.customer)
        self.assertEqual(self.customer.name, 'Carla Customer', 'a contact is never changed')

    def test_contact_of_another_company_isnt_used(self):
        self.customer.company_id = self.other_company
        ticket = self.mail()
        self.assertNotEqual(ticket.partner_id, self.customer)
        self.assertEqual(ticket.partner_id.company_id, self.company)
        there = self.mail(to=self.make_team(
            company_id=self.other_company.id, alias_name='there').alias_email)
        self.assertEqual(there.partner_id, self.customer)
        self.assertEqual(there.company_id, self.other_company)

    def test_user_before_contact(self):
        self.portal.partner_id.email = 'carla@customer.example.org'
        self.assertEqual(self.mail().partner_id, self.portal.partner_id)

    def test_unknown_sender(self):
        ticket = self.mail(sender='"Nora New" <Nora@New.example.org>')
        self.assertRecordValues(ticket.partner_id, [{
            'name': 'Nora New', 'email': 'nora@new.example.org', 'company_id': self.company.id}])
        self.assertEqual(ticket.partner_name, 'Nora New')
        self.assertEqual(len(self.sent_to('nora@new.example.org')), 1)
        again = self.mail(sender='nora@new.example.org')
        self.assertEqual(again.partner_id, ticket.partner_id)

    def test_answers_no_message_of_its_ticket(self):
        """The log tells before it who was assigned: the first mail doesn't answer to that."""
        self.team.write({
            'auto_assignment': True, 'member_ids': [Command.set(self.assignee.ids)]})
        ticket = self.mail()
        message = ticket.message_ids.filtered(lambda m: m.message_type == 'email')
        self.assertTrue(ticket.message_ids.filtered(lambda m: m.id < message.id))
        self.assertFalse(message.parent_id)

    def test_no_subject(self):
        for subject in (None, '', '   '):
            self.assertEqual(self.mail(subject=subject).name, 'No subject')

    def test_no_body(self):
        self.assertEqual(self.mail(body='').name, 'Printer')

    def test_nothing_but_a_file(self):
        """The acknowledgement, which is sent in the same call, is no description."""
        message = make_mail(self.address)
        message.set_content(b'%PDF-1.4', maintype='application', subtype='pdf',
                            disposition='attachment', filename='bill.pdf')
        ticket = self.deliver(message)
        self.assertFalse(ticket.description)
        self.assertEqual(ticket.message_ids.attachment_ids.mapped('name'), ['bill.pdf'])
        self.assertEqual(len(self._mails), 1)

    def test_html_with_attachment_and_inline_image(self):
        message = make_mail(self.address, body='plain')
        message.add_alternative(
            '<p>On <b>fire</b> <img src="cid:pixel@x"/></p><script>alert(1)</script>',
            subtype='html')
        message.get_payload()[1].add_related(
            PIXEL, 'image', 'png', cid='<pixel@x>', filename='pixel.png')
        message.add_attachment(b'%PDF-1.4', maintype='application', subtype='pdf',
                               filename='bill.pdf')
        ticket = self.deliver(message)
        self.assertIn('<b>fire</b>', ticket.description)
        self.assertNotIn('script', ticket.description)
        self.assertNotIn('cid:', ticket.description)
        self.assertIn('/web/image/', ticket.description)
        files = ticket.message_ids.attachment_ids
        self.assertEqual(set(files.mapped('name')), {'pixel.png', 'bill.pdf'})
        self.assertEqual(set(files.mapped('res_id')), {ticket.id})

    def test_korean_charsets(self):
        for charset, encoding in (('euc-kr', 'base64'), ('iso-2022-kr', '7bit')):
            text = '프린터가 고장났습니다'
            raw = text.encode(charset)
            body = base64.encodebytes(raw) if encoding == 'base64' else raw + b'\r\n'
            word = base64.b64encode(raw).decode()
            head = (
                f'From: =?{charset}?B?{base64.b64encode("김철수".encode(charset)).decode()}?= '
                f'<kim@customer.example.kr>\r\nTo: {self.address}\r\n'
                f'Subject: =?{charset}?B?{word}?=\r\nMessage-ID: <{charset}@example.kr>\r\n'
                f'MIME-Version: 1.0\r\nContent-Type: text/plain; charset={charset}\r\n'
                f'Content-Transfer-Encoding: {encoding}\r\n\r\n')
            with self.subTest(charset=charset):
                ticket = self.deliver(head.encode() + body)
                self.assertEqual(ticket.name, text)
                self.assertIn(text, ticket.description)
                self.assertEqual(ticket.partner_id.name, '김철수')

    def test_two_teams(self):
        """One mail, a ticket in each team, each with its text and files."""
        message = make_mail(f'{self.address}, {self.team_company.alias_email}')
        message.add_attachment(b'x', maintype='text', subtype='x', filename='x.txt')
        tickets = self.deliver(message)
        self.assertEqual(tickets.team_id, self.team + self.team_company)
        for ticket in tickets:
            self.assertEqual(ticket.partner_id, self.customer)
            self.assertIn('It is on fire', ticket.description)
            self.assertEqual(ticket.message_ids.attachment_ids.mapped('name'), ['x.txt'])
            self.assertFalse(ticket.email_cc)

    def test_agents_address(self):
        """An agent's mail makes a ticket of which they are the customer."""
        ticket = self.mail(sender=self.agent.email, to=self.team_private.alias_email)
        self.assertEqual(ticket.partner_id, self.agent.partner_id)
        self.assertTrue(ticket.with_user(self.agent).has_access('read'))

    def test_own_address_is_no_customer(self):
        """Neither the team's own alias nor the catchall, in whatever field of a mail."""
        ticket = self.mail(sender=f'Desk <{self.team_company.alias_email}>')
        self.assertFalse(ticket.partner_id)
        ticket = self.mail(
            Cc=f'{self.address}, catchall@helpdesk.example.com, Bob <bob@x.example.org>')
        self.assertEqual(ticket.email_cc, '"Bob" <bob@x.example.org>')
        self.assertFalse(self.env['res.partner'].search([
            ('email_normalized', 'in', (self.address, 'catchall@helpdesk.example.com'))]))
        self.env['res.partner'].create({'name': 'Desk', 'email': self.address})
        ticket = self.mail(Cc=self.address)
        self.assertEqual(ticket.message_partner_ids, self.customer)

    def test_broken_cc_and_sender(self):
        for number, header in enumerate((
            'Cc: undisclosed-recipients:;', 'Cc: nobody', 'Cc: a@b@c, <>, ,x@', 'Cc: <a@b',
            'From: Kim <kim@x.example.org>, x@',
            'From: nobody', 'From: MAILER', 'From: "a, b" <a@b.example.org>', 'From: <>', 'From: @',
            'From: a@b@c', 'From: \xc3\xa9 <e@x.example.org>', 'X: y',
        )):
            raw = f'{header}\r\nTo: {self.address}\r\nMessage-ID: <broken-{number}@x>\r\n\r\nHello'
            with self.subTest(header=header):
                ticket = self.deliver(raw.encode('latin-1'))
                self.assertEqual(len(ticket), 1)
                self.assertIn('Hello', ticket.description)

    def test_followers_of_the_team_get_it(self):
        self.agent_team.notification_type = 'email'
        self.follow(self.team, self.agent_team)
        ticket = self.mail()
        mail, = self.sent_to(self.agent_team.email)
        self.assertIn('It is on fire', mail['body'])
        self.assertIn(f'[{ticket.ticket_ref}]', mail['subject'])

    def test_assignee_gets_it_once(self):
        """The mail itself says that it is theirs: no message of the assignment beside it."""
        self.assignee.notification_type = 'email'
        self.team.write({'auto_assignment': True, 'member_ids': [Command.set(self.assignee.ids)]})
        ticket = self.mail()
        self.assertEqual(ticket.user_id, self.assignee)
        mail, = self.sent_to(self.assignee.email)
        self.assertIn('It is on fire', mail['body'])
        self.assertIn('Assigned to you', mail['body'])


class TestCc(GatewayCommon):
    """Cc: kept in `email_cc`; known contacts follow."""

    def test_known_and_unknown(self):
        known = self.env['res.partner'].create({'name': 'Kim', 'email': 'kim@x.example.org'})
        ticket = self.mail(Cc='"Kim" <Kim@X.example.org>, new@x.example.org')
        self.assertEqual(ticket.email_cc, '"Kim" <kim@x.example.org>, new@x.example.org')
        self.assertTrue(self.is_follower(ticket, known))
        self.assertFalse(self.env['res.partner'].search([('email', '=', 'new@x.example.org')]))
        self.assertFalse(self.sent_to('kim@x.example.org'), 'they got the mail itself')

    def test_contact_of_another_company(self):
        self.env['res.partner'].create({
            'name': 'Kim', 'email': 'kim@x.example.org', 'company_id': self.other_company.id})
        ticket = self.mail(Cc='kim@x.example.org')
        self.assertEqual(ticket.message_partner_ids, self.customer)

    def test_internal_user_by_visibility(self):
        """A Cc invites no internal user to a private team."""
        for team, expected in (
            (self.team_private, False), (self.team_company, True), (self.team, True),
        ):
            with self.subTest(visibility=team.privacy_visibility):
                ticket = self.mail(to=team.alias_email, Cc=self.agent.email)
                self.assertEqual(self.is_follower(ticket, self.agent), expected)
                self.assertEqual(ticket.email_cc, self.agent.email)

    def test_cc_of_an_answer(self):
        """It is kept for the next answer, and nobody follows by it; see test_mail_where."""
        ticket = self.mail(to=self.team_private.alias_email, Cc='new@x.example.org')
        known = self.env['res.partner'].create({'name': 'Kim', 'email': 'kim@x.example.org'})
        parent = ticket.message_ids.filtered(lambda m: m.message_type == 'email')
        self.mail(
            to=self.team_private.alias_email, In_Reply_To=parent.message_id,
            Cc=f'kim@x.example.org, {self.agent.email}')
        self.assertEqual(
            set(ticket.email_cc.split(', ')),
            {'new@x.example.org', 'kim@x.example.org', self.agent.email})
        self.assertFalse(self.is_follower(ticket, known))
        self.assertFalse(self.is_follower(ticket, self.agent))


class TestAnswers(GatewayCommon):
    """Answers land on their ticket."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.make_ticket(
            partner_id=cls.customer.id, name='Printer', email_cc='"Cc" <cc@x.example.org>')
        cls.follow(cls.ticket, cls.agent_ticket)
        cls.message = cls.ticket.with_user(cls.agent_ticket).message_post(
            body='Which one?', message_type='comment', subtype_xmlid='mail.mt_comment')
        cls.note = cls.ticket.with_user(cls.agent_ticket).message_post(
            body='Again him', message_type='comment', subtype_xmlid='mail.mt_note')

    def answers(self, **kwargs):
        """The messages that a mail adds to the ticket; it makes no other ticket."""
        before = self.ticket.message_ids
        self.assertFalse(self.mail(**{'subject': 'Re: Printer', 'body': 'The red one', **kwargs}))
        return (self.ticket.message_ids - before).filtered(lambda m: m.message_type == 'email')

    def by_reference(self, **kwargs):
        return self.answers(subject=f'AW: [{self.ticket.ticket_ref}] Printer', **kwargs)

    def test_by_message_id(self):
        answer = self.answers(In_Reply_To=self.message.message_id)
        self.assertEqual(answer.author_id, self.customer)
        self.assertEqual(answer.subtype_id, self.env.ref('mail.mt_comment'))
        self.assertEqual(self.ticket.waiting_for, 'desk')
        answer = self.answers(References=f'<a@b> {self.message.message_id} <c@d>')
        self.assertTrue(answer)

    def test_by_reference_of_customer_cc_and_follower(self):
        follower = self.env['res.partner'].create({'name': 'F', 'email': 'f@x.example.org'})
        self.ticket.message_subscribe(follower.ids)
        for sender, internal in (
                ('CARLA@customer.example.org', False), ('Cc <cc@x.example.org>', False),
                ('f@x.example.org', False), (self.agent_ticket.email, True)):
            with self.subTest(sender=sender):
                self.assertEqual(self.by_reference(sender=sender).is_internal, internal)

    def test_by_reference_of_strangers_makes_a_ticket_of_its_own(self):
        for sender in ('stranger@x.example.org', self.agent.email, self.portal.email):
            with self.subTest(sender=sender):
                ticket = self.mail(
                    subject=f'Re: [{self.ticket.ticket_ref}] Printer', sender=sender)
                self.assertEqual(len(ticket), 1)
                self.assertFalse(self.ticket.message_ids.filtered(
                    lambda m: m.message_type == 'email'))

    def test_by_reference_to_the_catchall(self):
        self.assertTrue(self.by_reference(to='catchall@helpdesk.example.com'))

    def test_reference_of_another_application(self):
        """A mail to another application's address is none of ours, whatever its subject."""
        alias = self.env['mail.alias'].create({
            'alias_name': 'partners', 'alias_domain_id': self.alias_domain.id,
            'alias_model_id': self.env['ir.model']._get_id('res.partner')})
        self.assertFalse(self.by_reference(to=alias.alias_full_name))

    def test_wrong_references(self):
        for subject in ('[HD99999999] x', '[] x', '[' * 500, f'x{self.ticket.ticket_ref} x'):
            self.assertEqual(len(self.mail(subject=subject)), 1)

    def test_message_id_goes_before_the_reference(self):
        other = self.make_ticket(partner_id=self.customer.id)
        self.assertTrue(self.answers(
            subject=f'Re: [{other.ticket_ref}]', In_Reply_To=self.message.message_id))

    def test_answer_to_the_acknowledgement(self):
        ticket = self.mail()
        acknowledgement = self._mails[0]['message_id']
        self.mail(In_Reply_To=acknowledgement, body='One more thing')
        answer = ticket.message_ids.filtered(lambda m: 'One more' in m.body)
        self.assertEqual(answer.subtype_id, self.env.ref('mail.mt_comment'), 'it is no note')

    def test_answer_to_a_note_is_a_note(self):
        """And so it reaches nobody outside."""
        self.ticket.message_subscribe(self.customer.ids)
        answer = self.answers(
            sender=self.agent_ticket.email, In_Reply_To=self.note.message_id)
        self.assertTrue(answer.is_internal)
        self.assertEqual(answer.subtype_id, self.env.ref('mail.mt_note'))
        self.assertFalse(self.sent_to('carla@customer.example.org'))

    def test_agent_answers_by_mail(self):
        """Only what was mailed to them alone proves it; more in test_mail_lives."""
        proof = self.env['mail.mail']._make_proof(
            self.ticket.id, self.message.id, self.agent_ticket)
        for message_id, public in ((self.message.message_id, False), (f'<{proof}@x>', True)):
            with self.subTest(public=public):
                answer = self.answers(sender=self.agent_ticket.email, In_Reply_To=message_id)
                self.assertEqual(answer.author_id, self.agent_ticket.partner_id)
                self.assertEqual(answer.is_internal, not public)
                self.assertEqual(len(self.sent_to('carla@customer.example.org')), public)
        self.assertEqual(self.ticket.waiting_for, 'customer')

    def test_reader_of_a_handed_on_mail_is_not_invited(self):
        """To a private team; elsewhere they see the ticket anyway."""
        ticket = self.make_ticket(self.team_private, partner_id=self.customer.id)
        message = ticket.message_post(
            body='x', message_type='comment', subtype_xmlid='mail.mt_comment')
        self.mail(sender=self.agent.email, to=self.team_private.alias_email,
                  In_Reply_To=message.message_id)
        self.assertIn(self.agent.partner_id, ticket.message_ids.author_id)
        self.assertFalse(self.is_follower(ticket, self.agent))
        self.assertFalse(ticket.with_user(self.agent).has_access('read'))

    def test_author_is_a_contact_of_the_company(self):
        Partner = self.env['res.partner']
        vals = {'name': 'Kim', 'email': 'kim@x.example.org'}
        Partner.create({**vals, 'company_id': self.other_company.id})
        answer = self.answers(sender=vals['email'], In_Reply_To=self.message.message_id)
        self.assertFalse(answer.author_id)
        own = Partner.create(vals)
        answer = self.answers(sender=vals['email'], In_Reply_To=self.message.message_id)
        self.assertEqual(answer.author_id, own)

    def test_answer_to_a_ticket_that_is_gone(self):
        self.ticket.unlink()
        self.assertEqual(len(self.mail(In_Reply_To='<gone@x>')), 1)


class TestAutomatic(GatewayCommon):
    """Automatic mail makes no acknowledgement, no contact and no activity."""

    HEADERS = (
        {'Auto_Submitted': 'auto-replied'}, {'Auto_Submitted': 'auto-generated; x'},
        {'X_Autoreply': 'yes'}, {'Precedence': 'auto_reply'}, {'Return_Path': '<>'},
    )
    # People's, which nobody acknowledges
    SILENT = (
        {'X_Auto_Response_Suppress': 'DR, OOF, AutoReply'}, {'X_Auto_Response_Suppress': 'All'},
        {'Precedence': 'bulk'}, {'Precedence': 'list'}, {'List_Id': '<l.x.example.org>'},
    )

    def test_recognised(self):
        for headers in self.HEADERS:
            with self.subTest(headers=headers):
                ticket = self.mail(**headers)
                self.assertEqual(len(ticket), 1, 'nothing is lost')
                self.assertEqual(ticket.partner_id, self.customer)
                self.assertFalse(self._mails)
                self.assertFalse(ticket.oldest_unanswered_customer_message_date)

    def test_silent(self):
        for headers in self.SILENT:
            with self.subTest(headers=headers):
                ticket = self.mail(**headers)
                self.assertEqual(ticket.partner_id, self.customer)
                self.assertFalse(self._mails)
                self.assertEqual(ticket.waiting_for, 'desk')

    def test_of_persons(self):
        for headers in ({'Auto_Submitted': 'no'}, {'Return_Path': '<carla@customer.example.org>'},
                        {'X_Autoreply': 'no'}, {'X_Auto_Response_Suppress': 'None'}):
            with self.subTest(headers=headers):
                self.mail(**headers)
                self.assertEqual(len(self._mails), 1)

    def test_makes_no_contact(self):
        ticket = self.mail(sender='robot@x.example.org', Auto_Submitted='auto-generated')
        self.assertFalse(ticket.partner_id)
        self.assertEqual(ticket.email_normalized, 'robot@x.example.org')
        self.assertFalse(self.env['res.partner'].search([('email', '=', 'robot@x.example.org')]))

    def test_out_of_office_on_a_ticket(self):
        ticket = self.mail()
        ticket.with_user(self.agent).message_post(
            body='Hello', message_type='comment', subtype_xmlid='mail.mt_comment')
        self.env.flush_all()
        before = ticket.last_activity_date
        with patch('odoo.fields.Datetime.now', return_value=before.replace(year=2040)):
            self.assertFalse(self.mail(
                subject=f'Automatic reply: [{ticket.ticket_ref}] Printer'))
        self.assertIn('Automatic reply', str(ticket.message_ids.mapped('subject')))
        self.assertEqual(ticket.last_activity_date, before)
        self.assertEqual(ticket.waiting_for, 'customer')

    def test_of_a_closed_ticket_reopens_nothing(self):
        ticket = self.mail()
        ticket.stage_id = self.stage_solved
        self.mail(subject=f'Out of office [{ticket.ticket_ref}]', Auto_Submitted='auto-replied')
        self.assertTrue(ticket.is_closed)

    def test_bounce_makes_no_ticket(self):
        ticket = self.mail()
        message = make_mail(
            'bounce@helpdesk.example.com', sender='MAILER-DAEMON@x.example.org',
            subject=f'Undelivered [{ticket.ticket_ref}]')
        self.assertFalse(self.deliver(message))
        self.assertFalse(self._mails)

    @mute_logger('odoo.addons.helpdesk_lite.models.mail_in')
    def test_bounce_that_cant_be_read(self):
        """Odoo's parser raises on it: a mailbox that is fetched would get stuck."""
        self.assertFalse(self.deliver((BROKEN_BOUNCE % self.address).encode()))
        self.assertEqual(len(self.mail()), 1, 'and the next one comes in')

    def test_later_moves_are_told(self):
        ticket = self.mail(Auto_Submitted='auto-generated')
        self.env.cr.precommit.data.pop('helpdesk_lite.muted', None)
        ticket.stage_id = self.stage_progress
        self.flush_tracking()
        with self.mock_mail_gateway():
            ticket.stage_id = self.stage_new
            self.flush_tracking()
        self.assertEqual(len(self.sent_to('carla@customer.example.org')), 1)


class TestDuplicates(GatewayCommon):

    def test_second_delivery(self):
        message = make_mail(self.address)
        self.assertEqual(len(self.deliver(message)), 1)
        self.assertFalse(self.deliver(message))
        self.assertFalse(self._mails)


@tagged('post_install', '-at_install')
class TestDeliveredAtOnce(BaseCase):
    """Two deliveries of one mail at once, in transactions of their own."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            stage = env['helpdesk.lite.stage'].create({'name': 'At once', 'team_ids': False})
            team = env['helpdesk.lite.team'].create({
                'name': 'At once', 'stage_ids': [Command.set(stage.ids)],
                'alias_name': 'hdl-at-once'})
            team.alias_id.alias_incoming_local = True
            self.stage_id, self.team_id = stage.id, team.id
        self.addCleanup(self.clean_up)

    def clean_up(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            tickets = env['helpdesk.lite.ticket'].with_context(active_test=False).search(
                [('team_id', '=', self.team_id)])
            customers = tickets.partner_id
            tickets.unlink()
            customers.unlink()
            env['helpdesk.lite.team'].browse(self.team_id).unlink()
            env['helpdesk.lite.stage'].browse(self.stage_id).unlink()

    def test_one_ticket(self):
        raw = make_mail(
            'hdl-at-once@helpdesk.example.com', sender='atonce@x.example.org').as_bytes()
        results = {}

        def deliver(name, env):
            results[name] = env['mail.thread'].message_process(None, raw)
        with self.registry.cursor() as second_cr:
            # made here: in a thread it would wait for the registry, which a test run holds
            second = Thread(target=deliver, args=(
                'second', api.Environment(second_cr, SUPERUSER_ID, {})))
            with self.registry.cursor() as cr:
                deliver('first', api.Environment(cr, SUPERUSER_ID, {}))
                second.start()
                self.wait_until_blocked()
            second.join(30)
        with self.registry.cursor() as cr:
            tickets = api.Environment(cr, SUPERUSER_ID, {})['helpdesk.lite.ticket'].search(
                [('team_id', '=', self.team_id)])
        self.assertEqual(tickets.ids, [results['first']])
        self.assertFalse(results['second'])

    def test_two_first_mails(self):
        """To a new address: neither waits for the other, so neither fails."""
        def deliver(env, sender):
            return env['mail.thread'].message_process(None, make_mail(
                'hdl-at-once@helpdesk.example.com', sender=sender).as_bytes())
        with self.registry.cursor() as cr, self.registry.cursor() as second_cr:
            first = deliver(api.Environment(cr, SUPERUSER_ID, {}), 'atonce1@x.example.org')
            second_cr.execute("SET LOCAL lock_timeout = '5s'")
            second = deliver(api.Environment(second_cr, SUPERUSER_ID, {}), 'atonce2@x.example.org')
            second_cr.commit()
        with self.registry.cursor() as cr:
            tickets = api.Environment(cr, SUPERUSER_ID, {})['helpdesk.lite.ticket'].search(
                [('team_id', '=', self.team_id)])
        self.assertEqual(set(tickets.ids), {first, second})

    def wait_until_blocked(self):
        """Until the second delivery waits for the first, 10 seconds at most."""
        end = monotonic() + 10
        while monotonic() < end:
            with self.registry.cursor() as cr:
                cr.execute("""SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    """)
                if cr.fetchone():
                    return
            sleep(0.05)
        self.fail('The second delivery did not wait.')
