from odoo import fields, models
from odoo.tools import SQL

from .helpdesk_lite_ticket_report import PRIORITIES

KEPT = "interval '7 days'"


class HelpdeskLiteClosingReport(models.Model):
    """Closings as figures: a row for each time that a ticket was closed, whose id it has.

    A ticket that is opened again changes no figure of the month in which it was closed before,
    except that it was not solved where that came within 7 days. Team and assignee are those of
    that day. Merged tickets have no closing; archived ones are no rows.
    """

    _name = 'helpdesk.lite.closing.report'
    _inherit = ['helpdesk.lite.analysis']
    _description = 'Helpdesk Closing Analysis'
    _auto = False
    _order = 'close_date desc, id desc'
    _rec_name = 'ticket_id'
    _ticket_team = 'ticket_team_id'

    ticket_id = fields.Many2one('helpdesk.lite.ticket', readonly=True)
    team_id = fields.Many2one(
        'helpdesk.lite.team', readonly=True, help='The team that the ticket was in that day.')
    ticket_team_id = fields.Many2one(
        'helpdesk.lite.team', 'Team Now', readonly=True, help='The team that the ticket is in now.')
    user_id = fields.Many2one(
        'res.users', 'Assigned to', readonly=True, help='Who was assigned that day.')
    company_id = fields.Many2one('res.company', readonly=True)
    partner_id = fields.Many2one('res.partner', 'Customer', readonly=True)
    commercial_partner_id = fields.Many2one('res.partner', "Customer's Company", readonly=True)
    priority = fields.Selection(PRIORITIES, readonly=True)
    channel = fields.Selection(
        lambda self: self.env['helpdesk.lite.ticket']._fields['channel'].selection, readonly=True)
    close_date = fields.Datetime('Closed on', readonly=True)
    reopen_date = fields.Datetime('Reopened on', readonly=True)
    solved = fields.Boolean(
        readonly=True, help='Whether the ticket was not reopened within 7 days.')
    solved_count = fields.Integer(
        'Solved Tickets', readonly=True, help='Closings that held for 7 days, or hold until now.')
    reopened_count = fields.Integer('Reopened within 7 Days', readonly=True)
    solved_share = fields.Float(
        'Share Solved (%)', readonly=True, aggregator='avg',
        help='Of the closings, those that held for 7 days, or hold until now.')
    open_hours = fields.Float(
        'Hours Open', readonly=True, aggregator='avg',
        help='Calendar hours between the creation of the ticket and this closing.')
    open_median = fields.Float(
        'Median Hours Open', readonly=True, aggregator='median',
        help='As the average, which few old tickets move.')

    _depends = {
        'helpdesk.lite.ticket': [
            'team_id', 'company_id', 'partner_id', 'commercial_partner_id', 'priority', 'channel',
            'active', 'merged_into_id', 'creation_date'],
        'helpdesk.lite.ticket.closing': [
            'ticket_id', 'team_id', 'user_id', 'close_date', 'reopen_date'],
    }

    @property
    def _table_query(self):
        return SQL(
            """SELECT closing.id, closing.ticket_id, closing.team_id, closing.user_id,
                      ticket.team_id AS ticket_team_id, ticket.company_id, ticket.partner_id,
                      ticket.commercial_partner_id, ticket.priority, ticket.channel,
                      closing.close_date, closing.reopen_date,
                      NOT back.soon AS solved, (NOT back.soon)::int AS solved_count,
                      back.soon::int AS reopened_count,
                      CASE WHEN back.soon THEN 0.0 ELSE 100.0 END AS solved_share,
                      %(hours)s AS open_hours, %(hours)s AS open_median
                 FROM helpdesk_lite_ticket_closing closing
                 JOIN helpdesk_lite_ticket ticket ON ticket.id = closing.ticket_id
                CROSS JOIN LATERAL (SELECT COALESCE(
                      closing.reopen_date < closing.close_date + %(kept)s, FALSE) AS soon) back
                WHERE ticket.active IS TRUE AND ticket.merged_into_id IS NULL""",
            kept=SQL(KEPT), hours=SQL(
                'EXTRACT(EPOCH FROM closing.close_date - ticket.creation_date) / 3600'))
