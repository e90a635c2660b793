from datetime import datetime

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from ..tools.incoming_mail import IncomingMail
from .common import HelpdeskLiteCommon


class TestReference(HelpdeskLiteCommon):
    """A reference is unique in the database and never changes."""

    def test_one_after_the_other(self):
        first, second = self.make_ticket(), self.make_ticket(self.other_team)
        number = int(first.ticket_ref.removeprefix('HD'))
        self.assertRegex(first.ticket_ref, r'^HD\d{5,}$')
        self.assertEqual(int(second.ticket_ref.removeprefix('HD')), number + 1)

    def test_batch(self):
        references = self.make_tickets(50).mapped('ticket_ref')
        numbers = [int(reference.removeprefix('HD')) for reference in references]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 50)))

    def test_given_or_changed_is_refused(self):
        with self.assertRaises(UserError):
            self.make_ticket(ticket_ref='HD1')
        ticket = self.make_ticket()
        with self.assertRaises(UserError):
            ticket.with_user(self.manager).ticket_ref = 'HD1'
        ticket.with_user(self.manager).write({'ticket_ref': ticket.ticket_ref})

    @mute_logger('odoo.sql_db')
    def test_unique(self):
        first, second = self.make_tickets(2)
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env.cr.execute(
                'UPDATE helpdesk_lite_ticket SET ticket_ref = %s WHERE id = %s',
                [first.ticket_ref, second.id])

    def test_sequence_as_an_administrator_changed_it(self):
        """Another prefix, steps, without gaps, by date: whatever Odoo's sequences can."""
        sequence = self.env.ref('helpdesk_lite.sequence_ticket')
        sequence.write({'prefix': 'T/%(year)s/', 'padding': 3, 'number_increment': 2})
        with freeze_time('2026-03-02'):
            first, second = self.make_tickets(2).mapped('ticket_ref')
        self.assertRegex(first, r'^T/2026/\d{3,}$')
        self.assertEqual(int(second.split('/')[-1]) - int(first.split('/')[-1]), 2)
        sequence.write({'implementation': 'no_gap', 'prefix': 'N'})
        references = self.make_tickets(3).mapped('ticket_ref')
        self.assertEqual(len(set(references)), 3)
        self.assertTrue(all(reference.startswith('N') for reference in references))

    def test_missing_sequence(self):
        self.env.ref('helpdesk_lite.sequence_ticket').unlink()
        with self.assertRaises(UserError) as caught:
            self.make_ticket()
        self.assertIn('Update the app', str(caught.exception))

    def test_found_by_reference_and_subject(self):
        ticket = self.make_ticket(name='Printer on fire')
        Ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent)
        for text in (ticket.ticket_ref, 'printer', ticket.ticket_ref.lower()):
            self.assertIn(ticket.id, [found_id for found_id, _name in Ticket.name_search(text)])
        self.assertEqual(ticket.display_name, f'Printer on fire ({ticket.ticket_ref})')


