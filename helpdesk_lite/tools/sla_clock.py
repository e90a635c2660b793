"""A promise and its clock: when it runs, stands still, is kept or broken. Without a database.

A clock follows the facts of its ticket from one event to the next. At each of them the time that
ran since the last one is booked with the working hours as they stand then, and a row is noted in
its ledger: what was booked once is never counted anew. All moments are naive and in UTC.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .working_time import Timetable

ANSWER_TARGETS = ('first_response', 'next_response')
# A ticket that is opened again within this time goes on with the time that it had left.
REOPEN_WITHIN = timedelta(days=7)
WARN_AT = 0.75


@dataclass
class Facts:
    """What a clock looks at of its ticket."""

    stage_id: int
    pipeline: tuple  # ids of the team's stages in order
    closed: bool
    active: bool
    merged: bool
    waiting_for: str | bool
    waiting_since: datetime | bool
    first_response_date: datetime | bool
    oldest: datetime | bool  # the customer's oldest message without an answer
    snoozed: bool = False
    # whether anything followed a moment: asked for only where an answer is taken back
    is_followed: callable = lambda moment: False


@dataclass
class Row:
    """A row of a clock's ledger; the minutes are those since the row before."""

    kind: str
    date: datetime
    why: str
    minutes: int
    deadline: datetime | None


