"""The SMS addon comes into a helpdesk that is at work, leaves it, and lives beside Twilio SMS."""

import subprocess

import pytest
from test_uninstall import QUERIES, differences, mentions

from harness import run_odoo_tests, run_script, snapshot, uninstall
from hdl.settings import Settings

CORE = next(addon for addon in Settings().addons() if addon.name == 'helpdesk_lite')

TICKETS = """
team = env['helpdesk.lite.team'].create({'name': 'At work'})
partner = env['res.partner'].create({
    'name': 'Carla', 'email': 'carla@example.com', 'phone': '+32 470 12 34 56'})
env['helpdesk.lite.ticket'].create([
    {'name': f'Old {number}', 'team_id': team.id, 'partner_id': partner.id}
    for number in range(40)])
env.cr.commit()
"""
# What users do with the addon, also where Odoo doesn't remember which addon it belongs to.
WORK = """
model = env['ir.model']._get('helpdesk.lite.ticket')
template = env['sms.template'].create({
    'name': 'By a user', 'model_id': model.id, 'body': 'Hi {{ object.ticket_ref }}'})
template.action_create_sidebar_action()
tickets = env['helpdesk.lite.ticket'].search([('name', '=like', 'Old %')])
stage = tickets.team_id.stage_ids[1]
stage.sms_template_id = template
env['ir.filters'].create({
    'name': 'Texting', 'model_id': stage._name, 'domain': "[('sms_template_id', '!=', False)]"})
env['ir.exports'].create({
    'name': 'Stages', 'resource': stage._name,
    'export_fields': [(0, 0, {'name': 'name'}), (0, 0, {'name': 'sms_template_id/name'})]})
env['ir.filters'].create({
    'name': 'Texted', 'model_id': tickets._name,
    'domain': "[('stage_id.sms_template_id', '!=', False)]"})
env['ir.exports'].create({'name': 'Tickets', 'resource': tickets._name, 'export_fields': [
    (0, 0, {'name': name})
    for name in ('ticket_ref', 'failed_sms_count', 'stage_id/sms_template_id/name')]})
tickets.write({'stage_id': stage.id})
env.cr.commit()
print('queued:', env['sms.sms'].search_count([('state', '=', 'outgoing')]))
"""
SMS_QUERIES = {
    'sms templates': 'SELECT id, name, model FROM sms_template',
    'tickets': 'SELECT id, ticket_ref, name FROM helpdesk_lite_ticket',
    'stages': 'SELECT id, name FROM helpdesk_lite_stage',
}
# The log of the tickets stays with the tickets, and so does what Odoo queued.
KEPT = {'messages', 'notifications', 'tracking values', 'cron triggers'}
ALL = {title: query for title, query in {**QUERIES, **SMS_QUERIES}.items() if title not in KEPT}


def odoo_run(odoo, name, *options):
    """Install modules as options say; Odoo's log."""
    command = odoo.command('-d', name, '--stop-after-init', '--no-http', *options)
    result = subprocess.run(
        [str(part) for part in command], env=odoo.environ, stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
    assert result.returncode == 0, result.stdout[-4000:]
    assert not [line for line in result.stdout.splitlines() if ' ERROR ' in line]
    return result.stdout


def installed(databases, name):
    rows = databases.sql(
        name, "SELECT name FROM ir_module_module WHERE state = 'installed'")
    return {row[0] for row in rows}


def counts(databases, name):
    """How much there is that the installation must not touch or make."""
    return databases.sql(name, """
        SELECT (SELECT count(*) FROM helpdesk_lite_ticket), (SELECT count(*) FROM mail_message),
               (SELECT count(*) FROM sms_sms), (SELECT max(write_date) FROM helpdesk_lite_ticket),
               (SELECT count(*) FROM mail_mail)""")


@pytest.fixture(scope='module')
def at_work(odoo, databases):
    """A helpdesk with tickets, in an Odoo with SMS, without the addon between them."""
    name = databases.bare(CORE)
    odoo_run(odoo, name, '-i', 'helpdesk_lite,sms', '--skip-auto-install')
    run_script(odoo, name, TICKETS)
    yield name
    databases.drop(name)


def test_installs_itself_beside_sms(odoo, databases):
    """Odoo installs `sms` with `mail`, so it is there in most databases."""
    name = databases.bare(CORE)
    odoo_run(odoo, name, '-i', 'helpdesk_lite')
    assert {'sms', 'helpdesk_lite_sms'} <= installed(databases, name)
    databases.drop(name)


def test_into_tickets_and_out_again(odoo, databases, at_work):
    name = databases.copy(at_work)
    assert 'helpdesk_lite_sms' not in installed(databases, name)
    before, untouched = snapshot(databases, name, ALL), counts(databases, name)
    named = mentions(databases, name, 'helpdesk_lite_sms')  # the switch in Helpdesk's settings

    odoo_run(odoo, name, '-i', 'helpdesk_lite_sms')
    assert counts(databases, name) == untouched, 'installing texts nobody'
    assert 'queued: 40' in run_script(odoo, name, WORK)
    messages = databases.sql(name, 'SELECT count(*) FROM mail_message')

    log = uninstall(odoo, name, 'helpdesk_lite_sms')
    assert [line for line in log.splitlines() if ' ERROR ' in line] == []
    after = snapshot(databases, name, ALL)
    left = differences(after, before, ALL)
    # What the user made of the core stays: the export templates, without the addon's fields.
    assert sorted(left.pop('export templates')) == [
        ('Stages', 'helpdesk.lite.stage'), ('Tickets', 'helpdesk.lite.ticket')]
    assert sorted(left.pop('export lines')) == [('name',), ('ticket_ref',)]
    assert left == {}
    assert differences(before, after, ALL) == {}
    assert mentions(databases, name, 'helpdesk_lite_sms') == named
    assert databases.sql(name, 'SELECT count(*) FROM mail_message') == messages
    databases.drop(name)


def test_passes_beside_twilio(odoo, databases):
    """Twilio SMS changes the queue and the composer; nothing is sent, its address is fixed."""
    name = databases.copy()
    odoo_run(odoo, name, '-i', 'sms_twilio')
    result = run_odoo_tests(odoo, name, '/helpdesk_lite_sms', '-u', 'helpdesk_lite_sms')
    assert result.returncode == 0, result.log[-8000:]
    assert (result.failed, result.errors, result.skipped) == (0, 0, [])
    assert result.count > 50
    databases.drop(name)
