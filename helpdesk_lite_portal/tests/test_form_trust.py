import time
from datetime import timedelta

import requests

from odoo import fields
from odoo.tests import BaseCase, mute_logger, tagged

from odoo.addons.helpdesk_lite_portal.controllers.form import HONEYPOT
from odoo.addons.helpdesk_lite_portal.tools.claims import get_mailbox, has_link
from odoo.addons.mail.tests.common import MailCase

from .form_common import REQUEST, FormCommon

MAILBOXES = (
    ('vera@visitor.example.net', 'vera@visitor.example.net'),
    ('vera+1@visitor.example.net', 'vera@visitor.example.net'),
    ('Vera+a+b@Visitor.example.net', 'vera@visitor.example.net'),
    ('ve.ra@visitor.example.net', 've.ra@visitor.example.net'),
    ('v.e.r.a+x@gmail.com', 'vera@gmail.com'), ('v.era@googlemail.com', 'vera@gmail.com'),
    ('+x@visitor.example.net', '+x@visitor.example.net'),
)
LINKS = (
    'https://evil.example', 'Look at evil.example', 'evil.example/win', 'HTTP://X', 'www.evil',
    'mail me@evil.example', 'now(evil.example)', 'evil。example',
    'ｅｖｉｌ．ｅｘａｍｐｌｅ', 'evil\u200b.example',
    'evil.example:8080', '10.0.0.1/login', 'xn--evil.xn--p1ai', '악.한국', 'a,evil.example,b',
)
NO_LINKS = (
    'The door is locked', 'Version 19.0.2 fails', 'At 10.30 it stopped...', 'No. 7 is broken',
    'Why?! Because.', 'e. g. this', 'J. R. Smith', '', None, '1.5 kg', '프린터가 고장났어요.',
)


class TestClaims(BaseCase):
    """How addresses are told from one another, and what is taken for a link."""

    def test_mailboxes(self):
        for address, mailbox in MAILBOXES:
            self.assertEqual(get_mailbox(address), mailbox)

    def test_links(self):
        for text in LINKS:
            self.assertTrue(has_link(text), text)
        for text in NO_LINKS:
            self.assertFalse(has_link(text), text)

    def test_time(self):
        start = time.process_time()
        for part in ('.', 'a.', '@', 'www', ' a.b', ':/', '<'):
            has_link(part * 20_000)
        self.assertLess(time.process_time() - start, 5)


