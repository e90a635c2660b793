from datetime import timedelta

from markupsafe import Markup, escape

from odoo import fields, models
from odoo.tools import formataddr

from ...tools.plain_context import in_plain_context


class HelpdeskLiteTicket(models.Model):
    """Do what the team chose with a customer's answer to a closed ticket."""

    _inherit = 'helpdesk.lite.ticket'

    previous_ticket_id = fields.Many2one(
        'helpdesk.lite.ticket', 'Follow-up of', readonly=True, copy=False, index='btree_not_null',
        help='The closed ticket whose answer opened this one.')
    next_ticket_ids = fields.One2many(
        'helpdesk.lite.ticket', 'previous_ticket_id', 'Follow-ups', readonly=True)

    def _find_place(self, values):
        """Find the follow-up of a closed ticket for an answer, or make it as the team chose."""
        if not self._is_answer_to_closed(values):
            return super()._find_place(values)
        # customers may not write tickets, but what they say counts
        ticket = self._as_superuser()._get_last_follow_up()
        makes_new = ticket._get_reopen_policy() == 'new'
        if ticket == self and not makes_new:
            return self, values
        values = self._take_answer(values)
        return ticket._make_follow_up(values) if makes_new else ticket, values

    def _prepare_post(self, values):
        """Notify the assignee of an answer that leaves the ticket closed."""
        values = super()._prepare_post(values)
        if self._get_answer_policy(values) == 'notify':
            ticket = self._as_superuser()
            values['partner_ids'] = ticket._call_assignee(values.get('partner_ids'))
        return values

    def _after_post(self, message, values):  # pylint: disable=missing-return
        """Open the ticket again by an answer, as the team chose."""
        super()._after_post(message, values)
        if self._get_answer_policy(values) == 'reopen':
            self._as_superuser()._reopen_by_answer()

    def _get_answer_policy(self, values):
        """What a message does to the closed ticket that it answers; False where it does nothing.

        Automatic mail never does anything.
        """
        return self._is_answer_to_closed(values) and self._as_superuser()._get_reopen_policy()

    def _is_answer_to_closed(self, values):
        """Whether a message answers to a ticket that is closed now; see `_is_answer`."""
        # sudo: helpdesk.lite.ticket - who posts may be anybody who reads the ticket
        ticket = self.sudo()
        return ticket.is_closed and not ticket.merged_into_id and self._is_answer(values)

    def _is_answer(self, values):
        """Whether a message that is about to be posted is an answer by the customer's side.

        That is the customer, or anybody else who is no internal user: people in Cc answer, too.

        :param dict values: see ``message_post``
        """
        if (self._is_automatic()
                or self._is_made_by_mail()  # the mail that made the ticket
                or values.get('message_type') not in ('comment', 'email')):
            return False
        subtype_id = values.get('subtype_id') or self.env['ir.model.data']._xmlid_to_res_id(
            values.get('subtype_xmlid') or 'mail.mt_note')
        if self._is_internal_message({**values, 'subtype_id': subtype_id}):
            return False
        return self._is_from_outside(*self._get_post_author(values))

    def _get_last_follow_up(self):
        """The ticket that answers to this closed one belong to now: itself, or its follow-up."""
        ticket, seen = self, self
        while True:
            following = ticket.with_context(active_test=False).next_ticket_ids.filtered(
                lambda t: t.active or t.merged_into_id).sorted('id')[-1:]
            while following.merged_into_id:
                following = following.merged_into_id
            if not following or following in seen:
                return ticket
            ticket = following.with_env(self.env)
            seen |= ticket

    def _get_reopen_policy(self):
        """What an answer does to the ticket now: 'reopen', 'notify', 'new', or False if open."""
        if not self.is_closed or self.merged_into_id:
            return False
        policy = self.team_id.reopen_policy
        if policy == 'new':
            closed = fields.Datetime.now() - (self.close_date or self.create_date)
            policy = 'new' if closed > timedelta(days=self.team_id.reopen_day) else 'reopen'
        if policy == 'reopen' and not self._get_reopen_stage():
            policy = 'notify'
        return policy

    # ------------------------------------------------------------------
    # Reopening
    # ------------------------------------------------------------------

    def _get_reopen_stage(self):
        """The open stage that the ticket was closed from, else its team's first open one."""
        stages = self.team_id._get_pipeline().filtered(lambda stage: not stage.fold)
        return self.reopen_stage_id & stages or stages[:1]

    def _reopen_by_answer(self):
        """Open closed tickets again, archived ones too. No mail or SMS of the stage goes out."""
        for ticket in self._as_system():
            ticket._mute_stages()
            ticket._track_set_log_message(
                Markup('<p>%s</p>') % ticket._in_log_language()._(
                    'Reopened by an answer of the customer.'))
            archived = {} if ticket.active else {'active': True}
            ticket.write({'stage_id': ticket._get_reopen_stage().id, **archived})

    # ------------------------------------------------------------------
    # Notifying
    # ------------------------------------------------------------------

    def _call_assignee(self, partner_ids):
        """Add the assignee to the recipients of an answer that leaves the ticket closed.

        Where nobody is assigned the administrators get an activity, so that it isn't lost.

        :param partner_ids: ids of the recipients that were asked for, or None
        :return: ids of recipients
        """
        partner_ids = list(partner_ids or [])
        if self.user_id.active:
            return [*partner_ids, *(self.user_id.partner_id - self.partner_id).ids]
        summary = self._in_log_language()._(
            'Answer to a closed ticket without assignee')
        if summary not in self.activity_ids.mapped('summary'):
            self._schedule_for_administrators(summary)
        return partner_ids

    # ------------------------------------------------------------------
    # Follow-ups
    # ------------------------------------------------------------------

    def _make_follow_up(self, values):
        """Make a new ticket of an answer, linked to this one.

        :param dict values: of the message, see ``message_post``
        :return: the new ticket, which the message is still to be posted on
        """
        self.ensure_one()
        follow_up = in_plain_context(self).with_company(self.company_id).with_context(
            mail_create_nosubscribe=True).create(self._get_follow_up_vals(values))
        follow_up._subscribe_cc(follow_up.email_cc)
        if self._get_incoming_mail():
            follow_up._limit_stage_mails()
        log = self._in_log_language()
        follow_up._message_log(body=log._(
            'Follow-up of %s, which was closed before the customer answered.',
            self._get_html_link(title=self.ticket_ref)))
        self._message_log(body=log._(
            "The customer's answer opened the new ticket %s.",
            follow_up._get_html_link(title=follow_up.ticket_ref)))
        return follow_up.with_env(self.env)

    def _get_follow_up_vals(self, values):
        """What a new ticket takes over from this one and from the message that opens it."""
        body = values.get('body') or ''
        keeps_assignee = not self.team_id.auto_assignment and self.user_id.active
        return {
            'name': self.name,
            'team_id': self.team_id.id,
            'user_id': self.user_id.id if keeps_assignee else False,
            'description': Markup(body) if values.get('body_is_html') else escape(body),
            'previous_ticket_id': self.id,
            'tag_ids': [fields.Command.set(self.tag_ids.ids)],
            'email_cc': self._get_follow_up_cc(),
            **{name: self[name].id if name == 'partner_id' else self[name] for name in (
                'partner_id', 'partner_name', 'partner_email', 'partner_phone')},
        }

    def _get_follow_up_cc(self):
        """The Cc of this ticket, and whom a mail that opens a new one was sent to, too."""
        mail = self._get_incoming_mail()
        others = self._get_others_in_mail(mail) if mail else []
        known = self._mail_cc_sanitized_raw_dict(self.email_cc)
        new = {address: formataddr((name, address)) for name, address in others}
        return ', '.join({**new, **known}.values())
