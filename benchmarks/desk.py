"""A large desk for measurements: made by the ORM where it is small, by SQL where it is large.

50 teams (6 of them private) of 10 agents each, 20,000 customers, N tickets of which 90 % are
closed, followers as the addon makes them, a message for each ticket and 30 for every fiftieth. The
draw is seeded: another addon's desk (peer.py) gets the same tickets.

Users stand for the extremes: ``bench_agent`` follows 5,000 tickets, ``bench_lead`` a fifth of all,
``bench_manager`` administers, ``bench_portal`` is a customer with 10,000 tickets (a tenth of all
where there are fewer than 100,000).
"""

from bulk import bulk

from odoo.fields import Command

TEAMS, PRIVATE_TEAMS, AGENTS, CUSTOMERS = 50, 6, 500, 20_000
AGENT_FOLLOWS, LEAD_SHARE, PORTAL_TICKETS = 5_000, 5, 10_000
DOMAIN = 'desk.example.com'

CUSTOMERS_SQL = """
INSERT INTO res_partner (name, complete_name, email, email_normalized, active, partner_share,
                         type, commercial_partner_id, create_date, write_date)
SELECT 'Customer ' || n, 'Customer ' || n, 'customer' || n || '@bench.example.com',
       'customer' || n || '@bench.example.com', TRUE, TRUE, 'contact', NULL, now(), now()
  FROM generate_series(1, %(customers)s) AS n
"""
# The tickets as they were drawn, with the ids that they refer to; both desks are filled from it.
SOURCE_SQL = """
CREATE UNLOGGED TABLE bench_source AS
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
          '(긴급)', '', ''] AS place),
drawn AS MATERIALIZED (
    SELECT n, random() AS fate, 1 + floor(random() * 3)::int AS stage,
           CASE WHEN n %% %(portal_step)s = 0
                THEN %(private)s + 1 + floor(random() * (%(teams)s - %(private)s))::int
                ELSE 1 + floor(random() * %(teams)s)::int END AS team,
           CASE WHEN random() < 0.9 THEN floor(random() * 10)::int END AS agent,
           CASE WHEN n %% %(portal_step)s = 0
                THEN 0 ELSE 1 + floor(random() * %(customers)s)::int END AS customer,
           (random() * 3.2)::int %% 4 AS priority,
           concat_ws(' ', thing[1 + (random() * 47)::int], state[1 + (random() * 27)::int],
                     place[1 + (random() * 19)::int],
                     CASE WHEN random() < 0.4 THEN (random() * 99999)::int END) AS name,
           repeat(state[1 + (random() * 27)::int] || ' ' || thing[1 + (random() * 47)::int]
                  || '. ', 4) AS text,
           now() - (%(tickets)s - n) * interval '3 years' / %(tickets)s AS made
      FROM generate_series(1, %(tickets)s) AS n, word)
SELECT n, %(first_id)s + n AS id, name, priority::text, made, fate < 0.9 AS is_closed,
       CASE WHEN fate < 0.9 THEN least(made + interval '2 days', now()) END AS close_date,
       '<p>' || text || '</p><blockquote>' || repeat('An answer that is quoted below. ', 8)
             || '</blockquote>' AS description,
       (%(team_ids)s)[team] AS team_id,
       CASE WHEN fate < 0.9 THEN %(closed)s ELSE (%(open)s)[stage] END AS stage_id,
       stage = 1 AND fate >= 0.9 AS is_new,
       (%(users)s)[team + %(teams)s * agent] AS user_id,
       (%(user_partners)s)[team + %(teams)s * agent] AS user_partner_id,
       CASE WHEN customer = 0 THEN %(portal)s ELSE %(first_customer)s + customer END AS partner_id,
       CASE WHEN customer = 0 THEN 'bench_portal' ELSE 'Customer ' || customer END AS partner_name,
       CASE WHEN customer = 0 THEN 'portal' ELSE 'customer' || customer END
           || '@bench.example.com' AS partner_email
  FROM drawn
"""
FOLLOWERS_SQL = """
INSERT INTO mail_followers (res_model, res_id, partner_id)
SELECT %(model)s, id, partner_id FROM bench_source
UNION
SELECT %(model)s, id, user_partner_id FROM bench_source WHERE user_partner_id IS NOT NULL
UNION
SELECT %(model)s, id, %(lead)s FROM bench_source WHERE n %% %(share)s = 0
UNION
SELECT %(model)s, id, %(agent)s FROM bench_source WHERE n > %(tickets)s - %(agent_follows)s
"""
MESSAGES_SQL = """
INSERT INTO mail_message (model, res_id, message_type, subtype_id, author_id, body, date,
                          is_internal, message_id, create_date, write_date)
SELECT %(model)s, ticket.id, 'comment', %(subtype)s, ticket.partner_id,
       '<p>Message ' || step || '</p>', ticket.made + step * interval '1 hour', FALSE,
       '<bench-' || ticket.id || '-' || step || '@bench.example.com>', now(), now()
  FROM bench_source ticket
  JOIN generate_series(1, 30) AS step ON step <= CASE WHEN ticket.n %% 50 = 0 THEN 30 ELSE 1 END
"""
TICKETS_SQL = """
INSERT INTO helpdesk_lite_ticket (
    id, name, ticket_ref, description, active, team_id, company_id, stage_id, is_closed,
    close_date, date_last_stage_update, last_activity_date, priority, kanban_state, user_id,
    assign_date, assign_hours, close_hours, partner_id, commercial_partner_id, partner_name,
    partner_email, email_normalized, reopen_count, waiting_for, waiting_since,
    creation_date, create_date, write_date,
    create_uid, write_uid)
SELECT id, name, 'BENCH' || n, description, TRUE, team_id, %(company)s, stage_id, is_closed,
       close_date, coalesce(close_date, made), coalesce(close_date, made), priority, 'normal',
       user_id, CASE WHEN user_id IS NOT NULL THEN made END, 1, CASE WHEN is_closed THEN 16 END,
       partner_id, partner_id, partner_name, partner_email, partner_email, 0,
       CASE WHEN NOT is_closed THEN 'desk' END, CASE WHEN NOT is_closed THEN made END, made,
       made, made,
       1, 1
  FROM bench_source ORDER BY n
"""


