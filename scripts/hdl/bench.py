"""``make bench``: prepared databases of a size, and benchmarks/bench.py on them."""

import contextlib
import hashlib
import os
import subprocess
import zipfile
from pathlib import Path

from . import database, source
from .console import DevError, Step, complain, last_lines, run_logged, say, stop_process
from .locks import locked
from .odoo import CONFIGURATION, DIES_WITH_PARENT, Odoo, why

PEER, PEER_MODULE, PEER_VERSION = 'odoo-addon-helpdesk-mgmt', 'helpdesk_mgmt', '19.0.1.3.2'
BARE_MODULE = 'test_mail'
# Rows that are made only when they are asked for, into a file of their own.
BROWSER, ON_DEMAND = 'browser', ('browser', 'indexes')
DESK_FILES = ('bulk.py', 'desk.py', 'peer.py', 'fill.py')
SMALLEST, LARGEST = 100, 20_000_000
ROOM_PER_TICKET = 12_000  # bytes, of both databases and the throw-away copy
# More than so many tickets are made in whole millions, for us alone, and measured without a copy.
HUGE, PART = 2_000_000, 1_000_000
HUGE_FILES = ('bulk.py', 'desk.py', 'huge.py')
HUGE_ROOM_PER_TICKET = 4_000
HUGE_ROWS = ('mail_known', 'mail_new', 'kanban_agent', 'kanban_all_agent', 'kanban_lead',
             'kanban_all_lead', 'kanban_private', 'list_agent', 'list_private_agent', 'list_lead',
             'list_private_lead', 'search_frequent', 'search_rare', 'dashboard', 'form', 'similar')


