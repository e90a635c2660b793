"""What the administrators' guide claims of e-mail and no other test looks at: on a real server."""

import os
import socketserver
import subprocess
import sys
import threading
from dataclasses import fields
from email.utils import parseaddr

import pytest
from test_guide_claims import DOMAIN, TEAM, TICKET, Desk, section, tables

from odoo.addons.helpdesk_lite.tools import mail_bytes

from harness import mailgate
from hdl.settings import ROOT


@pytest.fixture(scope='module')
def desk(helpdesk, databases):
    return Desk(helpdesk, databases)


def mail(sender, to, subject, number):
    return (f'From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\n'
            f'Message-ID: <guide-{number}@example.org>\r\nDate: Mon, 16 Nov 2026 09:30:00 +0000\r\n'
            'Content-Type: text/plain; charset=utf-8\r\n\r\nHello\r\n').encode()


def test_domain_has_three_more_addresses(desk):
    rows = tables(section('email.md', 'The domain'))[0]
    fields = desk.call('mail.alias.domain', 'fields_get', [], ['string'])
    values, = desk.call('mail.alias.domain', 'read', [desk.domain], [])
    assert {row['address'].strip('*'): row['default'].strip('`') for row in rows} == {
        fields[name]['string']: values[name]
        for name in ('bounce_alias', 'catchall_alias', 'default_from')}


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


def test_limits_of_a_mail():
    """The table names each limit, with what it is where nobody sets it."""
    rows = tables(section('email.md', 'Limits'))[0]
    assert {row['system parameter'].strip('`'): int(row['default']) for row in rows} == {
        f'helpdesk_lite.mail_max_{limit.name}': limit.default
        for limit in fields(mail_bytes.Limits)}


class Mailbox(socketserver.StreamRequestHandler):
    """A POP3 server with as little as Odoo's client asks for (RFC 1939)."""

    def handle(self):
        self.wfile.write(b'+OK\r\n')
        for line in self.rfile:
            command, *arguments = line.decode().split()
            self.wfile.write(self.answer(command.upper(), arguments))
            if command.upper() == 'QUIT':
                return

    def answer(self, command, arguments):
        left = self.server.messages
        if command == 'STAT':
            return b'+OK %d 1\r\n' % len(left)
        if command == 'LIST':
            return b'+OK\r\n' + b''.join(b'%d 1\r\n' % (n + 1) for n in range(len(left))) + b'.\r\n'
        if command == 'RETR':
            return b'+OK\r\n' + left[int(arguments[0]) - 1] + b'\r\n.\r\n'
        if command == 'DELE':
            self.server.deleted.append(int(arguments[0]))
        return b'+OK\r\n'


@pytest.fixture
def mailbox():
    with socketserver.ThreadingTCPServer(('127.0.0.1', 0), Mailbox) as server:
        server.messages, server.deleted = [], []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_mailbox_is_fetched(desk, mailbox):
    """A mailbox for the whole domain: each mail goes to the team of its address."""
    teams = [desk.make(TEAM, name=name, alias_name=name.lower()) for name in ('Boxed', 'Crated')]
    mailbox.messages += [
        mail('a@customer.example.org', f'{name}@{DOMAIN}', f'To {name}', name)
        for name in ('boxed', 'crated')]
    server = desk.make(
        'fetchmail.server', name='Box', server_type='pop', server='127.0.0.1',
        port=mailbox.server_address[1], is_ssl=False, user='box', password='box')
    desk.click('fetchmail.server', 'button_confirm_login', server)
    desk.click('fetchmail.server', 'fetch_mail', server)
    for name, team in zip(('boxed', 'crated'), teams, strict=True):
        assert desk.count(name=f'To {name}', team_id=team) == 1
    assert sorted(mailbox.deleted) == [1, 2]
    job = desk.ref('mail.ir_cron_mail_gateway_action')
    assert desk.call('ir.cron', 'read', [job], ['interval_number', 'interval_type', 'active']) == [
        {'id': job, 'interval_number': 5, 'interval_type': 'minutes', 'active': True}]
    desk.call('fetchmail.server', 'unlink', [server])
