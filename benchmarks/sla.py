"""The rows of service levels, in the throw-away copy of our desk: four policies, and clocks."""

import changes
import desk
import meter
import plans
import screens
import special
import work
from bulk import bulk

from odoo import SUPERUSER_ID, api, fields

APPLIED, RUNNING = 10_000, 10_000
CLOCKS = """
INSERT INTO helpdesk_lite_sla_status (
       ticket_id, sla_id, name, target, time, calendar, company_id, start_date, deadline,
       warning_date, reached_datetime, state, spent, running_since, exceeded_hours)
SELECT ticket.id, sla.id, 'Bench', sla.target, sla.time, sla.calendar, ticket.company_id,
       ticket.creation_date, ticket.creation_date + due.span,
       ticket.creation_date + due.span * 0.75,
       CASE WHEN ticket.is_closed THEN ticket.creation_date + due.span / 2 END,
       CASE WHEN ticket.is_closed THEN 'reached' ELSE 'ongoing' END, 0,
       CASE WHEN ticket.is_closed IS NOT TRUE THEN ticket.creation_date END, 0
  FROM helpdesk_lite_ticket ticket
  JOIN helpdesk_lite_sla sla ON sla.target = 'first_response'
    OR sla.target = 'closed' AND mod(ticket.id, 2) = 0
  CROSS JOIN LATERAL (SELECT sla.time * interval '1 hour'
                             + mod(ticket.id, 5000) * interval '1 hour' AS span) due
"""
DEADLINES = """
UPDATE helpdesk_lite_ticket ticket SET sla_deadline = status.deadline
  FROM (SELECT ticket_id, min(deadline) AS deadline FROM helpdesk_lite_sla_status
         WHERE state = 'ongoing' GROUP BY ticket_id) status
 WHERE status.ticket_id = ticket.id
"""


def make_policies(env):
    """Four policies for every team, round the clock."""
    stage = env['helpdesk.lite.stage'].search([('fold', '=', False)], limit=1)
    return env['helpdesk.lite.sla'].create([
        {'name': target, 'target': target, 'time': time, 'calendar': 'always',
         'stage_id': stage.id if target == 'stage' else False,
         'pause_waiting': target == 'closed'}
        for target, time in (
            ('first_response', 4), ('next_response', 8), ('stage', 16), ('closed', 72))])


def fill(env):
    """One clock and a half for each ticket of the desk, where there is none yet; committed."""
    env.flush_all()
    if env['helpdesk.lite.sla.status'].search_count([], limit=1):
        return
    with bulk(env.cr, 'helpdesk_lite_sla_status'):
        env.cr.execute(CLOCKS)
    env.cr.execute(DEADLINES)
    env.cr.commit()
    env.cr.execute('ANALYZE helpdesk_lite_sla_status; ANALYZE helpdesk_lite_ticket')
    env.cr.commit()


def open_by_deadline(env):
    """The first page of All Tickets, Open, in order of deadline."""
    Ticket = env['helpdesk.lite.ticket']
    specification = screens.get_specification(Ticket, screens.read_view(Ticket, 'list'))
    return lambda: Ticket.web_search_read(
        [('is_closed', '=', False)], specification, limit=screens.PAGE,
        order='sla_deadline asc', count_limit=screens.COUNT_LIMIT)


def measure(database, tickets, say):
    """The rows; all of it is committed to the copy."""
    side = meter.Side('ours', database, desk.Desk())
    with meter.Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        policies = make_policies(env)
        say('fill in the clocks')
        fill(env)
        yield from measure_list(side)
        yield measure_apply(env, policies, min(APPLIED, tickets), say)
        yield from measure_tickets(side, say)


def measure_list(side):
    """All Tickets in order of deadline, for an agent who sees no private team."""
    with side.environment('agent') as env:
        work.see_all_teams(side, env)
        page = open_by_deadline(env)
        page()
        samples = []
        for _number in range(meter.LEAST_RUNS):
            env.invalidate_all()
            sample = meter.Sample(lambda: env.cr.sql_log_count)
            with sample:
                page()
            samples.append(sample)
        env.invalidate_all()
        with meter.recorded([]) as statements:
            page()
        found = plans.explain_all(env.cr, statements)
    figures = meter.summarize(samples)
    pages = [plan['ms'] for plan in found if plan['is_page']]
    if pages:
        figures['database_ms'] = round(max(pages), 3)
    yield special.row(
        'sla_list', 'All Tickets, Open, in order of deadline: agent, no private team',
        {'ours': figures}, 'under 10 ms in PostgreSQL',
        figures.get('database_ms', 1e9) * meter.SPARE < 10, found)


def measure_apply(env, policies, count, say):
    """*Apply to open tickets* on a team with so many of them."""
    say(f'apply policies to {count:,} open tickets')
    team = changes.make_team(env, count, 0)
    env.cr.execute(
        'UPDATE helpdesk_lite_ticket SET creation_date = %s WHERE team_id = %s',
        [fields.Datetime.now(), team.id])
    small = changes.run(env, lambda: None)
    sample = changes.run(env, team._apply_sla)
    sample.found = env['helpdesk.lite.sla.status'].search_count(
        [('ticket_id.team_id', '=', team.id)])
    each = (sample.queries - small.queries) / max(count / 1000, 1)
    return special.row(
        'sla_apply', f'apply {len(policies)} policies to {count:,} open tickets',
        {'ours': {**meter.summarize([sample]), 'queries_each_thousand': round(each, 1)}},
        'constant queries per thousand', each <= 15)


def measure_tickets(side, say):
    """Create 100 tickets, write a message, move: with four policies."""
    say('tickets, messages and moves with four policies')
    jobs = {
        'sla_create': ('create 100 tickets with four policies', create_100),
        'sla_message': ('an answer on a ticket with four policies', answer),
        'sla_move': ('close a ticket with four policies', close),
        'sla_dashboard': ('dashboard of 50 teams, with service levels', work.open_dashboard),
    }
    for key, (title, prepare) in jobs.items():
        samples = [meter.run_once(side, meter.Job(prepare, 'agent'))
                   for _number in range(meter.LEAST_RUNS)]
        yield special.row(key, title, {'ours': meter.summarize(samples)})


def create_100(side, env):
    return work.create(side, env, side.get_team(env, work.PUBLIC_TEAM), [{}] * work.TICKETS)


def get_ticket(side, env):
    team = side.get_team(env, work.PUBLIC_TEAM)
    return env['helpdesk.lite.ticket'].search(
        [('team_id', '=', team.id), ('is_closed', '=', False)], limit=1)


def answer(side, env):
    ticket = get_ticket(side, env)
    return lambda number: ticket.message_post(
        body='x', message_type='comment', subtype_xmlid='mail.mt_comment') and None


def close(side, env):
    ticket = get_ticket(side, env)
    stages = ticket.team_id.stage_ids
    stages = [stages.filtered('fold')[:1], stages.filtered(lambda stage: not stage.fold)[:1]]

    def move(number):
        ticket.stage_id = stages[number % 2]

    return move
