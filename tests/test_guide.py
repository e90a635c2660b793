"""The administrators' guide in docs/: each section names the tests of what it claims.

What no other test looks at is in ``test_guide_claims.py`` and ``test_guide_operation.py``.
"""

import ast
import re

import pytest

from hdl.settings import ROOT

DOCS = ROOT / 'docs'
# Not for administrators: SCALE.md has the bench's figures, architecture.md what developers ask.
PAGES = {path.name: path.read_text(encoding='utf-8')
         for path in sorted(DOCS.glob('*.md')) if path.name not in ('SCALE.md', 'architecture.md')}
COMMENT = re.compile(r'<!--.*?-->', re.S)
TESTED = re.compile(r'<!-- tested:\n(.*?)\n-->', re.S)
FENCE = re.compile(r'^```.*?^```', re.S | re.M)
LINK = re.compile(r'!?\[[^]]*\]\(([^)\s]+)\)')


def sections(text):
    """``[(title, text)]``: what stands before the first heading of level 2, and each of these."""
    first, *rest = re.split(r'^## ', text, flags=re.M)
    return [('', first), *((part.split('\n', 1)[0], part.split('\n', 1)[1]) for part in rest)]


SECTIONS = [(page, title, body) for page, text in PAGES.items() for title, body in sections(text)]
CLAIMS = [(page, title, body) for page, title, body in SECTIONS
          if re.sub(r'^# .*', '', COMMENT.sub('', body)).strip()]


# ----------------------------------------------------------------------
# Claims name tests
# ----------------------------------------------------------------------

def test_there_is_a_guide():
    assert len(PAGES) >= 10 and len(CLAIMS) >= 35


@pytest.mark.parametrize('page, title, body', CLAIMS, ids=lambda value: value[:40].split('\n')[0])
def test_section_names_its_tests(page, title, body):
    """At its end; what no test can look at says why."""
    found = TESTED.findall(body)
    assert len(found) == 1 and found[0].split()
    assert COMMENT.sub('', body.split('<!-- tested:')[1].split('-->', 1)[1]).strip() == ''


def test_little_is_outside_what_can_be_tested():
    untested = re.findall(r'<!-- untested: (.{20,}?) -->', ''.join(PAGES.values()))
    assert len(untested) <= 2


def find_test(name):
    """Whether ``path::Class::method`` or ``path::function`` is there."""
    path, *names = name.split('::')
    file = ROOT / path
    if not file.is_file() or not names:
        return False
    body = ast.parse(file.read_text(encoding='utf-8')).body
    for step in names:
        node = next((node for node in body if isinstance(node, (ast.ClassDef, ast.FunctionDef))
                     and node.name == step), None)
        if node is None:
            return False
        body = node.body
    return isinstance(node, ast.FunctionDef) and node.name.startswith('test_')


def test_named_tests_exist():
    named = {name for _page, _title, body in CLAIMS for name in TESTED.findall(body)[0].split()}
    assert sorted(name for name in named if not find_test(name)) == []
    assert len(named) > 150


def test_own_claims_are_named():
    """A test of claims that no section names tests a claim that was taken out."""
    text = ''.join(PAGES.values())
    for file in ('test_guide_claims.py', 'test_guide_operation.py'):
        tree = ast.parse((ROOT / 'tests' / file).read_text(encoding='utf-8'))
        tests = [node.name for node in tree.body
                 if isinstance(node, ast.FunctionDef) and node.name.startswith('test_')]
        assert tests and [name for name in tests if f'{file}::{name}\n' not in text] == []


# ----------------------------------------------------------------------
# Links
# ----------------------------------------------------------------------

def anchors(text):
    """The anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r'^#+ (.+)$', FENCE.sub('', text), re.M)
    return {re.sub(r'[^\w\- ]', '', title.lower()).replace(' ', '-') for title in titles}


@pytest.mark.parametrize('page', PAGES)
def test_links_and_pictures(page):
    for target in LINK.findall(FENCE.sub('', PAGES[page])):
        if re.match(r'https?:', target):
            continue
        path, _hash, anchor = target.partition('#')
        file = (DOCS / path) if path else DOCS / page
        assert file.is_file(), target
        if anchor:
            assert anchor in anchors(file.read_text(encoding='utf-8')), target


def test_every_page_is_in_the_index():
    assert {page for page in PAGES if f'({page})' not in PAGES['README.md']} == {'README.md'}
    assert '(docs/README.md)' in (ROOT / 'README.md').read_text(encoding='utf-8')
