"""When people work: the hours of their calendars less their absences, without a database.

All moments are naive and in UTC, as the ORM has them; days are those of a calendar's time zone.
"""

from datetime import datetime, time, timedelta

import pytz

# How far ahead somebody who works is looked for. (DESIGN.md, section 5)
HORIZON = timedelta(days=366)

# Holidays often end at 23:59:59: what such an end leaves of a day is no working time.
SHORTEST = timedelta(minutes=1)


def subtract(intervals, absences):
    """Return what `absences` leave of `intervals`.

    :param intervals: ``[(start, end)]``
    :param absences: ``[(start, end)]``, in any order; they may overlap
    :return: ``[(start, end)]``, without intervals shorter than a minute
    """
    for gone_from, gone_to in absences:
        if gone_to <= gone_from:
            continue
        left = []
        for start, end in intervals:
            if gone_to <= start or end <= gone_from:
                left.append((start, end))
                continue
            left += [(start, gone_from)] if start < gone_from else []
            left += [(gone_to, end)] if gone_to < end else []
        intervals = left
    return [(start, end) for start, end in intervals if end - start >= SHORTEST]


class Week:
    """The hours of a calendar, as its clock shows them, whatever the time zone."""

    def __init__(self, hours=None, flexible=None):
        """
        :param dict hours: ``{(0 or 1 for even and odd weeks, weekday): [(from, to)]}`` in hours of
            the day; a calendar that doesn't alternate has the same for both
        :param tuple flexible: ``(hours a day, hours a week)`` of a calendar that fixes no hours
        """
        self.hours = hours or {}
        self.flexible = flexible

    @classmethod
    def always(cls):
        """Round the clock, for teams without working hours."""
        return cls({(week, day): [(0, 24)] for week in (0, 1) for day in range(7)})

    def on(self, day):
        """Return the hours of a date: ``[(from, to)]``."""
        if self.flexible:
            return self._get_flexible_hours(day)
        # as resource.calendar.attendance.get_week_type counts weeks
        return self.hours.get(((day.toordinal() - 1) // 7 % 2, day.weekday()), [])

    def _get_flexible_hours(self, day):
        """Flexible hours are taken around noon, from Monday on until the week's are used up.

        So Odoo lays them out for time off (`resource.calendar._attendance_intervals_batch`), too:
        who may work at any hour isn't at work at every hour.
        """
        per_day, per_week = self.flexible
        hours = min(per_day, per_week - per_day * day.weekday())
        return [(12 - hours / 2, 12 + hours / 2)] if hours > 0 else []


class Hours:
    """The hours of a calendar in one time zone, less its public holidays."""

    def __init__(self, week, tz, holidays=()):
        """
        :param Week week: what the calendar says
        :param str tz: name of the time zone
        :param holidays: ``[(start, end)]`` in UTC
        """
        self.week = week
        self.tz = pytz.timezone(tz or 'UTC')
        self.holidays = holidays
        self._days = {}

    def date_at(self, moment):
        """Return the date there at a moment of UTC."""
        return pytz.utc.localize(moment).astimezone(self.tz).date()

    def on(self, day):
        """Return the working time of a date: ``[(start, end)]`` in UTC."""
        if day not in self._days:
            worked = [(self._to_utc(day, start), self._to_utc(day, end))
                      for start, end in self.week.on(day)]
            self._days[day] = subtract(worked, self.holidays)
        return self._days[day]

    def _to_utc(self, day, hour):
        local = datetime.combine(day, time()) + timedelta(minutes=round(hour * 60))
        return self.tz.localize(local).astimezone(pytz.utc).replace(tzinfo=None)


class Worker:
    """Somebody's working time: all of their hours, less their own absences."""

    def __init__(self, hours, absences=()):
        """
        :param list hours: of `Hours`: one for each calendar that they work by
        :param absences: ``[(start, end)]`` in UTC
        """
        self.hours = hours
        self.absences = absences

    def is_at_work(self, moment):
        """Whether they work at a moment of UTC; the end of an absence is no part of it."""
        return any(
            start <= moment < end
            for hours in self.hours
            for start, end in subtract(hours.on(hours.date_at(moment)), self.absences))

    def works_on(self, day, start, end):
        """Whether they work on a date, by their own clock, between two moments of UTC."""
        for hours in self.hours:
            worked = [(max(begin, start), min(stop, end)) for begin, stop in hours.on(day)]
            if subtract([span for span in worked if span[0] < span[1]], self.absences):
                return True
        return False

    def date_at(self, moment):
        """Return the earliest date of their clocks at a moment of UTC."""
        return min((hours.date_at(moment) for hours in self.hours), default=moment.date())


def find_available(workers, now, horizon=HORIZON):
    """Return who takes work that comes in now.

    These are all who are at work. Where nobody is, they are all who work on the first day on which
    anyone does, and count as equal: else whoever starts earliest got all that came in at night.
    A day is a date of each one's own clock; of today only what is left of it counts.

    :param dict workers: ``{key: Worker}``
    :param datetime now: naive, in UTC
    :param timedelta horizon: how far to look ahead
    :return: ``(keys, the date that was looked ahead to, or None)``; no keys where nobody works
    """
    present = [key for key, worker in workers.items() if worker.is_at_work(now)]
    if present or not workers:
        return present, None
    end = now + horizon
    day = min(worker.date_at(now) for worker in workers.values())
    last = max(worker.date_at(end) for worker in workers.values()) + timedelta(days=1)
    while day <= last:
        working = [key for key, worker in workers.items() if worker.works_on(day, now, end)]
        if working:
            return working, day
        day += timedelta(days=1)
    return [], None
