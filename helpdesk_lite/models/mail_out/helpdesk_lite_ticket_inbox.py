from odoo import models


class HelpdeskLiteTicket(models.Model):
    """What of a ticket arrives in Odoo's inbox, and what by mail."""

    _inherit = 'helpdesk.lite.ticket'

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Mail whoever would find nothing in their inbox, since they don't see the ticket.

        Those are colleagues without a right for Helpdesk who follow as a customer does, and who
        is mentioned in a private team without being invited.
        """
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        return [
            {**data, 'notif': 'email'}
            if data['notif'] == 'inbox' and data['email_normalized']
            and not self._is_seen_by_recipient(data) else data
            for data in recipients]

    def _is_seen_by_recipient(self, data):
        """Whether somebody who is notified sees the tickets, by what is known of them already.

        :param dict data: see ``mail.followers._get_recipient_data``
        """
        xmlid_to_id = self.env['ir.model.data']._xmlid_to_res_id
        if xmlid_to_id('helpdesk_lite.group_helpdesk_lite_user') not in data['groups']:
            return False
        # sudo: helpdesk.lite.team - the visibility of the tickets' own teams
        return (
            'invited_internal' not in self.sudo().team_id.mapped('privacy_visibility')
            or data['is_follower']
            or xmlid_to_id('helpdesk_lite.group_helpdesk_lite_manager') in data['groups'])
