"""Odoo's own tests and its own test runner, in processes of their own."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from hdl import source

from .server import free_port

RESULT = re.compile(r'(\d+) failed, (\d+) error\(s\) of (\d+) tests when loading')
STARTED = re.compile(r'Starting (\S+) \.\.\.')


@dataclass
class OdooTests:
    """How a run of Odoo's tests ended."""

    returncode: int
    failed: int
    errors: int
    count: int
    started: list
    skipped: list
    log: str


def run_odoo_tests(odoo, database, tags, *arguments, timeout=2400):
    """Run tests by Odoo's own runner, on installing or updating modules.

    :param tags: as ``--test-tags`` takes them
    :param arguments: what installs or updates, as ``'-u', 'web'``
    """
    command = odoo.command(
        '-d', database, f'--db-filter=^{database}$', '--test-tags', tags, '--stop-after-init',
        '-p', free_port(), '--max-cron-threads=0', *arguments,
    )
    result = subprocess.run(
        [str(part) for part in command], env=odoo.environ, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout,
    )
    log = result.stdout
    (odoo.settings.logs / f'tests-{database}.log').write_text(log, encoding='utf-8')
    found = RESULT.search(log)
    failed, errors, count = map(int, found.groups()) if found else (0, 0, 0)
    skipped = [line for line in log.splitlines() if ' skipped ' in line]
    return OdooTests(
        result.returncode, failed, errors, count, STARTED.findall(log), skipped, log
    )


@dataclass
class CoreTests:
    """How tests of Odoo's own modules ended: 'passed', 'failed' or 'skipped' for each class."""

    returncode: int
    outcomes: dict
    log: str


def run_core_tests(odoo, database, path, *classes, timeout=600):
    """Run test classes of an Odoo module on a database as it is.

    By pytest, since Odoo's own runner has to update a module to run its tests, and ``-u web``
    updates everything.

    :param path: of the test file, below Odoo's addons
    """
    folder = next(p for p in reversed(source.addons_paths(odoo.path)) if (p / path).exists())
    report = odoo.settings.logs / f'core-{database}.xml'
    log = report.with_suffix('.log')
    command = [
        sys.executable, '-m', 'pytest', '-p', 'no:cacheprovider', '-o', 'log_file_level=INFO',
        f'--log-file={log}', f'--junit-xml={report}', '--odoo-http', '--odoo-log-level=info',
        f'--odoo-database={database}', f'--odoo-config={odoo.configuration}',
        *(f'{folder / path}::{name}' for name in classes),
    ]
    result = subprocess.run(
        command, env=odoo.environ, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=timeout,
    )
    outcomes = {}
    for case in ET.parse(report).iter('testcase') if report.exists() else ():
        kinds = {child.tag for child in case} & {'failure', 'error', 'skipped'}
        outcomes[case.get('classname').split('.')[-1]] = kinds.pop() if kinds else 'passed'
    return CoreTests(result.returncode, outcomes, log.read_text() + result.stdout + result.stderr)


def why(log):
    """The end of a log, without the lines of a traceback that are Odoo's own."""
    lines = [line for line in log.splitlines() if not line.startswith('    ')]
    return '\n'.join(lines[-12:])


def run_script(odoo, database, code):
    """Run Python code in Odoo's shell, where ``env`` is the superuser's; return what it printed.

    The code commits by itself.
    """
    command = odoo.command('shell', '-d', database, '--no-http', '--log-level=warn')
    result = subprocess.run(
        [str(part) for part in command], env=odoo.environ, input=code, text=True,
        capture_output=True, timeout=300,
    )
    said = result.stdout + result.stderr
    assert result.returncode == 0 and 'Traceback' not in said, why(said)
    return result.stdout


def uninstall(odoo, database, *modules):
    """Uninstall modules by Odoo's own command; return its log."""
    command = odoo.command('module', 'uninstall', '-d', database, *modules)
    result = subprocess.run(
        [str(part) for part in command], env=odoo.environ, stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300,
    )
    assert result.returncode == 0, why(result.stdout)
    return result.stdout
