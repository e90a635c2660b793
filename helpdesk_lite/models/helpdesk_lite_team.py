import ast

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

DEFAULT_STAGES = (
    'stage_new', 'stage_in_progress', 'stage_on_hold', 'stage_solved', 'stage_cancelled',
)


class HelpdeskLiteTeam(models.Model):
    _name = 'helpdesk.lite.team'
    _description = 'Helpdesk Team'
    # ratings first: `mail.thread` has a field of the same name, for ratings of the team itself
    _inherit = ['rating.parent.mixin', 'mail.alias.mixin', 'mail.thread']
    _order = 'sequence, name, id'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    description = fields.Html(
        translate=True, sanitize_style=True,
        help="Public: it is shown on the web form. Don't write anything here that isn't for "
             "customers.",
    )
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    company_id = fields.Many2one(
        'res.company', required=True, index=True, default=lambda self: self.env.company)
    privacy_visibility = fields.Selection(
        [
            ('invited_internal', 'Invited internal users (private)'),
            ('internal', 'All internal users (company)'),
            ('portal', 'Invited portal users and all internal users (public)'),
        ],
        string='Visibility', required=True, default='portal', tracking=True,
        help="Who may see the team's tickets:\n"
             "- Private: the internal users who follow the team, or the ticket.\n"
             "- Company: all internal users with a right for Helpdesk.\n"
             "- Public: these, and the portal users who follow the ticket.",
    )
    privacy_visibility_warning = fields.Char(compute='_compute_privacy_visibility_warning')
    stage_ids = fields.Many2many(
        'helpdesk.lite.stage', 'helpdesk_lite_team_stage_rel', 'team_id', 'stage_id',
        string='Stages', default=lambda self: self._default_stage_ids(),
    )
    member_ids = fields.Many2many(
        'res.users', 'helpdesk_lite_team_member_rel', 'team_id', 'user_id',
        string='Team Members', check_company=True, domain=lambda self: self._get_member_domain(),
        help='Who gets tickets by automatic assignment. Empty: every user with a right for '
             'Helpdesk who may see the team.',
    )
    auto_assignment = fields.Boolean(string='Automatic Assignment')
    assign_method = fields.Selection(
        [
            ('randomly', 'Each user is assigned an equal number of tickets'),
            ('balanced', 'Each user has an equal number of open tickets'),
        ],
        string='Assignment Method', required=True, default='randomly',
    )
    resource_calendar_id = fields.Many2one(
        'resource.calendar', string='Working Hours', check_company=True,
        compute='_compute_resource_calendar_id', store=True, readonly=False, precompute=True,
        help='Hours to assignment and closing are counted in these working hours; they also tell '
             'when a member without working hours of their own is at work.',
    )
    use_alias = fields.Boolean(string='Use an Email Alias', default=True)
    alias_id = fields.Many2one(help='Mail to this address becomes a ticket of the team.')
    ticket_properties = fields.PropertiesDefinition()
    ticket_ids = fields.One2many('helpdesk.lite.ticket', 'team_id', string='Tickets')

    # ------------------------------------------------------------------
    # Defaults, computes, constraints
    # ------------------------------------------------------------------

    def _default_stage_ids(self):
        """The default pipeline, less what an administrator deleted from it."""
        stages = self.env['helpdesk.lite.stage']
        for name in DEFAULT_STAGES:
            stages |= self.env.ref(f'helpdesk_lite.{name}', raise_if_not_found=False) or stages
        return stages.exists().filtered('active')

    def _get_member_domain(self):
        group_id = self.env['res.users']._get_helpdesk_lite_group_id('user')
        return f"[('all_group_ids', 'in', {group_id}), ('company_ids', 'in', company_id)]"

    @api.depends('company_id')
    def _compute_resource_calendar_id(self):
        for team in self:
            calendar = team.resource_calendar_id
            if not calendar or (
                    calendar.company_id and calendar.company_id != team.company_id):
                team.resource_calendar_id = team.company_id.resource_calendar_id

    @api.depends('privacy_visibility')
    def _compute_privacy_visibility_warning(self):
        """Say before saving what leaving or entering "public" does to customers' access."""
        for team in self:
            before = team._origin.privacy_visibility
            team.privacy_visibility_warning = False
            if before == 'portal' and team.privacy_visibility != 'portal':
                team.privacy_visibility_warning = self.env._(
                    'Portal users will be removed from the followers of the team and of all its '
                    'tickets, and the links in mails sent so far will stop working.')
            elif before and before != 'portal' and team.privacy_visibility == 'portal':
                team.privacy_visibility_warning = self.env._(
                    "The customers of the team's open tickets will become followers of their "
                    "tickets and may see them in the portal.")

    def _check_company_change(self, company_id):
        """Refuse to take a team's tickets to another company, before they are recomputed.

        :raise ValidationError: if one of the teams, which is not of that company, has a ticket
        """
        moved = self.filtered(lambda team: team.company_id.id != company_id)
        # sudo: helpdesk.lite.ticket - existence only, whoever sees them
        ticket = self.env['helpdesk.lite.ticket'].sudo().with_context(active_test=False).search(
            [('team_id', 'in', moved.ids)], limit=1) if moved else None
        if ticket:
            raise ValidationError(self.env._(
                "The company of a team that has tickets can't change: make a team in the other "
                "company. (Team: %s)", ticket.team_id.name))

    @api.constrains('stage_ids')
    def _check_tickets_of_removed_stages(self):
        self._check_no_ticket_outside_pipeline(teams=self)

    @api.model
    def _check_no_ticket_outside_pipeline(self, teams=None, stages=None):
        """Refuse to take a stage from a team whose tickets are in it.

        :raise ValidationError: naming a team and a stage that still holds tickets of it
        """
        self.env.flush_all()
        where = (SQL('ticket.team_id IN %s', tuple(teams.ids)) if teams is not None
                 else SQL('ticket.stage_id IN %s', tuple(stages.ids)))
        rows = self.env.execute_query(SQL(
            """SELECT ticket.team_id, ticket.stage_id, count(*)
                 FROM helpdesk_lite_ticket ticket
                WHERE %s AND ticket.stage_id IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM helpdesk_lite_team_stage_rel rel
                     WHERE rel.team_id = ticket.team_id AND rel.stage_id = ticket.stage_id)
                GROUP BY 1, 2 LIMIT 1""", where))
        if rows:
            team_id, stage_id, count = rows[0]
            raise ValidationError(self.env._(
                'Tickets of the team "%(team)s" are in the stage "%(stage)s": %(count)s. '
                'Move them to another stage first.',
                count=count,
                # sudo: helpdesk.lite.team - the name explains why an administrator was refused
                team=self.browse(team_id).sudo().name,
                stage=self.env['helpdesk.lite.stage'].browse(stage_id).name))

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Create teams with their pipelines; concerns extend the hooks."""
        vals_list = [self._prepare_create_vals(dict(vals)) for vals in vals_list]
        orders = [self._take_stage_order(vals) for vals in vals_list]
        teams = super(HelpdeskLiteTeam, self._without_alias_defaults()).create(
            vals_list).with_env(self.env)
        for team, numbers in zip(teams, orders, strict=True):
            team._order_stages(numbers)
        teams._after_create()
        return teams

    def write(self, vals):
        """Write teams with all that follows for their tickets; concerns extend the hooks."""
        vals = self._prepare_write_vals(dict(vals))
        self._check_write(vals)
        numbers = self._take_stage_order(vals)
        before = self._get_before(vals)
        res = super().write(vals)
        self._order_stages(numbers)
        self._after_write(vals, before)
        return res

    def _archive_with_open_tickets(self):
        """Archive the teams although somebody leaves open tickets in them, knowing it."""
        # the hooks of `write` would refuse it
        return super().write({'active': False})  # pylint: disable=super-method-mismatch

    def _prepare_create_vals(self, vals):
        """Hook: complete the values of a new team; a dict that may be changed."""
        return self._normalize_address_vals(self._drop_unused_alias(vals))

    def _after_create(self):
        """Hook: do what follows from new teams."""
        self._check_new_members({})

    def _prepare_write_vals(self, vals):
        """Hook: complete the values of a write; a dict that may be changed."""
        return self._normalize_address_vals(self._drop_unused_alias(vals))

    def _check_write(self, vals):
        """Hook: refuse a write of prepared values."""
        if 'company_id' in vals:
            self._check_company_change(vals['company_id'])

    def _get_before(self, vals):
        """Hook: note what `_after_write` compares the new values with.

        :return: a dict: ``members`` of each team, and which teams were ``public``
        """
        return {
            'members': {team.id: team.member_ids for team in self},
            'public': self.filtered(lambda team: team.privacy_visibility == 'portal'),
        }

    def _after_write(self, vals, before):
        """Hook: do what follows from new values.

        :param dict before: see `_get_before`
        """
        if 'member_ids' in vals:
            self._check_new_members(before['members'])
        if 'stage_ids' in vals:
            self.env['helpdesk.lite.ticket']._fill_missing_stages(self)
        public = self.filtered(lambda team: team.privacy_visibility == 'portal')
        if closed := before['public'] - public:
            closed._revoke_portal_access()
        if opened := public - before['public']:
            opened._invite_customers()

    def _check_new_members(self, before):
        """Refuse new members who don't work on tickets. Members who lose the right later stay.

        :param dict before: ``{team id: members that it had}``
        :raise ValidationError: naming the first of them
        """
        if self.env.su:
            return
        for team in self:
            # sudo: res.users - only who of the chosen members holds the right
            new = (team.member_ids - before.get(team.id, team.member_ids.browse())).sudo()
            if strangers := new - new.filtered_domain(new._get_helpdesk_lite_domain()):
                raise ValidationError(self.env._(
                    "%s can't be a member of a team: that takes an active account of an employee "
                    'with a right for Helpdesk.', strangers[0].name))

    def _drop_unused_alias(self, vals):
        """Take the address from a team that doesn't use one, so that no mail can reach it.

        An address that is given by itself switches `use_alias` on.
        """
        if vals.get('alias_name'):
            vals.setdefault('use_alias', True)
        if 'use_alias' in vals and not vals['use_alias']:
            vals['alias_name'] = False
        return vals

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_tickets(self):
        # sudo: helpdesk.lite.ticket - existence only: a ticket must not be lost, whoever sees it
        tickets = self.env['helpdesk.lite.ticket'].sudo().with_context(active_test=False)
        if tickets.search_count([('team_id', 'in', self.ids)], limit=1):
            tickets._ask_where_to_go(self.env._(
                "A team with tickets can't be deleted. Archive it, or move its tickets to "
                "another team first."), self, 'delete')

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        return [
            {**vals, 'name': self.env._('%s (copy)', team.name)}
            for team, vals in zip(self, vals_list, strict=True)
        ]

    # ------------------------------------------------------------------
    # Mail alias
    # ------------------------------------------------------------------

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values['alias_model_id'] = self.env['ir.model']._get_id('helpdesk.lite.ticket')
        if self.id:
            values['alias_defaults'] = defaults = ast.literal_eval(self.alias_defaults or '{}')
            defaults['team_id'] = self.id
        return values

    # ------------------------------------------------------------------
    # Language
    # ------------------------------------------------------------------

    def _in_company_language(self):
        """The team, with its company's language in the context.

        For whatever the system logs or plans, see `helpdesk.lite.ticket._in_log_language`.
        """
        lang = self.company_id[:1].partner_id.lang
        return self.with_context(lang=lang) if lang else self

    # ------------------------------------------------------------------
    # Stages
    # ------------------------------------------------------------------

    def _get_first_stage(self):
        """The stage that new tickets of the team start in: the first of its pipeline.

        It is an empty recordset where the team has no stage.
        """
        self.ensure_one()
        return self.stage_ids[:1]
