"""Odoo's own test runner, in a process of its own."""

import re
import subprocess
from dataclasses import dataclass

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


def run_odoo_tests(odoo, database, tags, *arguments, timeout=900):
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
