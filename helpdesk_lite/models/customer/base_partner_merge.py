from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Whoever is merged into another contact is written to as before."""

    _inherit = 'base.partner.merge.automatic.wizard'

    def _update_foreign_keys(self, src_partners, dst_partner):
        """See ``base``: the contact that stays follows what the others followed."""
        Ticket = self.env['helpdesk.lite.ticket']
        ticket_ids, team_ids = Ticket._get_followed(src_partners)
        res = super()._update_foreign_keys(src_partners, dst_partner)
        Ticket._follow_after_merge(dst_partner, ticket_ids, team_ids)
        return res
