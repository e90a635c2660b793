"""The row of searches: what agents type into the list, each with an empty cache, warm pages."""

import statistics

import meter
import plans
import screens
import special

LIMIT = 150  # ms
RUNS = 3
# (field, what is typed); {n} is a ticket's number. Frequent words and rare ones, in the middle of
# words and at their start, of one table and of several, in both languages; some find nothing.
SEARCHES = (
    *(('search_text', typed) for typed in (
        'BENCH{n}', 'bench {n}', '{n}', '#{n}', '7', '42', '00042',
        'customer{n}@', 'customer{n}@bench.example.com', 'bench.example.com', 'Customer {n}',
        'Customer', 'cu', 'Printer', 'printer jammed', 'rinte', 'ocking stat', 'pr', 'p',
        'VPN floor', 'Coffee machine is too loud', 'Coffee Hamburg {n}', 'Licence Maria',
        '프린터', '프린', '프', '세금계산서', '세금계산서 재발행', '재발행', '지원', '부산 지점',
        '부산 서버', '오류', '아직 도착하지', 'nothing that anybody wrote', '없는말입니다', '없는',
        'zq', '01012345678', '+82 10 1234 5678', '%', "'; --")),
    *(('search_message', typed) for typed in (
        'Message 29', '29', 'Message', 'essage 17', '없는말')),
)


def fill_number(side, typed):
    """The number of a ticket in the middle of the desk for ``{n}``."""
    with side.environment() as env:
        env.cr.execute('SELECT ticket_ref FROM helpdesk_lite_ticket ORDER BY id '
                       'OFFSET (SELECT count(*) / 2 FROM helpdesk_lite_ticket) LIMIT 1')
        number = env.cr.fetchone()[0].removeprefix('BENCH')
    return typed.replace('{n}', number)


def measure_one(side, field, typed):
    """The first page and the count of one search: ``(samples, what was found, plans)``."""
    with side.environment('agent') as env:
        Ticket = env[side.desk.model]

        def page():
            env.invalidate_all()
            return Ticket.web_search_read(
                [(field, 'ilike', typed)], {'name': {}, 'ticket_ref': {}}, limit=screens.PAGE,
                count_limit=screens.COUNT_LIMIT)['length']

        found, samples = page(), []
        for _run in range(RUNS):
            sample = meter.Sample(lambda: env.cr.sql_log_count)
            with sample:
                page()
            samples.append(sample)
        env.invalidate_all()
        with meter.recorded([]) as statements:
            page()
        return samples, found, plans.explain_all(env.cr, statements)


def measure(sides):
    """One row for all: the slowest decides."""
    side, times, plan_list, queries = sides['ours'], {}, [], []
    for field, typed in SEARCHES:
        typed = fill_number(side, typed)
        samples, found, explained = measure_one(side, field, typed)
        times[typed] = statistics.median(sample.ms for sample in samples)
        queries.append(samples[0].queries)
        meter.say(f'    {times[typed]:8.1f} ms  {found:>6} found  {field}: {typed}')
        if times[typed] >= LIMIT:
            plan_list += explained
    slowest = max(times, key=times.get)
    yield special.row(
        'search', f'first page and count of {len(times)} searches, the slowest: "{slowest}"',
        {'ours': {**meter.summarize(samples), 'ms': round(times[slowest], 3),
                  'queries': max(queries), 'median_ms': round(statistics.median(times.values()), 3),
                  'over': sum(ms >= LIMIT for ms in times.values())}},
        f'each under {LIMIT} ms', times[slowest] * meter.SPARE < LIMIT, plan_list)
