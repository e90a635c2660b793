"""From a click to the last paint, in Chromium: ours, OCA's ``helpdesk_mgmt``, Odoo's ``project``.

Each side is served by an Odoo with two workers, from a copy of its desk, and used by the agent
``bench_agent`` in a page of 1440 × 900. A round is what an agent does: click the application's name
(its screen of all teams opens), a team's open tickets, a ticket, the next one (ours by *Next
ticket*, elsewhere by the pager's arrow), and *Send* below a message that was typed before. The
first round isn't counted: it brings views and files into the browser, and the workers' caches.
Rounds of the sides take turns.

What is measured: paint.js, which is in the page before its own scripts, takes the time of the click
from the event. Every change of the document and every image that has come asks for a frame
(requestAnimationFrame) and notes the time of the first task after it, which is when that frame is
painted. The work is over when no request of the page is open and nothing was painted for QUIET
seconds; the last paint before counts. Animations are off; so is hovering: the mouse leaves at once.
"""

import contextlib
import statistics
import subprocess
import sys
import time
from pathlib import Path

import special
from meter import say

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

SCRIPTS = Path(__file__).parents[1] / 'scripts'
sys.path.append(str(SCRIPTS))
from shots.browser import Browser  # noqa: E402

from hdl.load import find_free_port, wait_until_it_answers  # noqa: E402
from hdl.odoo import DIES_WITH_PARENT  # noqa: E402

ROUNDS = 5
QUIET, PATIENCE = 0.6, 60  # seconds
PASSWORD = 'bench_agent-desk'
CARD = '.o_kanban_group:not(.o_column_folded) .o_kanban_record:not(.o_kanban_ghost)'
COMPOSE, INPUT = '.o-mail-Chatter-sendMessage', '.o-mail-Composer-input'
TITLES = {
    'dashboard': 'all teams', 'pipeline': "a team's open tickets", 'ticket': 'open a ticket',
    'next': 'the next ticket', 'send': 'Send'}


class Page:
    """How one side's screens are reached; another addon's says what is different there."""

    app, team = 'Helpdesk', '.o_kanban_record :text-is("Bench 17")'
    next = '.o_helpdesk_lite_next'

    def __init__(self, browser):
        self.browser, self.page = browser, browser.page
        self.open_requests = set()
        self.request_count = 0
        self.page.on('request', self.note_request)
        for event in ('requestfinished', 'requestfailed'):
            self.page.on(event, self.note_end)

    def note_request(self, request):
        self.open_requests.add(request)
        self.request_count += 1

    def note_end(self, request):
        self.open_requests.discard(request)

    def begin(self, base):
        """Open the application by hand, which isn't measured."""
        self.browser.go(f'{base}/odoo')
        self.browser.settle()
        self.page.locator('.o_navbar_apps_menu button').click()
        self.page.locator(f'.o-dropdown--menu .o_app:text-is("{self.app}")').click()
        self.browser.settle()

    def work(self, number):
        """A round: ``{key: (ms, requests)}``."""
        found = {
            'dashboard': self.measure(self.page.locator('.o_menu_brand')),
            'pipeline': self.measure(self.page.locator(self.team).first)}
        cards = self.page.locator(CARD)  # of the last one nothing is next
        found['ticket'] = self.measure(cards.nth(number % max(cards.count() - 1, 1)))
        found['next'] = self.measure(self.page.locator(self.next))
        self.page.locator(COMPOSE).click()
        self.page.locator(INPUT).fill('It is repaired. Please try again.')
        found['send'] = self.measure(self.page.locator('.o-mail-Composer-send:enabled'))
        return found

    def measure(self, target):
        """Click; ``(ms from the click to the last paint, requests)``."""
        self.browser.settle()
        self.open_requests.clear()  # one of the shared worker's is never told to have ended
        self.request_count = 0
        self.page.evaluate('benchMeter.isArmed = true')
        target.click()
        self.page.mouse.move(1, 600)
        limit, busy = time.monotonic() + PATIENCE, 0
        while time.monotonic() < limit:
            found, now = self.page.evaluate('[benchMeter, performance.now()]')
            if self.open_requests or not found['painted']:
                busy = now
            if now - max(found['painted'], busy) > QUIET * 1000:
                return found['painted'] - found['clicked'], self.request_count
            self.page.wait_for_timeout(30)
        sys.exit(f'error: {self.page.url} was not finished after {PATIENCE} s')


class PeerPage(Page):
    team = '.o_kanban_record:has-text("Bench 17") button:has-text("To Do")'
    next = '.o_pager_next'


class ProjectPage(PeerPage):
    app, team = 'Project', Page.team


PAGES = {'ours': Page, 'peer': PeerPage, 'project': ProjectPage}


@contextlib.contextmanager
def served(config, database, log):
    """Odoo with two workers, whose mail a sink takes; the address that it answers at."""
    log.unlink(missing_ok=True)
    port = find_free_port()
    with open(log, 'ab') as output, contextlib.ExitStack() as processes:
        sink = processes.enter_context(_running(
            [sys.executable, Path(__file__).with_name('load_sink.py')], stdout=subprocess.PIPE))
        odoo = processes.enter_context(_running([
            sys.executable, SCRIPTS / 'odoo-bin', '-c', config, '-d', database, '-p', port,
            f'--gevent-port={find_free_port()}', '--workers=2', '--max-cron-threads=0',
            '--limit-time-real=300', '--limit-time-cpu=120',
            '--smtp=127.0.0.1', f'--smtp-port={int(sink.stdout.readline())}',
            '--no-database-list'], stdin=subprocess.DEVNULL, stdout=output, stderr=output))
        wait_until_it_answers(odoo, port, log)
        yield f'http://127.0.0.1:{port}'


@contextlib.contextmanager
def _running(command, **options):
    process = subprocess.Popen([*DIES_WITH_PARENT, *map(str, command)], **options)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def let_in(database):
    """Give the agent of a copy a password: those who made the desk need none."""
    with Registry(database).cursor() as cr:
        api.Environment(cr, SUPERUSER_ID, {})['res.users'].search(
            [('login', '=', 'bench_agent')]).password = PASSWORD


def measure(databases, config, folder, rounds=ROUNDS):
    """The rows.

    :param dict databases: ``{side: its copy}``
    :param Path folder: for the logs of the servers
    """
    with contextlib.ExitStack() as stack:
        pages = {}
        for name, database in databases.items():
            say(f'    serve {database}')
            let_in(database)
            base = stack.enter_context(served(
                config, database, folder / f'browser-{name}.log'))
            browser = stack.enter_context(Browser('en_US'))
            pages[name] = open_page(name, browser, base, database)
        found = {name: [] for name in pages}
        for number in range(rounds + 1):
            say(f'    round {number} of {rounds}')
            for name, page in pages.items():
                found[name].append(page.work(number))
    for key, title in TITLES.items():
        yield special.row(f'browser_{key}', f'in the browser: {title}', {
            name: summarize([some[key] for some in work[1:]]) for name, work in found.items()})


def open_page(name, browser, base, database):
    browser.log_in(base, database, 'bench_agent', PASSWORD)
    browser.resize(1440, 900)
    browser.context.add_init_script(path=Path(__file__).with_name('paint.js'))
    page = PAGES[name](browser)
    page.begin(base)
    return page


def summarize(samples):
    times = [ms for ms, _requests in samples]
    return {'ms': round(statistics.median(times), 1), 'ms_min': round(min(times), 1),
            'ms_max': round(max(times), 1), 'runs': len(times),
            'queries': int(statistics.median(requests for _ms, requests in samples))}
