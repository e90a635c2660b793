"""Requests that come at the same moment pass no limit of the form: a real server, and threads."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from test_portal_story import make_team, read_ticket, submit

from harness import OdooServer
from harness.server import clean_log

AT_ONCE = 16


@pytest.fixture(scope='module')
def server(odoo, databases, smtp_sink):
    """A server behind a proxy, as whose visitors requests may name any network address."""
    name = databases.copy()
    with clean_log(OdooServer(odoo, name, '--proxy-mode', smtp=smtp_sink.port)) as server, server:
        for limit, value in (('form_limit', '5'), ('form_min_seconds', '0')):
            server.call(
                'ir.config_parameter', 'set_param', f'helpdesk_lite_portal.{limit}', value)
        yield server
    databases.drop(name)


def send_at_once(server, path, networks, **values):
    """Send a request from each network address at the same moment; return the answers' codes."""
    visitors = [server.visit() for _network in networks]
    for visitor, network in zip(visitors, networks, strict=True):
        visitor.headers.update({
            'X-Forwarded-For': network, 'X-Forwarded-Host': '127.0.0.1',
            'X-Forwarded-Proto': 'http'})

    def send(number):
        return submit(
            visitors[number], f'/{path}', wait=1, subject=f'Number {number}', **values).status_code

    with ThreadPoolExecutor(len(networks)) as pool:
        return sorted(pool.map(send, range(len(networks))))


def test_limit_of_a_visitor(server):
    team, path = make_team(server, name='One visitor')
    codes = send_at_once(server, path, ['198.51.100.7'] * AT_ONCE)
    assert codes == [303] * 5 + [429] * (AT_ONCE - 5)
    assert len(read_ticket(server, team)) == 5


def test_acknowledgements_to_an_address(server, smtp_sink):
    """From as many networks, so that nothing but the address is the same."""
    team, path = make_team(server, name='One victim')
    address = 'victim@visitor.example.org'
    networks = [f'203.0.113.{number}' for number in range(10)]
    assert send_at_once(server, path, networks, email=address, phone='') == [303] * 10
    assert len(read_ticket(server, team)) == 10
    # the last of all mails: what was to come before has come
    send_at_once(server, path, ['203.0.113.99'], email='last@visitor.example.org', phone='')
    smtp_sink.wait_for('last@visitor.example.org')
    assert len(smtp_sink.to(address)) == 3
