from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Stages that answers move tickets to
STAGES = ('answer_stage_id', 'wait_stage_id')


class HelpdeskLiteTeam(models.Model):
    """Answering is work: what an answer does to its ticket besides being sent."""

    _inherit = 'helpdesk.lite.team'

    answer_assigns = fields.Boolean(
        'An Answer Assigns', default=True,
        help='Whoever answers an unassigned ticket gets it.')
    answer_stage_id = fields.Many2one(
        'helpdesk.lite.stage', 'An Answer Moves to', index='btree_not_null',
        domain="[('id', 'in', stage_ids), ('fold', '=', False)]",
        compute='_compute_answer_stages', store=True, readonly=False, precompute=True,
        help='An answer moves a ticket from the first stage to this one. If this stage has an '
             'e-mail template, the customer gets its mail besides the answer. Empty: answers '
             'move no ticket.')
    wait_stage_id = fields.Many2one(
        'helpdesk.lite.stage', 'Send & Wait Moves to', index='btree_not_null',
        domain="[('id', 'in', stage_ids), ('fold', '=', False)]",
        compute='_compute_answer_stages', store=True, readonly=False, precompute=True,
        help='Where tickets wait for their customers. Empty: there is no button Send & wait.')

    @api.depends('stage_ids.active', 'stage_ids.fold')
    def _compute_answer_stages(self):
        """Keep what was chosen while it is an open stage of the team, and forget it else.

        Tickets of new teams wait in the stage On Hold that we ship, where they have it.
        """
        on_hold = self.env.ref('helpdesk_lite.stage_on_hold', raise_if_not_found=False)
        for team in self:
            stages = team.stage_ids.filtered(
                lambda stage: stage.active and not stage.fold)._origin
            for name in STAGES:
                if team[name] not in stages:
                    team[name] = False
            if on_hold and on_hold in stages and not team._origin:
                team.wait_stage_id = team.wait_stage_id or on_hold

    @api.constrains(*STAGES)
    def _check_answer_stages(self):
        for name in STAGES:
            self._check_stages_of_team(name)
            for team in self:
                if team[name].fold:
                    raise ValidationError(self.env._(
                        'The stage "%(stage)s" is folded: an answer would close its ticket. '
                        'Choose an open stage (team "%(team)s").',
                        stage=team[name].name, team=team.name))
