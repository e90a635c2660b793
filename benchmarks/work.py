"""The pieces of work of DESIGN.md's section 11: how each is prepared and done, by either addon."""

import screens
from meter import Job

from odoo.fields import Command

TICKETS, MEMBERS, PUBLIC_TEAM, PRIVATE_TEAM = 100, 50, 40, 1
WORDS = {'frequent': 'printer', 'rare': 'keyboard crashes in hamburg 4'}
MAIL = """\
From: Somebody <%(sender)s>
To: %(to)s
Subject: The printer is on fire
Message-ID: <%(message_id)s@mail.example.com>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

It is on fire. Please come.
"""


# Creating -----------------------------------------------------------------------------------------

def make_customers(env, count):
    return env['res.partner'].sudo().search(
        [('email', '=like', 'customer%@bench.example.com')], limit=count, order='id')


def create_assigned(side, env):
    """100 tickets with a customer each; ours choose an assignee, among 50 members."""
    team = side.get_team(env, PUBLIC_TEAM)
    members = env['res.users'].sudo().search([('login', '=like', 'bench%')], limit=MEMBERS)
    if side.name == 'ours':
        calendar = env['resource.calendar'].sudo().search([('name', '=', 'Round the clock')])
        team.write({'member_ids': [Command.set(members.ids)], 'auto_assignment': True,
                    'resource_calendar_id': calendar.id})
    return create(side, env, team, [{}] * TICKETS)


def create_given(side, env):
    """The same with the assignees given, 50 of them."""
    team = side.get_team(env, PUBLIC_TEAM)
    members = env['res.users'].sudo().search([('login', '=like', 'bench%')], limit=MEMBERS)
    if side.name != 'ours':
        team.user_ids = members
    return create(side, env, team, [
        {'user_id': members[number % MEMBERS].id} for number in range(TICKETS)])


def create(side, env, team, vals_list):
    customers = make_customers(env, TICKETS)
    common = {'name': 'Printer', 'description': '<p>On fire</p>', 'team_id': team.id}
    vals_list = [{**common, 'partner_id': customer.id, **vals}
                 for customer, vals in zip(customers, vals_list, strict=True)]

    def work(number):
        return len(env[side.desk.model].create([dict(vals) for vals in vals_list]))

    return work


def create_bare(side, env):
    def work(number):
        return len(env['mail.test.simple'].create([
            {'name': 'Printer', 'email_from': f'customer{index}@bench.example.com'}
            for index in range(TICKETS)]))

    return work


def deliver(sender):
    """A mail to a team's address, as the gateway hands it over; each message is another one."""
    def prepare(side, env):
        team = side.get_team(env, PUBLIC_TEAM)
        address = f'{team.alias_name}@{team.alias_domain_id.name}'

        def work(number):
            text = MAIL % {'to': address, 'sender': sender % number,
                           'message_id': f'bench-{number}'}
            found = env['mail.thread'].message_process(None, text.encode())
            return int(bool(found))

        return work

    return prepare


# Screens ------------------------------------------------------------------------------------------

def see_all_teams(side, env):
    """No team is private, as far as this transaction sees."""
    if side.name == 'ours':
        env.cr.execute("UPDATE helpdesk_lite_team SET privacy_visibility = 'portal'")


def get_open_domain(side):
    if side.name == 'ours':
        return [('is_closed', '=', False)]
    return [('closed', '=', False)]


def open_pipeline(number=PUBLIC_TEAM, opened=True):
    """A team's kanban. Ours opens with the filter Open, OCA's without any."""
    def prepare(side, env):
        team = side.get_team(env, number)
        domain = [('team_id', '=', team.id)]
        if opened:
            domain += get_open_domain(side)
        Model = env[side.desk.model].with_context(default_team_id=team.id)
        return screens.open_kanban(Model, domain)

    return prepare


def open_all_tickets(side, env):
    return screens.open_list(env[side.desk.model], get_open_domain(side))


def open_all_tickets_unhidden(side, env):
    see_all_teams(side, env)
    return open_all_tickets(side, env)


def search_word(word):
    """All tickets, open or closed, with a word in the subject or the number."""
    def prepare(side, env):
        number = 'ticket_ref' if side.name == 'ours' else 'number'
        return screens.open_list(env[side.desk.model], [
            '|', ('name', 'ilike', word), (number, 'ilike', word)])

    return prepare


def open_dashboard(side, env):
    view = {'ours': 'helpdesk_lite.helpdesk_lite_team_view_kanban_dashboard',
            'peer': 'helpdesk_mgmt.helpdesk_ticket_kanban_view'}[side.name]
    return screens.open_dashboard(env[side.desk.team_model], view)


def open_ticket(side, env):
    """A ticket with 30 messages, of a team that anybody sees."""
    team = side.get_team(env, PUBLIC_TEAM)
    env.cr.execute(
        f"""SELECT ticket.id FROM {side.desk.table} ticket
             WHERE team_id = %s AND (SELECT count(*) FROM mail_message
                    WHERE model = %s AND res_id = ticket.id) = 30
             ORDER BY id LIMIT 1""", [team.id, side.desk.model])  # noqa: S608 - a constant
    found = env.cr.fetchone()
    ticket = env[side.desk.model].browse(found[0]) if found else env[side.desk.model].search(
        [('team_id', '=', team.id)], limit=1)
    return screens.open_form(ticket)


def both(prepare, user):
    return {'ours': Job(prepare, user), 'peer': Job(prepare, user)}
