"""How large a desk's tables and indexes are, and what vacuum has to do there.

    python sizes.py --config=… --database=hdl_bench_ours_10000000 --vacuum

With ``--vacuum`` one ticket in a hundred is written, which leaves as many dead rows, and the time
that VACUUM takes is measured: it reads each index as a whole. That is committed.
"""

import argparse
import sys
import time

import fill
import report

import odoo

TABLES = ('helpdesk_lite_ticket', 'mail_message', 'mail_followers')
SIZES = """
SELECT relname, n_live_tup, pg_table_size(relid), pg_indexes_size(relid),
       50 + 0.2 * n_live_tup, n_dead_tup, coalesce(last_autovacuum::date::text, '–')
  FROM pg_stat_user_tables WHERE relname = ANY(%s) ORDER BY 3 DESC
"""
INDEXES = """
SELECT indexrelname, relname, pg_relation_size(indexrelid) FROM pg_stat_user_indexes
 WHERE relname = ANY(%s) AND pg_relation_size(indexrelid) > 10000000 ORDER BY 3 DESC
"""
CHANGE = 'UPDATE helpdesk_lite_ticket SET write_date = now() WHERE mod(id, 100) = 0'


def megabytes(size):
    return f'{size / 1e6:,.0f}'


def make_tables(cr):
    cr.execute(SIZES, [list(TABLES)])
    tables = [(name, f'{rows:,}', megabytes(size), megabytes(indexes),
               f'{(size + indexes) / max(rows, 1):,.0f}', f'{threshold:,.0f}', f'{dead:,}', last)
              for name, rows, size, indexes, threshold, dead, last in cr.fetchall()]
    cr.execute(INDEXES, [list(TABLES)])
    indexes = [(name, table, megabytes(size)) for name, table, size in cr.fetchall()]
    return [
        *report.make_table(('table', 'rows', 'MB', 'MB of indexes', 'bytes a row, with indexes',
                            'changes until autovacuum', 'dead rows', 'last autovacuum'), tables),
        '', *report.make_table(('index', 'table', 'MB'), indexes)]


def vacuum(cr):
    """Dead rows in one of a hundred, and what it takes to clear them away: a line for each."""
    start = time.perf_counter()
    cr.execute(CHANGE)
    changed = cr.rowcount
    cr.commit()
    yield f'{changed:,} tickets written by one statement: {time.perf_counter() - start:.0f} s'
    cr._cnx.autocommit = True
    for statement in ('VACUUM helpdesk_lite_ticket', 'VACUUM helpdesk_lite_ticket',
                      'ANALYZE helpdesk_lite_ticket'):
        start = time.perf_counter()
        cr.execute(statement)
        yield f'{statement}: {time.perf_counter() - start:.0f} s'
    cr._cnx.autocommit = False


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ('config', 'database'):
        parser.add_argument(f'--{name}', required=True)
    parser.add_argument('--vacuum', action='store_true', help='measure it; writes and commits')
    options = parser.parse_args()
    odoo.tools.config.parse_config(['-c', options.config, '--log-level', 'critical'])
    with odoo.sql_db.db_connect(options.database).cursor() as cr:
        for line in make_tables(cr):
            fill.say(line)
        for line in vacuum(cr) if options.vacuum else ():
            fill.say(line)


if __name__ == '__main__':
    sys.exit(main())
