"""What each index costs and who uses it (``make bench ROWS=indexes``), in the copy of our desk.

Scans: all rows of the bench and of search.py, portal.py, changes.py, sla.py and reports.py are done
once in the copy; PostgreSQL's counter of each index (pg_stat_user_indexes) is read before and
after each. What an index is used for beside that stands in USES, with the query.

Costs: 250 tickets are inserted and moved to another stage, by one statement each, in a transaction
that is rolled back: with all indexes, and without the one in question. The median of the
differences, divided by 250, is what that index costs one ticket.
"""

import statistics

import changes
import desk
import meter
import portal
import reports
import rows
import search
import sla
import special

import odoo
from odoo.tools import SQL

ROUNDS, TICKETS = 5, 250
TABLES = ('helpdesk_lite_ticket', 'helpdesk_lite_ticket_closing', 'helpdesk_lite_sla_status')
INDEXES = """
SELECT stat.relname, stat.indexrelname, pg_relation_size(stat.indexrelid), stat.idx_scan,
       indisprimary, amname
  FROM pg_stat_user_indexes stat JOIN pg_index USING (indexrelid)
  JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_am ON pg_am.oid = relam
 WHERE stat.relname = ANY(%s)
    OR stat.indexrelname IN ('mail_message_helpdesk_lite_body_idx',
                             'res_partner_helpdesk_lite_email_idx')
 ORDER BY array_position(%s, stat.relname::text), 3 DESC
"""
# The rows that are inserted: the latest ones, tickets open as new ones are.
ROWS = {
    'helpdesk_lite_ticket': 'is_closed IS NOT TRUE', 'helpdesk_lite_ticket_closing': 'TRUE',
    'helpdesk_lite_sla_status': 'TRUE', 'mail_message': "model = 'helpdesk.lite.ticket'"}
SHIFT = 1_000_000_000  # between an id and that of its copy
# What a move writes: a ticket's own to another open stage, a closing that is taken back, a clock
# that stops. Messages don't move.
MOVES = {
    'helpdesk_lite_ticket':
        'stage_id = (SELECT max(id) FROM helpdesk_lite_stage WHERE id <> stage_id), '
        'date_last_stage_update = now(), last_activity_date = now(), write_date = now()',
    'helpdesk_lite_ticket_closing': 'reopen_date = now()',
    'helpdesk_lite_sla_status': "reached_datetime = now(), state = 'reached'"}
# Why an index stays that no measured row uses: the statement that would read the whole table.
USES = {}


def read_indexes(database):
    """``{name: (table, bytes, scans, is primary, kind)}`` as PostgreSQL has them by now."""
    odoo.sql_db.close_db(database)  # a connection tells its counters at its end, if not before
    with odoo.sql_db.db_connect(database).cursor() as cr:
        cr.execute(INDEXES, [list(TABLES), list(TABLES)])
        return {name: (table, size, scans, primary, kind)
                for table, name, size, scans, primary, kind in cr.fetchall()}


# ----------------------------------------------------------------------
# Who uses it
# ----------------------------------------------------------------------

def get_works(database, tickets):
    """What is measured otherwise, once: ``[(key, function)]``, those that commit last."""
    def silent(text):
        pass

    def do(job):
        meter.run_once(meter.Side('ours', database, desk.Desk()), job)

    def with_sides(function):
        return lambda: list(function({'ours': meter.Side('ours', database, desk.Desk())}))

    return [
        *((row.key, lambda row=row: do(row.jobs['ours'])) for row in rows.ROWS),
        ('similar', lambda: special.measure_similar(
            {'ours': meter.Side('ours', database, desk.Desk())})),
        ('search', with_sides(search.measure)),
        ('portal', with_sides(lambda sides: portal.measure(sides, 1))),
        ('changes', lambda: do_changes(database, tickets)),
        ('sla', lambda: list(sla.measure(database, tickets, silent))),
        ('reports', lambda: list(reports.measure(database, silent))),
    ]


def do_changes(database, tickets):
    with meter.Registry(database).cursor() as cr:
        env = odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
        changes.close_silent(env, min(1_000, tickets))
        changes.fold(env, min(1_000, tickets))


