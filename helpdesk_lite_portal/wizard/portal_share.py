from odoo import models
from odoo.exceptions import UserError


class PortalShare(models.TransientModel):
    _inherit = 'portal.share'

    def action_send_mail(self):
        """See ``portal``; a ticket that nobody outside sees can't be shared."""
        for wizard in self.filtered(lambda wizard: wizard.res_model == 'helpdesk.lite.ticket'):
            ticket = wizard.resource_ref
            ticket.check_access('read')
            if not ticket._is_public():
                raise UserError(ticket.access_warning)
        return super().action_send_mail()

    def _send_public_link(self, partners=None):
        """See ``portal``. The mail is a note that goes to the one whom it is for and to no other.

        Notes of tickets are otherwise mailed to nobody outside.
        """
        if self.res_model != 'helpdesk.lite.ticket':
            return super()._send_public_link(partners=partners)
        for partner in self.partner_ids if partners is None else partners:
            super(PortalShare, self.with_context(
                helpdesk_lite_only_partner_id=partner.id))._send_public_link(partners=partner)
        return None

    def _send_signup_link(self, partners=None):
        """See ``portal``; a ticket is shared by its own link.

        The secret that makes somebody's account would stand in the ticket's log, for all agents.
        """
        if self.res_model != 'helpdesk.lite.ticket':
            return super()._send_signup_link(partners=partners)
        if partners is None:
            partners = self.partner_ids.filtered(lambda partner: not partner.user_ids)
        return self._send_public_link(partners)
