import io

from lxml import html

from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCase

from .form_common import REQUEST, FormCommon


@tagged('post_install', '-at_install')
class TestForm(MailCase, FormCommon):
    """The public form: what a visitor sees, sends, and gets for it."""

    def test_teams_with_a_form(self):
        page = self.get('/helpdesk').text
        self.assertIn(self.team.name, page)
        self.assertIn('We answer in a day.', page)
        self.assertNotIn(self.team_company.name, page)
        self.assertEqual(self.get(self.team_company._get_form_path()).status_code, 404)

    def test_form_shows_what_is_meant_to_be_shown(self):
        page = self.get(self.path)
        text = html.fromstring(page.content).text_content()
        self.assertIn('We answer in a day.', text)
        for secret in (
            self.agent.name, self.customer.name, self.ticket.name, self.ticket.ticket_ref,
        ):
            self.assertNotIn(secret, text)
        for name in (*REQUEST, 'attachments'):
            self.assertTrue(html.fromstring(page.content).xpath(
                f"//label[@for='{name}']"), f'{name} has no label')

    def test_addresses_of_forms(self):
        for slug, status in (
            (f'old-name-{self.team.id}', 200), (str(self.team.id), 200), ('nothing', 404),
            ('x-999999999', 404), (f'x-{10**30}', 404), ('-1', 404), ('%00', 404), ('ü-1', 404),
            (f'x-{2**31}', 404),
        ):
            self.assertEqual(self.get(f'/helpdesk/{slug}').status_code, status, slug)

    def test_ticket_of_a_stranger(self):
        ticket = self.assert_sent(self.send(files=[('photo.txt', io.BytesIO(b'what I see'))]))
        self.assertEqual(
            (ticket.name, ticket.team_id, ticket.partner_name, ticket.partner_email,
             ticket.partner_phone, ticket.stage_id, ticket.priority, ticket.user_id.id,
             ticket.company_id),
            ('The door is locked', self.team, 'Vera Visitor', 'vera@visitor.example.net',
             '+32 2 123 45 67', self.stage_new, '0', False, self.company))
        self.assertIn('I can not get in.<br', ticket.description)
        self.assertEqual(ticket.partner_id.name, 'Vera Visitor')
        self.assertEqual(ticket.partner_id.company_id, self.company)
        self.assertIn(ticket.partner_id, ticket.message_partner_ids)
        self.assertNotIn(self.env.ref('base.public_partner'), ticket.message_partner_ids)
        message = ticket.message_ids.filtered('attachment_ids')
        self.assertEqual(message.author_id, ticket.partner_id)
        self.assertEqual(message.attachment_ids.name, 'photo.txt')
        self.assertEqual(message.attachment_ids.raw, b'what I see')
        self.assertEqual(ticket.waiting_for, 'desk')
        self.assertIn('photo.txt', self.get(self.link(ticket)).text)

    def test_thanks(self):
        self.send()
        ticket = self.tickets()
        response = self.get(f'{self.path}/thanks')
        self.assertIn(ticket.ticket_ref, response.text)
        self.assertNotIn('token=', response.text)
        self.env.invalidate_all()
        self.get(f'{self.path}/thanks')
        self.assertEqual(len(self.tickets()), 1)
        self.login(None)  # another browser
        response = self.get(f'{self.path}/thanks')
        self.assertEqual(response.status_code, 303)
        self.assertNotIn(ticket.ticket_ref, response.text)

    def test_acknowledgment(self):
        self.stage_new.template_id = self.env.ref(
            'helpdesk_lite.mail_template_request_acknowledgment')
        self.env.flush_all()
        with self.mock_mail_gateway():
            ticket = self.assert_sent(self.send())
        mail, = [mail for mail in self._mails if 'vera@visitor' in mail['email_to'][0]]
        self.assertIn(ticket.ticket_ref, mail['subject'])
        self.assertIn('View the ticket', mail['body'])
        self.assertIn(f'access_token={ticket.access_token}', mail['body'].replace('&amp;', '&'))

    def test_team_without_alias_writes_by_the_company(self):
        self.team.use_alias = False
        self.stage_new.template_id = self.env.ref(
            'helpdesk_lite.mail_template_request_acknowledgment')
        self.env.flush_all()
        with self.mock_mail_gateway():
            self.assert_sent(self.send())
        mail, = [mail for mail in self._mails if 'vera@visitor' in mail['email_to'][0]]
        self.assertIn(self.company.email, mail['email_from'])

    def test_known_contact_is_matched_by_address_and_never_changed(self):
        names = ['name', 'email', 'phone', 'lang', 'company_id']
        before = self.customer.read(names)
        ticket = self.assert_sent(self.send(
            {'email': ' CARLA@customer.example.org', 'name': 'Mallory', 'phone': '000'}))
        self.assertEqual(ticket.partner_id, self.customer)
        self.assertEqual(ticket.partner_name, 'Mallory')
        self.assertEqual(self.customer.read(names), before)

    def test_new_contact_has_the_language_of_the_form(self):
        """The acknowledgement is in the language that the visitor wrote in."""
        korean = self.env['res.lang']._activate_lang('ko_KR')
        if 'website' in self.env:  # its pages are in its own languages alone
            self.env['website'].search([]).language_ids += korean
        self.env['ir.default'].set('res.partner', 'lang', 'en_US')
        template = self.stage_new.template_id = self.env.ref(
            'helpdesk_lite.mail_template_request_acknowledgment')
        template.with_context(lang='ko_KR').subject = '접수했습니다'
        self.customer.lang = 'en_US'
        self.env.flush_all()
        for prefix, address, lang in (
            ('', 'en@visitor.example.net', 'en_US'),
            (f'/{korean.url_code}', 'ko@visitor.example.net', 'ko_KR'),
            (f'/{korean.url_code}', self.customer.email, 'en_US'),  # a known contact's stays
        ):
            hidden = self.open_form(f'{prefix}{self.path}')
            with self.mock_mail_gateway():
                self.send({'email': address, 'subject': f'Of {address}'},
                          path=f'{prefix}{self.path}', hidden=hidden)
            ticket = self.tickets()[-1:]
            self.assertEqual(ticket.name, f'Of {address}')
            self.assertEqual(ticket.partner_id.lang, lang, address)
            mail, = [mail for mail in self._mails if address.lower() in mail['email_to'][0].lower()]
            self.assertEqual('접수했습니다' in mail['subject'], lang == 'ko_KR', mail['subject'])

    def test_same_name_is_no_match(self):
        ticket = self.assert_sent(self.send({'name': self.customer.name}))
        self.assertNotEqual(ticket.partner_id, self.customer)

    def test_logged_in_visitor(self):
        self.login(self.portal)
        page = html.fromstring(self.get(self.path).content)
        self.assertEqual(page.xpath("//input[@id='name']/@value"), [self.portal.name])
        self.assertEqual(page.xpath("//input[@id='email']/@value"), [self.portal.email])
        ticket = self.assert_sent(self.send({'email': self.portal.email}))
        self.assertEqual(ticket.partner_id, self.portal.partner_id)
        self.assertIn(ticket.name, self.get('/my/tickets').text)

    def test_logged_in_visitor_for_somebody_else(self):
        self.login(self.portal)
        ticket = self.assert_sent(self.send({'email': self.customer.email}))
        self.assertEqual(ticket.partner_id, self.customer)

    def test_required_fields(self):
        for name in ('name', 'email', 'subject', 'message'):
            for empty in ('', '   ', '\n\t', '\x00'):
                page = self.assert_refused(self.send({name: empty}), name)
            for other in set(REQUEST) - {name, 'message'}:
                self.assertEqual(page.xpath(f"//input[@id='{other}']/@value"), [REQUEST[other]])
            if name != 'message':
                self.assertEqual(
                    page.xpath('//textarea')[0].text_content().split(), REQUEST['message'].split())
        self.assert_sent(self.send({'phone': ''}))

    def test_addresses_that_are_none(self):
        for address in (
            'nobody', '@example.com', 'a@', 'a@b@c', 'a@example.com, b@example.com',
            'x' * 300 + '@example.com', self.team.alias_email, 'a@example.com\nBcc: b@example.com',
        ):
            with self.subTest(address):
                self.assert_refused(self.send({'email': address}), 'email')

    def test_double_click_makes_one_ticket(self):
        hidden = self.open_form()
        first, second = self.send(hidden=hidden), self.send(hidden=hidden)
        self.assertEqual(first.headers['Location'], second.headers['Location'])
        self.assertEqual(len(self.tickets()), 1)

    def test_another_request_by_the_back_button_is_not_lost(self):
        hidden = self.open_form()
        self.send(hidden=hidden)
        self.assert_sent(self.send({'subject': 'And the window'}, hidden=hidden))
        self.assertEqual(self.tickets().mapped('name'), ['The door is locked', 'And the window'])

    def test_team_of_another_company(self):
        self.other_team.use_website_form = True
        self.env.flush_all()
        path = self.other_team._get_form_path()
        hidden = self.open_form(path)
        self.assertEqual(self.send(hidden=hidden, path=path).status_code, 200)  # foreign stamp
        self.assertFalse(self.other_team.ticket_ids)

    def test_private_team_takes_requests_and_shows_nothing(self):
        self.team_private.use_website_form = True
        self.env.flush_all()
        response = self.get(self.team_private._get_form_path())
        self.assertEqual(response.status_code, 200)

    def test_form_in_the_teams_form(self):
        team = self.team.with_user(self.manager)
        self.assertTrue(team.website_form_url.endswith(self.path))
        self.assertTrue(team.website_form_url.startswith('http'))
        self.assertEqual(team.action_open_website_form()['url'], self.path)
        self.assertFalse(self.team_company.website_form_url)
        arch = team.get_view(view_type='form')['arch']
        for name in ('allow_portal_ticket_closing', 'use_website_form', 'website_form_url'):
            self.assertIn(f'name="{name}"', arch)
