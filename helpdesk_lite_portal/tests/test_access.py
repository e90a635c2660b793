import json

from lxml import html

from odoo.exceptions import AccessError
from odoo.tests import mute_logger, tagged

from .common import BOUNDARY, TICKET, PortalCommon


@tagged('post_install', '-at_install')
class TestAccess(PortalCommon):
    """Who sees the page of a ticket, and that nobody else learns that there is one."""

    def test_customer_sees_own_ticket(self):
        self.login(self.portal)
        page = self.page(f'/my/ticket/{self.ticket.id}').text_content()
        for text in ('Printer is jammed', self.ticket.ticket_ref, 'Paper in tray two',
                     self.team.name, self.stage_new.name):
            self.assertIn(text, page)

    def test_anothers_ticket_is_as_if_it_did_not_exist(self):
        self.login(self.portal)
        there = self.get(f'/my/ticket/{self.other_ticket.id}')
        nowhere = self.get(f'/my/ticket/{BOUNDARY}')
        self.assertEqual((there.status_code, nowhere.status_code), (404, 404))
        self.assertNotIn('Screen stays black', there.text)
        self.assertEqual(self._get_main(there), self._get_main(nowhere))

    def _get_main(self, response):
        return html.fromstring(response.content).xpath('string(//main)')

    def test_ids_in_sequence_show_nothing(self):
        self.login(self.portal_stranger)
        for ticket_id in range(self.ticket.id - 2, self.other_ticket.id + 3):
            response = self.get(f'/my/ticket/{ticket_id}')
            self.assertEqual(response.status_code, 404)
            self.assertNotIn('Printer', response.text)
        self.login(None)
        for ticket_id in (self.ticket.id, self.other_ticket.id, BOUNDARY):
            self.assertNotFound(self.get(f'/my/ticket/{ticket_id}'))

    def test_absurd_ids(self):
        self.login(self.portal)
        for ticket_id in ('0', str(BOUNDARY + 1), '9' * 40, '-1', 'x', '1.5'):
            self.assertEqual(self.get(f'/my/ticket/{ticket_id}').status_code, 404, ticket_id)

    def test_colleague_of_the_customer_sees_it_only_as_follower(self):
        company = self.env['res.partner'].create({'name': 'Acme', 'is_company': True})
        (self.portal.partner_id | self.portal_stranger.partner_id).parent_id = company
        self.login(self.portal_stranger)
        self.assertEqual(self.get(f'/my/ticket/{self.ticket.id}').status_code, 404)
        self.follow(self.ticket, self.portal_stranger)
        self.assertEqual(self.get(f'/my/ticket/{self.ticket.id}').status_code, 200)

    def test_customer_of_another_company_sees_nothing(self):
        foreign = self.make_user('portal_foreign', 'base.group_portal', self.other_company)
        self.login(foreign)
        self.assertEqual(self.get(f'/my/ticket/{self.ticket.id}').status_code, 404)

    def test_following_in_private_and_company_teams_shows_nothing(self):
        for team in (self.team_private, self.team_company):
            ticket = self.make_ticket(team, name='Secret', partner_id=self.portal.partner_id.id)
            self.assertTrue(self.is_follower(ticket, self.portal))
            for user in (self.portal, self.employee, self.manager, None):
                self.login(user)
                self.assertNotFound(self.get(f'/my/ticket/{ticket.id}'))
                self.assertNotFound(self.get(f'/my/ticket/{ticket.id}?access_token=False'))
                self.assertNotFound(self.get(f'/my/ticket/{ticket.id}?access_token=None'))
            self.login(self.portal)
            self.assertNotIn('Secret', self.get('/my/tickets').text)
            self.assertIn('error', self.post_message(ticket))
            self.assertIn('error', self.fetch(ticket))

    def test_orm_of_customers(self):
        mine = self.ticket.with_user(self.portal)
        self.assertEqual(mine.read(['name', 'access_url'])[0]['access_url'],
                         f'/my/ticket/{self.ticket.id}')
        for name in ('access_token', 'portal_post_token', 'email_cc'):
            with self.assertRaises(AccessError):
                mine.read([name])
        with self.assertRaises(AccessError):
            mine.write({'name': 'Mine'})
        with self.assertRaises(AccessError):
            self.env['helpdesk.lite.form.post'].with_user(self.portal).search([])
        with self.assertRaises(AccessError):
            self.env['helpdesk.lite.form.post'].with_user(self.agent).search([])

    def test_notes_are_not_guessed_by_searching(self):
        self.ticket.message_post(
            body='Difficult', message_type='comment', subtype_xmlid='mail.mt_note')
        self.env.flush_all()
        for domain in (
            [('message_ids.body', 'ilike', 'diff')],
            ['|', ('name', '=', 'x'), ('message_ids', 'any', [('body', 'ilike', 'diff')])],
        ):
            with self.assertRaises(AccessError):
                self.env[TICKET].with_user(self.portal).search_count(domain)
            self.assertTrue(self.env[TICKET].with_user(self.agent).search_count(domain))

    def test_secret_of_the_link_is_given_to_agents_only(self):
        """By call from outside, too: the method is public and makes a token where none is."""
        for user in (self.portal, self.portal_stranger, self.employee):
            self.login(user)
            answer = self.call_method(self.other_ticket, 'get_portal_url')
            self.assertIn('AccessError', str(answer['error']), user.login)
        self.env.invalidate_all()
        self.assertFalse(self.other_ticket.access_token)
        self.follow(self.other_ticket, self.portal_stranger)
        self.login(self.portal_stranger)
        self.assertEqual(self.call_method(self.other_ticket, 'get_portal_url')['result'],
                         f'/my/ticket/{self.other_ticket.id}')
        self.login(self.agent)
        self.assertIn(
            'access_token=', self.call_method(self.other_ticket, 'get_portal_url')['result'])

    @mute_logger('odoo.http')
    def call_method(self, ticket, method):
        return self.rpc('/web/dataset/call_kw', {
            'model': TICKET, 'method': method, 'args': [ticket.ids], 'kwargs': {}})

    def test_agent_sees_the_page_with_the_way_back(self):
        self.login(self.agent)
        page = self.page(f'/my/ticket/{self.ticket.id}')
        self.assertTrue(page.xpath("//a[contains(@href, '/odoo/action-')]"))

    def test_crawler_changes_nothing(self):
        """Following every link of the pages, without posting, writes no ticket and no message."""
        self.token(self.ticket)
        before = self._state()
        for user, start in (
            (None, self.link(self.ticket)), (self.portal, '/my/tickets'), (None, '/helpdesk'),
            (self.employee, '/my/tickets'),
        ):
            self.login(user)
            self._crawl(start)
        self.assertEqual(self._state(), before)

    def _state(self):
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.env[TICKET].search([]).read([
            'stage_id', 'is_closed', 'write_date', 'access_token', 'message_ids',
            'last_activity_date', 'message_follower_ids'])
        return json.dumps(rows, default=str)

    def _crawl(self, start):
        seen, todo = set(), [start]
        while todo and len(seen) < 40:
            url = todo.pop()
            seen.add(url)
            response = self.url_open(url, timeout=60)
            self.assertLess(response.status_code, 500, url)
            if 'text/html' not in response.headers.get('Content-Type', ''):
                continue
            for link in self.parse_links(response):
                mine = link.startswith(('/my/ticket', '/helpdesk', '/web/content', '/mail/'))
                if mine and link not in seen:
                    todo.append(link)

    def parse_links(self, response):
        return [str(link) for link in html.fromstring(response.content).xpath('//a/@href')]
