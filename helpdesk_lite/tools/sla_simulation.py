"""What would have become of a promise on a ticket of the past, from what happened to it.

Plain arithmetic without a database, by the rules that real clocks follow.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .answer_times import CLOSE, REOPEN, AnswerTimes
from .sla_clock import REOPEN_WITHIN, Facts


@dataclass
class Outcome:
    """How a promise would have ended: reached, failed, or neither yet."""

    start: datetime
    state: str
    deadline: datetime | None
    hours_late: float = 0.0


def simulate(clock, created, events, now):
    """Return how the promises on one ticket would have ended.

    :param Clock clock: the promise as it would begin; each of the ticket's promises is a copy
    :param datetime created: when the ticket came in
    :param events: ``[(event, moment)]`` in order; see ``tools/answer_times.py``
    :param datetime now: until when to look
    :rtype: list[Outcome]
    """
    if events and events[0][0] == CLOSE and events[0][1] <= created:
        return []  # nothing is promised to tickets that come in closed
    life = _Life(clock, created)
    for event, moment in events:
        life.follow(event, max(moment, created))
    return life.end(now)


class _Life:

    def __init__(self, clock, created):
        self.pattern, self.created = clock, created
        self.times, self.closed_on = AnswerTimes.begin(created), None
        self.clocks = []
        if clock.target != 'next_response':
            self._begin(created, created)

    def follow(self, event, moment):
        self.times.apply(event, moment, self.created, lambda *_span: 0.0)
        if event in (CLOSE, REOPEN):
            self.closed_on = moment if event == CLOSE else None
        self._follow_clocks(moment)
        if start := self._get_new_start(moment):
            self._begin(start, moment)

    def end(self, now):
        self._follow_clocks(now)
        return [Outcome(clock.start, clock.state, clock.deadline, self._get_hours_late(clock, now))
                for clock in self.clocks if clock.state != 'cancelled']

    def _begin(self, start, moment):
        clock = replace(self.pattern, start=start, rows=[])
        clock.begin(moment, 'created', [(start, moment)] if start < moment else ())
        self.clocks.append(clock)

    def _follow_clocks(self, moment):
        facts = self._get_facts()
        for clock in self.clocks:
            clock.follow(facts, moment)

    def _get_new_start(self, moment):
        """When a promise starts that begins by what has just happened; None where none does."""
        last = self.clocks[-1] if self.clocks else None
        if self.pattern.target == 'next_response':
            oldest, first = (
                self.times.oldest_unanswered_customer_message_date, self.times.first_response_date)
            waits = oldest and first and oldest >= first
            settled = not last or last.state == 'cancelled' or last.reached
            return oldest if waits and settled and not (last and last.start == oldest) else None
        reopened_late = (
            self.pattern.target == 'closed' and last.reached and not self.closed_on
            and moment - last.reached > REOPEN_WITHIN)
        return moment if reopened_late else None

    def _get_facts(self):
        times = self.times
        return Facts(
            stage_id=0, pipeline=(), closed=bool(self.closed_on), active=True, merged=False,
            waiting_for=times.waiting_for, waiting_since=times.waiting_since,
            first_response_date=times.first_response_date,
            oldest=times.oldest_unanswered_customer_message_date)

    def _get_hours_late(self, clock, now):
        if clock.state != 'failed':
            return 0.0
        end = clock.reached or self.closed_on or now
        return max(clock.timetable.count(clock.deadline, end), timedelta()) / timedelta(hours=1)
