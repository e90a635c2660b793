from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime


class HelpdeskLiteSlaEscalation(models.Model):
    """What escalations do, as the system: no act of a person."""

    _inherit = 'helpdesk.lite.sla.escalation'

    def _act(self, statuses):
        """Act on the tickets of clocks."""
        self = self.with_context(  # noqa: PLW0642 - whatever is written, it is the system's
            allowed_company_ids=self.sla_id.company_id.ids,
            lang=self.sla_id.company_id.partner_id.lang)
        statuses = statuses.with_env(self.env)
        if self.action.startswith('notify_'):
            self._tell(statuses)
        elif statuses:
            tickets = statuses.ticket_id._as_system()
            getattr(self, f'_act_{self.action}')(tickets)

    # ------------------------------------------------------------------
    # Tell
    # ------------------------------------------------------------------

    def _tell(self, statuses):
        """Tell users of the deadlines, each in the inbox or by mail, in their words and time."""
        told = {}
        for status in statuses:
            for user in self._get_told_users(status.ticket_id):
                told.setdefault(user, statuses.browse())
                told[user] |= status
        for user, own in told.items():
            seen = self._get_seen_tickets(user, own.ticket_id)
            for status in own:
                if status.ticket_id in seen:
                    self._tell_user(user, status)
        if told:
            self.env['helpdesk.lite.ticket']._wake_mail_queue()

    def _get_told_users(self, ticket):
        """Who is told of a ticket; see the help of `action`."""
        if self.action == 'notify_users':
            return self.user_ids.filtered('active')
        if self.action == 'notify_assignee' and ticket.user_id.active:
            return ticket.user_id
        return ticket.team_id.message_partner_ids.user_ids.filtered(
            lambda user: user.active and not user.share)

    def _get_seen_tickets(self, user, tickets):
        """Those of the tickets that a user may see."""
        # superuser: helpdesk.lite.ticket - as the user who is told, by their rights alone
        return tickets.with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids)._filtered_access('read')

    def _tell_user(self, user, status):
        ticket = status.ticket_id.with_context(
            lang=user.lang or self.env.lang, tz=user.tz, mail_notify_force_send=False)
        ticket.message_notify(
            partner_ids=user.partner_id.ids,
            author_id=self.env['ir.model.data']._xmlid_to_res_id('base.partner_root'),
            subject=self._say_subject(ticket, status),
            body=Markup('<p>%s</p>') % self._say_deadline(ticket, status),
            email_layout_xmlid='mail.mail_notification_light')

    def _say_subject(self, ticket, status):
        passed = status.deadline < fields.Datetime.now()
        values = {'ticket': ticket.display_name, 'policy': status.name}
        return (ticket.env._('Late: %(ticket)s (%(policy)s)', **values) if passed
                else ticket.env._('Due soon: %(ticket)s (%(policy)s)', **values))

    def _say_deadline(self, ticket, status):
        values = {
            'policy': status.name, 'ticket': ticket.display_name,
            'deadline': format_datetime(ticket.env, status.deadline, dt_format='short')}
        if status.deadline < fields.Datetime.now():
            return ticket.env._(
                'The deadline of "%(policy)s" for %(ticket)s passed on %(deadline)s.', **values)
        return ticket.env._(
            'The deadline of "%(policy)s" for %(ticket)s is %(deadline)s.', **values)

    # ------------------------------------------------------------------
    # Change tickets
    # ------------------------------------------------------------------

    def _get_log_text(self):
        """What the log says of a change that an escalation makes."""
        return Markup('<p>%s</p>') % self.env._(
            'Escalated by the SLA policy "%(policy)s": %(escalation)s', policy=self.sla_id.name,
            escalation=self.display_name)

    def _act_priority(self, tickets):
        lower = tickets.filtered(lambda ticket: (ticket.priority or '0') < self.priority)
        lower._track_set_log_message(self._get_log_text())
        lower.write({'priority': self.priority})

    def _act_assign(self, tickets):
        others = tickets.filtered(lambda ticket: ticket.user_id != self.user_id)
        others._track_set_log_message(self._get_log_text())
        others.write({'user_id': self.user_id.id})

    def _act_auto_assign(self, tickets):
        """Let the teams choose assignees anew; a ticket keeps its own where nobody works."""
        if idle := tickets.team_id.filtered(lambda team: not team.auto_assignment)[:1]:
            raise UserError(self.env._(
                'The team "%s" does not assign tickets automatically.', idle.name))
        choices = tickets._choose_by_team({
            team.id: {ticket: (True, ticket.partner_id.id) for ticket in own}
            for team, own in tickets.grouped('team_id').items()})
        found = {ticket: choice for ticket, choice in choices.items() if choice.user_id}
        for assigned, vals in tickets._split_by_choice(found):
            assigned._track_set_log_message(self._get_log_text())
            assigned.write(vals)
        tickets._explain_assignments(choices)
        tickets._call_for_unassigned(choices)

    def _act_activity(self, tickets):
        """Plan what is to be done today, for somebody, the assignee or the administrators."""
        summary = self.env._('Escalated by the SLA policy "%s"', self.sla_id.name)
        for user, own in tickets.grouped(lambda ticket: self.user_id or ticket.user_id).items():
            if user:
                own.activity_schedule(
                    'mail.mail_activity_data_todo', summary=summary, user_id=user.id)
            else:
                own._schedule_for_administrators(summary)
