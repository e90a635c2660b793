"""The portal addon comes into a helpdesk that is at work, and leaves it."""

from test_uninstall import QUERIES, differences, mentions

from harness import run_script, snapshot, uninstall
from hdl.settings import Settings

CORE = next(addon for addon in Settings().addons() if addon.name == 'helpdesk_lite')
STEP = type('Silent', (), {'note': staticmethod(lambda text: None)})

TICKETS = """
team = env['helpdesk.lite.team'].create({'name': 'At work'})
partner = env['res.partner'].create({'name': 'Carla', 'email': 'carla@example.com'})
env['helpdesk.lite.ticket'].create([
    {'name': f'Old {number}', 'team_id': team.id, 'partner_id': partner.id}
    for number in range(20)])
# nearly alike, and not the portal addon's
env['ir.filters'].create({
    'name': 'Theirs', 'model_id': 'helpdesk.lite.ticket', 'domain': '[]',
    'context': "{'theirs_access_token': 1, 'accessXurl': 2}"})
env['ir.filters'].create({
    'name': 'Of another model', 'model_id': 'res.partner', 'domain': '[]',
    'context': "{'access_token': 1}"})
for key in ('helpdesk_lite_portal_theirs.key', 'helpdeskXliteXportal.key', 'helpdesk_lite_portalX'):
    env['ir.config_parameter'].set_param(key, 'theirs')
env.cr.commit()
"""
# What users do with the addon, also where Odoo doesn't remember which addon it belongs to.
WORK = """
tickets = env['helpdesk.lite.ticket'].search([('name', '=like', 'Old %')])
team = tickets.team_id
team.write({'use_website_form': True, 'allow_portal_ticket_closing': True})
print('token:', bool(tickets[0]._portal_ensure_token()))
print('closed:', tickets[1]._close_as_customer(tickets[1].partner_id))
post = env['helpdesk.lite.form.post']._reserve('digest', '192.0.2.1')
env['ir.config_parameter'].set_param('helpdesk_lite_portal.by_a_user', '1')
env['ir.filters'].create({
    'name': 'With a form', 'model_id': team._name, 'domain': "[('use_website_form', '=', True)]"})
env['ir.exports'].create({
    'name': 'Teams', 'resource': team._name,
    'export_fields': [(0, 0, {'name': 'name'}), (0, 0, {'name': 'website_form_url'})]})
env['ir.filters'].create({
    'name': 'Of a form', 'model_id': tickets._name,
    'domain': "[('team_id.use_website_form', '=', True)]"})
env['ir.exports'].create({'name': 'Tickets', 'resource': tickets._name, 'export_fields': [
    (0, 0, {'name': name})
    for name in ('ticket_ref', 'closed_by_partner_id/name', 'team_id/use_website_form')]})
env.cr.commit()
"""
# The log of the tickets stays with the tickets; Odoo's own cron triggers come and go.
KEPT = {'messages', 'notifications', 'tracking values', 'cron triggers'}
ALL = {title: query for title, query in {
    **QUERIES, 'tickets': 'SELECT id, ticket_ref, name FROM helpdesk_lite_ticket',
    'stages': 'SELECT id, name FROM helpdesk_lite_stage'}.items() if title not in KEPT}


def test_into_tickets_and_out_again(odoo, databases):
    name = databases.bare(CORE)
    # what portal itself brings is no part of it
    odoo.install(name, ['portal', 'helpdesk_lite'], STEP)
    run_script(odoo, name, TICKETS)
    before = snapshot(databases, name, ALL)
    named = mentions(databases, name, 'helpdesk_lite_portal')  # the switch in Helpdesk's settings

    odoo.install(name, ['helpdesk_lite_portal'], STEP)
    made = run_script(odoo, name, WORK)
    assert 'token: True' in made and 'closed: True' in made

    log = uninstall(odoo, name, 'helpdesk_lite_portal')
    assert [line for line in log.splitlines() if ' ERROR ' in line] == []
    after = snapshot(databases, name, ALL)
    left = differences(after, before, ALL)
    # What the user made of the core stays: the export templates, without the addon's fields.
    assert sorted(left.pop('export templates')) == [
        ('Teams', 'helpdesk.lite.team'), ('Tickets', 'helpdesk.lite.ticket')]
    assert sorted(left.pop('export lines')) == [('name',), ('ticket_ref',)]
    assert left == {}
    assert differences(before, after, ALL) == {}
    assert mentions(databases, name, 'helpdesk_lite_portal') == named
    databases.drop(name)
