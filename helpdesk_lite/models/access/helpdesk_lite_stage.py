from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..helpdesk_lite_team import DEFAULT_STAGES
from .seen import TEAM, TICKET, forbid_unseen


class HelpdeskLiteStage(models.Model):
    """Hide the stages of hidden teams: their names tell what such a team does.

    A stage of several teams is seen with any of them, one of no team and the default ones always.
    """

    _inherit = 'helpdesk.lite.stage'

    def _search(self, domain, offset=0, limit=None, order=None, *, bypass_access=False, **kwargs):
        if not (self.env.su or bypass_access):
            domain = Domain(domain) & self._get_seen_domain()
        return super()._search(
            domain, offset, limit, order, bypass_access=bypass_access, **kwargs)

    def _check_access(self, operation):
        return forbid_unseen(
            self, super()._check_access(operation), operation, self._get_seen_domain)

    @api.model
    def _get_seen_domain(self):
        """The stages that the user may see."""
        to_id = self.env['ir.model.data']._xmlid_to_res_id
        default_ids = [to_id(f'helpdesk_lite.{name}') or 0 for name in DEFAULT_STAGES]
        teams = self.env[TEAM].with_context(active_test=False)
        if not teams.has_access('read'):
            return Domain.FALSE
        # who follows one ticket of a private team moves it in the team's pipeline
        self.env[TICKET].flush_model(['team_id'])
        followed = SQL(
            """(SELECT ticket.team_id FROM mail_followers follower
                  JOIN helpdesk_lite_ticket ticket ON ticket.id = follower.res_id
                 WHERE follower.res_model = %s AND follower.partner_id = %s
                   AND ticket.company_id = ANY(%s))""",
            TICKET, self.env.user.partner_id.id, self.env.companies.ids)
        seen = Domain('id', 'in', teams._search([])) | Domain('id', 'in', followed)
        return (Domain('id', 'in', default_ids) | Domain('team_ids', '=', False)
                | Domain('team_ids', 'any!', seen))