class BenchOdoo(Odoo):
    """Odoo with a folder more on its path: that of the addon to compare with."""

    def write_configuration(self):
        self.configuration = self.settings.folder('bench') / 'odoo.conf'
        paths = [*source.addons_paths(self.path), self.settings.root]
        if self.peer_folder.is_dir():
            paths.append(self.peer_folder)
        self.configuration.write_text(CONFIGURATION.format(
            addons_path=','.join(map(str, paths)), data_dir=self.settings.folder('data'),
        ), encoding='utf-8')

    @property
    def peer_folder(self):
        return self.settings.dev / 'bench' / f'{PEER_MODULE}-{PEER_VERSION}' / 'odoo' / 'addons'

    @property
    def benchmarks(self):
        return self.settings.root / 'benchmarks'

    def get_peer(self):
        """Fetch OCA's addon where it is not here yet; return whether it is here now."""
        if self.peer_folder.is_dir():
            return True
        folder = self.settings.folder('bench')
        log = self.settings.logs / 'bench-pip.log'
        command = [self.settings.python, '-m', 'pip', '--disable-pip-version-check', 'download',
                   '--no-deps', '--only-binary=:all:', '-d', folder, f'{PEER}=={PEER_VERSION}']
        with Step(f'Download {PEER} {PEER_VERSION}'):
            code = run_logged(command, log)
        wheels = list(folder.glob(f'{PEER.replace("-", "_")}-{PEER_VERSION}-*.whl'))
        if code or not wheels:
            reason = (last_lines(log, 1) or ['pip said nothing'])[0]
            say(f'  {PEER} {PEER_VERSION} could not be fetched, so OCA\'s column stays "not '
                f'measured": {reason[:200]}')
            return False
        draft = folder / 'unpacking'
        with zipfile.ZipFile(wheels[0]) as wheel:
            wheel.extractall(draft)
        draft.rename(self.peer_folder.parents[1])
        self.write_configuration()
        return True

    # What lies in the databases ---------------------------------------------------------------

    def get_desk(self, tickets):
        """Our database with so many tickets, prepared and up to date; return its name."""
        addons = self.settings.addons()
        names = [addon.name for addon in addons]

        def build(draft, step):
            self.databases.copy(self.addons_template(addons), draft)
            self.fill(draft, 'ours', tickets, step)

        def update(name, step):
            self.install(name, names, step, update=True)

        key = self.get_huge_key() if tickets > HUGE else self.get_generator_key()
        return self.get_database(
            f'hdl_bench_ours_{tickets}', f'Make our desk of {tickets:,} tickets', build,
            key, update, database.fingerprint(addons))

    def get_peer_desk(self, tickets):
        """The database of OCA's addon, of the same size and with the same modules of Odoo."""
        modules = self.dependencies(self.settings.addons())

        def build(draft, step):
            self.databases.copy(self.base_template(modules), draft)
            self.install(draft, [PEER_MODULE], step)
            self.fill(draft, 'peer', tickets, step)

        return self.get_database(
            f'hdl_bench_oca_{tickets}', f'Make a desk of {tickets:,} tickets for {PEER}', build,
            self.get_generator_key())

    def get_project_desk(self, tickets):
        """The database of Odoo's ``project``, of the same size."""
        modules = self.dependencies(self.settings.addons())

        def build(draft, step):
            self.databases.copy(self.base_template(modules), draft)
            self.install(draft, ['project'], step)
            self.fill(draft, 'project', tickets, step)

        key = self.cache_key(*(
            (self.benchmarks / name).read_text(encoding='utf-8')
            for name in (*DESK_FILES, 'project.py')))
        return self.get_database(
            f'hdl_bench_project_{tickets}', f'Make a desk of {tickets:,} tasks for project', build,
            key)

    def get_bare(self):
        """A database with Odoo's own model that is nothing but a ``mail.thread``."""
        modules = self.dependencies(self.settings.addons())

        def build(draft, step):
            self.databases.copy(self.base_template(modules), draft)
            self.install(draft, [BARE_MODULE], step)

        return self.get_database(
            'hdl_bench_bare', 'Install the bare mail.thread to compare with', build,
            self.cache_key(modules))

    def get_database(self, name, title, build, key, update=None, addons=''):
        """A kept database; built where it is missing or was made by another generator.

        :param str key: stands for what the database is made by
        :param update: called where only our addons changed since
        :param str addons: stands for the addons as they are now
        """
        wanted = f'{key} {addons}'
        with locked(self.settings, f'database-{name}', 'is preparing the same database'):
            have = self.databases.comment(name)
            if have == wanted:
                return name
            if update and have.startswith(f'{key} '):
                with Step(f'Update {name} to the addons as they are now') as step:
                    update(name, step)
            else:
                draft = f'{name}_draft'
                self.databases.drop(name)
                self.databases.drop(draft)
                with Step(title) as step:
                    build(draft, step)
                self.databases.rename(draft, name)
            self.databases.set_comment(name, wanted)
        return name

    def get_generator_key(self):
        parts = [(self.benchmarks / name).read_text(encoding='utf-8') for name in DESK_FILES]
        return self.cache_key(*map(hash_text, parts), PEER_VERSION)

    def get_huge_key(self):
        """As little as can be: making it takes an hour."""
        return hash_text('\0'.join(
            (self.benchmarks / name).read_text(encoding='utf-8') for name in HUGE_FILES))[:12]

    def fill(self, name, desk, tickets, step):
        log = self.settings.logs / f'bench-{desk}.log'
        log.unlink(missing_ok=True)
        program = ['huge.py'] if tickets > HUGE else [
            'project.py' if desk == 'project' else 'fill.py', f'--desk={desk}']
        command = [
            *DIES_WITH_PARENT, self.settings.python, self.benchmarks / program[0], *program[1:],
            f'--config={self.configuration}', f'--database={name}', f'--tickets={tickets}',
        ]

        def watch():
            step.note((last_lines(log, 1) or ['begins'])[0][:60])

        if run_logged(command, log, watch=watch, env=self.environ):
            raise DevError(f'The desk could not be made: {why(log)}', f'See {log}')

    def copy_in_files(self, name, target):
        """A throw-away copy; file by file where PostgreSQL can, which no log has to hold."""
        strategy = ''
        if int(self.server.sql('SHOW server_version_num')[0][0]) >= 150000:
            strategy = ' STRATEGY FILE_COPY'
        self.server.sql(
            f'CREATE DATABASE {database.quoted(target)} '
            f'TEMPLATE {database.quoted(name)}{strategy}')


def hash_text(text):
    return hashlib.sha256(text.encode()).hexdigest()


def parse_sizes(text):
    """``N=10000,100000`` as numbers, the smallest first."""
    words = text.replace('_', '').split(',')
    if not all(word.strip().isdigit() for word in words):
        raise DevError(f'{text!r} is no number of tickets', 'Type: make bench N=10000,100000')
    sizes = sorted({int(word) for word in words})
    if sizes[0] < SMALLEST or sizes[-1] > LARGEST:
        raise DevError(
            f'N= takes {SMALLEST} to {LARGEST:,} tickets', 'Type: make bench N=100000')
    if [size for size in sizes if size > HUGE and size % PART]:
        raise DevError(
            f'Above {HUGE:,} tickets N= takes whole millions', 'Type: make bench N=10000000')
    return sizes


