from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.helpdesk_lite.tools.search_fill import fill_search_index
from odoo.addons.helpdesk_lite.tools.search_words import get_patterns, get_reference, make_index

from .common import HelpdeskLiteCommon

# name: (subject, description, customer's name, address, phone, company)
TICKETS = {
    'printer': ('Printer on the 3rd floor is jammed', '<p>It shows <b>error 0x42</b> again.</p>',
                'Anna Müller', 'anna.mueller@example.com', '+49 30 901820', 'Nordwind GmbH'),
    'vpn': ('VPN is slow', '<p>Since Monday, 50% of the calls (R&amp;D) break off</p>',
            "Bob O'Neil", 'bob@sub.example.org', '+1 (415) 555-2671', 'Acme, Inc.'),
    'invoice': ('세금계산서 재발행 요청',
                '<p>지난달 세금계산서를 다시 발행해 주세요. 주문번호 20261128-7</p>',
                '김민수', 'minsu.kim@hanbit.example.kr', '+82 10-1234-5678', '한빛전자'),
    'login': ('로그인이 안 됩니다', '<p>비밀번호를 바꾼 뒤 오류가 나옵니다</p>',
              '이지은', 'jieun@hanbit.example.kr', '02-555-0199', '한빛전자'),
    'support': ('지원 요청: 노트북', '<p>화면이 켜지지 않습니다 (모델 X1)</p>',
                '박서준', 'seojun@daum.example.net', '010-9876-5432', None),
    'path': ('Cannot open C:\\share\\user_data', '<p>Ärger mit dem Ordner: 100_percent</p>',
             'Zoë Straße', 'zoe@example.com', None, 'Nordwind GmbH'),
}
# What is typed, and what is found; the one that has to come first stands first. {printer} and the
# like are the tickets' references, {printer_n} their numbers.
SEARCHES = [
    # references
    ('{printer}', ['printer']),
    ('{vpn_n}', ['vpn', ...]),
    ('#{vpn_n}', ['vpn', ...]),
    ('hd{vpn_n}', ['vpn']),
    ('hd {vpn_n}', ['vpn']),
    ('HD-{invoice_n}', ['invoice']),
    ('HD{invoice_n}', ['invoice']),
    # customers and their companies
    ('Anna', ['printer']),
    ('müller', ['printer']),
    ('Muller', ['printer']),
    ('mull', ['printer']),
    ("O'Neil", ['vpn']),
    ('Acme, Inc.', ['vpn']),
    ('nordwind', ['path', 'printer']),
    ('strasse', ['path']),
    ('Zoe', ['path']),
    ('김민수', ['invoice']),
    ('김', ['invoice']),
    ('민수', []),
    ('한빛', ['login', 'invoice']),
    ('한빛전자', ['login', 'invoice']),
    # addresses
    ('anna.mueller@example.com', ['printer']),
    ('bob@', ['vpn']),
    ('example.com', ['path', 'printer']),
    ('hanbit.example', ['login', 'invoice']),
    ('KIM@HANBIT', ['invoice']),
    # phones
    ('01012345678', ['invoice']),
    ('010-1234-5678', ['invoice']),
    ('+82 10 1234 5678', ['invoice']),
    ('1234-5678', ['invoice']),
    ('+82 2 555 0199', ['login']),
    ('(415) 555-2671', ['vpn']),
    ('0049 30 901820', ['printer']),
    # subjects, descriptions, half words
    ('jammed printer', ['printer']),
    ('rint', ['printer']),
    ('pr', ['printer']),
    ('VPN anna', []),
    ('0x42', ['printer']),
    ('r&d', ['vpn']),
    ('세금계산서', ['invoice']),
    ('재발행 김', ['invoice']),
    ('지원', ['support']),
    ('비밀', ['login']),
    ('20261128-7', ['invoice']),
    ('x1', ['support']),
    # signs are what they are
    ('50%', ['vpn']),
    ('5%', []),
    ('user_data', ['path']),
    ('userxdata', []),
    ('C:\\share', ['path']),
    ('100_percent', ['path']),
    ('%', []),
    ('<b>', ['vpn']),  # Bob
]


