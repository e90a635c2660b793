from odoo import api, fields, models
from odoo.tools import ormcache

from ...tools import answer_times


class HelpdeskLiteTicket(models.Model):
    """What a message says of its ticket: that somebody was active, and what kind of message it is.

    Whose turn it is stands in ``answer/``.
    """

    _inherit = 'helpdesk.lite.ticket'

    # ------------------------------------------------------------------
    # What changes it
    # ------------------------------------------------------------------

    def _message_post_after_hook(self, message, msg_values):
        """Write to the ticket what a message says of it; see ``mail.thread``."""
        res = super()._message_post_after_hook(message, msg_values)
        mail = self._get_incoming_mail()
        if msg_values.get('message_type') == 'email' and mail and mail.verdict and (
                status := mail.verdict.status or (mail.machine and 'machine')):
            # sudo: mail.message - the system says what became of the mail
            message.sudo().helpdesk_lite_mail_status = status
        if vals := self._get_message_vals(message, msg_values):
            self._write_turn(vals)
        # sudo: mail.message - what the system noted of it
        if not self._is_made_by_mail() and message.sudo().helpdesk_lite_side in (
                answer_times.CUSTOMER, answer_times.STRANGER):
            self._call_for_archived_team()
        return res

    def _get_message_vals(self, message, msg_values):
        """Hook: return what a message that was just posted says about its ticket."""
        vals = {}
        if (self._is_made_by_mail() and not self.description
                and msg_values.get('message_type') == 'email'):  # not what its stage sends
            vals['description'] = msg_values.get('body')
        if self._is_automatic() or not self._is_written_by_person(msg_values):
            return vals
        vals['last_activity_date'] = fields.Datetime.now()
        return vals

    def _call_for_archived_team(self):
        """Tell the administrators of an answer that nobody works on: the team is archived."""
        # sudo: helpdesk.lite.team - whether the ticket's own team is archived
        team = self.sudo().team_id
        if team and not team.active:
            summary = self._in_log_language()._('Answer to a ticket of an archived team')
            # sudo: mail.activity - the customer who answers plans it
            if summary not in self.sudo().activity_ids.mapped('summary'):
                self._schedule_for_administrators(summary)

    # ------------------------------------------------------------------
    # What a message is
    # ------------------------------------------------------------------

    @api.model
    def _is_internal_message(self, values):
        """Whether a message is for internal users only; customers read every other one.

        A message without a subtype is internal, as on the portal.

        :param dict values: ``is_internal`` and ``subtype_id`` of a message
        """
        subtype_id = values.get('subtype_id')
        return bool(values.get('is_internal') or not subtype_id
                    or subtype_id in self._get_internal_subtype_ids())

    @api.model
    @ormcache()
    def _get_internal_subtype_ids(self):
        """Return the ids of the subtypes whose messages are for internal users only."""
        # sudo: mail.message.subtype - customers post, too
        return frozenset(self.env['mail.message.subtype'].sudo().search(
            [('internal', '=', True)]).ids)

    @api.model
    def _is_written_by_person(self, msg_values):
        """Whether a message is a person's: also what they wrote on a planned activity when done."""
        if msg_values.get('mail_activity_type_id'):
            return not self.env.user._is_superuser()
        return msg_values.get('message_type') in ('comment', 'email')

    @api.model
    def _is_strangers_mail(self, msg_values):
        """Whether a note is the mail of somebody outside who isn't on the ticket."""
        if msg_values.get('helpdesk_lite_mail_status') == 'stranger':
            return True
        mail = self._get_incoming_mail()
        return (msg_values.get('message_type') == 'email' and bool(mail)
                and getattr(mail.verdict, 'status', '') == 'stranger')

    def _is_from_outside(self, author_id, email_from):
        """Whether a message is the customer's, or of anybody else who is no internal user.

        People in Cc answer, too, and it is the desk's turn then. The customer may be a colleague.

        :param author_id: the id of a message's author, or False
        :param email_from: its address
        """
        # sudo: res.partner - whether the author is an internal user, and the ticket's customer
        author, ticket = self.env['res.partner'].sudo().browse(author_id), self.sudo()
        if author.partner_share or not author or author == ticket.partner_id:
            return True
        address = self._normalize(email_from)
        return bool(address) and address in (
            ticket.email_normalized, ticket.partner_id.email_normalized)
