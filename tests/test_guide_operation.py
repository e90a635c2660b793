"""What the administrators' guide says of installing, upgrading, backups and uninstalling.

Commands are taken out of the guide and run as they stand, with the names of the test's databases.
"""

import os
import re
import subprocess

import pytest
from test_guide import PAGES
from test_portal_story import submit

from harness import OdooServer, run_script, uninstall
from harness.server import clean_log
from hdl.settings import ROOT

CORE = ROOT / 'helpdesk_lite'
STEP = type('Silent', (), {'note': staticmethod(lambda text: None)})
STATES = """
print({module.name: module.state for module in env['ir.module.module'].search(
    [('name', '=like', 'helpdesk_lite%')])})
"""


def run(block, folder, *, environ=None, **names):
    """Run a block of the guide's commands, with other names for its databases."""
    for word, name in names.items():
        block = re.sub(rf'(?<![\w.]){word}(?![\w.])', name, block)
    result = subprocess.run(
        ['sh', '-e', '-c', block], cwd=folder, capture_output=True, text=True, timeout=300,
        stdin=subprocess.DEVNULL, env={**os.environ, **(environ or {})})
    assert result.returncode == 0, f'{block}{result.stdout[-2000:]}{result.stderr[-4000:]}'


def commands(name):
    """The block of commands that the guide marks with a name."""
    return re.search(rf'<!-- run: {name} -->\n```sh\n(.*?)```', PAGES['operation.md'], re.S)[1]


def write_program(path, *command):
    path.write_text('#!/bin/sh\nexec ' + ' '.join(f"'{part}'" for part in command) + ' "$@"\n')
    path.chmod(0o755)


# ----------------------------------------------------------------------
# Installing and upgrading
# ----------------------------------------------------------------------

def test_switches_install_and_uninstall(odoo, databases):
    """Those of the settings page, in a database with Helpdesk Lite alone."""
    name = databases.bare(CORE)
    command = odoo.command(
        '-d', name, '-i', 'helpdesk_lite', '--skip-auto-install', '--stop-after-init', '--no-http')
    subprocess.run([str(part) for part in command], env=odoo.environ, check=True, timeout=300,
                   stdin=subprocess.DEVNULL, capture_output=True)
    switch = """
settings = env['res.config.settings'].create({'module_helpdesk_lite_portal': %s})
action = settings.execute()
"""
    on = run_script(odoo, name, f'{switch % True}env.cr.commit()\n{STATES}')
    assert "'helpdesk_lite_portal': 'installed'" in on
    off = run_script(odoo, name, f"""{switch % False}
print('asks:', action['res_model'], action['target'])
env[action['res_model']].with_context(action['context']).create({{}}).action_uninstall()
env.cr.commit()
env.transaction.reset()
{STATES}""")
    assert 'asks: base.module.uninstall new' in off
    assert "'helpdesk_lite_portal': 'uninstalled'" in off and "'helpdesk_lite': 'installed'" in off
    databases.drop(name)


def test_update_keeps_what_administrators_changed(odoo, databases):
    name = databases.copy()
    changes = {
        'stage_new': ('name', 'Arrived'), 'ir_cron_auto_close_ticket': ('interval_number', 3),
        'mail_template_request_acknowledgment': ('subject', 'Thank you'),
        'sequence_ticket': ('prefix', 'IT'),
    }
    run_script(odoo, name, ''.join(
        f"env.ref('helpdesk_lite.{record}').{field} = {value!r}\n"
        for record, (field, value) in changes.items()) + 'env.cr.commit()')
    assert odoo.install(name, ['helpdesk_lite'], STEP, update=True) == []
    said = run_script(odoo, name, ''.join(
        f"print(repr(env.ref('helpdesk_lite.{record}').{field}))\n"
        for record, (field, _value) in changes.items())).splitlines()
    assert said[-4:] == [repr(value) for _field, value in changes.values()]
    databases.drop(name)


# ----------------------------------------------------------------------
# Backup
# ----------------------------------------------------------------------

