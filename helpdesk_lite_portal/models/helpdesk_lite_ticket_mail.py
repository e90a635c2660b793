from odoo import models


class HelpdeskLiteTicket(models.Model):
    """Put the link into the mails to a customer."""

    _inherit = 'helpdesk.lite.ticket'

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """Customers of public teams get their link; see ``helpdesk_lite`` for the others.

        portal makes a link for the customer, and the core switches it off. portal's also lets
        whoever has the mail make the customer's account, which shows all of their tickets; this
        one opens one ticket.
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
            if name == 'portal_customer':
                data['button_access']['url'] = self._get_customer_link(msg_vals)
        return groups

    def _is_shown_to_customers(self):
        return self._is_public()

    def _get_customer_link(self, msg_vals=False):
        """The address that opens the ticket without login, as its customer."""
        # sudo: res.partner - the signature is by the id of the ticket's own customer
        customer = self.sudo().partner_id
        return self._notify_get_action_link('view', **{
            **(msg_vals or {}), 'access_token': self._portal_ensure_token(), 'pid': customer.id,
            'hash': self._sign_token(customer.id)})

    def _get_stage_mail_layout(self):
        return 'helpdesk_lite_portal.mail_notification_ticket'
