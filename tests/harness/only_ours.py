"""A plugin of pytest: Odoo's own lint (its module test_lint) looks at our addons' files alone."""

import itertools
import os
from types import SimpleNamespace

import pytest


@pytest.fixture(scope='session', autouse=True)
def only_ours(load_registry):
    from odoo.modules import Manifest

    from odoo.addons.test_lint.tests import test_markers, test_pofile
    ours = [
        manifest for manifest in Manifest.all_addon_manifests()
        if manifest.name.startswith('helpdesk_lite')]
    assert ours
    Manifest.all_addon_manifests = staticmethod(lambda: ours)
    test_pofile.get_modules = lambda: [manifest.name for manifest in ours]
    test_markers.os = SimpleNamespace(path=os.path, walk=lambda _path: itertools.chain(
        *(os.walk(manifest.path) for manifest in ours)))
