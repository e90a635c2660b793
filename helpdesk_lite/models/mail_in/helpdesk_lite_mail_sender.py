from odoo import api, fields, models


class HelpdeskLiteMailSender(models.Model):
    """Senders whose mails look automatic and are people's: *Not automatic* on a message."""

    _name = 'helpdesk.lite.mail.sender'
    _description = 'Helpdesk E-mail Sender'
    _rec_name = 'email_normalized'
    _order = 'email_normalized'

    email_normalized = fields.Char('Email', required=True)
    is_person = fields.Boolean(
        'Not Automatic', default=True,
        help='Mails of this sender count as written by a person, whatever their headers say.')

    _email_uniq = models.UniqueIndex('(email_normalized)', 'This sender is in the list already.')

    @api.model
    def _mark_as_person(self, address):
        """Count mails of an address as a person's from now on.

        :param str address: a normalised address
        """
        # sudo: helpdesk.lite.mail.sender - whoever works on the ticket says so of its message
        Sender = self.sudo()
        if not Sender.search_count([('email_normalized', '=', address)], limit=1):
            Sender.create({'email_normalized': address})

    @api.model
    def _is_known_person(self, address):
        """Whether somebody said that this normalised address is a person's."""
        # sudo: helpdesk.lite.mail.sender - the gateway asks who wrote
        return bool(address) and bool(self.sudo().search_count(
            [('email_normalized', '=', address), ('is_person', '=', True)], limit=1))
