"""Chromium with one page, driven by Playwright: what it shows, and when that is finished."""

import contextlib
import os
import resource
import shutil
import sys
import time

from playwright import sync_api

BROWSERS = ('chromium', 'google-chrome', 'chromium-browser')
PATIENCE = 60  # seconds
QUIET = 0.8  # seconds without a change, after which a page counts as finished
# The same where nothing is on its way to the server, and frames in which its answers were drawn and
# may have asked for more
SOON, FRAMES = 0.2, 4
# What changes as long as a page is still being built; customers' messages are in a shadow tree.
STATE = """(() => {
    const shadows = [...document.querySelectorAll('#chatterRoot')].map((root) => root.shadowRoot);
    const roots = [document, ...shadows.filter(Boolean)];
    return JSON.stringify([
        document.readyState, document.fonts.status, location.href,
        roots.map((root) => root.querySelectorAll('*').length),
        roots.map((root) => (root.body || root).textContent?.length),
        roots.map((root) => [...root.querySelectorAll('img')].filter((i) => !i.complete).length),
        performance.getEntriesByType('resource').length,
        document.getAnimations().filter((a) => a.playState == 'running').length,
        !!document.querySelector('.o_loading_indicator'),
    ]);
})()"""
# Counts the frames that a page has drawn since nothing is on its way to the server any more, and
# nothing waits for a moment before it begins, as a search does until no more is typed.
WATCH = """(() => {
    let asked = 0;
    const timers = new Set(), {fetch, setTimeout, clearTimeout} = window;
    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (...args) {
        asked++;
        this.addEventListener('loadend', () => asked--);
        return send.apply(this, args);
    };
    window.fetch = (...args) => {
        asked++;
        return fetch(...args).finally(() => asked--);
    };
    window.setTimeout = (call, delay, ...args) => {
        const timer = setTimeout(() => (timers.delete(timer), call(...args)), delay);
        if (delay <= 300) {
            timers.add(timer);
        }
        return timer;
    };
    window.clearTimeout = (timer) => (timers.delete(timer), clearTimeout(timer));
    window.quietFrames = 0;
    const count = () => {
        const busy = asked || timers.size || document.readyState !== 'complete'
            || document.querySelector('.o_loading_indicator, .o_blockUI');
        window.quietFrames = busy ? 0 : window.quietFrames + 1;
        requestAnimationFrame(count);
    };
    count();
    window.loading = 0;
    const load = (node) => {
        window.loading++;
        for (const end of ['load', 'error']) {
            node.addEventListener(end, () => window.loading--, {once: true});
        }
    };
    new MutationObserver((changes) => {
        for (const node of changes.flatMap((change) => [...change.addedNodes])) {
            if (node.src && node.tagName === 'SCRIPT' || node.rel === 'stylesheet' && node.href) {
                load(node);
            }
        }
    }).observe(document, {childList: true, subtree: true});
})()"""
AT_REST = f'window.quietFrames >= {FRAMES} && !window.loading'
ERROR = "document.querySelector('.o_error_dialog')?.innerText || ''"
# All that a person can read or is told: texts, tooltips, placeholders, names for screen readers.
TEXTS = """(() => {
    const names = ['title', 'placeholder', 'aria-label', 'alt', 'data-tooltip', 'data-title'];
    const shadows = [...document.querySelectorAll('#chatterRoot')].map((root) => root.shadowRoot);
    const found = [document.title];
    for (const root of [document, ...shadows.filter(Boolean)]) {
        found.push((root.body || root.firstElementChild?.parentNode.lastElementChild)?.innerText);
        for (const node of root.querySelectorAll(names.map((name) => `[${name}]`).join())) {
            found.push(...names.map((name) => node.getAttribute(name) || ''));
        }
    }
    return found.filter(Boolean).join('\\n');
})()"""


