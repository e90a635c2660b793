from odoo import models
from odoo.fields import Domain

from odoo.addons.helpdesk_lite.models.access.helpdesk_lite_readers import Section


class HelpdeskLiteTicket(models.Model):
    """Who can see a ticket in the portal: colleagues who follow it, and who has its link."""

    _inherit = 'helpdesk.lite.ticket'

    def _get_standard_readers(self):
        """See ``helpdesk_lite``; by the same conditions as `_is_open_in_portal`."""
        sections = super()._get_standard_readers()
        if not self._is_public():
            return sections
        colleagues = self._find_people(
            Domain('active', '=', True) & Domain('share', '=', False), self._select_followers())
        return [
            *(section for section in sections if section.key != 'mailed'),
            Section('colleague', self.env._(
                'Colleagues without a right for Helpdesk who follow this ticket: they read its '
                'page in the portal'), colleagues, False),
            Section('link', self.env._(
                'Whoever has the link of a mail reads its page without an account; these get it'),
                self._find_told_names(), False)]
