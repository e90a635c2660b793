"""What PostgreSQL makes of a statement: its plan, the indexes that serve it, what it scans."""

import statistics

import meter

LARGE = ('helpdesk_lite_ticket', 'helpdesk_ticket', 'mail_followers', 'mail_message')
RUNS = 3
SCANNED_FROM = 20_000  # rows: below, reading a table as a whole is the right plan


def read_plans(side, job):
    """Run a job once and read the plans of its statements on large tables.

    :return: ``(plans, [text of any statement])``; see `explain`
    """
    with side.environment(job.user) as env:
        work = job.prepare(side, env)
        work(0)
        env.cr.flush()
        env.invalidate_all()
        with meter.recorded([]) as statements:
            work(1)
            env.cr.flush()
        return explain_all(env.cr, statements), statements


def explain_all(cr, statements):
    return [explain(cr, text) for text in statements if is_read_of_large(text)]


def is_read_of_large(text):
    return text.lstrip().startswith(('SELECT', 'WITH')) and any(
        f'"{table}"' in text or f' {table}' in text for table in LARGE)


def explain(cr, text):
    """The plan of one statement, and the median of its times (ms) in PostgreSQL."""
    times = []
    for _run in range(RUNS):
        cr._obj.execute(f'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {text}')
        [plan] = cr.fetchone()[0]
        times.append(plan['Execution Time'])
    nodes = list(walk(plan['Plan']))
    return {
        'statement': ' '.join(text.split())[:400],
        'is_page': ' ORDER BY ' in text and ' LIMIT ' in text,
        'ms': statistics.median(times),
        'indexes': sorted({
            name for node in nodes if (name := node.get('Index Name', '')).startswith(LARGE)}),
        'scans': sorted({
            node['Relation Name'] for node in nodes
            if node['Node Type'] == 'Seq Scan' and node['Relation Name'] in LARGE
            and node['Actual Loops'] and get_rows(node) >= SCANNED_FROM}),
        'buffers': plan['Plan'].get('Shared Hit Blocks', 0)
        + plan['Plan'].get('Shared Read Blocks', 0),
    }


def get_rows(node):
    """Rows that a scan looked at."""
    return node['Actual Rows'] + node.get('Rows Removed by Filter', 0)


def walk(node):
    yield node
    for child in node.get('Plans', ()):
        yield from walk(child)
