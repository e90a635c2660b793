"""The rows of the reports and the strip, in the throw-away copy of our desk."""

import datetime

import meter
import plans
import sla
import special
import work
from bulk import bulk

from odoo import SUPERUSER_ID, api, fields

LIMIT = 1_500  # ms of a default report
CLOSINGS = """
INSERT INTO helpdesk_lite_ticket_closing (ticket_id, close_date, user_id, team_id)
SELECT id, close_date, user_id, team_id FROM helpdesk_lite_ticket
 WHERE is_closed IS TRUE AND close_date IS NOT NULL AND merged_into_id IS NULL
"""
RATINGS = """
INSERT INTO rating_rating (res_model, res_model_id, res_id, res_name, rating, rating_text, consumed,
                           rated_on, access_token, parent_res_model, parent_res_model_id,
                           parent_res_id, create_date, write_date)
SELECT 'helpdesk.lite.ticket', model.id, ticket.id, ticket.name, 1 + 2 * mod(ticket.id, 3),
       (ARRAY['ko', 'ok', 'top'])[1 + mod(ticket.id, 3)], TRUE, ticket.close_date,
       md5(ticket.id::text), 'helpdesk.lite.team', team.id, ticket.team_id, now(), now()
  FROM helpdesk_lite_ticket ticket, ir_model model, ir_model team
 WHERE ticket.is_closed IS TRUE AND mod(ticket.id, 10) = 0
   AND model.model = 'helpdesk.lite.ticket' AND team.model = 'helpdesk.lite.team'
"""
REPORTS = {
    # key: (title, model, the date of the default filter, rows and columns, measures)
    'tickets': ('Tickets Analysis', 'helpdesk.lite.ticket.report', 'creation_date',
                ['team_id', 'stage_id'], ['__count']),
    'hours': ('Tickets Analysis with every average and median of hours',
              'helpdesk.lite.ticket.report', 'creation_date', ['team_id'], [
                  '__count', *(f'{name}:{function}' for measure in (
                      'avg_response', 'first_response', 'open', 'assign', 'close')
                      for name, function in (
                          (f'{measure}_hours', 'avg'), (f'{measure}_median', 'median'))),
                  'sla_fail:sum', 'rating_avg:avg', 'reopen_count:sum']),
    'closings': ('Closing Analysis', 'helpdesk.lite.closing.report', 'close_date',
                 ['team_id'], ['__count', 'solved_count:sum', 'solved_share:avg',
                               'open_median:median']),
    'sla': ('SLA Status Analysis', 'helpdesk.lite.sla.report', 'start_date',
            ['team_id', 'state'], ['__count']),
    'ratings': ('Customer Ratings, pivot', 'rating.rating', 'rated_on',
                ['parent_res_id'], ['__count', 'rating:avg']),
}


def fill(env):
    """Clocks, closings and ratings of all tickets; committed."""
    if not env['helpdesk.lite.sla'].search_count([], limit=1):
        sla.make_policies(env)
    sla.fill(env)
    if not env['helpdesk.lite.ticket.closing'].search_count([], limit=1):
        with bulk(env.cr, 'helpdesk_lite_ticket_closing'):
            env.cr.execute(CLOSINGS)
    with bulk(env.cr, 'rating_rating'):
        env.cr.execute(RATINGS)
    env.cr.commit()
    env.cr.execute('ANALYZE helpdesk_lite_ticket_closing; ANALYZE rating_rating')
    env.cr.commit()


def measure(database, say):
    """The rows; what they need is committed to the copy."""
    side = meter.Side('ours', database, sla.desk.Desk())
    say('fill in clocks, closings and ratings')
    with meter.Registry(database).cursor() as cr:
        fill(api.Environment(cr, SUPERUSER_ID, {}))
    for key, (title, *report) in REPORTS.items():
        for user, days in (('agent', 30), ('manager', 30), ('manager', None)):
            name = f'{title}, {"30 days" if days else "all tickets"}, {user}'
            say(name)
            yield measure_row(
                side, f'report_{key}_{user}_{days or "all"}', name, user,
                lambda env, report=report, days=days: open_pivot(env, *report, days=days), days)
    yield measure_row(side, 'report_strip', 'dashboard with strip, an agent of a team', 'agent',
                      lambda env: work.open_dashboard(side, env), None)


def open_pivot(env, model, date, groups, measures, days):
    """What a pivot asks when it opens: its totals, rows, columns and cells."""
    domain = [('res_model', '=', 'helpdesk.lite.ticket')] if model == 'rating.rating' else []
    if days:
        domain.append((date, '>=', fields.Datetime.now() - datetime.timedelta(days=days)))
    sets = [groups[:end] for end in range(len(groups) + 1)]
    sets += [groups[start:] for start in range(1, len(groups))]
    return lambda number: len(
        env[model].formatted_read_grouping_sets(domain, sets, measures)[-1])


def measure_row(side, key, title, user, prepare, asked):
    with side.environment(user) as env:
        job = prepare(env)
        job(0)
        samples = []
        for number in range(meter.LEAST_RUNS):
            env.invalidate_all()
            sample = meter.Sample(lambda: env.cr.sql_log_count)
            with sample:
                sample.found = job(number)
            samples.append(sample)
        env.invalidate_all()
        with meter.recorded([]) as statements:
            job(0)
        found = plans.explain_all(env.cr, statements)
    figures = meter.summarize(samples)
    figures['database_ms'] = round(sum(plan['ms'] for plan in found), 3)
    return special.row(
        key, title, {'ours': figures}, 'under 1.5 s' if asked else '',
        figures['ms'] * meter.SPARE < LIMIT if asked else None, found)
