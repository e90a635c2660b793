from odoo import models


class HelpdeskLiteStage(models.Model):
    """What a change of a stage means for the automatic closing of teams."""

    _inherit = 'helpdesk.lite.stage'

    def _get_before(self, vals):
        """Note, too, the teams whose closing watches stages that leave pipelines: ``watching``."""
        before = super()._get_before(vals)
        if {'team_ids', 'active'} & vals.keys():
            before['watching'] = self._get_watching_teams()
        return before

    def _after_write(self, vals, before):  # pylint: disable=missing-return
        super()._after_write(vals, before)
        if 'watching' in before:
            before['watching']._forget_lost_stages()
        self._forget_closing_errors()

    def unlink(self):
        self._get_watching_teams()._forget_lost_stages(gone=self)
        return super().unlink()

    def _get_watching_teams(self):
        """The teams, in superuser mode and archived ones too, whose closing watches the stages."""
        # sudo: helpdesk.lite.team - a shared stage may be in teams of other companies
        return self.env['helpdesk.lite.team'].sudo().with_context(active_test=False).search(
            [('from_stage_ids', 'in', self.ids)])

    def _forget_closing_errors(self):
        """Try again to close the tickets whose closing into one of the stages failed."""
        # sudo: helpdesk.lite.team - a shared stage may be in teams of other companies
        teams = self.env['helpdesk.lite.team'].sudo().search([('to_stage_id', 'in', self.ids)])
        if teams:
            self.env['helpdesk.lite.ticket']._forget_closing_errors(teams=teams)

    def action_archive(self):
        """On the screens ask where the tickets go, if there are any."""
        if self.env.context.get('helpdesk_lite_ask') and self._has_tickets():
            return self.env['helpdesk.lite.ticket']._get_relocate_action(self, 'archive')
        return super().action_archive()

    def _has_tickets(self):
        """Whether any of the stages holds a ticket, archived or not, of whatever company."""
        # sudo: helpdesk.lite.ticket - existence only
        return bool(self.env['helpdesk.lite.ticket'].sudo().with_context(
            active_test=False).search_count([('stage_id', 'in', self.ids)], limit=1))
