"""The rows that need more than a transaction: similar tickets, the portal, closing, folding."""

import changes
import meter
import plans
import portal

from odoo import SUPERUSER_ID, api

SIMILAR_TICKETS, SIMILAR_LIMIT = 40, 150  # ms
CLOSED, FOLDED = 10_000, 100_000
FLAT = 32  # MiB that ten times as many tickets may cost more: what allocators round up to


def row(key, title, figures, asked='', reached=None, plan_list=()):
    return {'key': key, 'work': title, 'sides': figures, 'asked': asked, 'reached': reached,
            'plans': list(plan_list)}


def measure_similar(sides):
    """Similar tickets of many tickets, one after the other, each with an empty cache."""
    side = sides['ours']
    with side.environment('agent') as env:
        env.cr.execute(
            """SELECT ticket.id FROM helpdesk_lite_ticket ticket
                 JOIN helpdesk_lite_team team ON team.id = team_id
                WHERE privacy_visibility = 'portal' ORDER BY md5(ticket.id::text) LIMIT %s""",
            [SIMILAR_TICKETS + 1])
        tickets = env[side.desk.model].browse(line[0] for line in env.cr.fetchall())
        tickets[0]._find_similar()
        samples = []
        for ticket in tickets[1:]:
            env.invalidate_all()
            sample = meter.Sample(lambda: env.cr.sql_log_count)
            with sample:
                sample.found = len(ticket._find_similar())
            samples.append(sample)
        env.invalidate_all()
        with meter.recorded([]) as statements:
            tickets[1]._find_similar()
        found = plans.explain_all(env.cr, statements)
    figures = meter.summarize(samples)
    return row('similar', f'similar tickets of one ticket, {len(samples)} tickets', {
        'ours': figures}, 'median under 150 ms', figures['ms'] * meter.SPARE < SIMILAR_LIMIT, found)


def measure_portal(sides, runs):
    """The portal's list for a customer with many tickets, on the first visit and again."""
    samples = portal.measure({name: side for name, side in sides.items() if name != 'bare'}, runs)
    plan_list = portal.read_plans(sides['ours'])
    for visit, title in (('first', 'first visit'), ('again', 'again')):
        figures = {name: meter.summarize(found) for name, found in samples[visit].items()}
        yield row(
            f'portal_{visit}', f'portal list, first page, a customer with a tenth, {title}',
            figures, '≤ 25 queries', figures['ours']['queries'] <= 25,
            plan_list if visit == 'first' else ())


def measure_changes(database, tickets, say):
    """Closing and folding, in the throw-away copy; each with a tenth before, to see memory."""
    with meter.Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        closed = min(CLOSED, tickets)
        say(f'close {closed:,} tickets by the cron')
        small, large = (changes.close_silent(env, count) for count in (closed // 10, closed))
        yield row(
            'close', f'automatic closing of {closed:,} tickets by the cron',
            {'ours': {**meter.summarize([large]), 'queries_each': large.queries / closed,
                      'peak_of_tenth_mib': round(small.peak, 1)}},
            '≤ 8 queries a ticket, memory flat',
            large.found == closed and large.queries / closed <= 8
            and large.peak - small.peak <= FLAT)
        folded = min(FOLDED, tickets)
        say(f'fold a stage with {folded:,} tickets')
        (small, _hours), (large, hours) = (
            changes.fold(env, count) for count in (folded // 10, folded))
        yield row(
            'fold', f'fold a stage with {folded:,} tickets',
            {'ours': {**meter.summarize([large]), 'queries_of_tenth': small.queries,
                      'peak_of_tenth_mib': round(small.peak, 1)}},
            'constant queries, memory flat',
            large.found == folded and large.queries <= small.queries
            and large.peak - small.peak <= FLAT)
        yield row('fold_hours', f'their working hours, by the cron: {folded:,} tickets',
                  {'ours': {**meter.summarize([hours]), 'queries_each': hours.queries / folded}})
