from odoo import models

from .seen import forbid_unseen, get_seen_domain


class MailScheduledMessage(models.Model):
    """Odoo asks for the ticket when rows are searched, not when files and recipients are read."""

    _inherit = 'mail.scheduled.message'

    def _check_access(self, operation):
        return forbid_unseen(
            self, super()._check_access(operation), operation, self._get_seen_domain, 'model')

    def _get_seen_domain(self):
        """See `get_seen_domain`."""
        return get_seen_domain(self.env, 'model', 'res_id')
