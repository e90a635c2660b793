from markupsafe import Markup

from odoo import api, models


class HelpdeskLiteTicket(models.Model):
    """No mail goes round in circles: what is sent by itself is limited, and says what it is."""

    _inherit = 'helpdesk.lite.ticket'

    def _limit_stage_mails(self):
        """Let the stage mails of this transaction count as set off by a mail or form.

        For tickets that a mail or form makes; see ``helpdesk.lite.mail.circle``.
        """
        self._get_limited_ids().update(self.ids)

    @api.model
    def _get_limited_ids(self):
        """Ids of the tickets whose stage mails are limited, until the transaction ends."""
        return self.env.cr.precommit.data.setdefault('helpdesk_lite.limited', set())

    def _post_stage_template(self, template, customer):
        address = customer.email_normalized or self.email_normalized
        if self.id in self._get_limited_ids() and not self.env[
                'helpdesk.lite.mail.circle']._may_write(address):
            self._message_log(body=Markup('<p>%s</p>') % self._in_log_language()._(
                'No e-mail of the stage was sent: %s got too many automatic e-mails within 24 '
                'hours. What people send still goes out.', address))
            return
        super()._post_stage_template(template, customer)

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """What a machine wrote is mailed to nobody outside."""
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        if self._is_relay_of_machine(message):
            return [data for data in recipients if not data['share']]
        return recipients

    def _notify_by_email_get_headers(self, headers=None):
        """What a machine wrote stays marked so when it is handed on (RFC 3834)."""
        headers = super()._notify_by_email_get_headers(headers=headers)
        if self._is_automatic() and not headers.get('Auto-Submitted'):
            headers['Auto-Submitted'] = 'auto-generated'
            headers['X-Auto-Response-Suppress'] = 'All'
        return headers

    @api.model
    def _is_relay_of_machine(self, message):
        """Whether a message is a machine's mail; what its arrival makes the system send isn't."""
        # sudo: mail.message - its kind, to protect
        return self._is_automatic() and message.sudo().message_type == 'email'
