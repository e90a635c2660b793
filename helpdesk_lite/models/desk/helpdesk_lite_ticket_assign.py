from odoo import models
from odoo.exceptions import UserError


class HelpdeskLiteTicket(models.Model):
    """Assign a selection of tickets as their teams would assign new ones."""

    _inherit = 'helpdesk.lite.ticket'

    def _assign_automatically(self):
        """Choose assignees anew for the tickets, in one pass for each team, and log why.

        :raise AccessError: if one of them may not be written
        :raise UserError: if a team doesn't assign automatically, or nobody of it works
        """
        self.check_access('write')
        wanted = {}
        for ticket in self:
            wanted.setdefault(ticket.team_id.id, {})[ticket] = (
                not ticket.is_closed, ticket.partner_id.id)
        choices = self._choose_by_team(wanted)
        for ticket in self:
            if ticket not in choices:
                raise UserError(self.env._(
                    'The team "%s" does not assign automatically: choose a person.',
                    ticket.team_name))
            if not choices[ticket].user_id:
                raise UserError(self.env._(
                    'Nobody of the team "%(team)s" can get the ticket %(ref)s: choose a person.',
                    team=ticket.team_name, ref=ticket.ticket_ref))
        self._write_choices(choices)

    def _write_choices(self, choices):
        """Write assignees by one write a person, and say why it is them."""
        tickets_of = {}
        for ticket, choice in choices.items():
            tickets_of[choice.user_id] = tickets_of.get(choice.user_id, self.browse()) | ticket
        for user_id, tickets in tickets_of.items():
            tickets.write({'user_id': user_id})
        self._explain_assignments(choices)
