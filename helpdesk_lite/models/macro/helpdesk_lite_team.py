from odoo import api, models


class HelpdeskLiteTeam(models.Model):
    """Let a team's own macros end with it."""

    _inherit = 'helpdesk.lite.team'

    @api.ondelete(at_uninstall=False)
    def _unlink_archive_macros(self):
        """Archive macros that are for nobody but these teams: without a team they are for all."""
        # sudo: helpdesk.lite.macro - whoever may delete a team, its macros end
        macros = self.env['helpdesk.lite.macro'].sudo().with_context(active_test=False).search(
            [('team_ids', 'in', self.ids)])
        macros.filtered(lambda macro: not macro.team_ids - self).active = False
