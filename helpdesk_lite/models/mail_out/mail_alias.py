from odoo import models


class MailAlias(models.Model):
    _inherit = 'mail.alias'

    def _alias_bounce_incoming_email(self, message, message_dict, set_invalid=True):
        """Refuse a mail to a team's address only where that can make no circle.

        A machine is not answered, and an address is refused a few times a day. A mail that fails
        is not refused: it is delivered again, or comes in as a file.
        """
        Thread = self.env['mail.thread']
        if set_invalid and Thread._get_incoming_mail():
            return
        # sudo: mail.alias - whose alias it is; Odoo asks in a transaction that may not know it
        if self.sudo().exists().alias_model_id.model == 'helpdesk.lite.ticket' and (
                not Thread._may_refuse(message, message_dict)):
            return
        super()._alias_bounce_incoming_email(message, message_dict, set_invalid=set_invalid)
