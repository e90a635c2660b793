"""``make run``: a helpdesk to click in, which follows the code while it is edited."""

import signal
import subprocess
import time
import urllib.error
import urllib.request

from . import database
from .console import DIES_WITH_PARENT, DevError, Step, complain, say, stop_process
from .locks import locked
from .settings import free_port, port_is_free

PATIENCE = 120
LETTING_GO = 3


def check_port_is_free(settings):
    """A helpdesk that was killed a moment ago may take some seconds to let go of its port."""
    limit = time.monotonic() + LETTING_GO
    while not (free := port_is_free(settings.port)) and time.monotonic() < limit:
        time.sleep(0.2)
    if not free:
        raise DevError(
            f'Port {settings.port} is taken by another program',
            f'Type: make run PORT={free_port(settings.port + 1)}',
        )


def note_of(odoo, addons):
    """What stands in a database's comment: with demo data or not, and the addons' fingerprint."""
    kind = 'demo' if odoo.settings.demo else 'nodemo'
    names = ','.join(addon.name for addon in addons)
    return f'helpdesk_lite {kind} {names} {database.fingerprint(addons)}'


def prepare(odoo):
    """Create the database, or bring it up to the addons as they are now."""
    name = odoo.settings.database
    with locked(odoo.settings, f'database-{name}', 'is preparing this database'):
        addons = odoo.settings.addons()
        note = note_of(odoo, addons)
        if not odoo.databases.exists(name):
            _create(odoo, name, addons, note)
            return
        known = odoo.databases.comment(name)
        if not known.startswith('helpdesk_lite '):
            raise DevError(
                f'The database {name} was not made by this command and is left alone',
                'Type: make run DB=another_name',
            )
        if known.split()[1] != note.split()[1]:
            say(f'  {name} stays as it was made ({known.split()[1]}): DEMO= is for a new DB=.')
        if known.split()[2:] != note.split()[2:]:
            update(odoo, addons)


def _create(odoo, name, addons, note):
    demo = odoo.settings.demo
    base = odoo.base_template(odoo.dependencies(addons), demo=demo)
    draft = f'{name}{database.DRAFT}'
    odoo.databases.drop(draft)
    odoo.databases.copy(base, draft)
    if addons:
        names = [addon.name for addon in addons]
        with Step(f'Install {", ".join(names)}{" with demo data" if demo else ""}') as step:
            _tell(odoo.install(draft, names, step, demo=demo))
    odoo.databases.set_comment(draft, note)
    odoo.databases.rename(draft, name)


def update(odoo, addons):
    """Update the addons that are installed, and install those that are new."""
    name = odoo.settings.database
    note = note_of(odoo, addons).split()
    known = odoo.databases.comment(name).split()
    before = set(known[2].split(',')) if len(known) > 3 else set()
    old = [addon.name for addon in addons if addon.name in before]
    new = [addon.name for addon in addons if addon.name not in before]
    for names, is_update in ((old, True), (new, False)):
        if names:
            with Step(f'{"Update" if is_update else "Install"} {", ".join(names)}') as step:
                _tell(odoo.install(name, names, step, update=is_update))
    odoo.databases.set_comment(name, ' '.join([note[0], known[1], *note[2:]]))


def _tell(problems):
    for line in problems:
        say(f'    {line}')


class Outbox:
    """Takes the mail that Odoo sends and keeps it in files: nothing leaves the machine."""

    def __init__(self, odoo):
        self.odoo = odoo
        self.folder = odoo.settings.folder('outbox')
        self.port = free_port(odoo.settings.port + 1000)
        self.process = None

    def start(self):
        program = self.odoo.settings.root / 'scripts' / 'outbox.py'
        self.process = subprocess.Popen(
            [*DIES_WITH_PARENT, self.odoo.settings.python, program, str(self.port), self.folder],
            process_group=0,
        )

    def stop(self):
        if self.process:
            stop_process(self.process)


class Helpdesk:
    """The served Odoo: started, watched, restarted when an addon's file changed."""

    def __init__(self, odoo):
        self.odoo = odoo
        self.settings = odoo.settings
        self.address = f'http://127.0.0.1:{self.settings.port}'
        self.outbox = Outbox(odoo)
        self.process = None
        self.fingerprint = None

    def start(self):
        self.fingerprint = database.fingerprint(self.settings.addons())
        name = self.settings.database
        self.process = self.odoo.start(
            '-d', name, f'--db-filter=^{name}$', '-p', self.settings.port, '--dev=xml,qweb',
            f'--smtp-port={self.outbox.port}', '--smtp=127.0.0.1', process_group=0,
        )
        self._wait_until_it_answers()

    def _wait_until_it_answers(self):
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            if self.process.poll() is not None:
                raise DevError(
                    f'Odoo ended by itself with code {self.process.returncode}',
                    'The reason stands in the lines above',
                )
            try:
                with urllib.request.urlopen(f'{self.address}/web/health', timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise DevError(f'Odoo did not answer at {self.address} within {PATIENCE} s')

    def announce(self):
        line = '=' * 60
        say(
            f'\n{line}\n  Helpdesk Lite: {self.address}\n  login: admin   password: admin'
            f'   database: {self.settings.database}\n'
            f'  mail in: make mail < message.eml   mail out: {self.outbox.folder}\n'
            f'  Ctrl-C stops it.\n{line}\n'
        )

    def watch(self):
        """Until the person stops it: restart on a change, end where Odoo ends."""
        while True:
            time.sleep(1)
            if self.process.poll() is not None:
                raise DevError(f'Odoo ended by itself with code {self.process.returncode}')
            now = database.fingerprint(self.settings.addons())
            if now != self.fingerprint:
                time.sleep(0.5)
                self._reload()

    def _reload(self):
        addons = self.settings.addons()
        self.fingerprint = database.fingerprint(addons)
        if broken := _first_syntax_error(addons):
            complain(f'  Not reloaded: {broken}')
            return
        say('\n  An addon changed: updating the database and starting anew.')
        stop_process(self.process)
        try:
            with locked(self.settings, f'database-{self.settings.database}', 'is preparing it'):
                update(self.odoo, addons)
        except DevError as error:
            complain(f'  The update failed, the database is as before: {error}')
        self.start()

    def stop(self):
        self.outbox.stop()
        if self.process:
            # Odoo gets no Ctrl-C of the terminal: one signal, for one orderly end.
            stop_process(self.process)


def _first_syntax_error(addons):
    for addon in addons:
        for path in database.installed_files(addon):
            if path.suffix == '.py':
                try:
                    compile(path.read_bytes(), str(path), 'exec')
                except (SyntaxError, ValueError) as error:
                    return f'{path}: {error}'
                except FileNotFoundError:
                    continue
    return None


def serve(odoo):
    helpdesk = Helpdesk(odoo)
    prepare(odoo)
    say('  Starting Odoo …')
    try:
        helpdesk.outbox.start()
        helpdesk.start()
        helpdesk.announce()
        helpdesk.watch()
    except KeyboardInterrupt:
        say('\n  Stopping …')
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        helpdesk.stop()

