from odoo import api, models
from odoo.fields import Domain

from .seen import forbid_unseen, get_seen_domain


class MailFollowers(models.Model):
    """Hide who follows what is hidden, and make a team's followers follow its tickets.

    Whichever way a row came or went: Odoo's own code makes and deletes them in many places.
    """

    _inherit = 'mail.followers'

    def _search(self, domain, offset=0, limit=None, order=None, *, bypass_access=False, **kwargs):
        if not (self.env.su or bypass_access):
            domain = Domain(domain)
            domain &= self._get_seen_domain(domain)
        return super()._search(
            domain, offset, limit, order, bypass_access=bypass_access, **kwargs)

    def _check_access(self, operation):
        return forbid_unseen(
            self, super()._check_access(operation), operation, self._get_seen_domain, 'res_model')

    def _get_seen_domain(self, asked=Domain.TRUE):
        """See `get_seen_domain`."""
        return get_seen_domain(self.env, asked=asked)

    @api.model_create_multi
    def create(self, vals_list):
        followers = super().create(vals_list)
        for team, rows in followers._get_helpdesk_lite_teams():
            team._follow_open_tickets(rows.partner_id.ids)
        followers._invalidate_helpdesk_lite_access(followers._get_models_touched())
        return followers

    def write(self, vals):
        models_touched = self._get_models_touched()
        res = super().write(vals)
        if not vals.keys().isdisjoint({'res_model', 'res_id', 'partner_id'}):
            self._invalidate_helpdesk_lite_access(models_touched | self._get_models_touched())
        return res

    def unlink(self):
        models_touched = self._get_models_touched()
        left = [
            (team, {row.partner_id.id: row.id for row in rows})
            for team, rows in self._get_helpdesk_lite_teams()]
        res = super().unlink()
        self._invalidate_helpdesk_lite_access(models_touched)
        for team, followed in left:
            team._unfollow_tickets(followed)
        return res

    def _get_helpdesk_lite_teams(self):
        """The rows of `self` that follow a team, by team: ``[(team, rows)]``, in superuser mode."""
        # sudo: helpdesk.lite.team - who may change followers was checked by the caller
        Team = self.env['helpdesk.lite.team'].sudo()
        # sudo: mail.followers - which of the rows are of teams
        rows = self.sudo().filtered(lambda row: row.res_model == Team._name)
        return [(Team.browse(team_id), group) for team_id, group in rows.grouped('res_id').items()]

    def _get_models_touched(self):
        return {row.res_model for row in self.sudo()}  # sudo: only names of models

    @api.model
    def _invalidate_helpdesk_lite_access(self, models_touched):
        """Followers decide who sees a ticket: forget what was computed from the old ones."""
        if models_touched & {'helpdesk.lite.team', 'helpdesk.lite.ticket'}:
            self.env['helpdesk.lite.ticket']._invalidate_followers()
