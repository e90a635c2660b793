from markupsafe import Markup

from odoo import models

from ...tools.mail_looks import fit

ANSWER_LAYOUT = 'helpdesk_lite.mail_answer_layout'


class HelpdeskLiteTicket(models.Model):
    """How mails to customers look."""

    _inherit = 'helpdesk.lite.ticket'

    def _notify_by_email_render_layout(self, message, recipients_group, msg_vals=False,
                                       render_values=None):
        """See ``mail.thread``; customers' mails fit a phone, and read as written in Outlook."""
        values = dict(msg_vals or {})
        layout = values.get('email_layout_xmlid', message.email_layout_xmlid)
        if not layout and recipients_group.get('notification_group_name') != 'user':
            values['email_layout_xmlid'] = ANSWER_LAYOUT
        body = super()._notify_by_email_render_layout(
            message, recipients_group, msg_vals=values, render_values=render_values)
        return Markup(fit(body))
