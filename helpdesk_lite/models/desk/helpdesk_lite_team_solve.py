from odoo import models


class HelpdeskLiteTeam(models.Model):
    """Where a ticket goes when somebody says that it is solved."""

    _inherit = 'helpdesk.lite.team'

    def _get_solving_stage(self):
        """The stage that a person's closing moves a ticket to, an agent's and a customer's.

        It is the one of automatic closing where that closes, too, else the team's closing stage.
        """
        self.ensure_one()
        target = self.to_stage_id
        if target.fold and target.active and target in self.stage_ids:
            return target
        return self._get_closing_stage()