class TestTicket(HelpdeskLiteCommon):

    def test_defaults(self):
        with freeze_time('2026-03-02 10:00:00'):
            ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent).create({
                'name': ' Printer ', 'team_id': self.team.id})
        self.assertRecordValues(ticket, [{
            'name': 'Printer', 'priority': '0', 'kanban_state': 'normal', 'active': True,
            'user_id': False, 'is_closed': False, 'waiting_for': 'desk',
            'last_activity_date': datetime(2026, 3, 2, 10), 'company_id': self.company.id}])
        self.assertEqual(self.make_ticket(name=' ').name, 'No subject')

    def test_default_team(self):
        """The team that one is a member of, else the first that one sees."""
        Ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent)
        self.team_company.sequence = 1
        self.assertEqual(Ticket.create({'name': 'x'}).team_id, self.team_company)
        self.team.member_ids = self.agent
        self.assertEqual(Ticket.create({'name': 'x'}).team_id, self.team)
        self.assertEqual(Ticket.with_context(default_team_id=self.team_company.id).create(
            {'name': 'x'}).team_id, self.team_company)

    def test_no_team_at_all(self):
        self.env['helpdesk.lite.team'].search([('company_id', '=', self.company.id)]).unlink()
        with self.assertRaises(UserError):
            self.env['helpdesk.lite.ticket'].with_user(self.manager).create({'name': 'x'})

    def test_form(self):
        with Form(self.env['helpdesk.lite.ticket'].with_user(self.agent)) as form:
            form.name = 'Printer'
            form.team_id = self.team
            form.partner_id = self.customer
        self.assertRecordValues(form.record, [{
            'partner_email': self.customer.email, 'stage_id': self.stage_new.id}])

    def test_copy(self):
        ticket = self.make_ticket(
            partner_id=self.customer.id, priority='3', stage_id=self.stage_solved.id,
            kanban_state='done')
        copy = ticket.with_user(self.agent).copy()
        self.assertRecordValues(copy, [{
            'name': 'A ticket (copy)', 'partner_id': self.customer.id, 'priority': '3',
            'stage_id': self.stage_new.id, 'is_closed': False, 'close_date': False,
            'kanban_state': 'normal', 'reopen_count': 0}])
        self.assertNotEqual(copy.ticket_ref, ticket.ticket_ref)

    def test_order(self):
        tickets = self.make_tickets(3)
        tickets[1].priority = '3'
        self.assertEqual(
            self.env['helpdesk.lite.ticket'].search([('id', 'in', tickets.ids)]),
            tickets[1] + tickets[2] + tickets[0])

    def test_properties_are_copied_and_kept(self):
        self.team.ticket_properties = [{'name': 'serial', 'type': 'char', 'string': 'Serial'}]
        ticket = self.make_ticket(properties={'serial': 'X1'})
        self.assertEqual(ticket.copy().properties['serial'], 'X1')


