"""The wheels of the three addons: what is in them, and an Odoo that has them from pip alone."""

import re
import shutil
import subprocess
import sys
import venv
import zipfile
from email.parser import HeaderParser

import pytest
from test_repository import tracked_files

from harness import OdooServer, run_script
from harness.server import clean_log
from hdl.odoo import Odoo, manifest
from hdl.settings import ROOT, Settings

ADDONS = {addon.name: addon for addon in Settings().addons()}
# What an addon's folder has for building the wheel only.
NOT_IN_WHEELS = {'pyproject.toml'}
STEP = type('Silent', (), {'note': staticmethod(lambda text: None)})
VERSION = manifest(ADDONS['helpdesk_lite'])['version']
SERIES, PATCH = VERSION.rsplit('.', 1)
NEXT_VERSION = f'{SERIES}.{int(PATCH) + 1}'
WHERE = """
import odoo
from odoo.tools.translate import get_po_paths
for name in ('helpdesk_lite', 'helpdesk_lite_portal', 'helpdesk_lite_sms'):
    print('module:', name, odoo.modules.module.get_module_path(name))
    print('korean:', name, *get_po_paths(name, 'ko_KR'))
print('addons paths:', *odoo.addons.__path__)
"""


def build(folder, target):
    """Build an addon's wheel as README says, with what is installed already; return its path."""
    command = [sys.executable, '-m', 'pip', 'wheel', '-q', '--no-deps', '--no-index']
    command += ['--no-build-isolation', '-w', target, folder]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    wheel, = target.glob(f'odoo_addon_{folder.name}-*.whl')
    return wheel


def copy_addon(name, folder):
    """A copy of an addon as it is now: the builder leaves out what git doesn't know yet."""
    copy = folder / name
    for path in tracked_files():
        if path.is_relative_to(ADDONS[name]):
            target = copy / path.relative_to(ADDONS[name])
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    return copy


@pytest.fixture(scope='module')
def copies(tmp_path_factory):
    """``{addon: folder}``"""
    folder = tmp_path_factory.mktemp('addons')
    return {name: copy_addon(name, folder) for name in ADDONS}


@pytest.fixture(scope='module')
def files(copies):
    """``{addon: its files}``, before anything is built"""
    return {name: {str(path.relative_to(copy)) for path in copy.rglob('*') if path.is_file()}
            for name, copy in copies.items()}


@pytest.fixture(scope='module')
def wheels(copies, files, tmp_path_factory):
    """``{addon: path of its wheel}``"""
    target = tmp_path_factory.mktemp('wheels')
    return {name: build(copy, target) for name, copy in copies.items()}


def read_metadata(wheel):
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith('.dist-info/METADATA'))
        return HeaderParser().parsestr(archive.read(name).decode())


@pytest.mark.parametrize('name', ADDONS)
def test_holds_the_addon_and_nothing_else(files, wheels, name):
    """Each file that belongs to the addon: data, views, translations, pictures, tests."""
    with zipfile.ZipFile(wheels[name]) as archive:
        held = {entry for entry in archive.namelist() if '.dist-info/' not in entry}
    assert held == {f'odoo/addons/{name}/{file}' for file in files[name] - NOT_IN_WHEELS}
    assert f'odoo/addons/{name}/i18n/ko.po' in held


@pytest.mark.parametrize('name', ADDONS)
def test_metadata(wheels, name):
    metadata = read_metadata(wheels[name])
    content = manifest(ADDONS[name])
    assert metadata['Name'] == f'odoo-addon-{name}'
    assert metadata['Version'] == content['version']
    assert metadata['Summary'] == content['summary']
    assert metadata['License'] == 'LGPL-3'
    own = [depend for depend in content['depends'] if depend in ADDONS]
    assert sorted(metadata.get_all('Requires-Dist')) == sorted(
        ['odoo==19.0.*', *(f'odoo-addon-{depend}==19.0.*' for depend in own)])
    assert 'Configuration\n====' in metadata.get_payload()


