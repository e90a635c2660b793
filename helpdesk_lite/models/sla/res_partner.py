from odoo import api, models


class ResPartner(models.Model):
    """A policy that was only for what is deleted promises nothing any more."""

    _inherit = 'res.partner'

    @api.ondelete(at_uninstall=False)
    def _unlink_archive_policies(self):
        """End the promises that were for these only."""
        self.env['helpdesk.lite.sla']._archive_without('partner_ids', self)
