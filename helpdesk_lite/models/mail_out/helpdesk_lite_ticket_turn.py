from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import ormcache


class HelpdeskLiteTicket(models.Model):
    """Keep up with each message when a ticket was active last, and whose turn it is.

    So nothing ever has to read the table of messages for that.
    """

    _inherit = 'helpdesk.lite.ticket'

    customer_has_answered = fields.Boolean(
        readonly=True, copy=False,
        help="The last public message is the customer's: it is the desk's turn.")

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
        if vals.get('customer_has_answered') and not self._is_made_by_mail():
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
        if self._is_strangers_mail(msg_values):
            vals['customer_has_answered'] = True
        elif not self._is_internal_message(msg_values):
            vals['customer_has_answered'] = self._is_from_outside(
                msg_values.get('author_id'), msg_values.get('email_from'))
        return vals

    def _message_mail_after_hook(self, mails):
        """Count mails to many tickets at once as answers of the agent who sends them."""
        if not self.env.user._is_superuser():
            self._write_turn({'customer_has_answered': False})
        return super()._message_mail_after_hook(mails)

    def _clean_empty_message(self, message):
        """Ask the message before whose turn it is, now that one was taken back."""
        res = super()._clean_empty_message(message)
        # sudo: mail.message - all public messages count, whoever takes one back
        left = self.env['mail.message'].sudo().search(
            self._get_public_answer_domain(), order='id desc', limit=20)
        last = (left - left._filter_empty())[:1]
        self._write_turn({'customer_has_answered': bool(last) and self._is_from_outside(
            last.author_id.id, last.email_from)})
        return res

    def _write_turn(self, vals):
        """Write what a message says of the tickets: no act of a person, and nothing to log."""
        # sudo: helpdesk.lite.ticket - who may only read a ticket may write messages on it, too
        self.sudo()._as_system().with_context(mail_notrack=True).write(vals)

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

    def _get_public_answer_domain(self):
        """Return the domain of public messages of persons on the tickets."""
        return Domain([
            ('model', '=', self._name), ('res_id', 'in', self.ids), ('is_internal', '=', False),
            ('message_type', 'in', ('comment', 'email')), ('subtype_id', '!=', False),
            ('subtype_id', 'not in', list(self._get_internal_subtype_ids()))])

    @api.model
    def _is_written_by_person(self, msg_values):
        """Whether a message is a person's: also what they wrote on a planned activity when done."""
        if msg_values.get('mail_activity_type_id'):
            return not self.env.user._is_superuser()
        return msg_values.get('message_type') in ('comment', 'email')

    @api.model
    def _is_strangers_mail(self, msg_values):
        """Whether a note is the mail of somebody outside who isn't on the ticket."""
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
