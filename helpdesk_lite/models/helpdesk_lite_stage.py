from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
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
        string='Helpdesk Teams', default=lambda self: self._default_team_ids(),
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
    template_is_empty = fields.Boolean(compute='_compute_template_is_empty')
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

    @api.depends('template_id.body_html')
    def _compute_template_is_empty(self):
        for stage in self:
            # sudo: mail.template - only whether the chosen one has a text
            template = stage.template_id.sudo()
            stage.template_is_empty = bool(template) and template._is_without_text()

    @api.depends('fold')
    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_fold_warning(self):
        """Say what saving a changed `fold` does to the tickets of the stage."""
        changed = self.filtered(lambda s: s._origin.id and s.fold != s._origin.fold)
        (self - changed).fold_warning = False
        for stage in changed:
            stage.fold_warning = stage._get_fold_warning()

    def _get_fold_warning(self):
        Ticket = self.env['helpdesk.lite.ticket']
        domain = Domain('stage_id', '=', self._origin.id) & Domain('is_closed', '!=', self.fold)
        if not self.fold:
            domain &= Domain('merged_into_id', '=', False)
        count = Ticket.search_count(domain)
        # sudo: helpdesk.lite.ticket - existence only: saving concerns every company's tickets
        others = not self.env.su and Ticket.sudo().search_count(
            domain & Domain('company_id', 'not in', self.env.companies.ids), limit=1)
        texts = []
        if count and self.fold:
            texts.append(self.env._('Saving closes the open tickets of this stage: %s.', count))
        elif count:
            texts.append(self.env._('Saving reopens the closed tickets of this stage: %s.', count))
        if others and self.fold:
            texts.append(self.env._('Saving closes the tickets of other companies in this stage.'))
        elif others:
            texts.append(self.env._('Saving reopens the tickets of other companies in this stage.'))
        if texts:
            texts.append(self.env._('Nothing is sent to customers.'))
        return ' '.join(texts) or False

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

    @api.model_create_multi
    def create(self, vals_list):
        stages = super().create(vals_list)
        stages._fill_missing_stages()
        return stages

    def write(self, vals):
        """Write stages with all that follows for their tickets; concerns extend the hooks."""
        self._check_write(vals)
        before = self._get_before(vals)
        res = super().write(vals)
        self._after_write(vals, before)
        return res

    def _check_write(self, vals):
        """Hook: refuse a write."""
        if 'active' in vals and not vals['active']:
            self._check_empty(self.filtered('active'), 'archive')

    def _get_before(self, vals):
        """Hook: note what `_after_write` needs: ``toggled``, the stages whose `fold` changes."""
        fold = bool(vals.get('fold'))
        return {'toggled': self.filtered(lambda stage: 'fold' in vals and stage.fold != fold)}

    def _after_write(self, vals, before):
        """Hook: do what follows from new values.

        :param dict before: see `_get_before`
        """
        if before['toggled']:
            self.env['helpdesk.lite.ticket']._apply_fold(before['toggled'])
        if {'team_ids', 'active'} & vals.keys():
            self._fill_missing_stages()

    def _fill_missing_stages(self):
        # sudo: helpdesk.lite.team - a shared stage may be in teams of other companies
        self.env['helpdesk.lite.ticket']._fill_missing_stages(self.sudo().team_ids)

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
            'SELECT stage_id FROM helpdesk_lite_ticket WHERE stage_id IN %s LIMIT 1',
            tuple(stages.ids)))
        if not rows:
            return
        stage = self.browse(rows[0][0])
        Ticket = self.env['helpdesk.lite.ticket']
        if count := Ticket.with_context(active_test=False).search_count(
                [('stage_id', '=', stage.id)]):
            message = self.env._(
                'The stage "%(stage)s" holds tickets: %(count)s. Move them to another stage first.',
                stage=stage.name, count=count)
        else:
            message = self.env._(
                'The stage "%s" holds tickets of other companies. Their administrators must move '
                'them to another stage first.', stage.name)
        Ticket._ask_where_to_go(message, stages, operation)

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        return [
            {**vals, 'name': self.env._('%s (copy)', stage.name)}
            for stage, vals in zip(self, vals_list, strict=True)
        ]
