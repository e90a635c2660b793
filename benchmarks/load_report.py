"""What came out of a load test, as tables in Markdown."""

from collections import Counter
from statistics import quantiles


def percentiles(times):
    """The 50th, 95th and 99th percentile of durations in seconds, as whole milliseconds."""
    times = [seconds * 1000 for seconds in times]
    if len(times) < 2:
        return [round(times[0])] * 3 if times else [0, 0, 0]
    cuts = quantiles(times, n=100, method='inclusive')
    return [round(cuts[rank - 1]) for rank in (50, 95, 99)]


def summarise(clients, seconds, meter, conflicts, heard):
    """One step of a load test, fit for JSON; times in milliseconds.

    :param float seconds: from the first request to the end of the last
    :param int conflicts: transactions that Odoo tried again
    :param int heard: notifications that came by the agents' websockets
    """
    every = [time for times in meter.times.values() for time in times]
    return {
        'clients': clients, 'seconds': round(seconds, 2), 'requests': len(every),
        'requests_per_second': round(len(every) / seconds, 1), 'percentiles': percentiles(every),
        'errors': dict(meter.errors), 'conflicts': conflicts, 'notifications': heard,
        'kinds': {kind: {'requests': len(times), 'percentiles': percentiles(times)}
                  for kind, times in meter.times.items()},
    }


def tabulate(result):
    """The tables of a result: the steps, the kinds of requests, the processes."""
    steps = result['steps']
    lines = table(
        ['clients', 'requests', 'requests/s', 'p50', 'p95', 'p99', 'errors', 'tried again',
         'notifications'],
        [[step['clients'], step['requests'], step['requests_per_second'], *step['percentiles'],
          sum(step['errors'].values()), step['conflicts'], step['notifications']]
         for step in steps])
    kinds = list(dict.fromkeys(kind for step in steps for kind in step['kinds']))
    lines += ['', *table(
        ['p50 / p95 / p99 in ms', *(f'{step["clients"]} clients' for step in steps)],
        [[kind, *(show(step['kinds'].get(kind)) for step in steps)] for kind in kinds])]
    lines += ['', *table(
        ['process', 'RSS before, MB', 'RSS after, MB', 'of it its own, MB'],
        [[process['role'], process['before'], process['after'], process['own']]
         for process in result['memory']])]
    errors = sum((Counter(step['errors']) for step in steps), Counter())
    lines += [f'error: {count} times {text}' for text, count in errors.items()]
    return '\n'.join(lines)


def show(kind):
    return ' / '.join(map(str, kind['percentiles'])) if kind else '–'


def table(titles, rows):
    return [f'| {" | ".join(map(str, row))} |' for row in (titles, ['---'] * len(titles), *rows)]
