from odoo import api, models
from odoo.tools import SQL


class HelpdeskLiteStage(models.Model):
    """All stages have one order; dragging some changes the order among these alone."""

    _inherit = 'helpdesk.lite.stage'

    @api.depends('team_ids')
    @api.depends_context('default_team_id', 'uid', 'allowed_company_ids')
    def _compute_shared_team_names(self):
        """Name the teams that a change would touch besides the one whose pipeline is open."""
        current = self.env.context.get('default_team_id')
        # sudo: helpdesk.lite.team - those that the user doesn't see are counted only
        Team = self.env['helpdesk.lite.team'].sudo().with_context(active_test=False)
        for stage in self:
            shown = Team.browse(stage.team_ids._origin.ids)
            # searched: what is read in superuser mode would stay in the user's cache
            teams = shown | Team.search([('stage_ids', 'in', stage._origin.ids)])
            stage.shared_team_names = self._name_teams(
                teams.filtered(lambda team: team.id != current))

    @api.model
    def _name_teams(self, teams):
        """Name the teams that the user sees, and count the others.

        Of teams of other companies it says no more than that there are any.

        :param teams: in superuser mode
        :return: a text, or False where there is no team
        """
        own = teams if self.env.su else teams.filtered(
            lambda team: team.company_id in self.env.companies)
        seen = (own if self.env.su else own.sudo(False))._filtered_access('read')
        names = seen.mapped('name')
        if hidden := len(own) - len(seen):
            names.append(self.env._("teams that you don't see: %s", hidden))
        if teams - own:
            names.append(self.env._('teams of other companies'))
        return ', '.join(names) or False

    # ------------------------------------------------------------------
    # Dragging
    # ------------------------------------------------------------------

    def web_resequence(self, specification, field_name='sequence', offset=0):
        """Put the stages into this order: they share out the places that they held among all.

        Odoo numbers them anew from `offset` on, and so moves the stages of other teams, which
        have other numbers, to the beginning or end of their pipelines. See ``web``.
        """
        if field_name != 'sequence':
            return super().web_resequence(specification, field_name=field_name, offset=offset)
        self.check_access('write')
        self._tell_of_moved(self._share_out_places(), self.env.context.get('default_team_id'))
        return self.web_read(specification)

    def _share_out_places(self):
        """Put the stages, in this order, into the places that they hold in the order of all.

        :return: the teams, in superuser mode, whose pipelines have another order now
        """
        # sudo: helpdesk.lite.stage - others keep their place, so those in it are to be known
        every = self.sudo().with_context(active_test=False).search([('id', '!=', False)])
        before = self._get_pipelines(every)
        dragged = iter(self.sudo())
        wanted = [next(dragged) if stage in self else stage for stage in every]
        last = (float('-inf'), 0)
        for place, stage in zip(every.mapped('sequence'), wanted, strict=True):
            # equal numbers are ordered by id: where that would be wrong, the rest moves up
            sequence = max(place, last[0])
            if (sequence, stage.id) <= last:
                sequence += 1
            if stage.sequence != sequence:
                stage.sequence = sequence
            last = (sequence, stage.id)
        after = self._get_pipelines(every.browse(stage.id for stage in wanted))
        moved = [team_id for team_id, ids in after.items() if before[team_id] != ids]
        # sudo: helpdesk.lite.team - who drags is told of those that they see
        return self.env['helpdesk.lite.team'].sudo().browse(moved)

    @api.model
    def _get_pipelines(self, stages):
        """The teams' stages in the order of `stages`: ``{team id: [stage id]}``."""
        self.env['helpdesk.lite.team'].flush_model(['stage_ids'])
        places = {stage.id: place for place, stage in enumerate(stages)}
        pipelines = {}
        for team_id, stage_id in self.env.execute_query(SQL(
                'SELECT team_id, stage_id FROM helpdesk_lite_team_stage_rel')):
            pipelines.setdefault(team_id, []).append(stage_id)
        return {
            team_id: sorted(ids, key=places.__getitem__) for team_id, ids in pipelines.items()}

    @api.model
    def _tell_of_moved(self, teams, current_id):
        """Tell the user who dragged stages which other teams' pipelines changed with them.

        :param teams: those whose pipelines changed, in superuser mode
        :param current_id: the team whose pipeline is on the screen, if it is one team's
        """
        names = current_id and self._name_teams(teams.filtered(lambda team: team.id != current_id))
        if names:
            self.env.user._bus_send('simple_notification', {
                'type': 'warning',
                'message': self.env._('The stages moved in these teams, too: %s', names)})
