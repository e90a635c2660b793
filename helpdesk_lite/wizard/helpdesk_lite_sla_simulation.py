import heapq
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.sla_clock import Clock
from ..tools.sla_simulation import simulate

BATCH, WORST = 1000, 20
TARGETS = ('first_response', 'next_response', 'closed')


class HelpdeskLiteSlaSimulation(models.TransientModel):
    """Tries a policy on past tickets: what would have been reached, and what failed.

    Nothing is stored but what this page shows. The policy is tried by itself on the tickets that
    fit it today, from their messages and closings; the stages that they were in are not known.
    """

    _name = 'helpdesk.lite.sla.simulation'
    _description = 'Try an SLA Policy on Past Tickets'

    sla_id = fields.Many2one('helpdesk.lite.sla', 'Policy', required=True, readonly=True)
    sentence = fields.Char(related='sla_id.sentence')
    days = fields.Selection(
        [('30', '30 days'), ('90', '90 days'), ('365', '365 days')], 'Tickets of the Last',
        required=True, default='90')
    is_done = fields.Boolean(readonly=True)
    ticket_count = fields.Integer('Tickets', readonly=True)
    reached_count = fields.Integer('Reached', readonly=True)
    failed_count = fields.Integer('Failed', readonly=True)
    share = fields.Float('Share Reached', compute='_compute_share')
    line_ids = fields.One2many(
        'helpdesk.lite.sla.simulation.line', 'simulation_id', 'By Team and Week', readonly=True)
    worst_ids = fields.One2many(
        'helpdesk.lite.sla.simulation.worst', 'simulation_id', 'The Worst', readonly=True)

    @api.depends('reached_count', 'failed_count')
    def _compute_share(self):
        for wizard in self:
            settled = wizard.reached_count + wizard.failed_count
            wizard.share = settled and wizard.reached_count / settled

    def action_try(self):
        """Try the policy, and show what came of it.

        :raise UserError: for a policy whose target is a stage
        """
        self.ensure_one()
        if self.sla_id.target not in TARGETS:
            raise UserError(self.env._(
                'It is not known when past tickets came into their stages: only policies for '
                'answers and for closing can be tried.'))
        counts, worst, ticket_count = self._simulate(fields.Datetime.now())
        totals = [sum(numbers) for numbers in zip(*counts.values(), strict=True)] or [0, 0]
        self.line_ids.unlink()
        self.worst_ids.unlink()
        self.write({
            'is_done': True, 'ticket_count': ticket_count,
            'reached_count': totals[0], 'failed_count': totals[1],
            'line_ids': [
                fields.Command.create({
                    'team_id': team_id, 'week': week, 'reached_count': reached,
                    'failed_count': failed})
                for (team_id, week), (reached, failed) in sorted(counts.items())],
            'worst_ids': [
                fields.Command.create({
                    'ticket_id': -ticket, 'deadline': deadline, 'hours_late': hours})
                for hours, ticket, deadline in worst],
        })
        return {
            'type': 'ir.actions.act_window', 'res_model': self._name, 'res_id': self.id,
            'view_mode': 'form', 'target': 'new',
            'name': self.env._('Try on Past Tickets')}

    # ------------------------------------------------------------------
    # Counting
    # ------------------------------------------------------------------

    def _simulate(self, now):
        """Try the policy on all tickets that it fits, a thousand at a time.

        :return: ``({(team id, Monday): [reached, failed]},
            [(hours late, -ticket id, deadline)] with the worst first, number of tickets)``
        """
        ids = self.env['helpdesk.lite.ticket'].search(self._get_ticket_domain(now), order='id').ids
        counts, worst, ticket_count = {}, [], 0
        for start in range(0, len(ids), BATCH):
            for ticket, outcomes in self._simulate_batch(ids[start:start + BATCH], now):
                ticket_count += bool(outcomes)
                for outcome in outcomes:
                    if outcome.state not in ('reached', 'failed'):
                        continue
                    key = ticket.team_id.id, self._get_week(ticket.team_id, outcome.start)
                    failed = outcome.state == 'failed'
                    counts.setdefault(key, [0, 0])[failed] += 1
                    if failed:
                        worst.append((outcome.hours_late, -ticket.id, outcome.deadline))
            worst = heapq.nlargest(WORST, worst)
            self.env.invalidate_all()
        return counts, worst, ticket_count

    def _get_ticket_domain(self, now):
        """The tickets that came in lately and fit the policy as they are now."""
        policy = self.sla_id
        domain = Domain([
            ('company_id', '=', policy.company_id.id), ('merged_into_id', '=', False),
            ('creation_date', '>=', now - timedelta(days=int(self.days)))])
        if policy.team_ids:
            domain &= Domain('team_id', 'in', policy.team_ids.ids)
        if policy.priority != 'any':
            domain &= Domain('priority', '>=' if policy.priority_or_higher else '=',
                             policy.priority)
        if policy.tag_ids:
            domain &= Domain('tag_ids', 'in', policy.tag_ids.ids)
        if policy.partner_ids:
            domain &= (Domain('partner_id', 'in', policy.partner_ids.ids)
                       | Domain('commercial_partner_id', 'in', policy.partner_ids.ids))
        return domain

    def _simulate_batch(self, ticket_ids, now):
        """Yield each ticket with its outcomes: two statements, whatever their number."""
        tickets = self.env['helpdesk.lite.ticket'].browse(ticket_ids)
        events = tickets._read_events()
        for ticket in tickets:
            created = ticket._get_creation_date()
            yield ticket, simulate(
                self._make_clock(ticket, created), created, events.get(ticket.id, ()), now)

    def _make_clock(self, ticket, created):
        policy = self.sla_id
        calendar = (ticket.team_id.resource_calendar_id if policy.calendar == 'team'
                    else policy.resource_calendar_id)
        return Clock(
            target=policy.target, start=created,
            time=timedelta(seconds=round(policy.time * 3600)),
            timetable=calendar._get_helpdesk_lite_timetable(policy.company_id.id),
            pause_waiting=policy.pause_waiting)

    def _get_week(self, team, moment):
        """The Monday of the week of a moment, by the team's clock."""
        local = fields.Datetime.context_timestamp(
            self.with_context(tz=team.resource_calendar_id.tz or 'UTC'), moment).date()
        return local - timedelta(days=local.weekday())


