from odoo import fields, models
from odoo.tools import SQL

from ...tools.raw_write import raw_write


class HelpdeskLiteTicket(models.Model):
    """How long a ticket took, in hours of its team's working calendar."""

    _inherit = 'helpdesk.lite.ticket'

    creation_date = fields.Datetime(
        readonly=True, copy=False, default=fields.Datetime.now,
        help="When the ticket came in, by the desk's clock: everything is counted from it.")
    assign_hours = fields.Float(
        'Hours to Assignment', readonly=True, copy=False, aggregator='avg',
        help='Working hours of the team between the creation and the first assignment.')
    close_hours = fields.Float(
        'Hours to Close', readonly=True, copy=False, aggregator='avg',
        help='Working hours of the team between the creation and the closing.')

    # for reports of some weeks: rows lie in the order of their dates
    _creation_date_idx = models.Index('USING brin (creation_date) WITH (pages_per_range = 32)')

    def _get_creation_date(self):
        """When the ticket came in, also where other programs wrote it by SQL."""
        return self.creation_date or self.create_date.replace(microsecond=0)

    def _update_working_hours(self):
        """Set the hours to assignment and closing from the tickets' dates, in one statement each.

        Called after a move or an assignment; a ticket that is open again has no hours to close.
        """
        self.flush_recordset(['assign_date', 'close_date', 'creation_date'])
        self._update_hours('assign_hours', 'assign_date')
        self._update_hours('close_hours', 'close_date')

    def _update_hours(self, hours_name, date_name):
        spans = {t.id: (t._get_creation_date(), t[date_name]) for t in self if t[date_name]}
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
        tickets = self.sudo()  # sudo: helpdesk.lite.team - the calendar of the tickets' own teams
        return {
            ticket.id: ticket.team_id._get_timetable().count_hours(*spans[ticket.id])
            for ticket in tickets}