class TestCustomer(HelpdeskLiteCommon):
    """The contact, and what was known of them when the ticket came in."""

    def test_values_come_from_the_contact(self):
        ticket = self.make_ticket(partner_id=self.customer.id)
        self.assertRecordValues(ticket, [{
            'partner_name': 'Carla Customer', 'partner_email': 'Carla@Customer.example.org',
            'email_normalized': 'carla@customer.example.org',
            'partner_phone': '+32 470 12 34 56', 'commercial_partner_id': self.customer.id}])

    def test_typed_values_stay(self):
        """What somebody typed never changes a contact."""
        ticket = self.make_ticket(
            partner_name='C.', partner_email='carla@customer.example.org', partner_phone='1')
        self.assertRecordValues(ticket, [{
            'partner_id': self.customer.id, 'partner_name': 'C.', 'partner_phone': '1'}])
        self.assertEqual(self.customer.name, 'Carla Customer')
        self.assertEqual(self.customer.phone, '+32 470 12 34 56')

    def test_removing_the_customer_keeps_what_was_known(self):
        ticket = self.make_ticket(partner_id=self.customer.id)
        ticket.partner_id = False
        self.assertEqual(ticket.partner_email, 'Carla@Customer.example.org')

    def test_name_and_address_in_one(self):
        ticket = self.make_ticket(partner_email='"Nora New" <Nora@new.example.org>')
        self.assertRecordValues(ticket, [{
            'partner_name': 'Nora New', 'email_normalized': 'nora@new.example.org'}])
        self.assertEqual(ticket.partner_id.name, 'Nora New')

    def test_address_that_is_none(self):
        for address in ('nobody', '@', 'a b c'):
            ticket = self.make_ticket(partner_email=address)
            self.assertFalse(ticket.partner_id)
            self.assertEqual(ticket.partner_email, address)

    def test_one_contact_for_many_tickets(self):
        tickets = self.env['helpdesk.lite.ticket'].create([
            {'name': 'x', 'team_id': self.team.id, 'partner_email': address}
            for address in ('new@x.example.org', 'NEW@x.example.org', 'new@x.example.org')])
        self.assertEqual(len(tickets.partner_id), 1)

    def test_privacy_look_up(self):
        """Finds the person by `email_normalized`, also where the address was only typed."""
        if 'privacy.lookup.wizard' not in self.env:
            domain = [('email_normalized', '=', 'new@x.example.org')]
        else:
            domain = [('email_normalized', 'ilike', 'new@x.example.org')]
        ticket = self.make_ticket(partner_email='New <NEW@x.example.org>')
        ticket.partner_id = False
        self.assertIn(ticket, self.env['helpdesk.lite.ticket'].search(domain))
        self.assertTrue(ticket._fields['email_normalized'].store)

    def test_other_tickets(self):
        tickets = self.make_tickets(3, partner_id=self.customer.id)
        hidden = self.make_ticket(self.team_private, partner_id=self.customer.id)
        ticket = tickets[0].with_user(self.agent)
        self.assertEqual(ticket.partner_ticket_count, 2, 'those that the user sees')
        found = ticket.search(ticket.action_view_partner_tickets()['domain'])
        self.assertEqual(found.sudo(), (tickets - tickets[0]).sorted('id', reverse=True))
        self.assertEqual(tickets[0].with_user(self.manager).partner_ticket_count, 3)
        self.assertTrue(hidden)

    def test_other_tickets_of_company(self):
        """Those of the whole company, and the person's own first, whatever their priority."""
        company = self.env['res.partner'].create({'name': 'Whole Ltd', 'is_company': True})
        person, colleague = self.env['res.partner'].create([
            {'name': name, 'parent_id': company.id} for name in ('Person', 'Colleague')])
        ticket, own = self.make_tickets(2, partner_id=person.id)
        urgent = self.make_ticket(partner_id=colleague.id, priority='3')
        of_company = self.make_ticket(partner_id=company.id)
        ticket = ticket.with_user(self.agent)
        self.assertEqual(ticket.partner_ticket_count, 3)
        action = ticket.action_view_partner_tickets()
        found = ticket.with_context(**action['context']).web_search_read(
            action['domain'], {'name': {}}, limit=80)
        self.assertEqual([record['id'] for record in found['records']],
                         [own.id, urgent.id, of_company.id])
        self.assertEqual(action['display_name'], 'Tickets of Whole Ltd')

    def test_tickets_of_contact(self):
        """A contact's button counts the open ones that the user sees, a company's of all."""
        company = self.env['res.partner'].create({'name': 'Whole Ltd', 'is_company': True})
        person = self.env['res.partner'].create({'name': 'Person', 'parent_id': company.id})
        tickets = self.make_tickets(2, partner_id=person.id)
        self.make_ticket(self.team_private, partner_id=person.id)
        of_company = self.make_ticket(partner_id=company.id)
        tickets[0].stage_id = self.stage_solved
        both = (person | company).with_user(self.agent)
        self.assertEqual(both.mapped('helpdesk_lite_ticket_count'), [1, 2])
        self.assertEqual(
            (person | company).with_user(self.manager).mapped('helpdesk_lite_ticket_count'), [2, 3])
        Ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent)
        for contact, found in ((person, tickets), (company, tickets | of_company)):
            action = contact.with_user(self.agent).action_view_helpdesk_lite_tickets()
            self.assertEqual(Ticket.search(action['domain']).sudo(), found.sorted('id', True))
        with self.assertRaises(AccessError):
            person.with_user(self.employee).read(['helpdesk_lite_ticket_count'])
        with self.assertRaises(AccessError):
            person.with_user(self.employee).action_view_helpdesk_lite_tickets()


