from contextlib import contextmanager

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import ormcache

from ...tools.working_time import Hours, Timetable, Week


class ResourceCalendar(models.Model):
    """Lay working hours out for planning and counting, once for a worker."""

    _inherit = 'resource.calendar'

    @api.model_create_multi
    def create(self, vals_list):
        calendars = super().create(vals_list)
        self.env.registry.clear_cache()
        return calendars

    def write(self, vals):
        with self._change_helpdesk_lite_hours():
            return super().write(vals)

    def unlink(self):
        with self._change_helpdesk_lite_hours():
            return super().unlink()

    @contextmanager
    def _change_helpdesk_lite_hours(self):
        """Lay the calendars out anew after a change of their hours or public holidays.

        Without a calendar, the holidays of all of them change.
        """
        self.env.registry.clear_cache()
        yield
        self.env.registry.clear_cache()

    @ormcache('self.id', 'company_id')
    def _get_helpdesk_lite_timetable(self, company_id):
        """Return the working time of this calendar, or round the clock without one.

        :param int company_id: whose public holidays count besides those of no company
        :rtype: Timetable
        """
        if not self:
            return Timetable()
        # sudo: resource.calendar - whoever writes on a ticket, its team's hours count
        calendar = self.sudo()
        return Timetable(Hours(
            calendar._get_helpdesk_lite_weeks()[calendar], calendar.tz,
            calendar._get_helpdesk_lite_holidays(company_id)))

    def _get_helpdesk_lite_weeks(self):
        """Lay calendars out: ``{resource.calendar: Week}``. No calendar means round the clock."""
        # sudo: resource.calendar.attendance - as above
        lines = self.env['resource.calendar.attendance'].sudo().search_fetch(
            [('calendar_id', 'in', self.ids), ('display_type', '=', False),
             ('day_period', '!=', 'lunch')],
            ['calendar_id', 'dayofweek', 'week_type', 'hour_from', 'hour_to'])
        hours = {calendar.id: {} for calendar in self}
        for line in lines:
            alternates = line.calendar_id.two_weeks_calendar
            for week in (int(line.week_type or 0),) if alternates else (0, 1):
                hours[line.calendar_id.id].setdefault((week, int(line.dayofweek)), []).append(
                    (line.hour_from, line.hour_to))
        weeks = {
            calendar: Week(hours[calendar.id], calendar._get_helpdesk_lite_flexible_hours())
            for calendar in self.sudo()  # sudo: resource.calendar - as above
        }
        return {**weeks, self.browse(): Week.always()}

    def _get_helpdesk_lite_flexible_hours(self):
        """``(hours a day, hours a week)`` of a flexible calendar, None of one that is fixed."""
        if not self.flexible_hours:
            return None
        per_day = min(self.hours_per_day or 8, 24)
        return per_day, self.full_time_required_hours or per_day * 5

    def _get_helpdesk_lite_holidays(self, company_id):
        """The public holidays of a calendar: ``[(start, end)]``."""
        leaves = self.env['resource.calendar.leaves'].search_fetch(
            Domain('time_type', '=', 'leave') & Domain('resource_id', '=', False)
            & Domain('calendar_id', 'in', [self.id, False])
            # without it those of other companies counted
            & Domain('company_id', 'in', [company_id, False]), ['date_from', 'date_to'])
        return [(leave.date_from, leave.date_to) for leave in leaves]
