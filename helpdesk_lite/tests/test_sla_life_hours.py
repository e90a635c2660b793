from datetime import timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .sla_life_common import LifeCommon, tell, when

# name, calendar of the team, start, deadline of four hours, a late moment, hours late
SPANS = [
    # 15-17, and 8-10 on the next day; 10-12 and 13-14
    ('night', 'office', '02 15:00', '03 10:00', '03 14:00', 3),
    # an hour on Friday, three on Monday; 11-12 and 13-13:30
    ('week-end', 'office', '06 16:00', '09 11:00', '09 13:30', 1.5),
    # on Sunday
    ('before the week', 'office', '08 03:00', '09 12:00', '09 13:30', 0.5),
    # the deadline ends the morning: over lunch it is late, and by no hour
    ('at lunch', 'office', '03 03:00', '03 12:00', '03 12:30', 0),
    # the 3rd is a holiday: two hours on the 2nd, two on the 4th
    ('holiday', 'holiday', '02 15:00', '04 10:00', '04 11:00', 1),
    # 16-17 local is 15-16 in UTC; from Monday on 8 local is 6 in UTC
    ('spring', 'brussels', '03-27 15:00', '03-30 09:00', '03-30 11:00', 1),
    # 16-17 local is 14-15 in UTC; from Monday on 8 local is 7 in UTC
    ('autumn', 'brussels', '10-23 14:00', '10-26 10:00', '10-26 12:00', 1),
    # 22-24 local is 21-23 in UTC; 0-2 local and 3-4, less an hour that isn't
    ('spring night', 'night', '03-28 21:00', '03-29 01:00', '03-29 03:00', 2),
    # 22-24 local is 20-22 in UTC; the hour from 2 on comes twice
    ('autumn night', 'night', '10-24 20:00', '10-25 00:00', '10-25 03:00', 3),
    # two hours in the morning of the first week, two on Tuesday of the second
    ('two weeks', 'two', '06 10:00', '10 15:00', '10 16:30', 1.5),
    # eight hours around noon: 14-16, and 8-10
    ('flexible', 'flexible', '02 14:00', '03 10:00', '03 12:00', 2),
    ('round the clock', 'always', '06 23:00', '07 03:00', '08 03:00', 24),
    # 8-12 local is 7-11 in UTC: 15-16, and 7-10
    ('own', 'own brussels', '02 15:00', '03 10:00', '03 11:30', 1),
    ('own always', 'own always', '07 15:00', '07 19:00', '07 19:30', 0.5),
]
# How each target is reached
WAYS = {
    'first_response': 'chatter', 'next_response': 'chatter', 'stage': 'stage progress',
    'closed': 'stage solved'}


@tagged('post_install', '-at_install')
class TestSlaLifeHours(LifeCommon):
    """Each target by each kind of calendar: running, failed, reached in time and late."""

    def tell_spans(self, target):
        for name, calendar, start, due, late, exceeded in SPANS:
            vals = {'target': target, 'time': 4}
            if target == 'stage':
                vals['stage_id'] = self.stage_progress.id
            if calendar == 'own always':
                vals['calendar'] = 'always'
            elif calendar.startswith('own'):
                vals.update(calendar='own', resource_calendar_id=self.calendars['brussels'].id)
            key = 'office' if calendar in ('holiday', 'own brussels', 'own always') else calendar
            self.team.resource_calendar_id = self.calendars[key]
            begin = f'{start} in'
            if target == 'next_response':
                begin = f'01-12 10:00 in | 01-12 11:00 chatter | {start} customer'
            if calendar == 'holiday':
                begin = f'03-01 08:00 holiday 03 | {begin}'
            yield name, vals, begin, due, late, exceeded

    def check_target(self, target):
        way = WAYS[target]
        for name, vals, begin, due, late, exceeded in self.tell_spans(target):
            self.case(
                f'{name}, running', [vals], f'{begin} | {due} now',
                [f'ongoing due {tell(when(due))}: started 0'])
            self.case(
                f'{name}, failed', [vals], f'{begin} | {due}:01 now',
                [f'failed due {tell(when(due))}: started 0'])
            self.case(
                f'{name}, reached', [vals], f'{begin} | {due} {way}',
                [f'reached at {tell(when(due))} +0 h: started 0, reached 240'])
            ledger = f'started 0, failed 240, reached {round(exceeded * 60)}'
            self.case(
                f'{name}, reached late', [vals], f'{begin} | {late} {way}',
                [f'failed at {tell(when(late))} {exceeded:+g} h: {ledger}'])

    def test_first_response(self):
        self.check_target('first_response')

    def test_next_response(self):
        self.check_target('next_response')

    def test_stage(self):
        self.check_target('stage')

    def test_closed(self):
        self.check_target('closed')

    def test_warning(self):
        """Three quarters of the time, by the same hours."""
        for name, vals, begin, _due, _late, _exceeded in self.tell_spans('closed'):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.make_policy(**vals)
                clock = self.live(begin).sla_status_ids
                with freeze_time(self.now):
                    self.assertEqual(
                        clock.warning_date, self.calendars_of(clock).add(
                            clock.start_date, timedelta(hours=3)))
                    self.assertEqual(clock.ticket_id.sla_warning_date, clock.warning_date)
                savepoint.rollback()
            self.env.invalidate_all()
            self.env.registry.clear_cache()

    def calendars_of(self, clock):
        return clock.resource_calendar_id._get_helpdesk_lite_timetable(self.company.id)
