from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import NUMBER, HelpdeskLiteSmsCommon


@tagged('post_install', '-at_install')
class TestSmsDelivery(HelpdeskLiteSmsCommon):
    """What becomes of a queued SMS stands on the ticket; what failed can be tried again."""

    def setUp(self):
        super().setUp()
        self.ticket = self.make_ticket(partner_id=self.customer.id)
        self.env.cr.flush()
        self.move(self.ticket)
        self.sms = self.get_sms(self.ticket)
        self.uuid = self.sms.uuid
        self.notification = self.sms.mail_message_id.notification_ids

    def send(self, **outcome):
        with self.mockSMSGateway(**outcome):
            self.process_queue()
            return list(self._sms)

    def retry(self):
        return self.ticket.with_user(self.agent).action_retry_sms()['params']

    def assertState(self, status, failure_type=False):
        self.assertRecordValues(self.notification, [{
            'notification_status': status, 'failure_type': failure_type}])
        failed = status in ('exception', 'bounce')
        self.assertEqual(self.ticket.with_user(self.agent).failed_sms_count, int(failed))

    def test_sent(self):
        [sent] = self.send()
        self.assertEqual((sent['number'], sent['uuid']), (NUMBER, self.uuid))
        self.assertState('pending')
        self.assertEqual(self.send(), [], 'once')

    def test_failures(self):
        for outcome, failure_type in (
            ('credit', 'sms_credit'), ('wrong_number_format', 'sms_number_format'),
            ('server_error', 'sms_server'), ('unregistered', 'sms_acc'),
            ('jsonrpc_exception', 'sms_server'),
        ):
            with self.subTest(outcome=outcome):
                self.sms.action_set_outgoing()
                self.assertEqual(self.send(sim_error=outcome), [])
                self.assertState('exception', failure_type)
                self.assertEqual(self.ticket.stage_id, self.stage_progress)

    def test_delivery_report(self):
        self.send()
        self._make_webhook_jsonrpc_request([{'sms_status': 'delivered', 'uuids': [self.uuid]}])
        self.env.invalidate_all()
        self.assertState('sent')

    def test_retry_sends_once(self):
        self.send(sim_error='server_error')
        self.assertEqual(self.retry()['type'], 'success')
        self.assertState('ready')
        self.retry()
        [sent] = self.send()
        self.assertEqual(sent['number'], NUMBER)
        self.assertState('pending')
        self.assertEqual(self.send(), [])

    def test_retry_goes_to_the_corrected_number(self):
        self.send(sim_error='wrong_number_format')
        self.ticket.partner_phone = '0470 98 76 54'
        self.retry()
        [sent] = self.send()
        self.assertEqual(sent['number'], '+32470987654')
        self.assertEqual(self.notification.sms_number, '+32470987654')

    def test_retry_without_a_valid_number_says_so(self):
        self.send(sim_error='wrong_number_format')
        self.ticket.partner_phone = '12'
        self.assertEqual(self.retry()['type'], 'warning')
        self.assertState('exception', 'sms_number_format')
        self.assertEqual(self.send(), [])

    def test_retry_after_merging_stays_with_its_recipient(self):
        """The log of a merged ticket holds SMS to others than its customer."""
        other = self.env['res.partner'].create({
            'name': 'Other Customer', 'email': 'other@customer.example.org',
            'phone': '+32 470 55 55 55'})
        stays = self.make_ticket(name='Stays', partner_id=other.id)
        self.send(sim_error='wrong_number_format')
        self.env['helpdesk.lite.ticket.merge'].with_user(self.agent).with_context(
            active_model=stays._name, active_ids=(stays | self.ticket).ids,
        ).create({'destination_id': stays.id}).action_merge()
        self.ticket = stays
        self.assertState('exception', 'sms_number_format')
        self.retry()
        [sent] = self.send()
        self.assertEqual(sent['number'], NUMBER, "the first ticket's customer, not the other")

    def test_retry_of_one_that_was_lost_on_the_way(self):
        """The provider took it and reports later that it didn't arrive: a new SMS, a new id."""
        self.send()
        self._make_webhook_jsonrpc_request([{'sms_status': 'not_delivered', 'uuids': [self.uuid]}])
        self.env.invalidate_all()
        self.assertState('exception', 'sms_not_delivered')
        self.sms.unlink()  # as Odoo's daily clean-up does
        self.retry()
        self.assertState('ready')
        [sent] = self.send()
        self.assertEqual(sent['body'], f'We work on {self.ticket.ticket_ref}')
        self.assertNotEqual(sent['uuid'], self.uuid)
        self.assertState('pending')
        self._make_webhook_jsonrpc_request([{'sms_status': 'expired', 'uuids': [self.uuid]}])
        self.env.invalidate_all()
        self.assertState('pending')
        self._make_webhook_jsonrpc_request([{'sms_status': 'delivered', 'uuids': [sent['uuid']]}])
        self.env.invalidate_all()
        self.assertState('sent')

    def test_retry_leaves_other_tickets_alone(self):
        other = self.make_ticket(partner_id=self.customer.id)
        self.env.cr.flush()
        self.move(other)
        self.send(sim_error='server_error')
        self.retry()
        self.assertEqual(self.get_sms(other).state, 'error')
        self.assertEqual(self.get_sms(self.ticket).state, 'outgoing')

    def test_nothing_to_retry(self):
        self.send()
        self.retry()
        self.assertState('pending')
        self.assertEqual(self.send(), [])

    def test_only_who_may_write_the_ticket_retries(self):
        self.send(sim_error='server_error')
        for user in (self.employee, self.portal, self.other_agent):
            with self.assertRaises(AccessError):
                self.ticket.with_user(user).action_retry_sms()
        self.assertState('exception', 'sms_server')
