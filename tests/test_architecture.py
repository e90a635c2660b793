"""docs/architecture.md is true: what it links to is there, and no context key is missing."""

import ast
import re

import context_keys
import pytest

from hdl import walks
from hdl.settings import ROOT

PAGE = ROOT / 'docs' / 'architecture.md'
TEXT = PAGE.read_text(encoding='utf-8')
STOP = re.compile(r'\[`(\w+)`\]\(([^)]+)\)')
STOPS = STOP.findall(TEXT)
WALKS = re.split(r'^### .*', TEXT.split('## Five walks')[1], flags=re.M)[1:]
FOLDERS = re.findall(r'^\| `…/(\w+)/` \|', TEXT, re.M)


def test_walks_pass_their_stops(odoo, databases, tmp_path):
    """Each method that a walk names runs on the way; see ``scripts/walks.py``."""
    name = databases.copy()
    found = walks.walk(odoo, name, tmp_path / 'walks.json', '--quick')
    databases.drop(name)
    assert len(STOPS) > 40 and len(WALKS) == len(found) == 5
    for text, (title, walk) in zip(WALKS, found.items(), strict=True):
        passed = {(path, method.split('.')[-1]) for path, method in walk['methods']}
        named = {(path.removeprefix('../'), method) for method, path in STOP.findall(text)}
        assert named and named - passed == set(), title
        assert walk['queries'] > len(walk['files']) / 2 > 5, title


@pytest.mark.parametrize(('name', 'path'), STOPS, ids=lambda value: value.split('/')[-1])
def test_stop(name, path):
    """A method is in the file that its link opens."""
    tree = ast.parse((PAGE.parent / path).read_text(encoding='utf-8'))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_folder_is_on_the_map():
    """Each concern of the models, and each place at the top that is written in full."""
    folders = {path.parent.name for path in (ROOT / 'helpdesk_lite' / 'models').glob('*/*.py')}
    assert set(FOLDERS) | {'access'} == folders
    places = re.findall(r'^\| `([\w/]+/)` \|', TEXT, re.M)
    assert places and all((ROOT / place).is_dir() for place in places)


def test_every_context_key():
    """Who sets and who reads each; ``scripts/context_keys.py --write`` brings it up to date."""
    listed = TEXT.split(context_keys.BEGIN)[1].split(context_keys.END)[0].strip()
    assert listed.splitlines() == context_keys.make_table(TEXT).splitlines()
    assert '| ? |' not in listed


@pytest.mark.parametrize(('code', 'found'), [
    ('self.with_context(helpdesk_lite_a=1)', ('sets', None)),
    ("self.with_context({'helpdesk_lite_a': 1})", (None, None)),
    ("self.env.context.get('helpdesk_lite_a')", (None, 'reads')),
    ("context['helpdesk_lite_a']; action = {'helpdesk_lite_a': 1}", ('sets', 'reads')),
    ("vals.get('helpdesk_lite_a')", (None, None)),
], ids=range(5))
def test_keys_are_found(tmp_path, code, found):
    (tmp_path / 'code.py').write_text(code)
    key = context_keys.context_keys([tmp_path]).get('helpdesk_lite_a', {})
    assert tuple(how if key.get(how) else None for how in ('sets', 'reads')) == found
