from odoo import models
from odoo.exceptions import UserError


class HelpdeskLiteTicket(models.Model):
    """Solve and reopen tickets with one click, one or two hundred of them."""

    _inherit = 'helpdesk.lite.ticket'

    def action_solve(self):
        """Move the tickets to the stage that closes in their team; closed ones stay as they are.

        All of them or none: one write for each stage that they are moved to.

        :raise AccessError: if one of them may not be written
        :raise UserError: if the team of one of them has no stage that it could be moved to
        """
        self.check_access('write')
        self._move_by_team(self.filtered(lambda ticket: not ticket.is_closed), '_get_solving_stage')
        return True

    def action_reopen(self):
        """Move closed tickets back to the open stage that they came from, else the first open one.

        Nothing goes out by that stage: its mail acknowledges new tickets, mostly.

        :raise AccessError: if one of them may not be written
        :raise UserError: if one of them was merged into another, or its team has no open stage
        """
        self.check_access('write')
        closed = self.filtered('is_closed')
        if merged := closed.filtered('merged_into_id'):
            raise UserError(self.env._(
                '%s was merged into another ticket: undo the merge to open it again.',
                merged[0].display_name))
        closed._mute_stages()
        self._move_by_team(closed, '_get_reopen_stage')
        return True

    def _move_by_team(self, tickets, method):
        """Move tickets to the stage that a method names for each, by one write a stage."""
        moves = {}
        # sudo: helpdesk.lite.ticket - stages of teams that may be hidden from whoever may write
        # a ticket; only their ids leave
        for ticket_sudo in tickets.sudo():
            stage = getattr(ticket_sudo, method)()
            if not stage or stage == ticket_sudo.stage_id:
                raise UserError(ticket_sudo._explain_no_stage(method))
            moves.setdefault(stage.id, []).append(ticket_sudo.id)
        for stage_id, ids in moves.items():
            self.browse(ids).write({'stage_id': stage_id})

    def _explain_no_stage(self, method):
        if method == '_get_reopen_stage':
            return self.env._(
                'The team "%(team)s" has no open stage for %(ticket)s.',
                team=self.team_id.name, ticket=self.display_name)
        return self.env._(
            'The team "%(team)s" has no stage that closes %(ticket)s: fold one of its stages.',
            team=self.team_id.name, ticket=self.display_name)

    def _get_solving_stage(self):
        """The stage that *Solve* moves the ticket to."""
        return self.team_id._get_solving_stage()