class HelpdeskLiteSlaSimulationLine(models.TransientModel):
    """How many promises of a team and week would have been reached, and how many failed."""

    _name = 'helpdesk.lite.sla.simulation.line'
    _description = 'Try an SLA Policy: Team and Week'
    _order = 'team_id, week'
    _rec_name = 'team_id'

    simulation_id = fields.Many2one(
        'helpdesk.lite.sla.simulation', required=True, ondelete='cascade', index=True)
    team_id = fields.Many2one('helpdesk.lite.team', readonly=True)
    week = fields.Date('Week of', readonly=True)
    reached_count = fields.Integer('Reached', readonly=True, aggregator='sum')
    failed_count = fields.Integer('Failed', readonly=True, aggregator='sum')
    share = fields.Float('Share Reached', compute='_compute_share')

    @api.depends('reached_count', 'failed_count')
    def _compute_share(self):
        for line in self:
            line.share = line.reached_count / (line.reached_count + line.failed_count or 1)


class HelpdeskLiteSlaSimulationWorst(models.TransientModel):
    """A ticket that would have been among the latest."""

    _name = 'helpdesk.lite.sla.simulation.worst'
    _description = 'Try an SLA Policy: Late Ticket'
    _order = 'hours_late desc, id'
    _rec_name = 'ticket_id'

    simulation_id = fields.Many2one(
        'helpdesk.lite.sla.simulation', required=True, ondelete='cascade', index=True)
    ticket_id = fields.Many2one('helpdesk.lite.ticket', readonly=True, ondelete='cascade')
    team_id = fields.Many2one(related='ticket_id.team_id')
    deadline = fields.Datetime(readonly=True)
    hours_late = fields.Float(readonly=True)
