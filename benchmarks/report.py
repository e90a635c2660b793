"""The tables that people read, from the result that the programs keep.

    python benchmarks/report.py result-1000000.json
"""

import json
import sys
from pathlib import Path

TITLES = ('work', 'ours', 'OCA helpdesk_mgmt', 'bare mail.thread', 'OCA ÷ ours', 'our queries',
          'OCA’s queries', 'asked', 'reached')
REACHED = {True: 'yes', False: 'NO', None: ''}


def format_ms(ms):
    if ms >= 10_000:
        return f'{ms / 1000:,.1f} s'
    if ms >= 100:
        return f'{ms:,.0f} ms'
    return f'{ms:.1f} ms'


def format_queries(figures):
    if not figures:
        return ''
    each = figures.get('queries_each')
    return f'{figures["queries"]:,}' + (f' ({each:.2f} each)' if each else '')


def format_side(row, name, measured):
    """A cell: the median and its share of SQL; `not measured` where the side is missing."""
    if name in row['sides']:
        figures = row['sides'][name]
        return f'{format_ms(figures["ms"])} ({format_ms(figures["sql_ms"])})'
    if name in row['expected'] and name not in measured:
        return 'not measured'
    return '–'


def make_cells(row, measured):
    sides = row['sides']
    ours, peer = sides['ours'], sides.get('peer')
    time = format_side(row, 'ours', measured)
    if 'database_ms' in ours and row['key'].startswith('list_'):
        time += f', the list {ours["database_ms"]:.2f} ms'
    if row['key'] == 'similar':
        time += f', max {format_ms(ours["ms_max"])}'
    return (
        row['work'], time, format_side(row, 'peer', measured), format_side(row, 'bare', measured),
        f'{peer["ms"] / ours["ms"]:.1f} ×' if peer else '', format_queries(ours),
        format_queries(peer), row['asked'], REACHED[row['reached']])


def make_table(titles, lines):
    """Lines of a table in Markdown, its columns aligned for a terminal."""
    widths = [max(len(line[index]) for line in [titles, *lines]) for index in range(len(titles))]
    rule = ['-' * width for width in widths]
    return [
        f'| {" | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))} |'
        for line in [titles, rule, *lines]]


def make_browser_table(rows):
    """What a person waits for, and how many requests that is; a dash where there is no such act."""
    titles = ('from a click to the last paint', 'ours', 'OCA helpdesk_mgmt', 'project',
              'OCA ÷ ours', 'project ÷ ours', 'requests: ours', 'OCA’s', 'project’s')
    lines = []
    for row in rows:
        sides = [row['sides'].get(name) for name in ('ours', 'peer', 'project')]
        times = [side and side['ms'] for side in sides]
        lines.append((
            row['work'],
            *(f'{format_ms(side["ms"])} ({side["ms_min"]:.0f}–{side["ms_max"]:.0f})'
              if side else '–' for side in sides),
            *(f'{time / times[0]:.1f} ×' if time else '' for time in times[1:]),
            *(f'{side["queries"]}' if side else '' for side in sides)))
    return make_table(titles, lines)


def make_index_table(lines):
    """What each index is used for, and what it costs a row."""
    titles = ('index', 'table', 'kind', 'MB', 'scans', 'of the rows', 'µs an insert', 'µs a move')
    found = []
    for line in lines:
        used = sorted(line['rows'], key=lambda key: -line['rows'][key])
        names = ', '.join(used[:4]) + (' …' if len(used) > 4 else '')
        found.append((
            line['index'].removeprefix(line['table']).lstrip('_'), line['table'], line['kind'],
            f'{line["mb"]:,.1f}', f'{sum(line["rows"].values()):,}',
            names or line['use'] or '**nothing**',
            *(f'{cost:+.0f}' for cost in line['cost']), *[''] * (2 - len(line['cost']))))
    return make_table(titles, found)


def make_memory_table(rows):
    titles = ('memory of the process', 'stays, MiB', 'peak, MiB', 'peak of a tenth, MiB')
    lines = [
        (row['work'], f'{ours["memory_mib"]:+.1f}', f'{ours["peak_mib"]:+.1f}',
         f'{ours["peak_of_tenth_mib"]:+.1f}' if 'peak_of_tenth_mib' in ours else '')
        for row in rows if (ours := row['sides']['ours'])
        and row['key'] in ('create', 'list_agent', 'close', 'fold', 'fold_hours')]
    return make_table(titles, lines)


def make_plan_lines(rows):
    """Which indexes serve the two slowest statements of each row, and what is read as a whole."""
    for row in rows:
        for plan in sorted(row['plans'], key=lambda plan: -plan['ms'])[:2]:
            scans = f'; **READS ALL of {", ".join(plan["scans"])}**' if plan['scans'] else ''
            yield (f'- {row["work"]}: {plan["ms"]:.2f} ms by '
                   f'{", ".join(plan["indexes"]) or "no index"}{scans}')


def make_tables(rows, measured):
    return [
        'Medians; in brackets what of it is spent on SQL.', '',
        *make_table(TITLES, [make_cells(row, measured) for row in rows]), '',
        *make_memory_table(rows), '',
        'Plans of the statements on tickets, followers and messages:', '',
        *make_plan_lines(rows), '',
    ]


def make_report(result):
    """The whole report as lines of Markdown."""
    machine, versions = result['machine'], result['versions']
    clicks = [row for row in result['rows'] if row['key'].startswith('browser_')]
    index_lines = [line for row in result['rows'] for line in row.get('indexes', ())]
    rows = [row for row in result['rows'] if row not in clicks and 'indexes' not in row]
    return [
        f'## {result["tickets"]:,} tickets', '',
        f'{result["date"]}; {machine["cpu"]}, {machine["cores"]} cores, '
        f'{machine["memory_gib"]:.0f} GiB; load {result["load"]:.2f} at the start. '
        + ', '.join(f'{name} {version}' for name, version in versions.items()) + '.', '',
        *(make_tables(rows, result['measured']) if rows else ()),
        *(('Medians; in brackets the shortest and the longest.', '',
           *make_browser_table(clicks), '') if clicks else ()),
        *((*make_index_table(index_lines), '') if index_lines else ()),
        *(f'NOT reached: {row["work"]} ({row["asked"]})'
          for row in rows if row['reached'] is False),
    ]


def main(path):
    result = json.loads(Path(path).read_text(encoding='utf-8'))
    sys.stdout.write('\n'.join([*make_report(result), '']))


if __name__ == '__main__':
    main(sys.argv[1])