class Desk:
    """The addon whose desk is made. Another addon's says what is different there."""

    model, team_model, table = (
        'helpdesk.lite.ticket', 'helpdesk.lite.team', 'helpdesk_lite_ticket')
    user_group = 'helpdesk_lite.group_helpdesk_lite_user'
    manager_group = 'helpdesk_lite.group_helpdesk_lite_manager'
    tickets_sql = TICKETS_SQL

    def complete_tickets(self, cr):
        """Make what isn't made by SQL: the text that a ticket is found by."""
        # where the addons are is known by now
        from odoo.addons.helpdesk_lite.tools.search_fill import fill_search_index
        fill_search_index(cr)

    def make_teams(self, env, users):
        """:return: ``(teams, stages)``: New, In Progress, On Hold, a closed one"""
        stages = env['helpdesk.lite.team']._default_stage_ids()
        stages.template_id = False
        teams = env['helpdesk.lite.team'].create([
            {
                'name': f'Bench {number + 1}', 'alias_name': f'bench{number + 1}',
                'privacy_visibility':
                    'invited_internal' if number < PRIVATE_TEAMS else 'portal',
                'member_ids': [Command.set(users[number::TEAMS].ids)],
            } for number in range(TEAMS)])
        return teams, stages.filtered(lambda stage: not stage.fold)[:3] + stages.filtered('fold')[0]


