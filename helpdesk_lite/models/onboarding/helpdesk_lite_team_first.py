import unicodedata
from itertools import chain, count

from odoo import api, fields, models
from odoo.fields import Command


class HelpdeskLiteTeam(models.Model):
    """The form of the first team: it proposes an address, and asks who answers."""

    _inherit = 'helpdesk.lite.team'

    answering_ids = fields.Many2many(
        'res.users', string='Who Answers', compute='_compute_answering_ids',
        inverse='_inverse_answering_ids', domain=lambda self: self._get_answering_domain(),
        help='The members of the team. Whoever has no right for Helpdesk gets the right User.')
    answering_note = fields.Char(compute='_compute_answering_note')

    @api.onchange('name')
    def _onchange_name(self):
        """Propose the address of the first team until there is one."""
        if self.name and not self.alias_name and not self._origin and self._is_first_start():
            self.alias_name = self._get_free_alias_name()

    def _get_free_alias_name(self):
        """A name for the address, made of the team's, that no other address has.

        A name without a Latin letter, as a Korean one, gives none: it is helpdesk then.
        """
        latin = unicodedata.normalize('NFKD', self.name).encode('ascii', 'ignore').decode()
        name = self.env['ir.http']._slugify(latin) or 'helpdesk'
        domain = self.alias_domain_id
        # sudo: mail.alias - which names are taken, as saving would say
        aliases = self.env['mail.alias'].sudo().search([
            ('alias_name', '=like', f'{name}%'), ('alias_domain_id', '=', domain.id)])
        taken = {*aliases.mapped('alias_name'), domain.catchall_alias, domain.bounce_alias}
        names = chain([name], (f'{name}-{number}' for number in count(2)))
        return next(free for free in names if free not in taken)

    # ------------------------------------------------------------------
    # Who answers
    # ------------------------------------------------------------------

    @api.model
    def _may_give_rights(self):
        """Whether the user may give others the right to work with Helpdesk."""
        return self.env.user.has_group('base.group_erp_manager')

    def _get_answering_domain(self):
        """All employees for who may give rights, else those who have the right already."""
        if not self._may_give_rights():
            return self._get_member_domain()
        return "[('share', '=', False), ('company_ids', 'in', company_id)]"

    @api.depends('member_ids')
    def _compute_answering_ids(self):
        for team in self:
            team.answering_ids = team.member_ids

    def _inverse_answering_ids(self):
        """Make members of them, who see the team and may work with Helpdesk."""
        for team in self:
            users = team.answering_ids
            if self._may_give_rights():
                team._get_without_right(users).write({'group_ids': [
                    Command.link(users._get_helpdesk_lite_group_id('user'))]})
            if team.privacy_visibility == 'invited_internal':
                team.message_subscribe(users.partner_id.ids)
            team.member_ids = users

    @api.model
    def _get_without_right(self, users):
        """Those of the users who don't work with Helpdesk yet."""
        return users - users.filtered_domain(users._get_helpdesk_lite_domain())

    @api.depends('answering_ids')
    def _compute_answering_note(self):
        """Say whom saving gives the right."""
        for team in self:
            names = ', '.join(team._get_without_right(team.answering_ids._origin).mapped('name'))
            team.answering_note = bool(names) and self.env._(
                'They get the right to work with Helpdesk: %s', names)
