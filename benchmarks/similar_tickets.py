"""How long the similar tickets of one ticket take at a million, and by which plan.

    python benchmarks/similar_tickets.py -c odoo.conf -d scratch_database [--tickets 1000000]

The database must have helpdesk_lite installed and is filled by SQL: use a scratch one. Where it
holds that many tickets already, only the measurement is made.
"""

import argparse
import statistics
import sys
import time

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests.common import new_test_user
from odoo.tools import SQL

CUSTOMERS = 20_000
RUNS = 15

TICKETS_SQL = """
WITH word AS (SELECT
    ARRAY['Printer', 'Laptop', 'VPN', 'Login', 'Invoice', 'Order', 'Delivery', 'Password',
          'E-mail', 'Calendar', 'Phone', 'Headset', 'Monitor', 'Docking station', 'Keyboard',
          'Website', 'Shop', 'Backup', 'Server', 'Report', 'Export', 'Licence', 'Account',
          'Coffee machine', 'Heating', 'Lift', 'Meeting room', 'Payment', 'Refund', 'Contract',
          '프린터', '노트북', '로그인', '세금계산서', '주문', '배송', '비밀번호', '메일',
          '홈페이지', '결제', '환불', '회의실', '서버', '백업', '모니터', '키보드', '계정',
          '라이선스'] AS thing,
    ARRAY['is jammed', 'does not work', 'is slow', 'stopped working', 'is missing', 'is broken',
          'shows an error', 'cannot be opened', 'needs an update', 'was stolen', 'is too loud',
          'arrived damaged', 'was charged twice', 'has the wrong address', 'is not accessible',
          'crashes', 'is offline', 'is empty', '안 됩니다', '오류가 나옵니다', '느립니다',
          '변경 요청', '재발행 요청', '문의드립니다', '아직 도착하지 않았습니다', '고장났습니다',
          '접속 불가', '확인 부탁드립니다'] AS state,
    ARRAY['on floor 2', 'in room 12', 'since the update', 'since Monday', 'in Hamburg',
          'for Maria', 'at the customer', 'after the move', 'in the branch', 'at home',
          'again', 'urgent', '3층', '오늘 오전부터', '부산 지점', '업데이트 이후', '재택근무 중',
          '(긴급)', '', ''] AS place)
INSERT INTO helpdesk_lite_ticket (
    name, ticket_ref, description, active, team_id, company_id, stage_id, is_closed,
    date_last_stage_update, last_activity_date, priority, kanban_state, partner_id,
    commercial_partner_id, partner_name, email_normalized, create_date, write_date)
SELECT concat_ws(' ', thing[1 + (random() * 47)::int], state[1 + (random() * 27)::int],
                 place[1 + (random() * 19)::int],
                 CASE WHEN random() < 0.4 THEN (random() * 99999)::int END),
       'SIM' || n,
       '<p>' || repeat(state[1 + (random() * 27)::int] || ' ' || thing[1 + (random() * 47)::int]
                       || '. ', 6) || '</p><blockquote>'
             || repeat('An answer that is quoted below. ', 20) || '</blockquote>',
       TRUE, (%(teams)s)[1 + n %% %(team_count)s], %(company)s, %(stage)s, random() < 0.9,
       now(), now(), '0', 'normal', %(customer)s + customer, %(customer)s + customer,
       'Customer', 'customer' || customer || '@similar.example.com',
       now() - n * interval '1 minute', now()
  FROM (SELECT n, (random() * %(customers)s)::int AS customer
          FROM generate_series(1, %(tickets)s) AS n) numbered, word
"""
CUSTOMERS_SQL = """
INSERT INTO res_partner (name, complete_name, active, type)
SELECT 'Customer ' || n, 'Customer ' || n, TRUE, 'contact' FROM generate_series(0, %s) AS n
RETURNING id
"""


def say(text):
    sys.stdout.write(f'{text}\n')
    sys.stdout.flush()


