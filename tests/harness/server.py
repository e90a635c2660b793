"""A real Odoo server process, and the calls that reach it from outside."""

import contextlib
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
import xmlrpc.client

import requests

from hdl.console import stop_process

PROBLEM = re.compile(r'^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) ')


def free_port():
    """A port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class OdooServer:
    """``with OdooServer(odoo, database) as server``: served at ``server.url`` while it runs.

    :param odoo: the set-up (``hdl.odoo.Odoo``)
    :param database: name of an installed database, which nothing else uses
    :param options: more of Odoo's options, as ``'--workers=2'``
    :param smtp: the port of its outgoing mail server on 127.0.0.1
    """

    running = []

    def __init__(self, odoo, database, *options, smtp=None, crons=0):
        self.odoo = odoo
        self.database = database
        self.port = free_port()
        self.url = f'http://127.0.0.1:{self.port}'
        self.log = odoo.settings.logs / f'server-{database}.log'
        self.log.unlink(missing_ok=True)  # that of an earlier run with the same TEST_DB
        self.expected = []
        self.process = None
        self._users = {}
        # Port 9 takes nothing: where a test has no sink, no mail may leave.
        self.options = [
            '-d', database, f'--db-filter=^{database}$', '-p', self.port,
            f'--max-cron-threads={crons}', '--smtp=127.0.0.1', f'--smtp-port={smtp or 9}', *options,
        ]

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.stop()

    def start(self, timeout=90):
        """Start the process and wait until it answers."""
        with open(self.log, 'ab') as output:
            self.process = self.odoo.start(
                *self.options, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                process_group=0,
            )
        OdooServer.running.append(self)
        limit = time.monotonic() + timeout
        while not self.answers():
            assert self.process.poll() is None, f'Odoo ended by itself:\n{self.tail()}'
            assert time.monotonic() < limit, f'Odoo did not answer in {timeout} s:\n{self.tail()}'
            time.sleep(0.1)

    def answers(self):
        try:
            with urllib.request.urlopen(f'{self.url}/web/health', timeout=10) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def stop(self):
        """End the process in an orderly way; it is in a process group of its own."""
        if self in OdooServer.running:
            OdooServer.running.remove(self)
        if self.process:
            stop_process(self.process)

    def kill(self):
        """End the process as a power cut would."""
        if self in OdooServer.running:
            OdooServer.running.remove(self)
        self.process.kill()
        self.process.wait()

    # ------------------------------------------------------------------
    # Calls
    # ------------------------------------------------------------------
    def user_id(self, login, password=None):
        """Log in over XML-RPC; passwords equal the login unless given."""
        if login not in self._users:
            with self._proxy('common') as common:
                user = common.authenticate(self.database, login, password or login, {})
            assert user, f'{login} cannot log in'
            self._users[login] = user
        return self._users[login]

    def call(self, model, method, *args, login='admin', password=None, **kwargs):
        """Call a model's method as a user, over XML-RPC.

        :raises xmlrpc.client.Fault: what Odoo raised
        """
        user = self.user_id(login, password)
        with self._proxy('object') as models:
            return models.execute_kw(
                self.database, user, password or login, model, method, list(args), kwargs
            )

    def _proxy(self, service):
        address = f'{self.url}/xmlrpc/2/{service}'
        return xmlrpc.client.ServerProxy(address, allow_none=True, use_builtin_types=True)

    def browse(self, login='admin', password=None):
        """A ``requests`` session, logged in as a browser is; its paths are the server's."""
        session = _Session(self.url)
        answer = session.json('/web/session/authenticate', {
            'db': self.database, 'login': login, 'password': password or login,
        })
        assert answer.get('uid'), f'{login} cannot log in'
        return session

    def visit(self):
        """A ``requests`` session of somebody who is not logged in."""
        return _Session(self.url)

    # ------------------------------------------------------------------
    # Log
    # ------------------------------------------------------------------
    def log_text(self):
        return self.log.read_text(encoding='utf-8', errors='replace')

    def tail(self, lines=60):
        return '\n'.join(self.log_text().splitlines()[-lines:])

    def expect_problem(self, text):
        """A test that provokes an error names it, so that the check of the log lets it pass."""
        self.expected.append(text)

    def problems(self):
        """Errors in the log, and warnings that our addons caused, less the expected ones."""
        return [
            line
            for line in self.log_text().splitlines()
            if (found := PROBLEM.match(line))
            and (found[1] != 'WARNING' or 'helpdesk_lite' in line or 'helpdesk.lite' in line)
            and not any(text in line for text in self.expected)
        ]


class _Session(requests.Session):
    def __init__(self, url):
        super().__init__()
        self.base = url

    def request(self, method, url, *args, **kwargs):
        kwargs.setdefault('timeout', 60)
        address = f'{self.base}{url}' if url.startswith('/') else url
        return super().request(method, address, *args, **kwargs)

    def json(self, path, params):
        """Call a JSON-RPC route; return its result, raise what it answered as an error."""
        body = {'jsonrpc': '2.0', 'method': 'call', 'params': params}
        answer = self.post(path, json=body).json()
        assert 'error' not in answer, answer['error']
        return answer['result']


@contextlib.contextmanager
def clean_log(server):
    """Run the block, then see that the server logged nothing that it should not have."""
    yield server
    assert not server.problems(), '\n'.join(server.problems()[:10])