@tagged('post_install', '-at_install')
class TestFormTrust(MailCase, FormCommon):
    """A stranger types somebody's address: it is a claim, and nobody is flooded for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.stage_new.template_id = cls.env.ref(
            'helpdesk_lite.mail_template_request_acknowledgment')
        cls.env.flush_all()

    def send_all(self, *values):
        """The addresses that mails went to, and the tickets that were made, one for each post."""
        before = len(self.tickets())
        with self.mock_mail_gateway():
            for post in values:
                self.assert_sent(self.send(post))
        self.assertEqual(len(self.tickets()), before + len(values))
        return [address for mail in self._mails for address in mail['email_to']]

    # ------------------------------------------------------------------
    # Acknowledgements
    # ------------------------------------------------------------------

    def test_three_acknowledgements_a_day(self):
        posts = [{'email': f'victim+{n}@gmail.com', 'phone': ''} for n in range(4)]
        sent = self.send_all(*posts, {'email': 'v.ictim@googlemail.com', 'phone': ''})
        self.assertEqual(len(sent), 3, sent)
        self.assertEqual(len(self.send_all({'email': 'other@visitor.example.net', 'phone': ''})), 1)
        receipts = self.env['helpdesk.lite.form.receipt'].search([])
        self.assertNotIn('victim', str(receipts.mapped('target_hash')))
        receipts.create_date = fields.Datetime.now() - timedelta(hours=25)
        self.env.flush_all()
        self.assertEqual(len(self.send_all(posts[0])), 1)

    def test_phone_counts_too(self):
        """The first stage may send an SMS: a number is flooded as little as a mailbox."""
        sent = self.send_all(*(
            {'email': f'v{n}@visitor.example.net', 'phone': phone} for n, phone in enumerate(
                ('+32 2 123 45 67', '02 123 45 67', '0032-2-1234567', '+3221234567'))))
        self.assertEqual(len(sent), 3)

    def test_limit_is_the_visitors_own_address(self):
        self.login(self.portal)
        posts = [{'email': self.portal.email, 'subject': f'No. {n}'} for n in range(5)]
        self.assertEqual(len(self.send_all(*posts)), 5)
        posts = [{'email': 'victim@visitor.example.net', 'subject': f'No. {n}'} for n in range(5)]
        self.assertEqual(len(self.send_all(*posts)), 3)

    def test_old_receipts_go(self):
        Receipt = self.env['helpdesk.lite.form.receipt']
        old, new = Receipt.create([
            {'target_hash': 'x', 'create_date': fields.Datetime.now() - timedelta(hours=hours)}
            for hours in (49, 47)])
        Receipt._gc_old()
        self.assertFalse(old.exists())
        self.assertTrue(new.exists())

    def test_no_link_of_a_stranger_is_mailed(self):
        self.template.body_html += '<p t-out="object.partner_id.name"/><p t-out="object.name"/>'
        for number, (name, subject) in enumerate((
            ('Win at evil.example', 'Printer'), ('Vera', 'Prize at https://evil.example/x'),
            ('evil.example', 'me@evil.example'),
        )):
            with self.mock_mail_gateway():
                ticket = self.assert_sent(self.send({
                    'name': name, 'subject': subject, 'phone': '',
                    'email': f'v{number}@visitor.example.net'}))
            mail, = self._mails
            whole = f"{mail['subject']}{mail['body']}{mail['email_to']}{mail['reply_to']}"
            self.assertNotIn('evil.example', whole)
            self.assertIn(ticket.ticket_ref, mail['subject'])
            self.assertEqual((ticket.name, ticket.partner_name), (subject, name))
            self.assertNotIn('evil.example', ticket.partner_id.name)

    def test_without_link_subject_and_name_are_shown(self):
        with self.mock_mail_gateway():
            self.assert_sent(self.send())
        mail, = self._mails
        self.assertIn(REQUEST['subject'], mail['subject'])
        self.assertIn(REQUEST['name'], mail['body'])

    # ------------------------------------------------------------------
    # Whose address it is
    # ------------------------------------------------------------------

    def test_address_of_an_employee_typed_by_a_stranger(self):
        for person in (self.agent, self.manager, self.employee):
            sent = self.send_all({'email': person.email})
            self.assertFalse(sent, 'a stranger has mailed a colleague')
            ticket = self.tickets()[-1:]
            self.assertFalse(ticket.partner_id)
            self.assertEqual(ticket.partner_email, person.email)
            self.assertNotIn(person.partner_id, ticket.message_partner_ids)
            self.assertNotIn(person.partner_id, ticket.message_ids.author_id)
            message = ticket.message_ids.filtered(lambda m: m.message_type == 'comment')
            self.assertFalse(message.author_id)
            self.assertIn(person.email, message.email_from)
            self.assertEqual(ticket.waiting_for, 'desk')
            self.assertIn('not logged in', str(ticket.message_ids.mapped('body')))

    def test_portal_user_types_the_address_of_an_employee(self):
        self.login(self.portal)
        self.send_all({'email': self.agent.email})
        self.assertFalse(self.tickets()[-1:].partner_id)

    def test_employee_who_is_logged_in(self):
        self.login(self.employee)
        self.send_all({'email': self.employee.email})
        ticket = self.tickets()[-1:]
        self.assertEqual(ticket.partner_id, self.employee.partner_id)
        message = ticket.message_ids.filtered(lambda m: m.message_type == 'comment')
        self.assertEqual(message.author_id, self.employee.partner_id)

    # ------------------------------------------------------------------
    # Length
    # ------------------------------------------------------------------

    def measure(self, data, **kwargs):
        """Send a form that is encoded already; return the answer and the CPU time that it took."""
        url = self.base_url() + self.path
        encoded = requests.Request('POST', url, data=data, **kwargs).prepare()
        start = time.process_time()
        response = self.opener.post(
            url, data=encoded.body, allow_redirects=False, timeout=60,
            headers={'Content-Type': encoded.headers['Content-Type']})
        return response, time.process_time() - start

    @mute_logger('odoo.http', 'werkzeug')
    def test_forty_megabytes_in_a_second(self):
        data = {**self.open_form(), HONEYPOT: '', **REQUEST}
        for long in (
            {'subject': 'x' * 40 * 1024 * 1024}, {'message': '한' * 3_000_000},
            dict.fromkeys(('name', 'email', 'subject', 'message'), 'x.' * 4_900_000),
            {'stamp': '1.' * 4_000_000}, {'email': 'a@' * 4_000_000},
        ):
            for files in (None, [('attachments', ('a.txt', b'x'))]):
                response, seconds = self.measure({**data, **long}, files=files)
                self.assertLess(seconds, 1, (list(long), files))
                self.assertIn(response.status_code, (200, 413))
                self.assertLess(len(response.content), 500_000)
        self.assertFalse(self.tickets())

    def test_field_that_is_too_long_says_so(self):
        for size in (30_000, 3_000_000):
            page = self.assert_refused(self.send(
                {'subject': 'x' * size}, files=[('a.txt', b'x')]), 'subject')
            self.assertIn('at most 200 characters', page.text_content())
        self.assert_sent(self.send({'subject': f'{" " * 90}{"x" * 200}{" " * 90}'}))

    def test_request_that_is_too_large_is_not_read(self):
        self.set_limit('form_max_files', 1)
        self.set_limit('form_max_megabytes', 1)
        self.env.flush_all()
        hidden = self.open_form()
        with mute_logger('odoo.http', 'werkzeug'):
            response = self.send({'message': 'x' * 3 * 1024 * 1024}, hidden=hidden)
        self.assertEqual(response.status_code, 413)