@tagged('post_install', '-at_install')
class TestSearch(HelpdeskLiteCommon):
    """What people type finds the ticket that they mean."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        companies = {name: cls.env['res.partner'].create({'name': name, 'is_company': True})
                     for name in dict.fromkeys(row[-1] for row in TICKETS.values()) if name}
        cls.tickets = {}
        for name, (subject, text, customer, email, phone, company) in TICKETS.items():
            partner = cls.env['res.partner'].create({
                'name': customer, 'email': email, 'phone': phone,
                'parent_id': companies[company].id if company else False})
            cls.tickets[name] = cls.make_ticket(
                name=subject, description=text, partner_id=partner.id)
        cls.env.flush_all()

    def search(self, typed, user=None, field='search_text', **kwargs):
        """The names of the tickets that a list shows, in its order."""
        Ticket = self.env['helpdesk.lite.ticket'].with_user(user or self.agent)
        found = Ticket.web_search_read(
            [('team_id', '=', self.team.id), (field, 'ilike', typed)], {'name': {}}, limit=80,
            **kwargs)
        names = {ticket.id: name for name, ticket in self.tickets.items()}
        return [names.get(record['id']) for record in found['records']]

    def fill_in(self, typed):
        references = {name: ticket.ticket_ref for name, ticket in self.tickets.items()}
        numbers = {f'{name}_n': int(''.join(filter(str.isdigit, reference)))
                   for name, reference in references.items()}
        return typed.format(**references, **numbers) if '{' in typed else typed

    def test_table(self):
        """More than 40 searches, each with what it finds and what comes first."""
        self.assertGreaterEqual(len(SEARCHES), 40)
        for typed, expected in SEARCHES:
            typed = self.fill_in(typed)
            with self.subTest(typed=typed):
                found = self.search(typed)
                if ... in expected:
                    self.assertEqual(found[:1], expected[:1])
                else:
                    self.assertEqual(found, expected)

    def test_by_words_of_many(self):
        """The same where a word is frequent: PostgreSQL itself chooses the way then."""
        self.patch(type(self.env['helpdesk.lite.ticket']), '_find_few', lambda self, query: None)
        self.test_table()

    def test_reference_first(self):
        """A number is the reference of one ticket and stands in others: that one is first."""
        ticket = self.tickets['printer']
        number = self.fill_in('{printer_n}')
        other = self.make_ticket(name=f'Order {number} is late', priority='3')
        self.tickets = {**self.tickets, 'other': other}
        self.assertEqual(self.search(number)[:2], ['printer', 'other'])
        self.assertEqual(self.search(number, order='priority desc')[0], 'other', 'as asked for')
        for typed in (number, f'#{number}', f'hd {number}', ticket.ticket_ref):
            with self.subTest(typed=typed):
                found = ticket.with_user(self.agent).name_search(typed, limit=1)
                self.assertEqual(found, [(ticket.id, ticket.display_name)])
        hidden = self.make_ticket(self.team_private, name='Hidden')
        found = hidden.with_user(self.agent).name_search(hidden.ticket_ref)
        self.assertNotIn(hidden.id, [ticket_id for ticket_id, _name in found])

    def test_never_an_error(self):
        """Nothing that can be typed is refused, and most of it finds nothing."""
        for typed in ('', ' ', '%', '_', '\\', "'", '"', '%%%', '\x00', '((', '[a-z', 'a\\', '٤٢',
                      '#', 'HD', '0' * 300, 'x ' * 5_000, 'x' * 10_000, '%s', '%(name)s', '😀',
                      '9' * 40, '+', '+82', '()()()()', 'HD99999999999999'):
            for field in ('search_text', 'search_message'):
                with self.subTest(typed=typed[:20], field=field):
                    self.search(typed, field=field)

    def test_operators(self):
        """As filters of one's own use the field: any of several, and none of them."""
        Ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent)
        ours = [('team_id', '=', self.team.id)]
        printer, vpn = self.tickets['printer'], self.tickets['vpn']
        both = Ticket.search([*ours, '|', ('search_text', 'ilike', 'jammed'),
                              ('search_text', 'ilike', 'vpn')])
        self.assertEqual(both.ids, [vpn.id, printer.id])
        others = Ticket.search([*ours, ('search_text', 'not ilike', 'jammed')])
        self.assertEqual(len(others), len(TICKETS) - 1)
        self.assertEqual(Ticket.search([*ours, ('search_text', '=', 'jammed')]).ids, [printer.id])
        self.assertEqual(Ticket.search([*ours, ('search_text', 'ilike', '')]).ids,
                         Ticket.search(ours).ids)

    def test_follows_changes(self):
        """What is found is what stands there now: of the ticket, its customer, their company."""
        printer = self.tickets['printer']
        customer = printer.partner_id
        for record, values, old, new in (
                (printer, {'name': 'The scanner burns'}, 'jammed', 'scanner'),
                (printer, {'description': '<p>Smoke</p>'}, '0x42', 'smoke'),
                (customer, {'name': 'Anna Schmidt'}, None, 'schmidt'),
                (customer, {'phone': '+49 89 111222333'}, None, '089111222333'),
                (customer.parent_id, {'name': 'Südwind GmbH'}, 'nordwind anna', 'sudwind anna'),
                (printer, {'partner_id': self.customer.id}, 'sudwind anna', 'carla')):
            with self.subTest(values=values):
                record.write(values)
                self.assertEqual(self.search(new), ['printer'])
                if old:
                    self.assertEqual(self.search(old), [])

    def test_merged_contacts(self):
        """A contact that is merged into another one takes its tickets along."""
        printer = self.tickets['printer']
        other = self.env['res.partner'].create({'name': 'Anneliese Meier'})
        wizard = self.env['base.partner.merge.automatic.wizard'].create({})
        wizard._merge([printer.partner_id.id, other.id], other, extra_checks=False)
        self.assertEqual(self.search('anneliese'), ['printer'])

    def test_messages(self):
        """Texts of messages and notes, for whoever reads the ticket as an employee."""
        printer = self.tickets['printer']
        printer.message_post(body='The fuser was exchanged, Grüße', message_type='comment',
                             subtype_xmlid='mail.mt_comment')
        printer.message_post(body='고객이 환불 을 원합니다', subtype_xmlid='mail.mt_note')
        hidden = self.make_ticket(self.team_private)
        hidden.message_post(body='The fuser is secret', subtype_xmlid='mail.mt_note')
        self.env.flush_all()
        for typed, found in (
                ('fuser', True), ('exchanged fuser', True), ('fuser refund', False), ('ex', True),
                ('changed', True), ('환불', True), ('고객이', True), ('ha', False),
                ('grüße', True), ('f%er', False)):
            with self.subTest(typed=typed):
                self.assertEqual(
                    self.search(typed, field='search_message'), ['printer'] if found else [])
        Ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent)
        self.assertEqual(
            Ticket.search([('search_message', 'ilike', 'fuser')]).ids, printer.ids)
        self.assertEqual(self.search('fuser'), [], 'messages are a choice of their own')
        self.patch(type(Ticket), '_find_few', lambda self, query: None)
        self.assertEqual(self.search('fuser', field='search_message'), ['printer'])

    def test_rights(self):
        """Hidden tickets aren't found, and customers can't search by what they don't read."""
        self.make_ticket(self.team_private, name='Jammed in private')
        Ticket = self.env['helpdesk.lite.ticket']
        domain = [('search_text', 'ilike', 'jammed'), ('company_id', '=', self.company.id)]
        self.assertEqual(len(Ticket.with_user(self.manager).search(domain)), 2)
        self.assertEqual(len(Ticket.with_user(self.agent).search(domain)), 1)
        self.assertEqual(len(Ticket.with_user(self.other_agent).search(domain)), 0)
        self.follow(self.tickets['printer'], self.portal)
        for field in ('search_text', 'search_message', 'search_index'):
            with self.assertRaises(AccessError):
                Ticket.with_user(self.portal).search([(field, 'ilike', 'jammed')])
        with self.assertRaises(AccessError):
            self.tickets['printer'].with_user(self.portal).read(['search_index'])

    def test_made_by_an_agent(self):
        """Who makes or copies a ticket finds it at once."""
        ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent).create(
            {'name': 'Kettle', 'team_id': self.team.id})
        copy = ticket.copy({'name': 'Kettle, too'})
        found = ticket.search([('search_text', 'ilike', 'kettle')])
        self.assertEqual(found, copy | ticket)

    def test_upgrade(self):
        """Tickets of before get the same text by SQL as the field computes."""
        tickets = self.env['helpdesk.lite.ticket'].concat(*self.tickets.values())
        tickets[0].email_cc = '"Zoë" <zoe@cc.example.com>'
        self.env.flush_all()
        expected = tickets.mapped('search_index')
        self.env.cr.execute(
            'UPDATE helpdesk_lite_ticket SET search_index = NULL WHERE id = ANY(%s)', [tickets.ids])
        fill_search_index(self.env.cr)
        self.env.invalidate_all()
        self.assertEqual(tickets.mapped('search_index'), expected)
        self.assertIn(' zoe zoe@cc.example.com ', expected[0])

    def test_queries(self):
        """A search costs its page and a query or two, and its words stand in the index."""
        Ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent)
        self.search('jammed printer')
        with self.assert_queries(6, Ticket.env):
            Ticket.search_fetch([('search_text', 'ilike', 'jammed anna')], ['name'], limit=80)
        self.env.cr.execute('SET LOCAL enable_seqscan = off')
        for pattern in ('%jammed%', '% 지원%', '% pr%'):
            self.env.cr.execute(
                'EXPLAIN SELECT id FROM helpdesk_lite_ticket WHERE search_index LIKE %s', [pattern])
            plan = ' '.join(line for line, in self.env.cr.fetchall())
            self.assertIn('helpdesk_lite_ticket_search_index_idx', plan, pattern)
        # of a few messages PostgreSQL takes another way
        self.env.cr.execute("""
            SELECT indexdef FROM pg_indexes WHERE indexname = 'mail_message_helpdesk_lite_body_idx'
            """)
        [[definition]] = self.env.cr.fetchall()
        self.assertIn('gin (body gin_trgm_ops)', definition)


