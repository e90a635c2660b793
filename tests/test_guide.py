"""The administrators' guide in docs/: it names its tests, and what stands on the screens.

What it claims is tested where each section says so; what no other test looks at is in
``test_guide_claims.py``, ``test_guide_mail.py`` and ``test_guide_operation.py``.
"""

import ast
import re

import polib
import pytest
from lxml import etree

from hdl import source
from hdl.settings import ROOT, Settings

DOCS = ROOT / 'docs'
# docs/SCALE.md is for who runs servers; its figures are measured by the bench.
PAGES = {path.name: path.read_text(encoding='utf-8')
         for path in sorted(DOCS.glob('*.md')) if path.name != 'SCALE.md'}
ADDONS = {addon.name: addon for addon in Settings().addons()}
# Odoo's modules whose screens the guide leads to.
OF_ODOO = ('base', 'web', 'mail', 'base_setup', 'iap', 'sms', 'portal', 'phone_validation',
           'resource')
COMMENT = re.compile(r'<!--.*?-->', re.S)
TESTED = re.compile(r'<!-- tested:\n(.*?)\n-->', re.S)
FENCE = re.compile(r'^```.*?^```', re.S | re.M)
BOLD = re.compile(r'\*\*(.+?)\*\*', re.S)
LINK = re.compile(r'!?\[[^]]*\]\(([^)\s]+)\)')
TAG = re.compile(r'<[^>]+>')
DOTS = '…'


def sections(text):
    """``[(title, text)]``: what stands before the first heading of level 2, and each of these."""
    first, *rest = re.split(r'^## ', text, flags=re.M)
    return [('', first), *((part.split('\n', 1)[0], part.split('\n', 1)[1]) for part in rest)]


SECTIONS = [(page, title, body) for page, text in PAGES.items() for title, body in sections(text)]
CLAIMS = [(page, title, body) for page, title, body in SECTIONS
          if re.sub(r'^# .*', '', COMMENT.sub('', body)).strip()]


def bold(text):
    """The names of screens in a text: paths as they stand, in one line."""
    return [' '.join(found.split()) for found in BOLD.findall(FENCE.sub('', text))]


def words_of(label):
    """The names that a bold text is made of: those along a path, and around a number."""
    return [part.strip() for step in label.split(' ‣ ') for part in step.split(DOTS)]


NAMED = {word for text in PAGES.values() for label in bold(text) for word in words_of(label)}
LABELS = {label for text in PAGES.values() for label in bold(text)}


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
    for file in ('test_guide_claims.py', 'test_guide_mail.py', 'test_guide_operation.py'):
        tree = ast.parse((ROOT / 'tests' / file).read_text(encoding='utf-8'))
        tests = [node.name for node in tree.body
                 if isinstance(node, ast.FunctionDef) and node.name.startswith('test_')]
        assert tests and [name for name in tests if f'{file}::{name}\n' not in text] == []


# ----------------------------------------------------------------------
# Names stand on the screens
# ----------------------------------------------------------------------

def terms(path, *, screens_only):
    """The texts of a module that are translated: those of its screens, or those of its code too."""
    texts = [
        entry.msgid for entry in polib.pofile(str(path))
        if not screens_only or any(place.startswith('model') for place, _line in entry.occurrences)]
    # an icon before a name belongs to its text
    return {' '.join(part.split()) for text in texts for part in (text, *TAG.split(text))}


@pytest.fixture(scope='module')
def on_screens():
    """The names of fields, menus, buttons, templates and the like, as the catalogues have them."""
    found = set()
    for name, addon in ADDONS.items():
        found |= terms(addon / 'i18n' / f'{name}.pot', screens_only=True)
    for name in OF_ODOO:
        folder = next(
            folder for folder in source.addons_paths(source.locate(Settings()))
            if (folder / name / 'i18n').is_dir())
        found |= terms(folder / name / 'i18n' / f'{name}.pot', screens_only=False)
    return found


def test_names_are_those_of_the_screens(on_screens):
    assert sorted(word for word in NAMED if word and word not in on_screens) == []


@pytest.fixture(scope='module')
def menus(helpdesk):
    """``{path of names: whether it takes the developer mode}``"""
    developer = helpdesk.call('ir.model.data', 'search_read', [
        ('module', '=', 'base'), ('name', '=', 'group_no_one')], ['res_id'])[0]['res_id']
    rows = {row['id']: row for row in helpdesk.call(
        'ir.ui.menu', 'search_read', [], ['name', 'parent_id', 'group_ids'],
        context={'ir.ui.menu.full_list': True})}

    def path_of(row):
        above = path_of(rows[row['parent_id'][0]]) if row['parent_id'] else ((), False)
        return (*above[0], row['name']), above[1] or developer in row['group_ids']

    found = {}
    for row in rows.values():
        path, takes = path_of(row)
        found[path] = takes and found.get(path, True)
    return found


