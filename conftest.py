"""Rules for every test of the repository: those of the addons and the end-to-end ones."""

import functools
import os
import shutil
from unittest import mock

import pytest
from freezegun import api as freezing

# freezegun remembers where the modules have clocks, and each time compares all names of all modules
# to see that nothing was added: half of the time of some tests. Their number tells the same.
freezing._get_module_attributes_hash = lambda module: f'{id(module)}-{len(vars(module))}'


def pytest_addoption(parser):
    parser.addini('allowed_skips', 'tests that may be skipped, by node id', type='linelist')


def _fail_instead(report, allowed):
    """A skipped test tests nothing: it counts as failed unless setup.cfg allows it."""
    if report.outcome != 'skipped' or hasattr(report, 'wasxfail') or report.nodeid in allowed:
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = 'failed'
    report.longrepr = f'{reason}\nA skipped test counts as failed (setup.cfg, allowed_skips).'


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    _fail_instead(report, item.config.getini('allowed_skips'))
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    _fail_instead(report, collector.config.getini('allowed_skips'))
    return report


@pytest.fixture(scope='session', autouse=True)
def own_filestore(load_registry):
    """Each process of a run has a filestore of its own, as it has a database.

    pytest-odoo lets them share one. But Odoo's test cases remove from it, after each class, the
    files that their own database knows nothing of: those of the other process's open transaction.
    """
    if 'PYTEST_XDIST_WORKER' not in os.environ:
        yield
        return

    from odoo.tests.common import get_db_name
    from odoo.tools import config
    shared = config.filestore(get_db_name())
    own = type(config).filestore(config, get_db_name())
    shutil.rmtree(own, ignore_errors=True)
    shutil.copytree(shared, own, copy_function=os.link)
    with mock.patch.object(config, 'filestore', functools.partial(type(config).filestore, config)):
        yield
    shutil.rmtree(own, ignore_errors=True)
