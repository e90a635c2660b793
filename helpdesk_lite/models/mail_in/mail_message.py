from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.mail.tools.discuss import Store

TICKET = 'helpdesk.lite.ticket'
STATUS = 'helpdesk_lite_mail_status'
KEPT_CONTEXT = ('lang', 'tz', 'allowed_company_ids')
# What an agent may make of a mail that became a note
ACTIONS = {
    'stranger': ('add_to_cc', 'make_public'),
    'unproven': ('send',),
    'internal': ('send',),
    'others': ('send',),
    'colleague': ('make_public',),
    'limited': ('make_public',),
    'apart': ('make_public',),
    'machine': ('not_automatic',),
}


class MailMessage(models.Model):
    """Keep why a mail on a ticket became a note, and let agents make something else of it.

    The buttons work on the stored message alone and take nothing from the caller.
    """

    _inherit = 'mail.message'

    helpdesk_lite_mail_status = fields.Selection(
        [
            ('stranger', 'Not on this ticket'),
            ('unproven', 'Sender not proven'),
            ('internal', 'Answers a note'),
            ('others', 'Somebody else in To'),
            ('colleague', 'Colleague without a right for Helpdesk'),
            ('machine', 'Automatic'),
            ('limited', 'Too many mails'),
            ('apart', 'Kept apart'),
        ], 'Helpdesk Mail', readonly=True, copy=False, groups='base.group_user',
        help='Why a mail on a ticket became a note; empty where it did not, and once somebody '
             'made it public.')

    def _has_field_access(self, field, operation):
        """Let the system alone say what became of a mail: its buttons rest on that."""
        if field.name == STATUS and operation == 'write' and not self.env.su:
            return False
        return super()._has_field_access(field, operation)

    def _to_store_defaults(self, target):
        result = super()._to_store_defaults(target)
        if not target.is_internal(self.env):
            return result
        # sudo: mail.message - why a message that is shown is a note
        statuses = {message.id: message[STATUS] for message in self.sudo()
                    if message.model == TICKET}
        return result if not statuses else [
            *result,
            Store.Attr(STATUS, lambda m: statuses[m.id], predicate=lambda m: m.id in statuses),
            Store.Attr(
                'helpdesk_lite_mail_actions', lambda m: m._get_mail_actions(),
                predicate=lambda m: statuses.get(m.id)),
        ]

    def _get_mail_actions(self):
        """Return what an agent may do with the mail: keys of buttons, see `ACTIONS`.

        A mail of a customer who is kept apart stays a note until they are one of the ticket's.
        """
        self.ensure_one()
        message = self.sudo()  # sudo: mail.message - what became of a mail that is shown
        actions = ACTIONS.get(message[STATUS], ())
        if message[STATUS] == 'apart':
            # sudo: helpdesk.lite.ticket - to protect, not to show
            ticket = self.env[TICKET].sudo().browse(message.res_id)
            if ticket._is_kept_apart(ticket._normalize(message.email_from)):
                return []
        return list(actions)

    # ------------------------------------------------------------------
    # The buttons
    # ------------------------------------------------------------------

    def helpdesk_lite_make_public(self):
        """Make a mail that became a note public, and mail it to whom it would have gone.

        :return: what the web client knows of the message now
        :raise AccessError: for whoever may not write the ticket
        """
        message, ticket = self._begin_mail_action('make_public', 'send')
        ticket._publish_mail(message)
        return Store().add(message).get_result()

    def helpdesk_lite_add_to_cc(self):
        """Put the sender of a mail into the ticket's Cc, and make the mail public.

        :return: what the web client knows of the message now
        :raise AccessError: for whoever may not write the ticket
        """
        message, ticket = self._begin_mail_action('add_to_cc')
        ticket._add_sender_to_cc(message)
        ticket._publish_mail(message)
        return Store().add(message).get_result()

    def helpdesk_lite_not_automatic(self):
        """Take a mail for a person's, and each later one of its sender.

        :return: what the web client knows of the message now
        :raise AccessError: for whoever may not write the ticket
        """
        message, ticket = self._begin_mail_action('not_automatic')
        ticket._take_for_person(message)
        return Store().add(message).get_result()

    def _begin_mail_action(self, *actions):
        """Check who clicks on what, and hold the message until the transaction ends.

        Of the caller's context nothing counts that could change who is mailed.

        :return: ``(message, ticket)``, as the user
        """
        self.ensure_one()
        self.check_access('read')
        message = self.with_env(self.env(context={
            key: value for key, value in self.env.context.items() if key in KEPT_CONTEXT}))
        if message.model != TICKET or not message.res_id:
            raise AccessError(self.env._('This is no message of a ticket.'))
        ticket = message.env[TICKET].browse(message.res_id)
        ticket.check_access('write')
        # of two who click at once one waits here, and is told afterwards
        self.env.execute_query(SQL(
            'SELECT id FROM mail_message WHERE id = %s FOR UPDATE', message.id))
        if not set(actions) & set(message._get_mail_actions()):
            raise UserError(self.env._(
                'This is not possible any more: somebody else did it, or the e-mail is kept apart '
                'from the customer of this ticket.'))
        return message, ticket
