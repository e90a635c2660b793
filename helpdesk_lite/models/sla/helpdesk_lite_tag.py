from odoo import api, models


class HelpdeskLiteTag(models.Model):
    """A policy that was only for what is deleted promises nothing any more."""

    _inherit = 'helpdesk.lite.tag'

    @api.ondelete(at_uninstall=False)
    def _unlink_archive_policies(self):
        """End the promises that were for these only."""
        self.env['helpdesk.lite.sla']._archive_without('tag_ids', self)
