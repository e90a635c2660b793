from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.mail import email_normalize_all, email_split_tuples

from ...tools.incoming_mail import IncomingMail


class HelpdeskLiteTicket(models.Model):
    """Let an agent make something else of a mail that became a note: the buttons beside it."""

    _inherit = 'helpdesk.lite.ticket'

    def _publish_mail(self, message):
        """Make a note of a mail public, with its files, and treat it as the answer that it is.

        Whoever outside would have been mailed is mailed now, except those who have it already.

        :param message: ``mail.message`` of the ticket
        """
        self.ensure_one()
        # sudo: mail.message - the caller checked that the user may write the ticket
        message_sudo = message.sudo()
        message_sudo.write({
            'is_internal': False, 'helpdesk_lite_mail_status': False,
            'subtype_id': self.env['ir.model.data']._xmlid_to_res_id('mail.mt_comment')})
        log = self._in_log_language()
        self._log_mail_action(message, log._(
            '%(user)s made the e-mail of %(sender)s public.'))
        outside = self._is_from_outside(message_sudo.author_id.id, message_sudo.email_from)
        self._write_turn({'last_activity_date': fields.Datetime.now()})
        self._take_side(message)
        self._mail_outside(message)
        # sudo: helpdesk.lite.ticket - as the customer's answer does, which this is
        ticket = self.sudo()
        if outside and ticket._get_reopen_policy() in ('reopen', 'new'):
            ticket._reopen_by_answer()

    def _add_sender_to_cc(self, message):
        """Put the sender of a mail into the ticket's Cc; see `_subscribe_cc` for who follows."""
        self.ensure_one()
        sender = message.sudo().email_from  # sudo: mail.message - its sender, as the log shows it
        known = self._mail_cc_sanitized_raw_dict(self.email_cc)
        new = self._mail_cc_sanitized_raw_dict(sender)
        self.email_cc = ', '.join({**new, **known}.values())
        self._subscribe_cc(', '.join(new))
        log = self._in_log_language()
        self._log_mail_action(message, log._(
            '%(user)s added %(sender)s to the Cc of the ticket.'))

    def _take_for_person(self, message):
        """Take a machine's mail for a person's, as each later one of its sender.

        It becomes what it would have become: the customer's request, an answer, or the note of
        somebody who isn't on the ticket.

        :param message: ``mail.message`` of the ticket
        """
        self.ensure_one()
        message_sudo = message.sudo()  # sudo: mail.message - see `_publish_mail`
        address = self._normalize(message_sudo.email_from)
        if not address:
            raise UserError(self.env._('The e-mail names no address that somebody could have.'))
        self.with_company(self.company_id).env['helpdesk.lite.mail.sender']._mark_as_person(
            address)
        log = self._in_log_language()
        self._log_mail_action(message, log._(
            '%(user)s said that e-mails of %(sender)s are not automatic.'))
        if not message_sudo.is_internal:
            self._take_request_for_person(message_sudo, address)
        elif (status := self._get_status_of_person(address)):
            message_sudo.helpdesk_lite_mail_status = status
            self._write_turn({'last_activity_date': fields.Datetime.now()})
            self._take_side(message)
        else:
            self._publish_mail(message)

    def _get_status_of_person(self, address):
        """Return why a person's mail stays a note; False where it is an answer."""
        if self._is_kept_apart(address):
            return 'apart'
        role = self._get_role(IncomingMail(sender=('', address)), by_id=False)
        return {'customer': False, 'correspondent': False, 'stranger': 'stranger',
                'colleague': 'colleague'}.get(role, 'unproven')

    def _take_request_for_person(self, message, address):
        """Make the sender of the mail that made the ticket its customer, and acknowledge it."""
        message.helpdesk_lite_mail_status = False
        self._write_turn({'last_activity_date': fields.Datetime.now()})
        if not self.partner_id:
            name = next((name for name, _address in email_split_tuples(message.email_from)), '')
            customer = self._find_or_make_customers(
                {address: (name, None)}, self.company_id).get(address)
            if not customer:
                return
            self.partner_id = customer
            message.author_id = customer
        self._take_side(message)
        self._send_stage_template()

    # ------------------------------------------------------------------
    # What they have in common
    # ------------------------------------------------------------------

    def _log_mail_action(self, message, text):
        """Log what a user made of a mail, in the language of the log.

        :param str text: with ``%(user)s`` and ``%(sender)s``
        """
        message_sudo = message.sudo()  # sudo: mail.message - its sender, as the log shows it
        sender = message_sudo.author_id.name or message_sudo.email_from or ''
        self._message_log(body=Markup('<p>%s</p>') % (
            text % {'user': self.env.user.name, 'sender': sender}))

    def _mail_outside(self, message):
        """Mail a message that became public to customer, Cc and followers outside, each once."""
        # sudo: res.partner - addresses of the ticket's own customer and followers
        customer, followers = self.sudo().partner_id, self.sudo().message_partner_ids
        message_sudo = message.sudo()  # sudo: mail.message - who has it already
        known = {self.email_normalized, *(customer | followers).mapped('email_normalized'),
                 *email_normalize_all(', '.join(filter(None, (
                     message_sudo.email_from, message_sudo.incoming_email_to,
                     message_sudo.incoming_email_cc))))}
        others = {address: raw for address, raw in self._mail_cc_sanitized_raw_dict(
            self.email_cc).items() if address not in known}
        values = {'partner_ids': (message_sudo.partner_ids | customer).ids,
                  'outgoing_email_to': ', '.join(others.values())}
        recipients = [
            data for data in self._notify_get_recipients(
                message, msg_vals=values, skip_existing=True)
            if data['share'] and data['notif'] == 'email'
            and (not data['id'] or data['id'] != message_sudo.author_id.id)]
        self._notify_thread_by_email(message, recipients)
