from odoo import api, models
from odoo.tools.mail import decode_message_header

AUTOMATIC = {'Auto-Submitted': 'auto-replied', 'X-Auto-Response-Suppress': 'All'}


class MailThread(models.AbstractModel):
    """Refusals of mails that can't be taken."""

    _inherit = 'mail.thread'

    def _routing_create_bounce_email(self, email_from, body_html, message, **mail_values):
        """Say that a refusal is automatic (RFC 3834), so that no machine answers it.

        Odoo's own has nothing that tells, and another ticket system answers it for ever.
        """
        mail_values.setdefault('headers', repr(AUTOMATIC))
        return super()._routing_create_bounce_email(
            email_from, body_html, message, **mail_values)

    @api.model
    def _may_refuse(self, message, message_dict):
        """Whether the sender of a mail that isn't taken may be told so."""
        mail = self._get_incoming_mail()
        if mail and (mail.machine or mail.silent):
            return False
        return self.env['helpdesk.lite.mail.circle']._may_write(
            decode_message_header(message, 'Return-Path') or message_dict.get('email_from'))
