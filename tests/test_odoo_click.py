"""Odoo's own test that clicks through every menu, with our addons installed."""

import pytest

from harness import run_core_tests

CLICK = 'web/tests/test_click_everywhere.py'


def passed(result, *classes):
    """The classes ran, each, and nothing failed or was skipped."""
    assert result.returncode == 0, result.log[-8000:]
    assert result.outcomes == dict.fromkeys(classes, 'passed')


def clicked(result):
    """The apps that the test opened, as the browser told it."""
    return [line for line in result.log.splitlines() if 'Testing app menu' in line]


@pytest.fixture(scope='module')
def admin(odoo, databases):
    name = databases.copy()
    yield run_core_tests(odoo, name, CLICK, 'TestMenusAdminLight')
    databases.drop(name)


@pytest.fixture(scope='module')
def demo(odoo, databases):
    name = databases.with_demo()
    yield run_core_tests(odoo, name, CLICK, 'TestMenusDemoLight')
    databases.drop(name)


def test_as_admin(admin):
    passed(admin, 'TestMenusAdminLight')
    assert any('helpdesk_lite' in line for line in clicked(admin)), clicked(admin)


def test_as_user_with_demo_data(demo):
    passed(demo, 'TestMenusDemoLight')
    assert any('helpdesk_lite' in line for line in clicked(demo)), clicked(demo)
