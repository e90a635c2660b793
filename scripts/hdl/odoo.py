"""Running Odoo: its configuration file, its environment, and installing modules."""

import ast
import hashlib
import re
import subprocess
import time

from . import database, source, venv
from .console import DIES_WITH_PARENT, DevError, Step, last_lines, run_logged, say
from .database import Databases
from .locks import locked
from .settings import TEMPLATE_PREFIX

CONFIGURATION = """[options]
; Written by the set-up at each command: changes are lost.
addons_path = {addons_path}
data_dir = {data_dir}
http_interface = 127.0.0.1
list_db = False
max_cron_threads = 1
unaccent = False
limit_time_cpu = 0
limit_time_real = 0
"""
LOADING = re.compile(r'Loading module (\S+) \((\d+)/(\d+)\)')
PROBLEM = re.compile(r'^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) ')
RAISED = re.compile(r'^[\w.]+(Error|Exception|Warning|Exit|Violation|Null)\w*: ')
KEPT_CACHES, KEPT_SECONDS = 6, 3600


def why(log):
    """The reason of a failure, out of Odoo's log: the last exception, else the last error."""
    lines = last_lines(log, 10_000)
    raised = [line for line in lines if RAISED.match(line)]
    logged = [line for line in lines if PROBLEM.match(line)]
    return next(iter(raised[-1:] + logged[-1:] + lines[-1:]), 'it said nothing')[:400]


def manifest(addon):
    return ast.literal_eval((addon / '__manifest__.py').read_text(encoding='utf-8'))