def count_scans(database, tickets, say):
    """``{index: {key of a row: scans}}``"""
    found = {}
    before = read_indexes(database)
    for key, work in get_works(database, tickets):
        say(f'scans: {key}')
        work()
        after = read_indexes(database)
        for name, (_table, _size, scans, *_rest) in after.items():
            more = scans - before.get(name, (0, 0, 0))[2]
            if more:
                found.setdefault(name, {})[key] = more
        before = after
    return found


# ----------------------------------------------------------------------
# What it costs
# ----------------------------------------------------------------------

def measure_costs(database, say):
    """``{index: (µs of an insert, µs of a move)}``"""
    found = {}
    for table in ROWS:
        names = [name for name, (of, _size, _scans, primary, _kind)
                 in read_indexes(database).items() if of == table and not primary]
        with odoo.sql_db.db_connect(database).cursor() as cr:
            take_rows(cr, table)
            for name in names:
                say(f'costs: {name}')
                found[name] = measure_cost(cr, table, name)
            cr.rollback()
    return found


def take_rows(cr, table):
    """Copy the latest rows aside, with ids and references of their own."""
    name = SQL.identifier(table)
    cr.execute(SQL('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', name))  # no vacuum comes between
    cr.execute(SQL(
        'CREATE TEMP TABLE bench_rows AS SELECT * FROM %s WHERE %s ORDER BY id DESC LIMIT %s',
        name, SQL(ROWS[table]), TICKETS))
    if table == 'helpdesk_lite_ticket':
        cr.execute("UPDATE bench_rows SET ticket_ref = 'NEW' || id")
    elif table != 'mail_message':  # a ticket may have one open closing, and a clock of a kind
        cr.execute(SQL('DELETE FROM %s WHERE id IN (SELECT id FROM bench_rows)', name))
    cr.execute('UPDATE bench_rows SET id = id + %s', [SHIFT])
    cr.execute('ANALYZE bench_rows')
    cr.execute(SQL(
        """SELECT index.relname FROM pg_index JOIN pg_class index ON index.oid = indexrelid
             JOIN pg_am ON pg_am.oid = relam
            WHERE indrelid = %s::regclass AND amname = 'gin'""", table))
    for index, in cr.fetchall():  # else most of the work is left for later, and not seen here
        cr.execute(SQL('ALTER INDEX %s SET (fastupdate = off)', SQL.identifier(index)))


def measure_cost(cr, table, index):
    """What an index adds to one insert and one move, in µs."""
    differences = []
    for _round in range(ROUNDS):
        whole = run_once(cr, table)
        cr.execute('SAVEPOINT without')
        cr.execute(SQL('DROP INDEX %s', SQL.identifier(index)))
        part = run_once(cr, table)
        cr.execute('ROLLBACK TO SAVEPOINT without')
        differences.append([(more - less) * 1000 / TICKETS
                            for more, less in zip(whole, part, strict=True)])
    return [statistics.median(some) for some in zip(*differences, strict=True)]


def run_once(cr, table):
    """Insert the rows and move them, rolled back: ms of each, without the checks of keys."""
    name = SQL.identifier(table)
    cr.execute('SAVEPOINT work')
    statements = [SQL('INSERT INTO %s SELECT * FROM bench_rows', name)]
    if table in MOVES:
        statements.append(SQL('UPDATE %s SET %s WHERE id >= %s', name, SQL(MOVES[table]), SHIFT))
    times = []
    for statement in statements:
        cr.execute(SQL('EXPLAIN (ANALYZE, FORMAT JSON) %s', statement))
        times.append(cr.fetchone()[0][0]['Plan']['Actual Total Time'])
    cr.execute('ROLLBACK TO SAVEPOINT work')
    return times


# ----------------------------------------------------------------------
# The table
# ----------------------------------------------------------------------

def measure(database, tickets, say):
    """One row of the result, whose figures hold a line for each index."""
    scans = count_scans(database, tickets, say)
    costs = measure_costs(database, say)
    lines = []
    for name, (table, size, _scans, primary, kind) in read_indexes(database).items():
        lines.append({
            'table': table, 'index': name, 'kind': kind, 'mb': round(size / 1e6, 1),
            'rows': scans.get(name, {}), 'cost': costs.get(name, []),
            'use': 'the key' if primary else USES.get(name, '')})
    return [{'key': 'indexes', 'work': 'what each index costs', 'sides': {'ours': {}},
             'asked': '', 'reached': None, 'plans': [], 'indexes': lines}]
