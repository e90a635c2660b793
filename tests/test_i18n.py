"""Catalogues: the .pot is what the code says now, and the Korean one lacks nothing."""

import re
import sys
from pathlib import Path

import polib
import pytest

from hdl import i18n

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / 'scripts'))
import catalogues  # noqa: E402 (a script, not a package)

ADDONS = sorted(path.parent.name for path in ROOT.glob('helpdesk_lite*/__manifest__.py'))
PLACEHOLDER = re.compile(r'%\(\w+\)[sd]|%[sd]|\{\{.*?\}\}|\$\{.*?\}')
# names of tags, with what they render: a title may be translated, an expression may not
TAG = re.compile(r'</?[a-z]+|t-(?:out|if|else|att-\w+)="[^"]*"')


def catalogue(addon, name):
    return polib.pofile(str(ROOT / addon / 'i18n' / name))


@pytest.fixture(scope='module')
def exported(odoo, databases, tmp_path_factory):
    """Fresh templates of all addons: ``{addon: path}``."""
    name = databases.copy()
    folder = tmp_path_factory.mktemp('i18n')
    result = {}
    for addon in ADDONS:
        result[addon] = folder / f'{addon}.pot'
        i18n.export(odoo, name, addon, result[addon])
    databases.drop(name)
    return result


@pytest.mark.parametrize('addon', ADDONS)
def test_template_is_fresh(addon, exported):
    fresh = catalogues.terms(catalogues.read_template(exported[addon]))
    kept = catalogues.terms(catalogue(addon, f'{addon}.pot'))
    assert kept == fresh, 'The texts have changed. Type: make i18n'


@pytest.mark.parametrize('addon', ADDONS)
def test_korean_is_complete(addon):
    korean = catalogue(addon, 'ko.po')
    assert catalogues.terms(korean) == catalogues.terms(catalogue(addon, f'{addon}.pot'))
    empty = [entry.msgid for entry in korean if not entry.msgstr.strip()]
    assert not empty, 'Translate these into Korean in ko.po'


@pytest.mark.parametrize('addon', ADDONS)
def test_korean_keeps_placeholders_and_tags(addon):
    for entry in catalogue(addon, 'ko.po'):
        for pattern in (PLACEHOLDER, TAG):
            assert sorted(pattern.findall(entry.msgid)) == sorted(pattern.findall(entry.msgstr)), (
                f'{entry.msgid!r} is translated as {entry.msgstr!r}')


@pytest.mark.parametrize('addon', ADDONS)
def test_template_has_no_duplicates(addon):
    texts = [(entry.msgctxt, entry.msgid) for entry in catalogue(addon, f'{addon}.pot')]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize('addon', ADDONS)
def test_open_is_not_in_progress(addon):
    """The state *Open* is 미해결 everywhere: 진행 중 is a stage, and a promise in progress."""
    mixed = {entry.msgid for entry in catalogue(addon, 'ko.po') if '진행 중' in entry.msgstr}
    assert {text for text in mixed if 'in progress' not in text.lower()} == set()
