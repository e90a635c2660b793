"""When people work: the hours of their calendars less their absences, without a database.

All moments are naive and in UTC, as the ORM has them; days are those of a calendar's time zone.
"""

from bisect import bisect_left, bisect_right
from datetime import datetime, time, timedelta
from threading import Lock

import pytz

# How far ahead somebody who works is looked for. (DESIGN.md, section 5)
HORIZON = timedelta(days=366)

# How far ahead the end of a span of working time is looked for: what lies behind is "never".
LONGEST_PLAN = timedelta(days=20 * 366)

# How many days more than asked for are laid out at a time.
STEP = timedelta(days=32)

# Holidays often end at 23:59:59: what such an end leaves of a day is no working time.
SHORTEST = timedelta(minutes=1)


def subtract(intervals, absences, shortest=SHORTEST):
    """Return what `absences` leave of `intervals`.

    :param intervals: ``[(start, end)]``
    :param absences: ``[(start, end)]``, in any order; they may overlap
    :param timedelta shortest: what is shorter is left out
    :return: ``[(start, end)]``
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
    return [(start, end) for start, end in intervals if end - start >= shortest]


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

    def is_empty(self):
        """Whether nobody ever works by this calendar."""
        return not self.flexible and not any(
            end > start for hours in self.hours.values() for start, end in hours)

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
            worked, last = [], datetime.min
            for start, end in sorted(self.week.on(day)):
                begin, stop = max(self._to_utc(day, start), last), self._to_utc(day, end)
                if begin < stop:  # lines that overlap count once
                    worked.append((begin, stop))
                    last = stop
            self._days[day] = subtract(worked, self._get_holidays_around(day))
        return self._days[day]

    def _get_holidays_around(self, day):
        noon = datetime.combine(day, time(12))
        return [(start, end) for start, end in self.holidays
                if start < noon + timedelta(days=2) and noon - timedelta(days=2) < end]

    def _to_utc(self, day, hour):
        local = datetime.combine(day, time()) + timedelta(minutes=round(hour * 60))
        moment = self.tz.localize(local)
        if local.time() == time():
            # Cuba has midnight twice in autumn: the new date begins with the first
            first = self.tz.localize(local, is_dst=True)
            if self.tz.normalize(first).replace(tzinfo=None) == local:
                moment = first
        return moment.astimezone(pytz.utc).replace(tzinfo=None)


class Timetable:
    """Working time laid out along a line: counts spans, and plans forward to where one ends.

    Both read the same sums of whole days, so that ``count(start, add(start, n)) == n``. Days are
    laid out when they are first asked for, and kept: one timetable serves all tickets of a worker.
    """

    def __init__(self, hours=None):
        """
        :param Hours hours: None means round the clock
        """
        self.hours = hours
        self._lock = Lock()
        self._laid_out = None  # (first day, [time worked before each day from it on])

    def is_empty(self):
        """Whether nobody ever works by it: there is nothing to plan."""
        return bool(self.hours) and self.hours.week.is_empty()

    def count(self, start, end):
        """Return the working time between two moments, which is 0 where the end comes first.

        :param datetime start: naive, in UTC, as `end`
        :rtype: timedelta
        """
        if end <= start:
            return timedelta()
        if not self.hours:
            return end - start
        days = self._lay_out(self.hours.date_at(start), self.hours.date_at(end))
        return self._get_time_until(days, end) - self._get_time_until(days, start)

    def count_hours(self, start, end):
        """Return `count` in hours."""
        return self.count(start, end) / timedelta(hours=1)

    def add(self, start, span):
        """Return the earliest moment by which `span` was worked from `start` on.

        A span that fills a day ends with it. No time at all ends at once, at night as well.

        :param datetime start: naive, in UTC
        :param timedelta span: not negative
        :return: datetime, or None where it never ends: a calendar without hours, or one whose
            holidays leave nothing of the next twenty years
        """
        if not span or not self.hours:
            return start + span
        if self.is_empty():
            return None
        day = first = self.hours.date_at(start)
        days = self._lay_out(first, first)
        wanted = self._get_time_until(days, start) + span
        while self._get_time_before(days, day) < wanted:
            if day - first > LONGEST_PLAN:
                return None
            day += STEP
            days = self._lay_out(first, day)
            wanted = self._get_time_until(days, start) + span
        origin, sums = days
        position = bisect_left(sums, wanted) - 1
        left = wanted - sums[position]
        for begin, end in self.hours.on(origin + timedelta(days=position)):
            if left <= end - begin:
                return begin + left
            left -= end - begin
        return None

    def go_back(self, end, span):
        """Return the latest moment from which `span` was worked until `end`.

        So that ``count(moment, end) >= span`` holds for that moment and all before it alone.

        :param datetime end: naive, in UTC
        :param timedelta span: not negative
        :return: datetime, or None where twenty years before held less
        """
        if not span or not self.hours:
            return end - span
        if self.is_empty():
            return None
        day = last = self.hours.date_at(end)
        days = self._lay_out(last, last)
        while self._get_time_until(days, end) - self._get_time_before(days, day) < span:
            if last - day > LONGEST_PLAN:
                return None
            day -= STEP
            days = self._lay_out(day, last)
        wanted = self._get_time_until(days, end) - span
        origin, sums = days
        position = bisect_right(sums, wanted) - 1
        left = wanted - sums[position]
        for begin, stop in self.hours.on(origin + timedelta(days=position)):
            if left < stop - begin:
                return begin + left
            left -= stop - begin
        return None

    def _get_time_until(self, days, moment):
        """The time worked from the first day until a moment, on a day that is laid out.

        :param days: what `_lay_out` returned: another thread may lay out others meanwhile
        """
        day = self.hours.date_at(moment)
        return sum((min(end, moment) - begin for begin, end in self.hours.on(day)
                    if begin < moment), self._get_time_before(days, day))

    def _get_time_before(self, days, day):
        first, sums = days
        return sums[(day - first).days]

    def _lay_out(self, start, end):
        """Lay the days from `start` to `end` out, besides those that are.

        The list of sums only grows; where it must begin earlier another one takes its place, so
        that whoever reads the old one at the same time is not disturbed.

        :return: ``(first day, [time worked before each day from it on])``
        """
        first, sums = self._laid_out or (start, ())
        if sums and first <= start and (end - first).days < len(sums):
            return first, sums
        with self._lock:
            first, sums = self._laid_out or (start, [timedelta()])
            if start < first:
                earlier = self._sum_up(start - STEP, (first - start + STEP).days)
                first = start - STEP
                sums = earlier[:-1] + [earlier[-1] + time for time in sums]
            last = first + timedelta(days=len(sums) - 1)
            if last < end:
                later = self._sum_up(last, (end - last + STEP).days)
                sums += [sums[-1] + time for time in later[1:]]
            self._laid_out = first, sums
            return first, sums

    def _sum_up(self, first, days):
        """The time worked from `first` on before each of the next `days` days, and after them."""
        sums = [timedelta()]
        for position in range(days):
            worked = self.hours.on(first + timedelta(days=position))
            sums.append(sum((end - begin for begin, end in worked), sums[-1]))
        return sums


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
