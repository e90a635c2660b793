from odoo import models


class HelpdeskLiteTeam(models.Model):
    _inherit = 'helpdesk.lite.team'

    def message_get_followers(self, after=None, limit=100, filter_recipients=False):
        """See ``mail.thread``, which asks nobody whether they see the record."""
        self.check_access('read')
        return super().message_get_followers(after, limit, filter_recipients)
