"""Two agents before one ticket, each with a browser of their own: who is here, and what came in."""

import pytest
from shots.browser import Browser

TICKET, TEAM = 'helpdesk.lite.ticket', 'helpdesk.lite.team'
PERSON = "document.querySelector('.o_helpdesk_lite_person')"
NEWS = "document.querySelector('.o_helpdesk_lite_news button')"
PHONE = '.o_field_widget[name=partner_phone] input'
# Note all that the page's socket is told of tickets, also what no screen shows
LISTEN = """(() => {
    window.told = [];
    const bus = odoo.__WOWL_DEBUG__.root.env.services.bus_service;
    bus.subscribe('helpdesk.lite.ticket/news', (payload) => told.push(payload));
    bus.subscribe('helpdesk.lite.ticket/presence', (payload) => told.push(payload));
})()"""


@pytest.fixture(scope='module')
def desk(helpdesk):
    """Kim and Lee, a team of theirs, and one that Kim alone is invited to."""
    group = helpdesk.call('ir.model.data', 'check_object_reference', 'helpdesk_lite',
                          'group_helpdesk_lite_user')[1]
    company = helpdesk.call('res.company', 'search', [], limit=1)
    helpdesk.call('res.company', 'write', company, {'email': 'desk@company.example.com'})
    helpdesk.call('res.users', 'write', [helpdesk.user_id('admin')], {
        'email': 'admin@company.example.com'})
    users = {
        login: helpdesk.call('res.users', 'create', [{
            'name': login.title(), 'login': login, 'password': login,
            'email': f'{login}@company.example.com', 'group_ids': [(6, 0, [group])]}])[0]
        for login in ('kim', 'lee')}
    team, private = helpdesk.call(TEAM, 'create', [
        {'name': 'Front Desk', 'privacy_visibility': 'internal'},
        {'name': 'Back Office', 'privacy_visibility': 'invited_internal'}])
    [kim] = helpdesk.call('res.users', 'read', [users['kim']], ['partner_id'])
    helpdesk.call(TEAM, 'message_subscribe', [private], [kim['partner_id'][0]])
    return {'team': team, 'private': private}


@pytest.fixture(scope='module')
def agents(helpdesk, desk):
    with Browser('en_US') as kim, Browser('en_US') as lee:
        for browser, login in ((kim, 'kim'), (lee, 'lee')):
            browser.log_in(helpdesk.url, helpdesk.database, login, login)
            browser.resize(1440, 900)
        yield kim, lee


@pytest.fixture
def ticket(helpdesk, desk):
    [ticket] = helpdesk.call(TICKET, 'create', [{
        'name': 'The door is locked', 'team_id': desk['team'], 'partner_phone': '1'}])
    return ticket


def open_ticket(helpdesk, browser, ticket):
    browser.go(f'{helpdesk.url}/odoo/helpdesk-lite-tickets/{ticket}')
    browser.wait_until("!!document.querySelector('.o-mail-Chatter-sendMessage')")
    browser.run(LISTEN)


def post(helpdesk, ticket, text, login='admin'):
    helpdesk.call(TICKET, 'message_post', [ticket], body=text, message_type='comment',
                  subtype_xmlid='mail.mt_note', login=login)


def says(text):
    return f'document.body.innerText.includes({text!r})'


def is_told(condition):
    return f'told.some((payload) => {condition})'


def test_seen_writing_and_answered(helpdesk, agents, ticket):
    kim, lee = agents
    open_ticket(helpdesk, kim, ticket)
    open_ticket(helpdesk, lee, ticket)
    kim.wait_until(f"{PERSON}?.title == 'Lee has this ticket open'")
    lee.wait_until(f"{PERSON}?.title == 'Kim has this ticket open'")

    lee.run("document.querySelector('.o-mail-Chatter-sendMessage').click();0")
    lee.wait_until("!!document.querySelector('.o-mail-Composer-input')")
    lee.run("document.querySelector('.o-mail-Composer-input').focus()")
    lee.type('It opens at nine.')
    kim.wait_until(says('Lee is writing…'))
    lee.press('Control+Enter')
    kim.wait_until(says('It opens at nine.'))
    kim.wait_until(f'!{says("Lee is writing…")}')

    lee.go('about:blank')
    kim.wait_until(f'!{PERSON}')


