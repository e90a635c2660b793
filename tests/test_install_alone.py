"""Each addon, installed alone as Odoo itself does it, passes its own tests there."""

import pytest

from harness import run_odoo_tests
from hdl.settings import Settings

ADDONS = Settings().addons()


@pytest.mark.parametrize('addon', ADDONS, ids=lambda addon: addon.name)
def test_installs_and_passes(odoo, databases, addon):
    name = databases.bare(addon)
    # An SMS or portal addon that installs itself would not be "alone".
    options = ('-i', addon.name, '--skip-auto-install')
    result = run_odoo_tests(odoo, name, f'/{addon.name}', *options)
    assert result.returncode == 0, result.log[-8000:]
    assert (result.failed, result.errors, result.skipped) == (0, 0, [])
    assert result.count >= len(list((addon / 'tests').glob('test_*.py')))
    installed = databases.sql(
        name,
        "SELECT name FROM ir_module_module WHERE state = 'installed' AND name LIKE 'helpdesk%'",
    )
    others = {other.name for other in ADDONS} - {addon.name}
    depended_on = {'helpdesk_lite'} - {addon.name} if addon.name != 'helpdesk_lite' else set()
    assert not {row[0] for row in installed} & (others - depended_on)
    databases.drop(name)
