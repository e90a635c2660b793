"""The agent's desk in Chromium: clicks counted, as docs/desk.md says, and every hotkey pressed."""

import re
from pathlib import Path

import clicks
import pytest
from shots.browser import Browser
from shots.server import Server

PAGE = Path(__file__).resolve().parents[1] / 'docs' / 'desk.md'
# What the keys are on a keyboard: the letter that they write, by layout.
LETTERS = {'English': {'e': 'e', 'o': 'o', 'a': 'a'}, 'Korean': {'e': 'ㄷ', 'o': 'ㅐ', 'a': 'ㅁ'}}
PRESS = """([key, code]) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {
    key, code, altKey: true, bubbles: true, cancelable: true}))"""


@pytest.fixture(scope='module')
def server(helpdesk):
    helpdesk.expect_problem('odoo.addons.rpc')  # Odoo 19 warns of the API that scripts use
    with Server(helpdesk.url, helpdesk.database) as server:
        yield server


@pytest.fixture(scope='module')
def browser(server):
    with Browser('en_US') as browser:
        yield browser


@pytest.fixture(scope='module')
def rows(browser, server):
    return clicks.measure(browser, server)


def test_as_the_page_says(rows):
    said = re.findall(r'^\| ([^|]+) \| (\d+) \| (\d+) \|$', PAGE.read_text('utf-8'), re.M)
    assert [(name, int(before), int(now)) for name, before, now in said] == rows


def test_never_more_than_before(rows):
    assert not [name for name, before, now in rows if now > before]


@pytest.mark.parametrize('layout', LETTERS)
def test_hotkeys(browser, server, layout):
    """Each that the form of a ticket shows, by the letter of an English and a Korean keyboard."""
    browser.log_in(server.base, server.database, 'admin', 'admin')
    browser.resize(1440, 900)
    team = server.make('helpdesk.lite.team', name=f'{layout} team')
    desk = clicks.Desk(browser, server, team)

    def press(letter):
        browser.page.evaluate(PRESS, [LETTERS[layout][letter], f'Key{letter.upper()}'])
        browser.settle()

    desk.begin()
    desk.open()
    press('a')
    assert desk.read('user_id')
    press('e')
    assert desk.read('is_closed')
    press('e')
    assert not desk.read('is_closed')
    press('o')
    assert desk.is_open(1)
    press('o')
    assert desk.is_there('.o_notification:has-text("last ticket of this list")') == (
        not desk.server.search('helpdesk.lite.ticket', [
            ('is_closed', '=', False), ('id', 'not in', desk.ids)], limit=1))


def test_selected_cards(browser, server):
    """The selection of a pipeline has what that of a list has."""
    browser.log_in(server.base, server.database, 'admin', 'admin')
    browser.resize(1440, 900)
    team = server.make('helpdesk.lite.team', name='Cards')
    desk = clicks.Desk(browser, server, team)
    desk.begin(3)
    browser.go(f'{server.base}/odoo/helpdesk-lite/{team}/helpdesk-lite-pipeline')
    for name in desk.names[:2]:
        browser.page.locator(f'.o_kanban_record:has-text("{name}")').click(modifiers=['Alt'])
        browser.settle()
    for label in ('Solve', 'Assign to Me', 'Assign to…', 'Tag'):
        assert desk.is_there(f'.o_control_panel button:has-text("{label}")'), label
    desk.click('.o_control_panel button:has-text("Solve")')
    assert [desk.read('is_closed', number) for number in range(3)] == [True, True, False]
