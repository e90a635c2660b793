"""The customer's page of a ticket reads well: what matters first, whatever was written how.

Chromium at the pages of a real Odoo, as wide as a desk's screen and as narrow as a phone's.
"""

import base64
import io

import pytest
from PIL import Image
from shots.browser import Browser
from test_portal_story import make_team

TICKET = 'helpdesk.lite.ticket'
WIDE, NARROW = (1440, 900), (390, 844)
CUSTOMER = 'rhea@example.net'
SENTENCE = 'It heats up as it should, but after twelve minutes the fan stops. '
ROOT = "document.querySelector('#chatterRoot').shadowRoot"
CHATTER = f"!!{ROOT.replace('.shadow', '?.shadow')}?.querySelector('.o-mail-Message')"
MESSAGES = f"{ROOT}.querySelectorAll('.o-mail-Message').length"
OLDER = f"{ROOT}.querySelector('.o-helpdesk-lite-older')"
UNFOLD = f"{ROOT}.querySelector('.o-helpdesk-lite-unfold')"
HEIGHT = """Math.max(document.documentElement.scrollHeight,
    document.querySelector('#wrapwrap').scrollHeight)"""
# From the page's top: where each of these begins
PLACES = f"""[
    {ROOT}.querySelector('.o-mail-Composer-input'), {ROOT}.querySelector('.o-mail-Message'),
    document.querySelector('.o_ticket_description'), document.querySelector('#ticket_facts')
    ].map((node) => node.getBoundingClientRect().top + scrollY)"""
# Each matching element in the page's trees, mails' own trees among them, with its box around it
FIND = """((selector, look) => {
    const find = (root, box) => [...root.querySelectorAll('*')].flatMap((node) => [
        ...(node.matches(selector) ? [look(node, box || node.closest(
            '.o_helpdesk_lite_box, .o-mail-Message-richBody'))] : []),
        ...(node.shadowRoot ? find(node.shadowRoot, node.id ? null : node) : [])]);
    return find(document, null);
})"""
PICTURES = f"""{FIND}('img[width="400"]', (node, box) => {{
    const [inner, outer] = [node.getBoundingClientRect(), box.getBoundingClientRect()];
    return [inner.right <= outer.right, Math.round(inner.width / inner.height * 10)];
}})"""
CELLS = f"{FIND}('th', (node) => node.getBoundingClientRect().height)"
DIRECTIONS = f"{FIND}('p', (node) => [node.innerText, getComputedStyle(node).direction])"
FOREIGN = f"{FIND}('img', (node) => node.src).filter((source) => source.includes('tracker'))"


def make_picture():
    """HTML of a picture that is wider than a phone's screen."""
    stream = io.BytesIO()
    Image.new('RGB', (400, 200), 'navy').save(stream, 'png')
    data = base64.b64encode(stream.getvalue()).decode()
    return f'<img src="data:image/png;base64,{data}" width="400" height="200"/>'


COLUMNS = ''.join(f'<th>Column{number}</th>' for number in range(60))
TEXTS = {
    'picture': make_picture(),
    'table': f'<table><tr>{COLUMNS}</tr></table>',
    'arabic': '<p>مرحبا، الفرن لا يعمل منذ الصباح.</p>',
    'pixel': '<img src="https://tracker.example.org/a.gif" width="1"/><p>Newsletter</p>',
}


@pytest.fixture(scope='module')
def browser():
    with Browser('en_US') as browser:
        yield browser


@pytest.fixture(scope='module')
def tickets(helpdesk, browser):
    """A customer's tickets: a long conversation, a long message, and texts as others write them."""
    team, _path = make_team(helpdesk)
    helpdesk.call('helpdesk.lite.team', 'write', [team], {'allow_portal_ticket_closing': True})
    group = helpdesk.call('ir.model.data', 'check_object_reference', 'base', 'group_portal')[1]
    [user] = helpdesk.call('res.users', 'create', [{
        'name': 'Rhea Reader', 'login': CUSTOMER, 'email': CUSTOMER, 'password': CUSTOMER,
        'group_ids': [(6, 0, [group])]}])
    [user] = helpdesk.call('res.users', 'read', [user], ['partner_id'])
    partner = user['partner_id'][0]
    description = ''.join(TEXTS.values())
    long, letter, rich = helpdesk.call(TICKET, 'create', [{
        'name': name, 'team_id': team, 'partner_id': partner, 'description': description}
        for name in ('Long', 'Letter', 'Rich')])
    for number in range(21):
        post(helpdesk, long, f'<p>{number}. {SENTENCE * 4}</p>', partner)
    post(helpdesk, letter, f'<p>{SENTENCE * 3}</p>' * 20, partner)
    for text in TEXTS.values():
        for kind in ('email', 'comment'):
            post(helpdesk, rich, text, partner, kind)
    browser.log_in(helpdesk.url, helpdesk.database, CUSTOMER, CUSTOMER)
    return {'long': long, 'letter': letter, 'rich': rich}


