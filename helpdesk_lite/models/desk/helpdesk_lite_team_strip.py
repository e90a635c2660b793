from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .res_users import TARGETS

DAYS = 7


class HelpdeskLiteTeam(models.Model):
    """The strip above the dashboard: what is the agent's own this morning."""

    _inherit = 'helpdesk.lite.team'

    personal_strip = fields.Json(
        compute='_compute_personal_strip',
        help='The figures of the user, the same on every team: they come with the dashboard.')

    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_personal_strip(self):
        """Count the user's own tickets once, in one statement, whatever their number."""
        self.personal_strip = self._get_personal_strip() if self else False

    def _get_personal_strip(self):
        """The figures, for teams that the user sees; see ``static/src/dashboard``.

        The teams at hand are seen, which saves looking for it; of others an agent sees the own
        tickets as their follower.
        """
        now = fields.Datetime.now()
        # sudo: helpdesk.lite.ticket - the user's own, counted; who sees them is in the domain
        Ticket = self.env['helpdesk.lite.ticket'].sudo()
        for name in ('helpdesk.lite.ticket.closing', 'helpdesk.lite.sla.status'):
            self.env[name].flush_model()
        Ticket.flush_model(['rating_last_value', 'creation_date', 'sla_deadline', 'snooze_until'])
        self.env['res.users'].flush_model(TARGETS)
        query = Ticket._search(
            Domain('user_id', '=', self.env.uid) & Domain('is_closed', '=', False)
            & Domain('company_id', 'in', self.env.companies.ids)
            & (Domain('team_id', 'in', self._origin.ids)
               | Domain('message_partner_ids', 'in', [
                   self.env['res.users']._get_helpdesk_lite_reader_id()])))
        if query.is_empty():
            return False
        [row] = self.env.execute_query_dict(self._get_strip_query(query, now))
        return {**row, 'average': round(row['closed'] / DAYS, 1),
                'share': row['settled'] and round(100 * row['reached'] / row['settled']),
                'rating': row['rating'] and round(row['rating'], 1),
                'user_id': self.env.uid}

    @api.model
    def _get_strip_query(self, query, now):
        """A SELECT of one row: the lines of open tickets, and the figures of the week.

        :param Query query: of the user's own open tickets
        :param datetime now: UTC and naive
        """
        return SQL(
            """WITH mine AS MATERIALIZED (
                   SELECT helpdesk_lite_ticket.id, priority, sla_deadline, creation_date,
                          snooze_until
                     FROM %(tables)s WHERE %(where)s),
               closed AS MATERIALIZED (
                   SELECT closing.ticket_id, closing.close_date, ticket.rating_last_value AS rating
                     FROM helpdesk_lite_ticket_closing closing
                     JOIN helpdesk_lite_ticket ticket ON ticket.id = closing.ticket_id
                      AND ticket.active IS TRUE AND ticket.company_id = ANY(%(companies)s)
                    WHERE closing.user_id = %(user)s AND closing.close_date >= %(since)s
                      AND closing.reopen_date IS NULL),
               own AS (SELECT id FROM mine UNION SELECT ticket_id FROM closed),
               kept AS (
                   SELECT status.state = 'reached' AS reached
                     FROM helpdesk_lite_sla_status status JOIN own ON own.id = status.ticket_id
                    WHERE status.state IN ('reached', 'failed', 'ongoing')
                      AND CASE WHEN status.state = 'reached' THEN status.reached_datetime
                               ELSE status.deadline END BETWEEN %(since)s AND %(now)s)
               SELECT (SELECT json_agg(line) FROM (
                          SELECT level.name, count(mine.id) AS count,
                                 count(*) FILTER (WHERE sla_deadline < %(now)s) AS failed,
                                 count(*) FILTER (
                                     WHERE sla_deadline BETWEEN %(now)s AND %(midnight)s) AS due,
                                 COALESCE(round(avg(EXTRACT(EPOCH FROM %(now)s - creation_date)
                                                    / 3600)), 0) AS hours
                            FROM (VALUES ('open', '0'), ('high', '2'), ('urgent', '3'))
                                 AS level(name, priority)
                            LEFT JOIN mine ON level.name = 'open'
                                           OR mine.priority = level.priority
                           GROUP BY level.name, level.priority ORDER BY level.priority) line
                      ) AS lines,
                      (SELECT count(*) FROM closed WHERE close_date >= %(morning)s) AS today,
                      (SELECT count(*) FROM mine WHERE snooze_until > %(now)s) AS snoozed,
                      (SELECT count(*) FROM closed) AS closed,
                      (SELECT count(*) FILTER (WHERE reached) FROM kept) AS reached,
                      (SELECT count(*) FROM kept) AS settled,
                      (SELECT avg(NULLIF(rating, 0)) FROM closed) AS rating,
                      (SELECT count(NULLIF(rating, 0)) FROM closed) AS rated,
                      me.helpdesk_lite_target_closed AS target_closed,
                      me.helpdesk_lite_target_rating AS target_rating,
                      me.helpdesk_lite_target_success AS target_success
                 FROM res_users me WHERE me.id = %(user)s""",
            tables=query.from_clause, where=query.where_clause or SQL('TRUE'), now=now,
            user=self.env.uid, companies=list(self.env.companies.ids),
            since=now - timedelta(days=DAYS), **self._get_day(now))

    @api.model
    def _get_day(self, now):
        """When the user's day began, and when it ends, in UTC."""
        zone = self.env.tz
        today = pytz.utc.localize(now).astimezone(zone).date()
        morning, midnight = (
            zone.localize(datetime.combine(day, time())).astimezone(pytz.utc).replace(tzinfo=None)
            for day in (today, today + timedelta(days=1)))
        return {'morning': morning, 'midnight': midnight}
