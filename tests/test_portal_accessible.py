"""Everybody can use the customer's pages: judged by axe-core, and with a keyboard alone.

Chromium at the pages of a real Odoo, as wide as a desk's screen and as narrow as a phone's.
"""

import time

import pytest
from shots.browser import Browser
from test_portal_story import link_of, make_team, submit

from harness import mailgate

TICKET = 'helpdesk.lite.ticket'
WIDE, NARROW = (1366, 900), (375, 812)
NOBODY, CUSTOMER = None, 'paula@example.net'
STRANGER, WRITER = 'axe@visitor.example.net', 'joan@visitor.example.net'
# What axe-core calls serious or critical, one line each.
AUDIT = """axe.run(document, {resultTypes: ['violations']}).then(({violations}) => violations
    .filter(({impact}) => ['serious', 'critical'].includes(impact))
    .flatMap(({id, nodes}) => nodes.map(({target, html}) => `${id}: ${target.flat()} ${html}`)))"""
# Whether a page is wider than its screen.
SIDEWAYS = 'document.documentElement.scrollWidth > document.documentElement.clientWidth'
# Each preformatted text in the page's trees, and whether a part of it is out of sight.
CUT_OFF = """(() => {
    const find = (root) => [...root.querySelectorAll('*')].flatMap((node) => [
        ...(node.matches('pre, [style*="pre-wrap"]') ? [node] : []),
        ...(node.shadowRoot ? find(node.shadowRoot) : [])]);
    return find(document).map((text) => [text.scrollWidth > text.clientWidth
        || text.getBoundingClientRect().right > innerWidth, text.textContent]);
})()"""
CHATTER = "!!document.querySelector('#chatterRoot')?.shadowRoot?.querySelector('.o-mail-Message')"
CLOSE = '[data-bs-target="#close_ticket"]'
# Without the browser's own check, which would not let an empty form go.
SEND_NOTHING = """((button) => (button.form.noValidate = true, button.click()))(
    document.querySelector('.o_helpdesk_lite_form button'))"""

# Each page: who opens it, its address, what is done there and what comes of that.
PAGES = {
    'teams with a form': (NOBODY, '/helpdesk'),
    'form': (NOBODY, '/{form}'),
    'form with errors': (
        NOBODY, '/{form}', SEND_NOTHING, "!!document.querySelector('#form_error')"),
    'no such form': (NOBODY, '/helpdesk/nothing-999999'),
    'ticket by its link': (NOBODY, '{link}', None, CHATTER),
    'question before closing': (
        NOBODY, '{link}', f"document.querySelector('{CLOSE}').click()",
        "!!document.querySelector('#close_ticket.show')"),
    'no such ticket': (NOBODY, '/my/ticket/999999?access_token=x'),
    'My Account': (CUSTOMER, '/my', None, "!document.querySelector('.o_portal_doc_spinner')"),
    'list': (CUSTOMER, '/my/tickets'),
    'list by stage': (CUSTOMER, '/my/tickets?groupby=stage&filterby=open&search=number'),
    'nothing found': (CUSTOMER, '/my/tickets?search=nothing'),
    'ticket': (CUSTOMER, '/my/ticket/{ticket}', None, CHATTER),
    'long conversation': (CUSTOMER, '/my/ticket/{long}', None, CHATTER),
    'closed ticket': (CUSTOMER, '/my/ticket/{closed}', None, CHATTER),
}


@pytest.fixture(scope='module')
def browser(helpdesk):
    with Browser('en_US') as browser:
        browser.who = NOBODY
        yield browser


@pytest.fixture(scope='module')
def names(helpdesk, smtp_sink):
    """A desk with a form and its customers; what the addresses in PAGES name."""
    team, path = make_team(helpdesk)
    make_team(helpdesk, name='Back Desk')
    tickets = make_customer(helpdesk, team)
    answer = submit(
        helpdesk.visit(), f'/{path}', email=STRANGER, files=[('door.txt', b'what I see')])
    assert answer.status_code == 303
    [mail] = smtp_sink.wait_for(STRANGER)
    return {'form': path, 'link': link_of(mail, helpdesk), 'ticket': tickets[0],
            'closed': tickets[1], 'long': tickets[2], 'team': team}


def make_customer(server, team):
    """A customer with an account and two pages of tickets, the second one closed."""
    group = server.call('ir.model.data', 'check_object_reference', 'base', 'group_portal')[1]
    [user] = server.call('res.users', 'create', [{
        'name': 'Paula Portal', 'login': CUSTOMER, 'email': CUSTOMER, 'password': CUSTOMER,
        'group_ids': [(6, 0, [group])]}])
    [user] = server.call('res.users', 'read', [user], ['partner_id'])
    tickets = server.call(TICKET, 'create', [{
        'name': f'Number {number}', 'team_id': team, 'partner_id': user['partner_id'][0],
        'description': '<p>It does not work.</p>'} for number in range(21)])
    [stage] = server.call('helpdesk.lite.stage', 'search', [
        ('team_ids', '=', team), ('fold', '=', True)], limit=1)
    server.call(TICKET, 'write', [tickets[1]], {'stage_id': stage})
    for ticket in (*tickets[:2], *[tickets[2]] * 12):
        server.call(TICKET, 'message_post', [ticket], body='We look into it' * 200,
                    message_type='comment', subtype_xmlid='mail.mt_comment')
    return tickets