class Odoo:
    """An Odoo that is set up, with the databases that it may use."""

    def __init__(self, settings, server, path):
        self.settings = settings
        self.server = server
        self.path = path
        self.databases = Databases(server, settings.dev / 'data')
        self.configuration = settings.dev / 'odoo.conf'
        self.write_configuration()

    @classmethod
    def set_up(cls, settings, server):
        path = source.ensure(settings)
        venv.ensure(settings)
        return cls(settings, server, path)

    def write_configuration(self):
        paths = [*source.addons_paths(self.path), self.settings.root]
        text = CONFIGURATION.format(
            addons_path=','.join(map(str, paths)), data_dir=self.settings.folder('data')
        )
        if not self.configuration.exists() or self.configuration.read_text() != text:
            fresh = self.configuration.with_suffix('.new')
            fresh.write_text(text, encoding='utf-8')
            fresh.replace(self.configuration)

    @property
    def environ(self):
        return {
            **self.server.environ,
            'PYTHONPATH': str(self.path),
            'PYTHONDONTWRITEBYTECODE': '',
            'ODOO_RC': str(self.configuration),
        }

    def command(self, *arguments):
        program = self.settings.root / 'scripts' / 'odoo-bin'
        return [self.settings.python, program, *arguments]

    def start(self, *arguments, **options):
        command = [*DIES_WITH_PARENT, *map(str, self.command(*arguments))]
        return subprocess.Popen(command, env=self.environ, **options)

    def install(self, name, modules, step, *, demo=False, update=False):
        """Install or update modules; return the warnings and errors that Odoo logged.

        :raises DevError: when Odoo could not install them
        """
        log = self.settings.logs / f'install-{name}.log'
        log.unlink(missing_ok=True)

        def watch():
            for line in reversed(last_lines(log, 30)):
                if found := LOADING.search(line):
                    step.note(f'{found[1]}, {found[2]} of {found[3]}')
                    return

        arguments = ['-d', name, '-u' if update else '-i', ','.join(modules), '--stop-after-init']
        arguments += ['--no-http', '--max-cron-threads=0', *(['--with-demo'] if demo else [])]
        code = run_logged(self.command(*arguments), log, watch=watch, env=self.environ)
        problems = [line for line in last_lines(log, 10_000) if PROBLEM.match(line)]
        if code or any(' CRITICAL ' in line for line in problems):
            raise DevError(f'Odoo could not install {",".join(modules)}: {why(log)}', f'See {log}')
        return problems

    def with_own_dependencies(self, addons):
        """These addons, and those of ours that come along with them."""
        every, found = {addon.name: addon for addon in self.settings.every_addon()}, set()
        todo = list(addons)
        while todo:
            addon = todo.pop()
            found.add(addon)
            todo += [every[name] for name in manifest(addon).get('depends', ()) if name in every]
        return sorted(found)

    def dependencies(self, addons, beside=None):
        """The modules of Odoo itself that these addons need, and what is to be beside them.

        :param beside: more modules, by default those that BESIDE names
        """
        beside = self.settings.beside() if beside is None else beside
        own = {addon.name for addon in self.settings.every_addon()}
        needed = {name for addon in self.with_own_dependencies(addons)
                  for name in manifest(addon).get('depends', ())}
        return sorted((needed - own) | {'base', 'web', 'mail', 'resource', *beside})

    def cache_key(self, *parts):
        release = (self.path / 'odoo' / 'release.py').read_text(encoding='utf-8')
        requirements = (self.settings.root / 'requirements.txt').read_text(encoding='utf-8')
        text = '\0'.join([release, requirements, str(self.path), *map(str, parts)])
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def base_template(self, modules, *, demo=False):
        """A prepared database with modules of Odoo itself; return its name."""
        name = f'{TEMPLATE_PREFIX}base_{self.cache_key(modules, demo)}'

        def build(draft, step):
            self.databases.create(draft)
            database.check_ctype(self.databases, draft)
            self.install(draft, modules, step, demo=demo)

        title = f'Prepare a database with {", ".join(modules)}{" and demo data" if demo else ""}'
        return self._cached(name, title, build)

    def addons_template(self, addons, *, demo=False, beside=None):
        """A prepared database with these addons as they are now; return its name.

        :raises DevError: when installing them logs so much as a warning
        """
        names = [addon.name for addon in addons]
        modules = self.dependencies(addons, beside)
        base = self.base_template(modules, demo=demo)
        if not names:
            return base
        own = self.with_own_dependencies(addons)
        key = self.cache_key(modules, demo, names, database.fingerprint(own))
        name = f'{TEMPLATE_PREFIX}addons_{key}'

        def build(draft, step):
            self.databases.copy(base, draft)
            problems = self.install(draft, names, step, demo=demo)
            if problems:
                for line in problems:
                    say(f'    {line}')
                raise DevError(
                    f'Installing {", ".join(names)} logged {len(problems)} warnings or errors',
                    'Mend them: a clean installation logs none',
                )

        return self._cached(name, f'Install {", ".join(names)}', build)

    def with_assets(self, template):
        """The same database with the JavaScript and styles that Odoo makes before browser tests,
        which takes longer than installing; return its name."""

        def build(draft, step):
            self.databases.copy(template, draft)
            code = "env['ir.qweb']._pregenerate_assets_bundles(); env.cr.commit()"
            log = self.settings.logs / f'assets-{draft}.log'
            command = ['sh', '-c', 'code=$1; shift; echo "$code" | "$@"', 'sh', code]
            command += [*DIES_WITH_PARENT, *self.command('shell', '-d', draft, '--no-http')]
            if run_logged(command, log, env=self.environ):
                raise DevError(f'Odoo could not make its assets: {why(log)}', f'See {log}')

        return self._cached(f'{template}_assets', 'Make the JavaScript and styles', build)

    def _cached(self, name, title, build):
        """Build a database once: under another name until it is complete."""
        with locked(self.settings, f'database-{name}', 'is preparing the same database'):
            if not self.databases.exists(name):
                draft = f'{name}{database.DRAFT}'
                self.databases.drop(draft)
                with Step(title) as step:
                    build(draft, step)
                self.databases.rename(draft, name)
            self._mark_used(name)
        return name

    def _mark_used(self, name):
        folder = self.settings.folder('caches')
        (folder / name).touch()

    def drop_old_caches(self):
        """Keep the prepared databases that were used last; an edit makes a new one each time.

        One that was used within the hour stays in any case: a test run may still copy it.
        """
        folder = self.settings.folder('caches')
        used = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        limit = time.time() - KEPT_SECONDS
        for mark in used[KEPT_CACHES:]:
            if mark.stat().st_mtime > limit:
                continue
            with locked(self.settings, f'database-{mark.name}', 'is preparing a database'):
                self.databases.drop(mark.name)
                mark.unlink(missing_ok=True)
