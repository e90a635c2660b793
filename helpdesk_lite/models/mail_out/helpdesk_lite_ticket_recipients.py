from odoo import models
from odoo.tools.mail import email_split_tuples

ASSIGNEE = 'helpdesk_lite_assignee'
OUTSIDE = ('portal', 'portal_customer', 'follower', 'customer')


class HelpdeskLiteTicket(models.Model):
    """Choose who gets a ticket's messages, and whom a composer suggests."""

    _inherit = 'helpdesk.lite.ticket'

    # ------------------------------------------------------------------
    # Who is notified
    # ------------------------------------------------------------------

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Leave out whom a message isn't for; see ``mail.thread``.

        The desk's own mails go to the customer alone. What is internal, or a machine's, goes to
        nobody outside. Whoever hears of a new ticket anyway isn't told that it was created.
        """
        recipients = [
            {**data, 'notif': 'email'} if self._needs_mail(data, message) else data
            for data in super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)]
        if only_id := self.env.context.get('helpdesk_lite_only_partner_id'):
            return [data for data in recipients if data['id'] == only_id]
        message_sudo = message.sudo()  # sudo: mail.message - read to protect, not to show
        values = {
            'subtype_id': message_sudo.subtype_id.id, 'message_type': message_sudo.message_type,
            **{name: value for name, value in (msg_vals or {}).items() if value}}
        values['is_internal'] = values.get('is_internal') or message_sudo.is_internal
        if self._is_kept_inside(values):
            recipients = [data for data in recipients if not data['share']]
        if len(self) == 1 and values['subtype_id'] == self._get_subtype('mt_ticket_new').id:
            # sudo: res.users - the ids of the ticket's own assignee and followers
            told = set(self.sudo()._get_told_otherwise().ids)
            return [data for data in recipients if data['id'] not in told]
        return recipients

    def _is_kept_inside(self, values):
        """Whether a message is mailed to nobody outside.

        :param dict values: of the message: ``message_type``, ``subtype_id``, ``is_internal``
        """
        relayed = self._is_automatic() and values['message_type'] == 'email'
        return relayed or (values['message_type'] in ('comment', 'email', 'notification')
                           and self._is_internal_message(values))

    def _needs_mail(self, data, message):
        """Hook: whether somebody is mailed who would find nothing in their inbox.

        Those are colleagues without a right for Helpdesk who follow as a customer does, and who
        is mentioned in a private team without being invited: they don't see the ticket.

        :param dict data: see ``mail.followers._get_recipient_data``
        :param message: ``mail.message``
        """
        if data['notif'] != 'inbox' or not data['email_normalized']:
            return False
        get_group_id = self.env['res.users']._get_helpdesk_lite_group_id
        if get_group_id('user') not in data['groups']:
            return True
        # sudo: helpdesk.lite.team - the visibility of the tickets' own teams
        private = 'invited_internal' in self.sudo().team_id.mapped('privacy_visibility')
        return (private and not data['is_follower']
                and get_group_id('manager') not in data['groups'])

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """Give nobody outside a button; see ``mail.thread``.

        There is nothing that it could lead to: the portal addon gives customers of public teams
        theirs. The assignee of a ticket that a mail has just made reads in it that it is theirs.
        """
        ticket = self.with_context(helpdesk_lite_without_account_link=True)
        groups = super(HelpdeskLiteTicket, ticket)._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals)
        for name, _method, data in groups:
            if name in OUTSIDE:
                data['has_button_access'] = False
        if len(self) == 1 and self._is_made_by_mail():
            assignee_id = self.sudo().user_id.partner_id.id  # sudo: res.users - an id
            groups.insert(0, (
                ASSIGNEE, lambda data: bool(assignee_id) and data['id'] == assignee_id,
                {'active': bool(assignee_id), 'has_button_access': True}))
        return groups

    # ------------------------------------------------------------------
    # Whom a composer suggests
    # ------------------------------------------------------------------

    def _message_get_suggested_recipients_batch(self, *args, **kwargs):
        """Suggest none of the desk's own addresses: a mail to one would come back as a ticket.

        Odoo leaves out aliases only as they are written, and knows no other addresses.
        """
        suggested = super()._message_get_suggested_recipients_batch(*args, **kwargs)
        own = self._find_own_among(
            data['email'] for recipients in suggested.values() for data in recipients)
        return {
            ticket_id: [data for data in recipients if self._normalize(data['email']) not in own]
            for ticket_id, recipients in suggested.items()}

    def _message_add_suggested_recipients(self, force_primary_email=False):
        """Suggest no second contact for the address that stands in for the customer's."""
        result = super()._message_add_suggested_recipients(
            force_primary_email=force_primary_email)
        for ticket in self.filtered(lambda ticket: ticket._get_typed_address()):
            result[ticket.id]['email_to_lst'] = [
                email for email in result[ticket.id]['email_to_lst']
                if self._normalize(email) != ticket.email_normalized]
        return result

    def _partner_find_from_emails(self, records_emails, avoid_alias=True, ban_emails=None,
                                  *args, **kwargs):
        """Neither find nor make a contact for one of the desk's own addresses."""
        own = self._find_own_among(
            address for addresses in records_emails.values() for address in addresses)
        return super()._partner_find_from_emails(
            records_emails, avoid_alias, [*(ban_emails or []), *own], *args, **kwargs)

    def _find_own_among(self, texts):
        """Return the desk's own ones of addresses as they are written, normalised, as a set."""
        addresses = {self._normalize(text) for text in texts} - {False, None, ''}
        return self._find_own_addresses(list(addresses))

    def _get_customer_information(self):
        """Return what is known of a contact that a composer makes from a ticket's address.

        A contact that is made of an address in Cc gets the name that it has there.
        """
        result = super()._get_customer_information()
        for ticket in self.filtered(lambda t: t.email_normalized and not t.partner_id):
            result.setdefault(ticket.email_normalized, {}).update({
                'name': ticket.partner_name or ticket.email_normalized,
                'phone': ticket.partner_phone,
                'company_id': ticket.company_id.id,
            })
        for ticket in self.filtered('email_cc'):
            for name, text in email_split_tuples(ticket.email_cc):
                address = self._normalize(text)
                if name and address:
                    result.setdefault(address, {'name': name, 'company_id': ticket.company_id.id})
        return result
