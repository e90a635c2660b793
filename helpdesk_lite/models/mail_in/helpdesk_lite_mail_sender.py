from odoo import api, fields, models


class HelpdeskLiteMailSender(models.Model):
    """Senders whose mails look automatic and aren't: an agent said so."""

    _name = 'helpdesk.lite.mail.sender'
    _description = 'Helpdesk E-mail Sender'
    _rec_name = 'email_normalized'

    email_normalized = fields.Char('Address', required=True, readonly=True)
    is_person = fields.Boolean('Not Automatic', readonly=True)

    _email_normalized_uniq = models.UniqueIndex(
        '(email_normalized)', 'There is this sender already.')

    @api.model
    def _mark_as_person(self, address):
        """Take mails of a normalised address for a person's from now on."""
        # sudo: helpdesk.lite.mail.sender - who may write the ticket says it by a button
        Sender = self.sudo()
        sender = Sender.search([('email_normalized', '=', address)], limit=1)
        if sender:
            sender.is_person = True
        else:
            Sender.create({'email_normalized': address, 'is_person': True})
