"""``make test``: every test in one run of pytest, on a database of this run alone."""

import os
import shlex
import shutil
import signal
import subprocess

from . import axe, debian
from .console import DevError, Step, complain, say, stop_process
from .locks import locked
from .settings import check_database_name

BROWSERS = ('google-chrome', 'chromium', 'chromium-browser', 'google-chrome-stable')


def ensure_browser(settings):
    """Odoo's test browser: without it every browser test would be skipped."""
    if not any(shutil.which(name) for name in BROWSERS):
        debian.install_system_packages(settings, ['chromium', 'fonts-noto-cjk'], 'Chromium')


def test_files(settings):
    """The paths to give to pytest: every test, or those of the topic ``T``."""
    folders = [addon / 'tests' for addon in settings.addons()]
    if settings.addons() == settings.every_addon():
        # They take longest, so first: no process should wait for one of them at the end.
        folders.insert(0, settings.root / 'tests')
    topic = settings.environ.get('T') or ''
    if not topic:
        return [folder for folder in folders if folder.is_dir()], []
    found = [path for folder in folders for path in sorted(folder.glob(f'test_*{topic}*.py'))]
    if found:
        return found, []
    # No file of that name: let it be a test's or a class's name.
    return [folder for folder in folders if folder.is_dir()], ['-k', topic]


def count_jobs(settings, paths):
    """How many processes run the tests: ``J``, else two where there is work and room for them.

    Each has a copy of the database; more than two wait for PostgreSQL and the browser.
    """
    if jobs := settings.environ.get('J'):
        if not jobs.isdecimal() or not int(jobs):
            raise DevError(f'J={jobs} is not a number of processes', 'Type: make test J=2')
        return int(jobs)
    alone = settings.environ.get('T') or settings.environ.get('COV') or len(paths) == 1
    return 1 if alone else min(2, os.cpu_count() or 1)


def run(odoo):
    """Run the tests; return pytest's exit code."""
    settings = odoo.settings
    name = settings.environ.get('TEST_DB') or f'hdl_test_{os.getpid()}'
    check_database_name(name, 'TEST_DB')
    ensure_browser(settings)
    axe.ensure(settings)
    if not settings.uses_own_server:
        odoo.databases.drop_leftovers()
    odoo.drop_old_caches()
    if settings.addons() != settings.every_addon():
        say('  Without the end-to-end tests in tests/, which need every addon: make test')
    template = odoo.addons_template(settings.addons())
    if not settings.environ.get('T'):
        template = odoo.with_assets(template)
    with locked(settings, f'database-{name}', 'is testing with the same TEST_DB'):
        odoo.databases.drop(name)
        with Step(f'Copy the prepared database to {name}'):
            odoo.databases.copy(template, name)
        try:
            return _pytest(odoo, name, template)
        finally:
            _drop(odoo, name)


def _drop(odoo, name):
    """Drop the database and those that the end-to-end tests derived from it."""
    if odoo.settings.environ.get('KEEP'):
        say(f'  Kept: {name}. Look into it with: make psql DB={name}')
        return
    for database in odoo.databases.names():
        if database == name or database.startswith((f'{name}_e2e_', f'{name}-gw')):
            odoo.databases.drop(database)


def _command(odoo, name):
    paths, selection = test_files(odoo.settings)
    tool = ['-m', 'pytest']
    if (jobs := count_jobs(odoo.settings, paths)) > 1:
        # A worker keeps a file's tests together, with the servers that they share.
        selection = [*selection, '-n', str(jobs), '--dist=loadfile', '--no-loadscope-reorder']
    if odoo.settings.environ.get('COV'):
        tool = ['-m', 'coverage', 'run', '-m', 'pytest']
    return [
        odoo.settings.python, *tool,
        f'--odoo-database={name}', f'--odoo-config={odoo.configuration}', '--odoo-http',
        *selection, *shlex.split(odoo.settings.environ.get('ARGS') or ''), *paths,
    ]


def _pytest(odoo, name, template):
    settings = odoo.settings
    environ = {
        **odoo.environ,
        'HDL_TEST_DATABASE': name,
        'HDL_ADDONS_TEMPLATE': template,
        'PYTHONPATH': os.pathsep.join([str(odoo.path), str(settings.root / 'scripts')]),
        'COVERAGE_FILE': str(settings.dev / 'coverage'),
    }
    process = subprocess.Popen(
        [str(part) for part in _command(odoo, name)],
        cwd=settings.root, env=environ, stdin=subprocess.DEVNULL,
    )
    try:
        code = process.wait()
    except KeyboardInterrupt:
        # pytest got the Ctrl-C too and closes by itself.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        stop_process(process)
        raise
    if settings.environ.get('COV'):
        report = [settings.python, '-m', 'coverage', 'report']
        subprocess.run(report, cwd=settings.root, env=environ)
    if code == 5:
        complain(f'error: No test has {settings.environ.get("T")!r} in its name. Type: make test')
    if code < 0:
        raise DevError(f'pytest was ended by signal {-code}')
    return code
