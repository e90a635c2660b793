"""What PostgreSQL makes of the visibility rule, with 300,000 tickets and 600,000 follower rows.

By hand, on a scratch database in which ``helpdesk_lite`` is installed and that has no tickets
(it is filled, and kept: a second run measures what is there)::

    python scripts/odoo-bin shell -d SCRATCH --no-http < benchmarks/visibility_plan.py

For an agent who follows 5,000 tickets and a lead who follows a fifth of all it prints the median of
five runs (milliseconds, in PostgreSQL) of what the screens ask for, and the nodes of the plan, with
6 of 50 teams private and with none. ``superuser`` is the same statement without a rule.

Measured with 300,000 tickets and 634,779 follower rows, on PostgreSQL 15 and 2 cores that had much
else to do (load 12), so that only the relations count:

==============================  ===========  ==========  =========
6 of 50 teams private           bench_agent  bench_lead  superuser
==============================  ===========  ==========  =========
first 80 of all                         6.5         0.1        0.0
first 80, open                         11.3         0.2        0.0
count of all                        1,928       1,751        285
kanban of a public team                24          18          0.4
first 80 of a public team               0.2         0.1        0.0
kanban of a private team               40          94          0.7
first 80 of a private team             45           9.1        0.1
==============================  ===========  ==========  =========

==============================  ===========  ==========  =========
no private team                 bench_agent  bench_lead  superuser
==============================  ===========  ==========  =========
first 80 of all                         0.0         0.1        0.0
first 80, open                          0.1         0.1        0.0
count of all                          505         443        275
kanban of a team                       25          22          0.7
first 80 of a team                      0.2         0.1        0.1
==============================  ===========  ==========  =========

The lists walk the index in their order and stop after 80; followers are looked up where a private
team leaves it to them (hashed for the agent, one by one for the lead). No plan reads all follower
rows. Counting everything reads all tickets; Odoo's lists count no further than 10,000.
"""

import os
import re
import statistics
import sys

sys.path.insert(0, os.path.abspath('benchmarks'))
import desk

from odoo.tools import SQL

TICKETS = int(os.environ.get('TICKETS', '300000'))
NO_NODES = (
    'Execution', 'Planning', 'Filter', 'Sort ', 'Index Cond', 'Buckets', 'Rows', 'Group Key',
    'Hash Cond', 'Heap', 'Recheck', 'SubPlan', 'InitPlan', 'Workers', 'Batches', 'Memory', 'Cache')
NODE = re.compile(r'^\s*(?:->\s+)?((?:[A-Z][\w-]+ ?)+(?:using \S+ |on \S+ )*)')


def get_statements(Ticket, team):
    """``{what a screen asks for: SELECT}`` as the user of `Ticket` gets it."""
    opened = [('is_closed', '=', False)]
    own = [('team_id', '=', team.id)]
    kanban = Ticket._search(own)
    return {
        'first 80 of all': Ticket._search([], order=Ticket._order, limit=80).select(),
        'first 80, open': Ticket._search(opened, order=Ticket._order, limit=80).select(),
        'count of all': Ticket._search([]).select(SQL('count(*)')),
        'kanban of a team': SQL(
            '%s GROUP BY helpdesk_lite_ticket.stage_id',
            kanban.select(SQL('helpdesk_lite_ticket.stage_id, count(*)'))),
        'first 80 of a team': Ticket._search(own, order=Ticket._order, limit=80).select(),
    }


def explain(cr, statement):
    """The plan's nodes and the milliseconds of one run."""
    cr.execute(SQL('EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF, BUFFERS OFF) %s', statement))
    lines = [line for line, in cr.fetchall()]
    nodes = [found[1].strip() for line in lines
             if (found := NODE.match(line)) and not line.strip().startswith(NO_NODES)]
    return nodes, float(lines[-1].split(':')[1].split()[0])


def report(env, title, agent, lead, team):
    """One block of the table: each statement for each user."""
    print(f'\n{title}')  # noqa: T201
    for user in (agent, lead, env.user):
        Ticket = env['helpdesk.lite.ticket'].with_user(user)
        name = 'superuser' if user == env.user else user.login
        for label, statement in get_statements(Ticket, team).items():
            runs = [explain(env.cr, statement) for _run in range(5)]
            median = statistics.median(ms for _nodes, ms in runs)
            print(f'{name:12} {label:20} {median:8.1f} ms   {" / ".join(runs[0][0])}')  # noqa: T201


def get_desk(env):
    """The desk of an earlier run, else a new one: ``(teams, agent, lead)``."""
    Users = env['res.users']
    agent, lead = (Users.search([('login', '=', f'bench_{name}')]) for name in ('agent', 'lead'))
    if agent:
        teams = env['helpdesk.lite.team'].search([('name', '=like', 'Bench %')], order='id')
        teams[:desk.PRIVATE_TEAMS].privacy_visibility = 'invited_internal'
        return teams, agent, lead
    if env['helpdesk.lite.ticket'].search_count([], limit=1):
        raise SystemExit('The database has tickets of its own: use a scratch database.')
    return desk.build(env, TICKETS, print)


def main(env):
    teams, agent, lead = get_desk(env)
    env.cr.execute('SELECT count(*) FROM mail_followers')
    print(f'{env.cr.fetchone()[0]:,} rows of followers')  # noqa: T201
    report(env, '6 of 50 teams private', agent, lead, teams[-1])
    report(env, '6 of 50 teams private: one of them', agent, lead, teams[0])
    teams.privacy_visibility = 'portal'
    env.flush_all()
    report(env, 'no private team', agent, lead, teams[-1])


main(env)  # noqa: F821 (the shell's own)
