"""The commands of the Makefile, as real processes: what they say when something is wrong."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from odoo.tests.common import get_db_name
from odoo.tools import config

from hdl import axe, debian, postgres, source, testing
from hdl.cli import COMMANDS, HELP
from hdl.console import DevError
from hdl.database import LEFTOVER, Databases, installed_files
from hdl.settings import ROOT, SERVER_VARIABLES, Settings, check_database_name, check_python

PROGRAM = ROOT / 'scripts' / 'dev.py'


class Commands:
    """Runs commands with a set-up folder of their own, as if typed on a machine without any."""

    def __init__(self, folder):
        self.folder = folder
        self.environ = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(('PG', 'HDL_', 'ODOO_')) and name != 'PYTHONPATH'
        }
        self.environ['DEV_DIR'] = str(folder)

    def start(self, name, *arguments, **variables):
        return subprocess.Popen(
            [sys.executable, PROGRAM, name, *arguments], env={**self.environ, **variables},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )

    def run(self, name, *arguments, **variables):
        process = self.start(name, *arguments, **variables)
        process.out, process.err = process.communicate(timeout=120)
        return process

    def fails(self, name, *words, **variables):
        """The command ends with 1 and one line that has these words."""
        result = self.run(name, **variables)
        assert result.returncode == 1, result.out + result.err
        assert len(result.err.splitlines()) == 1, result.err
        assert all(word in result.err for word in words), result.err
        return result


@pytest.fixture
def commands(tmp_path):
    made = Commands(tmp_path / 'dev')
    yield made
    made.run('clean')


@pytest.fixture
def real_source(odoo):
    """The folder of the Odoo that the tests run on, as ODOO_SOURCE takes it."""
    return str(odoo.path)


class TestWrongInput:
    def test_port_taken(self, commands):
        with socket.create_server(('127.0.0.1', 0)) as taken:
            port = str(taken.getsockname()[1])
            commands.fails('run', f'Port {port} is taken', 'make run PORT=', PORT=port)
        assert not commands.folder.exists()

    @pytest.mark.parametrize('port', ['abc', '0', '65536'])
    def test_no_port(self, commands, port):
        commands.fails('run', 'is no port', PORT=port)

    @pytest.mark.parametrize('name', ['Help', '1db', 'a-b', 'x' * 41, 'postgres', "a'b", 'a b'])
    def test_database_name(self, commands, name):
        commands.fails('run', 'database', 'DB=helpdesk', DB=name)

    def test_kept_database_name(self):
        with pytest.raises(DevError, match='kept for prepared databases'):
            check_database_name('hdl_cache_x')

    def test_unknown_command(self, commands):
        commands.fails('frobnicate', 'make help')

    def test_source_is_no_odoo(self, commands, tmp_path):
        commands.fails('run', 'holds no Odoo', 'ODOO_SOURCE=', ODOO_SOURCE=str(tmp_path))

    def test_source_of_another_series(self, commands, tmp_path):
        (tmp_path / 'odoo').mkdir()
        release = tmp_path / 'odoo' / 'release.py'
        release.write_text("version_info = (18, 0, 0, 'final', 0, '')\n")
        commands.fails('test', 'holds Odoo 18.0', ODOO_SOURCE=str(tmp_path))

    def test_server_does_not_answer(self, commands, tmp_path):
        commands.fails('psql', 'does not answer', PGHOST=str(tmp_path), PGUSER='odoo')

    def test_server_role_that_odoo_refuses(self, commands, odoo):
        host = odoo.server.variables['PGHOST']
        commands.fails('setup', 'refuses', 'PGUSER=', PGHOST=host, PGUSER='postgres')


class TestWrongMachine:
    @pytest.mark.parametrize('version', [(3, 9), (3, 10), (3, 14)])
    def test_python(self, version):
        with pytest.raises(DevError, match='is needed and this is'):
            check_python(version)

    def test_no_debian(self, settings, monkeypatch, tmp_path):
        monkeypatch.setattr(debian, 'is_debian', lambda: False)
        elsewhere = Settings({'DEV_DIR': str(tmp_path)})
        with pytest.raises(DevError, match='make run ODOO_SOURCE='):
            source.ensure(elsewhere)

    def test_disk_full(self, monkeypatch, tmp_path):
        usage = type('Usage', (), {'free': 1000})
        monkeypatch.setattr(source.shutil, 'disk_usage', lambda path: usage)
        with pytest.raises(DevError, match='disk is full'):
            source.check_room(tmp_path)

    def test_no_network_for_apt(self, commands, tmp_path):
        """apt-get that finds no network, on a Debian: one line, and nothing half done."""
        if not debian.is_debian():
            return
        fake = tmp_path / 'bin' / 'apt-get'
        fake.parent.mkdir()
        fake.write_text(
            '#!/bin/sh\n'
            'case "$*" in *indextargets*) echo "Debian|http://mirror.example/debian/|x|main";;\n'
            '*) echo "E: Temporary failure resolving mirror.example"; exit 100;; esac\n'
        )
        fake.chmod(0o755)
        path = f'{fake.parent}:{os.environ["PATH"]}'
        commands.fails('setup', 'Temporary failure resolving', 'Check the network', PATH=path)
        assert not (commands.folder / 'odoo').exists()

    def test_no_network_for_pip(self, commands, real_source):
        commands.fails(
            'lint', 'Python packages could not be installed', 'Check the network', PIP_NO_INDEX='1',
            PIP_FIND_LINKS='', ODOO_SOURCE=real_source,
        )


def cluster_runs(home):
    return (home / 'data' / 'postmaster.pid').exists()


class TestCluster:
    """pytest's folder is closed to other users, so as root the cluster goes to /var/tmp."""

    @pytest.fixture
    def home(self, commands):
        """The folder of a cluster that has a database helpdesk and is stopped."""
        settings = Settings(commands.environ)
        with postgres.running(settings) as server:
            Databases(server, settings.folder('data')).create('helpdesk')
        return settings.outside if settings.outside.exists() else settings.dev / 'pg'

    def open_prompt(self, commands):
        """A command that uses the cluster until it is told to end."""
        process = commands.start('psql', '-XAt')
        process.stdin.write("SELECT 'ready';\n")
        process.stdin.flush()
        assert any(line == 'ready\n' for line in process.stdout)
        return process

    def test_server_of_ones_own(self, commands, odoo, tmp_path):
        """Where PGHOST names a server, no cluster is made."""
        given = {name: odoo.server.variables[name] for name in ('PGHOST', 'PGUSER')}
        given['DB'] = os.environ['HDL_TEST_DATABASE']
        result = commands.run('psql', '-XAtc', 'SELECT current_database()', **given)
        assert result.out.splitlines() == [given['DB']], result.err
        assert not (commands.folder / 'pg').exists()
        assert not Settings(commands.environ).outside.exists()

    def test_two_at_once(self, commands):
        both = [commands.start('psql') for _ in range(2)]
        said = [process.communicate(timeout=120) for process in both]
        assert [process.returncode for process in both] == [1, 1], said
        assert all(err == 'error: There is no database helpdesk. Type: make run DB=helpdesk\n'
                   for _out, err in said), said
        assert sum('Make the PostgreSQL cluster' in out for out, _err in said) == 1

    def test_stopped_after_last_user(self, commands, home):
        assert not cluster_runs(home)
        first = self.open_prompt(commands)
        assert commands.run('psql', '-c', 'SELECT 1').returncode == 0
        assert cluster_runs(home), 'the second command stopped what the first one uses'
        first.communicate(timeout=30)
        assert not cluster_runs(home)

    def test_killed_command(self, commands, home):
        first = self.open_prompt(commands)
        first.send_signal(signal.SIGKILL)
        first.communicate()
        assert cluster_runs(home)
        assert commands.run('psql', '-c', 'SELECT 1').returncode == 0
        assert not cluster_runs(home)

    def test_clean_refuses_while_used(self, commands, home):
        first = self.open_prompt(commands)
        commands.fails('clean', 'using the databases')
        first.communicate(timeout=30)
        assert commands.run('clean').returncode == 0
        assert not home.exists()
        assert not commands.folder.exists()

    def test_letters(self, commands, home):
        """Korean has trigrams only under a ctype that knows letters."""
        statement = "SELECT similarity('프린터 고장', '프린터') > 0.3"
        assert commands.run('psql', '-XAtc', statement).out == 't\n'