def fill(env, tickets):
    """Make the tickets, and their indexes after them.

    :return: seconds for the tickets, and for the index of nearest subjects
    """
    teams = env['helpdesk.lite.team'].create([
        {'name': f'Team {index}', 'use_alias': False,
         'privacy_visibility': 'invited_internal' if index < 6 else 'internal'}
        for index in range(50)])
    env.cr.execute(CUSTOMERS_SQL, [CUSTOMERS])
    first = min(row[0] for row in env.cr.fetchall())
    env.flush_all()
    start = time.perf_counter()
    env.cr.execute(
        """SELECT indexname, indexdef FROM pg_indexes
            WHERE tablename = 'helpdesk_lite_ticket' AND indexname NOT LIKE '%%_pkey'""")
    indexes = dict(env.cr.fetchall())
    for name in indexes:
        env.cr.execute(SQL('DROP INDEX %s', SQL.identifier(name)))
    env.cr.execute(TICKETS_SQL, {
        'teams': teams.ids, 'team_count': len(teams), 'company': teams[0].company_id.id,
        'stage': teams[0].stage_ids[0].id, 'customer': first, 'customers': CUSTOMERS,
        'tickets': tickets})
    filled = time.perf_counter()
    env.cr.execute(
        'UPDATE helpdesk_lite_ticket SET partner_id = %s WHERE id %% %s = 0',
        [first, max(tickets // 10_000, 1)])  # one customer has 10,000
    nearest = time.perf_counter()
    env.cr.execute(indexes.pop('helpdesk_lite_ticket_name_nearest_idx'))
    nearest = time.perf_counter() - nearest
    for definition in indexes.values():
        env.cr.execute(definition)
    env.cr.commit()
    env.cr.execute('ANALYZE')
    env.cr.commit()
    return filled - start, nearest


def measure(env, tickets, title, runs=RUNS):
    """Time `_find_similar` on some tickets, each with a cold cache of the ORM."""
    times, found = [], []
    for ticket in tickets[:runs]:
        env.invalidate_all()
        start = time.perf_counter()
        found.append(len(ticket._find_similar()))
        times.append((time.perf_counter() - start) * 1000)
    say(f'{title}: median {statistics.median(times):.0f} ms, max {max(times):.0f} ms, '
        f'found {statistics.median(found):.0f}')


def explain(env, ticket):
    """The plan of the nearest subjects, as the statement is sent."""
    statements = []
    execute = type(env.cr).execute

    def spy(self, query, params=None, log_exceptions=True):
        if isinstance(query, SQL) and '<->' in query.code and 'own' not in query.code:
            statements.append(query)
        return execute(self, query, params, log_exceptions)

    type(env.cr).execute = spy
    try:
        env.invalidate_all()
        ticket._find_similar()
    finally:
        type(env.cr).execute = execute
    env.cr.execute(SQL('EXPLAIN (ANALYZE, BUFFERS) %s', statements[0]))
    say('\n'.join(row[0] for row in env.cr.fetchall()))


def run(env, count):
    Ticket = env['helpdesk.lite.ticket']
    have = Ticket.search_count([('ticket_ref', '=like', 'SIM%')])
    if have < count:
        say('filled in {:.0f} s, index made in {:.0f} s'.format(*fill(env, count)))
    env.cr.execute(
        "SELECT pg_size_pretty(pg_relation_size('helpdesk_lite_ticket_name_nearest_idx'))")
    size = env.cr.fetchone()[0]
    say(f'tickets: {Ticket.search_count([])}, index: {size}')
    ids = [row[0] for row in env.execute_query(SQL(
        """SELECT t.id FROM helpdesk_lite_ticket t JOIN helpdesk_lite_team team ON team.id = team_id
            WHERE t.ticket_ref LIKE 'SIM%%' AND team.privacy_visibility = 'internal'
              AND t.id %% 997 = 0 ORDER BY md5(t.id::text) LIMIT %s""", RUNS))]
    agent = env['res.users'].search([('login', '=', 'similar_agent')]) or new_test_user(
        env, 'similar_agent', groups='helpdesk_lite.group_helpdesk_lite_user')
    manager = env['res.users'].search([('login', '=', 'similar_lead')]) or new_test_user(
        env, 'similar_lead', groups='helpdesk_lite.group_helpdesk_lite_manager')
    measure(env, Ticket.browse(ids), 'warm-up, superuser')
    measure(env, Ticket.with_user(manager).browse(ids), 'administrator')
    measure(env, Ticket.with_user(agent).browse(ids), 'agent, 6 of 50 teams are private')
    big = Ticket.search([], limit=1, order='id').partner_id.browse(
        env.execute_query(SQL(
            """SELECT partner_id FROM helpdesk_lite_ticket GROUP BY 1
                ORDER BY count(*) DESC LIMIT 1"""))[0][0])
    measure(env, Ticket.with_user(manager).search(
        [('partner_id', '=', big.id)], limit=RUNS), 'customer with 10,000 tickets')
    explain(env, Ticket.with_user(agent).browse(ids[:1]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('-c', '--config', required=True)
    parser.add_argument('-d', '--database', required=True)
    parser.add_argument('--tickets', type=int, default=1_000_000)
    options = parser.parse_args()
    odoo.tools.config.parse_config(['-c', options.config, '-d', options.database,
                                    '--log-level', 'error'])
    with Registry(options.database).cursor() as cr:
        run(api.Environment(cr, SUPERUSER_ID, {}), options.tickets)
        cr.rollback()


if __name__ == '__main__':
    sys.exit(main())