def test_menus_lead_where_the_guide_says(menus):
    """A path that begins with an application goes on with its menus; **New** is its button."""
    roots = {path[0] for path in menus}
    paths = [tuple(label.split(' ‣ ')) for label in LABELS if ' ‣ ' in label]
    wrong = [path for path in paths if path[0] in roots and path[1] != 'New'
             and path[:2] not in menus]
    deeper = [path for path in paths if path[:2] in menus and len(path) > 2
              and any(len(menu) > 2 and menu[:2] == path[:2] for menu in menus)
              and path[:3] not in menus]
    assert wrong == [] and deeper == []
    assert len([path for path in paths if path[:2] in menus]) > 10


def test_menus_of_the_developer_mode_say_so(menus):
    silent = [
        (page, label) for page, _title, body in CLAIMS for label in bold(body)
        if menus.get(tuple(label.split(' ‣ '))) and 'developer mode' not in body.lower()]
    assert silent == []


# ----------------------------------------------------------------------
# Settings stand in the guide
# ----------------------------------------------------------------------

def field_names(field, fields):
    """By what the guide may name a field of a form: its label there, or what stands around it."""
    name = field.get('name')
    own = field.get('string') or fields[name]['string']
    labels = field.getroottree().xpath(f"//label[@for='{name}']/@string")
    around = DOTS.join(text.strip() for text in [field.getparent().text or '', field.tail or ''])
    setting = next((node.get('string') for node in field.iterancestors('setting')), None)
    options = [label for _value, label in fields[name].get('selection', ())] \
        if field.get('widget') == 'radio' else []
    first = setting if setting and field.getparent().tag == 'setting' else None
    return {own, *labels, around.replace(DOTS, f' {DOTS} '), *options, first} - {None, ''}


def visible_fields(server, model, names=None):
    """``{name: what the guide may call it}`` of a model's form; messages in it are no settings."""
    session = server.browse()
    view = session.json('/web/dataset/call_kw', {
        'model': model, 'method': 'get_views', 'args': [[(False, 'form')]], 'kwargs': {}})
    fields = server.call(model, 'fields_get', [], ['string', 'selection'])
    form = etree.fromstring(view['views']['form']['arch'])
    found = {}
    for field in form.iter('field'):
        inside = [node.tag for node in field.iterancestors()]
        classes = ' '.join(node.get('class') or '' for node in field.iterancestors())
        if (field.get('invisible') in ('1', 'True') or 'alert' in classes
                or set(inside) & {'list', 'kanban'}):
            continue
        if names and field.get('name') not in names:
            continue
        found.setdefault(field.get('name'), set()).update(field_names(field, fields))
    return found


SETTINGS = re.compile(r'^    ((?:default|module)_\w+) = fields', re.M)


@pytest.fixture(scope='module')
def settings_fields(helpdesk):
    text = ''.join(path.read_text() for addon in ADDONS.values()
                   for path in addon.glob('models/res_config_settings.py'))
    names = set(SETTINGS.findall(text))
    found = visible_fields(helpdesk, 'res.config.settings', names)
    assert set(found) == names and len(names) >= 8
    return found


def missing(fields):
    return {name: sorted(names) for name, names in fields.items() if not names & (LABELS | NAMED)}


def test_every_setting_is_in_the_guide(settings_fields):
    assert missing(settings_fields) == {}


@pytest.mark.parametrize('model, count', [('helpdesk.lite.team', 25), ('helpdesk.lite.stage', 7)])
def test_every_field_of_the_form_is_in_the_guide(helpdesk, model, count):
    fields = visible_fields(helpdesk, model)
    assert len(fields) >= count
    assert missing(fields) == {}


def test_every_template_and_job_is_in_the_guide(helpdesk):
    for model, field in (('mail.template', 'name'), ('sms.template', 'name')):
        rows = helpdesk.call(
            model, 'search_read', [('model', '=', 'helpdesk.lite.ticket')], [field])
        assert rows and {row[field] for row in rows} - NAMED == set()
    jobs = helpdesk.call('ir.cron', 'search_read', [
        ('model_id.model', '=like', 'helpdesk.lite%')], ['cron_name'])
    assert jobs and {job['cron_name'] for job in jobs} - NAMED == set()


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
