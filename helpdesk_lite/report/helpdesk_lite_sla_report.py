from odoo import fields, models
from odoo.tools import SQL

from ..models.sla.helpdesk_lite_sla import TARGETS
from .helpdesk_lite_ticket_report import PRIORITIES


class HelpdeskLiteSlaReport(models.Model):
    """Promises as figures: a row for each clock that counts, whose id it has.

    Cancelled clocks and archived or merged tickets are no rows: nothing is owed there.
    """

    _name = 'helpdesk.lite.sla.report'
    _inherit = ['helpdesk.lite.analysis']
    _description = 'Helpdesk SLA Status Analysis'
    _auto = False
    _order = 'deadline desc, id desc'
    _rec_name = 'ticket_id'

    ticket_id = fields.Many2one('helpdesk.lite.ticket', readonly=True)
    sla_id = fields.Many2one('helpdesk.lite.sla', 'Policy', readonly=True)
    target = fields.Selection(TARGETS, readonly=True)
    state = fields.Selection(
        [('failed', 'Failed'), ('ongoing', 'In Progress'), ('reached', 'Reached')], readonly=True)
    team_id = fields.Many2one('helpdesk.lite.team', readonly=True)
    company_id = fields.Many2one('res.company', readonly=True)
    user_id = fields.Many2one('res.users', 'Assigned to', readonly=True)
    partner_id = fields.Many2one('res.partner', 'Customer', readonly=True)
    commercial_partner_id = fields.Many2one('res.partner', "Customer's Company", readonly=True)
    priority = fields.Selection(PRIORITIES, readonly=True)
    start_date = fields.Datetime('Start', readonly=True)
    deadline = fields.Datetime(readonly=True)
    reached_datetime = fields.Datetime('Reached on', readonly=True)
    failed_count = fields.Integer('Number of SLA Failed', readonly=True)
    reached_count = fields.Integer('Number of SLA Reached', readonly=True)
    reached_share = fields.Float(
        'Share Reached (%)', readonly=True, aggregator='avg',
        help='Of the promises whose outcome is known; those in progress do not count.')
    reached_hours = fields.Float(
        'Hours to Reach', readonly=True, aggregator='avg',
        help="Hours of the promise's clock until it was reached.")
    reached_median = fields.Float('Median Hours to Reach', readonly=True, aggregator='median')
    exceeded_hours = fields.Float(
        'Hours Late', readonly=True, aggregator='avg',
        help='Hours of its clock by which the target was reached late; negative when early.')
    exceeded_median = fields.Float('Median Hours Late', readonly=True, aggregator='median')

    _depends = {
        'helpdesk.lite.ticket': [
            'team_id', 'company_id', 'user_id', 'partner_id', 'commercial_partner_id', 'priority',
            'active', 'merged_into_id'],
        'helpdesk.lite.sla.status': [
            'ticket_id', 'sla_id', 'target', 'state', 'deadline', 'start_date',
            'reached_datetime', 'exceeded_hours', 'spent'],
    }

    @property
    def _table_query(self):
        return SQL(
            """SELECT status.id, status.ticket_id, status.sla_id, status.target,
                      state.name AS state, ticket.team_id, ticket.company_id, ticket.user_id,
                      ticket.partner_id,
                      ticket.commercial_partner_id, ticket.priority, status.start_date,
                      status.deadline, status.reached_datetime,
                      (state.name = 'failed')::int AS failed_count,
                      (state.name = 'reached')::int AS reached_count,
                      CASE state.name WHEN 'reached' THEN 100.0 WHEN 'failed' THEN 0.0 END
                          AS reached_share,
                      %(hours)s AS reached_hours, %(hours)s AS reached_median,
                      %(exceeded)s AS exceeded_hours, %(exceeded)s AS exceeded_median
                 FROM helpdesk_lite_sla_status status
                 JOIN helpdesk_lite_ticket ticket ON ticket.id = status.ticket_id
                CROSS JOIN LATERAL (SELECT CASE
                           WHEN status.state = 'ongoing' AND status.deadline < %(now)s THEN 'failed'
                           WHEN status.state = 'paused' THEN 'ongoing'
                           ELSE status.state END AS name) state
                WHERE status.state != 'cancelled' AND ticket.active IS TRUE
                  AND ticket.merged_into_id IS NULL""",
            now=fields.Datetime.now(),
            exceeded=SQL('CASE WHEN status.reached_datetime IS NOT NULL '
                         'THEN status.exceeded_hours END'),
            hours=SQL('CASE WHEN status.reached_datetime IS NOT NULL THEN status.spent / 3600 END'))
