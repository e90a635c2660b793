"""Kills ``make run`` from nothing at random moments, lets it go on, and sees whether it serves.

``python3 scripts/interrupted.py --seed=1`` takes some minutes, and 3 GB of disk for as long. Each
time either the whole process group is killed or the command alone; the next is typed at once.
"""

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from hdl.settings import ROOT, free_port

PATIENCE = 900  # seconds for what is left after the last time
SERVES = 'login: admin'
BUNDLE = re.compile(r'"(/web/assets/[^"]+\.js)"')


class Command:
    """A ``make`` in a process group of its own, whose lines are kept."""

    def __init__(self, name, environ):
        self.lines = []
        self.process = subprocess.Popen(
            ['make', name], cwd=ROOT, env=environ, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.strip())

    def kill_group(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_alone(self):
        """Kill what ``make`` started, and nothing that this has started."""
        listed = Path(f'/proc/{self.process.pid}/task/{self.process.pid}/children')
        children = [int(pid) for pid in listed.read_text(encoding='utf-8').split()]
        for pid in children or [self.process.pid]:
            os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def wait_for(self, text, seconds):
        """Wait until a line has this text; tell whether one came before the command ended."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if any(text in line for line in list(self.lines)):
                return True
            if self.process.poll() is not None:
                return False
            time.sleep(0.1)
        return False

    def end(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        return self.process.wait(60)


def say(text):
    sys.stdout.write(f'{text}\n')
    sys.stdout.flush()


def ask(opener, url, data=None):
    headers = {'Content-Type': 'application/json'} if data else {}
    body = json.dumps(data).encode() if data else None
    request = urllib.request.Request(url, body, headers)
    with opener.open(request, timeout=120) as answer:
        return answer.read().decode()


def look(url):
    """Log in, open the web client with its JavaScript, and count the tickets of the demo data."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    assert 'name="login"' in ask(opener, f'{url}/web/login')
    ask(opener, f'{url}/web/session/authenticate', {'params': {
        'db': 'helpdesk', 'login': 'admin', 'password': 'admin'}})
    page = ask(opener, f'{url}/odoo')
    size = sum(len(ask(opener, url + path)) for path in BUNDLE.findall(page))
    assert size > 1_000_000, f'JavaScript of {size} bytes\n{page[:2000]}'
    answer = json.loads(ask(opener, f'{url}/web/dataset/call_kw', {'params': {
        'model': 'helpdesk.lite.ticket', 'method': 'search_count', 'args': [[]], 'kwargs': {}}}))
    assert answer['result'] > 0, answer
    return f'{answer["result"]} tickets, {size / 1e6:.1f} MB of JavaScript'


def interrupt(environ, moments):
    """Kill the command after each of these seconds; show what it was at."""
    for number, (seconds, how) in enumerate(moments, 1):
        command = Command('run', environ)
        served = command.wait_for(SERVES, seconds)
        ended = command.process.poll()
        if ended is not None:
            say('\n'.join(command.lines))
            raise SystemExit(f'It ended by itself with {ended}')
        getattr(command, how)()
        command.reader.join(2)
        lines = [line for line in command.lines if not line.startswith('make:')]
        last = 'it served' if served else (lines or ['nothing said'])[-1]
        say(f'{number:3}. {how} after {seconds:5.1f} s: {last}')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--times', type=int, default=10)
    parser.add_argument('--length', type=float, default=150, help='seconds of one that is let be')
    parser.add_argument('--dev', help='a set-up folder to begin with, which stays')
    options = parser.parse_args()
    rng = random.Random(options.seed)
    step = 2 * options.length / (options.times or 1)
    moments = [(rng.uniform(0, step), rng.choice(['kill_group', 'kill_alone']))
               for _ in range(options.times)]
    folder = tempfile.mkdtemp(prefix='hdl-interrupted-', dir='/var/tmp')
    port = str(free_port(8200))
    dev = options.dev or f'{folder}/dev'
    environ = {**os.environ, 'DEV_DIR': dev, 'PORT': port, 'PIP_CACHE_DIR': f'{folder}/pip'}
    started = time.monotonic()
    try:
        interrupt(environ, moments)
        command, last = Command('run', environ), time.monotonic()
        if not command.wait_for(SERVES, PATIENCE):
            say('\n'.join(command.lines))
            raise SystemExit('It does not serve')
        say('\n'.join(command.lines))
        found = look(f'http://127.0.0.1:{port}')
        command.end()
        subprocess.run([f'{dev}/venv/bin/python', '-m', 'pip', 'check'], check=True)
        now = time.monotonic()
        say(f'Serves: {found}. The last time took {now - last:.0f} s, all {now - started:.0f} s.')
    finally:
        if not options.dev:
            subprocess.run(['make', 'clean'], cwd=ROOT, env=environ)
        subprocess.run(['rm', '-rf', folder])


if __name__ == '__main__':
    main()
