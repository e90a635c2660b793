"""``make test-odoo``: Odoo's own tests without our addons and with them, and what differs."""

import os
import shlex
import subprocess
import xml.etree.ElementTree as ET

from . import source, testing
from .console import DevError, Step, say

MODULES = (
    'mail', 'portal', 'sms', 'rating', 'resource', 'test_mail', 'test_mail_full', 'test_mail_sms',
    'test_resource', 'test_access_rights')
FILES = (
    'base/tests/test_acl.py', 'base/tests/test_user_has_group.py',
    'web/tests/test_click_everywhere.py')
SIDES = ('without', 'with')
KINDS = ('passed', 'skipped', 'failure', 'error')  # the worst last
# Tests that end otherwise with our addons, and why that is right; each is looked at by hand.
BATCH = (
    'The test makes ratings and rates them as an employee in one transaction. The rule that hides '
    "tickets' ratings reads what each belongs to, so Odoo writes them one by one; rated by a "
    'request of its own, a rating takes no query more.')
RATINGS = 'test_mail_full.tests.test_mail_performance.TestRatingPerformance.test_rating_last_value_'
REASONS = {
    f'{RATINGS}perfs': BATCH,
    f'{RATINGS}perfs_with_rating_mixin': BATCH,
}


def run(odoo):
    """Run the suites on both sides, print the difference; return 1 where a line has no reason.

    ``T=word`` runs the modules and files with that word in their path only. ``SIDE=with`` runs
    that side, and takes the last run's report of the other one.
    """
    settings = odoo.settings
    testing.ensure_browser(settings)
    paths = find_paths(odoo, settings.environ.get('T') or '')
    modules = sorted({*odoo.dependencies(settings.addons()), *MODULES})
    found = {}
    for side in SIDES:
        report = settings.logs / f'odoo-{side}.xml'
        if settings.environ.get('SIDE', side) != side and report.exists():
            found[side] = read_report(report)
            continue
        name = f'hdl_test_{os.getpid()}_odoo_{side}'
        try:
            with Step(f'Make a database {side} our addons') as step:
                odoo.databases.copy(odoo.base_template(modules), name)
                if side == 'with':
                    odoo.install(name, [addon.name for addon in settings.addons()], step)
            found[side] = run_side(odoo, name, side, paths)
        finally:
            drop(odoo, name)
    return compare(found['without'], found['with'], settings.logs / 'odoo-difference.txt')


def find_paths(odoo, word):
    """The folders and files of tests, as they lie in Odoo's source."""
    folders = list(reversed(source.addons_paths(odoo.path)))
    wanted = [path for path in (*(f'{module}/tests' for module in MODULES), *FILES) if word in path]
    if not wanted:
        raise DevError(f'No suite has {word!r} in its path', f'There are {", ".join(MODULES)}')
    return [next(folder / path for folder in folders if (folder / path).exists())
            for path in wanted]


def run_side(odoo, name, side, paths):
    """``{test: how it ended}``, of all tests that are no unit test in JavaScript."""
    settings = odoo.settings
    report = settings.logs / f'odoo-{side}.xml'
    report.unlink(missing_ok=True)
    command = [
        settings.python, '-m', 'pytest', '-p', 'no:cacheprovider', '-q', '--tb=short',
        f'--junit-xml={report}', '--odoo-http', f'--odoo-database={name}',
        f'--odoo-config={odoo.configuration}', '-n', settings.environ.get('J') or '2',
        '--dist=loadfile', *shlex.split(settings.environ.get('ARGS') or ''), *paths]
    with Step(f"Run Odoo's tests {side} our addons"), \
            (settings.logs / f'odoo-{side}.log').open('w', encoding='utf-8') as log:
        subprocess.run(
            [str(part) for part in command], env=odoo.environ, cwd=settings.folder('odoo-tests'),
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
    if not report.exists():
        raise DevError('pytest wrote no report', f'See {log.name}')
    return read_report(report)


def read_report(path):
    """``{test: passed, failure, error or skipped}`` of a report by pytest."""
    found = {}
    for case in ET.parse(path).iter('testcase'):
        kinds = {child.tag for child in case} & set(KINDS)
        name = f'{case.get("classname").partition("addons.")[2]}.{case.get("name")}'
        # a test with subtests stands there once for each that failed
        found[name] = max({'passed', found.get(name, 'passed')} | kinds, key=KINDS.index)
    return found


def drop(odoo, name):
    for database in odoo.databases.names():
        if database == name or database.startswith(f'{name}-gw'):
            odoo.databases.drop(database)


def compare(without_us, with_us, report):
    """Say what each side gave, and each test that ends otherwise with us; keep it in a file.

    :param report: the path of that file
    """
    lines = [describe(side, outcomes) for side, outcomes in (
        ('without', without_us), ('with', with_us))]
    unexplained = 0
    for name in sorted({*without_us, *with_us}):
        before, after = without_us.get(name, 'not there'), with_us.get(name, 'not there')
        if before != after:
            reason = REASONS.get(name)
            unexplained += not reason and after in ('failure', 'error')
            lines.append(f'  {name}: {before} without us, {after} with us'
                         f'{": " + reason if reason else ""}')
    lines.append(f'  {unexplained} fail with us alone and have no reason')
    report.write_text('\n'.join(lines) + '\n', encoding='utf-8')
    for line in lines:
        say(line)
    return 1 if unexplained else 0


def describe(side, outcomes):
    counts = {kind: list(outcomes.values()).count(kind) for kind in KINDS}
    return f'  {side:8}{", ".join(f"{count} {kind}" for kind, count in counts.items())}'
