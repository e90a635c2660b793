import logging
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.savepoint import CONFLICTS, attempt

_logger = logging.getLogger(__name__)

BATCH = 500


class HelpdeskLiteSlaEscalation(models.Model):
    """Find what is due, and let it act once, by a cron.

    Nothing is stored of when an escalation is due. n working hours before a deadline are over, if
    the deadline is no later than n working hours from now; n hours after it, if it is no later
    than n working hours ago. So one moment for each escalation and calendar finds them in an
    index of the deadlines, and no change of a line, of hours or of a deadline has to be followed.
    """

    _inherit = 'helpdesk.lite.sla.escalation'

    # ------------------------------------------------------------------
    # Cron
    # ------------------------------------------------------------------

    @api.model
    def _cron_escalate(self):
        """Note in the ledger which deadlines have passed, and let escalations act.

        Works in batches that are each committed with the progress. Killed between any two of them
        and run again it neither loses nor repeats anything: what has acted is noted in the same
        transaction, and what is noted is no longer found.
        """
        jobs = list(self._get_jobs(fields.Datetime.now()))
        commit_progress = self.env['ir.cron']._commit_progress
        commit_progress(remaining=sum(len(ids) for ids, _work in jobs))
        for ids, work in jobs:
            for start in range(0, len(ids), BATCH):
                batch = ids[start:start + BATCH]
                work(batch)
                if not commit_progress(len(batch)):
                    return

    @api.model
    def _get_jobs(self, now):
        """What there is to do, in order: ``(ids, method that takes some of them)``."""
        yield self._find_passed(now), lambda ids: self._note_passed(ids, now)
        for escalation, moments in self._get_moments(now):
            yield (escalation._find_due(moments),
                   lambda ids, escalation=escalation, moments=moments: (
                       escalation._escalate(ids, moments, now)))

    # ------------------------------------------------------------------
    # The ledger of deadlines that passed
    # ------------------------------------------------------------------

    @api.model
    def _find_passed(self, now):
        """Clocks whose deadline has passed since anything happened to their tickets."""
        self.env['helpdesk.lite.sla.status'].flush_model()
        return [status_id for status_id, in self.env.execute_query(SQL(
            """SELECT id FROM helpdesk_lite_sla_status
                WHERE state = 'ongoing' AND deadline < %s ORDER BY id""", now))]

    @api.model
    def _note_passed(self, status_ids, now):
        """Let clocks fail whose deadline has passed."""
        Status = self.env['helpdesk.lite.sla.status']
        try:
            with attempt(self.env) as outcome:
                pairs = [(row, Status._make_clock(row))
                         for row in self._lock_passed(status_ids, now)]
                for _row, clock in pairs:
                    clock.lapse(now)
                Status._save(pairs, [])
        except CONFLICTS:
            return  # somebody works on the tickets, and the next run looks again
        if outcome.error:
            _logger.error('SLA deadlines that passed could not be noted: %s', status_ids,
                          exc_info=outcome.error)

    def _lock_passed(self, status_ids, now):
        """The rows of those clocks whose tickets nobody else is changing.

        Where a stage was folded and the clocks have yet to follow, they may have been in time.
        """
        self.env.cr.execute(SQL(
            """SELECT status.*
                 FROM helpdesk_lite_sla_status status
                 JOIN helpdesk_lite_ticket ticket ON ticket.id = status.ticket_id
                WHERE status.id = ANY(%s) AND status.state = 'ongoing' AND status.deadline < %s
                  AND ticket.sla_pending_date IS NULL
                ORDER BY status.id FOR NO KEY UPDATE SKIP LOCKED""", status_ids, now),
            log_exceptions=False)
        return self.env.cr.dictfetchall()

    # ------------------------------------------------------------------
    # What is due
    # ------------------------------------------------------------------

    @api.model
    def _get_moments(self, now):
        """Up to which deadline each escalation is due, by the calendars of its clocks.

        :return: ``[(escalation, [(calendar id or None, company id, moment)])]`` in the order in
            which they act
        """
        clocks = {}
        for sla_id, calendar_id, company_id in self.env.execute_query(SQL(
                """SELECT DISTINCT sla_id, resource_calendar_id, company_id
                     FROM helpdesk_lite_sla_status
                    WHERE sla_id = ANY(SELECT sla_id FROM helpdesk_lite_sla_escalation)
                      AND state IN ('ongoing', 'failed') AND reached_datetime IS NULL""")):
            clocks.setdefault(sla_id, []).append((calendar_id, company_id))
        escalations = self.search([('sla_id', 'in', list(clocks))])
        return [
            (escalation, [
                (calendar_id, company_id, moment)
                for calendar_id, company_id in clocks[escalation.sla_id.id]
                if (moment := escalation._get_moment(calendar_id, company_id, now))])
            for escalation in escalations.sorted(
                lambda line: (-line.hours if line.when == 'before' else line.hours, line.id))]

    def _get_moment(self, calendar_id, company_id, now):
        """The latest deadline for which this escalation is due now; None where none is."""
        timetable = self.env['helpdesk.lite.sla.status']._get_timetable(
            {'resource_calendar_id': calendar_id, 'company_id': company_id})
        span = timedelta(seconds=round(self.hours * 3600))
        if self.when == 'before':
            return timetable.add(now, span) or datetime.max
        moment = timetable.go_back(now, span)
        return moment and min(moment, now - timedelta(seconds=1))  # it passes after its second

    def _find_due(self, moments, status_ids=None):
        """The clocks for which this escalation is due and hasn't acted.

        :param moments: ``[(calendar id or None, company id, moment)]``
        :param status_ids: ids of clocks to look among and to lock with their tickets, but for
            those that anybody else is changing; None means all
        :return: their ids
        """
        self.env['helpdesk.lite.ticket'].flush_model()
        self.env['helpdesk.lite.team'].flush_model(['use_sla'])
        calendar_ids, company_ids, dates = zip(*moments, strict=True) if moments else ((), (), ())
        among = SQL() if status_ids is None else SQL('AND status.id = ANY(%s)', status_ids)
        lock = SQL() if status_ids is None else SQL(
            'FOR NO KEY UPDATE OF status, ticket SKIP LOCKED')
        # where somebody was faster than our snapshot, that is no error in the server's log
        self.env.cr.execute(SQL(
            """SELECT status.id
                 FROM helpdesk_lite_sla_status status
                 JOIN unnest(%s::integer[], %s::integer[], %s::timestamp[])
                   AS until(calendar_id, company_id, moment)
                   ON status.resource_calendar_id IS NOT DISTINCT FROM until.calendar_id
                  AND status.company_id = until.company_id
                  AND status.deadline <= until.moment
                 JOIN helpdesk_lite_ticket ticket ON ticket.id = status.ticket_id
                 JOIN helpdesk_lite_team team ON team.id = ticket.team_id
                WHERE status.sla_id = %s
                  AND status.state IN ('ongoing', 'failed') AND status.reached_datetime IS NULL
                  AND ticket.active IS TRUE AND ticket.is_closed IS NOT TRUE
                  AND ticket.merged_into_id IS NULL AND team.use_sla IS TRUE
                  AND NOT EXISTS (
                      SELECT 1 FROM helpdesk_lite_sla_escalation_done done
                       WHERE done.status_id = status.id AND done.escalation_id = %s)
                  %s
                ORDER BY status.id %s""",
            list(calendar_ids), list(company_ids), list(dates), self.sla_id.id, self.id, among,
            lock), log_exceptions=False)
        return [status_id for status_id, in self.env.cr.fetchall()]

    # ------------------------------------------------------------------
    # Once each
    # ------------------------------------------------------------------

    def _escalate(self, status_ids, moments, now):
        """Act on clocks; where one fails, on each by itself."""
        if not self._try_on(status_ids, moments, now):
            return
        for status_id in status_ids:
            if error := self._try_on([status_id], moments, now):
                self._report_failure(status_id, error, now)

    def _try_on(self, status_ids, moments, now):
        """Act on those of the clocks for which this is still due, all or none of them.

        :return: why it failed in one line, or None. A conflict with another transaction is no
            failure of a single one: it is left for the next run
        """
        try:
            with attempt(self.env, hooks=True) as outcome:
                due_ids = self._find_due(moments, status_ids)
                self._act(self._claim(due_ids, now))
        except CONFLICTS:
            return len(status_ids) > 1 and 'conflict'
        return outcome.error and outcome.reason

    def _claim(self, status_ids, now, error=None):
        """Note that this escalation acts on clocks, and return those on which it hadn't.

        The unique index decides where two runs meet.
        """
        self.env.cr.execute(SQL(
            """INSERT INTO helpdesk_lite_sla_escalation_done (status_id, escalation_id, date, error)
               SELECT id, %s, %s, %s FROM unnest(%s::integer[]) AS id
                   ON CONFLICT DO NOTHING RETURNING status_id""",
            self.id, now, error, status_ids), log_exceptions=False)
        return self.env['helpdesk.lite.sla.status'].browse(
            status_id for status_id, in self.env.cr.fetchall())

    def _report_failure(self, status_id, error, now):
        """Say on the ticket why this failed; it is not tried again."""
        _logger.info('Escalation %s of clock %s fails: %s', self.id, status_id, error)
        try:
            with attempt(self.env) as outcome:
                if status := self._claim([status_id], now, error):
                    ticket = status.ticket_id
                    team = ticket.team_id._in_company_language()
                    ticket._message_log(body=team.env._(
                        'The escalation "%(escalation)s" of "%(policy)s" failed, and is not tried '
                        'again: %(error)s', escalation=self.with_env(team.env).display_name,
                        policy=status.name, error=error))
        except CONFLICTS:
            return
        if outcome.error:
            _logger.error('Escalation %s of clock %s fails, and that could not be said',
                          self.id, status_id, exc_info=outcome.error)


class HelpdeskLiteSlaStatus(models.Model):
    """What finds the clocks on which escalations act."""

    _inherit = 'helpdesk.lite.sla.status'

    _escalation_idx = models.Index(
        "(sla_id, deadline) WHERE state IN ('ongoing', 'failed') AND reached_datetime IS NULL")