def lift_limit():
    """Give Chromium and Playwright all addresses: they reserve more of them than Odoo lets itself
    have, and the tests run in a process of Odoo's."""
    most = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


class Driver:
    """The one Playwright of this process, started by its first browser, ended by its last.

    A thread can have one at a time, and browsers may overlap.
    """

    playwright = None
    browsers = 0

    @classmethod
    def start(cls):
        cls.playwright = cls.playwright or sync_api.sync_playwright().start()
        cls.browsers += 1
        return cls.playwright

    @classmethod
    def stop(cls):
        cls.browsers -= 1
        if not cls.browsers:
            cls.playwright.stop()
            cls.playwright = None


class Browser:
    """One page of a Chromium of its own; ``with`` starts and ends it.

    :param lang: what the person before it reads, as ``ko_KR``
    """

    def __init__(self, lang):
        self.tag = lang.replace('_', '-')

    def __enter__(self):
        program = next(filter(None, map(shutil.which, BROWSERS)), None)
        if not program:
            sys.exit('error: Chromium is missing. Type: make setup')
        lift_limit()
        self.chromium = Driver.start().chromium.launch(
            executable_path=program, args=[f'--lang={self.tag}'],
            env={**os.environ, 'LANGUAGE': self.tag.partition('-')[0]})
        self.begin()
        return self

    def __exit__(self, *error):
        self.chromium.close()
        Driver.stop()

    def begin(self):
        """Begin a session of nobody, without cookies and without what pages have stored."""
        self.context = self.chromium.new_context(locale=self.tag, reduced_motion='reduce')
        self.context.set_default_timeout(PATIENCE * 1000)
        self.context.add_init_script(WATCH)
        self.page = self.context.new_page()

    def log_in(self, base, database, login, password):
        """Begin a new session, of nobody where there is no login."""
        self.context.close()
        self.begin()
        if login:
            self.enter(base, database, login, password)

    def enter(self, base, database, login, password):
        """Log somebody in, in the session that has begun."""
        answer = self.context.request.post(f'{base}/web/session/authenticate', data={
            'params': {'db': database, 'login': login, 'password': password}})
        if 'error' in answer.json():
            sys.exit(f'error: {login} cannot log in: {answer.text()[:300]}')

    def go(self, url):
        """Open a page anew, also where only the part after the # differs."""
        self.page.goto('about:blank')
        self.page.goto(url)

    def run(self, script):
        """The value of a script, also of one that has to be awaited."""
        return self.page.evaluate(script)

    def wait_until(self, condition):
        """Wait for a script to be true; a page where it never is ends the command."""
        try:
            self.page.wait_for_function(condition)
        except sync_api.TimeoutError:
            sys.exit(f'error: {self.page.url}: never was {condition}')

    def settle(self):
        """Wait until nothing on the page changes any more."""
        limit, since, before = time.monotonic() + PATIENCE, 0, None
        with contextlib.suppress(sync_api.Error):  # of a page that gives way to another one
            self.run('window.quietFrames = 0')
        while time.monotonic() < limit:
            state, at_rest = self.get_state()
            if state != before:
                before, since = state, time.monotonic()
            elif time.monotonic() - since > (SOON if at_rest else QUIET):
                break
            self.page.wait_for_timeout(50)
        if error := self.run(ERROR):
            sys.exit(f'error: {self.page.url}: {error}')

    def get_state(self):
        """What the page looks like, and whether it waits for nothing."""
        try:
            return self.run(f'[{STATE}, {AT_REST}]')
        except sync_api.Error:  # the page is about to give way to another one
            return None, False

    def resize(self, width, height):
        self.page.set_viewport_size({'width': width, 'height': height})

    def type(self, text):
        self.page.keyboard.insert_text(text)

    def press(self, key):
        self.page.keyboard.press(key)

    def picture(self):
        """The page as bytes of a PNG file."""
        return self.page.screenshot()

    def texts(self):
        return self.run(TEXTS)