@tagged('post_install', '-at_install')
class TestActivity(HelpdeskLiteCommon):
    """Whose turn it is, and when somebody last did something."""

    def post(self, ticket, user=None, subtype='mail.mt_comment', **kwargs):
        return ticket.with_user(user or self.agent).message_post(**{
            'body': 'x', 'message_type': 'comment', 'subtype_xmlid': subtype, **kwargs})

    def test_whose_turn(self):
        ticket = self.make_ticket(partner_id=self.portal.partner_id.id)
        for work, expected in (
            (lambda: None, 'desk'),
            (lambda: self.post(ticket), 'customer'),
            (lambda: self.post(ticket, self.portal), 'desk'),
            (lambda: self.post(ticket, subtype='mail.mt_note'), 'desk'),
            (lambda: ticket.write({'priority': '3'}), 'desk'),
            (lambda: self.post(ticket), 'customer'),
            (lambda: self.post(
                ticket, self.manager, author_id=self.portal.partner_id.id), 'desk'),
        ):
            work()
            self.env.cr.precommit.run()
            self.assertEqual(ticket.waiting_for, expected)

    def test_customer_known_by_address(self):
        """A second contact of the same address is the same customer."""
        ticket = self.make_ticket(partner_id=self.customer.id)
        second = self.customer.copy({'email': self.customer.email})
        ticket.message_post(
            body='x', author_id=second.id, email_from=self.customer.email, message_type='comment',
            subtype_xmlid='mail.mt_comment')
        self.assertEqual(ticket.waiting_for, 'desk')

    def test_somebody_else_outside_has_answered(self):
        """People in Cc answer, too, known or not: it is the desk's turn."""
        ticket = self.make_ticket(partner_id=self.customer.id)
        for author in ({'author_id': self.portal_stranger.partner_id.id},
                       {'author_id': False, 'email_from': 'unknown@x.example.org'}):
            self.post(ticket)
            self.assertEqual(ticket.waiting_for, 'customer')
            ticket.message_post(body='x', message_type='comment',
                                subtype_xmlid='mail.mt_comment', **author)
            self.assertEqual(ticket.waiting_for, 'desk')

    def test_answer_is_taken_back(self):
        ticket = self.make_ticket(partner_id=self.portal.partner_id.id)
        for _index in range(2):
            self.post(ticket, self.portal)
            answer = self.post(ticket)
            self.post(ticket, subtype='mail.mt_note')
        self.assertEqual(ticket.waiting_for, 'customer')
        ticket.with_user(self.agent)._message_update_content(answer.sudo(), body='Another text')
        self.assertEqual(ticket.waiting_for, 'customer')
        ticket.with_user(self.agent)._message_update_content(answer.sudo(), body='')
        self.assertEqual(ticket.waiting_for, 'desk')
        for message in ticket.message_ids.filtered(lambda m: m.author_id == self.portal.partner_id):
            ticket._message_update_content(message.sudo(), body='', strict=False)
        self.assertEqual(ticket.waiting_for, 'customer')

    def test_mails_to_many_are_answers(self):
        tickets = self.make_tickets(2, partner_id=self.portal.partner_id.id)
        for ticket in tickets:
            self.post(ticket, self.portal)
        self.assertEqual(tickets.mapped('waiting_for'), ['desk', 'desk'])
        self.env['mail.compose.message'].with_user(self.agent).create({
            'composition_mode': 'mass_mail', 'model': tickets._name, 'res_ids': tickets.ids,
            'subject': 'To all', 'body': '<p>We are on it</p>', 'force_send': False,
        })._action_send_mail()
        self.assertEqual(tickets.mapped('waiting_for'), ['customer', 'customer'])

    def test_last_activity(self):
        with freeze_time('2026-03-02 10:00:00'):
            ticket = self.make_ticket()
        own = ticket.with_user(self.agent)
        moments = iter(range(1, 20))
        for work, counts in (
            (lambda: self.post(ticket), True),
            (lambda: self.post(ticket, subtype='mail.mt_note'), True),
            (lambda: own.write({'stage_id': self.stage_progress.id}), True),
            (lambda: own.write({'stage_id': self.stage_progress.id}), False),
            (lambda: own.write({'user_id': self.agent.id}), True),
            (lambda: own.write({'priority': '2'}), True),
            (lambda: own.write({'priority': '2'}), False),
            (lambda: own.write({'name': 'Other'}), False),
            (lambda: ticket.write({'priority': '1'}), False),
            (lambda: ticket._as_system().write(
                {'stage_id': self.stage_new.id}), False),
            (lambda: self.post(ticket, message_type='notification'), False),
            (lambda: ticket.with_context(helpdesk_lite_mail=IncomingMail(machine='x')).message_post(
                body='x', message_type='email', subtype_xmlid='mail.mt_comment'), False),
        ):
            before = ticket.last_activity_date
            now = datetime(2026, 3, 3, next(moments))
            with freeze_time(now):
                work()
            self.assertEqual(ticket.last_activity_date, now if counts else before)

    def test_reader_who_posts_is_no_writer(self):
        """Whoever may only read a ticket may answer, and it counts."""
        ticket = self.make_ticket(partner_id=self.portal.partner_id.id)
        with freeze_time('2099-03-02 10:00:00'):
            self.post(ticket, self.portal)
        self.assertEqual(ticket.last_activity_date, datetime(2099, 3, 2, 10))


