"""Fixtures of the end-to-end tests. ``make test`` sets up what they use."""

import os

import pytest

from harness import OdooServer, SmtpSink, TestDatabases
from harness.manual import KOREAN, Manual
from harness.screen import Screen
from harness.server import clean_log
from hdl import axe, source
from hdl.odoo import Odoo
from hdl.postgres import Server
from hdl.settings import Settings


@pytest.fixture(scope='session')
def settings():
    return Settings()


@pytest.fixture(scope='session')
def odoo(settings):
    """The set-up: Odoo's source, its configuration, the server of databases."""
    if 'HDL_TEST_DATABASE' not in os.environ:
        pytest.fail('These tests need the set-up that make test does. Type: make test')
    variables = {name: value for name, value in os.environ.items() if name.startswith('PG')}
    return Odoo(settings, Server(variables), source.locate(settings))


@pytest.fixture(scope='session')
def axe_core(odoo):
    """The text of axe-core, to be run in a page."""
    return axe.locate(odoo.settings).read_text(encoding='utf-8')


@pytest.fixture(scope='session')
def databases(odoo):
    """Databases of this run: ``databases.copy()``, ``.bare(addon)``, ``.with_demo()``."""
    made = TestDatabases(
        odoo, os.environ['HDL_TEST_DATABASE'], os.environ['HDL_ADDONS_TEMPLATE']
    )
    yield made
    if not os.environ.get('KEEP'):
        made.drop_all()


@pytest.fixture(scope='module')
def smtp_sink():
    with SmtpSink() as sink:
        yield sink


@pytest.fixture(scope='module')
def helpdesk(odoo, databases, smtp_sink):
    """A running server with all addons, whose mail goes to ``smtp_sink``; one for each module."""
    name = databases.copy()
    with clean_log(OdooServer(odoo, name, smtp=smtp_sink.port)) as server, server:
        yield server
    if not os.environ.get('KEEP'):
        databases.drop(name)


@pytest.fixture(scope='session')
def manual(odoo, databases):
    """A Korean helpdesk and a browser before it, for the files that walk through the manual."""
    name = databases.copy()
    with SmtpSink() as sink, clean_log(OdooServer(odoo, name, smtp=sink.port)) as server, server:
        # The browser and the test write at the same time: Odoo logs that, and tries again.
        server.expect_problem('odoo.sql_db: bad query')
        with Screen(server, KOREAN) as screen:
            yield Manual(server, databases, sink, screen)
    if not os.environ.get('KEEP'):
        databases.drop(name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Show the logs of the running servers where a test failed."""
    report = yield
    if report.failed:
        for server in OdooServer.running:
            report.sections.append((f'Log of {server.database}', server.tail()))
    return report
