"""docs/architecture.md is true: what it links to is there, and no context key is missing."""

import ast
import re

import context_keys
import pytest

from hdl.settings import ROOT

PAGE = ROOT / 'docs' / 'architecture.md'
TEXT = PAGE.read_text(encoding='utf-8')
STOPS = re.findall(r'\[`(\w+)`\]\(([^)]+)\)', TEXT)
FOLDERS = re.findall(r'^\| `…/(\w+)/` \|', TEXT, re.M)


def test_there_are_walks():
    assert len(STOPS) > 40 and len(re.findall(r'^### ', TEXT, re.M)) == 5


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
