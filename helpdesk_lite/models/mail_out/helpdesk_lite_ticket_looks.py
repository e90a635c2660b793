from markupsafe import Markup

from odoo import fields, models
from odoo.tools import formataddr

from ...tools.mail_looks import fit
from .helpdesk_lite_ticket_recipients import ASSIGNEE
from .mail_thread import AUTOMATIC

ANSWER_LAYOUT = 'helpdesk_lite.mail_answer_layout'
# What people outside are mailed of a change, if they follow "Stage Changed"
PUBLIC_TRACKED_FIELDS = ('stage_id',)


class HelpdeskLiteTicket(models.Model):
    """Give a ticket's mails their sender, subject, headers and looks."""

    _inherit = 'helpdesk.lite.ticket'

    # ------------------------------------------------------------------
    # Addresses
    # ------------------------------------------------------------------

    def _get_sender(self):
        """Return the address that the desk writes from, under the team's name: the team's alias.

        Where it has none an agent writes from their own address (False). The system, a visitor or
        a customer whose click sends a mail don't: then it is the company's.
        """
        # sudo: helpdesk.lite.team - the addresses of the ticket's own team and company
        team = self.sudo().team_id
        address, user = team.alias_email, self.env.user
        if not address and (user._is_superuser() or not user._is_internal()):
            company = team.company_id
            address = company.partner_id.email_normalized or company.default_from_email
        return formataddr((team.name, address)) if address else False

    def _notify_get_reply_to(self, default=None, author_id=False):
        """Send answers to the team's alias; see ``mail.thread``."""
        tickets_sudo = self.sudo()  # sudo: helpdesk.lite.team - the address of the own teams
        aliases = tickets_sudo.team_id._notify_get_reply_to(default=default, author_id=author_id)
        result = {
            ticket.id: aliases[ticket.team_id.id] for ticket in tickets_sudo if ticket.team_id}
        rest = self.filtered(lambda ticket: ticket.id not in result)
        if rest:
            result.update(super(HelpdeskLiteTicket, rest)._notify_get_reply_to(
                default=default, author_id=author_id))
        if self.env.context.get('helpdesk_lite_only_partner_id'):
            result = {ticket.id: ticket._name_reply_to(result[ticket.id]) for ticket in self}
        return result

    def _name_reply_to(self, address):
        """Put the team's name before an address that answers go to, not whoever sent the mail."""
        self.ensure_one()
        found = self._normalize(address)
        # sudo: helpdesk.lite.team - the name of the ticket's own team
        return formataddr((self.sudo().team_id.name, found)) \
            if found and self._get_sender() else address

    def _notify_by_email_get_final_mail_values(self, recipient_ids, mail_values,
                                               additional_values=None):
        """Mail customers whose contact has no address at the ticket's; see ``mail.thread``."""
        values = super()._notify_by_email_get_final_mail_values(
            recipient_ids, mail_values, additional_values=additional_values)
        # sudo: res.partner - only who the ticket's own customer is
        customer_id = self.sudo().partner_id.id if len(self) == 1 else False
        if customer_id in recipient_ids and (address := self._get_typed_address()):
            values['recipient_ids'] = [
                fields.Command.link(pid) for pid in recipient_ids if pid != customer_id]
            values['email_to'] = address
        return values

    # ------------------------------------------------------------------
    # Subject and headers
    # ------------------------------------------------------------------

    def _message_compute_subject(self):
        self.ensure_one()
        return self._add_reference(self.name)

    def _add_reference(self, subject):
        """Return `subject` with the ticket's reference, by which an answer finds its ticket."""
        self.ensure_one()
        mark = f'[{self.ticket_ref}]'
        return subject if mark in (subject or '') else f'{mark} {subject or self.name}'

    def _notify_by_email_get_base_mail_values(self, message, recipients_data,
                                              additional_values=None):
        """Put the reference into mails, and mark what the system writes by itself as such.

        No machine answers it then (RFC 3834). A mail that an agent has sent isn't of that kind,
        whomever it goes to.
        """
        if message.message_type == 'auto_comment':
            given = additional_values or {}
            additional_values = {**given, 'headers': {**(given.get('headers') or {}), **AUTOMATIC}}
        values = super()._notify_by_email_get_base_mail_values(
            message, recipients_data, additional_values=additional_values)
        if len(self) == 1 and (message.message_type != 'user_notification'
                               or any(data['share'] for data in recipients_data)):
            subject = values.get('subject') or message.subject
            values['subject'] = self.sudo()._add_reference(subject)  # sudo: the reference only
        return values

    def _notify_by_email_get_headers(self, headers=None):
        """Keep the mark on what a machine wrote when it is handed on (RFC 3834)."""
        headers = super()._notify_by_email_get_headers(headers=headers)
        if self._is_automatic() and not headers.get('Auto-Submitted'):
            headers.update(AUTOMATIC, **{'Auto-Submitted': 'auto-generated'})
        return headers

    # ------------------------------------------------------------------
    # Looks
    # ------------------------------------------------------------------

    def _notify_by_email_prepare_rendering_context(self, message, *args, **kwargs):
        context = super()._notify_by_email_prepare_rendering_context(
            message, *args, **kwargs)
        # sudo: helpdesk.lite.team - the name of the ticket's own team
        context['subtitles'].append(self.env._('Team: %s', self.sudo().team_id.name))
        return context

    def _notify_by_email_render_layout(self, message, recipients_group, msg_vals=False,
                                       render_values=None):
        """Render a mail for one group of recipients; see ``mail.thread``.

        Mails to people outside fit a phone, read as written in Outlook, and show of changes the
        stage alone. The assignee of a new ticket is told in its first mail that it is theirs.
        """
        values, rendered = dict(msg_vals or {}), dict(render_values or {})
        group = recipients_group.get('notification_group_name')
        in_lang = self.with_context(lang=rendered.get('lang') or self.env.lang)
        if group == ASSIGNEE:
            recipients_group = {**recipients_group, 'notification_group_name': 'user'}
            rendered['subtitles'] = [
                *rendered.get('subtitles', []), in_lang.env._('Assigned to you')]
        elif group != 'user':
            if not values.get('email_layout_xmlid', message.email_layout_xmlid):
                values['email_layout_xmlid'] = ANSWER_LAYOUT
            rendered['signature'] = self._get_outside_signature(
                message, rendered.get('signature'))
            if rendered.get('tracking_values'):
                rendered['tracking_values'] = in_lang._get_public_tracking(message)
        body = super()._notify_by_email_render_layout(
            message, recipients_group, msg_vals=values, render_values=rendered)
        return Markup(fit(self._link_mail(body, recipients_group)))

    def _get_public_tracking(self, message):
        """Return the changes that people outside may know of: ``[(label, old, new)]``."""
        # sudo: mail.tracking.value - of the fields that are named above alone
        values = self.env['mail.tracking.value'].sudo().search([
            ('mail_message_id', '=', message.id),
            ('field_id.name', 'in', PUBLIC_TRACKED_FIELDS)])
        return [
            (value['fieldInfo']['changedField'], value['oldValue'], value['newValue'])
            for value in values._tracking_value_format()]
