from odoo import models


class SmsSms(models.Model):
    _inherit = 'sms.sms'

    def _send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """Send the SMS of each company by itself, with that company's provider and account.

        Odoo's queue takes those of all companies at once and then fails, since it expects one.
        """
        if self.env.context.get('sms_api'):
            return super()._send(
                unlink_failed=unlink_failed, unlink_sent=unlink_sent,
                raise_exception=raise_exception)
        for company, batch in self.grouped(lambda sms: sms._get_sms_company()).items():
            super(SmsSms, batch.with_company(company))._send(
                unlink_failed=unlink_failed, unlink_sent=unlink_sent,
                raise_exception=raise_exception)
        return None

    def _show_on_tickets(self):
        """Tie SMS to their messages in tickets' logs, so that those tell how the delivery went.

        What ``mail.thread._notify_thread_by_sms`` does for one SMS, for any number at once, in
        constant queries. A message also gets the company of its ticket, whose provider sends it.
        """
        messages = self.mail_message_id
        tickets = self.env['helpdesk.lite.ticket'].browse(messages.mapped('res_id'))
        companies = {ticket.id: ticket.company_id for ticket in tickets}
        for company, batch in messages.grouped(lambda m: companies[m.res_id]).items():
            batch.record_company_id = company
        return self.env['mail.notification'].create(
            [sms._get_notification_vals() for sms in self])

    def _get_notification_vals(self):
        """Values of the ``mail.notification`` that shows this SMS on its message."""
        self.ensure_one()
        Notification = self.env['mail.notification']
        status = self.env['sms.tracker'].SMS_STATE_TO_NOTIFICATION_STATUS[self.state]
        vals = {
            'author_id': self.mail_message_id.author_id.id,
            'mail_message_id': self.mail_message_id.id,
            'res_partner_id': self.partner_id.id,
            'sms_number': self.number,
            'notification_type': 'sms',
            'notification_status': status,
            'sms_id_int': self.id,
            'sms_tracker_ids': [(0, 0, {'sms_uuid': self.uuid})],
            'is_read': True,  # it belongs into nobody's inbox
            'failure_type': self.failure_type,
        }
        if self.failure_type and self.failure_type not in Notification._fields[
                'failure_type'].get_values(self.env):
            reasons = dict(self._fields['failure_type']._description_selection(self.env))
            vals.update(failure_type='unknown', failure_reason=reasons[self.failure_type])
        return vals
