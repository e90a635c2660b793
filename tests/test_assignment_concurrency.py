"""Automatic assignment under load: two Odoo processes, tickets by RPC and by mail at once."""

import threading
from collections import Counter
from email.message import EmailMessage

import pytest

from harness import OdooServer

MEMBERS, EACH = 10, 50


class Desk:
    """A database with a team that works round the clock and assigns automatically."""

    def __init__(self, odoo, databases):
        self.odoo, self.databases = odoo, databases
        self.name = databases.copy()

    def sql(self, statement):
        return self.databases.sql(self.name, statement)

    def serve(self):
        return OdooServer(self.odoo, self.name)

    def set_up(self, server):
        call = server.call
        [domain] = call('mail.alias.domain', 'create', [{'name': 'desk.example.com'}])
        company = call('res.company', 'search', [], limit=1)
        call('res.company', 'write', company, {'alias_domain_id': domain})
        [group] = call('ir.model.data', 'search_read', [
            ('module', '=', 'helpdesk_lite'),
            ('name', '=', 'group_helpdesk_lite_user')], ['res_id'])
        self.members = call('res.users', 'create', [
            {
                'name': f'Agent {number}', 'login': f'agent{number}', 'password': f'agent{number}',
                'notification_type': 'inbox', 'group_ids': [(6, 0, [group['res_id']])],
            } for number in range(MEMBERS)])
        [self.team] = call('helpdesk.lite.team', 'create', [{
            'name': 'Busy', 'alias_name': 'busy', 'auto_assignment': True,
            'resource_calendar_id': False, 'member_ids': [(6, 0, self.members)]}])
        # the first mail of an address changes its status, for which Odoo itself may have to retry
        call('mail.thread', 'message_process', False, compose('first'))

    def get_counts(self):
        """How many tickets each member has: ``{user id: number}``, unassigned ones as 0."""
        rows = self.sql(f"""
            SELECT COALESCE(user_id, 0), count(*) FROM helpdesk_lite_ticket
             WHERE team_id = {self.team} GROUP BY 1""")
        return Counter({int(user): int(count) for user, count in rows})

    def get_deadlocks(self):
        return self.sql(
            'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()')[0][0]


@pytest.fixture(scope='module')
def desk(odoo, databases):
    return Desk(odoo, databases)


def compose(number):
    message = EmailMessage()
    message['From'] = f'Customer {number} <customer{number}@customer.example.com>'
    message['To'], message['Subject'] = 'busy@desk.example.com', f'Mail {number}'
    message['Message-ID'] = f'<{number}@customer.example.com>'
    message.set_content('Please help.')
    return message.as_bytes()


def create_by_rpc(desk, server, writer):
    for number in range(EACH):
        server.call('helpdesk.lite.ticket', 'create', [
            {'name': f'Call {writer}-{number}', 'team_id': desk.team}], login=f'agent{writer}')


def create_by_mail(desk, server, writer):
    for number in range(EACH):
        server.call('mail.thread', 'message_process', False, compose(f'{writer}-{number}'))


def create_by_import(desk, server, writer):
    """Ten calls of five tickets each."""
    for number in range(EACH // 5):
        server.call('helpdesk.lite.ticket', 'create', [
            {'name': f'Import {writer}-{number}-{line}', 'team_id': desk.team}
            for line in range(5)])


def run_at_once(desk, servers, jobs):
    """Run each job on one of the servers in turn, all at once; return what went wrong."""
    failures, gate = [], threading.Barrier(len(jobs))

    def run(job, server, writer):
        try:
            server.user_id('admin')
            server.user_id(f'agent{writer}')
            gate.wait(30)
            job(desk, server, writer)
        except Exception as error:  # noqa: BLE001 (it fails the test, in the main thread)
            failures.append(error)

    threads = [
        threading.Thread(target=run, args=[job, servers[writer % len(servers)], writer])
        for writer, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def check_counts(desk, tickets, writers):
    """None is lost, and the counts differ by at most 1 + the number of writers."""
    counts = desk.get_counts()
    print(f'tickets per member: {sorted(counts.values())}')  # noqa: T201
    assert counts.total() == tickets
    assert set(counts) == set(desk.members)
    assert max(counts.values()) - min(counts.values()) <= 1 + writers, counts


def test_two_processes(desk):
    """Four writers on two processes make 200 tickets, then two import a hundred in lists."""
    jobs = [create_by_rpc, create_by_mail, create_by_mail, create_by_rpc]
    with desk.serve() as first, desk.serve() as second:
        desk.set_up(first)
        assert not run_at_once(desk, [first, second], jobs)
        check_counts(desk, 1 + 200, len(jobs))
        assert not run_at_once(desk, [first, second], [create_by_import] * 2)
        check_counts(desk, 1 + 300, len(jobs))
        assert desk.get_deadlocks() == '0'
        assert not first.problems()
        log = first.log_text()
    assert 'deadlock detected' not in log
    assert 'could not serialize' not in log, 'a creation had to be tried again'
