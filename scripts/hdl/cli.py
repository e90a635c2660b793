"""The commands, as the Makefile calls them."""

import contextlib
import os
import shutil
import subprocess
import sys

from . import bench, i18n, lint, load, postgres, serve, source, suites, testing, venv
from .console import DevError, plain_errors, say
from .database import Databases
from .odoo import Odoo
from .settings import Settings, check_python

HELP = """\
Helpdesk Lite. The commands do whatever set-up is missing; make NAME=value sets a variable.

  make run         serve a helpdesk with demo data at http://127.0.0.1:8069 (admin / admin);
                   follows changes of the addons; Ctrl-C stops it
  make test        run every test; ends in pytest's closing line
  make test-odoo   run Odoo's own tests without our addons and with them; say what differs
  make lint        ruff, pylint-odoo, XML, JavaScript: no findings expected
  make bench       measure the work of a large desk, beside OCA's helpdesk_mgmt; see N=
  make load        let agents and customers work on a large desk over HTTP; see CLIENTS=
  make shell       Odoo's Python shell on the database
  make psql        PostgreSQL's prompt on the database
  make i18n        write the .pot of each addon anew and bring its ko.po up to it
  make screenshots take the pictures of README and app pages from the helpdesk that make run serves
  make mail        deliver a message to the running helpdesk: make mail < message.eml
  make setup       only do the set-up
  make clean       stop the private PostgreSQL and remove everything that the set-up made
  make help        this text

  PORT=8069        run, mail: the port on 127.0.0.1
  DB=helpdesk      run, shell, psql, mail: the database
  ADDONS="a b"     run, test, lint: only these addons of the three
  DEMO=0           run: make a new database without demo data
  BESIDE="a b"     run, test: applications of Odoo to install before ours, as "website crm"
  T=name           test: only the test files (or else the tests) with this word in their name
  ARGS="-x --lf"   test: options for pytest
  J=1              test: in so many processes at once (all tests: two, where there are two cores)
  LOOK=ko_KR       screenshots: take every screen in this language, wide and narrow, into .dev/look
                   instead, to be looked at
  SIDE=with        test-odoo: this side alone, compared with the other's last report
  COV=1            test: measure and report coverage
  TEST_DB=name     test: the database's name, one of its own for each run unless set; runs with
                   different names do not disturb each other
  KEEP=1           test: keep the databases for a look
  N=100000         bench, load (10000): the number of tickets; bench takes several, as
                   N=10000,100000,1000000
  PEERS=0          bench: measure ours only
  ROWS="create"    bench: only these rows, by their keys in benchmarks/rows.py; ROWS=browser (clicks
                   in Chromium) and ROWS=indexes (what each costs) are made only when asked for
  CLIENTS=1,2,4,8  load: how many clients work at once, one number for each step
  SECONDS=20       load: how long each step takes
  WORKERS=2        load: Odoo's workers
  FILE=path        mail: the message, instead of standard input
  ODOO_SOURCE=path an Odoo 19.0 that is there already, instead of fetching one
  PGHOST= PGPORT= PGUSER= PGPASSWORD=
                   a PostgreSQL server to use instead of the private one
  PYTHON=python3   the Python to set up with: 3.11, 3.12 or 3.13
  DEV_DIR=.dev     where the set-up lives
"""


@contextlib.contextmanager
def ready(settings):
    """An Odoo that is set up, and its PostgreSQL for as long as the block runs."""
    source.locate(settings)  # a wrong ODOO_SOURCE is told at once
    with postgres.running(settings) as server:
        yield Odoo.set_up(settings, server)


def run(settings):
    serve.check_port_is_free(settings)
    with ready(settings) as odoo:
        serve.serve(odoo)
    say('Stopped.')


def test(settings):
    with ready(settings) as odoo:
        return testing.run(odoo)


def test_odoo(settings):
    with ready(settings) as odoo:
        return suites.run(odoo)


def check(settings):
    venv.ensure(settings)
    return lint.run(settings)


def translate(settings):
    with ready(settings) as odoo:
        i18n.run(odoo)


def measure(settings):
    with ready(settings) as odoo:
        return bench.run(odoo)


def put_under_load(settings):
    with ready(settings) as odoo:
        return load.run(odoo)


def screenshots(settings):
    venv.ensure(settings)
    command = [
        settings.python, settings.root / 'scripts' / 'screenshots.py', f'--port={settings.port}',
        f'--database={settings.database}', f'--outbox={settings.folder("outbox")}',
        f'--only={settings.environ.get("T") or ""}',
    ]
    if lang := settings.environ.get('LOOK'):
        command += [f'--look={lang}', f'--look-folder={settings.folder("look")}']
    return subprocess.run([str(part) for part in command]).returncode


def shell(settings):
    with ready(settings) as odoo:
        _demand(odoo.databases, settings.database)
        command = odoo.command('shell', '-d', settings.database, '--no-http', '--log-level=warn')
        return _interactive(command, odoo.environ)


def psql(settings):
    with postgres.running(settings) as server:
        _demand(Databases(server, settings.dev / 'data'), settings.database)
        command = [server.psql_program, '-d', settings.database, *sys.argv[2:]]
        return _interactive(command, server.environ)


def _demand(databases, name):
    if not databases.exists(name):
        raise DevError(f'There is no database {name}', f'Type: make run DB={name}')


def _interactive(command, environ):
    """Give the terminal to a program; its Ctrl-C is not ours."""
    process = subprocess.Popen([str(part) for part in command], env=environ)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def mail(settings):
    command = [
        sys.executable, settings.root / 'scripts' / 'mailgate.py',
        f'--port={settings.port}', f'--database={settings.database}',
    ]
    if settings.environ.get('FILE'):
        command.append(settings.environ['FILE'])
    return subprocess.run([str(part) for part in command]).returncode


def setup(settings):
    with ready(settings) as odoo:
        odoo.base_template(odoo.dependencies(settings.addons()))
    say('Everything is set up.')


def clean(settings):
    if not settings.dev.exists():
        say(f'There is no {settings.dev}: nothing to remove.')
        return
    if settings.dev in (settings.root, *settings.root.parents):
        raise DevError(f'DEV_DIR={settings.dev} holds the checkout', 'Choose a folder of its own')
    outside = postgres.remove(settings)
    shutil.rmtree(settings.dev)
    removed = [str(settings.dev)]
    if outside and settings.dev not in outside.parents:
        removed.append(str(outside))
    say(f'Removed {" and ".join(removed)}.')


def show_help(settings):
    sys.stdout.write(HELP)


COMMANDS = {
    'run': run, 'test': test, 'test-odoo': test_odoo, 'lint': check, 'i18n': translate,
    'bench': measure, 'load': put_under_load, 'screenshots': screenshots, 'shell': shell,
    'psql': psql, 'mail': mail, 'setup': setup, 'clean': clean, 'help': show_help,
}


def main():
    with plain_errors():
        name = sys.argv[1] if len(sys.argv) > 1 else 'help'
        if name not in COMMANDS:
            raise DevError(f'There is no command {name}', 'Type: make help')
        if name not in ('help', 'clean'):
            check_python()
        os.umask(0o022)
        sys.exit(COMMANDS[name](Settings()) or 0)