@dataclass
class Clock:
    """One promise on one ticket."""

    target: str
    start: datetime
    time: timedelta
    timetable: Timetable
    stage_id: int = 0
    exclude: frozenset = frozenset()
    pause_waiting: bool = False
    pause_snoozed: bool = False
    state: str = 'ongoing'
    spent: timedelta = timedelta()
    running_since: datetime | None = None
    deadline: datetime | None = None
    warning: datetime | None = None
    reached: datetime | None = None
    exceeded: float = 0.0
    why: str = ''  # why it was cancelled or paused last
    rows: list = field(default_factory=list)

    # ------------------------------------------------------------------
    # Beginning
    # ------------------------------------------------------------------

    def begin(self, now, why, spans):
        """Start, with the spans that count already.

        :param datetime now: when it is noted
        :param str why: what made it begin
        :param spans: ``[(start, end)]`` in order, in which it would have run since its start
        """
        self._run_through(spans, now)
        self._note('started', now, why)

    def _run_through(self, spans, now):
        """Count spans that are over, and run from now on.

        Where the time ended in one of them, that was the deadline: it has failed already.
        """
        due = None
        for start, end in spans:
            worked = self.timetable.count(start, end)
            left = self.time - self.spent
            if due is None and worked and timedelta() < left <= worked:
                due = self.timetable.add(start, left)
            self.spent += worked
        self.running_since = now
        self._plan(now)
        if due:
            self.deadline = self.warning = due

    # ------------------------------------------------------------------
    # Following the ticket
    # ------------------------------------------------------------------

    def is_due(self, now):
        """Whether the deadline has passed without the target being reached."""
        return self.state == 'ongoing' and bool(self.deadline) and self.deadline < now

    def is_settled(self):
        """Whether its outcome is known."""
        return self.state in ('reached', 'failed')

    def lapse(self, now):
        """Fail where the deadline has passed without any event since."""
        if self.is_due(now):
            self._fail()

    def follow(self, facts, now):
        """Bring the clock up to `now`: what has become of the ticket since it was looked at."""
        reached = self._get_reached(facts, now)
        if self.is_due(max(now, reached or now)) and (
                reached is None or reached > self.deadline):
            self._fail()
        if self.state == 'cancelled':
            return
        if self.reached:
            self._look_back(facts, now)
        elif self.state != 'failed' and (why := self._get_cancel_reason(facts)):
            self.cancel(now, why)
        elif (reached := self._get_reached(facts, now)) is not None:
            self._reach(reached, now)
        elif self.target == 'next_response' and facts.closed and not (facts.oldest or self.why):
            self.why = 'settled'  # failed, and nobody waits for the answer any more
            self._note('cancelled', now, self.why)
        elif self.state != 'failed':
            self._pause_or_resume(now, self.get_pause_reason(facts))

    def _get_cancel_reason(self, facts):
        if facts.merged:
            return 'merged'
        if facts.closed and facts.stage_id in self.exclude:
            return 'excluded'
        if self.target == 'next_response' and facts.waiting_for != 'customer' and (
                not facts.oldest or facts.oldest > self.start):
            return 'settled'
        return ''

    def _get_reached(self, facts, now):
        """When the target was reached; None if it wasn't."""
        if facts.merged:
            return None
        if self.target == 'first_response':
            return facts.first_response_date or None
        if self.why == 'settled':
            return None
        if self.target == 'next_response':
            answered = facts.waiting_for == 'customer' and facts.waiting_since >= self.start
            return facts.waiting_since if answered else None
        if facts.closed:  # what fails and is then cancelled isn't reached
            return None if facts.stage_id in self.exclude else now
        if self.target == 'stage' and self.stage_id in facts.pipeline:
            order = facts.pipeline
            if facts.stage_id in order and (
                    order.index(facts.stage_id) >= order.index(self.stage_id)):
                return now
        return None

    def get_pause_reason(self, facts):
        """Why the clock stands still; empty where it runs."""
        if not facts.active:
            return 'archived'
        if facts.stage_id in self.exclude:
            return 'stage'
        if self.target in ANSWER_TARGETS:
            return 'closed' if facts.closed else ''
        if self.pause_waiting and facts.waiting_for == 'customer':
            return 'waiting'
        if self.pause_snoozed and facts.snoozed:
            return 'snoozed'
        return ''

    def _pause_or_resume(self, now, why):
        if why and self.state == 'ongoing':
            self._pause(now, why)
        elif not why and self.state == 'paused':
            self._run(now, 'resumed', self.why)
            self.why = ''

    def _look_back(self, facts, now):
        """Take an outcome back where what led to it is undone; what failed has failed for good."""
        if self.state != 'reached' or facts.merged:
            return
        if self.target == 'closed' and not facts.closed:
            if now - self.reached <= REOPEN_WITHIN:
                self._take_back(now, 'reopened', 'reopened', counts=False)
                self._pause_or_resume(now, self.get_pause_reason(facts))
        elif self.target in ANSWER_TARGETS and self._is_taken_back(facts) and (
                not facts.is_followed(self.reached)):
            self._take_back(now, 'withdrawn', 'taken_back', counts=True)
            self.follow(facts, now)

    def _is_taken_back(self, facts):
        if self.target == 'first_response':
            return not facts.first_response_date
        return facts.oldest == self.start

    # ------------------------------------------------------------------
    # What happens to it
    # ------------------------------------------------------------------

    def cancel(self, now, why):
        """Stop for good, or until its policy matches again."""
        self._book(now)
        self.state, self.why = 'cancelled', why
        self.running_since = self.deadline = None
        self._note('cancelled', now, why)

    def go_on(self, facts, now, why, spans=()):
        """Go on after it was cancelled.

        :param spans: the spans meanwhile that count
        """
        self.state, self.why = 'ongoing', ''
        self._run_through(spans, now)
        self._note('resumed', now, why)
        self.follow(facts, now)

    def replan(self, now, timetable):
        """Go on with other working hours from `now` on, after `_book` with the old ones."""
        self.timetable = timetable
        self._plan(now)
        self._note('replanned', now, 'hours')

    def book(self, now):
        """Count what ran until `now` by the hours that were in force."""
        self._book(now)

    def look(self, now):
        """Note what the time alone has made of it until `now`: for whoever reads its ledger."""
        if self.is_due(now):
            self._fail()
        elif self.state == 'ongoing':
            self._book(now)
            self._note('now', now, 'now')

    def _reach(self, moment, now):
        """Note that the target was reached, at the latest now."""
        moment = max(moment, self.start)
        self._book(moment if self.running_since and moment >= self.running_since else now)
        self.reached = moment
        self.exceeded = self._get_exceeded(moment)
        if self.state != 'failed':
            self.state = 'reached'
        self.running_since = None
        self._note('reached', moment, self.target)

    def _get_exceeded(self, moment):
        """Hours of the clock's own calendar by which a moment is late; negative when early."""
        if not self.deadline:  # it stood still: what was left is left
            return min((self.spent - self.time) / timedelta(hours=1), 0.0)
        hours = self.timetable.count_hours
        if moment > self.deadline:
            return hours(self.deadline, moment)
        return -hours(moment, self.deadline)

    def _fail(self):
        self._book(self.deadline)
        self.state = 'failed'
        # where it began or went on after its time was over, it failed then: the ledger has an order
        self._note('failed', max(self.deadline, self.running_since), 'due')

    def _take_back(self, now, kind, why, counts):
        """Go on as if the target had not been reached.

        :param bool counts: whether the time since then counts
        """
        since = self.reached
        self.reached, self.exceeded, self.state, self.why = None, 0.0, 'ongoing', ''
        self.running_since = since if counts else now
        self._plan(self.running_since)
        self._book(now)
        self._note(kind, now, why)

    def _pause(self, now, why):
        self._book(now)
        self.state, self.why = 'paused', why
        self.running_since = self.deadline = None
        self._note('paused', now, why)

    def _run(self, now, kind, why):
        self.state, self.running_since = 'ongoing', now
        self._plan(now)
        self._note(kind, now, why)

    def _book(self, moment):
        """Count the time that ran since it was counted last."""
        if self.running_since and moment > self.running_since:
            self.spent += self.timetable.count(self.running_since, moment)
            self.running_since = moment

    def _plan(self, now):
        """Work out when the time that is left ends, and when three quarters of it are over."""
        left = max(self.time - self.spent, timedelta())
        self.deadline = self.timetable.add(now, left)
        before = self.time * WARN_AT - self.spent
        self.warning = self.timetable.add(now, before) if before > timedelta() else (
            self.warning or now)

    def _note(self, kind, date, why):
        """Note a row; minutes are rounded along the sum, so that they add up to the minute."""
        before = sum(row.minutes for row in self.rows) + self.booked_minutes
        total = round(self.spent / timedelta(minutes=1))
        self.rows.append(Row(kind, date, why, total - before, self.deadline))

    booked_minutes: int = 0  # by rows that are in the database already
