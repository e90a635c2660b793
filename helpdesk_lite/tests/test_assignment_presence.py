from odoo.fields import Command
from odoo.tests import freeze_time

from .common_assignment import AssignmentCommon, at


class TestPresence(AssignmentCommon):
    """Who is at work, on ``resource.calendar.leaves``: Time Off (hr_holidays) isn't needed."""

    def test_everybody_is_there(self):
        self.assertWho('03-04 10:00', self.anna, self.bora, self.carl)

    # ------------------------------------------------------------------
    # Leaves
    # ------------------------------------------------------------------

    def test_leave(self):
        """During a leave others get the tickets, before and after it they do."""
        resource = self.make_resource(self.anna)
        self.make_leave(resource, '03-04 08:00', '03-06 17:00')
        self.assertWho('03-03 16:00', self.anna, self.bora, self.carl)
        self.assertWho('03-04 09:00', self.bora, self.carl)
        self.assertWho('03-06 16:00', self.bora, self.carl)
        self.assertWho('03-09 09:00', self.anna, self.bora, self.carl)

    def test_half_day_leave(self):
        self.make_leave(self.make_resource(self.anna), '03-04 08:00', '03-04 12:00')
        self.assertWho('03-04 11:30', self.bora, self.carl)
        self.assertWho('03-04 13:00', self.anna, self.bora, self.carl)

    def test_hourly_leave(self):
        """Its end is no part of it."""
        self.make_leave(self.make_resource(self.anna), '03-04 10:00', '03-04 11:00')
        self.assertWho('03-04 09:59', self.anna, self.bora, self.carl)
        self.assertWho('03-04 10:00', self.bora, self.carl)
        self.assertWho('03-04 10:59', self.bora, self.carl)
        self.assertWho('03-04 11:00', self.anna, self.bora, self.carl)

    def test_leave_over_midnight_of_the_user(self):
        """In Seoul it is 22:00 to 02:00; they work there round the clock that week."""
        nights = self.make_calendar([(day, 0, 24) for day in range(7)], tz='Asia/Seoul')
        resource = self.make_resource(self.anna, calendar_id=nights.id, tz='Asia/Seoul')
        self.desk.member_ids = self.anna + self.bora
        self.make_resource(self.bora, calendar_id=nights.id, tz='Asia/Seoul')
        self.make_leave(resource, '03-04 13:00', '03-04 17:00')
        self.assertWho('03-04 12:59', self.anna, self.bora)
        self.assertWho('03-04 13:00', self.bora)
        self.assertWho('03-04 15:01', self.bora)
        self.assertWho('03-04 16:59', self.bora)
        self.assertWho('03-04 17:00', self.anna, self.bora)

    def test_training_is_no_leave(self):
        self.make_leave(
            self.make_resource(self.anna), '03-04 08:00', '03-04 17:00', time_type='other')
        self.assertWho('03-04 10:00', self.anna, self.bora, self.carl)

    def test_leave_on_any_of_several_resources(self):
        """Several resources in the team's company: away on one is away."""
        self.make_resource(self.anna)
        other = self.make_resource(self.anna, name='Second job')
        self.make_leave(other, '03-04 08:00', '03-04 17:00')
        self.assertWho('03-04 10:00', self.bora, self.carl)

    def test_leave_elsewhere(self):
        """Who has a resource here isn't away by a leave that they have in another company."""
        self.anna.company_ids = self.company + self.other_company
        self.make_resource(self.anna)
        other = self.make_resource(
            self.anna, company_id=self.other_company.id,
            calendar_id=self.other_company.resource_calendar_id.id)
        self.make_leave(other, '03-04 08:00', '03-04 17:00')
        self.assertWho('03-04 10:00', self.anna, self.bora, self.carl)

    def test_archived_resource(self):
        resource = self.make_resource(self.anna, active=False)
        self.make_leave(resource, '03-04 08:00', '03-04 17:00')
        self.assertWho('03-04 10:00', self.anna, self.bora, self.carl)

    # ------------------------------------------------------------------
    # Out of office
    # ------------------------------------------------------------------

    def test_out_of_office(self):
        self.anna.write({
            'out_of_office_from': at('03-04 09:00'), 'out_of_office_to': at('03-04 15:00')})
        self.assertWho('03-04 08:30', self.anna, self.bora, self.carl)
        self.assertWho('03-04 10:00', self.bora, self.carl)
        self.assertWho('03-04 15:30', self.anna, self.bora, self.carl)

    def test_out_of_office_without_end(self):
        """Also when it is looked ahead: nobody knows when they come back."""
        self.anna.out_of_office_from = at('03-03 09:00')
        self.assertWho('03-04 10:00', self.bora, self.carl)
        self.assertWho('03-07 10:00', self.bora, self.carl)

    # ------------------------------------------------------------------
    # Calendars
    # ------------------------------------------------------------------

    def test_part_time(self):
        """Mondays and Tuesdays only, and Wednesday mornings."""
        calendar = self.make_calendar([(0, 8, 17), (1, 8, 17), (2, 8, 12)])
        self.make_resource(self.anna, calendar_id=calendar.id)
        self.assertWho('03-03 15:00', self.anna, self.bora, self.carl)
        self.assertWho('03-04 11:00', self.anna, self.bora, self.carl)
        self.assertWho('03-04 14:00', self.bora, self.carl)
        self.assertWho('03-05 10:00', self.bora, self.carl)

    def test_two_weeks(self):
        """The 4th of March 2026 lies in a week of type 0, the 11th in one of type 1."""
        get_type = self.env['resource.calendar.attendance'].get_week_type
        first, second = str(get_type(at('03-04 00:00'))), str(get_type(at('03-11 00:00')))
        self.assertNotEqual(first, second)
        calendar = self.make_calendar(
            [(2, 8, 17, first), (3, 8, 17, second)], two_weeks_calendar=True)
        self.make_resource(self.anna, calendar_id=calendar.id)
        self.assertWho('03-04 10:00', self.anna, self.bora, self.carl)
        self.assertWho('03-05 10:00', self.bora, self.carl)
        self.assertWho('03-11 10:00', self.bora, self.carl)
        self.assertWho('03-12 10:00', self.anna, self.bora, self.carl)

    def test_flexible(self):
        """8 hours around noon, in the user's time zone, until the week's hours are used up."""
        calendar = self.make_calendar(
            [], schedule_type='flexible', hours_per_day=8, full_time_required_hours=24)
        self.make_resource(self.anna, calendar_id=calendar.id)
        self.assertWho('03-04 12:30', self.anna)  # the others have lunch
        self.assertWho('03-04 10:00', self.anna, self.bora, self.carl)
        self.assertWho('03-05 10:00', self.bora, self.carl)
        self.assertWho('03-04 20:00', self.bora, self.carl)

    def test_flexible_on_leave(self):
        calendar = self.make_calendar(
            [], schedule_type='flexible', hours_per_day=8, full_time_required_hours=40)
        resource = self.make_resource(self.anna, calendar_id=calendar.id)
        self.make_leave(resource, '03-04 08:00', '03-04 16:00')
        self.assertWho('03-04 10:00', self.bora, self.carl)
        self.assertWho('03-05 10:00', self.anna, self.bora, self.carl)

    def test_without_resource(self):
        """They work by the team's calendar, in their own time zone."""
        self.desk.resource_calendar_id = self.make_calendar([(day, 9, 12) for day in range(5)])
        self.anna.tz = 'Asia/Seoul'
        self.assertWho('03-04 01:00', self.anna)
        self.assertWho('03-04 10:00', self.bora, self.carl)

    def test_team_without_calendar(self):
        """It works round the clock."""
        self.desk.resource_calendar_id = False
        self.make_leave(self.make_resource(self.anna), '03-04 00:00', '03-05 00:00')
        self.assertWho('03-04 03:00', self.bora, self.carl)

    def test_resource_without_calendar(self):
        """It has no hours of its own, so the team's count."""
        self.make_resource(self.anna, calendar_id=False)
        self.assertWho('03-04 10:00', self.anna, self.bora, self.carl)
        self.assertWho('03-04 12:30', self.anna, self.bora, self.carl)

    def test_calendar_of_another_company(self):
        """Their own hours count all the same, and the holidays of where they are employed."""
        self.anna.company_ids = self.company + self.other_company
        calendar = self.make_calendar(
            [(day, 8, 12) for day in range(5)], company_id=self.other_company.id)
        self.make_resource(
            self.anna, calendar_id=calendar.id, company_id=self.other_company.id)
        self.make_leave(
            None, '03-05 00:00', '03-05 23:59:59', calendar_id=calendar.id)
        self.assertWho('03-04 10:00', self.anna, self.bora, self.carl)
        self.assertWho('03-04 15:00', self.bora, self.carl)
        self.assertWho('03-05 10:00', self.bora, self.carl)

    # ------------------------------------------------------------------
    # Public holidays
    # ------------------------------------------------------------------

    def test_holiday_of_a_calendar(self):
        """Of three calendars only one has the holiday."""
        own = self.make_calendar([(day, 8, 17) for day in range(5)])
        self.make_resource(self.anna, calendar_id=own.id)
        self.make_leave(None, '03-04 00:00', '03-04 23:59:59', calendar_id=own.id)
        self.assertWho('03-04 10:00', self.bora, self.carl)

    def test_holiday_of_the_company(self):
        """Without a calendar it is for the whole company: everybody is off until the next day."""
        self.make_resource(self.anna)
        holiday = self.make_leave(None, '03-04 00:00', '03-04 23:59:59', calendar_id=False)
        self.env.cr.execute(
            'UPDATE resource_calendar_leaves SET company_id = %s WHERE id = %s',
            [self.company.id, holiday.id])
        holiday.invalidate_recordset()
        own = self.make_calendar([(2, 8, 17)])
        self.make_resource(self.bora, calendar_id=own.id)
        self.assertWho('03-04 10:00', self.anna, self.carl)

    def test_holiday_of_another_company(self):
        self.make_resource(self.anna)
        holiday = self.make_leave(None, '03-04 00:00', '03-04 23:59:59', calendar_id=False)
        self.env.cr.execute(
            'UPDATE resource_calendar_leaves SET company_id = %s WHERE id = %s',
            [self.other_company.id, holiday.id])
        holiday.invalidate_recordset()
        self.assertWho('03-04 10:00', self.anna, self.bora, self.carl)

    def test_end_of_a_holiday_is_no_working_time(self):
        """A holiday until 23:59:59 leaves one second of a calendar that works until 24:00."""
        calendar = self.make_calendar([(2, 0, 24), (3, 8, 17)])
        for user in self.members:
            self.make_resource(user, calendar_id=calendar.id)
        early = self.make_calendar([(3, 5, 9)])
        self.make_resource(self.carl, calendar_id=early.id)
        self.make_leave(None, '03-04 00:00', '03-04 23:59:59', calendar_id=calendar.id)
        self.assertWho('03-04 23:59:59', self.anna, self.bora, self.carl)

    # ------------------------------------------------------------------
    # Looking ahead
    # ------------------------------------------------------------------

    def test_night(self):
        """Who starts earliest doesn't get all of the night's mail."""
        early = self.make_calendar([(day, 5, 12) for day in range(5)])
        late = self.make_calendar([(day, 14, 22) for day in range(5)])
        self.make_resource(self.anna, calendar_id=early.id)
        self.make_resource(self.bora, calendar_id=late.id)
        self.assertWho('03-03 23:30', self.anna, self.bora, self.carl)
        self.assertWho('03-04 02:00', self.anna, self.bora, self.carl)
        self.assertWho('03-04 05:00', self.anna)

    def test_evening_looks_to_the_next_day(self):
        """Who works no more today and not tomorrow isn't meant."""
        calendar = self.make_calendar([(2, 8, 17), (4, 8, 17)])
        self.make_resource(self.anna, calendar_id=calendar.id)
        self.assertWho('03-04 18:00', self.bora, self.carl)

    def test_weekend(self):
        """Saturday and Sunday: Monday decides, when Carl is on leave and Bora doesn't work."""
        calendar = self.make_calendar([(day, 8, 17) for day in (1, 2, 3, 4)])
        self.make_resource(self.bora, calendar_id=calendar.id)
        self.make_leave(self.make_resource(self.carl), '03-09 08:00', '03-09 17:00')
        self.assertWho('03-06 18:00', self.anna)
        self.assertWho('03-07 10:00', self.anna)
        self.assertWho('03-08 23:00', self.anna)
        self.assertWho('03-10 06:00', self.anna, self.bora, self.carl)

    def test_look_ahead_over_half_a_day(self):
        """At lunch time those count who still work today."""
        calendar = self.make_calendar([(day, 8, 12) for day in range(5)])
        self.make_resource(self.anna, calendar_id=calendar.id)
        self.make_leave(self.make_resource(self.bora), '03-04 13:00', '03-04 17:00')
        self.assertWho('03-04 12:30', self.carl)

    def test_days_are_those_of_each_clock(self):
        """In the evening of Europe Thursday is the next day for Seoul, Berlin and New York."""
        for user, tz in zip(
                self.members, ('Asia/Seoul', 'Europe/Berlin', 'America/New_York'), strict=True):
            self.make_resource(user, tz=tz)
        self.assertWho('03-04 22:30', self.anna, self.bora, self.carl)
        self.assertWho('03-04 23:30', self.anna)  # 8:30 in Seoul
        self.assertWho('03-04 14:30', self.bora, self.carl)

    def test_daylight_saving(self):
        """On the 29th of March 2026 Berlin goes from UTC+1 to UTC+2."""
        self.desk.member_ids = self.anna + self.bora
        self.make_resource(self.anna, tz='Europe/Berlin')
        self.assertWho('03-27 07:30', self.anna)
        self.assertWho('03-30 06:30', self.anna)

    def test_nobody_within_366_days(self):
        """The ticket stays unassigned, and the Administrators of its company are called."""
        for user in self.members:
            self.make_leave(self.make_resource(user), '2026-03-01 00:00', '2027-03-20 00:00')
        self.assertEqual(self.assign('2026-03-04 10:00'), [self.env['res.users']])
        ticket = self.desk.ticket_ids
        self.assertEqual(ticket.activity_ids.user_id, self.manager)
        self.assertEqual(len(ticket.activity_ids), 1)
        self.assertIn('found nobody', self.get_notes(ticket).body)
        self.assertWho('2026-04-01 10:00', self.anna, self.bora, self.carl)

    def test_horizon(self):
        """The 366th day counts, the 367th doesn't. (A year and a day after the 4th: the 5th)"""
        for user, last in zip(self.members, ('03-05', '03-08', '03-08'), strict=True):
            self.make_leave(self.make_resource(user), '2026-03-01 00:00', f'2027-{last} 07:00')
        self.assertWho('2026-03-04 10:00', self.anna)
        self.assertEqual(self.assign('2026-03-03 18:00'), [self.env['res.users']])

    # ------------------------------------------------------------------
    # The dashboard's card
    # ------------------------------------------------------------------

    def get_away(self, moment, user=None):
        with freeze_time(at(moment)):
            desk = self.desk.with_user(user or self.agent)
            desk.invalidate_recordset(['away_member_ids', 'away_member_names'])
            self.assertEqual(
                desk.away_member_names or '', ', '.join(desk.away_member_ids.mapped('name')))
            return desk.away_member_ids

    def test_away_today(self):
        """An agent sees who is on leave or out of office today, from now on."""
        self.make_leave(self.make_resource(self.anna), '03-04 13:00', '03-05 12:00')
        self.bora.write({
            'out_of_office_from': at('03-04 09:00'), 'out_of_office_to': at('03-04 15:00')})
        self.assertEqual(self.get_away('03-03 17:00'), self.env['res.users'])
        self.assertEqual(self.get_away('03-04 08:00'), self.anna + self.bora)
        self.assertEqual(self.get_away('03-04 16:00'), self.anna)
        self.assertEqual(self.get_away('03-05 11:00'), self.anna)
        self.assertEqual(self.get_away('03-05 13:00'), self.env['res.users'])

    def test_away_is_today_of_the_user(self):
        """20:00 of UTC is tomorrow in Seoul."""
        seoul = self.make_resource(self.anna, tz='Asia/Seoul')
        self.make_leave(seoul, '03-04 23:00', '03-05 08:00')
        self.make_leave(self.make_resource(self.bora), '03-05 08:00', '03-05 17:00')
        self.assertEqual(self.get_away('03-04 20:00'), self.anna)

    def test_away_by_holiday(self):
        own = self.make_calendar([(day, 8, 17) for day in range(5)])
        self.make_resource(self.anna, calendar_id=own.id)
        self.make_leave(None, '03-04 00:00', '03-04 23:59:59', calendar_id=own.id)
        self.assertEqual(self.get_away('03-04 10:00'), self.anna)

    def test_away_of_a_team_without_members(self):
        """Everybody who could be assigned is a member then."""
        self.desk.member_ids = [Command.clear()]
        self.make_leave(self.make_resource(self.assignee), '03-04 08:00', '03-04 17:00')
        self.make_leave(self.make_resource(self.employee), '03-04 08:00', '03-04 17:00')
        self.assertEqual(self.get_away('03-04 10:00'), self.assignee)

    def test_away_costs_one_statement(self):
        for _index in range(5):
            self.make_leave(self.make_resource(self.anna), '2020-01-01 00:00', '2040-01-01 00:00')
        teams = self.env['helpdesk.lite.team'].union(
            *(self.make_team(member_ids=[Command.set(self.members.ids)]) for _index in range(10)))
        self.assertTrue(teams[0].away_member_names)  # and what is cached for good is cached
        self.env.flush_all()
        teams.invalidate_recordset()
        with self.assertQueryCount(1):
            self.assertEqual(set(teams.mapped('away_member_names')), {self.anna.name})
