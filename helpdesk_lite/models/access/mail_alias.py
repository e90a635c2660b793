from odoo import SUPERUSER_ID, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .seen import TEAM, forbid_unseen


class MailAlias(models.Model):
    """Hide the addresses of hidden teams: they tell the team's name and what it is about."""

    _inherit = 'mail.alias'

    def _search(self, domain, offset=0, limit=None, order=None, *, bypass_access=False, **kwargs):
        if not (self.env.su or bypass_access):
            domain = Domain(domain) & self._get_seen_domain()
        return super()._search(
            domain, offset, limit, order, bypass_access=bypass_access, **kwargs)

    def _check_access(self, operation):
        return forbid_unseen(
            self, super()._check_access(operation), operation, self._get_seen_domain)

    def _get_seen_domain(self):
        """Addresses that are no team's, or of a team that the user may read."""
        teams = self.env[TEAM].with_context(active_test=False)
        domain = Domain('alias_parent_model_id', '!=', self.env['ir.model']._get_id(TEAM))
        if teams.has_access('read'):
            domain |= Domain('alias_parent_thread_id', 'in', teams._search([]))
        return domain

    def _check_unique(self, alias_names, alias_domains):
        """See ``mail.alias``, which names the owner of an address that is taken already."""
        try:
            return super(MailAlias, self.sudo())._check_unique(  # sudo: mail.alias - existence
                alias_names, alias_domains)
        except UserError:
            # sudo: mail.alias - whether the user may see those of the same name
            taken = self.sudo().search([('alias_name', 'in', list(filter(None, alias_names)))])
            if self.env.uid == SUPERUSER_ID or not taken.sudo(False)._check_access('read'):
                raise
            raise UserError(self.env._(
                'The address "%s" is taken already: choose another one.',
                ', '.join(filter(None, alias_names)))) from None