def run(odoo):
    """Measure each size; print a table for each, and what grew between them."""
    settings = odoo.settings
    sizes = parse_sizes(settings.environ.get('N') or '100000')
    compare = (settings.environ.get('PEERS') or '1') not in ('0', 'no')
    check_room(odoo, sizes)
    odoo = BenchOdoo(settings, odoo.server, odoo.path)
    peer = compare and odoo.get_peer()
    bare = odoo.get_bare() if compare else None
    results = []
    for tickets in sizes:
        databases = {'ours': odoo.get_desk(tickets)}
        if tickets <= HUGE:
            databases |= {'peer': odoo.get_peer_desk(tickets) if peer else None, 'bare': bare}
            if compare and BROWSER in read_rows(settings):
                databases['project'] = odoo.get_project_desk(tickets)
        results.append(measure(odoo, tickets, databases))
    if len(results) > 1:
        call(odoo, 'growth.py', *results)
    return 0


def read_rows(settings):
    return (settings.environ.get('ROWS') or '').replace(',', ' ').split()


def check_room(odoo, sizes):
    """See that there is room for the largest desk, but not for a huge one that is there already."""
    tickets = sizes[-1]
    huge = tickets > HUGE
    if huge and odoo.databases.exists(f'hdl_bench_ours_{tickets}'):
        return
    needed = tickets * (HUGE_ROOM_PER_TICKET if huge else ROOM_PER_TICKET)
    usage = os.statvfs(odoo.settings.dev)
    if usage.f_bavail * usage.f_frsize < needed:
        raise DevError(
            f'{tickets:,} tickets take about {needed // 10**9 + 1} GB and there is less at '
            f'{odoo.settings.dev}', 'Make room, or type: make bench N=10000')


def measure(odoo, tickets, databases):
    """Measure on databases that are prepared; return the path of the result."""
    rows = read_rows(odoo.settings) or list(HUGE_ROWS if tickets > HUGE else ())
    name = '-'.join(rows) if set(rows) & set(ON_DEMAND) else 'result'
    target = odoo.settings.folder('bench') / f'{name}-{tickets}.json'
    arguments = [f'--config={odoo.configuration}', f'--tickets={tickets}', f'--target={target}',
                 f'--rows={" ".join(rows)}']
    arguments += [f'--{side}={databases[side]}' for side in ('ours', 'peer', 'bare')
                  if databases.get(side)]
    copies = {} if tickets > HUGE else {'scratch': databases['ours']}
    if BROWSER in rows:
        copies |= {f'{side}-copy': databases.get(side) for side in ('peer', 'project')}
    with contextlib.ExitStack() as stack:
        arguments += [f'--{option}={stack.enter_context(copied(odoo, database, option))}'
                      for option, database in copies.items() if database]
        call(odoo, 'bench.py', *arguments)
    if tickets > HUGE:
        call(odoo, 'sizes.py', f'--config={odoo.configuration}',
             f'--database={databases["ours"]}', '--vacuum')
    say(f'Written: {target} and {target.with_suffix(".md")}')
    return target


@contextlib.contextmanager
def copied(odoo, name, purpose):
    """A copy of a desk for work that commits, for as long as the block runs."""
    # dropped by `make test` where this is killed
    scratch = f'hdl_test_{os.getpid()}_bench_{purpose}'
    odoo.databases.drop(scratch)
    with Step(f'Copy {name}, for work that commits'):
        odoo.copy_in_files(name, scratch)
        odoo.databases.link_files(name, scratch)
    try:
        yield scratch
    finally:
        odoo.databases.drop(scratch)


def call(odoo, program, *arguments):
    """Run one of the programs in benchmarks/ in the foreground."""
    command = [*DIES_WITH_PARENT, odoo.settings.python, odoo.benchmarks / program, *arguments]
    process = subprocess.Popen([str(part) for part in command], env=odoo.environ)
    try:
        code = process.wait()
    except BaseException:
        stop_process(process)
        raise
    if code:
        complain(f'{Path(program).name} ended with {code}')
        raise DevError('The measurement failed', 'See the lines above')
