from odoo import models


class HelpdeskLiteTicket(models.Model):
    """The link in the mails to a customer."""

    _inherit = 'helpdesk.lite.ticket'

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """Customers of public teams get their link; see ``helpdesk_lite`` for the others.

        portal makes the tokenised link of the customer, and the core switches it off.
        """
        groups = super()._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals)
        if not self:
            return groups
        if not self._is_public():
            return [group for group in groups if group[0] != 'portal_customer']
        for name, _method, data in groups:
            if name in ('portal', 'portal_customer'):
                data['has_button_access'] = True
                data.setdefault('button_access', {})['title'] = self.env._('View the ticket')
        return groups

    def _get_stage_mail_layout(self):
        return 'helpdesk_lite_portal.mail_notification_ticket'
