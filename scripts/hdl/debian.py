"""Debian's packages: those that the machine must have, and those that are only unpacked."""

import os
import shutil
import subprocess
from pathlib import Path

from .console import DevError, Step, disk_full, last_lines, log_says_full, run_logged

FORMAT = '$(ORIGIN)|$(REPO_URI)|$(SUITE)|$(COMPONENT)'
KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'


def is_debian():
    """Whether this is a Debian with apt (Ubuntu and the like have no ``sid``)."""
    try:
        release = Path('/etc/os-release').read_text(encoding='utf-8')
    except OSError:
        return False
    return 'ID=debian' in release.replace('"', '').split() and bool(shutil.which('apt-get'))


def mirror():
    """The address of Debian's archive, as this machine's own apt configuration has it."""
    output = subprocess.run(
        ['apt-get', 'indextargets', '--format', FORMAT], capture_output=True, text=True
    ).stdout
    for line in output.splitlines():
        origin, uri, _suite, component = line.split('|')
        # The origin is only known once the lists were fetched.
        if component == 'main' and 'security' not in uri and origin in ('Debian', ''):
            return uri
    raise DevError(
        'No Debian archive stands in the apt configuration of this machine',
        'Add one and run apt-get update, or type: make run ODOO_SOURCE=/path/to/odoo-19.0',
    )


def apt_failure(log, doing):
    """Put apt's own complaint in one line."""
    if log_says_full(log):
        return disk_full(log.parent)
    complaints = [line for line in last_lines(log, 60) if line.startswith(('E:', 'Err'))]
    reason = complaints[-1] if complaints else 'apt said nothing more'
    return DevError(
        f'{doing} failed: {reason[:300]}',
        'Check the network and type the command again: what is already there is kept. '
        f'The whole output is in {log}',
    )


class Archive:
    """Downloads packages without installing them, with lists and a cache of its own.

    :param folder: where the lists, the cache and the packages go
    :param suite: ``sid``, or None for what the machine's own configuration names
    """

    def __init__(self, settings, folder, suite=None):
        self.folder = folder
        self.log = settings.logs / 'apt.log'
        self.packages = folder / 'packages'
        # apt writes where it is started, under the final name from the first byte on.
        self.incoming = folder / 'incoming'
        for path in ('lists/partial', 'cache/archives/partial', 'incoming', 'packages'):
            (folder / path).mkdir(parents=True, exist_ok=True)
        self.options = [
            '-q',
            f'-oDir::State::Lists={folder}/lists',
            f'-oDir::Cache={folder}/cache',
            '-oAPT::Get::List-Cleanup=0',
        ]
        if os.getuid() == 0:
            self.options.append('-oAPT::Sandbox::User=root')
        if suite:
            signed = f'[signed-by={KEYRING}] ' if Path(KEYRING).exists() else ''
            sources = folder / 'sources.list'
            sources.write_text(f'deb {signed}{mirror()} {suite} main\n', encoding='utf-8')
            self.options += [
                f'-oDir::Etc::SourceList={sources}',
                '-oDir::Etc::SourceParts=/dev/null',
            ]

    def update(self, step):
        step.note('reading the package lists')
        if run_logged(['apt-get', *self.options, 'update', '--error-on=any'], self.log):
            raise apt_failure(self.log, 'Reading the package lists of Debian')

    def download(self, names, step):
        """Fetch packages; one that is there already is not fetched again. apt verifies them."""
        missing = [name for name in names if not list(self.packages.glob(f'{name}_*.deb'))]
        if not missing:
            return
        self.update(step)

        def watch():
            files = [*self.incoming.iterdir(), *self.packages.iterdir()]
            step.note(f'{sum(path.stat().st_size for path in files) / 1e6:.0f} MB')

        # Package by package: an interrupted download goes on in the middle of a file.
        for name in missing:
            command = ['apt-get', *self.options, 'download', name]
            if run_logged(command, self.log, watch=watch, cwd=self.incoming):
                raise apt_failure(self.log, f'Downloading {name}')
            # The beginning of an older version may lie there, of a command that was killed.
            *older, newest = sorted(
                self.incoming.glob(f'{name}_*.deb'), key=lambda path: path.stat().st_mtime)
            for package in older:
                package.unlink()
            newest.rename(self.packages / newest.name)

    def unpack(self, names, target, step):
        for name in names:
            step.note(f'unpacking {name}')
            for package in self.packages.glob(f'{name}_*.deb'):
                if run_logged(['dpkg', '-x', package, target], self.log):
                    # A broken file must not stay: the next try has to fetch it anew.
                    package.unlink()
                    raise apt_failure(self.log, f'Unpacking {name}')


def install_system_packages(settings, names, purpose):
    """Install what the machine lacks where this is root; else tell what to type."""
    command = 'apt-get install ' + ' '.join(names)
    if not is_debian():
        raise DevError(
            f'{purpose} is missing', f'Install what Debian calls: {" ".join(names)}'
        )
    if os.getuid() != 0:
        raise DevError(f'{purpose} is missing', f'Type: sudo {command}')
    log = settings.logs / 'apt.log'
    environ = dict(os.environ, DEBIAN_FRONTEND='noninteractive')
    install = ['apt-get', 'install', '-q', '-y', '--no-install-recommends', *names]
    with Step(f'Install {" ".join(names)} ({purpose} is missing)'):
        if run_logged(install, log, env=environ) == 0:
            return
        if run_logged(['apt-get', '-q', 'update'], log, env=environ):
            raise apt_failure(log, 'apt-get update')
        if run_logged(install, log, env=environ):
            raise apt_failure(log, command)
