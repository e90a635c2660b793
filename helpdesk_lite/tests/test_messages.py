from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.incoming_mail import IncomingMail
from .common import HelpdeskLiteMailCommon


@tagged('post_install', '-at_install')
class TestMessages(HelpdeskLiteMailCommon):
    """Messages of a ticket go with it: also those that somebody wrote or was notified of."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal.notification_type = 'email'
        cls.ticket = cls.make_ticket(partner_id=cls.portal.partner_id.id)
        cls.follow(cls.ticket, cls.agent_ticket)
        cls.env.flush_all()

    def post(self, ticket, author=None, **values):
        with self.mock_mail_gateway():
            return ticket.message_post(**{
                'body': 'An answer', 'message_type': 'comment',
                'subtype_xmlid': 'mail.mt_comment',
                'author_id': (author or self.agent).partner_id.id, **values})

    def assertReads(self, user, messages, found):
        """Whether a user gets these messages by searching, counting and reading, or by none."""
        self.env.flush_all()
        self.env.invalidate_all()
        own = messages.with_user(user)
        domain = [('id', 'in', messages.ids)]
        self.assertEqual(own.search(domain).ids, messages.sorted('id', reverse=True).ids
                         if found else [])
        self.assertEqual(own.search_count(domain), len(messages) if found else 0)
        self.assertEqual(len(own.search_read(domain, ['body'])), len(messages) if found else 0)
        for message in own:
            self.env.invalidate_all()
            if found:
                self.assertTrue(message.read(['body'])[0]['body'])
            else:
                with self.assertRaises(AccessError), mute_logger('odoo.addons.base.models.ir_rule'):
                    message.read(['body'])
                self.assertFalse(message.has_access('write'))

    def test_customer_of_a_team_that_was_public(self):
        messages = self.post(self.ticket) + self.post(self.ticket, self.portal)
        self.assertIn(self.portal.partner_id, messages[0].notified_partner_ids)
        self.assertReads(self.portal, messages, True)
        self.team.privacy_visibility = 'internal'
        self.assertReads(self.portal, messages, False)
        self.assertReads(self.agent, messages, True)

    def test_agent_who_was_removed_from_a_private_ticket(self):
        ticket = self.make_ticket(self.team_private)
        self.follow(ticket, self.agent_ticket)
        messages = self.post(ticket) + self.post(ticket, self.agent_ticket)
        note = self.post(
            ticket, subtype_xmlid='mail.mt_note', partner_ids=self.agent_ticket.partner_id.ids)
        told = ticket.message_notify(partner_ids=self.agent_ticket.partner_id.ids, body='Told')
        messages += note + told
        inbox = self.env['mail.notification'].search([
            ('mail_message_id', 'in', messages.ids), ('notification_type', '=', 'inbox'),
            ('res_partner_id', '=', self.agent_ticket.partner_id.id)])
        self.assertEqual(inbox.mail_message_id, messages - messages[1])
        self.assertReads(self.agent_ticket, messages, True)
        needaction = self.env['mail.message'].with_user(self.agent_ticket).search([
            ('needaction', '=', True), ('model', '=', ticket._name), ('res_id', '=', ticket.id)])
        self.assertEqual(needaction.sudo(), (messages - messages[1]).sorted('id', reverse=True))
        ticket.message_unsubscribe(self.agent_ticket.partner_id.ids)
        self.assertReads(self.agent_ticket, messages, False)
        # the counter of their inbox doesn't stay for ever
        self.env['mail.message'].with_user(self.agent_ticket).mark_all_as_read()
        self.assertEqual(set(inbox.mapped('is_read')), {True})

    def test_messages_whose_subtype_was_deleted_are_internal(self):
        """Customers can't read them: so the desk hasn't answered by one."""
        subtype = self.env['mail.message.subtype'].create(
            {'name': 'Visit', 'res_model': 'helpdesk.lite.ticket', 'internal': False})
        message = self.post(self.ticket, subtype_xmlid=False, subtype_id=subtype.id)
        mail = IncomingMail(referred=[message.message_id])
        for readable in (True, False):
            with self.subTest(readable=readable):
                self.env.invalidate_all()
                self.assertReads(self.portal, message, readable)
                self.ticket._recount_answers()
                self.assertEqual(bool(self.ticket.first_response_date), readable)
                self.assertEqual(self.ticket._is_answer_to_public(mail), readable)
            subtype.unlink()

    def test_other_records_messages_stay(self):
        message = self.post(self.customer, partner_ids=self.portal.partner_id.ids)
        both = self.env['mail.message'].with_user(self.portal).search(
            [('id', 'in', (message + self.post(self.ticket)).ids)])
        self.assertEqual(len(both), 2)
        self.team.privacy_visibility = 'internal'
        self.assertEqual(self.env['mail.message'].with_user(self.portal).search(
            [('id', 'in', both.ids)]).ids, message.ids)

    def test_messages_of_a_ticket_that_is_gone(self):
        message = self.post(self.ticket)
        self.env.cr.execute('UPDATE mail_message SET res_id = %s WHERE id = %s',
                            [2**31 - 1, message.id])
        self.env.invalidate_all()
        self.assertReads(self.portal, message, False)

    def test_constant_queries(self):
        """Ten tickets and forty messages cost what one does."""
        def count(messages):
            with self.assert_queries(99, self.env) as counted:
                found = self.env['mail.message'].with_user(self.portal).search(
                    [('id', 'in', messages.ids)])
                found.read(['body'])
            self.assertEqual(len(found), len(messages))
            return counted.count
        one = self.post(self.ticket)
        tickets = self.make_tickets(10, partner_id=self.portal.partner_id.id)
        many = self.env['mail.message']
        for ticket in tickets:
            for _index in range(4):
                many += self.post(ticket)
        count(one)  # what is cached for good
        self.assertLessEqual(count(many), count(one))

    def test_who_sees_no_ticket_is_mailed(self):
        """A colleague without a right for Helpdesk follows as a customer: by mail."""
        private = self.make_ticket(self.team_private)
        self.follow(self.ticket + private, self.employee + self.agent_ticket + self.manager)
        for ticket in (self.ticket, private):
            with self.mock_mail_gateway():
                message = ticket.with_user(self.agent_ticket).message_post(
                    body='An answer', message_type='comment', subtype_xmlid='mail.mt_comment',
                    partner_ids=(self.agent + self.agent_team).partner_id.ids)
            types = {
                row.res_partner_id: row.notification_type
                for row in message.notification_ids if row.res_partner_id != ticket.partner_id}
            mailed = {self.employee.partner_id}
            if ticket == private:  # who is mentioned isn't invited
                mailed |= set((self.agent + self.agent_team).partner_id)
            self.assertEqual({p for p, kind in types.items() if kind == 'email'}, mailed)
            self.assertEqual(len(types), 4)
            for partner in mailed:
                self.assertEqual(len(self.sent_to(partner.email)), 1, partner.name)
        # the team's followers are invited to all of its tickets
        self.follow(self.team_private, self.agent_team)
        message = self.post(private, partner_ids=self.agent_team.partner_id.ids)
        self.assertEqual(message.notification_ids.filtered(
            lambda row: row.res_partner_id == self.agent_team.partner_id).notification_type,
            'inbox')
