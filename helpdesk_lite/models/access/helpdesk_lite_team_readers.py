from odoo import models
from odoo.tools import SQL

from .helpdesk_lite_readers import Section


class HelpdeskLiteTeam(models.Model):
    """Who can see a team and all of its tickets."""

    _name = 'helpdesk.lite.team'
    _inherit = ['helpdesk.lite.team', 'helpdesk.lite.readers']

    def _get_standard_readers(self):
        return [*super()._get_standard_readers(), self._get_section_of_team()]

    def _get_section_of_team(self):
        """Those who see the team, and by it each of its tickets."""
        if self.privacy_visibility != 'invited_internal':
            return Section('team', self.env._(
                'Users of Helpdesk: the team "%s" is open to all of its company', self.name),
                self._find_helpdesk_users(), True)
        return Section('team', self.env._(
            'Users of Helpdesk who were invited to the private team "%s": they follow it',
            self.name), self._find_helpdesk_users(partners=self._select_followers()), True)

    def _get_told(self):
        """Followers of the team, who hear of the answers on each of its new tickets."""
        answer_id = self.env['ir.model.data']._xmlid_to_res_id('mail.mt_comment')
        subtypes = self._get_ticket_subtypes().get(self.id, {})
        told = [pid for pid, ids in subtypes.items() if answer_id in ids]
        self.env['res.users'].flush_model(['notification_type', 'partner_id', 'active'])
        return dict(self.env.execute_query(SQL(
            """SELECT partner.id, coalesce(min(users.notification_type), 'email')
                 FROM res_partner partner
                 LEFT JOIN res_users users ON users.partner_id = partner.id AND users.active
                WHERE partner.id = ANY(%s) GROUP BY partner.id""", told)))

    def _get_readers_notes(self):
        notes = [self.env._('Whoever follows a single ticket of the team sees that ticket, too.')]
        if self.privacy_visibility == 'portal':
            notes.append(self.env._(
                'Customers with an account see the tickets that they follow.'))
        return notes
