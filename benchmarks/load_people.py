"""Who works in a load test: called by scripts/hdl/load.py on a throw-away copy of a large desk.

Makes an agent and a customer with a login for each client, and links to tickets; writes what the
clients have to know as JSON.
"""

import argparse
import json
import sys
from pathlib import Path

import sla

import odoo
from odoo import SUPERUSER_ID, api, fields
from odoo.fields import Command
from odoo.modules.registry import Registry

TICKETS_EACH, RATINGS_EACH = 50, 5
# The customers of the public teams' open tickets, those with most tickets first; no agent's own.
CUSTOMERS_SQL = """
SELECT partner_id, (array_agg(ticket.id ORDER BY ticket.id DESC))[:%(each)s]
  FROM helpdesk_lite_ticket ticket JOIN helpdesk_lite_team team ON team.id = ticket.team_id
 WHERE privacy_visibility = 'portal' AND NOT is_closed AND ticket.active
   AND partner_id NOT IN (SELECT partner_id FROM res_users)
 GROUP BY partner_id ORDER BY count(*) DESC, partner_id LIMIT %(clients)s
"""
TOKENS_SQL = """
UPDATE helpdesk_lite_ticket SET access_token = gen_random_uuid() WHERE id = ANY(%s)
RETURNING id, access_token, ticket_ref
"""
TEAMS_SQL = """
SELECT team.id FROM helpdesk_lite_ticket ticket JOIN helpdesk_lite_team team ON team.id = team_id
 WHERE privacy_visibility = 'portal' AND NOT is_closed AND ticket.active
 GROUP BY team.id ORDER BY count(*) DESC, team.id
"""
WORDS_SQL = """
SELECT split_part(name, ' ', 1) FROM helpdesk_lite_ticket GROUP BY 1 ORDER BY count(*) DESC LIMIT 20
"""
# Hashing a password takes seconds of a core; that of one user fits all.
PASSWORD_SQL = """
UPDATE res_users SET password = (SELECT password FROM res_users WHERE id = %s) WHERE id = ANY(%s)
"""


def make_people(env, clients):
    """:return: what the clients have to know, fit for JSON"""
    env.company.email = 'desk@bench.example.com'  # else no mail leaves
    # a customer here writes more in a minute than Odoo takes of one address in two hours
    env['ir.config_parameter'].set_param('mail.gateway.loop.threshold', '100000')
    switch_on(env)
    agents = make_users(env, 'load_agent', 'helpdesk_lite.group_helpdesk_lite_user', [
        {'email': f'load_agent{number}@bench.example.com'} for number in range(clients)])
    env.cr.execute(CUSTOMERS_SQL, {'each': TICKETS_EACH, 'clients': clients})
    found = env.cr.fetchall()
    customers = make_users(env, 'load_customer', 'base.group_portal', [
        {'partner_id': partner} for partner, _tickets in found])
    everyone = agents + customers
    agents[0].password = 'load'
    env.flush_all()
    env.cr.execute(PASSWORD_SQL, [agents[0].id, everyone.ids])
    env.cr.execute(TOKENS_SQL, [[ticket for _partner, tickets in found for ticket in tickets]])
    links = {ticket: (token, reference) for ticket, token, reference in env.cr.fetchall()}
    tokens = [
        [ticket._make_rating_request().rpartition('/')[2] for ticket in
         env['helpdesk.lite.ticket'].browse(tickets[:RATINGS_EACH])]
        for _partner, tickets in found]
    env.cr.execute(WORDS_SQL)
    words = [word for word, in env.cr.fetchall()]
    env.cr.execute(TEAMS_SQL)
    teams = [team for team, in env.cr.fetchall()]
    address = next(filter(None, env['helpdesk.lite.team'].browse(teams).mapped('alias_email')))
    return {
        'password': 'load', 'words': words, 'agents': agents.mapped('login'),
        'gate': {'user': env.ref('base.user_admin').id, 'password': 'admin', 'to': address},
        # two agents share a team, as they do at work
        'teams': [teams[number // 2 % len(teams)] for number in range(clients)],
        'customers': [
            {'login': user.login, 'email': user.email, 'ratings': asked, 'tickets': [
                {'id': ticket, 'token': links[ticket][0], 'reference': links[ticket][1]}
                for ticket in tickets]}
            for user, (_partner, tickets), asked in zip(customers, found, tokens, strict=True)],
    }


def switch_on(env):
    """Four SLA policies with clocks on all tickets, and a request for a rating at each closing.

    The requests are sent by their cron, every minute; no other one runs.
    """
    sla.make_policies(env)
    sla.fill(env)
    env['helpdesk.lite.team'].search([]).write({
        'use_sla': True, 'use_rating': True, 'rating_request': 'closing',
        'rating_request_days': 0, 'rating_pause_days': 0})
    env['ir.cron'].search([]).active = False
    env.ref('helpdesk_lite.ir_cron_request_ratings').write({
        'active': True, 'interval_number': 1, 'interval_type': 'minutes',
        'nextcall': fields.Datetime.now()})


def make_users(env, prefix, group, values_list):
    return env['res.users'].with_context(no_reset_password=True).create([
        {'name': f'{prefix}{number}', 'login': f'{prefix}{number}', 'tz': 'UTC',
         'group_ids': [Command.set(env.ref(group).ids)], **values}
        for number, values in enumerate(values_list)])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--config', required=True)
    parser.add_argument('--database', required=True)
    parser.add_argument('--clients', type=int, required=True)
    parser.add_argument('--target', type=Path, required=True)
    options = parser.parse_args()
    odoo.tools.config.parse_config(['-c', options.config, '--log-level', 'error'])
    with Registry(options.database).cursor() as cr:
        people = make_people(api.Environment(cr, SUPERUSER_ID, {}), options.clients)
    options.target.write_text(json.dumps(people), encoding='utf-8')


if __name__ == '__main__':
    sys.exit(main())
