from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.raw_write import raw_write


class HelpdeskLiteTicket(models.Model):
    """The pipeline: a ticket's stage is one of its team's, and a folded stage is a closed one."""

    _inherit = 'helpdesk.lite.ticket'

    stage_id = fields.Many2one(
        'helpdesk.lite.stage', ondelete='restrict', tracking=True, copy=False,
        group_expand='_read_group_stage_ids', domain="[('team_ids', '=', team_id)]")
    date_last_stage_update = fields.Datetime(
        'Last Stage Update', readonly=True, copy=False, default=fields.Datetime.now)
    is_closed = fields.Boolean('Closed', readonly=True, copy=False, tracking=True)
    close_date = fields.Datetime('Closed on', readonly=True, copy=False)
    closed_by_partner = fields.Boolean('Closed by Customer', readonly=True, copy=False)
    reopen_count = fields.Integer('Reopenings', readonly=True, copy=False)
    reopen_stage_id = fields.Many2one(
        'helpdesk.lite.stage', readonly=True, copy=False, ondelete='set null',
        export_string_translation=False,
        help='Technical: the open stage that the ticket was closed from.')
    # a threshold of days is no secret, and whose stages one sees is asked for each list else
    is_rotting = fields.Boolean(compute_sudo=True)
    rotting_days = fields.Integer(compute_sudo=True)

    # ------------------------------------------------------------------
    # Pipeline
    # ------------------------------------------------------------------

    @api.onchange('team_id')
    def _onchange_team_id(self):
        """Replace a stage that isn't the new team's by its first one, in a form."""
        if self.stage_id and self.team_id:
            stages = self._get_team_stages(self.team_id._origin.ids)[self.team_id._origin.id]
            if self.stage_id._origin not in stages:
                self.stage_id = stages[:1]

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        """All columns of the open team's pipeline, or of all teams that the user sees."""
        team_id = self.env.context.get('default_team_id')
        teams = [('id', '=', team_id)] if team_id else []
        Stage = stages.browse()
        Stage.check_access('read')
        # sudo: helpdesk.lite.stage - of a team that the user sees: by rules it takes 2 ms more
        is_seen = team_id in self.env.user.helpdesk_lite_seen_teams['ids']
        # with what the columns and their cards show of a stage: who may see it is asked once
        pipeline = Stage.sudo(is_seen or Stage.env.su).search_fetch(
            [('team_ids', 'any', teams)], ['name', 'fold', 'rotting_threshold_days'])
        return pipeline.with_env(self.env) | stages

    @api.model
    def _get_team_stages(self, team_ids):
        """The teams' pipelines: ``{team id: stages in order}``, archived stages left out."""
        # sudo: helpdesk.lite.team - a follower of one ticket doesn't see its private team
        teams = self.env['helpdesk.lite.team'].sudo().browse(sorted(set(team_ids)))
        return {team.id: team.stage_ids.sudo(False) for team in teams}

    @api.model
    def _fill_stage(self, vals_list):
        """Put each new ticket into its team's first stage unless the values name another."""
        default = self.env.context.get('default_stage_id')
        pipelines = self._get_team_stages(vals['team_id'] for vals in vals_list)
        now = fields.Datetime.now()
        for vals in vals_list:
            stages = pipelines[vals['team_id']]
            stage = stages.browse(vals.get('stage_id', default))
            if stage:
                stage = self._get_namesake(stage, stages)
                self._check_stage_of_team(stage, stages, vals['team_id'])
            else:
                stage = stages[:1]
            vals['stage_id'] = stage.id
            # an import of closed tickets brings their dates with it
            closed_on = stage.fold and vals.get('close_date')
            vals.update(self._get_closing_vals(stage, closed_on or now))

    @api.model
    def _fill_missing_stages(self, teams):
        """Put tickets without a stage into their team's first one, silently.

        They were made while the team had no stage."""
        # sudo: helpdesk.lite.ticket - a shared stage may be in teams of other companies
        without = self.sudo().with_context(active_test=False).search(
            [('team_id', 'in', teams.ids), ('stage_id', '=', False)])
        for team, tickets in without.grouped('team_id').items():
            if stage := team.with_context(active_test=True)._get_first_stage():
                tickets._relocate({'stage_id': stage.id})

    @api.model
    def _check_stage_of_team(self, stage, stages, team_id):
        """Refuse a stage of another team.

        :raise ValidationError: naming the stages that can be chosen
        """
        if stage not in stages:
            # sudo: helpdesk.lite.team - the name of the ticket's own team
            team = self.env['helpdesk.lite.team'].sudo().browse(team_id)
            raise ValidationError(self.env._(
                "The stage \"%(stage)s\" isn't one of the team \"%(team)s\". Choose one of: "
                "%(stages)s.", stage=stage.name, team=team.name,
                stages=', '.join(stages.mapped('name'))))

    @api.model
    def load(self, fields, data):
        """See ``load``: stages that are given by name are the row's team's."""
        return super(HelpdeskLiteTicket, self.with_context(helpdesk_lite_import=True)).load(
            fields, data)

    @api.model
    def _get_namesake(self, stage, stages):
        """Find the team's own stage for one that an import found by name.

        An import looks for a name among all stages, without regard to the row's team, and takes
        the first.

        :param stages: the team's
        """
        if not self.env.context.get('helpdesk_lite_import') or stage in stages:
            return stage
        return stages.filtered(lambda own: own.name == stage.name)[:1] or stage

    def _split_by_transition(self, vals):
        """Split a write so that each ticket gets the values that its own transition asks for.

        :return: ``[(tickets, vals)]``, as few pairs as there are different transitions
        """
        if not {'team_id', 'stage_id', 'user_id', 'priority', 'merged_into_id'} & vals.keys():
            return [(self, vals)]
        now = fields.Datetime.now()
        pipelines = self._get_team_stages(
            [vals['team_id']] if 'team_id' in vals else self.team_id.ids)
        groups = {}
        for ticket in self:
            extra = ticket._get_transition_vals(vals, pipelines, now)
            key = tuple(sorted(extra.items()))
            groups[key] = groups.get(key, self.browse()) | ticket
        return [(tickets, {**vals, **dict(key)}) for key, tickets in groups.items()]

    def _get_transition_vals(self, vals, pipelines, now):
        """Work out what a write changes in this ticket besides the values themselves."""
        extra = {}
        stage = self._get_new_stage(vals, pipelines)
        if stage != self.stage_id:
            extra['date_last_stage_update'] = now
        if stage.id != vals.get('stage_id', self.stage_id.id):
            extra['stage_id'] = stage.id
        merged = vals.get('merged_into_id', self.merged_into_id.id)
        closed = stage.fold or bool(merged)
        if closed != self.is_closed:
            extra.update(self._get_closing_vals(stage, now, closed=closed))
            if closed and self.stage_id and not self.stage_id.fold:
                extra['reopen_stage_id'] = self.stage_id.id
            if not closed:
                extra['reopen_count'] = self.reopen_count + 1
        extra.update(self._get_assignment_vals(vals, now))
        if self._is_activity(vals, stage):
            extra['last_activity_date'] = now
        return extra

    def _get_new_stage(self, vals, pipelines):
        """Find the stage that a write leaves this ticket in.

        :raise ValidationError: if the values ask for a stage of another team
        """
        team_id = vals.get('team_id') or self.team_id.id
        stages = pipelines[team_id]
        if 'stage_id' in vals:
            stage = self._get_namesake(self.stage_id.browse(vals['stage_id']), stages)
            if stage and stage != self.stage_id:
                self._check_stage_of_team(stage, stages, team_id)
            if stage in stages:
                return stage
        elif team_id == self.team_id.id or self.stage_id in stages:
            return self.stage_id
        return stages[:1]

    def _is_activity(self, vals, stage):
        """Whether a write is activity: a move, or a person's assignment or priority."""
        if self._get_system_write():
            return False
        if stage != self.stage_id:
            return True
        if self.env.user._is_superuser():
            return False
        return (
            ('user_id' in vals and vals['user_id'] != self.user_id.id)
            or ('priority' in vals and vals['priority'] != self.priority)
        )

    # ------------------------------------------------------------------
    # Closing
    # ------------------------------------------------------------------

    @api.model
    def _get_closing_vals(self, stage, now, closed=None):
        """Return the values by which a ticket in `stage` is closed or open.

        :param now: when it came there (UTC, naive)
        :param closed: whether it is closed, where something else than the stage decides
        """
        closed = stage.fold if closed is None else closed
        if closed:
            return {'is_closed': True, 'close_date': now}
        return {'is_closed': False, 'close_date': False, 'closed_by_partner': False}

    @api.model
    def _apply_fold(self, stages):
        """Close or open the tickets of `stages`, whose `fold` has just changed.

        One statement per direction, since a stored compute on ``stage_id.fold`` costs 1,103
        queries and 294 MB for 100,000 tickets. Nothing is logged per ticket and nothing is sent;
        ``close_date`` becomes the date of the last move, and ``close_hours`` is left for the cron
        of automatic closing, which is called at once. Clear `reopen_stage_id`: folding was no move.

        :param stages: ``helpdesk.lite.stage``
        """
        stages.flush_recordset(['fold'])
        written = ['is_closed', 'close_date', 'close_hours', 'closed_by_partner', 'reopen_stage_id']
        reads = ['stage_id', 'merged_into_id', 'date_last_stage_update']
        raw_write(self, written, SQL(
            """UPDATE helpdesk_lite_ticket
                  SET is_closed = TRUE, close_date = date_last_stage_update, close_hours = NULL,
                      reopen_stage_id = NULL
                WHERE stage_id = ANY(%s) AND is_closed IS NOT TRUE
            RETURNING id""", stages.filtered('fold').ids), reads)
        raw_write(self, written, SQL(
            """UPDATE helpdesk_lite_ticket
                  SET is_closed = FALSE, close_date = NULL, close_hours = NULL,
                      closed_by_partner = FALSE
                WHERE stage_id = ANY(%s) AND is_closed IS TRUE AND merged_into_id IS NULL
            RETURNING id""", (stages - stages.filtered('fold')).ids), reads)
        # sudo: ir.cron - only called to do its work now
        if cron := self.env.ref(
                'helpdesk_lite.ir_cron_auto_close_ticket', raise_if_not_found=False):
            cron.sudo()._trigger()

    def _get_rotting_depends_fields(self):
        return [*super()._get_rotting_depends_fields(), 'is_closed']

    def _get_rotting_domain(self):
        """Leave closed tickets out: they can't rot."""
        return super()._get_rotting_domain() & Domain('is_closed', '=', False)

    def _track_subtype(self, init_values):
        self.ensure_one()
        if 'stage_id' in init_values:
            return self._get_subtype('mt_ticket_stage')
        return super()._track_subtype(init_values)
