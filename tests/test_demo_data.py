"""The demo data show what is best, and a week of life in it, whatever day it is."""

import json

import pytest

from harness import run_script

CHECKS = {
    'switches of the teams': (
        """{team.name: [
            team.auto_assignment and team.assign_method, team.auto_close_ticket,
            team.allow_portal_ticket_closing, team.use_website_form] for team in Teams}""",
        {'Customer Care': ['balanced', True, True, True],
         'Billing': ['randomly', True, True, True],
         'IT Service Desk': [False, False, False, False],
         'Security Incidents': [False, False, False, False]}),
    'members get tickets': ("bool(Teams.filtered('member_warning'))", False),
    # one that waits for somebody where assignment is by hand, and none where it is automatic
    'nobody has': ("Tickets.search([('user_id', '=', False)]).mapped('team_id.name')",
                   ['IT Service Desk']),
    'every choice is explained': (
        """Tickets.search([('create_date', '>', now - timedelta(days=1)),
                           ('team_id.auto_assignment', '=', True)]).filtered(
            lambda ticket: not any('utomatically assigned' in message.body
                                   for message in ticket.message_ids)
        ).mapped('name')""", ['전원 플러그 규격 문의']),
    'each of the last seven days': (
        """sorted({(now - date).days for field in ('create_date', 'close_date')
                   for date in Tickets.search([]).mapped(field) if date and date <= now}
                  & set(range(7)))""", list(range(7))),
    'nothing is in the future': (
        """Tickets.search_count(['|', '|', ('create_date', '>', now), ('close_date', '>', now),
                                 ('last_activity_date', '>', now)])""", 0),
    'closed in the last week': (
        """Tickets.search_count([('close_date', '>', now - timedelta(days=7))]) >= 10""", True),
    'by a customer': (
        "Tickets.search([('closed_by_partner', '=', True)]).mapped('closed_by_partner_id.name')",
        ['Luca Moretti']),
    'warned of closing': (
        "Tickets.search([('auto_close_warning_date', '!=', False)]).mapped('name')",
        ['Spare knob for D-200']),
    'nothing is closed or warned at once': (
        """[team.name for team in Teams.filtered('auto_close_ticket') if Tickets.search_count(
            team._get_closing_domain(now)) or Tickets.search_count(
            team._get_warning_domain(now))]""", []),
    'similar tickets of a colleague': (
        """glass.partner_id != cracked.partner_id
           and glass.commercial_partner_id == cracked.commercial_partner_id
           and next(iter(glass.with_user(agent)._find_similar())) == cracked.id""", True),
    'a customer sees their tickets': (
        """Tickets.with_user(env['res.users'].search([('login', '=', 'helena')])).search_count(
            [('partner_id.name', '=', 'Helena Maes')]) > 3""", True),
    'promises in every state': (
        "sorted(set(env['helpdesk.lite.sla.status'].search([]).mapped('state')))",
        ['cancelled', 'failed', 'ongoing', 'paused', 'reached']),
    'ledgers add up': (
        """[clock.name for clock in env['helpdesk.lite.sla.status'].search([])
            if sum(clock.event_ids.mapped('minutes')) != round(clock.spent / 60)]""", []),
    'no customer is mailed': (
        "env['mail.mail'].search_count([('model', '=', 'helpdesk.lite.ticket')])", 0),
}
TOOLS = """
import json
from datetime import timedelta
Teams = env['helpdesk.lite.team'].search([])
Tickets = env['helpdesk.lite.ticket']
now = env.cr.now()
agent = env.ref('helpdesk_lite.res_users_jisoo_demo')
glass = env.ref('helpdesk_lite.helpdesk_lite_ticket_broken_glass_demo')
cracked = env.ref('helpdesk_lite.helpdesk_lite_ticket_glass_door_demo')

"""


@pytest.fixture(scope='module')
def found(odoo, databases):
    name = databases.with_demo()
    code = TOOLS + ''.join(
        f'print("found", json.dumps([{title!r}, ({expression})]))\n\n'
        for title, (expression, _value) in CHECKS.items())
    lines = run_script(odoo, name, code).splitlines()
    databases.drop(name)
    return dict(json.loads(line.split('found ', 1)[1]) for line in lines if 'found ' in line)


@pytest.mark.parametrize('title', CHECKS)
def test_demo_data(found, title):
    assert found[title] == CHECKS[title][1]
