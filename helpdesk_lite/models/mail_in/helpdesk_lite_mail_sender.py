from odoo import api, fields, models


class HelpdeskLiteMailSender(models.Model):
    """Know senders whose mails look automatic and are people's: *Not automatic* on a message."""

    _name = 'helpdesk.lite.mail.sender'
    _description = 'Helpdesk E-mail Sender'
    _rec_name = 'email_normalized'
    _order = 'email_normalized'

    email_normalized = fields.Char('Email', required=True, readonly=True)
    is_person = fields.Boolean(
        'Not Automatic', default=True, readonly=True,
        help='Mails of this sender count as written by a person, whatever their headers say.')
    company_id = fields.Many2one(
        'res.company', readonly=True, ondelete='cascade',
        help='The company whose agent said so. It counts for all.')

    _email_uniq = models.UniqueIndex('(email_normalized)', 'This sender is in the list already.')

    @api.model
    def _mark_as_person(self, address):
        """Count mails of an address as a person's from now on.

        :param str address: the address of a message's sender
        """
        found = self.env['helpdesk.lite.ticket']._normalize(address)
        # superuser: helpdesk.lite.mail.sender - who works on the ticket says so of its message
        Sender = self.with_env(self.env(su=True, context={}))
        if found and not Sender.search_count([('email_normalized', '=', found)], limit=1):
            Sender.create({'email_normalized': found, 'is_person': True,
                           'company_id': self.env.company.id})

    @api.model
    def _has_person(self, addresses):
        """Whether somebody said that one of these normalised addresses is a person's."""
        # sudo: helpdesk.lite.mail.sender - the gateway asks who wrote
        return bool(addresses) and bool(self.sudo().search_count(
            [('email_normalized', 'in', list(addresses)), ('is_person', '=', True)], limit=1))
