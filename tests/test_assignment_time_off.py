"""Automatic assignment beside Time Off (hr_holidays), on which no addon depends."""

import json
import subprocess
from pathlib import Path

import pytest

from hdl.console import Step

SCRIPT = Path(__file__).parent / 'data' / 'time_off.py'
ALL = ['anna', 'bora', 'carl', 'dana']


@pytest.fixture(scope='module')
def who(odoo, databases):
    """Who got tickets at each moment, in a database with Time Off; see the script."""
    name = databases.copy()
    with Step('Install Time Off') as step:
        odoo.install(name, ['hr_holidays'], step)
    command = odoo.command('shell', '-d', name, '--no-http', '--log-level=error')
    result = subprocess.run(
        [str(part) for part in command], env=odoo.environ, input=SCRIPT.read_text(),
        capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr
    [line] = [line for line in result.stdout.splitlines() if line.startswith('{"result"')]
    databases.drop(name)
    return json.loads(line)['result']


def test_only_approved_leaves_count(who):
    assert who['filed'] == ALL
    assert who['refused'] == ALL


def test_before_during_and_after(who):
    """Anna is away for three days: others get the tickets, and she does again after it."""
    assert who['2026-03-03 10:00:00'] == ALL
    assert 'anna' not in who['2026-03-04 10:00:00'] + who['2026-03-06 16:00:00']
    assert who['2026-03-06 16:00:00'] == ['bora', 'carl', 'dana']
    assert who['2026-03-09 10:00:00'] == ALL


def test_half_a_day(who):
    """Bora is away in the morning."""
    assert who['2026-03-04 10:00:00'] == ['carl', 'dana']
    assert who['2026-03-04 13:30:00'] == ['bora', 'carl', 'dana']


def test_an_hour(who):
    """Carl is away from 14:00 to 15:00."""
    assert who['2026-03-04 14:30:00'] == ['bora', 'dana']
    assert who['2026-03-04 15:00:00'] == ['bora', 'carl', 'dana']


def test_looking_ahead(who):
    """In the night those who work on the next day count, on Saturday those of Monday."""
    assert who['2026-03-03 22:00:00'] == ['bora', 'carl', 'dana']
    assert who['2026-03-07 12:00:00'] == ALL


def test_no_dependency(odoo):
    """None of the addons needs anything of hr."""
    needed = odoo.dependencies(odoo.settings.addons())
    assert not [module for module in needed if module.split('_')[0] == 'hr']
