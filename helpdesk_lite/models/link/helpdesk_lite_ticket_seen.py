from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

# Shown: (the column of the other ticket that names this one, whether it works both ways)
SEEN = {
    'seen_next_ids': ('previous_ticket_id', False),
    'seen_merged_ids': ('merged_into_id', False),
    'seen_quote_ids': ('quoted_ticket_id', True),
}


class HelpdeskLiteTicket(models.Model):
    """The tickets that came from this one, for its screen: looked for once, whatever the kind."""

    _inherit = 'helpdesk.lite.ticket'

    seen_next_ids = fields.Many2many(
        'helpdesk.lite.ticket', string='Shown Follow-ups', compute='_compute_seen_tickets',
        export_string_translation=False)
    seen_merged_ids = fields.Many2many(
        'helpdesk.lite.ticket', string='Shown Merged Tickets', compute='_compute_seen_tickets',
        context={'active_test': False}, export_string_translation=False)
    seen_quote_ids = fields.Many2many(
        'helpdesk.lite.ticket', string='Same E-mail', compute='_compute_seen_tickets',
        help='Tickets of other teams that the same conversation was sent or forwarded to. Each '
             'shows only the tickets that you may see.')

    @api.depends('next_ticket_ids.active', 'merged_ticket_ids', 'quoted_ticket_id')
    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_seen_tickets(self):
        ids, columns = self._origin.ids, [column for column, _mutual in SEEN.values()]
        # sudo: helpdesk.lite.ticket - shown only where the user may read the other ticket
        rows = self.sudo().with_context(active_test=False).search_fetch(
            Domain('id', 'in', ids) | Domain.OR(Domain(column, 'in', ids) for column in columns),
            [*columns, 'active'])
        others = (rows | rows.quoted_ticket_id).sudo(False)
        seen = others.with_context(active_test=False)._filtered_access('read')
        found = {name: defaultdict(self.browse) for name in SEEN}
        for row in rows:
            for name, (column, mutual) in SEEN.items():
                if not row[column]:
                    continue
                found[name][row[column].id] |= row.sudo(False) & seen
                if mutual:
                    found[name][row.id] |= row[column].sudo(False) & seen
        for ticket in self:
            for name, tickets in found.items():
                ticket[name] = tickets[ticket._origin.id]
