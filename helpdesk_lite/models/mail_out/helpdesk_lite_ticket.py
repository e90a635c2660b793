import logging

from markupsafe import Markup

from odoo import api, models

from ...tools.savepoint import attempt

_logger = logging.getLogger(__name__)

# What templates of tickets may show: see `mail_allowed_qweb_expressions`
PLAIN_FIELDS = (
    'name', 'ticket_ref', 'description', 'team_name', 'partner_name', 'partner_email',
    'partner_phone', 'create_date', 'assign_date', 'close_date', 'date_last_stage_update',
    'last_activity_date',
)
NAMED_FIELDS = ('partner_id', 'commercial_partner_id', 'user_id', 'stage_id', 'company_id')


class HelpdeskLiteTicket(models.Model):
    """Mail customers by templates: those of stages, warnings and notices."""

    _inherit = 'helpdesk.lite.ticket'

    # ------------------------------------------------------------------
    # Which moves send something
    # ------------------------------------------------------------------

    def _message_track_post_template(self, changes):
        """Send the template of the stage that a ticket was just moved to or created in.

        mail calls this on every path but one: who asks for no history (``tracking_disable``, as
        an import does unless its box is ticked) brings tickets that are no news to customers.
        """
        res = super()._message_track_post_template(changes)
        if changes and 'stage_id' in changes:
            muted = self._get_muted_ids()
            for ticket in self:
                if ticket.id not in muted:
                    ticket._send_by_stage()
        return res

    def _send_by_stage(self):
        """Hook: send what the stage sends that the ticket has just come to."""
        self._send_stage_template()

    def _mute_stages(self):
        """Let the moves of this transaction send nothing by stage: neither mail nor SMS.

        For tickets from automatic mail, and those that an answer opens again.
        """
        self._get_muted_ids().update(self.ids)

    @api.model
    def _get_muted_ids(self):
        """Return the ids of tickets whose moves send nothing, until the transaction ends."""
        return self.env.cr.precommit.data.setdefault('helpdesk_lite.muted', set())

    def _limit_stage_mails(self):
        """Count the stage mails of this transaction as set off by a mail or form.

        For tickets that a mail or form makes; see ``helpdesk.lite.mail.circle``.
        """
        self._get_limited_ids().update(self.ids)

    @api.model
    def _get_limited_ids(self):
        """Return the ids of tickets whose stage mails are limited, until the transaction ends."""
        return self.env.cr.precommit.data.setdefault('helpdesk_lite.limited', set())

    # ------------------------------------------------------------------
    # Sending a template
    # ------------------------------------------------------------------

    def _send_stage_template(self):
        """Mail the stage's template to the customer.

        A template that can't be rendered must not cost the ticket: the ticket's log says so
        instead, unless the caller asks for the error; see `_as_system`.
        """
        self.ensure_one()
        template = self.stage_id.template_id
        if not template or not (
                self.partner_id.email_normalized or self._get_typed_address()):
            return
        with attempt(self.env) as outcome:
            self._mail_customer(template)
        if not outcome.error:
            return
        how = self._get_system_write()
        if how and how.raise_failures:
            raise outcome.error
        _logger.warning('Template %s fails on ticket %s: %s', template.id, self.id, outcome.error)
        log = self._in_log_language()
        self._message_log(body=Markup('<p>%s</p>') % log._(
            'The e-mail of the stage %(stage)s could not be made from the template '
            '%(template)s: %(error)s', stage=self.with_env(log).stage_id.name,
            template=template.with_context(lang=log.lang).name, error=outcome.reason))

    def _mail_customer(self, template):
        """Mail a template to the customer alone, in their language, and keep it as a note.

        For all that the desk sends by itself: mails of stages, warnings, notices of merges.
        """
        customer = self.partner_id
        if not self._may_mail_customer(template):
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

    def _may_mail_customer(self, template):
        """Whether a template may go out; the log says why it may not."""
        address = self.partner_id.email_normalized or self.email_normalized
        if self.id in self._get_limited_ids() and not self.env[
                'helpdesk.lite.mail.circle']._may_write(address):
            self._message_log(body=Markup('<p>%s</p>') % self._in_log_language()._(
                'No e-mail of the stage was sent: %s got too many automatic e-mails within 24 '
                'hours. What people send still goes out.', address))
            return False
        if template._is_without_text():
            log = self._in_log_language()
            self._message_log(body=log._(
                'The e-mail template "%s" has no text: nothing was sent to the customer.',
                template.with_context(lang=log.lang).name))
            return False
        return True

    def _get_stage_mail_author(self):
        """Return who a stage's mail is logged for: who moved the ticket, else OdooBot."""
        user = self.env.user
        if user._is_internal() and not user._is_superuser() and not self._is_made_by_mail():
            return user.partner_id
        return self.env['res.partner'].browse(
            self.env['ir.model.data']._xmlid_to_res_id('base.partner_root'))

    def _get_stage_mail_layout(self):
        """Return the layout around a stage's template; the portal's has the customer's link."""
        return 'helpdesk_lite.mail_stage_layout'

    @api.model
    def mail_allowed_qweb_expressions(self):
        """Return what a template of tickets may hold without the right to edit all templates.

        Templates run code. An administrator of Helpdesk who has no other right gets a ticket's
        plain values, with which the templates that are shipped get by, and no more.
        """
        names = (*PLAIN_FIELDS, *(f'{name}.name' for name in NAMED_FIELDS), 'partner_id.lang')
        # fields and dots only: a template without anything else is rendered by a regular
        # expression that leaves what else is allowed here as it is, with its sample text
        return (*super().mail_allowed_qweb_expressions(), *(f'object.{name}' for name in names))
