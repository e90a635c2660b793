from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

MANAGER = 'helpdesk_lite.group_helpdesk_lite_manager'
TICKET = 'helpdesk.lite.ticket'


class HelpdeskLiteMacro(models.Model):
    """What an agent does to many tickets again and again, in one click.

    Administrators make macros for teams, everybody for themselves.
    """

    _name = 'helpdesk.lite.macro'
    _description = 'Helpdesk Macro'
    _order = 'sequence, id'
    _check_company_auto = True

    name = fields.Char('Macro', required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10, export_string_translation=False)
    company_id = fields.Many2one(
        'res.company', index=True, default=lambda self: self.env.company,
        help='Empty: for all companies.')
    user_id = fields.Many2one(
        'res.users', 'Only for', index=True, ondelete='cascade',
        default=lambda self: self._default_user_id(),
        help='Whose own macro it is. Empty: it is for everybody in the teams.')
    team_ids = fields.Many2many(
        'helpdesk.lite.team', 'helpdesk_lite_macro_team_rel', 'macro_id', 'team_id',
        string='Teams', check_company=True, help='Empty: every team.')

    stage_id = fields.Many2one(
        'helpdesk.lite.stage', 'Move to', ondelete='cascade', index='btree_not_null',
        domain="[('team_ids', 'in', team_ids)] if team_ids else []")
    assign = fields.Selection(
        [('me', 'Me'), ('nobody', 'Nobody'), ('user', 'Somebody'), ('auto', 'Automatic')],
        string='Assign to', help='Empty: the assignee stays.')
    assign_user_id = fields.Many2one(
        'res.users', 'Assignee', ondelete='cascade', index='btree_not_null',
        domain=lambda self: self._get_assignee_domain())
    priority = fields.Selection(
        [('0', 'Low'), ('1', 'Medium'), ('2', 'High'), ('3', 'Urgent')])
    kanban_state = fields.Selection(
        [('normal', 'In Progress'), ('done', 'Ready'), ('blocked', 'Blocked')], string='Status')
    tag_ids = fields.Many2many(
        'helpdesk.lite.tag', 'helpdesk_lite_macro_tag_rel', 'macro_id', 'tag_id',
        string='Add Tags')
    remove_tag_ids = fields.Many2many(
        'helpdesk.lite.tag', 'helpdesk_lite_macro_remove_tag_rel', 'macro_id', 'tag_id',
        string='Remove Tags')
    snooze = fields.Selection(
        [('later', 'Later Today'), ('tomorrow', 'Until Tomorrow'), ('monday', 'Until Monday'),
         ('week', 'For a Week')])
    note = fields.Html(translate=True, help='An internal note on the ticket.')
    answer = fields.Html(
        translate=True, sanitize='email_outgoing',
        help="An answer to the customer. Placeholders show the ticket's values.")
    send_at_once = fields.Boolean(
        help='Send the answer without showing it first. Else it opens in the composer, and the '
             'rest is done when it is sent.')
    render_model = fields.Char(
        compute='_compute_render_model', export_string_translation=False)

    @api.model
    def _default_user_id(self):
        return False if self.env.user.has_group(MANAGER) else self.env.uid

    def _get_assignee_domain(self):
        group_id = self.env['res.users']._get_helpdesk_lite_group_id('user')
        return [('all_group_ids', 'in', group_id), ('share', '=', False)]

    def _compute_render_model(self):
        """The model whose placeholders the editor offers."""
        self.render_model = TICKET

    def write(self, vals):
        """Write macros, and refuse to make one somebody else's, or everybody's.

        Rules are checked before a write only.
        """
        res = super().write(vals)
        if 'user_id' in vals:
            self.check_access('write')
        return res

    # ------------------------------------------------------------------
    # What is refused
    # ------------------------------------------------------------------

    @api.constrains('assign', 'assign_user_id')
    def _check_assignee(self):
        for macro in self.filtered(lambda macro: macro.assign == 'user'):
            if not macro.assign_user_id:
                raise ValidationError(self.env._(
                    'The macro "%s" assigns tickets to somebody: choose whom.', macro.name))
            self.env[TICKET]._check_assignees({macro.assign_user_id.id})

    @api.constrains('stage_id', 'team_ids')
    def _check_stage(self):
        for macro in self.filtered('stage_id'):
            macro._check_stage_of_teams(macro.team_ids)

    def _check_stage_of_teams(self, teams):
        """Refuse teams that don't have the stage of this macro, by their names."""
        # sudo: helpdesk.lite.team - whether each of them has the stage
        without = teams.sudo().filtered(
            lambda team: self.stage_id not in team.with_context(active_test=True).stage_ids)
        if without:
            raise ValidationError(self.env._(
                'The macro "%(macro)s" moves tickets to the stage "%(stage)s", which these teams '
                "don't have: %(teams)s", macro=self.name, stage=self.stage_id.name,
                teams=', '.join((without & self._get_named(without)).mapped('name')) or '…'))

    @api.model
    def _get_named(self, teams):
        """Those of the teams whose names the user may read."""
        # sudo: helpdesk.lite.team - back to the mode that they came in, of those one may read
        return teams.sudo(False)._filtered_access('read').sudo()

    @api.constrains('snooze', 'stage_id')
    def _check_snooze(self):
        for macro in self:
            if macro.snooze and macro.stage_id.fold:
                raise ValidationError(self.env._(
                    'The macro "%s" closes tickets: a closed ticket can\'t be snoozed.',
                    macro.name))

    @api.constrains('answer')
    def _check_answer(self):
        """Refuse placeholders that run code, whoever writes them."""
        Render = self.env['mail.render.mixin']
        for macro in self:
            for lang, _name in self.env['res.lang'].get_installed():
                if Render._has_unsafe_expression_template_qweb(
                        macro.with_context(lang=lang).answer, TICKET):
                    raise ValidationError(self.env._(
                        "The answer of the macro \"%s\" may only show a ticket's plain values, as "
                        'object.name or object.partner_name.', macro.name))

    # ------------------------------------------------------------------
    # Which apply
    # ------------------------------------------------------------------

    @api.model
    def _get_for(self, tickets):
        """The macros that the user may apply to all of these tickets."""
        # sudo: helpdesk.lite.team - of tickets that the user reads; only ids are compared
        teams = tickets.sudo().team_id
        domain = Domain('company_id', 'in', [False, *teams.company_id.ids])
        return self.search(domain).filtered(lambda macro: macro._applies_to(teams))

    def _applies_to(self, teams):
        """Whether the macro can be applied to tickets of these teams."""
        # sudo: helpdesk.lite.macro - teams that the user doesn't see are compared, not shown
        macro = self.sudo()
        return (
            (not macro.team_ids or teams <= macro.team_ids)
            and (not macro.company_id or teams.company_id <= macro.company_id)
            and all(not macro.stage_id or macro.stage_id in team.stage_ids for team in teams))

    def _check_tickets(self, tickets):
        """Refuse tickets that the macro isn't for, by the names of their teams.

        :raise UserError: naming the teams
        """
        self.check_access('read')
        tickets.check_access('write')
        # sudo: helpdesk.lite.team - of tickets that the user reads
        teams = tickets.sudo().team_id
        if not self.active:
            raise UserError(self.env._('The macro "%s" is archived.', self.name))
        others = teams.filtered(lambda team: not self._applies_to(team))
        if not others:
            return
        names = ', '.join(tickets.filtered(
            lambda ticket: ticket.team_id in others).mapped('team_name')[:1] if (
            len(others) == 1) else sorted(set(tickets.mapped('team_name'))
                                          & set(others.mapped('name'))))
        if self.stage_id and any(
                self.stage_id not in team.stage_ids for team in others):
            raise UserError(self.env._(
                'The macro "%(macro)s" moves tickets to the stage "%(stage)s", which these teams '
                "don't have: %(teams)s. Select tickets of other teams, or choose another macro.",
                macro=self.name, stage=self.stage_id.name, teams=names))
        raise UserError(self.env._(
            'The macro "%(macro)s" is not for these teams: %(teams)s',
            macro=self.name, teams=names))
