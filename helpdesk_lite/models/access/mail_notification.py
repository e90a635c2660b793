from odoo import models
from odoo.fields import Domain

from .seen import forbid_unseen, get_seen_domain


class MailNotification(models.Model):
    """A row is named by the subject of its message, and employees read all of them in Odoo."""

    _inherit = 'mail.notification'

    def _search(self, domain, offset=0, limit=None, order=None, *, bypass_access=False, **kwargs):
        if not (self.env.su or bypass_access):
            domain = Domain(domain) & self._get_seen_domain()
        return super()._search(
            domain, offset, limit, order, bypass_access=bypass_access, **kwargs)

    def _check_access(self, operation):
        return forbid_unseen(
            self, super()._check_access(operation), operation, self._get_seen_domain,
            'mail_message_id.model')

    def _get_seen_domain(self):
        """See `get_seen_domain`; customers hear nothing of notes, either."""
        messages = get_seen_domain(self.env, 'model', 'res_id')
        if self.env.user.share:
            messages &= self.env['mail.message']._get_customer_domain()
        return Domain('mail_message_id', 'any!', messages)
