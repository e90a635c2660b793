"""A month's figures as a workbook: exported from the pivots in Chromium, and read as it is."""

import io

import openpyxl
import pytest
from shots.browser import Browser

TICKET, TEAM = 'helpdesk.lite.ticket', 'helpdesk.lite.team'
DOWNLOAD = 'button.o_pivot_download'


@pytest.fixture(scope='module')
def month(helpdesk):
    """Two teams with 20 tickets, some of them closed, some opened again."""
    teams = helpdesk.call(TEAM, 'create', [{'name': 'Front Desk'}, {'name': 'Workshop'}])
    tickets = helpdesk.call(TICKET, 'create', [
        {'name': f'Request {number}', 'team_id': teams[number % 3 == 0]} for number in range(20)])
    for team, names in zip(teams, ('closed', 'reopened'), strict=True):
        stages = helpdesk.call('helpdesk.lite.stage', 'search_read', [('team_ids', '=', team)], [
            'fold'])
        folded, opened = (
            next(stage['id'] for stage in stages if stage['fold'] is fold)
            for fold in (True, False))
        own = helpdesk.call(TICKET, 'search', [('team_id', '=', team)], limit=5)
        helpdesk.call(TICKET, 'write', own, {'stage_id': folded})
        if names == 'reopened':
            helpdesk.call(TICKET, 'write', own[:2], {'stage_id': opened})
    return tickets


@pytest.fixture(scope='module')
def browser(helpdesk):
    with Browser('en_US') as browser:
        browser.log_in(helpdesk.url, helpdesk.database, 'admin', 'admin')
        yield browser


def export(browser, helpdesk, path):
    """The rows of the workbook that a pivot's button downloads, without empty cells."""
    browser.go(f'{helpdesk.url}/odoo/{path}')
    browser.wait_until(f"!!document.querySelector('{DOWNLOAD}')")
    browser.settle()
    with browser.page.expect_download() as download:
        browser.page.click(DOWNLOAD)
    with open(download.value.path(), 'rb') as file:
        sheet = openpyxl.load_workbook(io.BytesIO(file.read())).active
    return [[cell for cell in row if cell not in (None, '')]
            for row in sheet.iter_rows(values_only=True)]


def row_of(rows, label):
    [row] = [row[1:] for row in rows if len(row) > 1 and str(row[0]).strip() == label]
    return row


def test_tickets(helpdesk, browser, month):
    """The totals of the default pivot are those of the tickets, by team and stage."""
    rows = export(browser, helpdesk, 'helpdesk-lite-analysis')
    tickets = helpdesk.call(TICKET, 'search_read', [('id', 'in', month)], ['team_id', 'stage_id'])
    for team in {ticket['team_id'][1] for ticket in tickets}:
        own = [ticket for ticket in tickets if ticket['team_id'][1] == team]
        by_stage = [sum(ticket['stage_id'] == stage for ticket in own) for stage in {
            tuple(ticket['stage_id']): ticket['stage_id'] for ticket in own}.values()]
        row = row_of(rows, team)
        assert row[-1] == len(own)
        assert sorted(row[:-1]) == sorted(by_stage)
    assert row_of(rows, 'Total')[-1] == helpdesk.call(
        'helpdesk.lite.ticket.report', 'search_count', [])


def test_closings(helpdesk, browser, month):
    """Closings, solved ones and their share, by team."""
    rows = export(browser, helpdesk, 'helpdesk-lite-closing-analysis')
    closings = helpdesk.call('helpdesk.lite.closing.report', 'search_read', [
        ('ticket_id', 'in', month)], ['team_id', 'solved'])
    for team in ('Front Desk', 'Workshop'):
        own = [closing['solved'] for closing in closings if closing['team_id'][1] == team]
        count, solved, share, _median = row_of(rows, team)
        assert (count, solved) == (len(own), sum(own)) == (5, {'Workshop': 3}.get(team, 5))
        assert share == pytest.approx(100 * solved / count)
    assert row_of(rows, 'Total')[:3] == [10, 8, 80]
