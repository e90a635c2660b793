"""Fetching from POP and IMAP mailboxes: what wasn't taken is neither deleted nor marked as seen."""

import hashlib
import threading
import time

import psycopg2
import pytest
import requests

from harness.mailboxes import Imap, Pop

TEAM = 'fetched@fetch.example.com'


def make(subject, to=TEAM, number=[0]):  # noqa: B006 - counts the messages of this module
    number[0] += 1
    return (f'From: Kim <kim@buyer.example.com>\r\nTo: {to}\r\nSubject: {subject}\r\n'
            f'Message-ID: <{number[0]}@fetch.buyer.example.com>\r\n'
            'Date: Mon, 16 Nov 2026 09:30:00 +0900\r\n\r\nHello\r\n').encode()


@pytest.fixture(scope='module')
def desk(helpdesk):
    domain = helpdesk.call('mail.alias.domain', 'create', [{'name': 'fetch.example.com'}])
    company = helpdesk.call('res.company', 'search', [], limit=1)
    helpdesk.call('res.company', 'write', company, {'alias_domain_id': domain[0]})
    helpdesk.call('helpdesk.lite.team', 'create', [{'name': 'Fetch', 'alias_name': 'fetched'}])
    helpdesk.expected += ['Failed to process mail', 'bad query: b"INSERT INTO helpdesk_lite_mail']
    return helpdesk


def fetch(desk, box):
    """Have Odoo fetch the mailbox once, as *Fetch Now* does."""
    server = desk.call('fetchmail.server', 'create', [{
        'name': f'Box {box.port}', 'server': '127.0.0.1', 'port': box.port, 'user': 'u',
        'password': 'p', 'server_type': 'pop' if isinstance(box, Pop) else 'imap',
        'state': 'done', 'is_ssl': False}])
    fetch_again(desk, server)
    return server


def fetch_again(desk, server):
    """By JSON-RPC: *Fetch Now* answers nothing, which XML-RPC can't say."""
    answer = requests.post(f'{desk.url}/jsonrpc', timeout=120, json={
        'jsonrpc': '2.0', 'method': 'call', 'params': {
            'service': 'object', 'method': 'execute_kw', 'args': [
                desk.database, desk.user_id('admin', None), 'admin', 'fetchmail.server',
                'fetch_mail', [server]]}}).json()
    assert 'error' not in answer, answer


def taken(box):
    return box.deleted if isinstance(box, Pop) else box.seen


def count(desk, subject):
    return desk.call('helpdesk.lite.ticket', 'search_count', [('name', '=', subject)])


@pytest.mark.parametrize('kind', [Pop, Imap])
def test_only_what_was_taken(desk, kind):
    """A mail that nobody takes stays, and keeps none behind it waiting."""
    first, last = f'{kind.__name__} first', f'{kind.__name__} last'
    with kind([make(first), make('Lost', to='nobody@fetch.example.com'), make(last)]) as box:
        server = fetch(desk, box)
        assert taken(box) == {1, 3}
        assert (count(desk, first), count(desk, last), count(desk, 'Lost')) == (1, 1, 0)
        fetch_again(desk, server)
        assert taken(box) == {1, 3}
        assert (count(desk, first), count(desk, last)) == (1, 1)


@pytest.mark.parametrize('kind', [Pop, Imap])
def test_more_than_a_batch_stays(desk, kind):
    """Odoo fetches 50 mails at once: so many that nobody takes hold up the next for one run."""
    subject = f'{kind.__name__} behind them'
    lost = [make('Lost', to='nobody@fetch.example.com') for _index in range(52)]
    with kind([*lost, make(subject)]) as box:
        fetch_again(desk, fetch(desk, box))
        assert taken(box) == {53}
        assert count(desk, subject) == 1


@pytest.mark.parametrize('kind', [Pop, Imap])
def test_conflict_is_tried_again(desk, kind):
    """Two deliveries of one mail at once: the fetched one finds itself to be the second.

    The first attempt ends in a conflict of transactions, with which Odoo alone would have lost
    the mail, whoever took it.
    """
    subject = f'{kind.__name__} in conflict'
    raw = make(subject)
    [team] = desk.call('helpdesk.lite.team', 'search_read', [('name', '=', 'Fetch')], ['alias_id'])
    message_id = raw.partition(b'Message-ID: ')[2].partition(b'\r\n')[0].decode()
    digest = hashlib.sha256('\0'.join((
        'id', message_id, f'alias {team["alias_id"][0]}',
        'Mon, 16 Nov 2026 09:30:00 +0900')).encode()).hexdigest()
    connection = psycopg2.connect(dbname=desk.database, **connection_options(desk))
    connection.cursor().execute(
        'INSERT INTO helpdesk_lite_mail_delivery (digest, message_id, date) VALUES (%s, %s, now())',
        [digest, message_id])

    def end():
        time.sleep(3)
        connection.commit()
    ending = threading.Thread(target=end)
    with kind([raw]) as box:
        ending.start()
        fetch(desk, box)
        ending.join(20)
        assert taken(box) == {1}
    assert 'is in conflict with another' in desk.log.read_text(encoding='utf-8')
    assert count(desk, subject) == 0
    connection.close()


def connection_options(desk):
    variables = desk.odoo.server.variables
    names = {'PGHOST': 'host', 'PGPORT': 'port', 'PGUSER': 'user', 'PGPASSWORD': 'password'}
    return {names[name]: value for name, value in variables.items() if name in names and value}