@pytest.fixture
def backup(odoo, databases, tmp_path):
    """A database with a ticket and its file, and a folder where the guide's commands run."""
    name = databases.copy()
    run_script(odoo, name, """
team = env['helpdesk.lite.team'].create({'name': 'Saved'})
ticket = env['helpdesk.lite.ticket'].create({
    'name': 'In the backup', 'team_id': team.id, 'partner_email': 'carla@customer.example.org'})
ticket.message_post(body='See the file', attachments=[('proof.bin', bytes(range(256)) * 40)])
env.cr.commit()""")
    (tmp_path / 'bin').mkdir()
    write_program(tmp_path / 'bin' / 'odoo', *odoo.command())
    (tmp_path / 'filestore').symlink_to(odoo.databases.filestores)
    environ = {**odoo.environ, 'PATH': f'{tmp_path / "bin"}:{os.environ["PATH"]}'}
    copy = f'{name}_copy'

    def play(block):
        run(commands(block), tmp_path, environ=environ, production=name, copy=copy)

    play.copy, play.name = copy, name
    yield play
    for made in (name, copy):
        odoo.databases.drop(made)
    databases.made.remove(name)


def open_copy(odoo, backup):
    """Open the ticket and its file in the copy; the original's are gone meanwhile."""
    odoo.databases.drop(backup.name)
    with clean_log(OdooServer(odoo, backup.copy)) as server, server:
        session = server.browse()
        ticket, = server.call('helpdesk.lite.ticket', 'search', [('name', '=', 'In the backup')])
        page = session.get(f'/my/ticket/{ticket}')
        assert page.status_code == 200 and 'In the backup' in page.text
        file, = server.call('ir.attachment', 'search', [
            ('res_model', '=', 'helpdesk.lite.ticket'), ('res_id', '=', ticket),
            ('name', '=', 'proof.bin')])
        assert session.get(f'/web/content/{file}').content == bytes(range(256)) * 40
        # it writes to nobody
        assert server.call('ir.cron', 'search', [
            ('cron_name', 'in', ['Helpdesk: close inactive tickets', 'Mail: Email Queue Manager'])
        ]) == []
        hosts = server.call('ir.mail_server', 'search_read', [], ['smtp_host'])
        assert [row['smtp_host'] for row in hosts] == ['invalid']


def test_backup_in_one_file(odoo, backup):
    backup('backup')
    backup('restore')
    open_copy(odoo, backup)


def test_backup_by_parts(odoo, backup):
    backup('by parts')
    backup('restore parts')
    open_copy(odoo, backup)


# ----------------------------------------------------------------------
# Uninstalling, and a proxy
# ----------------------------------------------------------------------

def test_uninstalling_takes_the_others_along_and_leaves_contacts(odoo, databases):
    name = databases.copy()
    run_script(odoo, name, """
team = env['helpdesk.lite.team'].create({'name': 'Going'})
env['helpdesk.lite.ticket'].create({
    'name': 'Going', 'team_id': team.id, 'partner_email': 'stays@customer.example.org'})
env.cr.commit()""")
    uninstall(odoo, name, 'helpdesk_lite')
    assert databases.sql(
        name, "SELECT name FROM ir_module_module WHERE name LIKE 'helpdesk_lite%' "
        "AND state != 'uninstalled'") == []
    assert databases.sql(
        name, "SELECT count(*) FROM res_partner WHERE email = 'stays@customer.example.org'"
    ) == [['1']]
    databases.drop(name)


@pytest.mark.parametrize('mode, answers', [('--proxy-mode', [303, 429, 303]),
                                           ('--log-level=info', [303, 429, 429])])
def test_proxy_mode_counts_visitors(odoo, databases, mode, answers):
    """Two requests of one visitor and one of another, through the same proxy; one is allowed."""
    name = databases.copy()
    run_script(odoo, name, """
env['helpdesk.lite.team'].create({'name': 'Form', 'use_website_form': True})
for key, value in (('form_limit', '1'), ('form_min_seconds', '0')):
    env['ir.config_parameter'].set_param('helpdesk_lite_portal.' + key, value)
env.cr.commit()""")
    with clean_log(OdooServer(odoo, name, mode)) as server, server:
        team, = server.call('helpdesk.lite.team', 'search', [])
        got = []
        for visitor in ('198.51.100.1', '198.51.100.1', '198.51.100.2'):
            session = server.visit()
            session.headers.update({
                'X-Forwarded-For': visitor, 'X-Forwarded-Host': f'127.0.0.1:{server.port}'})
            got.append(submit(session, f'/helpdesk/form-{team}', wait=0).status_code)
        assert got == answers
    databases.drop(name)
