from odoo import models
from odoo.fields import Domain

from .seen import forbid_unseen, get_seen_domain


class MailActivity(models.Model):
    """Hide the activities of hidden tickets, even from whom they are assigned to.

    Their stored name of the record is the subject of the ticket.
    """

    _inherit = 'mail.activity'

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
