from odoo import models

ASSIGNEE = 'helpdesk_lite_assignee'


class HelpdeskLiteTicket(models.Model):
    """A new ticket is told each person once, whatever they are to it.

    Its assignee hears that it is theirs, and no more that it was created; where a mail made it
    its followers get that mail, and the assignee is told in it.
    """

    _inherit = 'helpdesk.lite.ticket'

    def _get_discussion_followers(self):
        """Partners who get the public messages of any of the tickets."""
        return self._get_subtype_followers(self.env['mail.message.subtype'].browse(
            self.env['ir.model.data']._xmlid_to_res_id('mail.mt_comment')))

    def _filter_told_by_mail(self):
        """Those of the new tickets whose assignee gets the mail that made them."""
        if not self._is_made_by_mail() or not self.user_id:
            return self.browse()
        partners = self._get_discussion_followers()
        return self.filtered(lambda ticket: ticket.user_id.partner_id in partners)

    def _get_told_otherwise(self):
        """Who of the new tickets' followers needs no message that they were created."""
        partners = self.user_id.partner_id
        return partners + self._get_discussion_followers() if self._is_made_by_mail() else partners

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """See ``mail.thread``; creation is told to whoever doesn't hear of it anyway."""
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        # sudo: mail.message - the kind of the message that is being sent
        subtype_id = (msg_vals or {}).get('subtype_id') or message.sudo().subtype_id.id
        if len(self) != 1 or subtype_id != self._get_subtype('mt_ticket_new').id:
            return recipients
        # sudo: res.users - the ids of the ticket's own assignee and followers
        told = set(self.sudo()._get_told_otherwise().ids)
        return [data for data in recipients if data['id'] not in told]

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """The assignee of a ticket that a mail has just made reads in it that it is theirs."""
        groups = super()._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals)
        if len(self) == 1 and self._is_made_by_mail():
            assignee_id = self.sudo().user_id.partner_id.id  # sudo: res.users - an id
            groups.insert(0, (
                ASSIGNEE, lambda data: bool(assignee_id) and data['id'] == assignee_id,
                {'active': bool(assignee_id), 'has_button_access': True}))
        return groups

    def _notify_by_email_render_layout(self, message, recipients_group, msg_vals=False,
                                       render_values=None):
        if recipients_group.get('notification_group_name') == ASSIGNEE:
            recipients_group = {**recipients_group, 'notification_group_name': 'user'}
            env = self.with_context(lang=(render_values or {}).get('lang') or self.env.lang).env
            render_values = {**(render_values or {}), 'subtitles': [
                *(render_values or {}).get('subtitles', []), env._('Assigned to you')]}
        return super()._notify_by_email_render_layout(
            message, recipients_group, msg_vals=msg_vals, render_values=render_values)
