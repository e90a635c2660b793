from odoo.addons.helpdesk_lite.tests.common import HelpdeskLiteCommon
from odoo.addons.sms.tests.common import SMSCommon

NUMBER = '+32470123456'


class HelpdeskLiteSmsCommon(HelpdeskLiteCommon, SMSCommon):
    """The cast of Helpdesk's tests, and Odoo's mocks of SMS: nothing leaves.

    The stage *Test Progress* has an SMS template. The companies are Belgian.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.company + cls.other_company).country_id = cls.env.ref('base.be')
        cls.ticket_model = cls.env['ir.model']._get('helpdesk.lite.ticket')
        cls.sms_template = cls.make_sms_template('We work on {{ object.ticket_ref }}')
        cls.stage_progress.sms_template_id = cls.sms_template
        cls.env['sms.sms'].search([('state', '=', 'outgoing')]).unlink()  # what others queued
        cls.env.flush_all()

    @classmethod
    def make_sms_template(cls, body, **values):
        return cls.env['sms.template'].create({
            'name': 'Text', 'model_id': cls.ticket_model.id, 'body': body, **values})

    def move(self, tickets, stage=None, user=None):
        """Move tickets as an agent does, up to the end of the transaction."""
        tickets.with_user(user or self.agent).write({'stage_id': (stage or self.stage_progress).id})
        self.env.cr.flush()

    def get_sms(self, tickets):
        """The SMS that are shown in the tickets' logs, oldest first."""
        messages = self.env['mail.message'].search([
            ('model', '=', tickets._name), ('res_id', 'in', tickets.ids)])
        return self.env['sms.sms'].search([('mail_message_id', 'in', messages.ids)], order='id')

    def get_notes(self, ticket):
        """The texts of the internal notes that speak of SMS."""
        return [
            str(message.body) for message in ticket.message_ids
            if message.message_type == 'notification' and 'SMS' in str(message.body)]

    def assertQueued(self, tickets, numbers):
        """One SMS waits for each number, and each is in its ticket's log, waiting."""
        sms = self.get_sms(tickets)
        self.assertEqual(sorted(sms.mapped('number')), sorted(numbers))
        self.assertEqual(set(sms.mapped('state')), {'outgoing'} if numbers else set())
        notifications = sms.mail_message_id.notification_ids
        self.assertEqual(len(notifications), len(numbers))
        self.assertTrue(all(n.notification_type == 'sms' for n in notifications))
        self.assertEqual(
            set(notifications.mapped('notification_status')), {'ready'} if numbers else set())

    def assertNothingQueued(self, tickets):
        self.assertQueued(tickets, [])

    def process_queue(self):
        """Run Odoo's queue as its cron does."""
        self.env.flush_all()
        self.env.ref('sms.ir_cron_sms_scheduler_action').method_direct_trigger()
        self.env.invalidate_all()