class TestHours(HelpdeskLiteCommon):
    """Hours in the team's working calendar: Monday to Friday, 8-12 and 13-17 in UTC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env['resource.calendar'].create({
            'name': 'Test 40 hours', 'company_id': cls.company.id, 'tz': 'UTC'})
        cls.team.resource_calendar_id = cls.calendar

    def made_at(self, date, **vals):
        ticket = self.make_ticket(**vals)
        self.env.flush_all()
        self.env.cr.execute(
            'UPDATE helpdesk_lite_ticket SET creation_date = %s WHERE id = %s', [date, ticket.id])
        self.env.invalidate_all()
        return ticket

    def test_closing_over_a_weekend(self):
        ticket = self.made_at('2026-03-06 15:00:00')  # a Friday
        with freeze_time('2026-03-09 10:00:00'):
            ticket.with_user(self.agent).stage_id = self.stage_solved
        self.assertEqual(ticket.close_hours, 4)
        ticket.stage_id = self.stage_new
        self.assertEqual(ticket.close_hours, 0)

    def test_assignment_is_the_first_one(self):
        ticket = self.made_at('2026-03-02 08:00:00')
        with freeze_time('2026-03-02 11:00:00'):
            ticket.user_id = self.agent
        with freeze_time('2026-03-04 11:00:00'):
            ticket.user_id = self.assignee
        self.assertEqual(ticket.assign_hours, 3)
        self.assertEqual(ticket.assign_date, datetime(2026, 3, 2, 11))

    def test_public_holiday_of_its_company_only(self):
        Leave = self.env['resource.calendar.leaves']
        Leave.create({
            'name': 'Elsewhere', 'company_id': self.other_company.id,
            'date_from': '2026-03-03 00:00:00', 'date_to': '2026-03-03 23:59:59'})
        Leave.create({
            'name': 'Here', 'company_id': self.company.id, 'calendar_id': self.calendar.id,
            'date_from': '2026-03-04 00:00:00', 'date_to': '2026-03-04 23:59:59'})
        ticket = self.made_at('2026-03-02 08:00:00')
        with freeze_time('2026-03-05 08:00:00'):
            ticket.stage_id = self.stage_solved
        self.assertEqual(ticket.close_hours, 16)

    def test_without_calendar_round_the_clock(self):
        self.team.resource_calendar_id = False
        ticket = self.made_at('2026-03-07 00:00:00')
        with freeze_time('2026-03-08 12:00:00'):
            ticket.stage_id = self.stage_solved
        self.assertEqual(ticket.close_hours, 36)

    def test_never_negative(self):
        ticket = self.made_at('2026-03-04 10:00:00')
        with freeze_time('2026-03-02 10:00:00'):
            ticket.stage_id = self.stage_solved
        self.assertEqual(ticket.close_hours, 0)

    def test_merging_closes_too(self):
        ticket = self.made_at('2026-03-02 08:00:00')
        with freeze_time('2026-03-02 10:00:00'):
            ticket.merged_into_id = self.make_ticket()
        self.assertEqual(ticket.close_hours, 2)
