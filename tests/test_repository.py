"""What every file of the repository has to be: portable, complete, installable."""

import ast
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from hdl.odoo import manifest
from hdl.settings import ROOT, Settings

ADDONS = Settings({}).addons()
# A path of one person's machine, or the address of a package registry.
MACHINE_PATH = re.compile(r'(^|[^\w.])/(work|root|home/\w+)/')
REGISTRY = re.compile(r'https?://[a-z0-9.-]*(debian|pypi|pythonhosted|npmjs)')
TRANSLATED = ('.po', '.pot')
PICTURES = ('.png', '.jpg', '.ico', '.woff2')
# The packages that an addon may import, its tests included: Odoo 19.0 itself needs them all (its
# test classes freezegun), see the first two parts of requirements.txt.
NEEDED_BY_ODOO = {
    'odoo', 'asn1crypto', 'babel', 'dateutil', 'freezegun', 'lxml', 'markupsafe', 'phonenumbers',
    'psycopg2', 'pytz', 'requests', 'werkzeug',
}
MANIFEST_KEYS = {
    'name', 'version', 'category', 'summary', 'description', 'author', 'license', 'depends', 'data',
    'demo', 'assets', 'application', 'auto_install', 'post_init_hook', 'uninstall_hook',
    'pre_init_hook', 'external_dependencies', 'website', 'sequence', 'images', 'maintainers',
}


def tracked_files():
    """The files that git knows or would add; without git (an archive) there is nothing to say."""
    listed = subprocess.run(
        ['git', 'ls-files', '--cached', '--others', '--exclude-standard'],
        cwd=ROOT, capture_output=True, text=True,
    ).stdout.splitlines()
    return [ROOT / name for name in listed if (ROOT / name).is_file()]


def lines_that_match(pattern):
    return [
        f'{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}'
        for path in tracked_files()
        if path.suffix not in TRANSLATED + PICTURES and path != Path(__file__)
        for number, line in enumerate(  # mails may be of any charset
            path.read_text(encoding='utf-8', errors='replace').splitlines(), 1)
        if pattern.search(line)
    ]


def test_there_are_files():
    assert len(tracked_files()) > 50


def test_no_machine_paths():
    assert lines_that_match(MACHINE_PATH) == []


def test_no_registry_addresses():
    assert lines_that_match(REGISTRY) == []


@pytest.mark.parametrize('name', [
    'LICENSE', 'README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'requirements.txt',
    '.ci/run',
])
def test_there_is(name):
    assert (ROOT / name).stat().st_size


def test_pictures_of_the_readme_exist():
    text = (ROOT / 'README.md').read_text(encoding='utf-8')
    targets = re.findall(r'!\[[^]]*\]\(([^)]+)\)|<img src="([^"]+)"', text)
    assert len(targets) >= 10
    for target in map(''.join, targets):
        assert (ROOT / target).is_file(), target


def test_pictures_are_small():
    """A picture of a screen is quantised (scripts/shots/png.py)."""
    pictures = [*ROOT.glob('docs/images/*.png'), *ROOT.glob('helpdesk_lite*/static/**/*.png')]
    assert len(pictures) > 20
    assert {str(path) for path in pictures if path.stat().st_size > 150_000} == set()


def test_links_of_the_documents_lead_somewhere():
    for document in ROOT.glob('*.md'):
        text = document.read_text(encoding='utf-8')
        for target in re.findall(r'[^!]\[[^]]*\]\(([^)#:]+)\)', text):
            assert (ROOT / target).exists(), f'{document.name}: {target}'


def test_requirements_are_pinned():
    lines = (ROOT / 'requirements.txt').read_text(encoding='utf-8').splitlines()
    assert [line for line in lines if line and line[0] != '#' and '==' not in line] == []


