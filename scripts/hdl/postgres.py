"""PostgreSQL: a private cluster of this checkout, or the server that PGHOST and the like name.

The private one listens on a Unix socket only, in a folder that only its user (and root) can enter,
so it trusts whoever gets there. It runs as long as some command uses it: each holds a shared lock,
and the one that finds itself alone at its end stops it. The kernel frees the locks of a command
that was killed, so a count cannot go wrong.
"""

import contextlib
import functools
import glob
import os
import pwd
import shutil
import subprocess
import time
from pathlib import Path

from . import debian
from .console import DevError, Step, disk_full, last_lines, log_says_full, run_logged, say
from .locks import Lock, locked
from .settings import SERVER_VARIABLES

ROLE = 'odoo'
MAKE_ROLE = f"""DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
        CREATE ROLE {ROLE} LOGIN CREATEDB;
    END IF;
END $$"""
# What psql says of a server that a killed command has just launched.
NOT_READY = ('starting up', 'No such file', 'not accepting connections', 'Connection refused')
STARTING_SECONDS = 60
SOCKET_PATH_LIMIT = 107
CONFIGURATION = """
# Written by the set-up of Helpdesk Lite. The data are for development: a crash may lose them.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 512MB
work_mem = 16MB
maintenance_work_mem = 256MB
fsync = off
synchronous_commit = off
full_page_writes = off
max_wal_size = 2GB
autovacuum_naptime = 30s
log_min_messages = warning
"""


def find_programs(version=None):
    """The folder of ``initdb``, ``pg_ctl`` and ``psql``: of one version, or the newest."""
    pattern = f'/usr/lib/postgresql/{version or "*"}/bin'
    folders = [path for path in glob.glob(pattern) if os.path.exists(f'{path}/initdb')]
    if folders:
        return Path(max(folders, key=lambda path: float(path.split('/')[-2])))
    found = shutil.which('initdb')
    return Path(found).resolve().parent if found else None


class Server:
    """A running PostgreSQL that this command may use: its environment and ``psql``."""

    def __init__(self, environ, psql='psql'):
        self.variables = environ
        self.psql_program = str(psql)

    @property
    def environ(self):
        clean = {name: value for name, value in os.environ.items() if not name.startswith('PG')}
        # pytest-odoo and people's own scripts call createdb and the like by name.
        folder = os.path.dirname(self.psql_program)
        path = f'{folder}:{clean.get("PATH", "")}' if folder else clean.get('PATH', '')
        return {**clean, **self.variables, 'PATH': path}

    @functools.cached_property
    def version(self):
        """PostgreSQL's major version, as 15."""
        return int(self.sql('SHOW server_version_num')[0][0]) // 10000

    def sql(self, statement, database='postgres'):
        """Run SQL; return its rows as a list of lists of text.

        :raises DevError: with PostgreSQL's own message
        """
        result = subprocess.run(
            [self.psql_program, '-XAtq', '-F\x1f', '-vON_ERROR_STOP=1', '-d', database],
            input=statement, capture_output=True, text=True, env=self.environ,
        )
        if result.returncode:
            if 'No space left' in result.stderr:
                raise disk_full("PostgreSQL's folder")
            lines = result.stderr.strip().splitlines() or ['it said nothing']
            raise DevError(f'PostgreSQL: {lines[0]}')
        return [line.split('\x1f') for line in result.stdout.splitlines()]


