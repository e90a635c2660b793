from datetime import datetime

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import HelpdeskLiteHttpCommon
from .merge_common import MergeCommon


@tagged('post_install', '-at_install')
class TestMergeWizard(MergeCommon):
    """The page that merges."""

    def open_page(self, tickets, user=None):
        return Form(self.env['helpdesk.lite.ticket.merge'].with_user(
            user or self.agent).with_context(
                active_model='helpdesk.lite.ticket', active_ids=tickets.ids))

    def test_oldest_open_one_stays(self):
        old = self.make_ticket(name='Oldest', stage_id=self.stage_solved.id)
        self.env.cr.execute(
            'UPDATE helpdesk_lite_ticket SET create_date = %s WHERE id = %s',
            [datetime(2020, 1, 1), old.id])
        self.env.invalidate_all()
        page = self.open_page(self.dup | old | self.stay)
        self.assertEqual(page.destination_id, self.stay)
        page = self.open_page(old | self.stay)
        self.assertEqual(page.destination_id, self.stay)
        self.stay.stage_id = self.stage_solved
        self.assertEqual(self.open_page(old | self.stay).destination_id, old)

    def test_rows(self):
        self.post(self.dup, attachments=[('a.txt', b'a')])
        page = self.open_page(self.both)
        rows = {row.ticket_id: row for row in page.save().line_ids}
        self.assertEqual(set(rows), {self.stay, self.dup})
        row = rows[self.dup]
        self.assertRecordValues(row, [{
            'ticket_ref': self.dup.ticket_ref, 'name': self.dup.name,
            'partner_id': self.customer.id, 'team_id': self.team.id,
            'stage_id': self.stage_new.id, 'stays': False, 'attachment_count': 1,
            'message_count': self.env['mail.message'].sudo().search_count(
                [('model', '=', self.dup._name), ('res_id', '=', self.dup.id)])}])
        self.assertTrue(row.age)
        self.assertEqual(rows[self.stay].similarity, 100)
        self.assertTrue(rows[self.stay].stays)
        self.assertEqual(
            row.similarity, self.stay._measure_similarity(self.dup)[self.dup.id])

    def test_columns_that_are_shown(self):
        arch = etree.fromstring(
            self.env['helpdesk.lite.ticket.merge'].with_user(self.agent).get_view()['arch'])
        shown = arch.xpath(
            "//field[@name='line_ids']/list/field[not(@column_invisible)]"
            "[not(@optional) or @optional='show']/@name")
        self.assertLessEqual({
            'ticket_ref', 'name', 'partner_id', 'team_id', 'stage_id', 'age', 'message_count',
            'similarity'}, set(shown))

    def test_tickets_without_a_choice_of_the_one_that_stays(self):
        """As a program makes the page."""
        Merge = self.env['helpdesk.lite.ticket.merge'].with_user(self.agent)
        lines = [Command.create({'ticket_id': ticket.id}) for ticket in self.dup + self.stay]
        merge = Merge.create({'line_ids': lines})
        self.assertEqual(merge.destination_id, self.stay)
        self.assertFalse(merge.refusal)
        merge = Merge.with_context(default_destination_id=self.dup.id).create({'line_ids': lines})
        self.assertEqual(merge.destination_id, self.dup)
        merge.action_merge()
        self.assertEqual(self.stay.merged_into_id, self.dup)

    def test_another_one_may_stay(self):
        third = self.make_ticket(name='Heating is cold', partner_id=self.customer.id)
        page = self.open_page(self.both | third)
        before = {row['ticket_id']: row['similarity'] for row in page.line_ids._records}
        page.destination_id = third
        after = {row['ticket_id']: row['similarity'] for row in page.line_ids._records}
        self.assertNotEqual(before, after)
        self.assertEqual(after[third.id], 100)
        page.save().action_merge()
        self.assertEqual((self.both).merged_into_id, third)

    def test_taking_tickets_out(self):
        third = self.make_ticket(name='Third', partner_id=self.customer.id)
        page = self.open_page(self.both | third)
        page.line_ids.remove(
            [row['ticket_id'] for row in page.line_ids._records].index(self.stay.id))
        self.assertEqual(page.destination_id, self.dup)
        page.line_ids.remove(0)
        self.assertIn('at least two', page.refusal)

    def test_what_will_happen_is_said(self):
        foreign = self.make_ticket(name='Foreign', partner_id=self.portal.partner_id.id)
        self.post(self.dup, attachments=[('a.txt', b'a'), ('b.txt', b'b')])
        self.flush_tracking()
        page = self.open_page(self.both | foreign)
        count = sum(self.env['mail.message'].sudo().search_count(
            [('model', '=', t._name), ('res_id', '=', t.id)]) for t in self.dup | foreign)
        self.assertTrue(page.summary.startswith(
            f'2 tickets, {count} messages, 2 files go to {self.stay.ticket_ref}; '
            '2 customers will be told.'), page.summary)
        self.assertIn(foreign.ticket_ref, page.customer_warning)
        self.assertIn('internal notes', page.customer_warning)
        page.share_between_customers = True
        self.assertIn('will read', page.customer_warning)
        self.assertFalse(page.refusal)
        self.team.merge_notification = False
        self.assertIn('0 customers', self.open_page(self.both).summary)
        self.assertFalse(self.open_page(self.both).customer_warning)

    def test_one_ticket_is_not_enough(self):
        self.assertIn('at least two', self.open_page(self.stay).refusal)

    def test_opens_the_ticket_that_stays(self):
        action = self.merge(self.dup, self.stay)
        self.assertEqual((action['res_model'], action['res_id']),
                         (self.stay._name, self.stay.id))

    def test_action_is_bound_to_list_and_kanban(self):
        for view_type in 'list', 'kanban':
            bindings = self.env['ir.actions.actions'].with_user(self.agent).get_bindings(
                'helpdesk.lite.ticket')
            action, = (a for a in bindings['action'] if a['xml_id'].endswith('ticket_merge_action')
                       ) if 'xml_id' in bindings['action'][0] else (
                a for a in bindings['action'] if a['name'] == 'Merge')
            self.assertIn(view_type, action['binding_view_types'])


