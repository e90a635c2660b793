from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ...tools import answer_times
from ...tools.raw_write import raw_update
from ...tools.sla_clock import REOPEN_WITHIN, Facts
from ...tools.working_time import subtract


class HelpdeskLiteTicket(models.Model):
    """Let the clocks of tickets follow what happens to them, for all tickets at once."""

    _inherit = 'helpdesk.lite.ticket'

    def _sync_clocks(self, now=None, match=None):
        """Bring the clocks of the tickets up to now; start and cancel them by the policies.

        At most four statements, whatever the number of tickets, once the hours are laid out: the
        clocks are read, written, their ledger is, and the tickets' earliest deadlines are.

        :param datetime now: when it happened; None means now
        :param str match: what the policies are matched for anew: ``created``, ``changed`` or
            ``applied``; None leaves them as they are
        """
        # sudo: helpdesk.lite.ticket - whoever makes something happen, promises are followed
        tickets = self.sudo().filtered(lambda ticket: ticket.env[
            'helpdesk.lite.sla']._has_policies(ticket.company_id.id))
        if not tickets:
            return
        if not now and (pending := tickets.filtered('sla_pending_date')):
            pending._follow_fold()
        now = now or fields.Datetime.now()
        Status = self.env['helpdesk.lite.sla.status'].sudo()
        known = {} if match == 'created' else Status._read_clocks(tickets.ids)
        changed, new = [], []
        spans = {}
        if match in ('changed', 'applied'):
            spans = tickets._get_spans(now)
            Status._read_pauses([row for rows in known.values() for row in rows])
        for ticket in tickets:
            pairs = [(row, Status._make_clock(row)) for row in known.get(ticket.id, ())]
            facts = ticket._get_facts()
            for _row, clock in pairs:
                clock.follow(facts, now)
            new += ticket._start_clocks(pairs, facts, now, match, spans)
            changed += [(row, clock) for row, clock in pairs if clock.rows]
        if changed or new:
            Status._save(changed, new)
            tickets._update_deadlines({
                **{(row['ticket_id'], row['id']): Status._make_clock(row)
                   for rows in known.values() for row in rows},
                **{(row['ticket_id'], row['id']): clock for row, clock in [*changed, *new]}})

    def _get_facts(self):
        """What clocks look at of this ticket; see ``tools/sla_clock.py``."""
        return Facts(
            stage_id=self.stage_id.id, pipeline=tuple(self.team_id.stage_ids.ids),
            closed=self.is_closed, active=self.active or bool(self.merged_into_id),
            merged=bool(self.merged_into_id), waiting_for=self.waiting_for,
            waiting_since=self.waiting_since, first_response_date=self.first_response_date,
            oldest=self.oldest_unanswered_customer_message_date,
            is_followed=self._is_followed)

    def _is_followed(self, moment):
        """Whether a message or a closing followed an answer, which was taken back since."""
        return any(when >= moment for _event, when in self._read_events().get(self.id, ()))

    # ------------------------------------------------------------------
    # Beginning and ending by policies
    # ------------------------------------------------------------------

    def _start_clocks(self, pairs, facts, now, match, spans):
        """Start the clocks that the ticket should have and hasn't, and cancel those it hasn't.

        :param pairs: ``[(row, Clock)]`` of the ticket
        :param facts: see `_get_facts`
        :return: ``[(row, Clock)]`` that are new
        """
        new = []
        if self.merged_into_id or (self.is_closed and match != 'created'):
            return new
        policies = self.env['helpdesk.lite.sla']._match(self)
        if match:
            self._cancel_clocks(pairs, policies, now)
        for (target, stage_id), policy in policies.items():
            own = [(row, clock) for row, clock in pairs
                   if clock.target == target and (clock.stage_id or False) == stage_id]
            if target == 'next_response':
                new += self._start_next_response(own, policy, facts, now)
            elif not (match or self._begins_anew(own, now)) and not self._was_cut_off(own):
                continue
            elif not any(self._keeps(clock, now) for _row, clock in own):
                new += self._start_or_go_on(own, policy, facts, now, match, spans)
        return new

    def _cancel_clocks(self, pairs, policies, now):
        """Cancel the running and paused clocks of policies that match no more."""
        why = 'policy' if self.team_id.use_sla else 'off'
        for row, clock in pairs:
            policy = policies.get((clock.target, clock.stage_id or False))
            if clock.state in ('ongoing', 'paused') and (
                    not policy or policy.id != row['sla_id']):
                clock.cancel(now, why)

    def _keeps(self, clock, now):
        """Whether a clock stands for its target, so that no other begins."""
        if clock.state == 'cancelled':
            return False
        return not (clock.target == 'closed' and clock.reached
                    and now - clock.reached > REOPEN_WITHIN)

    def _begins_anew(self, own, now):
        """Whether the ticket was opened again so late that a new promise begins."""
        last = own[-1][1] if own else None
        return bool(last) and last.target == 'closed' and not self._keeps(last, now) and (
            last.state != 'cancelled')

    def _was_cut_off(self, own):
        """Whether a clock was cancelled by what is over now: a merge, or a closed stage."""
        last = own[-1][1] if own else None
        return bool(last) and last.state == 'cancelled' and last.why in ('merged', 'excluded')

    def _start_or_go_on(self, own, policy, facts, now, match, spans):
        """Let the policy's cancelled clock go on, or start one; return what is new."""
        row, clock = next(
            ((row, clock) for row, clock in reversed(own)
             if row['sla_id'] == policy.id and clock.state == 'cancelled'), (None, None))
        counts = spans.get(self.id, ())
        if clock:
            gap = clock.why == 'policy' and self._clip(
                counts, self._get_cancel_date(row, now), clock, own, now)
            clock.go_on(facts, now, clock.why, gap or ())
            return []
        anew = any(clock.reached for _row, clock in own)
        start = now if anew else self._get_creation_date()
        if match == 'created' and start < now:  # an import with its history
            counts = [(start, now, self.waiting_for)]
        return [self._start_clock(
            policy, start, facts, now,
            'reopened' if anew else match or 'changed',
            () if anew else self._clip(counts, start, policy, own, now))]

    def _start_next_response(self, own, policy, facts, now):
        """Start the clock of the customer's oldest message that waits for an answer."""
        oldest, first = facts.oldest, facts.first_response_date
        if not oldest or not first or oldest < first:
            return []
        if any(clock.state in ('ongoing', 'paused')
               or (clock.state != 'cancelled' and clock.start == oldest) for _row, clock in own):
            return []
        for row, clock in own:
            if (row['sla_id'] == policy.id and clock.start == oldest
                    and clock.why in ('policy', 'off', 'merged', 'excluded')):
                gap = clock.why == 'policy' and [(self._get_cancel_date(row, now), now)]
                clock.go_on(facts, now, clock.why, gap or ())
                return []
        return [self._start_clock(
            policy, oldest, facts, now, 'message', [(oldest, now)] if oldest < now else ())]

    def _start_clock(self, policy, start, facts, now, why, spans):
        Status = self.env['helpdesk.lite.sla.status']
        row = Status._get_new_row(self, policy)
        clock = Status._make_clock({
            **row, 'start_date': start, 'state': 'ongoing', 'spent': 0, 'running_since': None,
            'deadline': None, 'warning_date': None, 'reached_datetime': None,
            'exceeded_hours': 0, 'why': None})
        clock.begin(now, why, spans)
        clock.follow(facts, now)
        return row, clock

    # ------------------------------------------------------------------
    # What counts already
    # ------------------------------------------------------------------

    def _get_spans(self, now):
        """The spans since the creation in which the tickets were open, and whose turn it was.

        :return: ``{ticket id: [(start, end, side)]}``, in one statement
        """
        events, spans = self._read_events(), {}
        for ticket in self:
            created = ticket._get_creation_date()
            times, own = answer_times.AnswerTimes.begin(created), []
            for event, moment in events.get(ticket.id, ()):
                before = times.waiting_for, times.waiting_since
                moment = max(moment, created)
                times.apply(event, moment, created, lambda *_span: 0.0)
                if before[0] and before != (times.waiting_for, times.waiting_since):
                    own.append((before[1], moment, before[0]))
            if times.waiting_for:
                own.append((times.waiting_since, now, times.waiting_for))
            spans[ticket.id] = own
        return spans

    def _clip(self, spans, start, policy, own, now):
        """Those of the spans that count for a policy from `start` on: ``[(start, end)]``.

        What stood still for the clocks that the target had before stood still for this one, where
        its policy says so, too: the customer's turn, stages, and the archive.

        :param spans: of the ticket, see `_get_spans`
        :param policy: a `Policy` or a `Clock`
        :param own: ``[(row, Clock)]`` of the target, with their pauses
        """
        counts = [
            (max(begin, start), end) for begin, end, side in spans
            if end > start and not (policy.pause_waiting and side == 'customer')]
        return subtract(counts, [
            (begin, end or now) for row, _clock in own
            for begin, end, why in row.get('pauses', ())
            if why == 'archived' or (why == 'stage' and policy.exclude)
            or (why == 'snoozed' and policy.pause_snoozed)], timedelta())

    def _get_cancel_date(self, row, now):
        """When a clock was cancelled: the last row of its ledger tells."""
        if 'cancelled_at' in row:
            return row['cancelled_at']
        rows = self.env.execute_query(SQL(
            """SELECT max(date) FROM helpdesk_lite_sla_event WHERE status_id = %s""",
            row['id']))
        return rows[0][0] or now

    # ------------------------------------------------------------------
    # Deadlines of tickets
    # ------------------------------------------------------------------

    def _update_deadlines(self, clocks):
        """Write the earliest deadline of each ticket.

        :param dict clocks: ``{(ticket id, clock id): Clock}``
        """
        earliest = dict.fromkeys(self.ids, (None, None))
        for (ticket_id, _id), clock in clocks.items():
            if (clock.deadline and not clock.reached and clock.state != 'cancelled'
                    and clock.why != 'settled'):
                known = earliest[ticket_id][0]
                if not known or clock.deadline < known:
                    earliest[ticket_id] = clock.deadline, clock.warning
        raw_update(self, [
            {'id': ticket.id, 'sla_deadline': earliest[ticket.id][0],
             'sla_warning_date': earliest[ticket.id][1],
             'sla_deadline_hours': ticket._get_deadline_hours(earliest[ticket.id][0])}
            for ticket in self
            if (ticket.sla_deadline or None, ticket.sla_warning_date or None)
            != earliest[ticket.id]])

    def _get_deadline_hours(self, deadline):
        """Working hours of the team between the creation and a deadline."""
        return deadline and self.team_id._get_timetable().count_hours(
            self._get_creation_date(), deadline)

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _explain_clock(self, row, entry):
        """Say in one sentence why a row of the ledger is there, with the names of things.

        :param dict row: columns of the clock
        :param entry: a `Row`, see ``tools/sla_clock.py``
        """
        ticket = self.with_env(self.team_id._in_company_language().env)
        env = ticket.env
        stage = ticket.stage_id
        sentences = {
            ('started', 'created'): lambda: env._('The ticket came in.'),
            ('started', 'changed'): lambda: env._(
                'The policy matches since the ticket was changed.'),
            ('started', 'applied'): lambda: env._('The policy was applied to open tickets.'),
            ('started', 'message'): lambda: env._('The customer wrote.'),
            ('started', 'reopened'): lambda: env._(
                'The ticket was opened again after more than 7 days.'),
            ('paused', 'archived'): lambda: env._('The ticket was archived.'),
            ('paused', 'stage'): lambda: env._(
                'The ticket came into the stage "%s".', stage.name or ''),
            ('paused', 'closed'): lambda: env._('The ticket was closed without an answer.'),
            ('paused', 'waiting'): lambda: env._("It is the customer's turn."),
            ('paused', 'snoozed'): lambda: env._(
                'The ticket was snoozed until %s.', ticket._say_snooze_date(env)),
            ('resumed', 'archived'): lambda: env._('The ticket was taken out of the archive.'),
            ('resumed', 'stage'): lambda: env._(
                'The ticket left the stage and is in "%s".', stage.name or ''),
            ('resumed', 'closed'): lambda: env._('The ticket was opened again.'),
            ('resumed', 'waiting'): lambda: env._("It is the desk's turn again."),
            ('resumed', 'snoozed'): lambda: env._('The ticket woke up.'),
            ('resumed', 'policy'): lambda: env._(
                'The policy matches again; the time since then counts.'),
            ('resumed', 'off'): lambda: env._('The team uses SLA policies again.'),
            ('resumed', 'merged'): lambda: env._('The ticket was unmerged.'),
            ('resumed', 'excluded'): lambda: env._('The ticket was opened again.'),
            ('replanned', 'hours'): lambda: env._('Working hours or public holidays were changed.'),
            ('reached', 'first_response'): lambda: env._('The first answer was given.'),
            ('reached', 'next_response'): lambda: env._('The customer was answered.'),
            ('reached', 'stage'): lambda: env._(
                'The ticket came into the stage "%s".', stage.name or ''),
            ('reached', 'closed'): lambda: env._('The ticket was closed.'),
            ('failed', 'due'): lambda: env._('The deadline passed.'),
            ('withdrawn', 'taken_back'): lambda: env._(
                'The answer was taken back, and nothing followed it.'),
            ('cancelled', 'policy'): lambda: env._('The policy "%s" matches no more.', row['name']),
            ('cancelled', 'off'): lambda: env._('The team uses no SLA policies any more.'),
            ('cancelled', 'merged'): lambda: env._(
                'The ticket was merged into %s.', ticket.merged_into_id.ticket_ref or ''),
            ('cancelled', 'excluded'): lambda: env._(
                'The ticket was closed in the stage "%s".', stage.name or ''),
            ('cancelled', 'settled'): lambda: env._(
                'The message does not wait for an answer any more.'),
            ('reopened', 'reopened'): lambda: env._(
                'The ticket was opened again within 7 days: the time that was left goes on.'),
        }
        return sentences[entry.kind, entry.why]()
