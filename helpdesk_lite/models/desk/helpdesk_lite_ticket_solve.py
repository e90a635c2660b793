from odoo import models


class HelpdeskLiteTicket(models.Model):
    """Solve tickets with one click."""

    _inherit = 'helpdesk.lite.ticket'

    def action_solve(self):
        """Move the tickets to the stage that closes in their team; closed ones stay as they are.

        :raise AccessError: if one of them may not be written
        """
        self.check_access('write')
        for ticket in self.filtered(lambda ticket: not ticket.is_closed):
            ticket.stage_id = ticket.team_id._get_closing_stage()
        return True