@tagged('post_install', '-at_install')
class TestMergeHidden(MergeCommon):
    """Of a ticket that an agent may not read the page tells nothing, however they ask."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        values = {'name': 'SECRET wages', 'partner_id': cls.customer.id,
                  'description': '<p>SECRET text</p>'}
        cls.private = cls.make_ticket(cls.team_private, **values)
        cls.foreign = cls.make_ticket(cls.other_team, **values)
        cls.hidden = (cls.private, cls.foreign)
        cls.alike = cls.make_ticket(**values)
        for name, model in (('Merge', ''), ('Line', '.line')):
            setattr(cls, name, cls.env[f'helpdesk.lite.ticket.merge{model}'].with_user(cls.agent))
        name = {'fields': {'display_name': {}}}
        cls.line_spec = {
            'name': {}, 'ticket_ref': {}, 'age': {}, 'similarity': {}, 'message_count': {},
            'is_closed': {}, **dict.fromkeys(
                ('ticket_id', 'readable_ticket_id', 'partner_id', 'team_id', 'stage_id'), name)}
        cls.spec = {
            'destination_id': name, 'summary': {}, 'refusal': {}, 'customer_warning': {},
            'privacy_warning': {}, 'ticket_ids': name, 'line_ids': {'fields': cls.line_spec}}

    def setUp(self):
        super().setUp()
        self.env.flush_all()
        self.env.invalidate_all()

    def assert_tells_nothing(self, ticket, result):
        for word in ('SECRET', ticket.ticket_ref, self.customer.name, ticket.team_id.name):
            self.assertNotIn(word, str(result))

    def test_defaults(self):
        for ticket in self.hidden:
            for context in (
                {'active_ids': [ticket.id, self.stay.id]},
                {'active_ids': self.stay.ids, 'helpdesk_lite_similar_to': ticket.id},
                {'active_ids': self.stay.ids, 'default_destination_id': ticket.id},
            ):
                Merge = self.Merge.with_context(active_model=ticket._name, **context)
                merge = Merge.create({})
                self.assertEqual(merge.line_ids.ticket_id | merge.destination_id, self.stay)
                self.assertEqual(merge.line_ids.ticket_id, self.stay)
                result = Merge.onchange({}, [], self.spec)['value']
                self.assertEqual(result['destination_id']['id'], self.stay.id)
                self.assertNotIn('SECRET', str(result))
                self.assertNotIn(ticket.ticket_ref, str(result))
            self.assertFalse(self.Line.with_context(default_ticket_id=ticket.id).default_get(
                ['ticket_id'])['ticket_id'])

    def test_the_rest_of_a_selection_is_not_merged(self):
        gone = self.make_ticket()
        gone.unlink()
        texts = set()
        for ticket_id in (self.private.id, self.foreign.id, gone.id):
            merge = self.Merge.with_context(active_ids=[ticket_id, *self.both.ids]).create({})
            self.assertEqual(merge.line_ids.ticket_id, self.both)
            texts.add(merge.refusal)
            with self.assertRaisesRegex(UserError, 'select again'):
                merge.action_merge()
        self.assertEqual(len(texts), 1, 'whether it is gone or hidden')
        self.assertFalse(self.both.merged_into_id)

    def test_saving(self):
        for ticket in self.hidden:
            line = [Command.create({'ticket_id': ticket.id})]
            merge = self.Merge.create({
                'destination_id': self.stay.id,
                'line_ids': [Command.create({'ticket_id': self.stay.id})]})
            for number, save in enumerate((
                lambda v=line: self.Merge.create({'destination_id': self.stay.id, 'line_ids': v}),
                lambda t=ticket: self.Merge.create({'destination_id': t.id, 'line_ids': []}),
                lambda v=line, m=merge: m.write({'line_ids': v}),
                lambda t=ticket, m=merge: m.write({'destination_id': t.id}),
                lambda t=ticket, m=merge: m.line_ids.write({'ticket_id': t.id}),
                lambda t=ticket, m=merge: self.Line.create({'merge_id': m.id, 'ticket_id': t.id}),
                lambda v=line: self.Merge.web_save(
                    {'destination_id': self.stay.id, 'line_ids': v}, self.spec),
            )):
                with self.subTest(number=number), self.assertRaises(AccessError) as caught, \
                        self.env.cr.savepoint():
                    save()
                self.assertNotIn('SECRET', str(caught.exception))

    def test_onchange(self):
        for ticket in self.hidden:
            result = self.Line.onchange(
                {'ticket_id': ticket.id}, ['ticket_id'], self.line_spec)
            self.assertFalse(result['value']['ticket_id'])
            self.assert_tells_nothing(ticket, result)
            for names in (['line_ids'], ['destination_id'], ['share_between_customers']):
                result = self.Merge.onchange(
                    {'destination_id': ticket.id, 'share_between_customers': False, 'line_ids': [
                        Command.create({'ticket_id': ticket.id}),
                        Command.create({'ticket_id': self.alike.id})]}, names, self.spec)
                self.assertNotIn('SECRET', str(result).replace(self.alike.display_name, '').replace(
                    f"'{self.alike.name}'", ''))
            line = self.Line.new({'ticket_id': ticket.id})
            self.assertFalse(
                line.name or line.ticket_ref or line.partner_id or line.team_id or line.age
                or line.message_count)
            self.assertFalse(self.Line.new({
                'ticket_id': self.alike.id,
                'merge_id': self.Merge.new({'destination_id': ticket.id})}).similarity)

    def test_access_that_is_lost_meanwhile(self):
        self.follow(self.private, self.agent)
        merge = self.Merge.with_context(
            active_ids=(self.private | self.stay).ids).create({'destination_id': self.private.id})
        result = merge.web_read(self.spec)
        self.assertIn('SECRET', str(result))
        self.private.message_unsubscribe(self.agent.partner_id.ids)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertNotIn('SECRET', str(merge.web_read(self.spec)))
        self.assertNotIn('SECRET', str(merge.read(['destination_id'])))

    def test_line_without_a_ticket(self):
        self.assertRecordValues(self.Line.new({}), [{
            'message_count': 0, 'attachment_count': 0, 'similarity': 0, 'age': False}])

    def test_administrators_and_followers_see_it(self):
        self.follow(self.private, self.agent_ticket)
        for user in (self.manager, self.agent_ticket):
            result = self.Line.with_user(user).onchange(
                {'ticket_id': self.private.id}, ['ticket_id'], self.line_spec)
            self.assertIn('SECRET', str(result))


@tagged('post_install', '-at_install')
class TestMergeTour(HelpdeskLiteHttpCommon):

    def test_merge_and_unmerge_in_the_browser(self):
        tickets = self.env['helpdesk.lite.ticket'].create([
            {'name': f'Tour: printer jammed {index}', 'team_id': self.team.id,
             'partner_id': self.customer.id} for index in (1, 2)])
        self.make_ticket(name='Another matter')
        self.start_tour(
            '/odoo/helpdesk-lite-tickets', 'helpdesk_lite_merge', login=self.agent.login)
        self.env.invalidate_all()
        self.assertFalse(tickets.merged_into_id)
        self.assertIn('Merged into', ' '.join(tickets[1].message_ids.mapped('body')))
