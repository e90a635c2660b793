from odoo import api, fields, models
from odoo.tools import SQL


class HelpdeskLiteTicketClosing(models.Model):
    """Each closing of a ticket, so that a figure of last month stays when a ticket is reopened.

    A merge closes a ticket, too, but solves nothing: it is no closing here.
    """

    _name = 'helpdesk.lite.ticket.closing'
    _description = 'Helpdesk Ticket Closing'
    _order = 'close_date desc, id desc'
    _rec_name = 'ticket_id'

    ticket_id = fields.Many2one(
        'helpdesk.lite.ticket', required=True, index=True, readonly=True, ondelete='cascade')
    close_date = fields.Datetime('Closed on', required=True, readonly=True)
    reopen_date = fields.Datetime('Reopened on', readonly=True)
    user_id = fields.Many2one(
        'res.users', 'Assigned to', readonly=True, ondelete='set null',
        help='Who was assigned when the ticket was closed.')
    team_id = fields.Many2one(
        'helpdesk.lite.team', readonly=True, ondelete='set null',
        help='The team that the ticket was in when it was closed.')

    close_message = fields.Integer(
        readonly=True, export_string_translation=False,
        help='Technical: the last message before it, which tells what came first in a second.')
    reopen_message = fields.Integer(
        readonly=True, export_string_translation=False, help='Technical: as above.')

    _user_idx = models.Index('(user_id, close_date) INCLUDE (ticket_id, reopen_date)')
    # for reports of some weeks: rows lie in the order of their dates
    _close_date_idx = models.Index('USING brin (close_date) WITH (pages_per_range = 32)')
    _open_uniq = models.UniqueIndex(
        '(ticket_id) WHERE reopen_date IS NULL', 'A ticket is closed once at a time.')

    @api.model
    def _note_changes(self, where, now, closed_at=None):
        """Note which tickets were closed or opened again since it was noted last.

        One statement, whatever the number of tickets, and no change where nothing is new.

        :param SQL where: a condition on ``ticket``, the table of tickets
        :param datetime now: when those were opened again that are open now
        :param datetime closed_at: when those were closed that are closed now; None means what the
            tickets say
        """
        self.env['helpdesk.lite.ticket'].flush_model(
            ['is_closed', 'close_date', 'user_id', 'team_id', 'stage_id', 'merged_into_id'])
        self.env.execute_query(SQL(
            """WITH opened AS (
                   UPDATE helpdesk_lite_ticket_closing closing
                      SET reopen_date = %(now)s,
                          reopen_message = (SELECT max(id) FROM mail_message)
                     FROM helpdesk_lite_ticket ticket
                    WHERE ticket.id = closing.ticket_id AND ticket.is_closed IS NOT TRUE
                      AND closing.reopen_date IS NULL AND %(where)s)
               INSERT INTO helpdesk_lite_ticket_closing (
                      ticket_id, close_date, user_id, team_id, close_message)
               SELECT ticket.id, COALESCE(%(closed_at)s, ticket.close_date), ticket.user_id,
                      ticket.team_id,
                      (SELECT max(id) FROM mail_message)
                 FROM helpdesk_lite_ticket ticket
                WHERE ticket.is_closed IS TRUE AND ticket.merged_into_id IS NULL
                  AND ticket.close_date IS NOT NULL AND %(where)s
                   ON CONFLICT (ticket_id) WHERE reopen_date IS NULL DO NOTHING
            RETURNING id""", now=now, where=where, closed_at=closed_at))
        self.invalidate_model(flush=False)
