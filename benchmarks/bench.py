"""Measure our helpdesk beside OCA's and a bare ``mail.thread``, in one process (``make bench``)."""

import argparse
import datetime
import json
import os
import platform
import re
import sys
from pathlib import Path

import desk
import meter
import peer
import plans
import report
import reports
import rows
import search
import sla
import special

import odoo

# rows that are made only when they are asked for: they need more than the others, and long
ON_DEMAND = ('browser', 'indexes')
BUSY = 0.7  # load from which the times say little
MEANT = 1_000  # with fewer tickets nothing but the machinery is tried
DESKS = {'ours': desk.Desk, 'peer': peer.PeerDesk}


def describe_machine():
    cpu = re.search(r'model name\s*: (.+)', Path('/proc/cpuinfo').read_text(encoding='ascii'))
    memory = os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES')
    return {'cpu': cpu[1] if cpu else platform.machine(), 'cores': os.cpu_count(),
            'memory_gib': memory / 2 ** 30}


def describe_versions(sides):
    versions = {'Odoo': odoo.release.version, 'Python': platform.python_version()}
    for side in sides.values():
        with side.environment() as env:
            versions['PostgreSQL'] = re.sub(
                r'^PostgreSQL (\S+).*', r'\1', env.execute_query(meter.VERSION)[0][0])
            modules = env['ir.module.module'].search([
                ('state', '=', 'installed'), ('name', '=like', 'helpdesk%')])
            versions.update({module.name: module.latest_version for module in modules})
    return versions


def measure_row(row, sides, runs, tickets):
    samples = meter.measure(row.jobs, sides, runs)
    found = {name: meter.summarize(some) for name, some in samples.items()}
    plan_list, statements = plans.read_plans(sides['ours'], row.jobs['ours'])
    if pages := [plan['ms'] for plan in plan_list if plan['is_page']]:
        found['ours']['database_ms'] = round(max(pages), 3)
    return {
        **special.row(row.key, row.title, found, row.demand,
                      row.judge(found, tickets), plan_list),
        'expected': list(row.jobs),
        'statements': [' '.join(text.split())[:160] for text in statements],
    }


def get_steps(sides, options):
    """``[(key, title, function that returns rows)]``, the ones that commit last."""
    runs = meter.MOST_RUNS if options.tickets >= MEANT else meter.LEAST_RUNS
    return [
        *((row.key, row.title, lambda row=row: [measure_row(row, sides, runs, options.tickets)])
          for row in rows.ROWS),
        ('similar', 'similar tickets', lambda: [special.measure_similar(sides)]),
        ('search', 'searches', lambda: search.measure(sides)),
        ('portal', "the portal's list", lambda: special.measure_portal(sides, runs)),
        ('browser', 'clicks in a browser', lambda: measure_clicks(options)),
        ('indexes', 'what each index costs', lambda: measure_indexes(options)),
        ('changes', 'closing and folding', lambda: special.measure_changes(
            options.scratch, options.tickets, lambda text: meter.say(f'    {text}'))),
        ('sla', 'service levels', lambda: sla.measure(
            options.scratch, options.tickets, lambda text: meter.say(f'    {text}'))),
        ('reports', 'reports', lambda: reports.measure(
            options.scratch, lambda text: meter.say(f'    {text}'))),
    ]


def measure_clicks(options):
    import browser  # what it needs isn't installed everywhere

    copies = {'ours': options.scratch, 'peer': options.peer_copy, 'project': options.project_copy}
    rounds = browser.ROUNDS if options.tickets >= MEANT else meter.LEAST_RUNS
    return browser.measure({name: copy for name, copy in copies.items() if copy}, options.config,
                           Path(options.target).parent, rounds)


def measure_indexes(options):
    import indexes  # ends the connections to the copy

    return indexes.measure(
        options.scratch, options.tickets, lambda text: meter.say(f'    {text}'))


def measure(sides, options):
    """The rows that are asked for, else all."""
    steps = get_steps(sides, options)
    wanted = options.rows.replace(',', ' ').split() or [
        key for key, *_rest in steps if key not in ON_DEMAND]
    if unknown := set(wanted) - {key for key, *_rest in steps}:
        sys.exit(f'error: no rows {", ".join(unknown)}: {" ".join(key for key, *_rest in steps)}')
    found = []
    for number, (_key, title, work) in enumerate(
            (step for step in steps if step[0] in wanted), 1):
        meter.say(f'  {number} of {len(wanted)}: {title}')
        found.extend(work())
    for row in found:
        row.setdefault('expected', ['ours', 'peer'] if 'portal' in row['key'] else ['ours'])
    return found


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ('config', 'ours', 'target'):
        parser.add_argument(f'--{name}', required=True)
    parser.add_argument('--scratch', help='a copy of ours, for the rows that commit')
    for name in ('peer', 'project'):
        parser.add_argument(f'--{name}-copy', help='the same of another, to click in')
    parser.add_argument('--tickets', type=int, required=True)
    parser.add_argument('--rows', default='', help='only these, by their keys')
    parser.add_argument('--peer', help="the database of OCA's addon")
    parser.add_argument('--bare', help='the database of the bare mail.thread')
    return parser.parse_args()


def main():
    options = parse_arguments()
    load = os.getloadavg()[0]
    if load > BUSY:
        meter.say(f'Warning: the machine is not idle (load {load:.2f}): times say little.')
    odoo.tools.config.parse_config(['-c', options.config, '--log-level', 'critical'])
    sides = {name: meter.Side(name, database, DESKS.get(name, lambda: None)())
             for name in ('ours', 'peer', 'bare') if (database := getattr(options, name))}
    found = measure(sides, options)
    result = {
        'tickets': options.tickets,
        'date': datetime.datetime.now(datetime.UTC).strftime('%Y-%m-%d %H:%M UTC'),
        'load': load, 'machine': describe_machine(), 'versions': describe_versions(sides),
        'measured': list(sides), 'rows': found,
    }
    target = Path(options.target)
    target.write_text(json.dumps(result, ensure_ascii=False, indent=1) + '\n', encoding='utf-8')
    text = '\n'.join([*report.make_report(result), ''])
    target.with_suffix('.md').write_text(text, encoding='utf-8')
    sys.stdout.write(text)


if __name__ == '__main__':
    sys.exit(main())
