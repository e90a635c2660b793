from odoo import models


class MailComposeMessage(models.TransientModel):
    _inherit = 'mail.compose.message'

    def _prepare_mail_values(self, res_ids):
        """Mails to many tickets at once have each ticket's reference in their subject, too."""
        values = super()._prepare_mail_values(res_ids)
        if self.model == 'helpdesk.lite.ticket':
            for ticket in self.env['helpdesk.lite.ticket'].browse(values):
                own = values[ticket.id]
                own['subject'] = ticket._add_reference(own.get('subject'))
        return values