def open_page(helpdesk, browser, names, who, path, script=None, ready='true'):
    if browser.who != who:
        browser.log_in(helpdesk.url, helpdesk.database, who, who)
        browser.who = who
    browser.resize(*WIDE)
    browser.go(helpdesk.url + path.format(**names))
    if script:
        browser.settle()
        browser.run(f'{script};0')
    browser.wait_until(ready)
    browser.settle()


def tab(browser):
    """Go on with the Tab key; return what has the focus then: its name, its id or its text."""
    browser.press('Tab')
    return browser.run("""(({name, id, textContent}) => name || id || textContent.trim())(
        document.activeElement)""")


@pytest.mark.parametrize('title', PAGES)
def test_axe_finds_nothing_serious(helpdesk, browser, names, axe_core, title):
    open_page(helpdesk, browser, names, *PAGES[title])
    browser.run(f'{axe_core};0')
    for size in (WIDE, NARROW):
        browser.resize(*size)
        assert browser.run(AUDIT) == [], size
        assert not browser.run(SIDEWAYS), size


def test_axe_finds_what_is_serious(helpdesk, browser, names, axe_core):
    """The judge sees: else an empty verdict would tell nothing."""
    open_page(helpdesk, browser, names, *PAGES['form'])
    browser.run(f"{axe_core};document.querySelector('label[for=subject]').remove()")
    assert 'label' in [found.split(':')[0] for found in browser.run(AUDIT)]


def test_thanks(helpdesk, browser, names, axe_core):
    """The last page comes by sending the form, which a person needs no pointer for."""
    open_page(helpdesk, browser, names, *PAGES['form'])
    browser.run("document.querySelector('#name').focus()")
    for value in ('Vera Visitor', STRANGER, '', 'The lamp is dark', 'It is dark here.'):
        browser.type(value)
        tab(browser)
    assert tab(browser) == 'Send'
    time.sleep(2.5)  # nobody is faster, see form_min_seconds
    browser.press('Enter')
    browser.wait_until("!!document.querySelector('.o_ticket_reference')")
    browser.run(f'{axe_core};0')
    assert browser.run(AUDIT) == []


def test_focus_of_the_form(helpdesk, browser, names):
    """From field to field as they stand, past the one that nobody sees."""
    open_page(helpdesk, browser, names, *PAGES['form'])
    browser.run("document.querySelector('#name').focus()")
    order = [tab(browser) for _field in range(6)]
    assert order == ['email', 'phone', 'subject', 'message', 'attachments', 'Send']


def test_focus_of_errors(helpdesk, browser, names):
    """The first field with an error has the focus, and says what is wrong."""
    open_page(helpdesk, browser, names, *PAGES['form with errors'])
    assert browser.run('document.activeElement.id') == 'name'
    assert browser.run("""document.getElementById(
        document.activeElement.getAttribute('aria-describedby')).innerText""").strip()


def test_focus_of_closing(helpdesk, browser, names):
    """The question takes the focus, keeps it, and gives it back on Escape."""
    open_page(helpdesk, browser, names, *PAGES['ticket by its link'])
    browser.run(f"document.querySelector('{CLOSE}').focus()")
    browser.press('Enter')
    browser.wait_until("!!document.activeElement.closest('#close_ticket.show')")
    browser.settle()
    for _key in range(5):
        tab(browser)
        assert browser.run("!!document.activeElement.closest('#close_ticket')")
    browser.press('Escape')
    browser.wait_until(f"document.activeElement == document.querySelector('{CLOSE}')")


@pytest.fixture(scope='module')
def plain_mail(helpdesk, names, smtp_sink):
    """The ticket of a mail of plain text with long lines, and the link to it."""
    [domain] = helpdesk.call('mail.alias.domain', 'create', [{'name': 'desk.example.com'}])
    company = helpdesk.call('res.company', 'search', [], limit=1)
    helpdesk.call('res.company', 'write', company, {'alias_domain_id': domain})
    helpdesk.call('helpdesk.lite.team', 'write', [names['team']], {
        'use_alias': True, 'alias_name': 'wrap'})
    mailgate(helpdesk, b'\n'.join([
        b'From: Joan <%s>' % WRITER.encode(), b'To: wrap@desk.example.com', b'Subject: Long',
        b'Message-Id: <long@visitor.example.net>', b'', b'Many words in one line. ' * 20,
        b'And-one-word-' * 20]))
    [mail] = smtp_sink.wait_for(WRITER)
    [ticket] = helpdesk.call(TICKET, 'search', [('name', '=', 'Long')])
    return {'link': link_of(mail, helpdesk), 'ticket': ticket}


@pytest.mark.parametrize(('who', 'path', 'ready'), [
    (NOBODY, '{link}', CHATTER),
    ('admin', '/odoo/action-helpdesk_lite.helpdesk_lite_ticket_action_all/{ticket}',
     "!!document.querySelector('.o-mail-Message')"),
], ids=['customer', 'agent'])
def test_long_lines_of_plain_mail_wrap(helpdesk, browser, plain_mail, who, path, ready):
    """A mail of plain text is preformatted; nothing of it is out of sight on a phone."""
    open_page(helpdesk, browser, plain_mail, who, path, None, ready)
    browser.resize(*NARROW)
    texts = browser.run(CUT_OFF)
    assert [cut for cut, _text in texts] == [False, False], texts
    assert all('And-one-word' in text for _cut, text in texts)
