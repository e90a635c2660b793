from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.raw_write import get_insert, raw_insert, raw_update
from ...tools.sla_clock import Clock
from .helpdesk_lite_sla import CALENDARS, TARGETS

STATES = [
    ('ongoing', 'In Progress'), ('paused', 'Paused'), ('reached', 'Reached'),
    ('failed', 'Failed'), ('cancelled', 'Cancelled'),
]
# Columns that change in the life of a clock
MOVING = (
    'state', 'spent', 'running_since', 'deadline', 'warning_date', 'reached_datetime',
    'exceeded_hours', 'why')


class HelpdeskLiteSlaStatus(models.Model):
    """The clock of one promise on one ticket.

    It keeps copies of all that its arithmetic uses, as it was when it began. It is failed from
    the deadline on, whether or not anything has run: see `_field_to_sql`.
    """

    _name = 'helpdesk.lite.sla.status'
    _description = 'Helpdesk SLA Status'
    _order = 'deadline, id'
    _rec_name = 'name'

    ticket_id = fields.Many2one(
        'helpdesk.lite.ticket', required=True, readonly=True, index=True, ondelete='cascade')
    sla_id = fields.Many2one(
        'helpdesk.lite.sla', 'Policy', required=True, readonly=True, index=True,
        ondelete='restrict')
    name = fields.Char('Promise', required=True, readonly=True)
    target = fields.Selection(TARGETS, required=True, readonly=True)
    stage_id = fields.Many2one('helpdesk.lite.stage', readonly=True, ondelete='set null')
    time = fields.Float('Within', readonly=True, help='Hours of the clock.')
    calendar = fields.Selection(CALENDARS, string='Clock', readonly=True)
    resource_calendar_id = fields.Many2one(
        'resource.calendar', 'Working Hours', readonly=True, ondelete='set null',
        index='btree_not_null')
    company_id = fields.Many2one('res.company', readonly=True, ondelete='cascade')
    exclude_stages = fields.Json(readonly=True, export_string_translation=False)
    pause_waiting = fields.Boolean('Paused while Waiting', readonly=True)
    pause_snoozed = fields.Boolean('Paused while Snoozed', readonly=True)
    start_date = fields.Datetime('Start', required=True, readonly=True)
    deadline = fields.Datetime(readonly=True, help='Empty while the clock stands still.')
    warning_date = fields.Datetime(
        'Warning', readonly=True, help='When three quarters of the time are over.')
    reached_datetime = fields.Datetime('Reached on', readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default='ongoing')
    exceeded_hours = fields.Float(
        'Hours Late', readonly=True, aggregator='avg',
        help='Hours of its clock by which the target was reached late; negative when early.')
    spent = fields.Float(
        'Time Counted', readonly=True, export_string_translation=False,
        help='Technical: seconds that are in the ledger.')
    running_since = fields.Datetime(
        readonly=True, export_string_translation=False,
        help='Technical: from when on the time is not in the ledger yet.')
    why = fields.Char(
        readonly=True, export_string_translation=False,
        help='Technical: why it stands still, or was cancelled.')
    event_ids = fields.One2many('helpdesk.lite.sla.event', 'status_id', 'Ledger', readonly=True)

    # for reports of some weeks: rows lie in the order of their dates
    _start_date_idx = models.Index('USING brin (start_date) WITH (pages_per_range = 32)')
    _running_idx = models.Index("(deadline) WHERE state = 'ongoing'")
    _failed_idx = models.Index("(deadline) WHERE state = 'failed'")
    _reached_idx = models.Index("(reached_datetime) WHERE state = 'reached'")

    # ------------------------------------------------------------------
    # The state follows the clock
    # ------------------------------------------------------------------

    def _field_to_sql(self, alias, field_expr, query=None):
        """Let a clock be failed from its deadline on, in reads, searches, groups and orders."""
        sql = super()._field_to_sql(alias, field_expr, query)
        if field_expr != 'state':
            return sql
        return SQL(
            "CASE WHEN %(state)s = 'ongoing' AND %(deadline)s < %(now)s THEN 'failed' "
            'ELSE %(state)s END', state=sql, now=fields.Datetime.now(),
            deadline=super()._field_to_sql(alias, 'deadline', query))

    @api.model
    def _get_failed_domain(self, now):
        """Failed clocks, as an index can find them."""
        def to_sql(model, alias, query):
            return SQL(
                "(%(a)s.state = 'failed'"
                " OR (%(a)s.state = 'ongoing' AND %(a)s.deadline < %(now)s))",
                a=SQL.identifier(alias), now=now)
        return Domain.custom(to_sql=to_sql)

    # ------------------------------------------------------------------
    # Nobody writes a clock by hand
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        """Refuse clocks that no policy started."""
        raise UserError(self.env._('SLA policies give tickets their deadlines.'))

    def write(self, vals):  # pylint: disable=method-required-super
        """Refuse to change a clock by hand."""
        raise UserError(self.env._(
            'The deadline of a ticket follows what happens to it: it is never changed by hand.'))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        """Refuse to delete a clock."""
        raise UserError(self.env._('An SLA deadline is never deleted.'))

    @api.readonly
    def action_view_ticket(self):
        """Open the ticket of a deadline."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window', 'res_model': 'helpdesk.lite.ticket',
            'res_id': self.ticket_id.id, 'views': [(False, 'form')]}

    # ------------------------------------------------------------------
    # Rows and clocks
    # ------------------------------------------------------------------

    @api.model
    def _read_clocks(self, ticket_ids):
        """The clocks of tickets, by one statement.

        :return: ``{ticket id: [row]}``, the oldest first; a row is a dict of columns
        """
        rows = {}
        for row in self.env.execute_query_dict(SQL(
                'SELECT * FROM helpdesk_lite_sla_status WHERE ticket_id = ANY(%s) ORDER BY id',
                list(ticket_ids))):
            rows.setdefault(row['ticket_id'], []).append(row)
        return rows

    @api.model
    def _read_pauses(self, rows):
        """Add to rows of clocks when and why they stood still, by one statement.

        :param rows: as `_read_clocks` returns them; each gets ``pauses``: ``[[start, end, why]]``,
            of which the last may have no end, and ``cancelled_at``
        """
        by_id = {row['id']: row for row in rows}
        for row in rows:
            row['pauses'] = []
        for status_id, kind, date, cause in self.env.execute_query(SQL(
                """SELECT status_id, kind, date, cause FROM helpdesk_lite_sla_event
                    WHERE status_id = ANY(%s) ORDER BY id""", list(by_id))):
            pauses = by_id[status_id]['pauses']
            if kind == 'cancelled':
                by_id[status_id]['cancelled_at'] = date
            if pauses and pauses[-1][1] is None:
                pauses[-1][1] = date
            if kind == 'paused':
                pauses.append([date, None, cause])

    @api.model
    def _make_clock(self, row):
        """A clock from its row; see ``tools/sla_clock.py``."""
        spent = timedelta(seconds=row['spent'] or 0)
        return Clock(
            target=row['target'], start=row['start_date'],
            time=timedelta(seconds=round(row['time'] * 3600)),
            timetable=self._get_timetable(row), stage_id=row['stage_id'] or 0,
            exclude=frozenset(row['exclude_stages'] or ()),
            pause_waiting=bool(row['pause_waiting']), pause_snoozed=bool(row['pause_snoozed']),
            state=row['state'], spent=spent, running_since=row['running_since'],
            deadline=row['deadline'], warning=row['warning_date'],
            reached=row['reached_datetime'], exceeded=row['exceeded_hours'] or 0.0,
            why=row['why'] or '', booked_minutes=round(spent / timedelta(minutes=1)))

    @api.model
    def _get_timetable(self, row):
        calendar = self.env['resource.calendar'].browse(row['resource_calendar_id'] or ())
        return calendar._get_helpdesk_lite_timetable(row['company_id'])

    @api.model
    def _get_moving_vals(self, clock):
        return {
            'state': clock.state, 'spent': clock.spent.total_seconds(),
            'running_since': clock.running_since, 'deadline': clock.deadline,
            'warning_date': clock.warning, 'reached_datetime': clock.reached,
            'exceeded_hours': clock.exceeded, 'why': clock.why or None}

    @api.model
    def _get_new_row(self, ticket, policy):
        """The columns of a new clock that don't change: copies of the policy as it is now."""
        calendar_id = {
            'team': ticket.team_id.resource_calendar_id.id, 'own': policy.resource_calendar_id,
        }.get(policy.calendar)
        return {
            'ticket_id': ticket.id, 'sla_id': policy.id, 'name': policy.name,
            'target': policy.target, 'stage_id': policy.stage_id or None, 'time': policy.time,
            'calendar': policy.calendar, 'resource_calendar_id': calendar_id or None,
            'company_id': ticket.company_id.id, 'exclude_stages': sorted(policy.exclude),
            'pause_waiting': policy.pause_waiting, 'pause_snoozed': policy.pause_snoozed}

    @api.model
    def _save(self, changed, new):
        """Write clocks and their ledger, in one statement, or two where clocks are new.

        :param changed: ``[(row, Clock)]``
        :param new: ``[(row without id, Clock)]``
        """
        self.flush_model()
        ids = raw_insert(self, [
            {**row, 'start_date': clock.start, **self._get_moving_vals(clock)}
            for row, clock in new])
        for (row, _clock), row_id in zip(new, ids, strict=True):
            row['id'] = row_id
        Event, ledger = self.env['helpdesk.lite.sla.event'], self._get_ledger([*changed, *new])
        if not changed:
            raw_insert(Event, ledger)
            return
        raw_update(self, [
            {'id': row['id'], **self._get_moving_vals(clock)} for row, clock in changed
        ], beside=get_insert(Event, ledger))
        Event.invalidate_model(flush=False)

    @api.model
    def _get_ledger(self, pairs):
        """The new rows of the ledger: dicts of columns.

        :param pairs: ``[(row, Clock)]``
        """
        tickets = self.env['helpdesk.lite.ticket'].browse(
            {row['ticket_id'] for row, _clock in pairs})
        prefetch_ids = tickets._prefetch_ids  # all are read at once
        return [
            {
                'status_id': row['id'], 'kind': entry.kind, 'date': entry.date,
                'reason': tickets.browse(row['ticket_id']).with_prefetch(
                    prefetch_ids)._explain_clock(row, entry),
                'cause': entry.why, 'user_id': self.env.uid, 'minutes': entry.minutes,
                'deadline': entry.deadline,
            } for row, clock in pairs for entry in clock.rows]
