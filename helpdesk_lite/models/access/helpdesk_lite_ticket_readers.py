from odoo import models
from odoo.fields import Domain

from .helpdesk_lite_readers import Section


class HelpdeskLiteTicket(models.Model):
    """Who can see a ticket: by right, by its team, as a follower, as a customer."""

    _name = 'helpdesk.lite.ticket'
    _inherit = ['helpdesk.lite.ticket', 'helpdesk.lite.readers']

    def _get_standard_readers(self):
        # sudo: helpdesk.lite.team - the visibility and name of the ticket's own team, see team_name
        team = self.sudo().team_id
        followers = self._select_followers()
        sections = [*super()._get_standard_readers(), team._get_section_of_team()]
        sections.append(Section('follower', self.env._(
            'Users of Helpdesk who follow this ticket'),
            self._find_helpdesk_users(partners=followers), True))
        if team.privacy_visibility == 'portal':
            sections.append(Section('customer', self.env._(
                'Customers with an account who follow this ticket'),
                self._find_people(self._get_portal_domain(), followers), True))
        sections.append(Section('mailed', self.env._(
            "Followers who don't see the ticket in Odoo, and only get its mails"),
            self._find_told_names(), False))
        return sections

    def _get_portal_domain(self):
        """Portal users, who read the tickets of public teams that they follow."""
        portal_id = self.env['ir.model.data']._xmlid_to_res_id('base.group_portal')
        return Domain('active', '=', True) & Domain('all_group_ids', 'in', portal_id)

    def _get_told(self):
        """Those whom the mailing itself would choose for a public answer."""
        values = {
            'message_type': 'comment', 'author_id': False, 'partner_ids': [],
            'subtype_id': self.env['ir.model.data']._xmlid_to_res_id('mail.mt_comment'),
            'model': self._name, 'res_id': self.id}
        # sudo: helpdesk.lite.ticket - whom a message would be sent to, for who reads the ticket
        rows = self.sudo()._notify_get_recipients(self.env['mail.message'], values)
        return {row['id']: row['notif'] for row in rows if row['id']}

    def _find_told_names(self):
        """All who are told of an answer: ``{partner id: name}``."""
        # sudo: res.partner - names of followers, for who reads the ticket; see `_get_names`
        partners = self.env['res.partner'].sudo().browse(self._get_told())
        return {partner.id: partner.complete_name or partner.email or ''
                for partner in partners}
