from lxml import html
from markupsafe import Markup
from werkzeug.urls import url_encode

from odoo.tests import tagged
from odoo.tools import SQL

from .common import TICKET, PortalCommon


@tagged('post_install', '-at_install')
class TestList(PortalCommon):
    """My Account ‣ Tickets."""

    def setUp(self):
        super().setUp()
        self.login(self.portal)

    def subjects(self, query=''):
        page = self.page(f'/my/tickets{query}')
        links = page.xpath("//tbody//a[contains(@href, '/my/ticket/')]")
        return [link.text_content() for link in links]

    def make_three(self):
        tickets = self.env[TICKET].create([
            {'name': name, 'team_id': team.id, 'partner_id': self.portal.partner_id.id,
             'description': f'<p>{text}</p>'}
            for name, team, text in (
                ('Banana', self.team, 'yellow'), ('Apple', self.team, 'green'),
                ('Cherry', self.second_team, 'red'))])
        tickets[1].stage_id = self.stage_solved
        self.env.flush_all()
        return tickets

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second_team = cls.make_team(name='Second team')

    def test_card_counts(self):
        self.make_three()
        self.assertIn('/my/tickets', self.get('/my').text)
        count = self.rpc('/my/counters', {'counters': ['ticket_count']})['result']
        self.assertEqual(count, {'ticket_count': 4})
        self.login(self.portal_stranger)
        count = self.rpc('/my/counters', {'counters': ['ticket_count']})['result']
        self.assertEqual(count, {'ticket_count': 0})

    def new_ticket_links(self, query=''):
        return [link.get('href') for link in self.page(f'/my/tickets{query}').xpath(
            "//main//a[starts-with(@href, '/helpdesk')]")]

    def test_new_ticket_where_a_team_has_a_form(self):
        self.env['helpdesk.lite.team'].search([]).use_website_form = False
        self.env.flush_all()
        self.assertEqual(self.new_ticket_links(), [])
        self.team_private.use_website_form = True
        self.env.flush_all()
        path = self.team_private._get_form_path()
        self.assertEqual(self.new_ticket_links(), [path])
        self.assertEqual(self.new_ticket_links('?search=nothing'), [path])
        self.login(self.portal_stranger)
        self.assertEqual(self.new_ticket_links(), [path] * 2, 'in the empty list, too')
        self.assertEqual(self.get(path).status_code, 200)
        self.team.use_website_form = True
        self.env.flush_all()
        self.assertEqual(self.new_ticket_links(), ['/helpdesk'] * 2, 'the list of the forms')
        self.team_private.active = False
        self.env.flush_all()
        self.assertEqual(self.new_ticket_links(), [self.team._get_form_path()] * 2)

    def test_description_that_the_conversation_tells_is_folded(self):
        def is_open():
            [details] = self.page(self.ticket.access_url).xpath(
                "//details[contains(@class, 'o_ticket_description')]")
            self.assertIn('Paper in tray two', details.text_content())
            return details.get('open') is not None

        def post(body, subtype):
            self.ticket.message_post(
                body=Markup(body), message_type='comment', subtype_xmlid=f'mail.{subtype}')
            self.env.flush_all()
        self.assertTrue(is_open(), 'no message')
        post('<p>Paper in tray two</p>', 'mt_note')
        self.assertTrue(is_open(), 'a note is none that customers read')
        post('<div>Paper  in tray<br> two</div>', 'mt_comment')
        self.assertFalse(is_open())
        self.other_ticket.message_post(
            body='Another text', message_type='comment', subtype_xmlid='mail.mt_comment')
        self.assertFalse(self.other_ticket._is_description_a_message())

    def test_filters(self):
        self.make_three()
        self.assertEqual(self.subjects(), ['Cherry', 'Apple', 'Banana', 'Printer is jammed'])
        self.assertEqual(self.subjects('?filterby=all'), self.subjects())
        self.assertEqual(
            self.subjects('?filterby=open'), ['Cherry', 'Banana', 'Printer is jammed'])
        self.assertEqual(self.subjects('?filterby=closed'), ['Apple'])

    def test_sorting(self):
        tickets = self.make_three()
        tickets[0].last_activity_date = '2099-01-01'
        self.env.flush_all()
        self.assertEqual(
            self.subjects('?sortby=subject'), ['Apple', 'Banana', 'Cherry', 'Printer is jammed'])
        self.assertEqual(self.subjects('?sortby=activity')[0], 'Banana')
        self.assertEqual(self.subjects('?sortby=stage')[-1], 'Apple')
        self.assertEqual(self.subjects('?sortby=newest')[0], 'Cherry')

    def test_groups(self):
        self.make_three()
        page = self.page('/my/tickets?groupby=team')
        self.assertEqual(
            {group.text_content() for group in page.xpath("//th[@scope='colgroup']")},
            {self.team.name, 'Second team'})
        page = self.page('/my/tickets?groupby=stage')
        self.assertEqual(
            [group.text_content() for group in page.xpath("//th[@scope='colgroup']")],
            [self.stage_new.name, self.stage_solved.name])

    def test_search(self):
        tickets = self.make_three()
        reference = tickets[0].ticket_ref
        for query, found in (
            ('search=apple', ['Apple']), ('search=yellow', ['Banana']),
            (f'search={reference}', ['Banana']), ('search_in=name&search=yellow', []),
            ('search_in=description&search=red', ['Cherry']),
            (f'search_in=ticket_ref&search={reference}', ['Banana']),
            ('search=Screen', []), ('search=%00', self.subjects()),
            ('search=' + 'x' * 5000, []),
        ):
            self.assertEqual(self.subjects(f'?{query}'), found, query)

    def test_search_in_what_is_written(self):
        """As a reader sees it: without tags and entities, and in the public messages, too."""
        apple = self.make_three()[1]
        apple.description = (
            '<p class="strong">Our R&amp;D&nbsp;team <strong>cannot</strong> print<br>(&lt;b&gt;) '
            '<a href="https://example.com/?a=link">100%</a>: \'yes\' [C:\\new] "no"</p>'
            '<p>Next</p>')
        apple.message_post(
            body=Markup('<p>It <em>plays</em> the xylophone</p>'), message_type='comment',
            subtype_xmlid='mail.mt_comment')
        for values in (
                {'subtype_xmlid': 'mail.mt_note'},
                {'subtype_xmlid': 'mail.mt_comment', 'is_internal': True}):
            apple.message_post(body='A secret bassoon', message_type='comment', **values)
        self.other_ticket.message_post(
            body='My own piccolo', message_type='comment', subtype_xmlid='mail.mt_comment')
        self.env.flush_all()
        for search, found in (
            ('R&D team', True), ('r&d', True), ('team  cannot print', True),
            ('print (<b>)', True), ('100%: \'yes\' [C:\\new] "no"', True), ('Next', True),
            ('plays the XYLOPHONE', True), ('strong', False), ('strong>', False), ('10_%', False),
            ('r.d', False), ('.*', False), ('<p', False), ('href', False), ('a=link', False),
            ('bassoon', False), ('piccolo', False), ('***:x', False), ('\\', True),
            ('(', True), ('[[', False), ('😀', False), ('e' * 200, False),
        ):
            for search_in in ('all', 'description'):
                query = url_encode({'search': search, 'search_in': search_in})
                self.assertEqual(self.subjects(f'?{query}'), ['Apple'] if found else [], query)
            query = url_encode({'search': search, 'search_in': 'name'})
            self.assertEqual(self.subjects(f'?{query}'), [], query)

    def test_search_and_filter(self):
        self.make_three()
        for query, found in (
            ('open&search=e', ['Cherry', 'Banana', 'Printer is jammed']),
            ('closed&search=e', ['Apple']), ('closed&search=red', []),
        ):
            self.assertEqual(self.subjects(f'?search_in=description&filterby={query}'), found)
        self.login(self.employee)
        self.assertEqual(self.get('/my/tickets?search=e').status_code, 200)
        self.assertEqual(self.subjects('?search=e'), [])
        self.follow(self.ticket, self.employee)
        self.env.flush_all()
        self.assertEqual(self.subjects('?search=tray'), ['Printer is jammed'])

    def test_nonsense_shows_the_list(self):
        for query in ('sortby=x', 'filterby=__class__', 'groupby=user_id', 'search_in=email_cc',
                      'search_in=email_cc&search=x', 'sortby[]=1', 'page=-3'):
            self.assertEqual(self.get(f'/my/tickets?{query}').status_code, 200, query)
        self.assertEqual(self.get(f'/my/tickets/page/{10**20}').status_code, 200)

    def test_pages(self):
        self.make_tickets(24, partner_id=self.portal.partner_id.id)
        self.env.flush_all()
        self.assertEqual(len(self.subjects()), 20)
        page = self.page('/my/tickets/page/2?sortby=newest')
        self.assertEqual(len(page.xpath("//tbody//a[contains(@href, '/my/ticket/')]")), 5)

    def test_links_have_no_token_and_writing_none(self):
        self.make_three()
        self.assertNotIn('token=', self.get('/my/tickets').text)
        self.env.invalidate_all()
        self.assertEqual(set(self.env[TICKET].search([]).mapped('access_token')), {False})

    def test_neighbours(self):
        tickets = self.make_three()
        self.get('/my/tickets')
        page = html.tostring(self.page(f'/my/ticket/{tickets[1].id}')).decode()
        self.assertIn(f'/my/ticket/{tickets[0].id}"', page)
        self.assertIn(f'/my/ticket/{tickets[2].id}"', page)
        self.env.invalidate_all()
        self.assertFalse(tickets[0].access_token)

    def test_ten_thousand_tickets(self):
        """At most 25 queries for the first page, on the customer's first visit, too.

        What the server keeps of a page's layout is there from another customer's visit; what it
        keeps of rights and parameters is not.
        """
        self.make_tickets(30, partner_id=self.portal_stranger.partner_id.id)
        self.login(self.portal_stranger)
        self.get('/my/tickets')
        self._insert_tickets(10_000)
        # A website looks up itself, its languages and menus, who is there to chat, and for
        # employees the menus of every application: in all 39 queries, and 60 for employees.
        limit = 70 if 'website' in self.env else 25
        for user in (self.portal, self.employee):
            self.login(user)
            for visit, query in (('first', ''), ('second', ''), ('searching', '?search=many+1')):
                if visit == 'first':
                    self.env.registry.clear_cache()
                self.env.invalidate_all()
                start = self.env.cr.sql_log_count
                response = self.get(f'/my/tickets{query}')
                count = self.env.cr.sql_log_count - start
                self.assertEqual(response.status_code, 200)
                self.assertEqual(response.text.count('<tr>'), 21)
                self.assertLessEqual(count, limit, f'{visit} visit of {user.login}')

    def _insert_tickets(self, number):
        """Tickets that both users follow, by SQL: making them isn't what is measured."""
        self.env.flush_all()
        self.env.cr.execute(SQL(
            """WITH ticket AS (
                INSERT INTO helpdesk_lite_ticket (
                    name, ticket_ref, team_id, company_id, stage_id, priority, kanban_state,
                    partner_id, active, is_closed, create_date, last_activity_date)
                SELECT 'Many ' || n, 'MANY' || n, %s, %s, %s, '0', 'normal', %s, TRUE, FALSE,
                       now(), now()
                  FROM generate_series(1, %s) AS n RETURNING id)
               INSERT INTO mail_followers (res_model, res_id, partner_id)
               SELECT 'helpdesk.lite.ticket', ticket.id, partner.id
                 FROM ticket, unnest(%s) AS partner(id)""",
            self.team.id, self.company.id, self.stage_new.id, self.portal.partner_id.id, number,
            [self.portal.partner_id.id, self.employee.partner_id.id]))
        self.env.cr.execute('ANALYZE helpdesk_lite_ticket; ANALYZE mail_followers')