def post(server, ticket, body, author, kind='email'):
    server.call(TICKET, 'message_post', [ticket], body=body, body_is_html=True, author_id=author,
                message_type=kind, subtype_xmlid='mail.mt_comment')


def open_ticket(helpdesk, browser, ticket, size):
    browser.resize(*size)
    browser.go(f'{helpdesk.url}/my/ticket/{ticket}')
    browser.wait_until(CHATTER)
    browser.settle()


@pytest.mark.parametrize('size', [WIDE, NARROW], ids=['wide', 'narrow'])
def test_conversation_comes_first(helpdesk, browser, tickets, size):
    open_ticket(helpdesk, browser, tickets['long'], size)
    reply, first, description, facts = browser.run(PLACES)
    assert reply < first < description
    assert reply < 300, 'the answer is in sight without scrolling'
    assert facts > description or size == WIDE
    close = "document.querySelector('[data-bs-target=\"#close_ticket\"]')"
    assert not browser.run(f"{close}.matches('.btn-primary')")
    assert browser.run(f'{close}.getBoundingClientRect().bottom') < reply


@pytest.mark.parametrize(('size', 'first', 'limit'), [(WIDE, 10, 3000), (NARROW, 4, 3500)],
                         ids=['wide', 'narrow'])
def test_long_conversation_is_no_endless_page(helpdesk, browser, tickets, size, first, limit):
    open_ticket(helpdesk, browser, tickets['long'], size)
    assert browser.run(MESSAGES) == first
    assert browser.run(HEIGHT) < limit
    assert browser.run(f'{OLDER}.innerText') == f'Show older messages ({21 - first})'
    browser.run(f'{OLDER}.click();0')
    browser.settle()
    assert browser.run(MESSAGES) == 21
    assert not browser.run(f'!!{OLDER}')


def test_long_message_is_folded(helpdesk, browser, tickets):
    open_ticket(helpdesk, browser, tickets['letter'], NARROW)
    folded = browser.run(HEIGHT)
    assert browser.run(f"{UNFOLD}.getAttribute('aria-expanded')") == 'false'
    browser.run(f'{UNFOLD}.click();0')
    browser.settle()
    assert browser.run(f"{UNFOLD}.getAttribute('aria-expanded')") == 'true'
    assert browser.run(HEIGHT) > folded + 1500


def show_all(helpdesk, browser, tickets, size):
    open_ticket(helpdesk, browser, tickets['rich'], size)
    browser.run(f'{OLDER}?.click();0')
    browser.settle()


def test_wide_picture_fits(helpdesk, browser, tickets):
    """In the mail, in the message and in the description, and no face gets longer."""
    show_all(helpdesk, browser, tickets, NARROW)
    assert browser.run(PICTURES) == [[True, 20]] * 3


def test_table_keeps_its_words_whole(helpdesk, browser, tickets):
    show_all(helpdesk, browser, tickets, NARROW)
    heights = browser.run(CELLS)
    assert len(heights) == 180
    assert max(heights) < 40, 'a word in one line'
    assert not browser.run(
        'document.documentElement.scrollWidth > document.documentElement.clientWidth')


def test_texts_read_in_their_own_direction(helpdesk, browser, tickets):
    show_all(helpdesk, browser, tickets, WIDE)
    arabic = TEXTS['arabic'].removeprefix('<p>').removesuffix('</p>')
    found = browser.run(f"{DIRECTIONS}.filter(([text]) => text.includes('الفرن'))")
    # the mail, the message, and the description, which begins with a table in Latin letters
    assert found == [[arabic, 'rtl'], [arabic, 'rtl'], [arabic, 'ltr']]


def test_nothing_loads_from_elsewhere(helpdesk, browser, tickets):
    show_all(helpdesk, browser, tickets, WIDE)
    assert browser.run(FOREIGN) == []
    assert not browser.run("""performance.getEntriesByType('resource')
        .some((entry) => entry.name.includes('tracker'))""")
