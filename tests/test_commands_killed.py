"""What a command leaves behind that is killed, and what the next one makes of it.

``scripts/interrupted.py`` kills real ones at random moments; here are the moments that are short.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hdl import debian, postgres, serve, venv
from hdl.console import DevError, Step
from hdl.database import DRAFT, Databases
from hdl.settings import ROOT, Settings


def wait_until(condition, seconds=20):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.05)


def test_role(tmp_path):
    """Killed after PostgreSQL was launched and before its role was made."""
    settings = Settings({'DEV_DIR': str(tmp_path / 'dev')})
    cluster = postgres.Cluster(settings)
    with postgres.running(settings):
        cluster.prepare()
        superuser = postgres.Server(
            {**cluster.server.variables, 'PGUSER': 'postgres'}, cluster.programs / 'psql')
        superuser.sql(f'DROP ROLE {postgres.ROLE}')
        with postgres.running(settings) as server:
            assert server.sql('SELECT current_user') == [[postgres.ROLE]]
    postgres.remove(settings)


def test_database_is_named_last(databases):
    """A database that has its name has its files and its note."""
    ours, steps = databases.odoo.databases, []
    mine = Databases(ours.server, ours.filestores.parent)
    draft, name = (f'{databases.prefix}_killed{end}' for end in (DRAFT, ''))
    mine.create(draft)
    mine.filestore(draft).mkdir()
    mine.server = type('Killed', (), {'sql': lambda _self, text: steps.append(
        (text.split()[0], mine.filestore(name).exists())) or [] })()
    mine.rename(draft, name)
    assert steps == [('ALTER', True)]
    ours.drop(draft)
    assert not mine.filestore(draft).exists()


def test_note_comes_with_the_name(odoo, monkeypatch):
    """Without its note `make run` would take the database for somebody else's."""
    said = []
    for name in ('drop', 'copy', 'set_comment', 'rename'):
        monkeypatch.setattr(
            odoo.databases, name, lambda *given, name=name: said.append((name, given[0])))
    monkeypatch.setattr(odoo, 'base_template', lambda *given, **options: 'base')
    monkeypatch.setattr(odoo, 'install', lambda *given, **options: [])
    serve._create(odoo, 'mine', odoo.settings.addons(), 'note')
    assert said[-2:] == [('set_comment', 'mine_draft'), ('rename', 'mine_draft')]


def test_draft_that_is_still_made(databases):
    """PostgreSQL goes on with a copy whose command is gone."""
    draft, ours = f'{databases.prefix}_again{DRAFT}', databases.odoo.databases
    ours.create(draft)
    ours.create(draft)
    assert ours.exists(draft)
    ours.drop(draft)


def test_other_names_are_refused(databases):
    with pytest.raises(DevError, match='already exists'):
        databases.odoo.databases.create(databases.template)


def test_half_an_environment(tmp_path, monkeypatch):
    """Killed while pip was put into it: there is a pip that can be imported and not used."""
    settings, made = Settings({'DEV_DIR': str(tmp_path)}), []
    settings.python.parent.mkdir(parents=True)
    settings.python.symlink_to(sys.executable)

    def make(command, log):
        made.append(command)
        settings.venv.mkdir()

    monkeypatch.setattr(venv, 'run_logged', make)
    venv._make_empty(settings, None)
    assert made == [[sys.executable, '-m', 'venv', settings.venv]]


def test_half_a_package(tmp_path):
    """pip would take it for installed; its programs may be missing."""
    settings = Settings({'DEV_DIR': str(tmp_path)})
    packages = settings.venv / 'lib' / 'python3.11' / 'site-packages'
    for name, end in (('whole-1.dist-info', 'INSTALLER'), ('half-1.dist-info', 'METADATA')):
        (packages / name).mkdir(parents=True)
        (packages / name / end).touch()
    venv._remove_half_installed(settings)
    assert [path.name for path in packages.iterdir()] == ['whole-1.dist-info']


def test_download_of_another_version(settings, tmp_path, monkeypatch):
    """The beginning of a package that Debian has replaced since is not unpacked."""
    archive = debian.Archive(Settings({'DEV_DIR': str(tmp_path)}), tmp_path / 'apt')
    old, new = (archive.incoming / f'odoo-19_{number}_all.deb' for number in (1, 2))
    old.write_text('half of it')
    os.utime(old, (1, 1))

    def apt(command, log, **options):
        if 'download' in command:
            new.write_text('whole')
        return 0

    monkeypatch.setattr(debian, 'run_logged', apt)
    archive.download(['odoo-19'], Step('Download'))
    assert [path.name for path in archive.packages.iterdir()] == [new.name]
    assert not list(archive.incoming.iterdir())


def test_what_it_started_ends_too(tmp_path):
    """Else it would write into what the next command begins anew."""
    code = (
        'import sys; sys.path.insert(0, sys.argv[1]); from hdl.console import run_logged\n'
        'run_logged(["sh", "-c", "echo $$; exec sleep 60"], sys.argv[2])')
    log = tmp_path / 'log'
    command = subprocess.Popen([sys.executable, '-c', code, str(ROOT / 'scripts'), str(log)])
    wait_until(lambda: log.exists() and log.read_text().strip())
    command.kill()
    command.wait()
    process = Path('/proc') / log.read_text().strip()
    wait_until(lambda: not process.exists() or ') Z ' in (process / 'stat').read_text())