def test_what_was_typed_stays(helpdesk, agents, ticket, desk):
    kim, _lee = agents
    open_ticket(helpdesk, kim, ticket)
    kim.page.fill(PHONE, '+32 2 290 34 90')
    helpdesk.call(TICKET, 'write', [ticket], {'priority': '3', 'name': 'The door is ajar'})
    post(helpdesk, ticket, 'Somebody was there')
    kim.wait_until(says('Somebody changed this ticket'))
    kim.wait_until(says('Somebody was there'))
    assert kim.page.input_value(PHONE) == '+32 2 290 34 90'
    kim.run("document.querySelector('.o_helpdesk_lite_changed button').click();0")
    kim.wait_until("!document.querySelector('.o_helpdesk_lite_changed')")
    kim.settle()
    [values] = helpdesk.call(TICKET, 'read', [ticket], ['partner_phone', 'priority', 'name'])
    assert (values['partner_phone'], values['priority'], values['name']) == (
        '+32 2 290 34 90', '3', 'The door is ajar')
    assert 'The door is ajar' in kim.texts() or kim.page.input_value(
        '.o_field_widget[name=name] textarea') == 'The door is ajar'


def test_nobody_typing_sees_it_at_once(helpdesk, agents, ticket):
    kim, _lee = agents
    open_ticket(helpdesk, kim, ticket)
    helpdesk.call(TICKET, 'write', [ticket], {'partner_phone': '2'})
    kim.wait_until(f'document.querySelector({PHONE!r}).value == "2"')


def test_list_and_pipeline_wait_for_a_click(helpdesk, agents, desk):
    kim, lee = agents
    kim.go(f'{helpdesk.url}/odoo/helpdesk-lite-tickets?view_type=list')
    lee.go(f'{helpdesk.url}/odoo/helpdesk-lite-tickets?view_type=kanban')
    for browser in agents:
        browser.wait_until("!!document.querySelector('.o_data_row, .o_kanban_record')")
        browser.settle()
    for name in ('The gate is shut', 'The lift is stuck'):
        helpdesk.call(TICKET, 'create', [{'name': name, 'team_id': desk['team']}])
    for browser in agents:
        browser.wait_until(f"{NEWS}?.innerText.includes('2 new, refresh')")
        assert 'The lift is stuck' not in browser.texts()
        browser.run(f'{NEWS}.click();0')
        browser.wait_until(says('The lift is stuck'))
        browser.wait_until(f'!{NEWS}')


def test_who_loses_the_right_is_told_nothing_more(helpdesk, agents, ticket, desk):
    kim, lee = agents
    open_ticket(helpdesk, kim, ticket)
    open_ticket(helpdesk, lee, ticket)
    post(helpdesk, ticket, 'Both see it')
    for browser in agents:
        browser.wait_until(says('Both see it'))
    helpdesk.call(TICKET, 'write', [ticket], {'team_id': desk['private']})
    kim.wait_until(is_told("payload.tickets?.[0].fields.includes('team_id')"))
    kim.settle()
    before = lee.run('told.length')
    lee_was_told = lee.run(is_told("payload.tickets?.[0].fields.includes('team_id')"))
    assert not lee_was_told

    post(helpdesk, ticket, 'Kim alone sees it')
    kim.wait_until(says('Kim alone sees it'))
    kim.run("document.querySelector('.o-mail-Chatter-sendMessage').click();0")
    kim.wait_until("!!document.querySelector('.o-mail-Composer-input')")
    kim.run("document.querySelector('.o-mail-Composer-input').focus()")
    kim.type('Nobody sees me')
    lee.settle()
    lee.page.wait_for_timeout(2000)
    assert lee.run('told.length') == before
    assert 'Kim alone sees it' not in lee.texts()
