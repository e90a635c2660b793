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
    readable_ticket_id = fields.Many2one(
        'helpdesk.lite.ticket', compute='_compute_readable_ticket_id',
        export_string_translation=False,
        help='Technical: the ticket, or nothing for whoever may not read it. Nothing else of the '
             'line comes from a ticket.')
    similarity = fields.Float(
        'Similarity (%)', compute='_compute_similarity', digits=(5, 1), aggregator=None,
        help='How alike the ticket is to the one that stays: subject, description, customer and '
             'day. 100 is the same.')
    stays = fields.Boolean(compute='_compute_similarity')
    ticket_ref = fields.Char(related='readable_ticket_id.ticket_ref', related_sudo=False)
    name = fields.Char(related='readable_ticket_id.name', related_sudo=False)
    partner_id = fields.Many2one(related='readable_ticket_id.partner_id', related_sudo=False)
    team_id = fields.Many2one(related='readable_ticket_id.team_id', related_sudo=False)
    stage_id = fields.Many2one(related='readable_ticket_id.stage_id', related_sudo=False)
    is_closed = fields.Boolean(related='readable_ticket_id.is_closed', related_sudo=False)
    age = fields.Char(compute='_compute_age')
    message_count = fields.Integer('Messages', compute='_compute_counts')
    attachment_count = fields.Integer('Files', compute='_compute_counts')

    @api.constrains('ticket_id')
    def _check_ticket_id(self):
        self.sudo(False).ticket_id.check_access('read')  # checks run in superuser mode

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if 'ticket_id' in values:
            ticket = self.env['helpdesk.lite.ticket'].browse(values['ticket_id'])
            values['ticket_id'] = ticket._filtered_access('read').id
        return values

    @api.onchange('ticket_id')
    def _onchange_ticket_id(self):
        self.ticket_id = self.readable_ticket_id

    @api.depends('ticket_id')
    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_readable_ticket_id(self):
        readable = self.ticket_id._origin._filtered_access('read')
        for line in self:
            line.readable_ticket_id = line.ticket_id._origin & readable

    @api.depends('readable_ticket_id', 'merge_id.destination_id')
    def _compute_similarity(self):
        for merge, lines in self.grouped('merge_id').items():
            destination = merge.destination_id._origin
            measured = destination._measure_similarity(lines.readable_ticket_id)
            for line in lines:
                ticket = line.readable_ticket_id
                line.similarity = measured.get(ticket.id, 0)
                line.stays = bool(ticket) and ticket == destination

    @api.depends('readable_ticket_id')
    def _compute_age(self):
        """Say the age in words: a number of days or hours alone says little."""
        now = fields.Datetime.now()
        locale = babel_locale_parse(get_lang(self.env).code)
        for line in self:
            created = line.readable_ticket_id.create_date
            line.age = format_timedelta(now - created, locale=locale) if created else False

    @api.depends('readable_ticket_id')
    def _compute_counts(self):
        counts = self.readable_ticket_id._count_for_merge()
        for line in self:
            line.message_count, line.attachment_count = counts.get(
                line.readable_ticket_id.id, (0, 0))
