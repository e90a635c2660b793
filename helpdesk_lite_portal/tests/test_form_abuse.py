import io
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import mute_logger, tagged

from odoo.addons.helpdesk_lite_portal.controllers.files import clean_filename
from odoo.addons.helpdesk_lite_portal.controllers.form import HONEYPOT

from .form_common import REQUEST, FormCommon

SCRIPT = '<script>alert(1)</script><img src=x onerror=alert(1)>'


@tagged('post_install', '-at_install')
class TestFormAbuse(FormCommon):
    """What programs and people of bad will send."""

    def test_honeypot(self):
        page = self.assert_refused(self.send({HONEYPOT: 'http://spam.example'}))
        self.assertEqual(page.xpath("//input[@id='subject']/@value"), [REQUEST['subject']])

    def test_too_fast_and_too_late(self):
        self.set_limit('form_min_seconds', 60)  # a busy machine may take some to show the form
        self.assert_refused(self.send(hidden=self.open_form(seconds=0)))
        self.assert_refused(self.send(hidden=self.open_form(seconds=25 * 3600)))
        hidden = self.open_form(seconds=60)
        self.assert_sent(self.send(hidden=hidden))

    def test_stamp_is_signed(self):
        hidden = self.open_form()
        shown, nonce, signature = hidden['stamp'].split('.')
        for stamp in ('', 'x', 'ü.ü.ü', f'1.{nonce}.{signature}', f'{shown}.{nonce}.',
                      f'{shown}.{nonce}.{signature[:-1]}', '..', None):
            self.assert_refused(self.send(hidden={**hidden, 'stamp': stamp}))

    def test_post_without_csrf(self):
        hidden = self.open_form()
        hidden.pop('csrf_token')
        with mute_logger('odoo.http'):
            self.assertEqual(self.send(hidden=hidden).status_code, 400)
        self.assertFalse(self.tickets())

    def test_mass_assignment(self):
        """Nothing but the six fields of the form is ever taken from a visitor."""
        fields_of_ticket = dict.fromkeys(self.env['helpdesk.lite.ticket']._fields, '1')
        ticket = self.assert_sent(self.send({
            **{f'default_{name}': value for name, value in fields_of_ticket.items()},
            **{name: value for name, value in fields_of_ticket.items() if name not in REQUEST},
            'team_id': str(self.team_private.id), 'company_id': str(self.other_company.id),
            'stage_id': str(self.stage_solved.id), 'user_id': str(self.manager.id),
            'priority': '3', 'partner_id': str(self.customer.id), 'access_token': 'mine',
            'context': '{"default_priority": "3"}',
        }))
        self.assertEqual(
            (ticket.team_id, ticket.company_id, ticket.stage_id, ticket.user_id.id,
             ticket.priority, ticket.is_closed, ticket.kanban_state, ticket.access_token,
             ticket.color, ticket.tag_ids.ids, ticket.email_cc, ticket.merged_into_id.id),
            (self.team, self.company, self.stage_new, False, '0', False, 'normal', False, 0, [],
             False, False))
        self.assertNotEqual(ticket.partner_id, self.customer)
        self.assertFalse(self.team_private.ticket_ids)

    def test_html_and_script_in_every_field(self):
        page = self.send({**dict.fromkeys(REQUEST, SCRIPT), 'email': SCRIPT}).text
        self.assertNotIn('<script>alert', page)
        self.assertNotIn('<img src=x', page)
        ticket = self.assert_sent(self.send({
            **dict.fromkeys(REQUEST, SCRIPT), 'phone': '<b>1</b>',
            'email': 'vera@visitor.example.net'}))
        self.assertEqual(ticket.name, SCRIPT)
        self.assertNotIn('<script', ticket.description)
        self.assertNotIn('<img', ticket.description)
        for url in (self.link(ticket), '/helpdesk', self.path):
            text = self.get(url).text
            self.assertNotIn('<script>alert', text)
            self.assertNotIn('<img src=x', text)
        self.assertNotIn('<script>alert', str(ticket.message_ids.mapped('body')))

    def test_file_types_are_harmless(self):
        ticket = self.assert_sent(self.send(files=[
            ('page.html', io.BytesIO(SCRIPT.encode())),
            ('image.svg', io.BytesIO(
                b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')),
        ]))
        self.assertEqual(
            set(ticket.message_ids.attachment_ids.mapped('mimetype')), {'text/plain'})

    def test_too_long(self):
        for name in ('name', 'subject', 'message', 'phone'):
            self.assert_refused(self.send({name: 'x' * 30000}), name)

    def test_ten_megabytes_of_subject(self):
        for size in (9, 11):
            response = self.send({'subject': 'x' * size * 1024 * 1024})
            self.assertIn(response.status_code, (200, 413))
            self.assertFalse(self.tickets())

    def test_a_thousand_files(self):
        files = [(f'{index}.txt', io.BytesIO(b'x')) for index in range(1000)]
        response = self.send(files=files)
        self.assertIn(response.status_code, (200, 413))
        self.assertFalse(self.tickets())
        self.assert_refused(self.send(files=files[:11]), 'attachments')

    def test_large_and_empty_files(self):
        self.set_limit('form_max_megabytes', 1)
        self.env.flush_all()
        self.assert_refused(
            self.send(files=[('big.txt', io.BytesIO(b'x' * (1024 * 1024 + 1)))]), 'attachments')
        self.assert_refused(self.send(files=[('none.txt', io.BytesIO(b''))]), 'attachments')
        self.assert_sent(self.send(files=[('fits.txt', io.BytesIO(b'x' * 1024 * 1024))]))

    def test_names_of_files(self):
        ticket = self.assert_sent(self.send(files=[
            ('../../../etc/passwd', io.BytesIO(b'a')), ('/photos/mine/photo.jpg', io.BytesIO(b'b')),
            ('x' * 300 + '.pdf', io.BytesIO(b'c'))]))
        self.assertEqual(
            set(ticket.message_ids.attachment_ids.mapped('name')),
            {'passwd', 'photo.jpg', 'x' * 116 + '.pdf'})
        for name, clean in (
            ('', 'file'), ('C:\\Users\\me\\photo.jpg', 'photo.jpg'), ('..', 'file'),
            ('/', 'file'), ('a\x00b\n.txt', 'a b .txt'),
            ('a' * 500, 'a' * 120), ('보고서.hwp', '보고서.hwp'), (None, 'file'), ('.x', 'x'),
        ):
            self.assertEqual(clean_filename(name), clean, name)

    def test_file_where_a_text_belongs_and_the_other_way_round(self):
        data = {**self.open_form(), **REQUEST}
        data.pop('subject')
        response = self.post(self.path, data, csrf=False, files=[
            ('subject', ('subject.txt', io.BytesIO(b'x')))])
        self.assert_refused(response, 'subject')
        self.assert_sent(self.send({'attachments': 'no file'}))

    def test_limit_per_address(self):
        self.set_limit('form_limit', 3)
        self.env.flush_all()
        for _index in range(3):
            self.assert_sent(self.send())
        page = self.send()
        self.assertEqual(page.status_code, 429)
        self.assertIn(REQUEST['subject'], page.text)
        self.assertEqual(len(self.tickets()), 3)
        # addresses are a matter of the server's proxy mode, not of what a visitor says
        page = self.send(headers={'X-Forwarded-For': '203.0.113.9'})
        self.assertEqual(page.status_code, 429)

    def test_limit_forgets(self):
        Post = self.env['helpdesk.lite.form.post']
        self.set_limit('form_limit', 1)
        Post.create({
            'address_hash': Post._hash_address('127.0.0.1'), 'digest': 'x', 'ticket_ref': 'HD1',
            'create_date': fields.Datetime.now() - timedelta(minutes=61)})
        self.env.flush_all()
        self.assert_sent(self.send())

    def test_ten_thousand_posts(self):
        """What a flood costs: one cheap query each, and a row for those alone that were taken."""
        Post = self.env['helpdesk.lite.form.post']
        self.set_limit('form_limit', 30)
        Post.create([
            {'address_hash': Post._hash_address('198.51.100.7'), 'digest': f'{index}',
             'ticket_ref': 'HD1'} for index in range(30)])
        self.env.flush_all()
        with self.assert_queries(3, self.env):
            self.assertTrue(Post._is_too_many('198.51.100.7'))
        start = self.env.cr.sql_log_count
        self.assertTrue(all(Post._is_too_many('198.51.100.7') for _index in range(10_000)))
        self.assertLessEqual(self.env.cr.sql_log_count - start, 10_001)
        self.assertFalse(Post._is_too_many('198.51.100.8'))

    def test_addresses_are_networks_and_are_not_kept(self):
        Post = self.env['helpdesk.lite.form.post']
        hashed = Post._hash_address
        self.assertEqual(hashed('2001:db8::1'), hashed('2001:db8::ffff:1'))
        self.assertNotEqual(hashed('2001:db8::1'), hashed('2001:db8:0:1::1'))
        self.assertEqual(hashed('192.0.2.1'), hashed('::ffff:192.0.2.1'))
        self.assertNotEqual(hashed('192.0.2.1'), hashed('192.0.2.2'))
        self.assertNotIn('192.0.2.1', hashed('192.0.2.1'))
        self.assertTrue(hashed(None))

    def test_old_rows_go(self):
        Post = self.env['helpdesk.lite.form.post']
        old, new = Post.create([
            {'address_hash': 'x', 'digest': f'old{hours}', 'ticket_ref': 'HD1',
             'create_date': fields.Datetime.now() - timedelta(hours=hours)} for hours in (49, 47)])
        Post._gc_old()
        self.assertFalse(old.exists())
        self.assertTrue(new.exists())

    def test_parameters_that_are_no_numbers(self):
        for value in ('', 'x', '-1', '1e9'):
            self.set_limit('form_min_seconds', value)
            self.assertGreaterEqual(
                self.env['helpdesk.lite.form.post']._get_number('form_min_seconds', 2), 0)

    def test_captcha_hook(self):
        """The route asks for a captcha where an addon provides one."""
        self.assertIn('data-captcha="helpdesk_lite_form"', self.get(self.path).text)
        with patch.object(
                self.registry['ir.http'], '_verify_request_recaptcha_token',
                side_effect=UserError('Are you a robot?')) as verify, mute_logger('odoo.http'):
            response = self.send()
        verify.assert_called_once_with('helpdesk_lite_form')
        self.assertNotEqual(response.status_code, 303)
        self.assertFalse(self.tickets())
