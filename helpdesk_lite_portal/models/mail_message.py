from odoo import models

TICKET = 'helpdesk.lite.ticket'


class MailMessage(models.Model):
    _inherit = 'mail.message'

    def _get_with_access(self, message_id, mode='read', **kwargs):
        """The link of a ticket opens its public messages only, never its notes."""
        message = super()._get_with_access(message_id, mode=mode, **kwargs)
        # sudo: mail.message - what kind of message it is, to protect it
        message_sudo = message.sudo()
        if message and message_sudo.model == TICKET and not message.sudo(False).has_access(mode):
            public = message_sudo.filtered_domain(self.env[TICKET]._get_public_message_domain())
            return message if public else message.browse()
        return message