@pytest.mark.parametrize('addon', ADDONS, ids=lambda addon: addon.name)
class TestAddon:
    def test_manifest(self, addon):
        content = manifest(addon)
        assert set(content) <= MANIFEST_KEYS
        assert content['license'] == 'LGPL-3'
        assert re.fullmatch(r'19\.0\.\d+\.\d+\.\d+', content['version'])
        assert content['category'] == 'Services/Helpdesk'
        assert content['author'] == 'Helpdesk Lite'
        assert content['summary']
        for key in ('data', 'demo'):
            assert [name for name in content.get(key, ()) if not (addon / name).is_file()] == []

    def test_every_data_file_is_loaded(self, addon):
        """An XML or CSV file that the manifest does not name is forgotten or dead."""
        content = manifest(addon)
        loaded = {*content.get('data', ()), *content.get('demo', ())}
        folders = ('data', 'demo', 'security', 'views', 'wizard', 'report')
        files = {
            str(path.relative_to(addon))
            for folder in folders
            for path in (addon / folder).rglob('*')
            if path.suffix in ('.xml', '.csv')
        }
        assert files - loaded == set()

    def test_same_version_everywhere(self, addon):
        assert manifest(addon)['version'] == manifest(ADDONS[0])['version']

    def test_what_belongs_to_an_addon(self, addon):
        for name in (
            '__init__.py', 'pyproject.toml', 'README.rst', 'static/description/icon.png',
            'readme/DESCRIPTION.md', 'readme/CONFIGURE.md', 'readme/USAGE.md', 'i18n/ko.po',
            f'i18n/{addon.name}.pot', 'tests/__init__.py',
        ):
            assert (addon / name).is_file(), name
        icon = (addon / 'static/description/icon.png').read_bytes()
        width, height = (int.from_bytes(icon[at:at + 4], 'big') for at in (16, 20))
        assert (width, height) == (100, 100)

    def test_page(self, addon):
        """The addon's page in Apps: plain HTML, its own pictures, nothing from elsewhere."""
        folder = addon / 'static' / 'description'
        page = (folder / 'index.html').read_text(encoding='utf-8')
        pictures = set(re.findall(r'<img [^>]*src="([^"]+)"', page))
        assert pictures
        unused = {path.name for path in folder.glob('*.png')} - pictures - {'icon.png'}
        assert unused <= readme_pictures(addon)
        assert {name for name in pictures if not (folder / name).is_file()} == set()
        assert page.count('<img ') == len(re.findall(r'\balt="[^"]{10,}"', page))
        assert not re.search(r'https?:|<script|<style|<link|\bon\w+=|javascript:', page)

    def test_every_package_has_init(self, addon):
        for path in addon.rglob('*.py'):
            if 'migrations' not in path.parts:
                assert (path.parent / '__init__.py').is_file(), path

    def test_every_module_is_imported(self, addon):
        """A file that no ``__init__`` imports never runs; a test file least of all."""
        for init in addon.rglob('__init__.py'):
            names = imported_names(init)
            files = {path.stem for path in init.parent.glob('*.py')} - {'__init__', '__manifest__'}
            if init.parent.name == 'tests':
                files = {name for name in files if name.startswith('test_')}
            if init.parent == addon:
                files.discard('hooks')
            assert files - names == set(), init.relative_to(ROOT)

    def test_needs_nothing_that_odoo_does_not_need(self, addon):
        """A database that runs Odoo's own tests imports an addon's tests, too: what only this
        repository installs is imported by the tests in ``tests/`` alone."""
        found = {
            f'{path.relative_to(ROOT)}: {name}'
            for path in addon.rglob('*.py')
            for name in imported_packages(path) - NEEDED_BY_ODOO - set(sys.stdlib_module_names)
        }
        assert found == set()

    def test_direction(self, addon):
        """The portal and SMS addons extend the core; it knows nothing of them."""
        if addon.name != 'helpdesk_lite':
            return
        others = re.compile('helpdesk_lite_(portal|sms)')
        allowed = {'res_config_settings.py', 'res_config_settings_views.xml'}
        found = [
            path for path in addon.rglob('*')
            if path.suffix in ('.py', '.xml') and path.name not in allowed
            and 'tests' not in path.parts and others.search(path.read_text(encoding='utf-8'))
        ]
        assert found == []

    def test_wheel(self, addon, tmp_path):
        """``pip`` builds a wheel that holds the addon, under the manifest's version."""
        command = [sys.executable, '-m', 'pip', 'wheel', '-q', '--no-deps', '--no-index']
        command += ['--no-build-isolation', '-w', tmp_path, addon]
        result = subprocess.run(command, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        wheel, = tmp_path.glob('*.whl')
        assert f'-{manifest(addon)["version"]}-' in wheel.name
        names = zipfile.ZipFile(wheel).namelist()
        assert f'odoo/addons/{addon.name}/__manifest__.py' in names
        data = [f'odoo/addons/{addon.name}/{name}' for name in manifest(addon)['data']]
        assert set(data) <= set(names)
        metadata = next(name for name in names if name.endswith('/METADATA'))
        needed = re.findall(
            r'^Requires-Dist: (.+)$', zipfile.ZipFile(wheel).read(metadata).decode(), re.M
        )
        own = {f'odoo-addon-{name}' for name in manifest(addon)['depends'] if 'helpdesk' in name}
        assert any(name.startswith('odoo==19.0') for name in needed)
        assert {re.split('[=<>]', name)[0] for name in needed} >= own


def readme_pictures(addon):
    """The names of the pictures in an addon's README."""
    text = (addon / 'README.rst').read_text(encoding='utf-8')
    return set(re.findall(r'image:: static/description/(\S+)', text))


def imported_packages(path):
    """The top packages that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module)
    return {name.split('.')[0] for name in names}


def imported_names(init):
    """The names that a package's ``__init__`` imports from its own folder."""
    names = set()
    for node in ast.walk(ast.parse(init.read_text(encoding='utf-8'))):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            names |= {node.module.split('.')[0]} if node.module else {a.name for a in node.names}
    return names
