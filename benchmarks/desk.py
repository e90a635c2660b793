"""A large desk for measurements: made by the ORM where it is small, by SQL where it is large.

50 teams (6 of them private), 500 agents, 20,000 customers, N tickets of which 90 % are closed,
followers as the addon makes them, a message for each ticket and up to 30 for a part. Two users
stand for the extremes: ``bench_agent`` follows 5,000 tickets, ``bench_lead`` a fifth of all.
"""

TEAMS, PRIVATE_TEAMS, AGENTS, CUSTOMERS = 50, 6, 500, 20_000
AGENT_FOLLOWS, LEAD_SHARE = 5_000, 5

CUSTOMERS_SQL = """
INSERT INTO res_partner (name, complete_name, email, email_normalized, active, partner_share,
                         type, commercial_partner_id, create_date, write_date)
SELECT 'Customer ' || n, 'Customer ' || n, 'customer' || n || '@bench.example.com',
       'customer' || n || '@bench.example.com', TRUE, TRUE, 'contact', NULL, now(), now()
  FROM generate_series(1, %(customers)s) AS n
"""
TICKETS_SQL = """
WITH word(list) AS (SELECT ARRAY[
    'printer', 'invoice', 'password', 'login', 'delivery', 'refund', 'screen', 'update', 'error',
    'account', 'network', 'keyboard', 'mobile', 'report', 'export', 'slow', 'crash', 'missing',
    'duplicate', 'access', '프린터', '비밀번호', '배송', '환불', '오류', '로그인', '결제', '계정']),
numbered AS (
    SELECT n, (random() * (%(teams)s - 1))::int + 1 AS team, random() AS fate,
           (random() * (%(customers)s - 1))::int + 1 AS customer,
           now() - n * interval '3 years' / %(tickets)s AS made
      FROM generate_series(1, %(tickets)s) AS n)
INSERT INTO helpdesk_lite_ticket (
    name, ticket_ref, description, active, team_id, company_id, stage_id, is_closed, close_date,
    date_last_stage_update, last_activity_date, priority, kanban_state, user_id, partner_id,
    commercial_partner_id, partner_name, partner_email, email_normalized, reopen_count,
    customer_has_answered, create_date, write_date, create_uid, write_uid)
SELECT list[1 + (random() * 27)::int] || ' ' || list[1 + (random() * 27)::int] || ' '
            || list[1 + (random() * 27)::int] || ' ' || n,
       'BENCH' || n, '<p>' || list[1 + (random() * 27)::int] || ' ' || md5(n::text) || '</p>',
       TRUE, (%(team_ids)s)[team], %(company)s,
       CASE WHEN fate < 0.9 THEN %(closed)s ELSE (%(open)s)[1 + (random() * 2)::int] END,
       fate < 0.9, CASE WHEN fate < 0.9 THEN made + interval '2 days' END,
       made + interval '1 day', made + interval '1 day', (random() * 3.2)::int %% 4, 'normal',
       CASE WHEN random() < 0.9 THEN (%(agents)s)[1 + (random() * (%(agent_count)s - 1))::int] END,
       %(first_customer)s + customer, %(first_customer)s + customer, 'Customer ' || customer,
       'customer' || customer || '@bench.example.com',
       'customer' || customer || '@bench.example.com', 0, FALSE, made, made, 1, 1
  FROM numbered, word ORDER BY n
"""
FOLLOWERS_SQL = """
INSERT INTO mail_followers (res_model, res_id, partner_id)
SELECT 'helpdesk.lite.ticket', ticket.id, ticket.partner_id FROM helpdesk_lite_ticket ticket
UNION
SELECT 'helpdesk.lite.ticket', ticket.id, agent.partner_id
  FROM helpdesk_lite_ticket ticket JOIN res_users agent ON agent.id = ticket.user_id
UNION
SELECT 'helpdesk.lite.ticket', id, %(lead)s FROM helpdesk_lite_ticket WHERE id %% %(share)s = 0
UNION
(SELECT 'helpdesk.lite.ticket', id, %(agent)s FROM helpdesk_lite_ticket ORDER BY id DESC
  LIMIT %(agent_follows)s)
ON CONFLICT DO NOTHING
"""
MESSAGES_SQL = """
INSERT INTO mail_message (model, res_id, message_type, subtype_id, author_id, body, date,
                          is_internal, message_id, create_date, write_date)
SELECT 'helpdesk.lite.ticket', ticket.id, 'comment', %(subtype)s, ticket.partner_id,
       '<p>Message ' || n || '</p>', ticket.create_date + n * interval '1 hour', FALSE,
       '<bench-' || ticket.id || '-' || n || '@bench.example.com>', now(), now()
  FROM helpdesk_lite_ticket ticket
  JOIN generate_series(1, 30) AS n ON n <= CASE WHEN ticket.id %% 50 = 0 THEN 30 ELSE 1 END
"""


def build(env, tickets, say=lambda text: None):
    """Fill an installed database; commits.

    :param int tickets: how many
    :param say: told what is being made
    """
    say('teams and agents')
    teams = _make_teams(env)
    agents, agent, lead = _make_users(env)
    env.flush_all()
    cr = env.cr
    say('customers')
    cr.execute('SELECT max(id) FROM res_partner')
    first_customer = cr.fetchone()[0]
    cr.execute("SELECT setval('res_partner_id_seq', %s)", [first_customer])
    cr.execute(CUSTOMERS_SQL, {'customers': CUSTOMERS})
    cr.execute('UPDATE res_partner SET commercial_partner_id = id WHERE id > %s', [first_customer])
    cr.execute('ANALYZE res_partner')  # else the foreign keys' checks scan the whole table
    say(f'{tickets:,} tickets')
    stages = teams[0].stage_ids
    cr.execute(TICKETS_SQL, {
        'tickets': tickets, 'teams': TEAMS, 'customers': CUSTOMERS, 'team_ids': teams.ids,
        'company': env.company.id, 'closed': stages.filtered('fold')[0].id,
        'open': stages.filtered(lambda stage: not stage.fold).ids, 'agents': agents.ids,
        'agent_count': len(agents), 'first_customer': first_customer})
    cr.execute('ANALYZE helpdesk_lite_ticket')
    say('followers')
    cr.execute(FOLLOWERS_SQL, {
        'lead': lead.partner_id.id, 'agent': agent.partner_id.id, 'share': LEAD_SHARE,
        'agent_follows': AGENT_FOLLOWS})
    say('messages')
    cr.execute(MESSAGES_SQL, {'subtype': env.ref('mail.mt_comment').id})
    cr.commit()
    say('statistics of PostgreSQL')
    cr._cnx.autocommit = True
    cr.execute('VACUUM ANALYZE')
    cr._cnx.autocommit = False
    env.invalidate_all()
    return teams, agent, lead


def _make_teams(env):
    stages = env['helpdesk.lite.team']._default_stage_ids()
    stages.template_id = False
    return env['helpdesk.lite.team'].create([
        {
            'name': f'Bench {number}',
            'privacy_visibility': 'invited_internal' if number <= PRIVATE_TEAMS else 'portal',
        } for number in range(1, TEAMS + 1)])


def _make_users(env):
    group = env.ref('helpdesk_lite.group_helpdesk_lite_user')
    users = env['res.users'].with_context(no_reset_password=True).create([
        {'name': login, 'login': login, 'group_ids': [(6, 0, group.ids)]}
        for login in ['bench_agent', 'bench_lead', *(f'bench{n}' for n in range(AGENTS - 2))]])
    return users, users[0], users[1]
