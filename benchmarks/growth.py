"""What grows with the number of tickets: the results of several sizes side by side."""

import json
import sys
from pathlib import Path

import report

# DESIGN.md, section 11: from 10,000 to 1,000,000 tickets.
ASKED = {'kanban_agent': 2, 'kanban_lead': 2, 'kanban_all_agent': 2, 'kanban_all_lead': 2}
# The same from 1,000,000 to 10,000,000
ASKED_OF_HUGE = dict.fromkeys((
    *ASKED, 'list_agent', 'list_lead', 'dashboard', 'similar', 'mail_known', 'mail_new'), 2)
MILLION = 1_000_000


def main(paths):
    results = [json.loads(Path(path).read_text(encoding='utf-8')) for path in paths]
    limits = ASKED_OF_HUGE if results[0]['tickets'] == MILLION else ASKED
    sizes = [f'{result["tickets"]:,}' for result in results]
    found = [{row['key']: row for row in result['rows']} for result in results]
    lines = []
    for key, last in found[-1].items():
        if not all(key in rows for rows in found):
            continue
        times = [rows[key]['sides']['ours']['ms'] for rows in found]
        peers = [rows[key]['sides'].get('peer', {}).get('ms') for rows in found]
        factor = times[-1] / times[0]
        asked = limits.get(key)
        lines.append((
            last['work'], *map(report.format_ms, times), f'{factor:.1f} ×',
            f'{peers[-1] / peers[0]:.1f} ×' if all(peers) else '',
            f'< {asked} ×' if asked else '', report.REACHED[factor < asked] if asked else ''))
    titles = ('work', *sizes, 'ours grew', 'OCA grew', 'asked', 'reached')
    sys.stdout.write('\n'.join(['', *report.make_table(titles, lines), '']))


if __name__ == '__main__':
    main(sys.argv[1:])
