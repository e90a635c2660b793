from odoo.tests import tagged

from .common import NUMBER, HelpdeskLiteSmsCommon


@tagged('post_install', '-at_install')
class TestSmsQueue(HelpdeskLiteSmsCommon):
    """Odoo's queue with what Helpdesk puts into it."""

    def test_queue_with_sms_of_two_companies(self):
        """Odoo's own queue fails on them, and then sends nobody's SMS any more."""
        tickets = self.make_ticket(partner_id=self.customer.id) + self.make_ticket(
            self.other_team, partner_id=self.customer.id)
        self.env.cr.flush()
        self.move(tickets[0])
        self.move(tickets[1], user=self.other_agent)
        with self.mockSMSGateway():
            self.process_queue()
            self.assertEqual([sms['number'] for sms in self._sms], [NUMBER, NUMBER])
        self.assertEqual(
            tickets.message_ids.notification_ids.mapped('notification_status'),
            ['pending', 'pending'])
