"""Whose turn it is on a ticket, since when, and how long each side let the other wait.

Plain arithmetic without a database. One set of rules serves a message that is just posted and the
whole life of a ticket that is counted anew. All moments are naive and in UTC.
"""

from dataclasses import asdict, dataclass, fields
from datetime import datetime

# What a message is for the turn. A stranger's note and a phone call are no public messages.
CUSTOMER, STRANGER, ANSWER, PHONE = 'customer', 'stranger', 'answer', 'phone'
CLOSE, REOPEN = 'close', 'reopen'


@dataclass
class AnswerTimes:
    """The answer times of one ticket; the names are those of its fields, spans are in hours."""

    waiting_for: str | bool = 'desk'
    waiting_since: datetime | bool = False
    oldest_unanswered_customer_message_date: datetime | bool = False
    first_response_date: datetime | bool = False
    first_response_hours: float = 0.0
    answered_customer_message_count: int = 0
    total_response_hours: float = 0.0
    avg_response_hours: float = 0.0
    desk_hours: float = 0.0
    customer_hours: float = 0.0

    @classmethod
    def begin(cls, created, closed=False):
        """Return the times of a ticket that has just come in: it is the desk's turn.

        :param datetime created: when it came in
        :param bool closed: whether it came in closed, by an import
        """
        return cls(waiting_for=not closed and 'desk', waiting_since=not closed and created)

    def apply(self, event, moment, created, count):
        """Let something happen.

        :param str event: CUSTOMER, STRANGER, ANSWER or PHONE for a message, CLOSE or REOPEN
        :param datetime moment: when; never before what happened last
        :param datetime created: when the ticket came in
        :param count: a function ``(start, end) -> working hours``
        """
        if event in (CUSTOMER, STRANGER):
            self._hear(event, moment, count)
        elif event in (ANSWER, PHONE):
            self._answer(moment, created, count)
        elif event == CLOSE:
            self._turn_to(False, moment, count)
            self.oldest_unanswered_customer_message_date = False
        elif not self.waiting_for:
            answered = (self.first_response_date
                        and not self.oldest_unanswered_customer_message_date)
            self._turn_to('customer' if answered else 'desk', moment, count)

    def _hear(self, event, moment, count):
        if self.waiting_for == 'customer':
            self._turn_to('desk', moment, count)
        if event == CUSTOMER and not self.oldest_unanswered_customer_message_date:
            self.oldest_unanswered_customer_message_date = moment

    def _answer(self, moment, created, count):
        if not self.first_response_date:
            self.first_response_date = moment
            self.first_response_hours = count(created, moment)
        if self.waiting_for == 'desk':
            waited = self._turn_to('customer', moment, count)
            self.answered_customer_message_count += 1
            self.total_response_hours += waited
            self.avg_response_hours = (
                self.total_response_hours / self.answered_customer_message_count)
        self.oldest_unanswered_customer_message_date = False

    def _turn_to(self, side, moment, count):
        """End a side's turn, which becomes the other's, or nobody's on a closed ticket.

        :return: how many hours it was
        """
        waited = count(self.waiting_since, moment) if self.waiting_for else 0.0
        if self.waiting_for == 'desk':
            self.desk_hours += waited
        elif self.waiting_for == 'customer':
            self.customer_hours += waited
        self.waiting_for, self.waiting_since = side, side and moment
        return waited

    def as_vals(self):
        """Return the times as values of the ticket's fields."""
        return asdict(self)


NAMES = tuple(field.name for field in fields(AnswerTimes))


def count_life(events, created, count, closed=False):
    """Return the answer times that a whole life comes to.

    :param events: ``[(event, moment)]`` in any order; what happens at the same moment comes in
        the order given
    :param datetime created: when the ticket came in: nothing counts as earlier
    :param count: see `AnswerTimes.apply`
    :param bool closed: whether it came in closed
    :rtype: AnswerTimes
    """
    times = AnswerTimes.begin(created, closed)
    for event, moment in sorted(
            ((event, max(moment, created)) for event, moment in events), key=lambda pair: pair[1]):
        times.apply(event, moment, created, count)
    return times
