from odoo.tests import tagged

from .common import HelpdeskLiteMailCommon


@tagged('post_install', '-at_install')
class TestCustomerChange(HelpdeskLiteMailCommon):
    """A ticket that gets another customer is no longer the one's before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.new = cls.env['res.partner'].create({
            'name': 'Nora New', 'email': 'nora@new.example.net'})
        cls.ticket = cls.make_ticket(partner_id=cls.portal.partner_id.id)
        cls.env.flush_all()

    def change(self, tickets, partner):
        self.env.invalidate_all()
        tickets.with_user(self.agent).write({'partner_id': partner.id})

    def test_follows_no_longer(self):
        sibling = self.make_ticket(partner_id=self.portal.partner_id.id)
        self.follow(self.ticket, self.customer)
        self.assertTrue(self.ticket.with_user(self.portal).has_access('read'))
        self.change(self.ticket, self.new)
        self.assertFalse(self.is_follower(self.ticket, self.portal))
        self.assertTrue(self.is_follower(self.ticket, self.new))
        self.assertTrue(self.is_follower(self.ticket, self.customer), 'no customer, a follower')
        self.assertFalse(self.ticket.with_user(self.portal).has_access('read'))
        self.assertTrue(sibling.with_user(self.portal).has_access('read'))
        with self.mock_mail_gateway():
            self.ticket.with_user(self.agent).message_post(
                body='For Nora', message_type='comment', subtype_xmlid='mail.mt_comment')
        self.assertEqual(len(self.sent_to('nora@new.example.net')), 1)
        self.assertFalse(self.sent_to(self.portal.email))

    def test_without_customer(self):
        self.change(self.ticket, self.env['res.partner'])
        self.assertFalse(self.is_follower(self.ticket, self.portal))

    def test_same_customer_again(self):
        self.change(self.ticket, self.portal.partner_id)
        self.assertTrue(self.is_follower(self.ticket, self.portal))

    def test_colleagues_and_followers_of_the_team_stay(self):
        self.follow(self.team, self.customer)
        for partner in (self.employee.partner_id, self.customer):
            ticket = self.make_ticket(partner_id=partner.id)
            self.change(ticket, self.new)
            self.assertTrue(self.is_follower(ticket, partner), partner.name)

    def test_constant_queries(self):
        for number in (1, 40):
            tickets = self.make_tickets(number, partner_id=self.portal.partner_id.id)
            tickets._as_system().partner_id = self.new
            before = {ticket.id: self.portal.partner_id for ticket in tickets}
            self.assertTrue(self.is_follower(tickets, self.portal))
            with self.assert_queries(8, self.env):
                tickets._after_customer_change(before)
            self.assertNotIn(self.portal.partner_id, tickets.message_partner_ids)
            self.assertTrue(self.is_follower(tickets, self.new))

    def test_merging_and_its_undo(self):
        """The ticket that stays gets a customer, and undo leaves it as it was."""
        stay = self.make_ticket(name='Stays')
        before = (stay.message_partner_ids, stay.partner_id)
        wizard = self.env['helpdesk.lite.ticket.merge'].with_user(self.agent).with_context(
            active_model=stay._name, active_ids=(stay | self.ticket).ids).create(
            {'destination_id': stay.id})
        wizard.action_merge()
        self.assertEqual(stay.partner_id, self.portal.partner_id)
        self.assertTrue(self.is_follower(stay, self.portal))
        self.ticket.with_user(self.agent).action_unmerge()
        self.env.invalidate_all()
        self.assertEqual((stay.message_partner_ids, stay.partner_id), before)
        self.assertTrue(self.is_follower(self.ticket, self.portal))
