import contextlib
import logging

from markupsafe import Markup
from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import formataddr, ormcache

_logger = logging.getLogger(__name__)

# What templates of tickets may show: see `mail_allowed_qweb_expressions`
PLAIN_FIELDS = (
    'name', 'ticket_ref', 'description', 'team_name', 'partner_name', 'partner_email',
    'partner_phone', 'create_date', 'assign_date', 'close_date', 'date_last_stage_update',
    'last_activity_date',
)
AUTOMATIC_HEADERS = {'Auto-Submitted': 'auto-replied', 'X-Auto-Response-Suppress': 'All'}
NAMED_FIELDS = ('partner_id', 'commercial_partner_id', 'user_id', 'stage_id', 'company_id')


class HelpdeskLiteTicket(models.Model):
    """What goes out: mails to customers and followers."""

    _inherit = 'helpdesk.lite.ticket'

    customer_has_answered = fields.Boolean(
        readonly=True, copy=False,
        help="The last public message is the customer's: it is the desk's turn.")

    # ------------------------------------------------------------------
    # Messages that come in
    # ------------------------------------------------------------------

    def message_post(self, **kwargs):
        """Post on a ticket that one may read; see ``mail.thread.message_post``.

        Odoo also lets whoever was notified of a message answer it, which would be a way into
        tickets that they don't see (any more); their answers by mail come in by the gateway. Who
        answers by mail becomes no follower in a private team: a mail that is handed on would
        invite its reader.

        :raise AccessError: for whoever may not read the ticket
        """
        if not self.env.su:
            self.check_access(self._mail_post_access)
        # sudo: helpdesk.lite.team - the visibility of the ticket's own team
        private = self.sudo().team_id.privacy_visibility == 'invited_internal'
        if private and kwargs.get('message_type') == 'email':
            self = self.with_context(mail_post_autofollow_author_skip=True)  # noqa: PLW0642
        return super().message_post(**kwargs)

    def _message_post_after_hook(self, message, msg_values):
        res = super()._message_post_after_hook(message, msg_values)
        vals = self._get_message_vals(message, msg_values)
        if vals:
            # sudo: helpdesk.lite.ticket - who may only read a ticket may post on it, too
            self.sudo()._as_system().with_context(mail_notrack=True).write(vals)
        if vals.get('customer_has_answered') and not self._is_made_by_mail():
            self._call_for_archived_team()
        return res

    def _call_for_archived_team(self):
        """Tell the administrators of an answer that nobody works on: the team is archived."""
        # sudo: helpdesk.lite.team - whether the ticket's own team is archived
        team = self.sudo().team_id
        if team and not team.active:
            summary = team._in_company_language().env._('Answer to a ticket of an archived team')
            # sudo: mail.activity - the customer who answers plans it
            if summary not in self.sudo().activity_ids.mapped('summary'):
                self._schedule_for_administrators(summary)

    def _get_message_vals(self, message, msg_values):
        """What a message that was just posted says about its ticket.

        The ticket's last activity and whose turn it is are kept up here, so that nothing ever has
        to read the table of messages for them.
        """
        vals = {}
        if (self._is_made_by_mail() and not self.description
                and msg_values.get('message_type') == 'email'):  # not what its stage sends
            vals['description'] = msg_values.get('body')
        if self._is_automatic() or not self._is_written_by_person(msg_values):
            return vals
        vals['last_activity_date'] = fields.Datetime.now()
        if self._is_strangers_mail(msg_values):
            vals['customer_has_answered'] = True
        elif not msg_values.get('is_internal') and msg_values.get(
                'subtype_id') not in self._get_internal_subtype_ids():
            vals['customer_has_answered'] = self._is_from_outside(msg_values)
        return vals

    @api.model
    def _is_strangers_mail(self, msg_values):
        """Whether a note is the mail of somebody outside who isn't on the ticket."""
        mail = self._get_incoming_mail()
        return (msg_values.get('message_type') == 'email' and bool(mail)
                and getattr(mail.verdict, 'status', '') == 'stranger')

    @api.model
    def _is_written_by_person(self, msg_values):
        """Whether a message is a person's: also what they wrote on a planned activity when done."""
        if msg_values.get('mail_activity_type_id'):
            return not self.env.user._is_superuser()
        return msg_values.get('message_type') in ('comment', 'email')

    @api.model
    @ormcache()
    def _get_internal_subtype_ids(self):
        """Ids of the subtypes whose messages are for internal users only."""
        # sudo: mail.message.subtype - customers post, too
        return frozenset(self.env['mail.message.subtype'].sudo().search(
            [('internal', '=', True)]).ids)

    def _message_mail_after_hook(self, mails):
        """Mails to many tickets at once are answers of the agent who sends them."""
        if not self.env.user._is_superuser():
            # sudo: helpdesk.lite.ticket - who may only read a ticket may write to it, too
            self.sudo()._as_system().with_context(mail_notrack=True).write(
                {'customer_has_answered': False})
        return super()._message_mail_after_hook(mails)

    def _clean_empty_message(self, message):
        """A message that was taken back is none: whose turn it is tells the one before."""
        res = super()._clean_empty_message(message)
        # sudo: mail.message - all public messages count, whoever takes one back
        left = self.env['mail.message'].sudo().search([
            ('model', '=', self._name), ('res_id', '=', self.id), ('is_internal', '=', False),
            ('message_type', 'in', ('comment', 'email')),
            ('subtype_id', 'not in', list(self._get_internal_subtype_ids())),
        ], order='id desc', limit=20)
        last = (left - left._filter_empty())[:1]
        # sudo: helpdesk.lite.ticket - who may only read a ticket may take a message back, too
        self.sudo()._as_system().with_context(mail_notrack=True).write({
            'customer_has_answered': bool(last) and self._is_from_outside(
                {'author_id': last.author_id.id, 'email_from': last.email_from})})
        return res

    def _is_from_outside(self, msg_values):
        """Whether a message is the customer's, or of anybody else who is no internal user.

        People in Cc answer, too, and it is the desk's turn then.

        :param dict msg_values: `author_id` and `email_from`
        """
        # sudo: res.partner - whether the author is an internal user
        author = self.env['res.partner'].sudo().browse(msg_values.get('author_id'))
        return author.partner_share or not author or self._is_from_customer(msg_values)

    def _is_from_customer(self, msg_values):
        """Whether a message is the customer's own, by its author or its address."""
        # sudo: res.partner - the customer of the user's own ticket
        ticket = self.sudo()
        author_id = msg_values.get('author_id')
        if author_id and author_id == ticket.partner_id.id:
            return True
        address = self._normalize(msg_values.get('email_from'))
        return bool(address) and address in (
            ticket.email_normalized, ticket.partner_id.email_normalized)

    # ------------------------------------------------------------------
    # Stage mails
    # ------------------------------------------------------------------

    def _message_track_post_template(self, changes):
        """Send the template of the stage that a ticket was just moved to or created in.

        mail calls this on every path but one: who asks for no history (``tracking_disable``, as
        an import does unless its box is ticked) brings tickets that are no news to customers.
        """
        res = super()._message_track_post_template(changes)
        if changes and 'stage_id' in changes:
            muted = self._get_muted_ids()
            for ticket in self.filtered(lambda ticket: ticket.id not in muted):
                ticket._send_stage_template()
        return res

    def _mute_stage_mails(self):
        """Let the moves of this transaction send nothing by stage: neither mail nor SMS.

        For tickets from automatic mail, and those that an answer opens again.
        """
        self._get_muted_ids().update(self.ids)

    @api.model
    def _get_muted_ids(self):
        """Ids of the tickets whose moves send nothing, until the transaction ends."""
        return self.env.cr.precommit.data.setdefault('helpdesk_lite.muted', set())

    def _send_stage_template(self):
        """Send the stage's template to the customer alone, in their language.

        A template that can't be rendered must not cost the ticket: it is said in the ticket's log
        instead, unless the caller asks for the error (context ``helpdesk_lite_raise``).
        """
        self.ensure_one()
        template, customer = self.stage_id.template_id, self.partner_id
        if not template or not (customer.email_normalized or self._get_typed_address()):
            return
        try:
            with self._hook_savepoint():
                self._post_stage_template(template, customer)
        except OperationalError:  # transactions that are in conflict: the server tries again
            raise
        except Exception as error:
            if self.env.context.get('helpdesk_lite_raise'):
                raise
            _logger.warning('Template %s fails on ticket %s: %s', template.id, self.id, error)
            self._message_log(body=Markup('<p>%s</p>') % self.env._(
                'The e-mail of the stage %(stage)s could not be made from the template '
                '%(template)s: %(error)s', stage=self.stage_id.name, template=template.name,
                error=self._get_root_cause(error)))

    @api.model
    def _get_root_cause(self, error):
        """One line that says why a template fails: Odoo wraps the cause in errors of its own."""
        while cause := error.__cause__:
            error = cause
        return next(iter(str(error).strip().splitlines()), repr(error))

    @contextlib.contextmanager
    def _hook_savepoint(self):
        """A savepoint for what runs among the cursor's precommit hooks, as stage mails do.

        The cursor's own one runs the hooks that are left, each inside the one before, until
        Python's stack is full, and forgets them all when it is rolled back: so other tickets of
        the same call would send nothing.
        """
        self.env.flush_all()
        with self.env.cr.savepoint(flush=False):
            try:
                yield
                self.env.flush_all()
            except Exception:
                self.env.transaction.clear()
                raise

    def _post_stage_template(self, template, customer):
        if template._is_without_text():
            self._log_empty_template(template)
            return
        lang = customer.lang or self.env.lang
        author = self._get_stage_mail_author()
        self.with_context(
            lang=lang, helpdesk_lite_only_partner_id=customer.id,
        ).message_post_with_source(
            template.with_context(lang=lang),
            message_type='auto_comment',
            subtype_xmlid='mail.mt_note',
            partner_ids=customer.ids,
            email_layout_xmlid=self._get_stage_mail_layout(),
            auto_delete_keep_log=False,
            notify_author_mention=True,
            author_id=author.id,
            email_from=self._get_sender() or author.email_formatted,
        )

    def _get_stage_mail_author(self):
        """Whose name stands at a stage's mail in the log: who moved the ticket, else OdooBot."""
        user = self.env.user
        if user._is_internal() and not user._is_superuser() and not self._is_made_by_mail():
            return user.partner_id
        return self.env['res.partner'].browse(
            self.env['ir.model.data']._xmlid_to_res_id('base.partner_root'))

    def _log_empty_template(self, template):
        """Say that nothing was sent, since the template has no text yet."""
        # sudo: helpdesk.lite.team - the language of the ticket's own team
        log = self.sudo().team_id._with_log_language().env
        self._message_log(body=log._(
            'The e-mail template "%s" has no text: nothing was sent to the customer.',
            template.name))

    def _get_stage_mail_layout(self):
        """The layout around a stage's template; the portal addon's has the customer's link."""
        return 'helpdesk_lite.mail_stage_layout'

    @api.model
    def mail_allowed_qweb_expressions(self):
        """What may stand in a template of tickets without the right to edit all templates.

        Templates run code. An administrator of Helpdesk who has no other right gets a ticket's
        plain values, with which the templates that are shipped get by, and no more.
        """
        names = (*PLAIN_FIELDS, *(f'{name}.name' for name in NAMED_FIELDS), 'partner_id.lang')
        # fields and dots only: a template without anything else is rendered by a regular
        # expression that leaves what else is allowed here as it is, with its sample text
        return (*super().mail_allowed_qweb_expressions(), *(f'object.{name}' for name in names))

    def _get_sender(self):
        """The address that the desk writes from, under the team's name: the team's alias.

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

    # ------------------------------------------------------------------
    # Recipients and appearance of mails
    # ------------------------------------------------------------------

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Stage mails go to the customer alone; internal notes go to nobody outside."""
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        if only_id := self.env.context.get('helpdesk_lite_only_partner_id'):
            return [data for data in recipients if data['id'] == only_id]
        values = msg_vals or {}
        message_sudo = message.sudo()  # sudo: mail.message - read to protect, not to show
        subtype_id = values.get('subtype_id') or message_sudo.subtype_id.id
        message_type = values.get('message_type') or message_sudo.message_type
        internal = (subtype_id in self._get_internal_subtype_ids()
                    or values.get('is_internal') or message_sudo.is_internal)
        if internal and message_type in ('comment', 'email', 'notification'):
            return [data for data in recipients if not data['share']]
        return recipients

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """Nobody outside gets a button: there is nothing that it could lead to.

        The portal addon gives customers of public teams theirs.
        """
        groups = super()._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals)
        for name, _method, data in groups:
            if name in ('portal', 'portal_customer', 'follower', 'customer'):
                data['has_button_access'] = False
        return groups

    def _notify_get_reply_to(self, default=None, author_id=False):
        """Answers go to the team's alias."""
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
        """Where the team writes answers go to its name, not to whose click sent the mail."""
        self.ensure_one()
        found = self._normalize(address)
        # sudo: helpdesk.lite.team - the name of the ticket's own team
        return formataddr((self.sudo().team_id.name, found)) \
            if found and self._get_sender() else address

    def _message_compute_subject(self):
        self.ensure_one()
        return self._add_reference(self.name)

    def _add_reference(self, subject):
        """`subject` with the ticket's reference, by which an answer finds its ticket."""
        self.ensure_one()
        mark = f'[{self.ticket_ref}]'
        return subject if mark in (subject or '') else f'{mark} {subject or self.name}'

    def _notify_by_email_get_base_mail_values(self, message, recipients_data,
                                              additional_values=None):
        """Mails have the ticket's reference; what the system writes by itself says so.

        No machine answers it then (RFC 3834). A mail that an agent has sent isn't of that kind,
        whomever it goes to.
        """
        if message.message_type == 'auto_comment':
            given = additional_values or {}
            additional_values = {
                **given, 'headers': {**(given.get('headers') or {}), **AUTOMATIC_HEADERS}}
        values = super()._notify_by_email_get_base_mail_values(
            message, recipients_data, additional_values=additional_values)
        if len(self) == 1 and (message.message_type != 'user_notification'
                               or any(data['share'] for data in recipients_data)):
            subject = values.get('subject') or message.subject
            values['subject'] = self.sudo()._add_reference(subject)  # sudo: the reference only
        return values

    def _notify_by_email_get_final_mail_values(self, recipient_ids, mail_values,
                                               additional_values=None):
        """Customers whose contact has no address are mailed at the ticket's."""
        values = super()._notify_by_email_get_final_mail_values(
            recipient_ids, mail_values, additional_values=additional_values)
        # sudo: res.partner - only who the ticket's own customer is
        customer_id = self.sudo().partner_id.id if len(self) == 1 else False
        if customer_id in recipient_ids and (address := self._get_typed_address()):
            values['recipient_ids'] = [
                fields.Command.link(pid) for pid in recipient_ids if pid != customer_id]
            values['email_to'] = address
        return values

    def _message_add_suggested_recipients(self, force_primary_email=False):
        """Suggest no second contact for the address that stands in for the customer's."""
        result = super()._message_add_suggested_recipients(
            force_primary_email=force_primary_email)
        for ticket in self.filtered(lambda ticket: ticket._get_typed_address()):
            result[ticket.id]['email_to_lst'] = [
                email for email in result[ticket.id]['email_to_lst']
                if self._normalize(email) != ticket.email_normalized]
        return result

    def _notify_by_email_prepare_rendering_context(self, message, msg_vals=False, **kwargs):
        context = super()._notify_by_email_prepare_rendering_context(
            message, msg_vals=msg_vals, **kwargs)
        # sudo: helpdesk.lite.team - the name of the ticket's own team
        context['subtitles'].append(self.env._('Team: %s', self.sudo().team_id.name))
        return context

    def _get_customer_information(self):
        """What is known of a contact that a mail composer makes from a ticket's address."""
        result = super()._get_customer_information()
        for ticket in self.filtered(lambda t: t.email_normalized and not t.partner_id):
            result.setdefault(ticket.email_normalized, {}).update({
                'name': ticket.partner_name or ticket.email_normalized,
                'phone': ticket.partner_phone,
                'company_id': ticket.company_id.id,
            })
        return result
