from odoo.tests import tagged

from .common import NUMBER, HelpdeskLiteSmsCommon


@tagged('post_install', '-at_install')
class TestSmsNumber(HelpdeskLiteSmsCommon):
    """Which number is texted, and what is logged where there is none."""

    def text(self, **values):
        """A ticket that was moved to the stage with a template."""
        ticket = self.make_ticket(**values)
        self.env.cr.flush()
        self.move(ticket)
        return ticket

    def test_number_of_the_ticket_goes_before_the_customers(self):
        ticket = self.text(partner_id=self.customer.id, partner_phone='0470 99 88 77')
        self.assertQueued(ticket, ['+32470998877'])
        self.assertEqual(self.get_sms(ticket).partner_id, self.customer)

    def test_number_of_the_customer_where_the_ticket_has_none(self):
        ticket = self.text(partner_id=self.customer.id, partner_phone=False)
        self.assertFalse(ticket.partner_phone)
        self.assertQueued(ticket, [NUMBER])

    def test_ticket_without_customer(self):
        ticket = self.text(partner_name='Nobody', partner_phone='0470 12 34 56')
        self.assertFalse(ticket.partner_id)
        self.assertQueued(ticket, [NUMBER])

    def test_country_of_the_customer(self):
        self.customer.write({'country_id': self.env.ref('base.fr').id, 'phone': '06 12 34 56 78'})
        self.assertQueued(self.text(partner_id=self.customer.id), ['+33612345678'])

    def test_country_of_the_company_of_the_ticket(self):
        """Not of the company that the user works in."""
        self.company.country_id = self.env.ref('base.kr')
        ticket = self.make_ticket(partner_phone='010-3412-5678')
        self.env.cr.flush()
        self.move(ticket, user=self.agent)
        self.assertQueued(ticket, ['+821034125678'])

    def test_invalid_number(self):
        ticket = self.text(partner_id=self.customer.id, partner_phone='12')
        self.assertNothingQueued(ticket)
        [note] = self.get_notes(ticket)
        self.assertIn('12', note)
        self.assertIn('not a valid phone number', note)

    def test_notes_are_in_the_language_of_the_company(self):
        self.env['res.lang']._activate_lang('ko_KR')
        self.company.partner_id.lang = 'ko_KR'
        self.agent.lang = 'en_US'
        for phone in (False, '12'):
            self.customer.phone = phone
            [note] = self.get_notes(self.text(partner_id=self.customer.id))
            self.assertRegex(note, '[가-힣]')

    def test_missing_number(self):
        self.customer.phone = False
        ticket = self.text(partner_id=self.customer.id)
        self.assertNothingQueued(ticket)
        [note] = self.get_notes(ticket)
        self.assertIn('neither the ticket nor its customer has a phone number', note)

    def test_nobody_at_all(self):
        ticket = self.text()
        self.assertNothingQueued(ticket)
        self.assertEqual(len(self.get_notes(ticket)), 1)

    def test_the_note_is_internal_and_mails_nobody(self):
        self.customer.phone = False
        ticket = self.make_ticket(partner_id=self.customer.id)
        self.env.cr.flush()
        with self.mock_mail_gateway():
            self.move(ticket)
        self.assertFalse(self._mails)
        note = ticket.message_ids.filtered(lambda m: 'SMS' in str(m.body))
        self.assertTrue(note.is_internal)
        self.assertFalse(note.notification_ids)

    def test_blocked_number(self):
        self.env['phone.blacklist'].create({'number': NUMBER})
        ticket = self.text(partner_id=self.customer.id)
        self.assertNothingQueued(ticket)
        self.assertIn('blocked', self.get_notes(ticket)[0])

    def test_same_number_on_two_tickets_is_texted_twice(self):
        """Each ticket is a matter of its own, as with e-mail."""
        tickets = self.make_tickets(2, partner_id=self.customer.id)
        self.env.cr.flush()
        self.move(tickets)
        self.assertQueued(tickets, [NUMBER, NUMBER])

    def test_some_of_a_batch_have_no_number(self):
        tickets = self.make_tickets(3, partner_id=self.customer.id)
        tickets[1].partner_phone = 'call me'
        self.env.cr.flush()
        self.move(tickets)
        self.assertQueued(tickets, [NUMBER, NUMBER])
        self.assertEqual([len(self.get_notes(ticket)) for ticket in tickets], [0, 1, 0])
        self.assertEqual(set(tickets.stage_id), {self.stage_progress})
