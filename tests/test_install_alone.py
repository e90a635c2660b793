"""Each addon, installed alone as Odoo itself does it, passes its own tests there.

All tests run beside the other addons, too. What goes wrong without them leans on one of them. So no
name stands in an addon's code that only the others define; and of each file of tests the first
class runs here, but for those that take one way through the code with many values or records, and
for browsers all but one.
"""

import re

import pytest

from harness import run_odoo_tests
from harness.names import Modules, defined, used
from hdl import source
from hdl.settings import ROOT, Settings

ADDONS = Settings().addons()
BESIDE_OTHERS = {
    'helpdesk_lite': {
        # a browser, which loads the same JavaScript for TestMacroUi
        'TestAnswerUi', 'TestLinksScreen', 'TestMergeTour', 'TestOnboardingTour', 'TestSlaUi',
        'TestUi',
        # tables of stories, threads and addresses, of which other classes tell the first ones
        'TestFairness', 'TestLivesOfAgents', 'TestLivesOfCustomers', 'TestMergeUndo', 'TestProof',
        'TestQuotes', 'TestReading', 'TestSlaChanges', 'TestSlaLifeHours', 'TestSlaLives',
        'TestSlaRandom', 'TestTooMany',
        # all models by all people: with the others there are more of them
        'TestAccessMatrix', 'TestTrustFields', 'TestTrustRpc',
        # counts of queries, with hundreds of records
        'TestCost', 'TestDeskSolve', 'TestIncident', 'TestReaders', 'TestReports',
        'TestSlaPerformance', 'TestTenTickets', 'TestVisibleToUser',
    },
    'helpdesk_lite_portal': {'TestBoxedUi'},
    'helpdesk_lite_sms': set(),
}
# Words that they define and that mean something else where an addon says them
COMMON_WORDS = {
    'helpdesk_lite': {
        'blocked', 'counters', 'precommit', 'say', 'short', 'sms', 'status_code', 'timeout'},
    'helpdesk_lite_portal': {'precommit', 'timeout'},
    'helpdesk_lite_sms': set(),
}
# Odoo's runner passes over what is a plain TestCase: it has no tags.
CLASS = re.compile(r'^class (Test\w+)\((?!TestCase\))', re.MULTILINE)


def classes(path):
    return CLASS.findall(path.read_text(encoding='utf-8'))


def choose(addon):
    """The classes to run: the first of each file that isn't left out."""
    left_out = BESIDE_OTHERS[addon.name]
    files = sorted((addon / 'tests').glob('test_*.py'))
    return {next(iter(kept)) for path in files
            if (kept := [name for name in classes(path) if name not in left_out])}


@pytest.mark.parametrize('addon', ADDONS, ids=lambda addon: addon.name)
def test_installs_and_passes(odoo, databases, addon):
    name, chosen = databases.bare(addon), choose(addon)
    tags = ','.join(f'/{addon.name}:{test}' for test in sorted(chosen))
    # An SMS or portal addon that installs itself would not be "alone".
    options = ('-i', addon.name, '--skip-auto-install')
    result = run_odoo_tests(odoo, name, tags, *options)
    assert result.returncode == 0, result.log[-8000:]
    assert (result.failed, result.errors, result.skipped) == (0, 0, [])
    assert {test.split('.')[0] for test in result.started} == chosen
    installed = databases.sql(
        name,
        "SELECT name FROM ir_module_module WHERE state = 'installed' AND name LIKE 'helpdesk%'",
    )
    others = {other.name for other in ADDONS} - {addon.name}
    depended_on = {'helpdesk_lite'} - {addon.name} if addon.name != 'helpdesk_lite' else set()
    assert not {row[0] for row in installed} & (others - depended_on)
    databases.drop(name)


@pytest.mark.parametrize('addon', ADDONS, ids=lambda addon: addon.name)
def test_what_is_left_out_is_there(addon):
    """Each is a class of the addon, which so runs beside the others."""
    found = set().union(*map(classes, (addon / 'tests').glob('test_*.py')))
    assert BESIDE_OTHERS[addon.name] <= found


@pytest.mark.parametrize('addon', ADDONS, ids=lambda addon: addon.name)
def test_no_name_of_the_others(odoo, addon):
    """Neither the addon nor its tests ask for what isn't there without the others."""
    modules = Modules(*source.addons_paths(odoo.path), ROOT)
    mine = modules.standing_on(addon.name)
    theirs = modules.standing_on(*(other.name for other in ADDONS)) - mine
    known = modules.names_of(mine) | defined(odoo.path / 'odoo' / 'orm')
    known |= defined(odoo.path / 'odoo' / 'tools')
    asked = {name: place for name, place in used(addon).items()
             if name in modules.names_of(theirs) - known}
    assert {name: place for name, place in asked.items()
            if name not in COMMON_WORDS[addon.name]} == {}
    assert asked.keys() >= COMMON_WORDS[addon.name]
