from time import process_time

from markupsafe import Markup

from odoo.tests import BaseCase, tagged
from odoo.tools import html2plaintext

from ..tools.mail_looks import fit
from .common import HelpdeskLiteMailCommon


@tagged('post_install', '-at_install')
class TestFit(BaseCase):
    """Line breaks and pictures, as Outlook for Windows and phones need them."""

    def fit(self, body):
        return fit(f'<html><body>{body}</body></html>').removeprefix('<html><body>').removesuffix(
            '</body></html>')

    def test_lines(self):
        for body, expected in (
            ('<p>a\nb</p>', '<p>a\nb</p>'),
            ('<div style="white-space:pre-wrap">a\nb</div>', '<div style="">a<br>b</div>'),
            ('<div style="white-space: pre-line; color: red">a\r\n\r\nb</div>',
             '<div style="color: red">a<br><br>b</div>'),
            ('<div style="white-space:pre-wrap">a <b>x\ny</b>c\nd</div>e\nf',
             '<div style="">a <b>x<br>y</b>c<br>d</div>e\nf'),
            ('<div style="white-space:pre-wrap">a<p style="white-space:normal">b\nc</p>d\ne</div>',
             '<div style="">a<p style="">b\nc</p>d<br>e</div>'),
            ('<pre>a\n  b</pre>', '<div style="font-family: monospace">a<br>\xa0 b</div>'),
            ('<pre>a<br>b</pre>', '<div style="font-family: monospace">a<br>b</div>'),
        ):
            with self.subTest(body=body):
                self.assertEqual(self.fit(body), expected)

    def test_pictures(self):
        for body, expected in (
            ('<img src="a">', '<img src="a" style="max-width: 100%; height: auto">'),
            ('<img src="a" width="800" height="600">',
             '<img src="a" width="552" style="max-width: 100%; height: auto">'),
            ('<img src="a" style="width: 800px; height: 600px">',
             '<img src="a" style="max-width: 100%; height: auto" width="552">'),
            ('<img src="a" width="48" height="48" style="max-width: 40px">',
             '<img src="a" width="48" height="48" style="max-width: 40px">'),
            ('<img src="a" width="x">',
             '<img src="a" width="x" style="max-width: 100%; height: auto">'),
        ):
            with self.subTest(body=body):
                self.assertEqual(self.fit(body), expected)

    def test_nothing_is_lost(self):
        """However deep it is nested."""
        for depth in (10, 300, 2_000, 3_000, 20_000):
            with self.subTest(depth=depth):
                body = self.fit(f'<img>{"<div>" * depth}deep{"</div>" * depth}<p>after</p>')
                self.assertIn('deep', body)
                self.assertIn('after', body)

    def test_time_is_linear(self):
        """Twice the size takes at most two and a half times the time, the better of two tries."""
        def measure(text):
            start = process_time()
            fit(f'<body><div style="white-space:pre">{text}</body>')
            return process_time() - start

        for part in ('<div style="white-space:pre-wrap">a\nb', '<pre>x\n', 'a\n' * 40, '<img>'):
            with self.subTest(part=part):
                times = [min(measure(part * count), measure(part * count))
                         for count in (4_000, 8_000)]
                self.assertLess(times[1], max(2.5 * times[0], 1), times)


@tagged('post_install', '-at_install')
class TestMails(HelpdeskLiteMailCommon):
    """The mails to customers."""

    def get_mail(self, work):
        self.flush_tracking()
        with self.mock_mail_gateway():
            work()
            self.flush_tracking()
        mail, = self.sent_to('carla@customer.example.org')
        return mail['body']

    def test_stage_mail_shrinks(self):
        """No width is asked for that a phone doesn't have; Outlook gets 600 pixels."""
        self.stage_new.template_id = self.env.ref(
            'helpdesk_lite.mail_template_request_acknowledgment')
        body = self.get_mail(lambda: self.make_ticket(partner_id=self.customer.id))
        self.assertNotIn('min-width', body)
        self.assertIn('width="600"', body)
        self.assertIn('max-width: 600px', body)
        self.assertNotIn('width="590"', body)

    def test_answer(self):
        """What was written in lines is read in lines, and nothing forbids to break them."""
        ticket = self.make_ticket(partner_id=self.customer.id, name='x' * 90)
        body = self.get_mail(lambda: ticket.with_user(self.agent).message_post(
            body=Markup('<div style="white-space:pre-wrap">one\ntwo</div><img src="/a.png"/>'),
            message_type='comment', subtype_xmlid='mail.mt_comment'))
        self.assertIn('one<br>two', body)
        self.assertIn('max-width: 100%', body)
        self.assertNotIn('white-space', body)
        self.assertIn('one\ntwo', html2plaintext(body))

    def test_agents_keep_their_layout(self):
        self.assignee.notification_type = 'email'
        ticket = self.make_ticket(user_id=self.assignee.id)
        self.flush_tracking()
        with self.mock_mail_gateway():
            ticket.with_user(self.agent).message_post(
                body='x', message_type='comment', subtype_xmlid='mail.mt_comment')
        mail, = self.sent_to(self.assignee.email)
        self.assertIn('max-width: 900px', mail['body'])
