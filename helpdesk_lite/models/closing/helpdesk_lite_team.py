from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

# What decides whether closing a ticket works: where it changes, failed ones are tried again.
RULES = {
    'auto_close_ticket', 'auto_close_day', 'from_stage_ids', 'to_stage_id', 'stage_ids',
    'auto_close_warn', 'auto_close_warn_day', 'auto_close_warn_template_id',
}


class HelpdeskLiteTeam(models.Model):
    """Self-service: tickets that fall silent are closed, and an answer can open them again."""

    _inherit = 'helpdesk.lite.team'

    auto_close_ticket = fields.Boolean(
        'Automatic Closing',
        help='Moves tickets that nobody touched for some days to a stage that closes them.')
    auto_close_day = fields.Integer(
        'Inactive Period (days)', default=7,
        help='Calendar days of 24 hours without a message, a note, a file, a move, or a change of '
             "assignee or priority. Automatic mail doesn't count.")
    from_stage_ids = fields.Many2many(
        'helpdesk.lite.stage', 'helpdesk_lite_team_from_stage_rel', 'team_id', 'stage_id',
        string='In Stages', domain="[('id', 'in', stage_ids)]",
        help='Only tickets in these stages are closed. Empty: those in every stage that is not '
             'folded, except the one that they are moved to.')
    to_stage_id = fields.Many2one(
        'helpdesk.lite.stage', string='Move to Stage', index='btree_not_null',
        domain="[('id', 'in', stage_ids)]", compute='_compute_to_stage_id', store=True,
        readonly=False,
        help='Where inactive tickets are moved to. Until you choose one it is the first folded '
             'stage, or the last stage where none is folded.')
    to_stage_chosen = fields.Boolean(
        compute='_compute_to_stage_id', store=True, readonly=False, export_string_translation=False,
        help='Technical: a person chose the stage, so it is kept while the pipeline changes.')
    to_stage_warning = fields.Char(compute='_compute_to_stage_warning')
    auto_close_warn = fields.Boolean(
        'Warn the Customer',
        help='The customer gets one e-mail before the ticket is closed. Any activity starts the '
             'clock again.')
    auto_close_warn_day = fields.Integer('Warn after (days)', default=5)
    auto_close_warn_template_id = fields.Many2one(
        'mail.template', string='Warning', index='btree_not_null', ondelete='restrict',
        domain=[('model', '=', 'helpdesk.lite.ticket')],
        default=lambda self: self._default_auto_close_warn_template_id())
    reopen_policy = fields.Selection(
        [
            ('reopen', 'Reopens the ticket'),
            ('notify', 'Leaves it closed and notifies the assignee'),
            ('new', 'Opens a new linked ticket after some days'),
        ],
        string='An Answer to a Closed Ticket', required=True, default='reopen',
        help="What a customer's answer does. Automatic mail never reopens a ticket.")
    reopen_day = fields.Integer(
        'New Ticket after (days)', default=30,
        help='An answer within so many days of 24 hours after the closing reopens the ticket, '
             'a later one opens a new ticket that is linked to it.')

    def _default_auto_close_warn_template_id(self):
        return self.env.ref(
            'helpdesk_lite.mail_template_auto_close_warning', raise_if_not_found=False)

    # ------------------------------------------------------------------
    # The stage that closes
    # ------------------------------------------------------------------

    @api.depends('stage_ids.active', 'stage_ids.fold', 'stage_ids.sequence')
    def _compute_to_stage_id(self):
        """Follow the pipeline until a person chooses; what is no stage of it can't stay chosen."""
        for team in self:
            if team.to_stage_chosen and team.to_stage_id in team._get_pipeline():
                continue
            team.to_stage_id = team._get_default_to_stage()
            team.to_stage_chosen = False

    def _get_default_to_stage(self):
        """Where automatic closing moves tickets until a person chooses.

        Never a watched stage: otherwise people who don't even see the team could neither fold
        that stage, nor drag it to the end, nor delete the one behind it.
        """
        self.ensure_one()
        return self._get_closing_stage(self.from_stage_ids) or self._get_closing_stage()

    def _get_pipeline(self):
        """The team's stages in order, those that aren't saved yet left out."""
        self.ensure_one()
        stages = self.stage_ids.filtered(lambda stage: stage.active and stage._origin)
        return stages.sorted(lambda stage: (stage.sequence, stage._origin.id))._origin

    def _get_closing_stage(self, left_out=()):
        """The stage that closes a ticket: the first folded of the pipeline, else its last.

        :param left_out: stages that can't be it
        :return: one stage, or none where the team has no stage
        """
        self.ensure_one()
        # not `_get_pipeline`: in a form `fold` may have been changed without being saved
        stages = self.stage_ids.filtered(
            lambda stage: stage.active and stage._origin and stage not in left_out).sorted(
            lambda stage: (stage.sequence, stage._origin.id))
        return (stages.filtered('fold')[:1] or stages[-1:])._origin

    @api.onchange('to_stage_id')
    def _onchange_to_stage_id(self):
        """Tell a choice from the default, which comes here, too, when the pipeline changes."""
        default = self._get_default_to_stage()
        if not self.to_stage_id:
            self.to_stage_id = default
            self.to_stage_chosen = False
        elif self.to_stage_id._origin != default:
            self.to_stage_chosen = True

    def _mark_choice(self, vals):
        """Note in the values of a write whether they choose the stage that closes.

        A form that changes the pipeline sends the default along with it: that is no choice.
        """
        if 'to_stage_id' in vals and 'to_stage_chosen' not in vals and 'stage_ids' not in vals:
            vals['to_stage_chosen'] = bool(vals['to_stage_id'])
        return vals

    def _settle_choice(self, vals):
        """After a write of `to_stage_id`: no stage means the default, another one was chosen."""
        if not vals['to_stage_id']:
            self._compute_to_stage_id()
        elif 'stage_ids' in vals and 'to_stage_chosen' not in vals:
            chosen = self.filtered(lambda team: team.to_stage_id != team._get_default_to_stage())
            chosen.to_stage_chosen = True

    @api.depends('auto_close_ticket', 'to_stage_id.fold')
    def _compute_to_stage_warning(self):
        """Said in the form where automatic closing would leave the tickets open."""
        for team in self:
            if not team.auto_close_ticket or team.to_stage_id.fold:
                team.to_stage_warning = False
            elif team.to_stage_id:
                team.to_stage_warning = self.env._(
                    'Tickets will be moved to the stage "%s" but stay open, since it is not '
                    'folded.', team.to_stage_id.name)
            else:
                team.to_stage_warning = self.env._(
                    'The team has no stage: no ticket will be closed.')

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains('auto_close_day', 'auto_close_warn', 'auto_close_warn_day',
                    'auto_close_warn_template_id')
    def _check_auto_close_days(self):
        for team in self:
            if team.auto_close_day < 1:
                raise ValidationError(self.env._(
                    'Automatic closing needs at least 1 day of inactivity: enter 1 or more '
                    '(team "%(team)s" has %(days)s).', team=team.name, days=team.auto_close_day))
            if team.auto_close_warn:
                team._check_warning()

    def _check_warning(self):
        if not 1 <= self.auto_close_warn_day < self.auto_close_day:
            raise ValidationError(self.env._(
                'Customers must be warned after 1 day at least and before their ticket is closed '
                'after %(close)s days (team "%(team)s": after %(warn)s days).', team=self.name,
                close=self.auto_close_day, warn=self.auto_close_warn_day))
        # sudo: mail.template - only whether there is one for tickets
        if self.auto_close_warn_template_id.sudo().model != 'helpdesk.lite.ticket':
            raise ValidationError(self.env._(
                'Choose an e-mail template for tickets to warn customers with (team "%s").',
                self.name))

    @api.constrains('reopen_day')
    def _check_reopen_day(self):
        for team in self:
            if team.reopen_day < 0:
                raise ValidationError(self.env._(
                    "The days after which an answer opens a new ticket can't be negative "
                    '(team "%s").', team.name))

    @api.constrains('to_stage_id')
    def _check_to_stage_of_team(self):
        self._check_stages_of_team('to_stage_id')

    @api.constrains('from_stage_ids')
    def _check_from_stages_of_team(self):
        # by itself: a stage that leaves the pipeline is forgotten a moment after `to_stage_id`
        self._check_stages_of_team('from_stage_ids')

    def _check_stages_of_team(self, name):
        for team in self:
            pipeline = team._get_pipeline()
            if lost := team[name] - pipeline:
                raise ValidationError(self.env._(
                    "The stage \"%(stage)s\" isn't one of the team \"%(team)s\". Choose one of: "
                    "%(stages)s.", stage=lost[0].name, team=team.name,
                    stages=', '.join(pipeline.mapped('name'))))

    @api.constrains('from_stage_ids', 'to_stage_id')
    def _check_target_is_not_watched(self):
        for team in self:
            if team.to_stage_id in team.from_stage_ids:
                raise ValidationError(self.env._(
                    "The stage \"%(stage)s\" can't be both watched by automatic closing and the "
                    'one that tickets are moved to. Remove it from "In Stages", or choose '
                    'another stage to move to (team "%(team)s").',
                    stage=team.to_stage_id.name, team=team.name))

    def _check_nothing_reopens(self):
        """Refuse to watch a folded stage for an open one.

        No constraint, which would refuse to fold a shared stage that another team watches.
        """
        for team in self:
            folded = team.from_stage_ids.filtered('fold')
            if folded and team.to_stage_id and not team.to_stage_id.fold:
                raise ValidationError(self.env._(
                    'Tickets in the folded stage "%(folded)s" are closed: moving them to the open '
                    'stage "%(stage)s" would open them again. Remove it from "In Stages", or '
                    'choose a folded stage to move to (team "%(team)s").',
                    folded=folded[0].name, stage=team.to_stage_id.name, team=team.name))

    def _forget_lost_stages(self, gone=()):
        """Watch no stage that left the pipeline.

        Where none is left to watch, automatic closing is switched off: an empty list would watch
        every open stage all at once.

        :param gone: stages that are about to be deleted
        """
        # sudo: helpdesk.lite.team - a shared stage may be in teams of other companies
        for team in self.sudo().with_context(active_test=False):
            kept = team._get_pipeline().filtered(lambda stage: stage not in gone)
            lost = team.from_stage_ids - kept
            if not lost:
                continue
            off = team.auto_close_ticket and lost == team.from_stage_ids
            team.write({
                'from_stage_ids': [fields.Command.unlink(stage.id) for stage in lost],
                **({'auto_close_ticket': False} if off else {}),
            })
            if off:
                team._message_log(body=team._in_company_language().env._(
                    'Automatic closing was switched off: the stages that it watched (%s) are not '
                    "the team's any more.", ', '.join(lost.mapped('name'))))

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def _prepare_create_vals(self, vals):
        if 'to_stage_id' in vals:
            vals.setdefault('to_stage_chosen', bool(vals['to_stage_id']))
            if not vals['to_stage_id']:  # what is given isn't computed
                del vals['to_stage_id'], vals['to_stage_chosen']
        return super()._prepare_create_vals(vals)

    def _after_create(self):  # pylint: disable=missing-return
        super()._after_create()
        self._check_nothing_reopens()

    def _prepare_write_vals(self, vals):
        return super()._prepare_write_vals(self._mark_choice(vals))

    def _check_write(self, vals):  # pylint: disable=missing-return
        super()._check_write(vals)
        if 'active' in vals and not vals['active']:
            self.filtered('active')._check_no_open_ticket()

    def _after_write(self, vals, before):  # pylint: disable=missing-return
        super()._after_write(vals, before)
        if 'to_stage_id' in vals:
            self._settle_choice(vals)
        if {'from_stage_ids', 'to_stage_id'} & vals.keys():
            self._check_nothing_reopens()
        if 'stage_ids' in vals:
            self._forget_lost_stages()
        if RULES & vals.keys():
            self.env['helpdesk.lite.ticket']._forget_closing_errors(teams=self)

    def action_archive(self):
        """On the screens ask where the tickets go, if there are open ones."""
        self.check_access('write')  # whether there are open tickets is no news for others
        if self.env.context.get('helpdesk_lite_ask') and self._has_open_ticket():
            return self.env['helpdesk.lite.ticket']._get_relocate_action(self, 'archive')
        return super().action_archive()

    def _check_no_open_ticket(self):
        """Refuse to archive a team whose open tickets nobody would look after.

        :raise UserError: see also `_archive_with_open_tickets`
        """
        if self._has_open_ticket():
            self.env['helpdesk.lite.ticket']._ask_where_to_go(self.env._(
                'The team "%s" has open tickets. Close them, or move them to another team first.',
                self[:1].name), self, 'archive')

    def _has_open_ticket(self):
        # sudo: helpdesk.lite.ticket - existence only
        return bool(self.env['helpdesk.lite.ticket'].sudo().search_count(
            [('team_id', 'in', self.ids), ('is_closed', '=', False)], limit=1))

    # ------------------------------------------------------------------
    # What is watched
    # ------------------------------------------------------------------

    def _get_watched_stages(self):
        """The stages whose tickets are closed when they fall silent."""
        self.ensure_one()
        chosen = self.from_stage_ids
        stages = (chosen or self._get_pipeline()) - self.to_stage_id
        if not chosen or not self.to_stage_id.fold:  # a stage may be folded after it was chosen
            stages = stages.filtered(lambda stage: not stage.fold)
        return stages

    def _get_inactive_domain(self, days, now):
        """The team's watched tickets of whom nothing was heard for so many days.

        :param int days: of 24 hours
        :param now: UTC, naive
        """
        self.ensure_one()
        return (
            Domain('team_id', '=', self.id)
            & Domain('stage_id', 'in', self._get_watched_stages().ids)
            & Domain('last_activity_date', '<=', now - timedelta(days=days))
            & Domain('auto_close_error', '=', False)
        )

    def _get_closing_domain(self, now):
        """The tickets that are to be closed now.

        Where customers are warned, one who can be is given the time that the warning promised,
        even if the ticket was silent for longer when the warning was switched on.
        """
        domain = self._get_inactive_domain(self.auto_close_day, now)
        if self.auto_close_warn:
            grace = timedelta(days=self.auto_close_day - self.auto_close_warn_day)
            domain &= (Domain('auto_close_warning_date', '<=', now - grace)
                       | ~self._get_warnable_domain())
        return domain

    def _get_warning_domain(self, now):
        """The tickets whose customers are to be warned now: once in each silence."""
        return (
            self._get_inactive_domain(self.auto_close_warn_day, now)
            & Domain('auto_close_warning_date', '=', False)
            & self._get_warnable_domain()
        )

    def _get_warnable_domain(self):
        """Tickets whose customer has an address to be warned at, or have one in their stead."""
        return Domain('partner_id.email_normalized', '!=', False) | (
            Domain('partner_id', '!=', False) & Domain('email_normalized', '!=', False))
