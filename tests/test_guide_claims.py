"""What the administrators' guide claims and no other test looks at: on a real server."""

import os
import subprocess
import sys
from email.utils import parseaddr

import pytest

from harness import mailgate
from hdl.settings import ROOT

TICKET, TEAM = 'helpdesk.lite.ticket', 'helpdesk.lite.team'
DOMAIN = 'guide.example.com'


def test_installing_makes_no_team(databases):
    assert databases.sql(databases.template, 'SELECT count(*) FROM helpdesk_lite_team') == [['0']]


class Desk:
    """What the tests ask of the server, in words."""

    def __init__(self, server, databases):
        self.server, self.call, self.databases = server, server.call, databases
        domain, = self.call('mail.alias.domain', 'create', [{'name': DOMAIN}])
        company = self.call('res.company', 'search', [], limit=1)
        self.call('res.company', 'write', company, {
            'alias_domain_id': domain, 'email': f'info@{DOMAIN}'})
        self.domain, self.sessions = domain, {}
        server.expect_problem('You are not allowed')  # who may not is logged as a warning

    def browse(self, login='admin'):
        if login not in self.sessions:
            self.sessions[login] = self.server.browse(login)
        return self.sessions[login]

    def make(self, model, **values):
        return self.call(model, 'create', [values])[0]

    def sql(self, statement):
        return self.databases.sql(self.server.database, statement)

    def ref(self, name):
        return self.call('ir.model.data', 'check_object_reference', *name.split('.'))[1]

    def make_user(self, login, group):
        return self.make(
            'res.users', name=login, login=login, password=login, email=f'{login}@{DOMAIN}',
            group_ids=[(6, 0, [self.ref(group)])])

    def count(self, **values):
        return self.call(TICKET, 'search_count', [
            (name, '=', value) for name, value in values.items()])


@pytest.fixture(scope='module')
def desk(helpdesk, databases):
    return Desk(helpdesk, databases)


# ----------------------------------------------------------------------
# The desk as it is installed
# ----------------------------------------------------------------------

def test_settings_are_for_system_administrators(desk):
    desk.make_user('chief', 'helpdesk_lite.group_helpdesk_lite_manager')
    desk.make_user('agent', 'helpdesk_lite.group_helpdesk_lite_user')
    names = {
        name: desk.ref(f'helpdesk_lite.helpdesk_lite_menu_{name}')
        for name in ('config_settings', 'config_teams', 'tickets')}
    seen = {}
    for login in ('admin', 'chief', 'agent'):
        menus = desk.browse(login).get('/web/webclient/load_menus').json()
        seen[login] = {name for name, menu in names.items() if str(menu) in menus}
    assert seen == {
        'admin': {'config_settings', 'config_teams', 'tickets'},
        'chief': {'config_teams', 'tickets'}, 'agent': {'tickets'}}


def test_what_a_new_team_starts_with(desk):
    """As the guide's tables and the settings page have it."""
    wanted = {
        'use_alias': True, 'merge_notification': True, 'auto_assignment': False,
        'auto_close_ticket': False, 'auto_close_day': 7, 'auto_close_warn': False,
        'auto_close_warn_day': 5, 'reopen_day': 30, 'use_website_form': False,
        'allow_portal_ticket_closing': False}
    found = desk.call(TEAM, 'default_get', list(wanted))
    assert {name: found.get(name, False) for name in wanted} == wanted


def test_jobs(desk):
    """The second one runs when there is something to tell, too."""
    jobs = desk.call('ir.cron', 'search_read', [('model_id.model', '=like', 'helpdesk.lite%')], [
        'cron_name', 'interval_number', 'interval_type', 'active'])
    assert {tuple(job[name] for name in (
        'cron_name', 'interval_number', 'interval_type', 'active')) for job in jobs} == {
        ('Helpdesk: SLA deadlines and escalations', 5, 'minutes', True),
        ('Helpdesk: ask customers for ratings', 1, 'hours', True),
        ('Helpdesk: close inactive tickets', 1, 'hours', True),
        ('Helpdesk: tell agents of several tickets assigned at once', 1, 'days', True),
        ('Helpdesk: wake snoozed tickets', 1, 'hours', True)}


def test_page_says_what_an_answer_does(desk):
    team = desk.make(TEAM, name='Answers')
    ticket = desk.make(TICKET, name='Closed', team_id=team)
    folded = desk.call('helpdesk.lite.stage', 'search', [
        ('team_ids', '=', team), ('fold', '=', True)], limit=1)
    desk.call(TICKET, 'write', [ticket], {'stage_id': folded[0]})
    desk.sql("UPDATE helpdesk_lite_ticket SET close_date = close_date - interval '31 days' "
             f'WHERE id = {ticket}')
    for policy, said in (('reopen', 'it is opened again'), ('notify', 'the ticket stays closed'),
                         ('new', 'a new ticket is opened')):
        desk.call(TEAM, 'write', [team], {'reopen_policy': policy})
        assert said in desk.browse().get(f'/my/ticket/{ticket}').text


