from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

from ...tools import snooze


class HelpdeskLiteTeam(models.Model):
    """Let a ticket that waits on purpose alone, and tell when the team's tickets wake."""

    _inherit = 'helpdesk.lite.team'

    def _get_wake_time(self, choice):
        """When a ticket of the team wakes that is snoozed now; see ``tools/snooze.py``."""
        return snooze.get_wake_time(
            choice, fields.Datetime.now(), self._get_timetable(), self._get_snooze_tz())

    def _is_today(self, moment):
        """Whether a moment is on the date that it is now, by the team's clock."""
        return snooze.is_same_day(
            moment, fields.Datetime.now(), self._get_timetable(), self._get_snooze_tz())

    def _get_snooze_tz(self):
        """The clock by which days are told: the team's, or the user's where it has none."""
        # sudo: helpdesk.lite.team - the time zone of the ticket's own team
        return self.sudo().resource_calendar_id.tz or self.env.user.tz or 'UTC'

    def _get_inactive_domain(self, days, now):
        """Leave snoozed tickets out; the silence of one that woke begins then."""
        woke = Domain('woke_date', '=', False) | Domain(
            'woke_date', '<=', now - timedelta(days=days))
        return super()._get_inactive_domain(days, now) & Domain('snooze_until', '=', False) & woke
