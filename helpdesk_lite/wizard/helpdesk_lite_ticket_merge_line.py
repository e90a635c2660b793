from babel.dates import format_timedelta

from odoo import api, fields, models
from odoo.tools.misc import babel_locale_parse, get_lang


class HelpdeskLiteTicketMergeLine(models.TransientModel):
    """A ticket that was selected for merging."""

    _name = 'helpdesk.lite.ticket.merge.line'
    _description = 'Merge Helpdesk Tickets: Ticket'
    _rec_name = 'ticket_id'

    merge_id = fields.Many2one(
        'helpdesk.lite.ticket.merge', required=True, index=True, ondelete='cascade')
    ticket_id = fields.Many2one('helpdesk.lite.ticket', required=True, ondelete='cascade')
    similarity = fields.Float(
        'Similarity (%)', compute='_compute_similarity', digits=(5, 1), aggregator=None,
        help='How alike the ticket is to the one that stays: subject, description, customer and '
             'day. 100 is the same.')
    stays = fields.Boolean(compute='_compute_similarity')
    ticket_ref = fields.Char(related='ticket_id.ticket_ref')
    name = fields.Char(related='ticket_id.name')
    partner_id = fields.Many2one(related='ticket_id.partner_id')
    team_id = fields.Many2one(related='ticket_id.team_id')
    stage_id = fields.Many2one(related='ticket_id.stage_id')
    is_closed = fields.Boolean(related='ticket_id.is_closed')
    age = fields.Char(compute='_compute_age')
    message_count = fields.Integer('Messages', compute='_compute_counts')
    attachment_count = fields.Integer('Files', compute='_compute_counts')

    @api.depends('ticket_id', 'merge_id.destination_id')
    def _compute_similarity(self):
        for merge, lines in self.grouped('merge_id').items():
            destination = merge.destination_id._origin
            measured = destination._measure_similarity(lines.ticket_id) if destination else {}
            for line in lines:
                ticket = line.ticket_id._origin
                line.similarity = measured.get(ticket.id, 0)
                line.stays = bool(ticket) and ticket == destination

    @api.depends('ticket_id')
    def _compute_age(self):
        """In words, since a number of days or hours alone says little."""
        now = fields.Datetime.now()
        locale = babel_locale_parse(get_lang(self.env).code)
        for line in self:
            created = line.ticket_id.create_date
            line.age = format_timedelta(now - created, locale=locale) if created else False

    @api.depends('ticket_id')
    def _compute_counts(self):
        counts = self.ticket_id._origin._count_for_merge()
        for line in self:
            line.message_count, line.attachment_count = counts.get(
                line.ticket_id._origin.id, (0, 0))