class TestSelection:
    def test_topic(self):
        paths, selection = testing.test_files(Settings({'T': 'setup'}))
        assert [path.name for path in paths] == ['test_setup.py']
        assert not selection

    def test_name_of_a_test(self):
        paths, selection = testing.test_files(Settings({'T': 'no_such_file'}))
        assert ROOT / 'tests' in paths
        assert selection == ['-k', 'no_such_file']

    def test_one_addon(self):
        """The end-to-end tests need them all."""
        for environ in ({}, {'T': 'no_such_file'}):
            paths, _selection = testing.test_files(
                Settings({'ADDONS': 'helpdesk_lite_portal', **environ}))
            assert paths == [ROOT / 'helpdesk_lite_portal' / 'tests']

    def test_one_addon_brings_along_what_it_needs(self, odoo):
        """A change of the core is seen, too; the core is no part of Odoo's own database."""
        portal, = Settings({'ADDONS': 'helpdesk_lite_portal'}).addons()
        assert odoo.with_own_dependencies([portal]) == [ROOT / 'helpdesk_lite', portal]
        assert odoo.dependencies([portal]) == [
            'base', 'mail', 'portal', 'rating', 'resource', 'web']

    def test_processes(self, monkeypatch):
        monkeypatch.setattr(os, 'cpu_count', lambda: 8)
        assert testing.count_jobs(Settings({}), [1, 2]) == 2
        assert testing.count_jobs(Settings({'T': 'setup'}), [1, 2]) == 1
        assert testing.count_jobs(Settings({'J': '3', 'T': 'setup'}), [1]) == 3
        monkeypatch.setattr(os, 'cpu_count', lambda: 1)
        assert testing.count_jobs(Settings({}), [1, 2]) == 1
        with pytest.raises(DevError, match='J=x'):
            testing.count_jobs(Settings({'J': 'x'}), [1, 2])

    def test_filestore_of_each_process(self):
        """Odoo's test cases empty it of what their own database doesn't know."""
        name = get_db_name()
        own = Path(config.filestore(name))
        assert own.name == name
        assert list(own.glob('??/*'))

    def test_pictures_are_no_part_of_an_installation(self):
        """`make screenshots` writes them, and the helpdesk that it pictures would start anew."""
        addon = ROOT / 'helpdesk_lite'
        folder = addon / 'static' / 'description'
        assert len(list(folder.glob('*.png'))) > 1
        assert [path for path in installed_files(addon) if folder in path.parents] == [
            folder / 'icon.png']

    def test_leftovers(self):
        assert LEFTOVER.fullmatch('hdl_test_123')[1] == '123'
        assert LEFTOVER.fullmatch('hdl_test_123_e2e_4')
        assert not LEFTOVER.fullmatch('hdl_test_alice')
        assert not LEFTOVER.fullmatch('helpdesk')

    def test_axe_that_cannot_be_fetched(self, tmp_path):
        settings = Settings({'DEV_DIR': str(tmp_path)})
        settings.python.parent.mkdir(parents=True)
        settings.python.symlink_to('/bin/false')
        with pytest.raises(DevError, match=r'axe-core could not be fetched.*Check the network'):
            axe.ensure(settings)
        assert not axe.locate(settings).exists()


class TestHelp:
    def test_every_command(self):
        assert all(f'make {name}' in HELP for name in COMMANDS)
        makefile = (ROOT / 'Makefile').read_text()
        line = next(line for line in makefile.splitlines() if line.startswith('COMMANDS'))
        assert set(line.split(':=')[1].split()) == set(COMMANDS)

    @pytest.mark.parametrize('place', ['help', 'README.md'])
    def test_every_variable(self, place):
        text = HELP if place == 'help' else (ROOT / 'README.md').read_text()
        names = ['PORT', 'DB', 'DEMO', 'T', 'TEST_DB', 'ADDONS', 'ODOO_SOURCE', 'DEV_DIR']
        names += SERVER_VARIABLES
        assert [name for name in names if f'{name}=' not in text] == []

    def test_is_the_default(self):
        result = subprocess.run(['make', '-C', ROOT], capture_output=True, text=True)
        assert 'make run' in result.stdout
