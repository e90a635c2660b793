from odoo import fields, models
from odoo.tools import format_datetime

# A day of the week names a day as long as it comes only once until then
WEEK = 7


class HelpdeskLiteTicket(models.Model):
    """Tell customers by when they are answered, and nothing else of service levels."""

    _inherit = 'helpdesk.lite.ticket'

    def _say_answer_by(self, visitor):
        """Say by when the customer is answered, where the team wants that said.

        It is the earliest deadline of an answer whose clock runs. One that has passed promises
        nothing any more.

        :param visitor: the ``res.partner`` who looks at the page, by whose clock it is said
        :return: a sentence in the language of the environment, or None
        """
        self.ensure_one()
        # sudo: helpdesk.lite.team - what the ticket's own team shows; its hours' time zone
        team = self.sudo().team_id
        if not (team.portal_show_sla and team.use_sla) or self.is_closed or not self.active:
            return None
        # sudo: helpdesk.lite.sla.status - one date of a ticket that was given out
        deadline = self.env['helpdesk.lite.sla.status'].sudo().search([
            ('ticket_id', '=', self.id), ('state', '=', 'ongoing'), ('deadline', '!=', False),
            ('target', 'in', ('first_response', 'next_response')),
        ], order='deadline', limit=1).deadline
        if not deadline:
            return None
        tz = visitor.tz or self.sudo().partner_id.tz or team.resource_calendar_id.tz or 'UTC'
        return self.env._('We answer by %s.', self._name_moment(deadline, tz))

    def _name_moment(self, moment, tz):
        """Name a moment to come, as people say it: Thursday, 14:00."""
        local = self.with_context(tz=tz)
        today = fields.Datetime.context_timestamp(local, fields.Datetime.now()).date()
        day = fields.Datetime.context_timestamp(local, moment).date()
        near = (day - today).days < WEEK
        return self.env._(
            '%(day)s, %(time)s', time=format_datetime(self.env, moment, tz, 'HH:mm'),
            day=format_datetime(self.env, moment, tz, 'EEEE' if near else 'EEEE, d MMMM'))
