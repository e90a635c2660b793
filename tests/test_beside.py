"""Our addons come into a database where other applications are, and leave it again.

With BESIDE="website crm …" it is done with those, in every order in which ours can leave.
"""

import itertools
from pathlib import Path

import pytest
from test_uninstall import PEOPLE, QUERIES, USER_DATA, differences, mentions

from harness import OdooServer, run_core_tests, run_script, snapshot, uninstall
from harness.server import clean_log
from hdl.settings import Settings

WORK = Path(__file__).parent / 'data' / 'beside_work.py'
CHECK = WORK.with_name('beside_check.py')
CORE, PORTAL, SMS = OURS = ('helpdesk_lite', 'helpdesk_lite_portal', 'helpdesk_lite_sms')
STEP = type('Silent', (), {'note': staticmethod(lambda text: None)})
# The run of all tests has time for one application and one way: ours first, theirs after it.
THEIRS = Settings().beside()
FEW = ['base_automation', 'website']
# The log of what is not ours: of a meeting on a ticket (which Odoo takes away with the ticket's
# model), and of an address that takes no mailings.
MESSAGES = {'calendar.event', 'mail.blacklist'}
COLUMNS = """
    SELECT table_name, column_name FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name || column_name LIKE '%helpdesk%'
"""


def work(odoo, name):
    """Do what users do in both, ours and theirs."""
    parts = [USER_DATA.read_text(encoding='utf-8'), WORK.read_text(encoding='utf-8')]
    return run_script(odoo, name, '\n'.join(parts))


def remove(odoo, databases, name, order):
    """Uninstall ours one after the other; the core takes what stands on it along."""
    for addon in order:
        [[state]] = databases.sql(
            name, f"SELECT state FROM ir_module_module WHERE name = '{addon}'")
        if state == 'installed':
            log = uninstall(odoo, name, addon)
            assert [line for line in log.splitlines() if ' ERROR ' in line] == []


def check_theirs(odoo, databases, name):
    """Nothing of ours is left, and what they are works."""
    assert databases.sql(name, COLUMNS) == []
    for word in (r'helpdesk_lite([^_]|$)', 'helpdesk_lite_portal', 'helpdesk_lite_sms',
                 r'helpdesk\.lite'):
        assert mentions(databases, name, word) == {}, word
    assert 'works' in run_script(odoo, name, CHECK.read_text(encoding='utf-8'))
    with clean_log(OdooServer(odoo, name)) as server, server:
        for path in ('/', '/my/home', '/odoo'):
            assert server.browse().get(path).status_code == 200, path
        assert server.visit().get('/helpdesk').status_code == 404
        assert server.visit().get('/my/tickets').status_code == 404


def test_theirs_come_after_ours(odoo, databases):
    name = databases.copy(odoo.addons_template(odoo.settings.addons(), beside=()))
    run_script(odoo, name, PEOPLE)
    assert odoo.install(name, THEIRS or FEW, STEP) == []
    assert 'joined: ' in work(odoo, name)
    remove(odoo, databases, name, (SMS, PORTAL, CORE) if THEIRS else (CORE,))
    check_theirs(odoo, databases, name)
    databases.drop(name)


class TestOrders:
    """Ours come after theirs, and leave in each order."""

    __test__ = bool(THEIRS)

    @pytest.fixture(scope='class')
    def worked(self, odoo, databases):
        """A database in which ours were installed and worked with; and how it was before."""
        name = databases.bare()
        run_script(odoo, name, PEOPLE)
        before = snapshot(databases, name, QUERIES)
        assert odoo.install(name, OURS, STEP) == []
        work(odoo, name)
        yield name, before
        databases.drop(name)

    @pytest.mark.parametrize('order', itertools.permutations(OURS), ids=' '.join)
    def test_leave(self, odoo, databases, worked, order):
        source, before = worked
        name = databases.copy(source)
        remove(odoo, databases, name, order)
        after = snapshot(databases, name, QUERIES)
        left = differences(after, before)
        assert {model for model, _id in left.pop('messages', ())} <= MESSAGES
        assert left == {}
        assert differences(before, after) == {}
        check_theirs(odoo, databases, name)
        databases.drop(name)

    def test_every_menu_opens_afterwards(self, odoo, databases, worked):
        name = databases.copy(worked[0])
        remove(odoo, databases, name, (CORE,))
        click = 'web/tests/test_click_everywhere.py'
        result = run_core_tests(odoo, name, click, 'TestMenusAdminLight', timeout=1200)
        assert result.outcomes == {'TestMenusAdminLight': 'passed'}, result.log[-8000:]
        databases.drop(name)
