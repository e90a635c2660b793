"""What each index costs and who uses it (``make bench ROWS=indexes``), in the copy of our desk.

Scans: all rows of the bench and of search.py, portal.py, changes.py, sla.py and reports.py are done
once in the copy; PostgreSQL's counter of each index (pg_stat_user_indexes) is read before and
after each. What an index is used for beside that stands in USES, with the query.

Costs: 250 tickets are inserted and moved to another stage, by one statement each, in a transaction
that is rolled back: with the primary key alone, and with the index in question beside it. The
difference of the shortest times, divided by 250, is what that index costs one ticket. With all of
them at once it would be lost in the noise. A move writes an indexed column in any case, as it does
at work: so every index gets a new entry.
"""

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

ROUNDS, TICKETS = 7, 250
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
MOVED = {
    'helpdesk_lite_ticket': 'date_last_stage_update',
    'helpdesk_lite_ticket_closing': 'reopen_date', 'helpdesk_lite_sla_status': 'reached_datetime'}
# Why an index stays that no measured row uses: the statement that would read the whole table.
USES = {
    f'helpdesk_lite_ticket_{name}': query for name, query in {
        'list_idx': 'All Tickets without a filter, in its order',
        'team_list_idx': "a team's tickets with the closed ones, as a list, in its order",
        'user_list_idx': 'My Tickets, in its order',
        'waiting_list_idx': 'open tickets in the order of who waits longest',
        '_user_id_index': "an archived person's tickets; deleting a user looks for them",
        '_team_id_index': 'all tickets of a team, archived ones too; deleting a team',
        '_email_normalized_index': "a sender's tickets: privacy look-up, pause between ratings",
        '_partner_id_index': "a customer's tickets, archived ones too; deleting a contact",
        '_commercial_partner_id_index': "a company's tickets",
        '_merged_into_id_index': 'what was merged into a ticket: opened with it',
        '_previous_ticket_id_index': 'follow-ups of a ticket: opened with it',
        '_quoted_ticket_id_index': 'deleting a ticket looks for those that quote it',
        '_closed_by_partner_id_index': 'deleting a contact looks for what they closed',
        '_rating_request_date_index': 'whom a rating was asked of lately (cron)',
        '_rating_request_due_index': 'requests that are due (cron)',
        'answer_times_missing_idx': 'answer times to be counted anew (cron)',
        'close_hours_missing_idx': 'hours to be counted after a fold (cron)',
        'sla_pending_idx': 'clocks to be made (cron)', 'snoozed_idx': 'tickets to be woken (cron)',
        'auto_close_error_idx': 'closings that failed, on the form of a team',
        'creation_date_idx': 'reports of some days',
    }.items()} | {
        'helpdesk_lite_ticket_closing_close_date_idx': 'closings of some days, of many years',
        'helpdesk_lite_sla_status_escalation_idx': 'escalations that are due (cron)',
        'helpdesk_lite_sla_status__sla_id_index': 'clocks of a policy: applied, archived, deleted',
        'helpdesk_lite_sla_status__resource_calendar_id_index':
            'deleting working hours looks for clocks that go by them',
    }


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
    """``{index: [µs of an insert, µs of a move]}``"""
    found = {}
    for table in ROWS:
        names = [name for name, (of, _size, _scans, primary, _kind)
                 in read_indexes(database).items() if of == table and not primary]
        with odoo.sql_db.db_connect(database).cursor() as cr:
            take_rows(cr, table)
            bare = run_with(cr, table, names, None)
            for name in names:
                say(f'costs: {name}')
                found[name] = [
                    (one - none) * 1000 / TICKETS for one, none in zip(
                        run_with(cr, table, names, name), bare, strict=True)]
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
    if table in MOVED:  # small, and there in each case
        cr.execute(SQL('CREATE INDEX bench_moved ON %s (%s) WHERE id >= %s',
                       name, SQL.identifier(MOVED[table]), SHIFT))
    cr.execute(SQL(
        """SELECT index.relname FROM pg_index JOIN pg_class index ON index.oid = indexrelid
             JOIN pg_am ON pg_am.oid = relam
            WHERE indrelid = %s::regclass AND amname = 'gin'""", table))
    for index, in cr.fetchall():  # else most of the work is left for later, and not seen here
        cr.execute(SQL('ALTER INDEX %s SET (fastupdate = off)', SQL.identifier(index)))


def run_with(cr, table, names, kept):
    """The shortest times of an insert and a move with one index, or none, beside the key."""
    cr.execute('SAVEPOINT without')
    others = [SQL.identifier(name) for name in names if name != kept]
    if others:
        cr.execute(SQL('DROP INDEX %s', SQL(', ').join(others)))
    times = [run_once(cr, table) for _round in range(ROUNDS)]
    cr.execute('ROLLBACK TO SAVEPOINT without')
    return [min(some) for some in zip(*times, strict=True)]


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
