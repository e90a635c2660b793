from datetime import datetime
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger

from ..hooks import pre_init_hook
from ..models.merge.helpdesk_lite_ticket_similarity import DUPLICATE_FROM, SHOW_FROM
from ..tools.request_text import get_own_text
from ..tools.word_likeness import compare_words, find_words
from . import similar_pairs_unseen as unseen
from .common import HelpdeskLiteCommon
from .similar_pairs import DUPLICATES, STRANGERS


@tagged('post_install', '-at_install')
class TestSimilarity(HelpdeskLiteCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_customer = cls.env['res.partner'].create(
            {'name': 'Otto Other', 'email': 'otto@other.example.org'})
        firm = cls.env['res.partner'].create({'name': 'Firm', 'is_company': True})
        cls.employee, cls.colleague = cls.env['res.partner'].create([
            {'name': name, 'parent_id': firm.id, 'email': f'{name}@firm.example.org'}
            for name in ('ann', 'bob')])
        cls.flush_tracking_of(cls)

    def flush_tracking_of(self):
        self.env.flush_all()

    def make(self, name, description=False, customer=None, day=4, **values):
        ticket = self.make_ticket(
            name=name, description=description, partner_id=(customer or self.customer).id, **values)
        self.env.flush_all()
        self.env.cr.execute(
            'UPDATE helpdesk_lite_ticket SET create_date = %s WHERE id = %s',
            [datetime(2026, 5, day, 10), ticket.id])
        ticket.invalidate_recordset(['create_date'])
        return ticket

    def measure(self, one, other):
        value = one._measure_similarity(other)[other.id]
        self.assertEqual(value, other._measure_similarity(one)[one.id], 'symmetric')
        return value

    def measure_pair(self, pair):
        subject, text, other_subject, other_text, whose, same_day = pair
        writers = {'same': self.employee, 'colleague': self.colleague, True: self.employee}
        one = self.make(subject, text and f'<p>{text}</p>', customer=self.employee)
        other = self.make(
            other_subject, other_text and f'<p>{other_text}</p>',
            customer=writers.get(whose, self.other_customer), day=4 if same_day else 9)
        return self.measure(one, other)

    def test_threshold_separates_the_pairs(self):
        duplicates = {pair[0]: self.measure_pair(pair) for pair in DUPLICATES}
        strangers = {(pair[0], pair[2]): self.measure_pair(pair) for pair in STRANGERS}
        self.assertEqual((len(DUPLICATES), len(STRANGERS)), (15, 15))
        self.assertGreater(min(duplicates.values()), DUPLICATE_FROM, duplicates)
        self.assertLess(max(strangers.values()), DUPLICATE_FROM, strangers)

    def test_pairs_that_no_weight_was_set_by(self):
        """Duplicates are shown, most of them as such; others hardly ever are, and never as such."""
        self.assertEqual((len(unseen.DUPLICATES), len(unseen.STRANGERS)), (20, 20))
        duplicates = [self.measure_pair(pair) for pair in unseen.DUPLICATES]
        strangers = [self.measure_pair(pair) for pair in unseen.STRANGERS]

        def count(values, minimum):
            return sum(value >= minimum for value in values)
        found = {
            'duplicates shown': count(duplicates, SHOW_FROM),
            'duplicates marked': count(duplicates, DUPLICATE_FROM),
            'others shown': count(strangers, SHOW_FROM),
            'others marked': count(strangers, DUPLICATE_FROM)}
        self.assertEqual(found, {
            'duplicates shown': 20, 'duplicates marked': 15, 'others shown': 2, 'others marked': 0})

    def test_colleagues_other_words_are_found(self):
        """One request of two colleagues at one company, told in other words."""
        cracked = self.make(
            'Glass door arrived cracked', '<p>The inner glass of the oven door has a crack across '
            'the corner. Photos are attached to my first mail.</p>', customer=self.colleague)
        broken = self.make('Oven door glass is broken', customer=self.employee, day=9)
        for number in range(40):  # which crowd out nothing of a colleague's
            self.make(f'Oven order {number}', customer=self.employee)
            self.make(f'Door {number}', customer=self.other_customer)
        self.assertIn(cracked.id, broken.with_user(self.agent)._find_similar())
        self.assertIn(broken.id, cracked.with_user(self.agent)._find_similar())
        self.assertLessEqual(len(broken._find_similar_candidates()), 50)

    # ------------------------------------------------------------------
    # The measure
    # ------------------------------------------------------------------

    def test_same_texts_of_one_customer_on_one_day_are_100(self):
        for subject, text in (
            ('Printer jammed', '<p>Paper jam on the second floor</p>'), ('Printer', False),
            ('프린터가 안 됩니다', '<p>3층 복합기</p>'), ('???', '<p>…</p>'), ('Hi', '<p><br></p>'),
        ):
            with self.subTest(subject=subject):
                self.assertEqual(self.measure(*(self.make(subject, text) for _ in range(2))), 100)
        ticket = self.make('Self')
        self.assertEqual(ticket._measure_similarity(ticket), {ticket.id: 100})

    def test_customer_and_day_count_where_the_texts_do(self):
        text = '<p>Paper jam on the second floor</p>'
        one = self.make('Printer jammed', text)
        stranger = self.make('Printer jammed', text, customer=self.other_customer)
        other_day = self.make('Printer jammed', text, day=9)
        self.assertEqual(self.measure(one, stranger), 80)
        self.assertEqual(self.measure(one, other_day), 90)
        unlike = self.make('Heating', '<p>It is cold in here</p>')
        self.assertLess(self.measure(one, unlike), 15)

    def test_colleagues_and_addresses(self):
        one, two = (self.make('Printer jammed', customer=customer)
                    for customer in (self.employee, self.colleague))
        self.assertEqual(self.measure(one, two), 90)
        by_address = self.make('Printer jammed', partner_email='ANN@firm.example.org')
        by_address.partner_id = False
        by_address.partner_email = 'ANN@firm.example.org'
        self.assertEqual(self.measure(one, by_address), 100)

    def test_strangers_are_near_0(self):
        one = self.make('Printer jammed', '<p>Paper jam on the second floor</p>')
        other = self.make('VAT number', '<p>Please change it</p>', customer=self.other_customer)
        self.assertLess(self.measure(one, other), 5)

    def test_words(self):
        for one, other, likeness in (
            ('Oven door glass is broken', 'GLASS: oven-door. Broken!', 1),
            ('The charger, charged twice', 'charge the chargers twice', 1),
            ('Please help me', 'Oven', None),
            ('', 'Oven', None),
            ('배터리가 방전', '배터리 방전됨', 1),
            ('의자를 반품', '의자 반품은', 1),
            ('의자', '의사', 0),
            ('oven', 'over', 0),
            ('door', 'oven glass door broken', (1 + 1 / 4) / 2),
            ('order 55310 oven', 'order 61277 oven', 2 / 4),  # other numbers are other things
            ('order 55310 oven', 'order 55310 scale', 3 / 4),  # and the same is the same
        ):
            with self.subTest(one=one, other=other):
                self.assertEqual(compare_words(find_words(one), find_words(other)), likeness)

    def test_two_words(self):
        one, two = self.make('Printer jammed'), self.make('Printer jam')
        self.assertGreater(self.measure(one, two), 70)
        self.assertLess(self.measure(one, self.make('Login fails')), 15)

    def test_korean(self):
        one = self.make('프린터가 안 됩니다')
        self.assertGreater(self.measure(one, self.make('프린터 안 돼요')), DUPLICATE_FROM)
        self.assertLess(self.measure(one, self.make('환불 요청드립니다')), 30)

    def test_empty_descriptions(self):
        one = self.make('Printer on the second floor is jammed')
        two = self.make('Printer on the second floor is jammed', '<p>Since today</p>')
        self.assertGreaterEqual(self.measure(one, two), 90)
        self.assertLess(self.measure(one, two), 100)

    def test_quotes_and_signatures_do_not_count(self):
        quoted = '<p>old words of the long history</p>' * 50
        text = '<p>The printer is jammed</p>'
        for tail in (
            f'<blockquote>{quoted}</blockquote>',
            f'<p>On Mon, Nov 2, 2026 at 10:12 AM Support &lt;s@x.org&gt; wrote:</p>{quoted}',
            f'<p>2026년 11월 2일 (월) 오전 10:12, 지원팀 &lt;s@x.org&gt;님이 작성:</p>{quoted}',
            f'<p>-----Original Message-----</p>{quoted}',
            '<p>-- <br/>Max Mustermann<br/>Chief Officer of Everything<br/>Example Corp.</p>',
            f'<pre>On Mon, Nov 2, 2026 at 10:12 AM Support &lt;\ns@x.org&gt; wrote:</pre>{quoted}',
            f'<pre>2026년 11월 2일 오전 10:12, 지원팀 &lt;s@x.org&gt;님이\n작성:</pre>{quoted}',
            f'<p>Am Mo., 2. Nov. 2026 um 10:12 Uhr schrieb Support &lt;s@x.org&gt;:</p>{quoted}',
            f'<p>From: Support<br/>Sent: Monday, November 2, 2026<br/>To: Carla</p>{quoted}',
            f'<p>보낸 사람: 지원팀<br/>보낸 날짜: 2026년 11월 2일<br/>받는 사람: 김</p>{quoted}',
            '<p>Sent from my iPhone</p>', f'<p>&gt; {"old words " * 99}</p>',
        ):
            with self.subTest(tail=tail[:40]):
                self.assertEqual(
                    self.measure(self.make('x', text), self.make('x', text + tail)), 100)
        one, two = (self.make(name, f'<p>{name}</p><blockquote>{quoted}</blockquote>')
                    for name in ('apples', 'volcano'))
        self.assertLess(self.measure(one, two), 10)

    def test_letters_that_no_xml_may_hold(self):
        """Mails hold them: one such ticket must not spoil the page for others."""
        plain = self.make('x', '<p>The printer is jammed</p>')
        for text in (
            '<p>The printer</p><!-- c -->is \ufffe jammed',
            '<p>The printer<blockquote>old</blockquote> is \x01 jammed</p>',
        ):
            self.assertEqual(self.measure(plain, self.make('x', text)), 100)
            self.assertNotIn('old', get_own_text(text))

    def test_words_like_those_before_a_quote_do_count(self):
        for text in (
            '<p>On Monday the printer jammed.<br/>I wrote you: nobody came.</p>',
            '<p>From: Berlin<br/>To: Hamburg<br/>The parcel is late.</p>',
            '<p>Am Montag war der Drucker kaputt.<br/>Er druckt nicht:</p><p>nur leere Seiten</p>',
        ):
            last = text.removesuffix('</p>').rpartition('>')[2].strip().lower()
            self.assertTrue(get_own_text(text).endswith(last), text)

    def test_prefixes_and_references_do_not_count(self):
        one = self.make('Printer jammed')
        for subject in ('Re: AW: Printer jammed', f'RE: [{one.ticket_ref}] Printer jammed',
                        '답장: Printer jammed'):
            self.assertEqual(self.measure(one, self.make(subject)), 100)

    # ------------------------------------------------------------------
    # Similar tickets
    # ------------------------------------------------------------------

    def test_similar_tickets_are_those_that_the_user_sees(self):
        one = self.make('Printer jammed', '<p>Paper jam</p>')
        twin = self.make('Printer jammed', '<p>Paper jam</p>', stage_id=self.stage_solved.id)
        private = self.make('Printer jammed', '<p>Paper jam</p>', team=self.team_private)
        archived = self.make('Printer jammed', '<p>Paper jam</p>', active=False)
        other_company = self.make('Printer jammed', '<p>Paper jam</p>', team=self.other_team)
        self.make('Heating is cold', '<p>Room 4</p>', customer=self.other_customer)
        self.assertEqual(list(one.with_user(self.agent)._find_similar()), [twin.id])
        self.assertEqual(one.with_user(self.agent).similar_ticket_count, 1)
        self.assertEqual(
            set(one.with_user(self.manager)._find_similar()), {twin.id, private.id})
        self.follow(private, self.agent)
        self.assertEqual(
            set(one.with_user(self.agent)._find_similar()), {twin.id, private.id})
        self.manager.company_ids |= self.other_company
        as_manager = one.with_user(self.manager).with_context(
            allowed_company_ids=(self.company | self.other_company).ids)
        self.assertNotIn(other_company.id, as_manager._find_similar())
        self.assertNotIn(archived.id, as_manager._find_similar())
        with self.assertRaises(AccessError):
            private.with_user(self.agent_team)._find_similar()
        twin._merge_into(one)
        self.assertNotIn(twin.id, one._find_similar())

    def test_hidden_tickets_are_not_measured(self):
        """A measure would tell what is in a text that the user may not read."""
        text = 'SECRET wages'
        own = self.make(text, f'<p>{text}</p>').with_user(self.agent)
        for hidden in (self.make(text, f'<p>{text}</p>', team=self.team_private),
                       self.make(text, f'<p>{text}</p>', team=self.other_team)):
            seen = own.with_context(helpdesk_lite_similar_to=hidden.id)
            self.assertEqual(seen.read(['similarity']), [{'id': own.id, 'similarity': 0}])
            self.assertEqual(hidden.with_user(self.agent)._measure_similarity(own), {})
            self.assertEqual(own._measure_similarity(hidden | own), {own.id: 100})
            self.make('Something else', priority='3')
            self.assertEqual(
                seen.search([('team_id', '=', self.team.id)], order='similarity desc, id').ids,
                seen.search([('team_id', '=', self.team.id)], order='id').ids)
            self.assertEqual(hidden._measure_similarity(own), {own.id: 100})
        private = self.make(text, f'<p>{text}</p>', team=self.team_private)
        self.follow(private, self.agent)
        self.assertEqual(private.with_user(self.agent)._measure_similarity(own), {own.id: 100})

    def test_customers_other_words_are_candidates(self):
        one = self.make('Cannot sign in', '<p>The portal says wrong password since the update</p>')
        twin = self.make(
            '로그인 불가', '<p>The portal says wrong password since the update</p>')
        self.assertIn(twin.id, one._find_similar())

    def test_list_is_ordered_and_merges_by_one_click(self):
        one = self.make('Printer on the second floor is jammed', priority='0')
        near = self.make('Printer on the second floor is jammed')
        far = self.make('Printer on the second floor', priority='3', day=9)
        one = one.with_user(self.agent)
        action = one.action_view_similar_tickets()
        self.assertIn('2', action['display_name'])
        Ticket = one.with_context(**action['context']).browse()
        result = Ticket.web_search_read(
            action['domain'], {'similarity': {}}, order='similarity desc')['records']
        self.assertEqual([row['id'] for row in result], [near.id, far.id])
        self.assertEqual(result[0]['similarity'], 100)
        merge = Form(self.env['helpdesk.lite.ticket.merge'].with_user(self.agent).with_context(
            **action['context'], active_model=one._name, active_ids=near.ids))
        self.assertEqual(merge.destination_id, one)
        self.assertEqual(merge.save().line_ids.ticket_id, one | near)

    def test_form_opens_without_measuring(self):
        one = self.make('Printer jammed')
        view = one.get_view(
            self.env.ref('helpdesk_lite.helpdesk_lite_ticket_view_form').id, 'form')
        self.assertNotIn('similar_ticket_count', view['arch'])
        self.assertNotIn('"similarity"', view['arch'])
        self.assertIn('action_view_similar_tickets', view['arch'])

    def test_few_queries(self):
        one = self.make('Printer jammed')
        for index in range(20):
            self.make(f'Printer jammed {index}')
        one = one.with_user(self.agent)
        with self.assert_queries(20, self.env):
            one._find_similar()

    # ------------------------------------------------------------------
    # The database
    # ------------------------------------------------------------------

    def test_page_says_so_under_ctype_c(self):
        tickets = self.make('a') | self.make('b')
        Merge = self.env['helpdesk.lite.ticket.merge'].with_context(active_ids=tickets.ids)
        self.assertFalse(Merge.new({}).alphabet_warning)
        with patch.object(type(tickets), '_database_knows_letters', lambda self: False):
            self.assertIn('C.UTF-8', Merge.new({}).alphabet_warning)

    def test_extension_is_created_at_installation(self):
        self.env.cr.execute('DROP EXTENSION pg_trgm CASCADE')
        pre_init_hook(self.env)
        self.env.cr.execute("SELECT similarity('a', 'a')")
        self.assertEqual(self.env.cr.fetchone(), (1,))

    @mute_logger('odoo.sql_db')
    def test_installation_says_what_to_do_without_the_extension(self):
        self.env.cr.flush()
        self.env.cr.execute('DROP EXTENSION pg_trgm CASCADE')
        # refuses the extension as a missing right would, whatever rights the tests run with
        self.env.cr.execute('SET LOCAL transaction_read_only = on')
        with self.assertRaisesRegex(UserError, 'CREATE EXTENSION pg_trgm'):
            pre_init_hook(self.env)

    def test_index_serves_the_nearest_subjects(self):
        self.env.execute_query(SQL('SET LOCAL enable_seqscan = off'))
        self.env.execute_query(SQL('SET LOCAL enable_sort = off'))
        plan = '\n'.join(row for row, in self.env.execute_query(SQL(
            """EXPLAIN SELECT id FROM helpdesk_lite_ticket WHERE active IS TRUE AND name %% 'x'
                ORDER BY name <-> 'x' LIMIT 35""")))
        self.assertIn('helpdesk_lite_ticket_name_nearest_idx', plan)
