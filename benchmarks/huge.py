"""A desk that is too large to be made in one go: a million tickets at a time, ours alone.

The desk is that of desk.py. It differs in how it is made: no statement sorts or keeps more than a
part of the tickets, the text that a ticket is found by is made by SQL, so that the table holds no
dead rows, and several indexes are built at once. Commits after each part; whoever calls it drops
the database where it did not end.
"""

import argparse
import concurrent.futures
import sys

import bulk
import desk
import fill

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import SQL

PART = 1_000_000
TABLES = ('helpdesk_lite_ticket', 'mail_followers', 'mail_message')
WORKERS, MEMORY = 3, '512MB'  # indexes that are built at once, and what each may use
SPAN = "interval '3 years'"  # as in desk.SOURCE_SQL
# A part is drawn over the whole span; it becomes its own share of it.
DATES_SQL = f"""
UPDATE bench_source
   SET made = dated.made,
       close_date = CASE WHEN is_closed THEN least(dated.made + interval '2 days', now()) END
  FROM (SELECT n AS number, now() - {SPAN} * (%(parts)s - %(part)s - 1) / %(parts)s
               - (now() - made) / %(parts)s AS made FROM bench_source) AS dated
 WHERE n = dated.number
"""  # noqa: S608 - a constant
# What tools/search_words.py makes of these texts, none of which holds other punctuation
SEARCH_INDEX = """
    regexp_replace(translate(lower(concat(
        ' ', ref, ' ', name, ' ', partner_name, ' ', partner_email, ' ',
        replace(replace(replace(replace(
            description, '<p>', ' '), '</p>', ' '), '<blockquote>', ' '), '</blockquote>', ' '),
        ' ')), '()', '  '), ' +', ' ', 'g')"""


class HugeDesk(desk.Desk):
    """Ours; the reference is made of the id, for a part's numbers begin anew."""

    tickets_sql = desk.TICKETS_SQL.replace(
        'write_uid)', 'write_uid, search_index)', 1).replace(
        "'BENCH' || n", 'ref').replace(
        '1, 1\n', f'1, 1, {SEARCH_INDEX}\n').replace(
        'FROM bench_source', "FROM (SELECT *, 'BENCH' || id AS ref FROM bench_source) AS source")


def build(env, tickets, say, part=PART):
    """Fill an installed database with so many tickets, a multiple of a part; commits."""
    cr, maker, parts = env.cr, HugeDesk(), tickets // part
    say('teams, agents and customers')
    env['mail.alias.domain'].create({'name': desk.DOMAIN})
    users, extremes = desk._make_users(env, maker)
    teams, stages = maker.make_teams(env, users)
    env.flush_all()
    first_customer = desk._make_customers(cr)
    cr.execute('SELECT coalesce(max(id), 0) FROM helpdesk_lite_ticket')
    first_id = cr.fetchone()[0]
    drawn = {
        'tickets': part, 'teams': desk.TEAMS, 'private': desk.PRIVATE_TEAMS,
        'customers': desk.CUSTOMERS, 'team_ids': teams.ids, 'closed': stages[3].id,
        'open': stages[:3].ids, 'users': users.ids, 'user_partners': users.partner_id.ids,
        'first_customer': first_customer, 'portal': extremes['portal'].partner_id.id,
        'portal_step': max(tickets // desk.PORTAL_TICKETS, 10)}
    statements = take_down(cr)
    for number in range(parts):
        say(f'part {number + 1} of {parts}')
        _fill_part(env, maker, extremes, {**drawn, 'first_id': first_id + number * part},
                   number, parts)
    build_indexes(cr, statements, say)
    say('statistics of PostgreSQL')
    desk.vacuum(cr)


def take_down(cr):
    """Drop the indexes and constraints of the large tables.

    :return: ``([(index, [statements])], [statements of constraints])``, by which they come back
    """
    indexes, constraints = [], []
    for table in TABLES:
        name = SQL.identifier(table)
        cr.execute(bulk.CONSTRAINTS, [table])
        for constraint, definition, comment in cr.fetchall():
            identifier = SQL.identifier(constraint)
            cr.execute(SQL('ALTER TABLE %s DROP CONSTRAINT %s', name, identifier))
            constraints += [
                SQL('ALTER TABLE %s ADD CONSTRAINT %s %s', name, identifier,
                    SQL(definition.replace('%', '%%'))),
                SQL('COMMENT ON CONSTRAINT %s ON %s IS %s', identifier, name, comment)]
        cr.execute(bulk.INDEXES, [table])
        for index, definition, comment in cr.fetchall():
            identifier = SQL.identifier(index)
            cr.execute(SQL('DROP INDEX %s', identifier))
            indexes.append((index, [SQL(definition.replace('%', '%%')),
                                    SQL('COMMENT ON INDEX %s IS %s', identifier, comment)]))
    return indexes, constraints


def build_indexes(cr, statements, say):
    """Build what was dropped; those that take longest first, several at once; commits."""
    indexes, constraints = statements
    registry = Registry(cr.dbname)

    def build_one(item):
        say(f'index {item[0]}')
        with registry.cursor() as own:
            own.execute('SET LOCAL maintenance_work_mem = %s', [MEMORY])
            for statement in item[1]:
                own.execute(statement)

    indexes.sort(key=lambda item: (
        ' USING gist ' not in item[1][0].code, ' USING gin ' not in item[1][0].code))
    cr.commit()
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(build_one, indexes))
    for statement in constraints:
        cr.execute(statement)
    cr.commit()


def _fill_part(env, maker, extremes, drawn, number, parts):
    """The tickets of one part with their followers and messages; commits."""
    cr, part = env.cr, drawn['tickets']
    cr.execute('SELECT setseed(%s)', [(number + 1) / (parts + 1)])
    cr.execute(desk.SOURCE_SQL, drawn)
    cr.execute(DATES_SQL, {'part': number, 'parts': parts})
    cr.execute('ANALYZE bench_source')
    cr.execute(maker.tickets_sql, {'company': env.company.id})
    cr.execute('SELECT setval(%s, (SELECT max(id) FROM bench_source))', [f'{maker.table}_id_seq'])
    cr.execute(desk.FOLLOWERS_SQL, {
        'model': maker.model, 'lead': extremes['lead'].partner_id.id, 'share': desk.LEAD_SHARE,
        'agent': extremes['agent'].partner_id.id, 'tickets': part,
        'agent_follows': min(desk.AGENT_FOLLOWS, part) if number == parts - 1 else 0})
    cr.execute(desk.MESSAGES_SQL, {
        'model': maker.model, 'subtype': env.ref('mail.mt_comment').id})
    cr.execute('DROP TABLE bench_source')
    cr.commit()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ('config', 'database'):
        parser.add_argument(f'--{name}', required=True)
    parser.add_argument('--tickets', type=int, required=True)
    parser.add_argument('--part', type=int, default=PART, help='tickets that are made at once')
    options = parser.parse_args()
    odoo.tools.config.parse_config(['-c', options.config, '--log-level', 'error'])
    with Registry(options.database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        build(env, options.tickets, fill.say, options.part)


if __name__ == '__main__':
    sys.exit(main())
