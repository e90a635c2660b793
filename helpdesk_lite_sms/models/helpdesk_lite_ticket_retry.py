from odoo import api, fields, models
from odoo.tools import SQL, html2plaintext

FAILED = ('exception', 'bounce')
NUMBER_FAILURES = ('sms_number_missing', 'sms_number_format', 'sms_invalid_destination')


class HelpdeskLiteTicket(models.Model):
    """SMS that were not delivered, and another try."""

    _inherit = 'helpdesk.lite.ticket'

    failed_sms_count = fields.Integer('Undelivered SMS', compute='_compute_failed_sms_count')

    def _compute_failed_sms_count(self):
        """Count what `_get_failed_sms` finds, by a statement: each ticket that is opened asks."""
        self.env['mail.message'].flush_model(['model', 'res_id'])
        self.env['mail.notification'].flush_model(
            ['mail_message_id', 'notification_type', 'notification_status'])
        counts = dict(self.env.execute_query(SQL(
            """SELECT message.res_id, count(*) FROM mail_message message
                 JOIN mail_notification sent ON sent.mail_message_id = message.id
                WHERE message.model = %s AND message.res_id = ANY(%s)
                  AND sent.notification_type = 'sms' AND sent.notification_status = ANY(%s)
                GROUP BY message.res_id""", self._name, self.ids, list(FAILED))))
        for ticket in self:
            ticket.failed_sms_count = counts.get(ticket.id, 0)

    def _get_failed_sms(self):
        """The ``mail.notification`` of SMS that were not delivered, in superuser mode."""
        # sudo: mail.notification - of messages in the log of tickets that the caller reads
        return self.env['mail.notification'].sudo().search([
            ('notification_type', '=', 'sms'),
            ('notification_status', 'in', FAILED),
            ('mail_message_id', 'any', [
                ('model', '=', self._name), ('res_id', 'in', self.ids)]),
        ], order='id')

    def action_retry_sms(self):
        """Queue the undelivered SMS of these tickets again; those are no failures any more.

        One that failed for its number goes to the number that its recipient has now.
        """
        self.check_access('write')
        failed = self._get_failed_sms()
        tickets = {ticket.id: ticket for ticket in self}
        queued = failed.filtered(
            lambda n: tickets[n.mail_message_id.res_id]._retry_sms(n))
        failed.mail_message_id._notify_message_notification_update()
        return self._get_retry_notice(len(queued), len(failed) - len(queued))

    def _retry_sms(self, notification):
        """Queue one SMS again.

        :param notification: its ``mail.notification``, in superuser mode
        :return: False where there still is no valid number
        """
        number = notification.sms_number
        if notification.failure_type in NUMBER_FAILURES:
            number = self._get_retry_number(notification.res_partner_id)
        if not number:
            return False
        sms = notification.sms_id or self._make_sms_again(notification)
        sms.number = notification.sms_number = number
        sms.action_set_outgoing()
        self.env.ref('sms.ir_cron_sms_scheduler_action')._trigger()
        return True

    def _get_retry_number(self, recipient):
        """The number that an SMS to this contact goes to now.

        The ticket's number is its customer's. After merging, its log holds SMS to others, too.

        :return: the number as E.164, or False where there is no valid one
        """
        self.ensure_one()
        # sudo: helpdesk.lite.ticket - whose customer it is, for a user who reads the ticket
        ticket = self.sudo()
        if not recipient or recipient == ticket.partner_id:
            number, _known = ticket._get_sms_number()
            return number
        ticket = ticket.with_company(ticket.company_id)
        return bool(recipient.phone) and ticket._phone_format(number=recipient.phone)

    @api.model
    def _make_sms_again(self, notification):
        """Make an SMS again that the provider took and reported as lost, and Odoo deleted.

        The new one has an identifier of its own, so that late reports on the old one don't count.
        """
        message = notification.mail_message_id
        # sudo: sms.sms - made by whoever may write the ticket, with the text that was sent before
        sms = self.env['sms.sms'].sudo().create({
            'body': self.env['sms.sms'].sudo().browse(notification.sms_id_int).exists().body
                    or html2plaintext(message.body),
            'partner_id': notification.res_partner_id.id,
            'mail_message_id': message.id,
        })
        notification.sms_tracker_ids.unlink()
        notification.write({
            'sms_id_int': sms.id, 'sms_tracker_ids': [(0, 0, {'sms_uuid': sms.uuid})]})
        return sms

    @api.model
    def _get_retry_notice(self, queued, left):
        """What the user is told of a retry: ``ir.actions.client``."""
        if left:
            message = self.env._(
                'SMS queued again: %(queued)s. Without a valid phone number: %(left)s; correct it '
                'first.', queued=queued, left=left)
        else:
            message = self.env._('SMS queued again: %s', queued)
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'warning' if left else 'success',
                'message': message,
                'next': {'type': 'ir.actions.client', 'tag': 'soft_reload'},
            },
        }
