"""Each addon, installed alone as Odoo itself does it, passes its own tests there.

All tests run beside the other addons, too. What may go wrong without them is that something leans
on one of them; for that each way through the code is gone once. So those are left out here that
take the same way with many values or many records, and of those with a browser all but one.
"""

import re

import pytest

from harness import run_odoo_tests
from hdl.settings import Settings

ADDONS = Settings().addons()
CORE = next(addon for addon in ADDONS if addon.name == 'helpdesk_lite')
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
CLASS = re.compile(r'^class (Test\w+)', re.MULTILINE)


def classes(path):
    return set(CLASS.findall(path.read_text(encoding='utf-8')))


@pytest.mark.parametrize('addon', ADDONS, ids=lambda addon: addon.name)
def test_installs_and_passes(odoo, databases, addon):
    # Odoo installs what the others need beyond the core.
    name = databases.bare(CORE)
    left_out = BESIDE_OTHERS[addon.name]
    tags = ','.join(
        [f'/{addon.name}', *(f'-/{addon.name}:{test}' for test in sorted(left_out))])
    # An SMS or portal addon that installs itself would not be "alone".
    options = ('-i', addon.name, '--skip-auto-install')
    result = run_odoo_tests(odoo, name, tags, *options)
    assert result.returncode == 0, result.log[-8000:]
    assert (result.failed, result.errors, result.skipped) == (0, 0, [])
    started = {test.split('.')[0] for test in result.started}
    for path in sorted((addon / 'tests').glob('test_*.py')):
        assert started & classes(path) or classes(path) <= left_out, path.name
    assert not started & left_out
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
