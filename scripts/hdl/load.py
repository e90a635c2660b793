"""``make load``: an Odoo with several workers on a large desk, and clients that keep it busy."""

import contextlib
import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request

from .bench import BenchOdoo, parse_sizes
from .console import DevError, Step, run_logged, say, stop_process
from .odoo import DIES_WITH_PARENT, manifest, why

MOST_CLIENTS, MOST_WORKERS, MOST_SECONDS = 64, 32, 3600
PATIENCE = 120  # seconds until Odoo answers


def read_number(settings, name, default, most):
    text = settings.environ.get(name) or str(default)
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise DevError(f'{name}={text} is no number from 1 to {most}', 'Type: make load')
    return int(text)


def read_clients(settings):
    """``CLIENTS=1,2,4`` as numbers."""
    text = settings.environ.get('CLIENTS') or '1,2,4,8'
    words = text.split(',')
    if not all(word.isdigit() and 1 <= int(word) <= MOST_CLIENTS for word in words):
        raise DevError(
            f'CLIENTS={text} are no numbers from 1 to {MOST_CLIENTS}',
            'Type: make load CLIENTS=1,2,4,8')
    return [int(word) for word in words]


def run(odoo):
    """Load a copy of the desk of N tickets; return 1 where a request failed."""
    settings = odoo.settings
    [tickets, *_more] = parse_sizes(settings.environ.get('N') or '10000')
    clients = read_clients(settings)
    seconds = read_number(settings, 'SECONDS', 20, MOST_SECONDS)
    workers = read_number(settings, 'WORKERS', 2, MOST_WORKERS)
    odoo = BenchOdoo(settings, odoo.server, odoo.path)
    desk = odoo.get_desk(tickets)
    scratch = f'hdl_test_{os.getpid()}_load'  # dropped by `make test` where this is killed
    odoo.databases.drop(scratch)
    with Step(f'Copy the desk of {tickets:,} tickets'):
        odoo.databases.copy(desk, scratch)
    target = settings.folder('bench') / f'load-{tickets}.json'
    try:
        code = load(odoo, scratch, target, clients=clients, seconds=seconds, workers=workers,
                    tickets=tickets)
    finally:
        odoo.databases.drop(scratch)
    say(f'\nWritten: {target} and {target.with_suffix(".md")}')
    return code


def load(odoo, database, target, *, clients, seconds, workers, tickets):
    """Serve a desk and load it; it is changed by that.

    :param list clients: how many at once, one number for each step
    :param seconds: of each step
    :return: 0, or 1 where a request failed
    """
    people = target.with_name(f'{database}-people.json')
    log = odoo.settings.logs / f'load-{database}.log'
    try:
        make_people(odoo, database, people, max(clients))
        with sink(odoo) as smtp, served(
                odoo, database, workers, smtp, log) as (process, port, websockets):
            return call(
                odoo, 'load.py', f'--url=http://127.0.0.1:{port}', f'--database={database}',
                f'--websockets=ws://127.0.0.1:{websockets}', f'--people={people}',
                f'--pid={process.pid}', f'--log={log}',
                f'--clients={",".join(map(str, clients))}', f'--seconds={seconds}',
                f'--facts={json.dumps(collect_facts(odoo, tickets, workers))}',
                f'--target={target}')
    finally:
        people.unlink(missing_ok=True)


def collect_facts(odoo, tickets, workers):
    addon = odoo.settings.root / 'helpdesk_lite'
    version, = odoo.server.sql('SHOW server_version')[0]
    return {'tickets': tickets, 'workers': workers, 'postgresql': version,
            'helpdesk_lite': manifest(addon)['version']}


def make_people(odoo, database, target, clients):
    log = odoo.settings.logs / f'load-people-{database}.log'
    log.unlink(missing_ok=True)
    command = [
        *DIES_WITH_PARENT, odoo.settings.python, odoo.benchmarks / 'load_people.py',
        f'--config={odoo.configuration}', f'--database={database}', f'--clients={clients}',
        f'--target={target}']
    with Step(f'Make {clients} agents and customers with a login'):
        if run_logged(command, log, env=odoo.environ):
            raise DevError(f'The users could not be made: {why(log)}', f'See {log}')


@contextlib.contextmanager
def sink(odoo):
    """The port of a mail server that takes everything."""
    command = [*DIES_WITH_PARENT, odoo.settings.python, odoo.benchmarks / 'load_sink.py']
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True)
    try:
        yield int(process.stdout.readline())
    finally:
        stop_process(process)
        say(f'  {process.stdout.read().strip() or "no"} mails were sent.')


@contextlib.contextmanager
def served(odoo, database, workers, smtp, log):
    """Odoo as in production: several processes, limits; ``(process, port, that of websockets)``
    once it answers."""
    port, websockets = find_free_port(), find_free_port()
    log.unlink(missing_ok=True)
    # no filter of databases: with one, each request without a session asks for their names
    with open(log, 'ab') as output:
        process = odoo.start(
            '-d', database, '-p', port, f'--gevent-port={websockets}', f'--workers={workers}',
            '--max-cron-threads=1', '--limit-time-real=300', '--limit-time-cpu=120',
            '--smtp=127.0.0.1', f'--smtp-port={smtp}', '--no-database-list',
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, process_group=0)
    try:
        with Step(f'Start Odoo with {workers} workers'):
            wait_until_it_answers(process, port, log)
        yield process, port, websockets
    finally:
        stop_process(process, seconds=30)


def wait_until_it_answers(process, port, log):
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        if process.poll() is not None:
            raise DevError(f'Odoo ended by itself: {why(log)}', f'See {log}')
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(
                f'http://127.0.0.1:{port}/web/login', timeout=PATIENCE):
            return
        time.sleep(0.2)
    raise DevError(f'Odoo did not answer within {PATIENCE} s', f'See {log}')


def find_free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def call(odoo, program, *arguments):
    """Run one of the programs in benchmarks/ in the foreground; return its exit code."""
    command = [*DIES_WITH_PARENT, odoo.settings.python, odoo.benchmarks / program, *arguments]
    process = subprocess.Popen([str(part) for part in command])
    try:
        return process.wait()
    except BaseException:
        stop_process(process)
        raise
