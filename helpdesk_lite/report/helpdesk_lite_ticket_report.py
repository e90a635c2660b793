from odoo import api, fields, models
from odoo.tools import SQL

PRIORITIES = [('0', 'Low'), ('1', 'Medium'), ('2', 'High'), ('3', 'Urgent')]


def hours(label, help_text, column=None):
    """A measure of hours: an average, and beside it a field that is its median.

    :param str column: the measure's column, for the median
    """
    return fields.Float(
        label, readonly=True, aggregator='median' if column else 'avg', help=help_text)


class HelpdeskLiteTicketReport(models.Model):
    """Tickets as figures: a row for each ticket, whose id it has.

    Merged tickets are no rows: their messages count on the ticket that stays.
    """

    _name = 'helpdesk.lite.ticket.report'
    _inherit = ['helpdesk.lite.analysis']
    _description = 'Helpdesk Ticket Analysis'
    _auto = False
    _order = 'creation_date desc, id desc'
    _rec_name = 'ticket_id'

    ticket_id = fields.Many2one('helpdesk.lite.ticket', readonly=True)
    name = fields.Char('Subject', readonly=True)
    ticket_ref = fields.Char('Reference', readonly=True)
    team_id = fields.Many2one('helpdesk.lite.team', readonly=True)
    company_id = fields.Many2one('res.company', readonly=True)
    stage_id = fields.Many2one('helpdesk.lite.stage', readonly=True)
    user_id = fields.Many2one('res.users', 'Assigned to', readonly=True)
    partner_id = fields.Many2one('res.partner', 'Customer', readonly=True)
    commercial_partner_id = fields.Many2one('res.partner', "Customer's Company", readonly=True)
    priority = fields.Selection(PRIORITIES, readonly=True)
    kanban_state = fields.Selection(
        [('normal', 'In Progress'), ('done', 'Ready'), ('blocked', 'Blocked')], 'Status',
        readonly=True)
    channel = fields.Selection(
        lambda self: self.env['helpdesk.lite.ticket']._fields['channel'].selection, readonly=True)
    waiting_for = fields.Selection(
        [('desk', 'Desk'), ('customer', 'Customer')], readonly=True)
    tag_ids = fields.Many2many(
        'helpdesk.lite.tag', 'helpdesk_lite_ticket_tag_rel', 'ticket_id', 'tag_id', 'Tags',
        readonly=True)
    properties = fields.Properties(definition='team_id.ticket_properties', readonly=True)
    is_closed = fields.Boolean('Closed', readonly=True)
    creation_date = fields.Datetime('Created on', readonly=True)
    assign_date = fields.Datetime('Assigned on', readonly=True)
    close_date = fields.Datetime('Closed on', readonly=True)
    first_response_date = fields.Datetime('First Answer', readonly=True)

    avg_response_hours = hours(
        'Average Hours to Respond', 'Working hours that a customer waited for an answer.')
    first_response_hours = hours(
        'Hours to First Response', 'Working hours between the creation and the first answer.')
    open_hours = hours(
        'Hours Open', 'Calendar hours between the creation and the closing, or now.')
    assign_hours = hours(
        'Working Hours to Assign', 'Working hours between the creation and the assignment.')
    close_hours = hours(
        'Working Hours to Close', 'Working hours between the creation and the closing.')
    sla_deadline_hours = hours(
        'Working Hours until SLA Deadline',
        'Working hours between the creation and the earliest deadline that is not kept yet.')
    desk_hours = hours(
        'Hours Waiting for the Desk', "Working hours that it was the desk's turn.")
    customer_hours = hours(
        'Hours Waiting for the Customer', "Working hours that it was the customer's turn.")
    avg_response_median = hours(
        'Median Hours to Respond', 'As the average, which few long waits move.', 'median')
    first_response_median = hours(
        'Median Hours to First Response', 'As the average, which few long waits move.', 'median')
    open_median = hours(
        'Median Hours Open', 'As the average, which few old tickets move.', 'median')
    assign_median = hours(
        'Median Working Hours to Assign', 'As the average, which few old tickets move.', 'median')
    close_median = hours(
        'Median Working Hours to Close', 'As the average, which few old tickets move.', 'median')
    sla_deadline_median = hours(
        'Median Working Hours until SLA Deadline', 'As the average, which few old tickets move.',
        'median')
    desk_median = hours(
        'Median Hours Waiting for the Desk', 'As the average, which few long waits move.', 'median')
    customer_median = hours(
        'Median Hours Waiting for the Customer', 'As the average, which few long waits move.',
        'median')
    answered_customer_message_count = fields.Integer('Exchanges', readonly=True, aggregator='avg')
    exchange_median = fields.Float('Median Exchanges', readonly=True, aggregator='median')
    reopen_count = fields.Integer('Reopenings', readonly=True)
    sla_fail = fields.Integer('Number of SLA Failed', readonly=True)
    closed_count = fields.Integer('Closed Tickets', readonly=True)

    rating_avg = fields.Float(
        'Rating (1–5)', readonly=True, aggregator='avg',
        help='What customers said; tickets without a rating do not count.')
    rating_median = fields.Float('Median Rating (1–5)', readonly=True, aggregator='median')

    @api.model
    def get_property_definition(self, full_name):
        """See ``BaseModel``: a property is told to those who see tickets that have it."""
        return self.env['helpdesk.lite.ticket'].get_property_definition(full_name)

    _depends = {
        'helpdesk.lite.ticket': [
            'name', 'ticket_ref', 'team_id', 'company_id', 'stage_id', 'user_id', 'partner_id',
            'commercial_partner_id', 'priority', 'kanban_state', 'channel', 'waiting_for',
            'properties', 'is_closed', 'creation_date', 'assign_date', 'close_date', 'active',
            'first_response_date', 'avg_response_hours', 'first_response_hours', 'assign_hours',
            'close_hours', 'sla_deadline', 'sla_deadline_hours', 'desk_hours', 'customer_hours',
            'answered_customer_message_count', 'reopen_count', 'merged_into_id', 'tag_ids',
            'rating_last_value'],
        'helpdesk.lite.sla.status': ['ticket_id', 'state', 'deadline'],
    }

    @property
    def _table_query(self):
        return SQL('SELECT %s FROM %s WHERE %s', self._select(), self._from(), self._where())

    def _select(self):
        """The columns; what was never measured is NULL, so that no average counts it as 0."""
        return SQL(
            """ticket.id, ticket.id AS ticket_id, ticket.name, ticket.ticket_ref, ticket.team_id,
               ticket.company_id, ticket.stage_id, ticket.user_id, ticket.partner_id,
               ticket.commercial_partner_id, ticket.priority, ticket.kanban_state, ticket.channel,
               ticket.waiting_for, ticket.properties, ticket.is_closed, ticket.assign_date,
               ticket.close_date, ticket.first_response_date, ticket.creation_date,
               %(respond)s AS avg_response_hours, %(respond)s AS avg_response_median,
               %(first)s AS first_response_hours, %(first)s AS first_response_median,
               %(opened)s AS open_hours, %(opened)s AS open_median,
               %(assign)s AS assign_hours, %(assign)s AS assign_median,
               %(closed)s AS close_hours, %(closed)s AS close_median,
               %(deadline)s AS sla_deadline_hours, %(deadline)s AS sla_deadline_median,
               NULLIF(ticket.rating_last_value, 0) AS rating_avg,
               NULLIF(ticket.rating_last_value, 0) AS rating_median,
               ticket.desk_hours, ticket.desk_hours AS desk_median,
               ticket.customer_hours, ticket.customer_hours AS customer_median,
               ticket.answered_customer_message_count,
               ticket.answered_customer_message_count AS exchange_median,
               COALESCE(ticket.reopen_count, 0) AS reopen_count,
               COALESCE(failed.number, 0) AS sla_fail, (ticket.is_closed IS TRUE)::int
                   AS closed_count""",
            respond=SQL('CASE WHEN ticket.answered_customer_message_count > 0 '
                        'THEN ticket.avg_response_hours END'),
            first=SQL('CASE WHEN ticket.first_response_date IS NOT NULL '
                      'THEN ticket.first_response_hours END'),
            opened=SQL('EXTRACT(EPOCH FROM COALESCE(ticket.close_date, %s) - ticket.creation_date)'
                       ' / 3600', fields.Datetime.now()),
            assign=SQL('CASE WHEN ticket.assign_date IS NOT NULL THEN ticket.assign_hours END'),
            deadline=SQL('CASE WHEN ticket.sla_deadline IS NOT NULL '
                         'THEN ticket.sla_deadline_hours END'),
            closed=SQL('CASE WHEN ticket.is_closed IS TRUE THEN ticket.close_hours END'))

    def _from(self):
        """The tickets, and how many of their promises were broken.

        PostgreSQL leaves the second table out where nobody asks for it.
        """
        return SQL(
            """helpdesk_lite_ticket ticket LEFT JOIN (
                   SELECT ticket_id, count(*) AS number FROM helpdesk_lite_sla_status
                    WHERE state = 'failed' OR (state = 'ongoing' AND deadline < %s)
                    GROUP BY ticket_id) failed ON failed.ticket_id = ticket.id""",
            fields.Datetime.now())

    def _where(self):
        return SQL('ticket.active IS TRUE AND ticket.merged_into_id IS NULL')
