from odoo import models
from odoo.tools.mail import email_split_tuples


class HelpdeskLiteTicket(models.Model):
    """Whom a composer suggests to write to."""

    _inherit = 'helpdesk.lite.ticket'

    def _message_get_suggested_recipients_batch(self, **kwargs):
        """Suggest none of the desk's own addresses: a mail to one would come back as a ticket.

        Odoo leaves out aliases only as they are written, and knows no other addresses.
        """
        suggested = super()._message_get_suggested_recipients_batch(**kwargs)
        own = self._find_own_among(
            data['email'] for recipients in suggested.values() for data in recipients)
        return {
            ticket_id: [data for data in recipients if self._normalize(data['email']) not in own]
            for ticket_id, recipients in suggested.items()}

    def _partner_find_from_emails(self, records_emails, avoid_alias=True, ban_emails=None,
                                  **kwargs):
        """Neither find nor make a contact for one of the desk's own addresses."""
        own = self._find_own_among(
            address for addresses in records_emails.values() for address in addresses)
        return super()._partner_find_from_emails(
            records_emails, avoid_alias=avoid_alias, ban_emails=[*(ban_emails or []), *own],
            **kwargs)

    def _find_own_among(self, texts):
        """The desk's own ones of addresses as they are written, normalised, as a set."""
        addresses = {self._normalize(text) for text in texts} - {False, None, ''}
        return self._find_own_addresses(list(addresses))

    def _get_customer_information(self):
        """A contact that is made of an address in Cc gets the name that it has there."""
        result = super()._get_customer_information()
        for ticket in self.filtered('email_cc'):
            for name, text in email_split_tuples(ticket.email_cc):
                address = self._normalize(text)
                if name and address and address not in result:
                    result[address] = {'name': name, 'company_id': ticket.company_id.id}
        return result
