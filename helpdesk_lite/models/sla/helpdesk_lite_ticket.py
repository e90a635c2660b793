from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.raw_write import raw_write

# What a clock looks at besides messages, and what decides which policies match
MATCHED = {'team_id', 'priority', 'partner_id', 'tag_ids'}
FOLLOWED = {'stage_id', 'active', 'merged_into_id'}
BATCH = 1000


class HelpdeskLiteTicket(models.Model):
    """The promises on a ticket, and when what happens to it reaches their clocks."""

    _inherit = 'helpdesk.lite.ticket'

    sla_status_ids = fields.One2many(
        'helpdesk.lite.sla.status', 'ticket_id', 'SLA', readonly=True)
    sla_deadline = fields.Datetime(
        'SLA Deadline', readonly=True, copy=False,
        help='The earliest deadline of the promises that are not kept yet, past ones included.')
    sla_warning_date = fields.Datetime(
        'SLA Warning', readonly=True, copy=False, export_string_translation=False,
        help='When three quarters of the time until the deadline are over.')
    sla_deadline_hours = fields.Float(
        'Working Hours until SLA Deadline', readonly=True, copy=False, aggregator='avg',
        help='Working hours of the team between the creation and the deadline.')
    sla_failed = fields.Boolean(
        'SLA Failed', compute='_compute_sla_state', search='_search_sla_failed',
        help='A promise on the ticket was broken, or its deadline has passed.')
    sla_reached = fields.Boolean(
        'SLA Reached', compute='_compute_sla_state', search='_search_sla_reached',
        help='All promises on the ticket that are settled were kept.')

    _sla_deadline_idx = models.Index(
        '(sla_deadline, priority DESC, id DESC) WHERE active IS TRUE AND is_closed IS NOT TRUE')

    @api.depends('sla_status_ids.state')
    def _compute_sla_state(self):
        # sudo: helpdesk.lite.sla.status - of tickets that the user reads
        for ticket in self:
            states = set(ticket.sudo().sla_status_ids.mapped('state'))
            ticket.sla_failed = 'failed' in states
            ticket.sla_reached = 'reached' in states and 'failed' not in states

    def _search_sla_failed(self, operator, value):
        if operator != 'in':
            return NotImplemented
        Status = self.env['helpdesk.lite.sla.status']
        # sudo: helpdesk.lite.sla.status - which of the tickets that the user sees
        failed = Domain('id', 'in', Status.sudo()._search(
            Status._get_failed_domain(fields.Datetime.now())).subselect('ticket_id'))
        return failed if True in value else ~failed

    def _search_sla_reached(self, operator, value):
        if operator != 'in':
            return NotImplemented
        # sudo: helpdesk.lite.sla.status - which of the tickets that the user sees
        Status = self.env['helpdesk.lite.sla.status'].sudo()
        reached = Domain('id', 'in', Status._search(
            [('state', '=', 'reached')]).subselect('ticket_id')) & ~Domain(
            'id', 'in', Status._search(Status._get_failed_domain(
                fields.Datetime.now())).subselect('ticket_id'))
        return reached if True in value else ~reached

    # ------------------------------------------------------------------
    # What happens
    # ------------------------------------------------------------------

    def _after_create(self, vals_list, choices):  # pylint: disable=missing-return
        super()._after_create(vals_list, choices)
        # an import with history off brings old tickets: nothing was promised to them
        history_off = self.env.context.get('helpdesk_lite_import') and self.env.context.get(
            'tracking_disable')
        if not history_off and (opened := self.filtered(lambda ticket: not ticket.is_closed)):
            opened._sync_clocks(match='created')

    def _after_write(self, vals, changed, before):  # pylint: disable=missing-return
        super()._after_write(vals, changed, before)
        if MATCHED & vals.keys():
            self._sync_clocks(match='changed')
        elif FOLLOWED & vals.keys():
            self._sync_clocks()

    @api.model
    def _count_messages(self, rows):  # pylint: disable=missing-return
        super()._count_messages(rows)
        self.browse({ticket_id for ticket_id, _side, _moment in rows})._sync_clocks()

    def _recount_answers(self):  # pylint: disable=missing-return
        super()._recount_answers()
        self._sync_clocks()

    @api.model
    def _apply_fold(self, stages):  # pylint: disable=missing-return
        """Let the clocks of the stages' tickets follow, in batches of a job that is called."""
        super()._apply_fold(stages)
        raw_write(self, ['sla_pending_date'], SQL(
            """UPDATE helpdesk_lite_ticket ticket SET sla_pending_date = %s
                WHERE stage_id = ANY(%s) AND merged_into_id IS NULL
                  AND EXISTS (SELECT 1 FROM helpdesk_lite_sla_status status
                               WHERE status.ticket_id = ticket.id)
            RETURNING ticket.id""", fields.Datetime.now(), stages.ids))

    sla_pending_date = fields.Datetime(
        readonly=True, copy=False, export_string_translation=False,
        help='Technical: a stage was folded or unfolded then, and the clocks have yet to follow.')
    _sla_pending_idx = models.Index('(id) WHERE sla_pending_date IS NOT NULL')

    @api.model
    def _get_auto_close_jobs(self, now):
        yield from super()._get_auto_close_jobs(now)
        yield (Domain('sla_pending_date', '!=', False) & Domain('active', 'in', [True, False]),
               BATCH, lambda tickets: tickets._follow_fold())

    def _follow_fold(self):
        """Let the clocks follow a stage that was folded or unfolded, as of that moment."""
        for moment, tickets in self.grouped('sla_pending_date').items():
            tickets._sync_clocks(now=moment)
        self._write_turn({'sla_pending_date': False})

    @api.model
    def _match_policies_on(self, domain):
        """Match the policies on tickets anew, a thousand at a time."""
        tickets = self.search(Domain(domain), order='id')
        for start in range(0, len(tickets), BATCH):
            batch = tickets[start:start + BATCH]
            batch._sync_clocks(match='applied')
            self.env.flush_all()
            self.env.invalidate_all(flush=False)
