from odoo import models


class ResPartner(models.Model):
    """Make no link to an account for a mail that doesn't carry one."""

    _inherit = 'res.partner'

    def signup_get_auth_param(self):
        """Look up nothing for a ticket's mail; see ``auth_signup``.

        Each look writes the contact: two mails to a customer at the same moment would be a
        conflict, for a link that is dropped.
        """
        if self.env.context.get('helpdesk_lite_without_account_link'):
            return {partner.id: {} for partner in self}
        return super().signup_get_auth_param()