def build(env, tickets, say=lambda text: None, desk=None):
    """Fill an installed database; commits.

    :param int tickets: how many
    :param say: told what is being made
    :param Desk desk: another addon's
    :return: ``(teams, agent, lead)``
    """
    desk = desk or Desk()
    cr = env.cr
    say('teams and agents')
    env['mail.alias.domain'].create({'name': DOMAIN})
    users, extremes = _make_users(env, desk)
    teams, stages = desk.make_teams(env, users)
    env.flush_all()
    say('customers')
    first_customer = _make_customers(cr)
    say(f'draw {tickets:,} tickets')
    cr.execute(f'SELECT coalesce(max(id), 0) FROM {desk.table}')  # noqa: S608 - a constant
    first_id = cr.fetchone()[0]
    cr.execute('SELECT setseed(0.42)')
    cr.execute(SOURCE_SQL, {
        'tickets': tickets, 'teams': TEAMS, 'private': PRIVATE_TEAMS, 'customers': CUSTOMERS,
        'team_ids': teams.ids, 'closed': stages[3].id, 'open': stages[:3].ids, 'users': users.ids,
        'user_partners': users.partner_id.ids, 'first_customer': first_customer,
        'portal': extremes['portal'].partner_id.id, 'first_id': first_id,
        'portal_step': max(tickets // PORTAL_TICKETS, 10)})
    cr.execute('ANALYZE bench_source')
    _fill(env, tickets, desk, extremes, say)
    return teams, extremes['agent'], extremes['lead']


def _fill(env, tickets, desk, extremes, say):
    """The large tables, from what was drawn."""
    cr = env.cr
    say(f'{tickets:,} tickets')
    with bulk(cr, desk.table, lambda name: say(f'index {name}')):
        cr.execute(desk.tickets_sql, {'company': env.company.id})
        desk.complete_tickets(cr)
        cr.execute(
            'SELECT setval(%s, (SELECT max(id) FROM bench_source))', [f'{desk.table}_id_seq'])
    say('followers')
    with bulk(cr, 'mail_followers', lambda name: say(f'index {name}')):
        cr.execute(FOLLOWERS_SQL, {
            'model': desk.model, 'lead': extremes['lead'].partner_id.id, 'share': LEAD_SHARE,
            'agent': extremes['agent'].partner_id.id, 'tickets': tickets,
            'agent_follows': min(AGENT_FOLLOWS, tickets // 2)})
    say('messages')
    with bulk(cr, 'mail_message', lambda name: say(f'index {name}')):
        cr.execute(MESSAGES_SQL, {
            'model': desk.model, 'subtype': env.ref('mail.mt_comment').id})
    cr.execute('DROP TABLE bench_source')
    cr.commit()
    say('statistics of PostgreSQL')
    vacuum(cr)
    env.invalidate_all()


def vacuum(cr):
    """What autovacuum would have done by itself after a while."""
    cr._cnx.autocommit = True
    cr.execute('VACUUM ANALYZE')
    cr._cnx.autocommit = False


def _make_customers(cr):
    """:return: the id before the first customer's"""
    cr.execute('SELECT max(id) FROM res_partner')
    first = cr.fetchone()[0]
    cr.execute("SELECT setval('res_partner_id_seq', %s)", [first])
    cr.execute(CUSTOMERS_SQL, {'customers': CUSTOMERS})
    cr.execute('UPDATE res_partner SET commercial_partner_id = id WHERE id > %s', [first])
    cr.execute('ANALYZE res_partner')  # else the foreign keys' checks scan the whole table
    return first


def _make_users(env, desk):
    """:return: ``(agents, {name: user})``; who stands for an extreme is no agent of a team"""
    user, manager, portal = (
        env.ref(name).ids for name in (desk.user_group, desk.manager_group, 'base.group_portal'))
    groups = {'agent': user, 'lead': user, 'manager': manager, 'portal': portal}
    users = env['res.users'].with_context(no_reset_password=True).create([
        {'name': login, 'login': login, 'group_ids': [Command.set(ids)],
         'email': f'{login.removeprefix("bench_")}@bench.example.com', 'tz': 'UTC'}
        for login, ids in [
            *((f'bench_{name}', ids) for name, ids in groups.items()),
            *((f'bench{number}', user) for number in range(AGENTS))]])
    _make_resources(env, users[4:])
    return users[4:], dict(zip(groups, users, strict=False))


def _make_resources(env, users):
    """The agents' working hours, round the clock: what is measured knows no time of the day."""
    calendar = env['resource.calendar'].create({
        'name': 'Round the clock', 'tz': 'UTC', 'attendance_ids': [Command.clear()] + [
            Command.create({'name': 'x', 'dayofweek': str(day), 'hour_from': 0, 'hour_to': 24,
                            'day_period': 'morning'}) for day in range(7)]})
    env['resource.resource'].create([
        {'name': user.name, 'user_id': user.id, 'calendar_id': calendar.id, 'tz': 'UTC'}
        for user in users])
