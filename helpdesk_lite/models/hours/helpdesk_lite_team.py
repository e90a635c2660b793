from odoo import models


class HelpdeskLiteTeam(models.Model):
    """The working time of a team, which plans what it promises and counts what it took."""

    _inherit = 'helpdesk.lite.team'

    def _get_timetable(self):
        """Return the team's working time; round the clock without a calendar.

        No query once its calendar is laid out.

        :rtype: Timetable
        """
        self.ensure_one()
        # sudo: helpdesk.lite.team - the hours of the ticket's own team
        team = self.sudo()
        return team.resource_calendar_id._get_helpdesk_lite_timetable(team.company_id.id)
