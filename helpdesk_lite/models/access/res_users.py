from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class ResUsers(models.Model):
    """Tell who works with Helpdesk. Its groups are asked for here."""

    _inherit = 'res.users'

    helpdesk_lite_is_employee = fields.Boolean(
        compute='_compute_helpdesk_lite_is_employee', compute_sudo=True, groups=fields.NO_ACCESS,
        export_string_translation=False,
        help='Technical: not "share", without reading the user. It is asked for each value of a '
             'ticket that is read.')
    helpdesk_lite_seen_teams = fields.Json(
        compute='_compute_helpdesk_lite_seen_teams', compute_sudo=True, groups=fields.NO_ACCESS,
        export_string_translation=False,
        help='Technical: what visibility lets the user see; see the method of tickets that finds '
             'it. As a field it is found once a transaction, and forgotten with the cache.')

    @api.depends('group_ids')
    def _compute_helpdesk_lite_is_employee(self):
        for user in self:
            user.helpdesk_lite_is_employee = user._is_internal()

    @api.depends('group_ids', 'partner_id', 'company_ids')
    @api.depends_context('allowed_company_ids')
    def _compute_helpdesk_lite_seen_teams(self):
        self.env['helpdesk.lite.team'].flush_model(['privacy_visibility', 'company_id'])
        self.env['mail.followers'].flush_model(['res_model', 'res_id', 'partner_id'])
        self.flush_model(['partner_id'])
        for user in self:
            user.helpdesk_lite_seen_teams = user._find_helpdesk_lite_seen_teams()

    def _find_helpdesk_lite_seen_teams(self):
        """The teams whose visibility lets the user see tickets, by one small query.

        :return: ``{'partner_id': the user's, so that nobody reads the user for it, 'ids': [ids],
            'all': whether these are all of the companies that are active}``
        """
        condition, visible = SQL("team.privacy_visibility = 'portal'"), SQL('TRUE')
        if employee := self.helpdesk_lite_is_employee:
            condition = SQL('team.company_id = ANY(%s)', self.env.companies.ids)
            visible = SQL("""team.privacy_visibility != 'invited_internal' OR EXISTS (
                SELECT 1 FROM mail_followers follower
                 WHERE follower.res_model = 'helpdesk.lite.team' AND follower.res_id = team.id
                   AND follower.partner_id = reader.partner_id)""")
        rows = self.env.execute_query(SQL(
            """SELECT reader.partner_id, team.id, %s FROM res_users reader
                 LEFT JOIN helpdesk_lite_team team ON %s WHERE reader.id = %s""",
            visible, condition, self.id))
        teams = [(team_id, seen) for _partner_id, team_id, seen in rows if team_id]
        seen = [team_id for team_id, is_seen in teams if is_seen]
        return {'partner_id': rows[0][0], 'ids': seen,
                'all': employee and len(seen) == len(teams)}

    @api.model
    def _get_helpdesk_lite_reader_id(self):
        """The id of the user's own contact, without reading the user."""
        return self.env.user.helpdesk_lite_seen_teams['partner_id']

    @api.model
    def _forget_helpdesk_lite_seen_teams(self):
        """Have it found again: teams changed, or who follows them."""
        self.invalidate_model(['helpdesk_lite_seen_teams'], flush=False)

    @api.model
    def _get_helpdesk_lite_group_id(self, name):
        """The id of a group of Helpdesk, without a query.

        :param str name: ``user``, which every administrator has too, or ``manager``
        """
        return self.env['ir.model.data']._xmlid_to_res_id(
            f'helpdesk_lite.group_helpdesk_lite_{name}')

    @api.model
    def _get_helpdesk_lite_domain(self, name='user'):
        """Active internal users who hold this right for Helpdesk; see above."""
        return (Domain('active', '=', True) & Domain('share', '=', False)
                & Domain('all_group_ids', 'in', self._get_helpdesk_lite_group_id(name)))
