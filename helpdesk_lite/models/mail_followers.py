from odoo import api, models


class MailFollowers(models.Model):
    """A team's followers are followers of its tickets, whichever way the row came or went."""

    _inherit = 'mail.followers'

    @api.model_create_multi
    def create(self, vals_list):
        followers = super().create(vals_list)
        for team, rows in followers._get_helpdesk_lite_teams():
            team._follow_open_tickets(rows.partner_id.ids)
        followers._invalidate_helpdesk_lite_access()
        return followers

    def unlink(self):
        self._invalidate_helpdesk_lite_access()
        left = [
            (team, {row.partner_id.id: row.id for row in rows})
            for team, rows in self._get_helpdesk_lite_teams()]
        res = super().unlink()
        for team, followed in left:
            team._unfollow_tickets(followed)
        return res

    def _get_helpdesk_lite_teams(self):
        """The rows of `self` that follow a team, by team: ``[(team, rows)]``, in superuser mode."""
        # sudo: helpdesk.lite.team - who may change followers was checked by the caller
        Team = self.env['helpdesk.lite.team'].sudo()
        rows = self.sudo().filtered(lambda row: row.res_model == Team._name)
        return [(Team.browse(team_id), group) for team_id, group in rows.grouped('res_id').items()]

    def _invalidate_helpdesk_lite_access(self):
        """Followers decide who sees a ticket: forget what was computed from the old ones."""
        models_touched = {row.res_model for row in self.sudo()}  # sudo: only names of models
        if models_touched & {'helpdesk.lite.team', 'helpdesk.lite.ticket'}:
            self.env['helpdesk.lite.ticket']._invalidate_followers()
