from datetime import timedelta
from functools import cache

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.working_time import HORIZON, Hours, Worker


class HelpdeskLiteTeam(models.Model):
    """Who of a team is at work, by working hours, leaves, public holidays and out of office."""

    _inherit = 'helpdesk.lite.team'

    away_member_ids = fields.Many2many(
        'res.users', string='Away Today', compute='_compute_away_member_ids',
        help='Members who have time off or are out of office now or later today.')
    away_member_names = fields.Char('Names of Those Away', compute='_compute_away_member_ids')

    # ------------------------------------------------------------------
    # Working time of members
    # ------------------------------------------------------------------

    def _get_workers(self, members, now):
        """The working time of `members` for the team, in constant queries.

        The hours are those of a member's resources in the team's company, else of their resources
        elsewhere, else the team's own. A leave on any of these resources is a leave.

        :param members: as `_get_assignable_members` returns them
        :param datetime now: from when on absences matter (UTC, naive)
        :return: ``{user id: Worker}``
        """
        self.ensure_one()
        resources = self._get_member_resources([member.id for member in members])
        all_resources = self.env['resource.resource'].union(*resources.values())
        leaves, holidays = self._get_absences(all_resources, now)
        weeks = (all_resources.calendar_id
                 | self.resource_calendar_id)._get_helpdesk_lite_weeks()
        get_hours = self._get_hours_getter(weeks, holidays)
        workers = {}
        for member in members:
            own = resources.get(member.id, ())
            hours = [get_hours(resource.calendar_id, resource.tz, resource.company_id)
                     for resource in own]
            absences = [leave for resource in own for leave in leaves.get(resource.id, ())]
            workers[member.id] = Worker(
                hours or [get_hours(None, member.tz, None)], [*member.absences, *absences])
        return workers

    def _get_hours_getter(self, weeks, holidays):
        """Return a function from ``(calendar, time zone, company)`` to `Hours`, which it keeps.

        Where one of the three is missing, it takes the team's own.
        """
        @cache
        def get_hours(calendar, tz, company):
            calendar = calendar or self.resource_calendar_id
            company = company or self.company_id
            return Hours(weeks[calendar], tz or calendar.tz, [
                (start, end) for calendar_id, company_id, start, end in holidays
                if (calendar_id == calendar.id if calendar_id else
                    company_id in (False, company.id))])

        return get_hours

    def _get_member_resources(self, user_ids):
        """The resources by which users work for the team: ``{user id: resource.resource}``."""
        # sudo: resource.resource - working hours decide, whoever creates the ticket
        resources = self.env['resource.resource'].sudo().search_fetch(
            [('user_id', 'in', user_ids), ('resource_type', '=', 'user')],
            ['user_id', 'company_id', 'calendar_id', 'tz'], order='id')
        result = {}
        for user, own in resources.grouped('user_id').items():
            here = own.filtered(lambda r: r.company_id in (self.company_id, r.company_id.browse()))
            result[user.id] = here or own
        return result

    @api.model
    def _get_absences(self, resources, now):
        """Find the leaves and public holidays within the horizon.

        :return: ``({resource id: [(start, end)]}, [(calendar id, company id, start, end)])``
        """
        # sudo: resource.calendar.leaves - employees see only their own
        leaves = self.env['resource.calendar.leaves'].sudo().search_fetch(
            Domain('time_type', '=', 'leave')
            & Domain('resource_id', 'in', [*resources.ids, False])
            & Domain('date_to', '>', now) & Domain('date_from', '<', now + HORIZON),
            ['resource_id', 'calendar_id', 'company_id', 'date_from', 'date_to'])
        own, holidays = {}, []
        for leave in leaves:
            span = (leave.date_from, leave.date_to)
            if leave.resource_id:
                own.setdefault(leave.resource_id.id, []).append(span)
            else:
                holidays.append((leave.calendar_id.id, leave.company_id.id, *span))
        return own, holidays

    # ------------------------------------------------------------------
    # Who is away today
    # ------------------------------------------------------------------

    @api.depends('company_id', 'resource_calendar_id', 'privacy_visibility')
    def _compute_away_member_ids(self):
        """Find in one statement for all cards whose time off isn't over yet today."""
        now = fields.Datetime.now()
        away = {}
        rows = self._find_absent_members(now) if self._origin else ()
        for team_id, user_id, name, tz, start in rows:
            if start <= now or self._is_same_day(start, now, tz):
                away.setdefault(team_id, {})[user_id] = name
        users = self.env['res.users']
        for team in self:
            absent = away.get(team._origin.id, {})
            team.away_member_ids = users.browse(absent)
            team.away_member_names = ', '.join(absent.values())

    @api.model
    def _is_same_day(self, moment, other, tz):
        zone = pytz.timezone(tz or 'UTC')
        return (pytz.utc.localize(moment).astimezone(zone).date()
                == pytz.utc.localize(other).astimezone(zone).date())

    def _find_absent_members(self, now):
        """Members with an absence that touches the coming 24 hours.

        :return: ``[(team id, user id, name, time zone, start)]`` by name, UTC and naive
        """
        for model in ('resource.resource', 'resource.calendar.leaves'):
            self.env[model].flush_model()
        end = now + timedelta(days=1)
        return self.env.execute_query(SQL(
            """SELECT member.team_id, member.id, member.name,
                      COALESCE(resource.tz, member.tz, calendar.tz), min(absence.date_from)
                 FROM (%(members)s) AS member
                 JOIN helpdesk_lite_team team ON team.id = member.team_id
                 LEFT JOIN resource_calendar calendar ON calendar.id = team.resource_calendar_id
                 LEFT JOIN resource_resource resource
                        ON resource.user_id = member.id AND resource.active
                       AND resource.resource_type = 'user'
                       AND (resource.company_id IS NULL OR resource.company_id = team.company_id
                            OR NOT EXISTS (
                                SELECT 1 FROM resource_resource here
                                 WHERE here.user_id = member.id AND here.active
                                   AND here.resource_type = 'user'
                                   AND (here.company_id IS NULL
                                        OR here.company_id = team.company_id)))
                 JOIN LATERAL (
                      SELECT leave.date_from, leave.date_to
                        FROM resource_calendar_leaves leave
                       WHERE leave.time_type = 'leave' AND (
                             leave.resource_id = resource.id
                          OR leave.resource_id IS NULL AND leave.calendar_id = COALESCE(
                                resource.calendar_id, team.resource_calendar_id)
                          OR leave.resource_id IS NULL AND leave.calendar_id IS NULL
                             AND COALESCE(leave.company_id, team.company_id)
                               = COALESCE(resource.company_id, team.company_id))
                       UNION ALL
                      SELECT member.out_of_office_from,
                             COALESCE(member.out_of_office_to, 'infinity')
                      ) AS absence
                   ON absence.date_to > %(now)s AND absence.date_from < %(end)s
                WHERE %(somebody)s
                GROUP BY 1, 2, 3, 4
                ORDER BY 3, 2""",
            members=self._select_assignable_members(), now=now, end=end,
            somebody=self._is_anybody_absent(now, end)))

    @api.model
    def _is_anybody_absent(self, start, end):
        """A condition without a row: most days nobody is absent, and nobody is looked for.

        :param start, end: UTC and naive
        """
        return SQL(
            """(EXISTS (SELECT 1 FROM resource_calendar_leaves
                         WHERE time_type = 'leave' AND date_to > %(start)s AND date_from < %(end)s)
                OR EXISTS (SELECT 1 FROM res_users WHERE out_of_office_from < %(end)s
                              AND COALESCE(out_of_office_to, 'infinity') > %(start)s))""",
            start=start, end=end)