class WheelOdoo(Odoo):
    """An Odoo in a virtual environment of its own, whose addons path has nothing of the checkout.

    Odoo itself and its Python packages are those of the set-up, as a ``.pth`` file names them.

    :param odoo: the set-up
    :param folder: where the environment and the configuration go
    """

    def __init__(self, odoo, folder):
        self.folder = folder
        self.program = folder / 'env' / 'bin' / 'odoo'
        venv.create(folder / 'env', symlinks=True)
        self.packages, = (folder / 'env' / 'lib').glob('python*/site-packages')
        (self.packages / 'odoo.pth').write_text(
            '\n'.join([str(odoo.path), *(path for path in sys.path if 'site-packages' in path)]))
        self.program.write_text('import odoo.cli\nodoo.cli.main()\n')
        super().__init__(odoo.settings, odoo.server, odoo.path)

    def write_configuration(self):
        """One without an addons path: what pip installs is found by Odoo itself."""
        self.configuration = self.folder / 'odoo.conf'
        self.configuration.write_text(
            '[options]\nhttp_interface = 127.0.0.1\nlist_db = False\n'
            f'data_dir = {self.settings.folder("data")}\n')

    @property
    def environ(self):
        left_out = ('PYTHONPATH', 'PYTHONDONTWRITEBYTECODE')
        return {
            **{name: value for name, value in super().environ.items() if name not in left_out},
            'PYTHONDONTWRITEBYTECODE': '1'}

    def command(self, *arguments):
        return [self.folder / 'env' / 'bin' / 'python', self.program, *arguments]

    def start(self, *arguments, **options):
        return super().start(*arguments, cwd=self.folder, **options)

    def pip(self, *arguments):
        command = [sys.executable, '-m', 'pip', '--python', self.folder / 'env' / 'bin' / 'python']
        result = subprocess.run([*command, *arguments], capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        return result.stdout


@pytest.fixture(scope='module')
def clean(odoo, wheels, tmp_path_factory):
    """The Odoo that has the addons from their wheels."""
    made = WheelOdoo(odoo, tmp_path_factory.mktemp('clean'))
    made.pip('install', '-q', '--no-deps', '--no-index', *wheels.values())
    return made


@pytest.fixture(scope='module')
def database(databases, clean):
    """A database in which the clean Odoo installs the addons, with no warning."""
    name = databases.bare(*ADDONS.values())
    assert clean.install(name, list(ADDONS), STEP) == []
    yield name
    databases.drop(name)


@pytest.fixture(scope='module')
def server(clean, database):
    with clean_log(OdooServer(clean, database)) as served, served:
        yield served


def test_found_where_pip_put_them(clean, database):
    said = run_script(clean, database, WHERE).splitlines()
    of_pip = clean.packages / 'odoo' / 'addons'
    for name in ADDONS:
        assert f'module: {name} {of_pip / name}' in said
        assert f'korean: {name} {of_pip / name / "i18n" / "ko.po"}' in said
    paths, = (line.split(': ')[1] for line in said if line.startswith('addons paths'))
    assert str(ROOT) not in paths.split() and str(of_pip) in paths.split()


def bump(name, folder):
    """A copy of an addon as a later version has it: another version and a changed menu."""
    copy = copy_addon(name, folder)
    for file, before, after in (
        ('__manifest__.py', manifest(ADDONS[name])['version'], NEXT_VERSION),
        ('views/helpdesk_lite_menus.xml', 'name="Reporting"', 'name="Figures"'),
    ):
        text = (copy / file).read_text(encoding='utf-8')
        assert before in text
        (copy / file).write_text(text.replace(before, after), encoding='utf-8')
    return copy


def test_upgrade(odoo, wheels, databases, database, tmp_path):
    """A later wheel over the earlier one, and ``-u``: tickets stay, what is new is there.

    In an environment of its own, and before the server of the other tests has begun.
    """
    later = WheelOdoo(odoo, tmp_path)
    later.pip('install', '-q', '--no-deps', '--no-index', *wheels.values())
    name = databases.copy(database)
    run_script(later, name, """
team = env['helpdesk.lite.team'].create({'name': 'Before'})
env['helpdesk.lite.ticket'].create({'name': 'Made before', 'team_id': team.id})
env.cr.commit()""")
    target = tmp_path / 'wheels'
    target.mkdir()
    wheel = build(bump('helpdesk_lite', tmp_path / 'later'), target)
    later.pip('install', '-q', '--no-deps', '--no-index', '--upgrade', wheel)
    assert later.install(name, ['helpdesk_lite'], STEP, update=True) == []
    said = run_script(later, name, """
print('ticket:', env['helpdesk.lite.ticket'].search([('name', '=', 'Made before')]).stage_id.name)
print('menu:', env.ref('helpdesk_lite.helpdesk_lite_menu_reporting').name)
for module in env['ir.module.module'].search([('name', '=like', 'helpdesk_lite%')]):
    print(module.name, module.state, module.latest_version)""").splitlines()
    assert 'ticket: New' in said and 'menu: Figures' in said
    assert f'helpdesk_lite installed {NEXT_VERSION}' in said
    assert f'helpdesk_lite_portal installed {VERSION}' in said
    databases.drop(name)


def test_ticket_by_rpc_and_its_page(server):
    team, = server.call('helpdesk.lite.team', 'create', [{
        'name': 'Wheels', 'use_website_form': True}])
    ticket, = server.call('helpdesk.lite.ticket', 'create', [{
        'name': 'A flat tyre', 'team_id': team, 'partner_email': 'carla@example.com'}])
    values, = server.call('helpdesk.lite.ticket', 'read', [ticket], ['ticket_ref', 'stage_id'])
    assert re.fullmatch(r'HD\d{5}', values['ticket_ref']) and values['stage_id'][1] == 'New'
    form = server.visit().get('/helpdesk')
    assert form.status_code == 200 and 'Wheels' in form.text
    page = server.browse().get(f'/my/ticket/{ticket}')
    assert page.status_code == 200 and 'A flat tyre' in page.text


def test_static_files(server):
    """Icons and what the portal's page loads come out of the wheel."""
    visitor = server.visit()
    for name, addon in ADDONS.items():
        path = 'static/description/icon.png'
        answer = visitor.get(f'/{name}/{path}')
        assert answer.status_code == 200
        assert answer.content == (addon / path).read_bytes()
    bundle = visitor.get('/web/assets/debug/portal.assets_chatter_style.css')
    assert 'helpdesk_lite_portal/static/src/chatter/chatter.scss' in bundle.text


def test_screens(server):
    """The views of all three are read, for their web client."""
    session = server.browse()
    for model, words in {
        'helpdesk.lite.team': ['auto_close_day', 'use_website_form'],
        'helpdesk.lite.stage': ['sms_template_id'],
        'helpdesk.lite.ticket': ['action_preview_as_customer', 'failed_sms_count'],
    }.items():
        view = session.json('/web/dataset/call_kw', {
            'model': model, 'method': 'get_views', 'args': [[(False, 'form')]], 'kwargs': {}})
        arch = view['views']['form']['arch']
        assert [word for word in words if word not in arch] == []
