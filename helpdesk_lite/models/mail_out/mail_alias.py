from odoo import models

from ...tools.incoming_mail import IncomingMail


class MailAlias(models.Model):
    _inherit = 'mail.alias'

    def _alias_bounce_incoming_email(self, message, message_dict, set_invalid=True):
        """Refuse a mail to a team's address only where that can make no circle.

        A machine is not answered, and an address is refused a few times a day. A mail that fails
        is not refused: it is delivered again, or comes in as a file.
        """
        if set_invalid and isinstance(self.env.context.get('helpdesk_lite_mail'), IncomingMail):
            return
        # sudo: mail.alias - whose alias it is
        if self.sudo().alias_model_id.model == 'helpdesk.lite.ticket' and not self.env[
                'mail.thread']._may_refuse(message, message_dict):
            return
        super()._alias_bounce_incoming_email(message, message_dict, set_invalid=set_invalid)
