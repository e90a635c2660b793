"""Working time: planning forward and counting back agree, and agree with a clock that ticks."""

import random
from datetime import datetime, time, timedelta

import pytest
import pytz
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.addons.helpdesk_lite.tools.working_time import Hours, Timetable, Week

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
BEGIN = datetime(2026, 1, 1)
# zones whose clocks change at 2:00, at midnight, by half an hour, in the south, and never
ZONES = (
    'Europe/Brussels', 'America/Santiago', 'America/Havana', 'Australia/Lord_Howe',
    'America/St_Johns', 'Asia/Seoul', 'Pacific/Apia', 'UTC')
OFFICE = {(week, day): [(8, 12), (13, 17.6)] for week in (0, 1) for day in range(5)}
ALTERNATING = {
    **{(0, day): [(8, 12)] for day in range(5)},
    **{(1, day): [(22, 24), (0, 2.5)] for day in range(3)}}
NIGHTS = {(week, day): [(0, 6), (1, 3.25), (18, 24)] for week in (0, 1) for day in range(7)}
WEEKS = {
    'office': Week(OFFICE), 'two weeks': Week(ALTERNATING), 'nights': Week(NIGHTS),
    'flexible': Week(flexible=(8, 30)), 'always': Week.always()}


def make_holidays(seed, count=60):
    """Holidays that end on the second before midnight, last hours or weeks, and overlap."""
    rnd = random.Random(seed)
    starts = [BEGIN + timedelta(hours=rnd.randrange(20000)) for _ in range(count)]
    return [(start, start + timedelta(hours=rnd.randrange(1, 60), minutes=59, seconds=59))
            for start in starts]


def moments():
    return st.integers(-10**7, 6 * 10**7).map(lambda seconds: BEGIN + timedelta(seconds=seconds))


def spans():
    return st.one_of(st.sampled_from([0, 1, 60, 3600, 8 * 3600]), st.integers(1, 10**6)).map(
        lambda seconds: timedelta(seconds=seconds))


weeks = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 6), st.integers(0, 95), st.integers(1, 96)),
    min_size=1, max_size=12)


@pytest.mark.parametrize('week', WEEKS)
@pytest.mark.parametrize('zone', ZONES)
def test_count_takes_back_what_add_planned(week, zone):
    """A thousand spans on one timetable, which is laid out in whatever order they come."""
    rnd = random.Random(f'{week} {zone}')
    timetable = Timetable(Hours(WEEKS[week], zone, make_holidays(zone)))
    for _ in range(1000):
        start = BEGIN + timedelta(seconds=rnd.randrange(-10**7, 6 * 10**7))
        span = timedelta(seconds=rnd.choice([0, 60, 3600, rnd.randrange(1, 10**6)]))
        end = timetable.add(start, span)
        assert timetable.count(start, end) == span, (start, span, end)
        between = start + (end - start) * rnd.random()
        assert timetable.count(start, between) + timetable.count(between, end) == span
        assert not span or timetable.count(start, end - timedelta(seconds=1)) < span, 'not earliest'


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(lines=weeks, zone=st.sampled_from(ZONES), start=moments(), span=spans(),
       seed=st.integers(0, 1000))
def test_any_calendar(lines, zone, start, span, seed):
    """Whatever lines a calendar has: overlapping, past midnight's end, only on odd weeks."""
    hours = {}
    for week, day, begin, length in lines:
        hours.setdefault((week, day), []).append((begin / 4, min(begin + length, 96) / 4))
    timetable = Timetable(Hours(Week(hours), zone, make_holidays(seed, 20)))
    end = timetable.add(start, span)
    if end is None:  # less than a minute a week is left: a gap in which the clock jumps
        assert not timetable.count(start, start + 366 * DAY)
    else:
        assert end >= start
        assert timetable.count(start, end) == span


def tick(week, zone, holidays, start, end):
    """Count minute by minute what the wall clock says: slow, and by other means."""
    zone, minutes, moment = pytz.timezone(zone), 0, start
    while moment < end:
        local = pytz.utc.localize(moment).astimezone(zone)
        hour = (datetime.combine(BEGIN, local.time()) - datetime.combine(BEGIN, time())) / (
            timedelta(hours=1))
        if any(first <= hour + 1e-9 < last for first, last in week.on(local.date())) and not any(
                begin <= moment < stop for begin, stop in holidays):
            minutes += 1
        moment += MINUTE
    return minutes * MINUTE


# An hour that is skipped or comes twice, with hours that run through it
CHANGES = {
    'Europe/Brussels': (datetime(2026, 3, 29), datetime(2026, 10, 25)),
    'America/Santiago': (datetime(2026, 4, 5), datetime(2026, 9, 6)),
    'America/Havana': (datetime(2026, 3, 8), datetime(2026, 11, 1)),
    'Australia/Lord_Howe': (datetime(2026, 4, 5), datetime(2026, 10, 4)),
    'America/St_Johns': (datetime(2026, 3, 8), datetime(2026, 11, 1)),
}


@pytest.mark.parametrize('week', WEEKS)
@pytest.mark.parametrize('zone', ZONES)
def test_like_a_clock_that_ticks(week, zone):
    """Twelve days of each season, and those on which the clocks of the zone change."""
    holidays = [(start, start + timedelta(hours=31)) for start in (
        datetime(2026, 3, 30, 5), datetime(2026, 6, 3), datetime(2026, 10, 27, 13, 30))]
    timetable = Timetable(Hours(WEEKS[week], zone, holidays))
    for day in (*CHANGES.get(zone, ()), datetime(2026, 6, 1), datetime(2025, 12, 29)):
        for start, end in ((day - 2 * DAY, day + 3 * DAY), (day - timedelta(hours=7), day + DAY)):
            assert timetable.count(start, end) == tick(
                WEEKS[week], zone, holidays, start, end), (day, start, end)


def test_without_hours_is_never():
    """Neither an empty calendar nor one whose holidays leave nothing plans a moment."""
    hour = timedelta(hours=1)
    assert Timetable(Hours(Week(), 'UTC')).add(BEGIN, hour) is None
    assert Timetable(Hours(Week(OFFICE), 'UTC', [(BEGIN, BEGIN + 9000 * DAY)])).add(
        BEGIN, hour) is None
    assert Timetable().add(BEGIN, hour) == BEGIN + hour


@pytest.mark.parametrize('week', WEEKS)
def test_nothing_ends_at_once(week):
    """No time at all ends where it begins, at night as well; backwards is nothing."""
    timetable = Timetable(Hours(WEEKS[week], 'Asia/Seoul'))
    assert timetable.add(BEGIN, timedelta()) == BEGIN
    assert timetable.count(BEGIN, BEGIN - DAY) == timedelta()