@tagged('post_install', '-at_install')
class TestSearchWords(HelpdeskLiteCommon):
    """The plain part, without a database."""

    def test_reference(self):
        for typed, expected in (
                ('42', ('', 42)), ('#42', ('', 42)), ('HD42', ('HD', 42)), ('HD00042', ('HD', 42)),
                ('hd 42', ('hd', 42)), ('hd-42', ('hd', 42)), ('00042', ('', 42)), (' 7 ', ('', 7)),
                ('４２', ('', 42)), ('42a', None), ('4 2', None), ('', None), ('9' * 30, None),
                ('01012345678', None), ('a@b 1', None)):
            self.assertEqual(get_reference(typed), expected, typed)

    def test_patterns(self):
        self.assertEqual(get_patterns('It is a_b'), [['% it%'], ['% is%'], ['%a\\_b%']])
        self.assertEqual(get_patterns('() - %'), [])
        self.assertEqual(len(get_patterns('a b ' * 500)), 2)
        self.assertEqual(get_patterns('010 1234 5678')[0][1], '%1012345678%')

    def test_index(self):
        self.assertEqual(
            make_index(['HD1', 'Café', False, 'Café'], ['02 555 01'], '<p>a<br>b&lt;c&gt;</p>'),
            ' hd1 cafe 02 555 01 0255501 a b c ')
