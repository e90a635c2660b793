from odoo import models

# What people outside are mailed of a change, if they follow "Stage Changed"
PUBLIC_TRACKED_FIELDS = ('stage_id',)
INSIDE = ('user', 'helpdesk_lite_assignee')


class HelpdeskLiteTicket(models.Model):
    """What of a change is mailed to followers outside: the stage, and not who works on it."""

    _inherit = 'helpdesk.lite.ticket'

    def _notify_by_email_render_layout(self, message, recipients_group, msg_vals=False,
                                       render_values=None):
        values = dict(render_values or {})
        if values.get('tracking_values') and (
                recipients_group.get('notification_group_name') not in INSIDE):
            values['tracking_values'] = self.with_context(
                lang=values.get('lang') or self.env.lang)._get_public_tracking(message)
        return super()._notify_by_email_render_layout(
            message, recipients_group, msg_vals=msg_vals, render_values=values)

    def _get_public_tracking(self, message):
        """The changes of a message that people outside may know of: ``[(label, old, new)]``."""
        # sudo: mail.tracking.value - of the fields that are named above alone
        values = self.env['mail.tracking.value'].sudo().search([
            ('mail_message_id', '=', message.id),
            ('field_id.name', 'in', PUBLIC_TRACKED_FIELDS)])
        return [
            (value['fieldInfo']['changedField'], value['oldValue'], value['newValue'])
            for value in values._tracking_value_format()]
