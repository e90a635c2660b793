from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools.safe_eval import safe_eval

from .common import NUMBER, HelpdeskLiteSmsCommon

NOW = datetime(2026, 2, 3, 10)


@tagged('post_install', '-at_install')
class TestSmsComposer(HelpdeskLiteSmsCommon):
    """Send SMS from a ticket and from a selection, with Odoo's own composer."""

    def setUp(self):
        super().setUp()
        self.tickets = self.make_tickets(3, partner_id=self.customer.id)
        for index, ticket in enumerate(self.tickets):
            ticket.partner_phone = f'0470 00 00 0{index}'
        self.numbers = ['+32470000000', '+32470000001', '+32470000002']
        self.env.cr.flush()

    def compose(self, tickets, user=None, **values):
        """The composer, as the action opens it on these tickets."""
        action = self.env.ref('helpdesk_lite_sms.helpdesk_lite_ticket_action_send_sms')
        context = safe_eval(action.context, {
            'active_id': tickets[:1].id, 'active_ids': tickets.ids})
        return self.env['sms.composer'].with_user(user or self.agent).with_context(
            **context).create(values)

    def test_bound_to_form_list_and_kanban_for_users(self):
        bindings = self.env['ir.actions.actions'].with_user(self.agent).get_bindings(
            'helpdesk.lite.ticket')
        [action] = [a for a in bindings['action'] if a.get('name') == 'Send SMS']
        self.assertEqual(set(action['binding_view_types'].split(',')), {'form', 'list', 'kanban'})
        employee = self.env['ir.actions.actions'].with_user(self.employee).get_bindings(
            'helpdesk.lite.ticket')
        self.assertNotIn('Send SMS', [a.get('name') for a in employee.get('action', ())])

    def test_button_on_the_form(self):
        action = self.env.ref('helpdesk_lite_sms.helpdesk_lite_ticket_action_send_sms')
        arch = self.env['helpdesk.lite.ticket'].with_user(self.agent).get_view(
            view_type='form')['arch']
        self.assertIn(f'name="{action.id}"', arch)

    def test_one_ticket(self):
        composer = self.compose(self.tickets[0], body='Hello')
        self.assertEqual(composer.composition_mode, 'comment')
        self.assertEqual(composer.recipient_single_number_itf, self.numbers[0])
        with self.mockSMSGateway():
            composer.action_send_sms()
        self.assertSMSIapSent(self.numbers[:1], content='Hello')
        message = self.tickets[0].message_ids[0]
        self.assertEqual(message.message_type, 'sms')
        self.assertEqual(message.notification_ids.notification_status, 'pending')
        self.assertEqual(message.notification_ids.res_partner_id, self.customer)

    def test_is_activity(self):
        """Whom an agent texts, one or many, isn't closed as silent; a stage's SMS is none."""
        before = datetime(2026, 1, 5)
        moved = self.make_ticket(partner_phone='0470 00 00 09')
        tickets = self.tickets + moved
        tickets.last_activity_date = before
        with self.mockSMSGateway(), freeze_time(NOW):
            self.compose(self.tickets[0], body='Hello').action_send_sms()
            self.compose(self.tickets[1:], body='Hello').action_send_sms()
            self.move(moved._as_system(), user=self.env.user)
            self.assertQueued(moved, ['+32470000009'])
        self.assertEqual([t.last_activity_date for t in tickets], [NOW, NOW, NOW, before])

    def test_is_an_answer(self):
        """An SMS that an agent sends, to one or to many; a stage's SMS is none."""
        moved = self.make_ticket(partner_phone='0470 00 00 09')
        with self.mockSMSGateway(), freeze_time(NOW):
            self.compose(self.tickets[0], body='Hello').action_send_sms()
            self.compose(self.tickets[1:], body='Hello').action_send_sms()
            self.move(moved)
            self.assertQueued(moved, ['+32470000009'])
        self.assertEqual((self.tickets + moved).mapped('first_response_date'), [NOW] * 3 + [False])
        self.assertEqual(moved.waiting_for, 'desk')

    def test_corrected_number_is_kept_on_the_ticket(self):
        self.tickets[0].partner_phone = '12'
        composer = self.compose(self.tickets[0], body='Hello', number_field_name='partner_phone')
        self.assertFalse(composer.recipient_single_valid)
        with self.assertRaises(UserError):
            composer.action_send_sms()
        composer.recipient_single_number_itf = '0470 55 55 55'
        with self.mockSMSGateway():
            composer.action_send_sms()
        self.assertEqual(self.tickets[0].partner_phone, '0470 55 55 55')
        self.assertSMSIapSent(['+32470555555'])

    def test_ticket_without_customer(self):
        ticket = self.make_ticket(partner_phone='0470 12 34 56')
        self.env.cr.flush()
        with self.mockSMSGateway():
            self.compose(ticket, body='Hello').action_send_sms()
        self.assertSMSIapSent([NUMBER])
        self.assertEqual(
            ticket.message_ids[0].notification_ids.notification_status, 'pending')

    def test_country_of_the_company_of_the_ticket(self):
        """Not of the company that the user works in at the moment."""
        self.other_company.country_id = self.env.ref('base.kr')
        self.agent.company_ids += self.other_company
        ticket = self.make_ticket(self.other_team, partner_phone='010-3412-5678')
        self.env.cr.flush()
        self.assertEqual(self.agent.company_id, self.company)
        composer = self.compose(ticket.with_context(
            allowed_company_ids=(self.company + self.other_company).ids), body='Hello')
        self.assertEqual(composer.recipient_single_number_itf, '+821034125678')

    def test_template_in_the_customers_language(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.sms_template.with_context(lang='fr_FR').body = 'On y travaille'
        self.customer.lang = 'fr_FR'
        with self.mockSMSGateway():
            self.compose(self.tickets[0], template_id=self.sms_template.id).action_send_sms()
        self.assertSMSIapSent(self.numbers[:1], content='On y travaille')

    def test_selection_is_queued_and_shows_in_each_log(self):
        composer = self.compose(self.tickets, body='Hello')
        self.assertEqual(composer.composition_mode, 'mass')
        with self.mockSMSGateway():
            composer.action_send_sms()
            self.assertEqual(self._sms, [])
        self.assertQueued(self.tickets, self.numbers)
        for ticket in self.tickets:
            message = ticket.message_ids[0]
            self.assertEqual(message.message_type, 'sms')
            self.assertEqual(message.record_company_id, self.company)
            self.assertEqual(message.author_id, self.agent.partner_id)

    def test_selection_sent_now(self):
        with self.mockSMSGateway():
            self.compose(self.tickets, body='Hello').action_send_sms_mass_now()
        self.assertSMSIapSent(self.numbers, content='Hello')
        for ticket in self.tickets:
            self.assertEqual(
                ticket.message_ids[0].notification_ids.notification_status, 'pending')

    def test_selection_with_one_that_cannot_be_texted(self):
        self.customer.phone = False
        self.tickets[1].partner_phone = 'no number'
        composer = self.compose(self.tickets, body='Hello')
        self.assertEqual(composer.recipient_invalid_count, 1)
        with self.mockSMSGateway():
            composer.action_send_sms()
        notifications = self.tickets.mapped(lambda t: t.message_ids[0].notification_ids)
        self.assertEqual(
            sorted(notifications.mapped('notification_status')), ['canceled', 'ready', 'ready'])

    def test_selection_with_a_blocked_number_says_why(self):
        """Odoo's notifications don't know this reason: it is told as text."""
        self.env['phone.blacklist'].create({'number': self.numbers[0]})
        self.compose(self.tickets, body='Hello').action_send_sms()
        notification = self.tickets[0].message_ids[0].notification_ids
        self.assertEqual(notification.notification_status, 'canceled')
        self.assertEqual(notification.format_failure_reason(), 'Unknown error: Blacklisted')

    def test_tickets_that_the_user_does_not_see(self):
        ticket = self.make_ticket(self.team_private, partner_id=self.customer.id)
        self.env.cr.flush()
        with self.assertRaises(AccessError), self.mockSMSGateway():
            self.compose(ticket, body='Hello').action_send_sms()
        with self.assertRaises(AccessError), self.mockSMSGateway():
            self.compose(ticket + self.tickets, body='Hello').action_send_sms()
