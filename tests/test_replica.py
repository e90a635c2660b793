"""What only reads is answered by a replica, and what writes by the primary.

Two PostgreSQL clusters of this test's own, the second of which streams from the first, whatever
server the other tests use: of that only a dump of the prepared database is taken. Each notes every
statement, so that a test sees where a request's statements went.
"""

import contextlib
import os
import shutil
import subprocess
import time

import pytest

from harness import OdooServer
from harness.server import clean_log
from hdl import postgres
from hdl.database import Databases
from hdl.odoo import Odoo
from hdl.settings import Settings

TICKET = 'helpdesk.lite.ticket'
STANDBY_PORT = 5433
RETRIED = 'retrying with a read/write cursor'
DIES_WITH_PARENT = ('setpriv', '--pdeathsig', 'INT')


class Standby:
    """A cluster that streams from another, beside it in the same folder."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.folder = cluster.home / 'standby'
        self.log = cluster.home / 'standby.log'
        self.variables = {**cluster.server.variables, 'PGPORT': str(STANDBY_PORT)}
        self.server = postgres.Server(self.variables, cluster.programs / 'psql')
        self.process = None

    def copy_primary(self):
        """What an administrator does: a base backup that goes on with streaming."""
        run(self.cluster, 'pg_basebackup', '-h', self.cluster.home, '-p', '5432', '-U', 'postgres',
            '-D', self.folder, '--checkpoint=fast', '--no-sync', '--write-recovery-conf')

    def start(self):
        command = [*DIES_WITH_PARENT, self.cluster.programs / 'postgres', '-D', self.folder,
                   '-k', self.cluster.home, '-p', STANDBY_PORT]
        with open(self.log, 'ab') as output:
            self.process = subprocess.Popen(
                [str(part) for part in command], cwd='/', stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, **self.cluster.identity)
        wait_until(self._answers, 'the standby answers')

    def _answers(self):
        with contextlib.suppress(postgres.DevError):
            return self.server.sql('SELECT 1') == [['1']]

    def stop(self):
        if self.process:
            self.process.send_signal(2)  # INT: a "fast" end, which waits for no client
            self.process.wait(30)
            self.process = None

    def catch_up(self):
        """Wait until what the primary has written so far is here, too."""
        here, = self.cluster.server.sql('SELECT pg_current_wal_insert_lsn()')[0]
        wait_until(
            lambda: self.server.sql(f"SELECT pg_last_wal_replay_lsn() >= '{here}'") == [['t']],
            'the standby catches up')


class Statements:
    """What the clusters were asked while the block ran: ``.primary`` and ``.replica`` as text."""

    def __init__(self, desk):
        self.logs = {'primary': desk.cluster.log, 'replica': desk.standby.log}

    def __enter__(self):
        self.begin = {name: path.stat().st_size for name, path in self.logs.items()}
        return self

    def __exit__(self, *error):
        for name, path in self.logs.items():
            text = path.read_bytes()[self.begin[name]:].decode(errors='replace')
            setattr(self, name, text)


class Desk:
    """A served helpdesk with a primary and a replica, and who uses it."""


def run(cluster, program, *arguments, **options):
    command = [str(part) for part in (cluster.programs / program, *arguments)]
    result = subprocess.run(command, cwd='/', capture_output=True, text=True, timeout=120,
                            **{**cluster.identity, **options})
    assert result.returncode == 0, result.stderr


def wait_until(condition, what, seconds=30):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, f'{what}: not in {seconds} s'
        time.sleep(0.05)


def remove_leftovers(folder):
    """Clusters of runs that were killed; the number is their process."""
    for path in folder.glob('replica-*'):
        if not os.path.exists(f'/proc/{path.name.split("-")[1]}'):
            postgres.remove(Settings({'DEV_DIR': path}))
            shutil.rmtree(path)


@pytest.fixture(scope='module')
def cluster(settings):
    remove_leftovers(settings.dev)
    own = Settings({'DEV_DIR': settings.dev / f'replica-{os.getpid()}'})
    cluster = postgres.Cluster(own)
    cluster.start()
    yield cluster
    cluster.stop()
    postgres.remove(own)
    shutil.rmtree(own.dev)


@pytest.fixture(scope='module')
def database(cluster, odoo, databases):
    """A prepared database, moved into the cluster; its files stay where Odoo looks for them."""
    name = databases.copy()
    dump = cluster.settings.dev / 'dump'
    run(cluster, 'pg_dump', '-Fc', '-Z0', '--no-owner', '--no-privileges', '--no-comments',
        '-f', dump, name, env=odoo.server.environ, user=None, group=None, extra_groups=None)
    Databases(cluster.server, cluster.settings.dev).create(name)
    run(cluster, 'pg_restore', '--no-owner', '-j2', '-d', name, dump,
        env=cluster.server.environ, user=None, group=None, extra_groups=None)
    dump.unlink()
    superuser = postgres.Server(
        {**cluster.server.variables, 'PGUSER': 'postgres'}, cluster.programs / 'psql')
    superuser.sql(f"ALTER ROLE {postgres.ROLE} SET log_statement = 'all'; ANALYZE", name)
    return name


@pytest.fixture(scope='module')
def standby(cluster, database):
    standby = Standby(cluster)
    standby.copy_primary()
    standby.start()
    yield standby
    standby.stop()


def make_records(server):
    """A public team with a form, an agent, a customer with a login, and a ticket of theirs."""
    # without an address of the company and of who writes, no mail leaves
    company = server.call('res.company', 'search', [], limit=1)
    server.call('res.company', 'write', company, {'email': 'desk@company.example.com'})
    server.call('res.users', 'write', [server.user_id('admin')], {'email': 'admin@example.com'})

    def group(name):
        return server.call('ir.model.data', 'search_read', [
            ('model', '=', 'res.groups'), ('name', '=', name)], ['res_id'])[0]['res_id']

    users = [
        {'name': 'Agent', 'login': 'agent', 'password': 'agent', 'email': 'agent@example.com',
         'group_ids': [(6, 0, [group('group_user'), group('group_helpdesk_lite_user')])]},
        {'name': 'Customer', 'login': 'customer', 'password': 'customer',
         'email': 'customer@example.net', 'group_ids': [(6, 0, [group('group_portal')])]}]
    _agent, customer = server.call('res.users', 'create', users)
    team = server.call('helpdesk.lite.team', 'create', [{
        'name': 'Front Desk', 'use_website_form': True, 'privacy_visibility': 'portal'}])[0]
    partner = server.call('res.users', 'read', [customer], ['partner_id'])[0]['partner_id'][0]
    quiet = server.call('helpdesk.lite.team', 'read', [team], ['stage_ids'])[0]['stage_ids'][1]
    tickets = server.call(TICKET, 'create', [
        {'name': name, 'team_id': team, 'partner_id': partner, 'stage_id': quiet}
        for name in ('The door is locked', 'The lift is stuck')])
    server.call(TICKET, 'message_post', tickets[:1], body='We look into it',
                message_type='comment', subtype_xmlid='mail.mt_comment')
    return team, tickets


@pytest.fixture(scope='module')
def desk(odoo, cluster, standby, database, settings, smtp_sink):
    desk = Desk()
    desk.cluster, desk.standby, desk.database = cluster, standby, database
    # with a filter of databases, the first request of each visitor asks the primary for their names
    server = OdooServer(
        Odoo(settings, cluster.server, odoo.path), database, '--db-filter=',
        f'--db_replica_host={cluster.home}', f'--db_replica_port={STANDBY_PORT}',
        smtp=smtp_sink.port)
    with clean_log(server), server:
        desk.server = server
        desk.team, desk.tickets = make_records(server)
        # the answer to the customer has made the token of the first ticket's link
        [ticket] = server.call(TICKET, 'read', desk.tickets[:1], ['access_token'])
        desk.secret = {'token': ticket['access_token']}
        standby.catch_up()
        desk.agent, desk.customer = server.browse('agent'), server.browse('customer')
        desk.visitor = server.visit()
        yield desk


def call(desk, model, method, *args, button=False, **kwargs):
    kind = 'call_button' if button else 'call_kw'
    return desk.agent.json(f'/web/dataset/{kind}/{model}/{method}', {
        'model': model, 'method': method, 'args': args, 'kwargs': kwargs})


def get(visitor, path):
    answer = visitor.get(path)
    assert answer.status_code == 200
    return answer.text


def chatter(desk, route):
    return str(desk.visitor.json(route, {
        'thread_model': TICKET, 'thread_id': desk.tickets[0], **desk.secret}))


SPECIFICATION = {'name': {}, 'stage_id': {'fields': {'display_name': {}}}, 'is_closed': {}}
# title: (what it does, what its answer tells, the table that it reads)
READING = {
    'portal list': (
        lambda desk: get(desk.customer, '/my/tickets'), 'The door is locked', TICKET),
    'portal list with search': (
        lambda desk: get(desk.customer, '/my/tickets?search=lift'), 'The lift is stuck', TICKET),
    'portal counter': (
        lambda desk: str(desk.customer.json('/my/counters', {'counters': ['ticket_count']})),
        "'ticket_count': 2", TICKET),
    'page by link': (
        lambda desk: get(desk.visitor, f'/my/ticket/{desk.tickets[0]}'
                                       f'?access_token={desk.secret["token"]}'),
        'The door is locked', TICKET),
    'page of a ticket without a link': (
        lambda desk: get(desk.customer, f'/my/ticket/{desk.tickets[1]}'), 'The lift is stuck',
        TICKET),
    "page's messages": (
        lambda desk: chatter(desk, '/mail/chatter_fetch'), 'We look into it', 'mail.message'),
    "page's chatter": (
        lambda desk: chatter(desk, '/portal/chatter_init'), 'hasReadAccess', TICKET),
    'forms': (lambda desk: get(desk.visitor, '/helpdesk'), 'Front Desk', 'helpdesk.lite.team'),
    'form': (
        lambda desk: get(desk.visitor, f'/helpdesk/front-desk-{desk.team}'), 'Front Desk',
        'helpdesk.lite.team'),
    'list': (
        lambda desk: str(call(desk, TICKET, 'web_search_read', [], SPECIFICATION)),
        'The door is locked', TICKET),
    'pipeline': (
        lambda desk: str(call(
            desk, TICKET, 'web_read_group', [('team_id', '=', desk.team)], ['stage_id'], [],
            auto_unfold=True, unfold_read_specification=SPECIFICATION)),
        'The door is locked', TICKET),
    'ticket': (
        lambda desk: str(call(desk, TICKET, 'web_read', desk.tickets[:1], {
            **SPECIFICATION, 'similar_ticket_count': {}, 'partner_ticket_count': {},
            'duration_tracking': {}, 'auto_close_deadline': {}})),
        "'partner_ticket_count': 1", TICKET),
    'dashboard': (
        lambda desk: str(call(desk, 'helpdesk.lite.team', 'web_search_read', [], {
            'name': {}, 'open_ticket_count': {}, 'closed_ticket_count': {}})),
        "'open_ticket_count': 2", TICKET),
    "dashboard's link": (
        lambda desk: str(call(
            desk, 'helpdesk.lite.team', 'action_view_urgent_tickets', [desk.team], button=True)),
        'search_default_filter_urgent', 'helpdesk.lite.team'),
    'similar tickets': (
        lambda desk: str(call(
            desk, TICKET, 'action_view_similar_tickets', desk.tickets[:1], button=True)),
        'helpdesk_lite_similar_to', TICKET),
    "customer's other tickets": (
        lambda desk: str(call(
            desk, TICKET, 'action_view_partner_tickets', desk.tickets[:1], button=True)),
        'default_partner_id', TICKET),
}


def test_streams(desk):
    assert desk.standby.server.sql('SELECT pg_is_in_recovery()') == [['t']]
    assert desk.cluster.server.sql('SELECT count(*) FROM pg_stat_replication') == [['1']]
    with pytest.raises(postgres.DevError, match='read-only transaction'):
        desk.standby.server.sql('CREATE TABLE refused ()', desk.database)


@pytest.mark.parametrize('title', READING)
def test_read_from_replica(desk, title):
    do, answer, model = READING[title]
    do(desk)  # the first request of a session notes its device, and fills caches
    with Statements(desk) as statements:
        assert answer in do(desk)
    assert f'FROM "{model.replace(".", "_")}"' in statements.replica
    assert 'statement: ' not in statements.primary
    assert RETRIED not in desk.server.log_text()


def test_reading_makes_no_token(desk):
    get(desk.customer, f'/my/ticket/{desk.tickets[1]}')
    assert desk.server.call(TICKET, 'read', desk.tickets[1:], ['access_token'])[0][
        'access_token'] is False


def test_reply_goes_to_the_primary_and_is_seen(desk):
    with Statements(desk) as statements:
        desk.visitor.json('/mail/message/post', {
            'thread_model': TICKET, 'thread_id': desk.tickets[0], **desk.secret,
            'post_data': {'body': 'I found the key', 'message_type': 'comment',
                          'subtype_xmlid': 'mail.mt_comment'}})
    assert 'INSERT INTO "mail_message"' in statements.primary
    assert 'INSERT' not in statements.replica
    wait_until(lambda: 'I found the key' in chatter(desk, '/mail/chatter_fetch'),
               'the reply is seen', seconds=10)
    with Statements(desk) as statements:
        assert 'I found the key' in chatter(desk, '/mail/chatter_fetch')
    assert 'FROM "mail_message"' in statements.replica
    assert 'statement: ' not in statements.primary


def test_page_that_has_to_write(desk):
    """A page that is marked to only read, changed so that it makes the token of a link."""
    path = f'/my/ticket/{desk.tickets[1]}'
    view = desk.server.call('ir.model.data', 'search_read', [
        ('module', '=', 'helpdesk_lite_portal'), ('name', '=', 'portal_my_ticket')],
        ['res_id'])[0]['res_id']
    [change] = desk.server.call('ir.ui.view', 'create', [{
        'name': 'Link', 'type': 'qweb', 'mode': 'extension', 'inherit_id': view,
        'arch': '<xpath expr="." position="inside"><a t-att-href="ticket.get_portal_url()"/>'
                '</xpath>'}])
    desk.standby.catch_up()
    desk.server.expect_problem('bad query: b\' UPDATE "helpdesk_lite_ticket"')
    with Statements(desk) as statements:
        page = get(desk.customer, path)
    [ticket] = desk.server.call(TICKET, 'read', desk.tickets[1:], ['access_token'])
    desk.server.call('ir.ui.view', 'unlink', [change])
    assert ticket['access_token'] and ticket['access_token'] in page
    assert 'UPDATE "helpdesk_lite_ticket"' in statements.primary
    assert desk.server.log_text().count(RETRIED) == 1


def test_replica_is_gone(desk):
    """Without the replica everything is answered by the primary."""
    desk.standby.stop()
    try:
        with Statements(desk) as statements:
            assert 'The door is locked' in get(desk.customer, '/my/tickets')
        assert 'FROM "helpdesk_lite_ticket"' in statements.primary
        assert 'Failed to open a readonly cursor' in desk.server.log_text()
    finally:
        desk.standby.start()


