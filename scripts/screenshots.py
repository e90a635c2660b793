"""Take the README's pictures from a running helpdesk with demo data; `make screenshots` runs it.

    python scripts/screenshots.py --port=8069 --folder=docs/images

Drives Chromium over its DevTools protocol (websocket-client is one of Odoo's test packages).
"""

import argparse
import base64
import itertools
import json
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
    '--hide-scrollbars', '--remote-debugging-port=0', '--remote-allow-origins=*',
)
WIDE, PHONE = (1440, 900), (390, 844)
ACTION = '/odoo/action-helpdesk_lite.helpdesk_lite_'
LOGIN = """
    document.querySelector('input[name=login]').value = 'admin';
    document.querySelector('input[name=password]').value = 'admin';
    document.querySelector('form.oe_login_form').submit();
"""
OPEN_FIRST_TEAM = "document.querySelector('.o_kanban_record:not(.o_kanban_ghost)').click()"
# name, size, path, script that leads on from there
PICTURES = (
    ('dashboard', WIDE, f'{ACTION}team_action_dashboard', ''),
    ('pipeline', WIDE, f'{ACTION}team_action_dashboard', OPEN_FIRST_TEAM),
    ('tickets', WIDE, f'{ACTION}ticket_action_all?view_type=list', ''),
    ('ticket', WIDE, f'{ACTION}ticket_action_all/1', ''),
    ('team', WIDE, f'{ACTION}team_action_config/1', ''),
    ('analysis', WIDE, f'{ACTION}ticket_action_analysis', ''),
    ('pipeline-phone', PHONE, f'{ACTION}team_action_dashboard', OPEN_FIRST_TEAM),
)


class Browser:
    """One page of a Chromium of its own."""

    def __enter__(self):
        self.profile = tempfile.mkdtemp()
        program = next(filter(None, map(shutil.which, BROWSERS)), None)
        if not program:
            sys.exit('error: Chromium is missing. Type: make setup')
        self.process = subprocess.Popen(
            [program, *OPTIONS, f'--user-data-dir={self.profile}', 'about:blank'],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port = self._read_port()
        with urllib.request.urlopen(f'http://127.0.0.1:{port}/json') as answer:
            page = next(page for page in json.load(answer) if page['type'] == 'page')
        self.socket = websocket.create_connection(page['webSocketDebuggerUrl'], timeout=120)
        self.numbers = itertools.count(1)
        return self

    def __exit__(self, *error):
        self.socket.close()
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def _read_port(self):
        path = Path(self.profile) / 'DevToolsActivePort'
        limit = time.monotonic() + 60
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
        return self.do('Runtime.evaluate', expression=script).get('result', {}).get('value')

    def wait_until(self, condition, seconds=60):
        limit = time.monotonic() + seconds
        while not self.run(condition) and time.monotonic() < limit:
            time.sleep(0.2)

    def go(self, url):
        self.do('Page.navigate', url=url)
        self.wait_until("document.readyState == 'complete'")

    def picture(self, path, size):
        width, height = size
        self.do('Emulation.setDeviceMetricsOverride', width=width, height=height,
                deviceScaleFactor=1, mobile=width < 600)
        time.sleep(1)
        data = self.do('Page.captureScreenshot', format='png')['data']
        path.write_bytes(base64.b64decode(data))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--port', default='8069')
    parser.add_argument('--folder', default='docs/images', type=Path)
    options = parser.parse_args()
    base = f'http://127.0.0.1:{options.port}'
    options.folder.mkdir(parents=True, exist_ok=True)
    with Browser() as browser:
        browser.go(f'{base}/web/login')
        browser.run(LOGIN)
        browser.wait_until("!!document.querySelector('.o_main_navbar')")
        for name, size, path, script in PICTURES:
            browser.do('Emulation.setDeviceMetricsOverride', width=size[0], height=size[1],
                       deviceScaleFactor=1, mobile=size[0] < 600)
            browser.go(base + path)
            browser.wait_until("!!document.querySelector('.o_content .o_view_controller, "
                               ".o_content .o_renderer, .o_form_view')")
            time.sleep(3)
            if script:
                browser.run(script)
                time.sleep(4)
            browser.picture(options.folder / f'{name}.png', size)
            sys.stdout.write(f'  {options.folder / name}.png\n')


if __name__ == '__main__':
    main()
