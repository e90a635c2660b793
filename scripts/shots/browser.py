"""Chromium, driven over its DevTools protocol (websocket-client is one of Odoo's packages)."""

import base64
import itertools
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import websocket

BROWSERS = ('chromium', 'google-chrome', 'chromium-browser')
OPTIONS = (
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--hide-scrollbars', '--force-prefers-reduced-motion', '--remote-debugging-port=0',
    '--remote-allow-origins=*',
)
PATIENCE = 60  # seconds
QUIET = 0.8  # seconds without a change, after which a page counts as finished
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
    """Give Chromium all addresses: it reserves more of them than Odoo lets itself have, and the
    tests run in a process of Odoo's."""
    most = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


class Browser:
    """One page of a Chromium of its own; ``with`` starts and ends it.

    :param lang: what the person before it reads, as ``ko_KR``
    """

    def __init__(self, lang):
        self.tag = lang.replace('_', '-')

    def __enter__(self):
        self.profile = tempfile.mkdtemp()
        program = next(filter(None, map(shutil.which, BROWSERS)), None)
        if not program:
            sys.exit('error: Chromium is missing. Type: make setup')
        self.process = subprocess.Popen(
            [program, *OPTIONS, f'--lang={self.tag}', f'--user-data-dir={self.profile}',
             'about:blank'],
            env={**os.environ, 'LANGUAGE': self.tag.partition('-')[0]},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=lift_limit)  # noqa: PLW1509 - no threads here hold what it needs
        port = self._read_port()
        with urllib.request.urlopen(f'http://127.0.0.1:{port}/json') as answer:
            page = next(page for page in json.load(answer) if page['type'] == 'page')
        self.socket = websocket.create_connection(page['webSocketDebuggerUrl'], timeout=120)
        self.numbers = itertools.count(1)
        self.do('Network.enable')
        self.do('Network.setExtraHTTPHeaders', headers={'Accept-Language': self.tag})
        return self

    def __exit__(self, *error):
        self.socket.close()
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def _read_port(self):
        path = Path(self.profile) / 'DevToolsActivePort'
        limit = time.monotonic() + PATIENCE
        while not path.exists() or not path.read_text():
            if time.monotonic() > limit:
                sys.exit('error: Chromium does not start.')
            time.sleep(0.1)
        return path.read_text().split()[0]

    def do(self, method, **parameters):
        """Call a method of the protocol and wait for its result."""
        number = next(self.numbers)
        self.socket.send(json.dumps({'id': number, 'method': method, 'params': parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get('id') == number:
                return message.get('result', {})

    def run(self, script):
        """The value of a script, also of one that has to be awaited."""
        answer = self.do(
            'Runtime.evaluate', expression=script, awaitPromise=True, returnByValue=True)
        if 'exceptionDetails' in answer:
            details = answer['exceptionDetails']
            sys.exit(f'error: {details.get("exception", {}).get("description", details)}\n{script}')
        return answer.get('result', {}).get('value')

    def wait_until(self, condition):
        """Wait for a script to be true; a page where it never is ends the command."""
        limit = time.monotonic() + PATIENCE
        while not self.run(condition):
            if time.monotonic() > limit:
                sys.exit(f'error: {self.run("location.href")}: never was {condition}')
            time.sleep(0.1)

    def settle(self):
        """Wait until nothing on the page changes any more."""
        limit, since, state = time.monotonic() + PATIENCE, 0, None
        while time.monotonic() < limit:
            now = self.run(STATE)
            if now != state:
                state, since = now, time.monotonic()
            elif time.monotonic() - since > QUIET:
                break
            time.sleep(0.1)
        if error := self.run(ERROR):
            sys.exit(f'error: {self.run("location.href")}: {error}')

    def go(self, url):
        """Open a page anew, also where only the part after the # differs."""
        self.do('Page.navigate', url='about:blank')
        self.do('Page.navigate', url=url)
        self.wait_until("document.readyState == 'complete' && location.href != 'about:blank'")

    def resize(self, width, height):
        self.do('Emulation.setDeviceMetricsOverride', width=width, height=height,
                deviceScaleFactor=1, mobile=width < 600)

    def type(self, text):
        self.do('Input.insertText', text=text)

    def log_in(self, base, database, login, password):
        """Begin a new session, of nobody where there is no login."""
        self.do('Network.clearBrowserCookies')
        self.go(f'{base}/web/health')
        self.run('localStorage.clear()')
        if login:
            parameters = json.dumps({'params': {
                'db': database, 'login': login, 'password': password}})
            answer = self.run(f"""fetch('/web/session/authenticate', {{
                method: 'POST', headers: {{'Content-Type': 'application/json'}},
                body: {json.dumps(parameters)},
            }}).then((answer) => answer.text())""")
            if 'error' in json.loads(answer):
                sys.exit(f'error: {login} cannot log in: {answer[:300]}')

    def picture(self):
        """The page as bytes of a PNG file."""
        return base64.b64decode(self.do('Page.captureScreenshot', format='png')['data'])

    def texts(self):
        return self.run(TEXTS)
