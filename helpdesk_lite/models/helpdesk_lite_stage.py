from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class HelpdeskLiteStage(models.Model):
    _name = 'helpdesk.lite.stage'
    _description = 'Helpdesk Stage'
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    description = fields.Text(translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=lambda self: self._default_sequence())
    fold = fields.Boolean(
        string='Folded in Kanban',
        help='Tickets in a folded stage are closed.',
    )
    team_ids = fields.Many2many(
        'helpdesk.lite.team', 'helpdesk_lite_team_stage_rel', 'stage_id', 'team_id',
        string='Teams', default=lambda self: self._default_team_ids(),
        help='The teams whose pipeline has this stage. A change here is a change for all of them.',
    )
    template_id = fields.Many2one(
        'mail.template', string='Email Template', index='btree_not_null', ondelete='set null',
        domain=[('model', '=', 'helpdesk.lite.ticket')],
        help='Sent to the customer each time a ticket reaches this stage.',
    )
    rotting_threshold_days = fields.Integer(
        string='Days to rot', default=0,
        help='After so many days in this stage a ticket is marked as stale. 0 switches it off.',
    )
    shared_team_names = fields.Char(compute='_compute_shared_team_names')
    fold_warning = fields.Char(compute='_compute_fold_warning')

    _check_rotting_threshold_days = models.Constraint(
        'CHECK(rotting_threshold_days >= 0)', "The days to rot can't be negative.",
    )

    def _default_sequence(self):
        """A new stage stands behind all others, where the kanban shows its column too."""
        last = self.search([], order='sequence desc', limit=1)
        return last.sequence + 1 if last else 10

    def _default_team_ids(self):
        """A column that is added in a team's pipeline belongs to that team."""
        team_id = self.env.context.get('default_team_id')
        return [team_id] if team_id else []

    @api.depends('team_ids')
    @api.depends_context('default_team_id')
    def _compute_shared_team_names(self):
        """Names of the teams that a change would touch besides the one whose pipeline is open."""
        current = self.env['helpdesk.lite.team'].browse(self.env.context.get('default_team_id'))
        for stage in self:
            # sudo: helpdesk.lite.team - only names, and only for those who may write stages
            others = (stage.team_ids - current).sudo() if stage._origin else current
            stage.shared_team_names = ', '.join(others.mapped('name')) or False

    @api.depends('fold')
    def _compute_fold_warning(self):
        """What saving a changed `fold` will do to the tickets in the stage, or False."""
        changed = self.filtered(lambda s: s._origin.id and s.fold != s._origin.fold)
        (self - changed).fold_warning = False
        for stage in changed:
            # sudo: helpdesk.lite.ticket - a number only: saving concerns every company's tickets
            count = self.env['helpdesk.lite.ticket'].sudo().with_context(
                active_test=False).search_count([('stage_id', '=', stage._origin.id)])
            if not count:
                stage.fold_warning = False
            elif stage.fold:
                stage.fold_warning = self.env._(
                    'Saving closes all %s tickets of this stage. Nothing is sent to customers.',
                    count)
            else:
                stage.fold_warning = self.env._(
                    'Saving reopens all %s tickets of this stage. Nothing is sent to customers.',
                    count)

    @api.constrains('team_ids')
    def _check_tickets_of_removed_teams(self):
        self.env['helpdesk.lite.team']._check_no_ticket_outside_pipeline(stages=self)

    @api.constrains('template_id')
    def _check_template_model(self):
        for stage in self.sudo():  # sudo: mail.template - reads the model of the chosen template
            if stage.template_id and stage.template_id.model != 'helpdesk.lite.ticket':
                raise UserError(self.env._(
                    'The template "%(template)s" is for other documents. '
                    'Choose or create one for tickets.', template=stage.template_id.name))

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def write(self, vals):
        if 'active' in vals and not vals['active']:
            self._check_empty(self.filtered('active'), 'archive')
        toggled = self.browse()
        if 'fold' in vals:
            toggled = self.filtered(lambda stage: stage.fold != bool(vals['fold']))
        res = super().write(vals)
        if toggled:
            self.env['helpdesk.lite.ticket']._apply_fold(toggled)
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_tickets(self):
        self._check_empty(self, 'delete')

    def _check_empty(self, stages, operation):
        """Refuse to lose the tickets of `stages`.

        :param str operation: what is about to be done: 'delete' or 'archive'
        :raise UserError: if any of them, in whatever company, holds a ticket, archived or not;
            on the screen it offers to move them
        """
        if not stages:
            return
        self.env['helpdesk.lite.ticket'].flush_model(['stage_id'])
        rows = self.env.execute_query(SQL(
            """SELECT stage_id, count(*) FROM helpdesk_lite_ticket
                WHERE stage_id IN %s GROUP BY stage_id LIMIT 1""", tuple(stages.ids)))
        if rows:
            stage_id, count = rows[0]
            self.env['helpdesk.lite.ticket']._ask_where_to_go(self.env._(
                'The stage "%(stage)s" holds %(count)s tickets. Move them to another stage first.',
                stage=self.browse(stage_id).name, count=count), stages, operation)

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        return [
            {**vals, 'name': self.env._('%s (copy)', stage.name)}
            for stage, vals in zip(self, vals_list, strict=True)
        ]
