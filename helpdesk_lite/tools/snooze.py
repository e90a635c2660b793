"""When a snoozed ticket wakes, by a choice and the working time of its team. Without a database."""

from datetime import datetime, time, timedelta

import pytz

LATER = timedelta(hours=3)
# When a day begins for a team that works round the clock
MORNING = time(9)
# A calendar of holidays alone has no opening within this time
LONGEST_SEARCH = 366

CHOICES = ('later', 'tomorrow', 'monday', 'week')


def get_wake_time(choice, now, timetable, tz):
    """Return when a ticket wakes that is snoozed now.

    Later means after three working hours; the other choices mean the opening of that day, or of
    the next one on which the team works.

    :param str choice: one of `CHOICES`
    :param datetime now: naive, in UTC
    :param Timetable timetable: of the team
    :param str tz: the time zone that tells what day it is
    :rtype: datetime
    """
    today = _get_date(now, timetable, tz)
    if choice == 'later':
        return timetable.add(now, LATER) or now + LATER
    days = {'tomorrow': 1, 'monday': 7 - today.weekday(), 'week': 7}[choice]
    return get_opening(today + timedelta(days=days), timetable, tz)


def get_opening(day, timetable, tz):
    """Return when the team opens on a day, or on the next one on which it works."""
    for offset in range(LONGEST_SEARCH) if timetable.hours else ():
        if worked := timetable.hours.on(day + timedelta(days=offset)):
            return worked[0][0]
    local = pytz.timezone(tz or 'UTC').localize(datetime.combine(day, MORNING))
    return local.astimezone(pytz.utc).replace(tzinfo=None)


def get_again(former, start, now, timetable, tz):
    """Return until when a ticket that woke would be snoozed again.

    Who woke it early is waited for until the former moment; else it sleeps as long as before.
    In both cases it wakes while the team works.

    :param datetime former: until when it was snoozed
    :param datetime start: since when it was
    """
    if former > now:
        return former
    wanted = now + (former - start)
    return get_next_work(wanted, timetable, tz)


def get_next_work(moment, timetable, tz):
    """Return the moment itself where the team works then, else its next opening."""
    if not timetable.hours or timetable.is_empty():
        return moment
    day = _get_date(moment, timetable, tz)
    for start, end in timetable.hours.on(day):
        if moment < end:
            return max(start, moment)
    return get_opening(day + timedelta(days=1), timetable, tz)


def is_same_day(moment, other, timetable, tz):
    """Return whether two moments are on one date, by the clock of the team."""
    return _get_date(moment, timetable, tz) == _get_date(other, timetable, tz)


def _get_date(moment, timetable, tz):
    if timetable.hours:
        return timetable.hours.date_at(moment)
    return pytz.utc.localize(moment).astimezone(pytz.timezone(tz or 'UTC')).date()
