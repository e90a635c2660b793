from bisect import bisect_right
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.raw_write import raw_write


class HelpdeskLiteTicket(models.Model):
    """How long a ticket took, in hours of its team's working calendar."""

    _inherit = 'helpdesk.lite.ticket'

    assign_hours = fields.Float(
        'Hours to Assignment', readonly=True, copy=False, aggregator='avg',
        help='Working hours of the team between the creation and the first assignment.')
    close_hours = fields.Float(
        'Hours to Close', readonly=True, copy=False, aggregator='avg',
        help='Working hours of the team between the creation and the closing.')

    def _update_working_hours(self):
        """Set the hours to assignment and closing from the tickets' dates, in one statement each.

        Called after a move or an assignment; a ticket that is open again has no hours to close.
        """
        self.flush_recordset(['assign_date', 'close_date'])
        self._update_hours('assign_hours', 'assign_date')
        self._update_hours('close_hours', 'close_date')

    def _update_hours(self, hours_name, date_name):
        spans = {t.id: (t.create_date, t[date_name]) for t in self if t[date_name]}
        hours = self.browse(spans)._get_working_hours(spans)
        raw_write(self, [hours_name], SQL(
            """UPDATE helpdesk_lite_ticket ticket SET %s = new.hours
                 FROM unnest(%s::integer[], %s::float[]) AS new(id, hours)
                WHERE ticket.id = new.id AND ticket.%s IS DISTINCT FROM new.hours
            RETURNING ticket.id""",
            SQL.identifier(hours_name), self.ids,
            [hours.get(ticket_id) for ticket_id in self.ids], SQL.identifier(hours_name)))

    def _get_working_hours(self, spans):
        """Hours of the teams' working calendars within each ticket's span.

        Public holidays of the calendar count as not worked. A team without a calendar works round
        the clock.

        :param dict spans: ``{ticket id: (start, end)}``, UTC and naive
        :return: ``{ticket id: hours}``
        """
        result = {}
        # sudo: helpdesk.lite.team - the calendar of the tickets' own teams
        for team, tickets in self.sudo().grouped('team_id').items():
            own = {ticket.id: spans[ticket.id] for ticket in tickets}
            if calendar := team.resource_calendar_id:
                result.update(self._count_hours(calendar, team.company_id, own))
            else:
                result.update({
                    ticket_id: max((end - start).total_seconds(), 0) / 3600
                    for ticket_id, (start, end) in own.items()})
        return result

    @api.model
    def _count_hours(self, calendar, company, spans):
        """Hours of one calendar within many spans: the calendar is laid out once for all."""
        utc = pytz.utc.localize
        first = utc(min(start for start, _end in spans.values()))
        last = utc(max(end for _start, end in spans.values()))
        if last <= first:
            return dict.fromkeys(spans, 0.0)
        if calendar.flexible_hours:
            first, last = self._widen_to_weeks(first, last, pytz.timezone(calendar.tz))
        # the domain replaces the default: without it holidays of other companies would count
        domain = Domain('time_type', '=', 'leave') & Domain(
            'company_id', 'in', (company.id, False))
        works = [(start, end) for start, end, _meta in calendar._work_intervals_batch(
            first, last, domain=list(domain))[False]]
        starts = [start for start, _end in works]
        return {
            ticket_id: self._sum_overlap(works, starts, utc(start), utc(end))
            for ticket_id, (start, end) in spans.items()
        }

    @api.model
    def _widen_to_weeks(self, first, last, zone):
        """Whole weeks from Monday on around ``[first, last]``.

        Odoo lays the hours of a flexible calendar out from the first day that it is asked for on:
        a ticket's hours would depend on which others they are counted with.
        """
        days = [moment.astimezone(zone).date() for moment in (first, last)]
        monday = days[0] - timedelta(days=days[0].weekday())
        end = days[1] + timedelta(days=7 - days[1].weekday())
        return tuple(zone.localize(datetime.combine(day, time())) for day in (monday, end))

    @api.model
    def _sum_overlap(self, works, starts, begin, end):
        """Hours of the sorted intervals `works` within ``[begin, end]``.

        :param starts: where the intervals begin
        """
        seconds = 0.0
        for start, stop in works[max(bisect_right(starts, begin) - 1, 0):]:
            if start >= end:
                break
            seconds += max((min(stop, end) - max(start, begin)).total_seconds(), 0)
        return seconds / 3600