class Cluster:
    """The private cluster: where it lies, making, starting and stopping it."""

    def __init__(self, settings):
        self.settings = settings
        self.programs = None
        self.user = None
        self.home = None
        self.users = Lock(settings, 'postgres-users')

    def prepare(self):
        """Find the programs, the user to run as and the folder that this user can reach."""
        self.programs = find_programs()
        if not self.programs:
            debian.install_system_packages(self.settings, ['postgresql'], 'PostgreSQL')
            self.programs = find_programs()
        if os.getuid() == 0:
            try:
                self.user = pwd.getpwnam('postgres')
            except KeyError:
                raise DevError(
                    'PostgreSQL does not run as root and there is no user postgres',
                    'Type: useradd --system postgres, or use a server: make run PGHOST=…',
                ) from None
        self.home = self._choose_home()
        version = self.data / 'PG_VERSION'
        if version.exists():
            self._match_version(version.read_text(encoding='utf-8').strip())

    def _match_version(self, version):
        self.programs = find_programs(version)
        if not self.programs:
            raise DevError(
                f'The databases in {self.home} were made by PostgreSQL {version}, which is gone',
                f'Type: apt-get install postgresql-{version}, or make clean to begin anew',
            )

    @property
    def data(self):
        return self.home / 'data'

    @property
    def log(self):
        return self.home / 'postgresql.log'

    @property
    def identity(self):
        """How ``subprocess`` becomes the user that the cluster runs as."""
        if not self.user:
            return {}
        return {'user': self.user.pw_uid, 'group': self.user.pw_gid, 'extra_groups': []}

    def _choose_home(self):
        """In the set-up's folder, unless its path is too long or closed to the cluster's user."""
        home = self.settings.dev / 'pg'
        too_long = len(os.fsencode(home / '.s.PGSQL.5432')) > SOCKET_PATH_LIMIT
        if not too_long and (home.exists() or self._can_enter(self.settings.dev)):
            if self._own(home):
                return home
        outside = self.settings.outside
        if not outside.exists():
            reason = 'its path is too long' if too_long else "PostgreSQL's user cannot enter it"
            say(f'  The databases go to {outside}, not to {self.settings.dev}: {reason}.')
        if not self._own(outside):
            raise DevError(
                f'{outside} belongs to somebody else or cannot be entered',
                'Remove it, or choose a short and open path: make run DEV_DIR=/path',
            )
        return outside

    def _can_enter(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        result = subprocess.run(['test', '-x', folder], cwd='/', **self.identity)
        return result.returncode == 0

    def _own(self, home):
        """Make the folder, or see that the one there belongs to the cluster's user."""
        owner = self.user.pw_uid if self.user else os.getuid()
        if not home.exists() and not home.is_symlink():
            home.mkdir(mode=0o700, parents=True)
            if self.user:
                os.chown(home, self.user.pw_uid, self.user.pw_gid)
        return not home.is_symlink() and home.stat().st_uid == owner and self._can_enter(home)

    def _run(self, *command):
        log = self.settings.logs / 'postgres.log'
        code = run_logged(command, log, cwd='/', start_new_session=True, **self.identity)
        if code and log_says_full(log):
            raise disk_full(self.home)
        return code, log

    def _initialise(self):
        if (self.home / 'complete').exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)
        with Step('Make the PostgreSQL cluster'):
            # A ctype that knows letters: under C, Korean text has no trigrams.
            code, log = self._run(
                self.programs / 'initdb', '-D', self.data, '-U', 'postgres', '--auth=trust',
                '--no-sync', '--encoding=UTF8', '--locale=C.UTF-8',
            )
            if code:
                raise DevError(f'initdb failed: {last_lines(log, 1)}', f'See {log}')
            with open(self.data / 'postgresql.conf', 'a', encoding='utf-8') as configuration:
                configuration.write(CONFIGURATION)
            (self.home / 'complete').touch()

    def is_running(self):
        return self._run(self.programs / 'pg_ctl', 'status', '-D', self.data)[0] == 0

    def start(self):
        """Start the cluster unless it runs, and count this command among its users."""
        self.prepare()
        with locked(self.settings, 'postgres', 'is starting or stopping PostgreSQL'):
            self._initialise()
            self.users.take_shared()
            if not self.is_running():
                self._launch()
            self._make_role()

    def _launch(self):
        options = f"-k '{self.home}' -p 5432"
        code, log = self._run(
            self.programs / 'pg_ctl', 'start', '-w', '-t', '60', '-D', self.data, '-l', self.log,
            '-o', options,
        )
        if code:
            reason = (last_lines(self.log, 1) or last_lines(log, 1) or ['no reason given'])[0]
            raise DevError(f'PostgreSQL does not start: {reason}', f'See {self.log}')

    def _make_role(self):
        """As in production: a role that owns its databases and is no superuser.

        Looked for each time, since who launched the cluster may have been killed before this.
        """
        server = Server({**self.server.variables, 'PGUSER': 'postgres'}, self.programs / 'psql')
        for left in reversed(range(STARTING_SECONDS)):
            try:
                server.sql(MAKE_ROLE)
                return
            except DevError as error:
                if not left or not any(word in error.problem for word in NOT_READY):
                    raise
                time.sleep(1)

    def stop(self):
        """Stop the cluster unless another command uses it."""
        with locked(self.settings, 'postgres', 'is starting or stopping PostgreSQL'):
            alone = self.users.try_exclusive()
            if alone and self.is_running():
                self._run(self.programs / 'pg_ctl', 'stop', '-m', 'fast', '-D', self.data)
            self.users.release()

    @property
    def server(self):
        variables = {'PGHOST': str(self.home), 'PGPORT': '5432', 'PGUSER': ROLE}
        return Server(variables, self.programs / 'psql')


def _own_server(settings):
    """The server that the person named, checked."""
    if not shutil.which('psql'):
        debian.install_system_packages(
            settings, ['postgresql-client'], "PostgreSQL's client psql"
        )
    variables = {name: value for name, value in settings.environ.items() if name.startswith('PG')}
    server = Server(variables)
    given = ' '.join(f'{n}={variables[n]}' for n in SERVER_VARIABLES[:3] if variables.get(n))
    try:
        rows = server.sql(
            'SELECT rolcreatedb OR rolsuper, rolname FROM pg_roles WHERE rolname = current_user'
        )
    except DevError as error:
        raise DevError(
            f'The server that {given or "PGPASSWORD"} names does not answer: {error.problem}',
            'Correct these variables, or unset them to use a private cluster',
        ) from None
    may_create, role = rows[0]
    if role == 'postgres':
        raise DevError('Odoo refuses to work as the role postgres', 'Type: make run PGUSER=…')
    if may_create != 't':
        raise DevError(
            f'The role {role} may not create databases',
            f'Let a superuser say: ALTER ROLE {role} CREATEDB',
        )
    return server


@contextlib.contextmanager
def running(settings):
    """A server to use while the block runs; the private one is stopped after its last user."""
    if settings.uses_own_server:
        yield _own_server(settings)
        return
    cluster = Cluster(settings)
    cluster.start()
    try:
        yield cluster.server
    finally:
        cluster.stop()


def remove(settings):
    """Stop the private cluster and remove it; return the folder, or None where there was none.

    :raises DevError: while another command uses it
    """
    cluster = Cluster(settings)
    homes = [home for home in (settings.dev / 'pg', settings.outside) if (home / 'data').exists()]
    if not homes:
        return None
    cluster.prepare()
    if not cluster.users.try_exclusive():
        raise DevError('Another command is using the databases', 'End it and type: make clean')
    if cluster.is_running():
        cluster._run(cluster.programs / 'pg_ctl', 'stop', '-m', 'immediate', '-D', cluster.data)
    shutil.rmtree(cluster.home)
    return cluster.home
