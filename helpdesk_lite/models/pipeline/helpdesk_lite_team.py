from odoo import api, models
from odoo.fields import Command


class HelpdeskLiteTeam(models.Model):
    """Order the stages as a team's form asks for."""

    _inherit = 'helpdesk.lite.team'

    @api.model
    def _take_stage_order(self, vals):
        """Take the new order out of the values by which a form changes a team's stages.

        The form numbers the dragged ones itself, from the lowest of their numbers on.

        :param dict vals: changed in place
        :return: ``{stage id: number}``
        """
        kept, numbers = [], {}
        for command in vals.get('stage_ids') or []:
            if (isinstance(command, (list, tuple)) and command[0] == Command.UPDATE
                    and 'sequence' in command[2]):
                values = dict(command[2])
                numbers[command[1]] = values.pop('sequence')
                command = Command.update(command[1], values)
            kept.append(command)
        if numbers:
            vals['stage_ids'] = kept
        return numbers

    def _order_stages(self, numbers):
        """Put the team's stages into the order of `numbers`; others keep their places.

        :param dict numbers: see `_take_stage_order`
        """
        for team in self if numbers else ():
            stages = team.stage_ids.sorted(
                lambda stage: (numbers.get(stage.id, stage.sequence), stage.id))
            stages._tell_of_moved(stages._share_out_places(), team.id)
