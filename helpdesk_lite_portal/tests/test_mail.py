import re
from unittest.mock import patch

from lxml import html

from odoo.tests import tagged
from odoo.tools.translate import CodeTranslations

from odoo.addons.mail.tests.common import MailCase

from .common import PortalCommon


@tagged('post_install', '-at_install')
class TestMail(MailCase, PortalCommon):
    """The link in mails: for customers of public teams, for nobody else, in their language."""

    def mails(self, action):
        """What an action sends: ``[(address, parsed body)]``."""
        with self.mock_mail_gateway():
            action()
            self.env.flush_all()
            self.env.cr.precommit.run()
        return [(mail['email_to'][0], html.fromstring(mail['body'])) for mail in self._mails]

    def links(self, mails, address):
        return [
            str(link) for to, body in mails if address.lower() in to.lower()
            for link in body.xpath('//a/@href') if '/mail/view' in link or '/my/ticket' in link]

    def answer(self, ticket, body='We look into it'):
        return self.mails(lambda: ticket.with_user(self.agent).message_post(
            body=body, message_type='comment', subtype_xmlid='mail.mt_comment'))

    def test_answer_has_the_link(self):
        mails = self.answer(self.other_ticket)
        links = self.links(mails, self.customer.email)
        self.assertTrue(links)
        self.assertNotIn('signup', links[0])
        path = links[0].removeprefix(self.other_ticket.get_base_url())
        response = self.url_open(path)
        self.assertIn('Screen stays black', response.text)
        self.assertIn(f'/my/ticket/{self.other_ticket.id}', response.url)
        body = next(body for to, body in mails if self.customer.email.lower() in to.lower())
        self.assertIn('View the ticket', body.text_content())

    def test_contact_is_not_written(self):
        """The account that portal would offer to make writes the contact with each mail."""
        self.env['ir.config_parameter'].set_param('auth_signup.invitation_scope', 'b2c')
        customer = self.other_ticket.partner_id
        self.answer(self.other_ticket)
        self.assertFalse(customer.signup_type)

    def acknowledge(self, team, **values):
        self.stage_new.template_id = self.env.ref(
            'helpdesk_lite.mail_template_request_acknowledgment')
        return self.mails(lambda: self.make_ticket(
            team, name='New request', partner_id=self.customer.id, **values))

    def test_acknowledgment_has_the_link(self):
        mails = self.acknowledge(self.team)
        (_to, body), = mails
        self.assertIn('View the ticket', body.text_content())
        link = self.links(mails, self.customer.email)[0]
        response = self.url_open(link.removeprefix(self.env['res.users'].get_base_url()))
        self.assertIn('New request', response.text)

    def test_link_is_where_the_template_has_it(self):
        """In the text, once; the log of the ticket leads there without a secret."""
        (_to, body), = self.acknowledge(self.team)
        text = body.text_content()
        self.assertEqual(text.count('View the ticket'), 1)
        self.assertLess(text.index('View the ticket'), text.index('Best regards'))
        ticket = self.env['helpdesk.lite.ticket'].search([('name', '=', 'New request')])
        log = ticket.message_ids.filtered(lambda message: 'Best regards' in message.body).body
        self.assertIn(
            f'/mail/view?model=helpdesk.lite.ticket&amp;res_id={ticket.id}"', log)
        self.assertNotIn('access_token', log)

    def test_link_that_was_taken_out_of_the_template(self):
        template = self.env.ref('helpdesk_lite.mail_template_request_acknowledgment')
        template.body_html = '<p>Received.</p>'
        (_to, body), = self.acknowledge(self.team)
        text = body.text_content()
        self.assertLess(text.index('Received'), text.index('View the ticket'))

    def test_link_of_a_template_that_is_sent_without_a_stage(self):
        """It has no secret: the template may send to anybody."""
        template = self.env.ref('helpdesk_lite.mail_template_request_acknowledgment')
        private = self.make_ticket(self.team_private, partner_id=self.customer.id)
        for ticket, found in ((self.other_ticket, True), (private, False)):
            with self.subTest(team=ticket.team_id.name):
                mail = self.env['mail.mail'].browse(template.send_mail(ticket.id))
                self.assertNotIn('access_token', mail.body_html)
                self.assertEqual(f'&amp;res_id={ticket.id}"' in mail.body_html, found)
                self.assertEqual('View the ticket' in mail.body_html, found)

    def test_in_the_customers_language(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.customer.lang = 'fr_FR'
        self.env.ref('helpdesk_lite.mail_template_request_acknowledgment').body_html = '<p>x</p>'
        with patch.object(
                CodeTranslations, 'get_python_translations',
                lambda _self, module, lang: {'View the ticket': 'Voir le ticket'}):
            (_to, body), = self.acknowledge(self.team)
        self.assertIn('Voir le ticket', body.text_content())

    def test_private_and_company_teams_send_no_link(self):
        for team in (self.team_private, self.team_company):
            ticket = self.make_ticket(team, partner_id=self.customer.id)
            self.follow(team, self.agent)
            answer, acknowledgment = self.answer(ticket), self.acknowledge(team)
            for mails in (answer, acknowledgment):
                self.assertTrue(
                    [to for to, _b in mails if self.customer.email.lower() in to.lower()])
            mails = answer + acknowledgment
            self.assertEqual(self.links(mails, self.customer.email), [])
            for _to, body in mails:
                text = html.tostring(body).decode()
                self.assertFalse(re.search('access_token|/my/ticket|View the ticket', text))

    def test_other_followers_get_no_secret(self):
        self.follow(self.other_ticket, self.portal_stranger)
        guest = self.env['res.partner'].create({'name': 'Guest', 'email': 'guest@example.net'})
        self.follow(self.other_ticket, guest)
        mails = self.answer(self.other_ticket)
        link, *_more = self.links(mails, self.portal_stranger.email)
        self.assertNotIn('token', link)
        self.assertEqual(self.links(mails, guest.email), [])
        self.login(self.portal_stranger)
        self.assertIn('Screen stays black', self.url_open(
            link.removeprefix(self.other_ticket.get_base_url())).text)

    def test_note_is_not_mailed(self):
        mails = self.mails(lambda: self.other_ticket.with_user(self.agent).message_post(
            body='Secret', message_type='comment', subtype_xmlid='mail.mt_note',
            partner_ids=self.customer.ids))
        self.assertEqual([to for to, _body in mails if self.customer.email in to], [])

    def test_link_of_an_earlier_mail_works_after_a_later_one(self):
        first = self.links(self.answer(self.other_ticket), self.customer.email)[0]
        self.answer(self.other_ticket)
        self.assertIn('Screen stays black', self.url_open(
            first.removeprefix(self.other_ticket.get_base_url())).text)

    def test_sender_of_a_team_without_alias(self):
        """A customer's or visitor's click writes from the company's address, an agent's own."""
        self.team.write({'use_alias': False, 'name': 'Desk'})
        self.stage_new.template_id = self.env.ref(
            'helpdesk_lite.mail_template_request_acknowledgment')
        company = f'"Desk" <{self.company.email}>'
        for user, expected in (
            (self.portal, company), (self.stranger, company), (self.env.user, company),
            (self.agent, self.agent.email_formatted),
        ):
            with self.subTest(user=user.login):
                self.mails(lambda user=user: self.env['helpdesk.lite.ticket'].with_user(
                    user).sudo().create({
                        'name': 'x', 'team_id': self.team.id, 'partner_id': self.customer.id}))
                self.assertEqual([mail['email_from'] for mail in self._mails], [expected])
                self.assertIn('View the ticket', self._mails[0]['body'])

    def test_link_at_the_ticket_s_address(self):
        """Where the customer's contact has no address the ticket's own gets the link."""
        nobody = self.env['res.partner'].create({'name': 'Nora Nowhere'})
        ticket = self.make_ticket(
            partner_id=nobody.id, partner_email='nora@typed.example.org', name='Typed')
        mails = self.answer(ticket)
        self.assertEqual([to for to, _b in mails], ['"Nora Nowhere" <nora@typed.example.org>'])
        link, *_more = self.links(mails, 'nora@typed.example.org')
        self.assertIn('Typed', self.url_open(link.removeprefix(ticket.get_base_url())).text)
