from contextlib import contextmanager

from odoo import fields, models
from odoo.tools import SQL

NESTED = 'helpdesk_lite.hours'
BATCH = 1000


class ResourceCalendar(models.Model):
    """Let running clocks go on with other hours, from the moment on that these change."""

    _inherit = 'resource.calendar'

    @contextmanager
    def _change_helpdesk_lite_hours(self):
        data = self.env.cr.precommit.data
        if data.get(NESTED):  # lines are written with their calendar
            with super()._change_helpdesk_lite_hours():
                yield
            return
        data[NESTED] = True
        now = fields.Datetime.now()
        try:
            booked = self._book_clocks(now)
            with super()._change_helpdesk_lite_hours():
                yield
        finally:
            data[NESTED] = False
        self._replan_clocks(booked, now)

    def _book_clocks(self, now):
        """Count what ran until now on clocks of these calendars, by the hours as they were.

        :return: ``[(row, Clock)]``
        """
        # sudo: helpdesk.lite.sla.status - whoever changes hours, promises follow
        Status = self.env['helpdesk.lite.sla.status'].sudo()
        Status.flush_model()
        where = SQL('resource_calendar_id = ANY(%s)', self.ids) if self else SQL(
            'resource_calendar_id IS NOT NULL')
        pairs = [(row, Status._make_clock(row)) for row in self.env.execute_query_dict(SQL(
            """SELECT * FROM helpdesk_lite_sla_status
                WHERE state = 'ongoing' AND (deadline IS NULL OR deadline >= %s) AND %s
                ORDER BY id""", now, where))]
        for _row, clock in pairs:
            clock.book(now)
        return pairs

    def _replan_clocks(self, pairs, now):
        """Plan the rest of the time anew, and note it where the deadline becomes another."""
        # sudo: helpdesk.lite.sla.status - as above
        Status = self.env['helpdesk.lite.sla.status'].sudo()
        changed = []
        for row, clock in pairs:
            before = clock.deadline
            timetable = Status._get_timetable(row)
            if timetable.add(now, max(clock.time - clock.spent, clock.time * 0)) != before:
                clock.replan(now, timetable)
                changed.append((row, clock))
        for start in range(0, len(changed), BATCH):
            batch = changed[start:start + BATCH]
            # sudo: helpdesk.lite.ticket - as above
            tickets = self.env['helpdesk.lite.ticket'].sudo().browse(
                {row['ticket_id'] for row, _clock in batch})
            Status._save(batch, [])
            tickets._update_deadlines({
                (row['ticket_id'], row['id']): Status._make_clock(row)
                for rows in Status._read_clocks(tickets.ids).values() for row in rows})
