"""Answer times: added up event by event, counted anew, and by another reckoning they agree."""

from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.addons.helpdesk_lite.tools import answer_times
from odoo.addons.helpdesk_lite.tools.answer_times import AnswerTimes, count_life
from odoo.addons.helpdesk_lite.tools.working_time import Hours, Timetable, Week

CREATED = datetime(2026, 3, 2, 9)
TIMETABLE = Timetable(Hours(Week({
    (week, day): [(8, 12), (13, 17)] for week in (0, 1) for day in range(5)}), 'Europe/Brussels'))
KINDS = ('customer', 'stranger', 'answer', 'phone', 'close', 'reopen')
ANSWERS = (answer_times.ANSWER, answer_times.PHONE)

events = st.lists(st.tuples(
    st.sampled_from(KINDS),
    # many in the same second, some before the ticket, as imports bring them
    st.integers(-20, 400).map(lambda step: CREATED + timedelta(minutes=17 * step))), max_size=40)


def put_in_order(life):
    return sorted(((event, max(moment, CREATED)) for event, moment in life), key=lambda e: e[1])


def reckon(life):
    """The same by spans: whose turn it was in each, and what ended it."""
    spans, turn, answered, unanswered, since = [], 'desk', False, False, CREATED
    for event, moment in put_in_order(life):
        before = turn
        if event in ANSWERS:
            answered, unanswered = True, False
            turn = turn and 'customer'
        elif event in ('customer', 'stranger'):
            unanswered = unanswered or event == 'customer'
            turn = turn and 'desk'
        elif event == 'close':
            turn, unanswered = '', False
        elif not turn:
            turn = 'customer' if answered and not unanswered else 'desk'
        if turn != before:  # the turn that goes on in the end isn't counted yet
            spans.append((before, since, moment, event))
            since = moment
    return spans, turn


def hours_of(spans, side):
    return sum(TIMETABLE.count_hours(start, end) for turn, start, end, _event in spans
               if turn == side)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(life=events)
def test_three_reckonings(life):
    count = TIMETABLE.count_hours
    whole = count_life(life, CREATED, count)

    times = AnswerTimes.begin(CREATED)
    for event, moment in put_in_order(life):
        # as it is kept in the database, and read again
        times = AnswerTimes(**times.as_vals())
        times.apply(event, moment, CREATED, count)
    assert times == whole

    spans, turn = reckon(life)
    assert (whole.waiting_for or '') == turn
    assert abs(whole.desk_hours - hours_of(spans, 'desk')) < 1e-6
    assert abs(whole.customer_hours - hours_of(spans, 'customer')) < 1e-6
    ended = [span for span in spans if span[0] == 'desk' and span[3] in ANSWERS]
    assert whole.answered_customer_message_count == len(ended)
    answers = [moment for event, moment in put_in_order(life) if event in ANSWERS]
    assert whole.first_response_date == (answers[0] if answers else False)
    if answers:
        assert abs(whole.first_response_hours - count(CREATED, answers[0])) < 1e-6
    assert whole.total_response_hours <= whole.desk_hours + 1e-6
    if ended:
        assert abs(whole.avg_response_hours * len(ended) - whole.total_response_hours) < 1e-6


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(life=events)
def test_never_negative_and_never_in_the_future(life):
    times = count_life(life, CREATED, TIMETABLE.count_hours)
    for name, value in times.as_vals().items():
        if isinstance(value, float):
            assert value >= 0, name
        elif isinstance(value, datetime):
            assert CREATED <= value <= max(moment for _event, moment in [('', CREATED), *life])
    assert bool(times.waiting_for) == bool(times.waiting_since)


def test_closed_from_the_beginning():
    times = count_life([], CREATED, TIMETABLE.count_hours, closed=True)
    assert (times.waiting_for, times.waiting_since, times.desk_hours) == (False, False, 0)
