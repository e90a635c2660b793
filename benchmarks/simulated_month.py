"""A simulated month of automatic assignment: 1,000 tickets, 10 agents, leaves; both methods.

Run it on a scratch database with the addon in it, by Odoo's shell; it commits nothing:

    scripts/odoo-bin shell -d DATABASE --no-http --log-level=error < benchmarks/simulated_month.py

March 2026, the same for both methods: seven tickets of ten come in on weekdays from 7 to 19, the
others at any time. Every hour each agent who is at work closes a ticket with a likelihood of
their own. Everything is drawn from a fixed seed.
"""

import random
import sys
from collections import Counter
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.fields import Command

TICKETS, FIRST, DAYS = 1_000, datetime(2026, 3, 2), 28
FULL = [(day, 8, 12) for day in range(5)] + [(day, 13, 17) for day in range(5)]
# (name, hours, time zone, absences as (first day, last day) of the month, closed per hour)
AGENTS = [
    ('Full time', FULL, 'Europe/Berlin', [], 0.9),
    ('Full time, slow', FULL, 'Europe/Berlin', [], 0.5),
    ('Full time, a week of leave', FULL, 'Europe/Berlin', [(9, 13)], 0.9),
    ('Full time, two weeks of leave', FULL, 'Europe/Berlin', [(16, 27)], 0.9),
    ('Full time, ill for three days', FULL, 'Europe/Berlin', [(4, 6)], 0.9),
    ('Mondays to Wednesdays', [line for line in FULL if line[0] < 3], 'Europe/Berlin', [], 0.9),
    ('Mornings', [line for line in FULL if line[1] == 8], 'Europe/Berlin', [], 0.9),
    ('Late shift', [(day, 12, 20) for day in range(5)], 'Europe/Berlin', [], 0.9),
    ('In Seoul', FULL, 'Asia/Seoul', [], 0.9),
    ('Saturdays, too', [(day, 8, 16) for day in (1, 2, 3, 4, 5)], 'Europe/Berlin', [], 0.9),
]


def make_agents(env):
    """The agents as users with resources, calendars and leaves."""
    group = env.ref('helpdesk_lite.group_helpdesk_lite_user')
    users = env['res.users'].create([
        {
            'name': name, 'login': f'month{number}', 'tz': tz,
            'group_ids': [Command.set(group.ids)],
        } for number, (name, _hours, tz, _absences, _speed) in enumerate(AGENTS)])
    for user, (name, hours, tz, absences, _speed) in zip(users, AGENTS, strict=True):
        calendar = env['resource.calendar'].create({
            'name': name, 'tz': tz, 'attendance_ids': [Command.clear()] + [
                Command.create({
                    'name': 'x', 'dayofweek': str(day), 'hour_from': start, 'hour_to': end,
                    'day_period': 'morning'}) for day, start, end in hours]})
        resource = env['resource.resource'].create({
            'name': name, 'user_id': user.id, 'calendar_id': calendar.id, 'tz': tz})
        env['resource.calendar.leaves'].create([
            {
                'resource_id': resource.id, 'date_from': datetime(2026, 3, first),
                'date_to': datetime(2026, 3, last, 23, 59, 59),
            } for first, last in absences])
    return users


def draw_moments(dice):
    """When the tickets come in, by hour: ``{hour of the month: number}``."""
    moments = Counter()
    while moments.total() < TICKETS:
        hour = dice.randrange(DAYS * 24)
        office = (FIRST + timedelta(hours=hour)).weekday() < 5 and 7 <= hour % 24 < 19
        if office or dice.random() < 0.25:
            moments[hour] += 1
    return moments


def close_tickets(env, team, users, now, dice, done):
    """Let everybody who is at work close their oldest ticket, or not."""
    workers = team._get_workers(team._get_assignable_members(), now)
    closed = env['helpdesk.lite.ticket']
    for user, agent in zip(users, AGENTS, strict=True):
        if workers[user.id].is_at_work(now):
            done['hours'][user] += 1
            if dice.random() < agent[4]:
                closed += closed.search([
                    ('team_id', '=', team.id), ('user_id', '=', user.id),
                    ('is_closed', '=', False)], order='id', limit=1)
    closed.write({'stage_id': team._get_closing_stage().id})


def simulate(env, users, method):
    """One month; return who got how many, and how many each had open on average."""
    team = env['helpdesk.lite.team'].create({
        'name': method, 'auto_assignment': True, 'assign_method': method,
        'member_ids': [Command.set(users.ids)]})
    team.stage_ids[0].template_id = False
    dice = random.Random(2026)
    moments = draw_moments(dice)
    done = {'hours': Counter(), 'got': Counter(), 'open': Counter()}
    for hour in range(DAYS * 24):
        now = FIRST + timedelta(hours=hour, minutes=30)
        with freeze_time(now):
            close_tickets(env, team, users, now, dice, done)
            for _index in range(moments[hour]):
                ticket = env['helpdesk.lite.ticket'].create({'name': 'x', 'team_id': team.id})
                done['got'][ticket.user_id] += 1
            done['open'].update(dict(env['helpdesk.lite.ticket']._read_group(
                [('team_id', '=', team.id), ('is_closed', '=', False)],
                ['user_id'], ['__count'])))
            env.cr.flush()
            env.invalidate_all()
    team.ticket_ids.active = False  # what is left open is no load of the next month
    return done


def report(env):
    quiet = env(context={**env.context, 'tracking_disable': True, 'no_reset_password': True})
    users = make_agents(quiet)
    randomly, balanced = (simulate(quiet, users, method) for method in ('randomly', 'balanced'))
    hours = DAYS * 24
    titles = ('agent', 'hours at work', 'randomly: tickets', 'open on average',
              'balanced: tickets', 'open on average')
    lines = [f'| {" | ".join(titles)} |', '| --- | --- | --- | --- | --- | --- |']
    for user in users:
        lines.append(f'| {user.name} | {randomly["hours"][user]} '
                     f'| {randomly["got"][user]} | {randomly["open"][user] / hours:.1f} '
                     f'| {balanced["got"][user]} | {balanced["open"][user] / hours:.1f} |')
    sys.stdout.write('\n'.join([*lines, '']))
    for done in (randomly, balanced):
        assert done['got'].total() == TICKETS, 'a ticket stayed unassigned'


if 'env' in globals():
    report(globals()['env'])
    globals()['env'].cr.rollback()
