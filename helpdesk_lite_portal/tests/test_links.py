from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import TICKET, PortalCommon


@tagged('post_install', '-at_install')
class TestLinks(PortalCommon):
    """The link that opens a ticket without login: what it opens, and until when."""

    def assert_opens(self, link, opens=True):
        response = self.get(link)
        self.assertEqual(response.status_code, 200 if opens else 404, link)
        self.assertEqual('Printer is jammed' in response.text, opens)

    def test_opens_without_login(self):
        link = self.link(self.ticket)
        self.assert_opens(link)
        response = self.get(link)
        self.assertEqual(response.headers['Referrer-Policy'], 'same-origin')
        self.assertIn('no-store', response.headers['Cache-Control'])
        self.login(self.portal_stranger)  # a link that was handed on works for whoever has it
        self.assert_opens(link)

    def test_wrong_missing_and_other_tickets_tokens(self):
        self.token(self.ticket)
        other = self.token(self.other_ticket)
        url = f'/my/ticket/{self.ticket.id}'
        for token in (other, 'x', 'False', 'None', 'ü', '%00', self.token(self.ticket)[:-1], '0'):
            self.assert_opens(f'{url}?access_token={token}', opens=False)
        self.assertNotFound(self.get(url))
        self.assertNotFound(self.get(f'{url}?access_token='))
        self.assertNotFound(self.get(f'{url}?access_token[]={self.token(self.ticket)}'))

    def test_signature_of_another_contact_or_ticket(self):
        self.token(self.ticket)
        self.token(self.other_ticket)
        pid = self.portal.partner_id.id
        good = self.ticket._sign_token(pid)
        self.assert_opens(f'/my/ticket/{self.ticket.id}?pid={pid}&hash={good}')
        for pid_, hash_ in (
            (self.customer.id, good), (pid, self.other_ticket._sign_token(pid)), ('x', good),
            (pid, 'ü'), (f'{pid} ', ''), ('9' * 30, good),
        ):
            self.assertNotFound(
                self.get(f'/my/ticket/{self.ticket.id}?pid={pid_}&hash={hash_}'))

    def test_signature_of_a_ticket_without_token_is_worth_nothing(self):
        """Odoo signs an empty token alike for all records."""
        one = self.make_ticket(self.team_company, partner_id=self.portal.partner_id.id)
        pid = self.portal.partner_id.id
        self.assertNotEqual(one._sign_token(pid), self.ticket._sign_token(pid))
        self.assertNotFound(
            self.get(f'/my/ticket/{self.ticket.id}?pid={pid}&hash={one._sign_token(pid)}'))

    def test_administrator_resets_the_link(self):
        link = self.link(self.ticket)
        with self.assertRaises(AccessError):
            self.ticket.with_user(self.agent).action_reset_portal_link()
        self.assert_opens(link)
        self.ticket.with_user(self.manager).action_reset_portal_link()
        self.env.flush_all()
        self.assert_opens(link, opens=False)
        self.assertNotFound(self.get(link))
        self.assert_opens(self.link(self.ticket))
        self.assertIn('reset', self.ticket.message_ids[0].body)

    def test_reset_is_logged_in_the_language_of_the_company(self):
        self.env['res.lang']._activate_lang('ko_KR')
        self.company.partner_id.lang = 'ko_KR'
        said = self.ticket.with_user(self.manager).with_context(
            lang='en_US').action_reset_portal_link()
        self.assertIn('reset', said['params']['message'])
        self.assertRegex(self.ticket.message_ids[0].body, '[가-힣]')

    def test_change_of_the_customer_revokes(self):
        """The link was the customer's before: what is written now isn't for them."""
        links = {ticket: self.link(ticket) for ticket in (self.ticket, self.other_ticket)}
        pid = self.portal.partner_id.id
        signed = f'/my/ticket/{self.ticket.id}?pid={pid}&hash={self.ticket._sign_token(pid)}'
        same = self.env['res.partner'].create({'name': 'Carla', 'email': self.customer.email})
        new = self.env['res.partner'].create({'name': 'Nora', 'email': 'nora@new.example.net'})
        self.other_ticket.with_user(self.agent).partner_id = same
        self.ticket.with_user(self.agent).partner_id = new
        self.env.flush_all()
        self.assert_opens(links[self.ticket], opens=False)
        self.assertNotFound(self.get(signed))
        self.assertEqual(self.get(links[self.other_ticket]).status_code, 200, 'one person')
        self.assert_opens(self.link(self.ticket))
        self.login(self.portal)
        self.assertNotFound(self.get(f'/my/ticket/{self.ticket.id}'))
        self.assertNotIn('Printer is jammed', self.get('/my/tickets').text)

    def test_visibility_change_revokes(self):
        link = self.link(self.ticket)
        self.team.privacy_visibility = 'internal'
        self.env.flush_all()
        self.assertFalse(self.ticket.access_token)
        self.assert_opens(link, opens=False)
        self.team.privacy_visibility = 'portal'
        self.env.flush_all()
        self.assert_opens(link, opens=False)
        self.login(self.portal)
        self.assert_opens(f'/my/ticket/{self.ticket.id}')

    def test_moving_to_a_team_that_is_not_public_revokes(self):
        link = self.link(self.ticket)
        self.ticket.team_id = self.team_private
        self.env.flush_all()
        self.assertFalse(self.ticket.access_token)
        self.assert_opens(link, opens=False)

    def test_revoking_costs_the_same_for_many(self):
        tickets = self.make_tickets(30, partner_id=self.customer.id)
        for ticket in tickets:
            self.token(ticket)
        with self.assert_queries(25, self.env):
            self.team.privacy_visibility = 'internal'
        self.assertEqual(set(tickets.mapped('access_token')), {False})

    def test_no_token_is_ever_stored_where_the_team_is_not_public(self):
        for team in (self.team_private, self.team_company):
            ticket = self.make_ticket(
                team, partner_id=self.portal.partner_id.id, access_token='made-by-hand')
            ticket._portal_ensure_token()
            ticket.get_portal_url()
            ticket._get_share_url(redirect=True, pid=self.portal.partner_id.id)
            ticket.write({'access_token': 'by-write'})
            ticket.message_post(
                body='Hello', subtype_xmlid='mail.mt_comment', message_type='comment',
                partner_ids=self.portal.partner_id.ids)
            self.env.flush_all()
            self.env.cr.execute(
                'SELECT access_token FROM helpdesk_lite_ticket WHERE id = %s', [ticket.id])
            self.assertEqual(self.env.cr.fetchone(), (None,))
            self.assertNotIn('access_token', ticket._get_share_url())
            self.assertNotIn('hash', ticket._get_share_url(pid=self.portal.partner_id.id))

    def test_share(self):
        share = self.env['portal.share'].with_user(self.agent).with_context(
            active_model=TICKET, active_id=self.ticket.id)
        wizard = share.create({'partner_ids': self.customer.ids})
        self.assertIn(self.token(self.ticket), wizard.share_link)
        wizard.action_send_mail()
        self.env.flush_all()
        mail = self.env['mail.mail'].search([('recipient_ids', 'in', self.customer.ids)], limit=1)
        self.assertIn(f'access_token={self.token(self.ticket)}', mail.body_html)

    def test_share_is_refused_where_the_team_is_not_public(self):
        ticket = self.make_ticket(self.team_company)
        wizard = self.env['portal.share'].with_user(self.agent).with_context(
            active_model=TICKET, active_id=ticket.id).create({'partner_ids': self.customer.ids})
        self.assertNotIn('token', wizard.share_link)
        with self.assertRaises(UserError):
            wizard.action_send_mail()

    def test_mail_view_leads_to_the_page(self):
        url = f'/mail/view?model={TICKET}&res_id={self.ticket.id}'
        link = f'{url}&access_token={self.token(self.ticket)}'
        self.assertIn(f'/my/ticket/{self.ticket.id}?', self.get(link).headers['Location'])
        self.assertIn('/web/login', self.get(url).headers['Location'])
        self.assertIn('/web/login', self.get(f'{url}&access_token=ü').headers['Location'])
        self.login(self.portal)
        self.assertTrue(self.get(url).headers['Location'].endswith(f'/my/ticket/{self.ticket.id}'))
        self.login(self.agent)
        self.assertIn('/odoo/', self.get(link).headers['Location'])

    def test_mail_view_of_a_revoked_link(self):
        link = (f'/mail/view?model={TICKET}&res_id={self.ticket.id}'
                f'&access_token={self.token(self.ticket)}')
        self.team.privacy_visibility = 'internal'
        self.env.flush_all()
        self.assertNotIn('/my/ticket', self.get(link).headers['Location'].split('?')[0])
