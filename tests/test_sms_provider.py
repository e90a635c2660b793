"""SMS on the real path: a stage move, Odoo's queue and cron, HTTP, the provider, its reports.

A real Odoo server process with a cron thread, since Odoo calls no provider in test mode. Agents
move tickets over XML-RPC; the provider is a small HTTP server on loopback.
"""

import time

import pytest

from harness import OdooServer
from harness.server import clean_log
from harness.sms import SmsProvider

TICKET = 'helpdesk.lite.ticket'
AGENT = 'sms_agent'
FAILURES = [
    ('insufficient_credit', 'sms_credit'),
    ('wrong_number_format', 'sms_number_format'),
    ('error 500', 'sms_server'),
]


@pytest.fixture(scope='module')
def provider():
    with SmsProvider() as provider:
        yield provider


@pytest.fixture(scope='module')
def server(odoo, databases, provider):
    name = databases.copy()
    # The cron thread is for the queue; what else is due would mail somebody.
    databases.sql(name, "UPDATE ir_cron SET active = cron_name LIKE 'SMS%'")
    server = OdooServer(odoo, name, crons=1)
    with clean_log(server), server:
        server.call('ir.config_parameter', 'set_param', 'sms.endpoint', provider.url)
        yield server
    databases.drop(name)


@pytest.fixture(scope='module')
def desk(server):
    """A team whose second stage texts the customer, and an agent who moves tickets there."""
    group = server.call(
        'ir.model.data', 'check_object_reference', 'helpdesk_lite', 'group_helpdesk_lite_user')
    server.call('res.users', 'create', {
        'name': 'Agent', 'login': AGENT, 'password': AGENT, 'group_ids': [(4, group[1])]})
    model = server.call('ir.model', 'search', [('model', '=', TICKET)])[0]
    template = server.call('sms.template', 'create', {
        'name': 'Texted', 'model_id': model, 'body': 'We work on {{ object.ticket_ref }}'})
    new, texted = server.call('helpdesk.lite.stage', 'create', [
        {'name': 'Waiting', 'sequence': 1}, {'name': 'Texted', 'sequence': 2,
                                             'sms_template_id': template}])
    team = server.call('helpdesk.lite.team', 'create', {
        'name': 'Texting', 'stage_ids': [(6, 0, [new, texted])]})
    return {'team': team, 'new': new, 'texted': texted}


@pytest.fixture
def ticket(server, desk, provider):
    provider.clear()
    return server.call(TICKET, 'create', {
        'name': 'Broken', 'team_id': desk['team'], 'partner_name': 'Carla',
        'partner_phone': '+32 470 12 34 56'}, login=AGENT)


def move(server, desk, ticket):
    """Move as the agent does; the stage is reached whatever the provider does."""
    server.call(TICKET, 'write', [ticket], {'stage_id': desk['texted']}, login=AGENT)
    [values] = server.call(TICKET, 'read', [ticket], ['stage_id'], login=AGENT)
    assert values['stage_id'][0] == desk['texted']


def states(server, ticket):
    """What the ticket's log says of its SMS: ``[(status, failure type)]``."""
    found = server.call('mail.notification', 'search_read', [
        ('mail_message_id.model', '=', TICKET), ('mail_message_id.res_id', '=', ticket),
        ('notification_type', '=', 'sms'),
    ], ['notification_status', 'failure_type'])
    return [(row['notification_status'], row['failure_type']) for row in found]


def wait_for_state(server, ticket, *state, timeout=40):
    limit = time.monotonic() + timeout
    while states(server, ticket) != [state]:
        assert time.monotonic() < limit, f'{states(server, ticket)} instead of {state}'
        time.sleep(0.1)


def report(server, status, uuid):
    """A delivery report, as the provider posts it to the webhook."""
    assert server.visit().json('/sms/status', {
        'message_statuses': [{'sms_status': status, 'uuids': [uuid]}]}) == 'OK'


def test_sent_and_delivered(server, desk, ticket, provider):
    move(server, desk, ticket)
    [(params, _outcome)] = provider.wait_for()
    assert params['webhook_url'].endswith('/sms/status')
    wait_for_state(server, ticket, 'pending', False)
    [values] = server.call(TICKET, 'read', [ticket], ['ticket_ref', 'failed_sms_count'])
    [(number, text, uuid)] = provider.accepted
    assert (number, text) == ('+32470123456', f"We work on {values['ticket_ref']}")
    report(server, 'delivered', uuid)
    wait_for_state(server, ticket, 'sent', False)
    assert values['failed_sms_count'] == 0


@pytest.mark.parametrize(('outcome', 'failure_type'), FAILURES)
def test_failure_and_retry(server, desk, ticket, provider, outcome, failure_type):
    provider.outcome = outcome
    move(server, desk, ticket)
    wait_for_state(server, ticket, 'exception', failure_type)
    assert provider.accepted == []
    retry_once(server, ticket, provider)


def test_time_out_and_retry(server, desk, ticket, provider):
    """The provider takes the call and says nothing: Odoo gives up after 15 seconds.

    The move doesn't wait for it: when it is done, the SMS is still on its way.
    """
    provider.outcome = 'hang'
    move(server, desk, ticket)
    assert states(server, ticket) == [('ready', False)]
    provider.wait_for()
    wait_for_state(server, ticket, 'exception', 'sms_server')
    retry_once(server, ticket, provider)


def retry_once(server, ticket, provider):
    """A retry by the agent sends one SMS, also when they click twice."""
    provider.clear()
    server.call(TICKET, 'action_retry_sms', [ticket], login=AGENT)
    server.call(TICKET, 'action_retry_sms', [ticket], login=AGENT)
    wait_for_state(server, ticket, 'pending', False)
    server.call('ir.cron', 'method_direct_trigger', cron_id(server))
    assert len(provider.accepted) == 1
    [values] = server.call(TICKET, 'read', [ticket], ['failed_sms_count'], login=AGENT)
    assert values['failed_sms_count'] == 0


def cron_id(server):
    return [server.call(
        'ir.model.data', 'check_object_reference', 'sms', 'ir_cron_sms_scheduler_action')[1]]


def test_report_of_failure_and_retry(server, desk, ticket, provider):
    """Taken by the provider, lost on the way: the report says so, and the retry is a new SMS."""
    move(server, desk, ticket)
    wait_for_state(server, ticket, 'pending', False)
    [(_number, text, uuid)] = provider.accepted
    report(server, 'not_delivered', uuid)
    wait_for_state(server, ticket, 'exception', 'sms_not_delivered')
    retry_once(server, ticket, provider)
    [(_number, again, fresh)] = provider.accepted
    assert again == text
    assert fresh != uuid
    report(server, 'delivered', fresh)
    wait_for_state(server, ticket, 'sent', False)


def test_provider_is_gone(server, desk, ticket, provider):
    server.call('ir.config_parameter', 'set_param', 'sms.endpoint', 'http://127.0.0.1:9')
    try:
        move(server, desk, ticket)
        wait_for_state(server, ticket, 'exception', 'sms_server')
    finally:
        server.call('ir.config_parameter', 'set_param', 'sms.endpoint', provider.url)
    retry_once(server, ticket, provider)


def test_broken_webhook_call_changes_nothing(server, desk, ticket, provider):
    move(server, desk, ticket)
    wait_for_state(server, ticket, 'pending', False)
    server.expect_problem('Exception during request handling')
    server.visit().post('/sms/status', json={'jsonrpc': '2.0', 'method': 'call', 'params': {
        'message_statuses': [{'sms_status': 'delivered', 'uuids': ["' OR 1=1"]}]}})
    assert states(server, ticket) == [('pending', False)]
