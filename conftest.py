"""Rules for every test of the repository: those of the addons and the end-to-end ones."""

import pytest


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