# ----------------------------------------------------------------------
# E-mail
# ----------------------------------------------------------------------

def mail(sender, to, subject, number):
    return (f'From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\n'
            f'Message-ID: <guide-{number}@example.org>\r\nDate: Mon, 16 Nov 2026 09:30:00 +0000\r\n'
            'Content-Type: text/plain; charset=utf-8\r\n\r\nHello\r\n').encode()


def test_envelope_sender_is_the_bounce_address(desk, smtp_sink):
    team = desk.make(TEAM, name='Envelope', alias_name='envelope')
    desk.make(TICKET, name='Out', team_id=team, partner_email='out@customer.example.org')
    sent, = smtp_sink.wait_for('out@customer.example.org')
    assert sent.mail_from == f'bounce@{DOMAIN}'
    assert parseaddr(sent['From']) == ('Envelope', f'envelope@{DOMAIN}')


def test_from_filtering(desk, smtp_sink):
    """A server that may not send for the team's address writes from the default one."""
    server = desk.make(
        'ir.mail_server', name='Only notifications', smtp_host='127.0.0.1',
        smtp_port=smtp_sink.port, smtp_encryption='none', from_filter=f'notifications@{DOMAIN}')
    team = desk.make(TEAM, name='Filtered', alias_name='filtered')
    desk.make(TICKET, name='Out', team_id=team, partner_email='filter@customer.example.org')
    sent, = smtp_sink.wait_for('filter@customer.example.org')
    assert parseaddr(sent['From'])[1] == f'notifications@{DOMAIN}'
    assert parseaddr(sent['Reply-To'])[1] == f'filtered@{DOMAIN}'
    desk.call('ir.mail_server', 'unlink', [server])


def test_team_without_alias_has_no_address(desk):
    team = desk.make(TEAM, name='Silent', alias_name='silent')
    desk.call(TEAM, 'write', [team], {'use_alias': False})
    desk.server.expect_problem('Routing mail')
    desk.server.expect_problem('Exception during request handling')
    gone = mailgate(desk.server, mail('a@customer.example.org', f'silent@{DOMAIN}', 'To nobody', 1),
                    check=False)
    assert gone.returncode == 67 and not desk.count(name='To nobody')


def test_who_may_write_to_the_address(desk, smtp_sink):
    team = desk.make(TEAM, name='Strict', alias_name='strict', alias_contact='partners')
    known = desk.make('res.partner', name='Known', email='known@customer.example.org')
    for contact, sender, subject, taken in (
            ('partners', 'stranger@customer.example.org', 'Strange', 0),
            ('partners', 'known@customer.example.org', 'Known', 1),
            ('followers', 'known@customer.example.org', 'Known, no follower', 0),
            ('everyone', 'stranger@customer.example.org', 'Everyone', 1)):
        desk.call(TEAM, 'write', [team], {'alias_contact': contact})
        mailgate(desk.server, mail(sender, f'strict@{DOMAIN}', subject, subject))
        assert desk.count(name=subject, team_id=team) == taken, subject
    desk.call(TEAM, 'write', [team], {'alias_contact': 'followers'})
    desk.call(TEAM, 'message_subscribe', [team], [known])
    mailgate(desk.server, mail(
        'known@customer.example.org', f'strict@{DOMAIN}', 'Follower', 'follower'))
    assert desk.count(name='Follower', team_id=team) == 1
    refused = smtp_sink.wait_for('stranger@customer.example.org')[0]
    assert 'Strange' in refused['Subject']


def test_pipe_by_a_user_of_its_own(desk):
    """Delivered by an administrator of Odoo without a right for Helpdesk, from somebody unknown."""
    login = 'mailgate'
    desk.make(TEAM, name='Piped', alias_name='piped')
    desk.make_user(login, 'base.group_system')
    message = mail('new@customer.example.org', f'piped@{DOMAIN}', 'By the pipe', login)
    command = [
        sys.executable, ROOT / 'scripts' / 'mailgate.py', f'--url={desk.server.url}',
        f'--database={desk.server.database}', f'--login={login}']
    taken = subprocess.run(
        command, input=message, capture_output=True, timeout=60,
        env={**os.environ, 'MAILGATE_PASSWORD': login})
    assert taken.returncode == 0, taken.stderr.decode()
    assert desk.count(name='By the pipe') == 1
