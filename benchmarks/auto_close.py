"""Automatic closing of 10,000 tickets, and a fold of 100,000: seconds, queries, peak memory.

    python benchmarks/auto_close.py -c odoo.conf -d scratch_database

The database must have helpdesk_lite installed; what is made in it is committed: use a scratch one.

Closing 1,000 and 10,000 side by side shows whether memory is flat. Peak memory is that of the
whole process (VmHWM), reset before each measurement where the kernel lets one.
"""

import argparse
import gc
import sys
import time
from pathlib import Path

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

CLOSED, FOLDED = (1_000, 10_000), (1_000, 100_000)
COPIES = """
INSERT INTO helpdesk_lite_ticket (ticket_ref, {columns})
SELECT 'CLOSE' || id || '-' || n, {columns}
  FROM helpdesk_lite_ticket, generate_series(1, %s) AS n WHERE id = %s
"""


def make_tickets(env, count, days):
    """A team of its own with so many open tickets that are silent for some days."""
    stages = env['helpdesk.lite.stage'].create([
        {'name': 'Bench open', 'sequence': 1},
        {'name': 'Bench closed', 'sequence': 2, 'fold': True}])
    team = env['helpdesk.lite.team'].create({
        'name': f'Bench {count}', 'stage_ids': stages.ids, 'auto_close_ticket': True})
    customer = env['res.partner'].create({'name': 'C', 'email': 'c@bench.example.com'})
    ticket = env['helpdesk.lite.ticket'].create({
        'name': 'Bench', 'team_id': team.id, 'partner_id': customer.id})
    cr = env.cr
    cr.flush()
    cr.execute(
        "UPDATE helpdesk_lite_ticket SET last_activity_date = now() - %s * interval '1 day' "
        'WHERE id = %s', [days, ticket.id])
    cr.execute("SELECT string_agg(column_name, ', ') FROM information_schema.columns WHERE "
               "table_name = 'helpdesk_lite_ticket' AND column_name NOT IN ('id', 'ticket_ref')")
    cr.execute(COPIES.format(columns=cr.fetchone()[0]), [count - 1, ticket.id])
    cr.execute('ANALYZE helpdesk_lite_ticket')
    cr.commit()
    return team


def memory(field):
    """A line of the process's status, in MiB."""
    line = next(line for line in Path('/proc/self/status').read_text().splitlines()
                if line.startswith(field))
    return int(line.split()[1]) / 1024


def measure(env, title, count, work):
    env.cr.commit()
    env.invalidate_all()
    gc.collect()
    try:
        Path('/proc/self/clear_refs').write_text('5')  # VmHWM starts anew
    except OSError:
        sys.stderr.write('The peak of memory cannot be reset here: it is that since the start.\n')
    before, queries = memory('VmRSS'), env.cr.sql_log_count
    start, cpu = time.perf_counter(), time.process_time()
    work()
    env.cr.commit()
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    queries = env.cr.sql_log_count - queries
    sys.stdout.write(
        f'{title:<20}{count:>8,} tickets {seconds:7.1f} s ({cpu:.1f} s CPU) {queries:6,} queries '
        f'({queries / count:.2f} each)  peak +{memory("VmHWM") - before:.0f} MiB\n')
    sys.stdout.flush()


def run(env):
    root = env['helpdesk.lite.ticket'].with_user(1)
    for count in CLOSED:
        make_tickets(env, count, 10)
        measure(env, 'automatic closing', count, root._cron_auto_close)
    for count in FOLDED:
        team = make_tickets(env, count, 0)
        stage = team.stage_ids[0]
        measure(env, 'fold', count, lambda stage=stage: stage.write({'fold': True}))
        measure(env, 'hours, by the cron', count, root._cron_auto_close)
        measure(env, 'unfold', count, lambda stage=stage: stage.write({'fold': False}))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('-c', '--config', required=True)
    parser.add_argument('-d', '--database', required=True)
    options = parser.parse_args()
    odoo.tools.config.parse_config([
        '-c', options.config, '-d', options.database, '--log-level', 'error'])
    with Registry(options.database).cursor() as cr:
        run(api.Environment(cr, SUPERUSER_ID, {}))


if __name__ == '__main__':
    sys.exit(main())
