"""After uninstalling an addon nothing of it is left in the database (DESIGN.md, section 1)."""

from pathlib import Path

import pytest

from harness import run_script, snapshot, uninstall
from hdl.settings import Settings

# The core takes what stands on it along. That the others go alone, where the core's records stay,
# is looked at by test_sms_install.py and test_portal_install.py.
ADDONS = [addon for addon in Settings().addons() if addon.name == 'helpdesk_lite']
USER_DATA = Path(__file__).parent / 'data' / 'user_data.py'

# People who stay when the addon goes; they and what is said about them are not the addon's. Nor is
# what other modules call nearly alike (`_` is a wildcard of LIKE), and an alias of another model.
PEOPLE = """
env.company.alias_domain_id = env['mail.alias.domain'].create({'name': 'leave.example.com'})
env['res.partner'].create({'name': 'Leaver', 'email': 'leaver@example.com'})
env['res.users'].create({'name': 'Agent', 'login': 'leaver_agent', 'email': 'agent@example.com'})
for key in ('helpdesk_lite_theirs.key', 'helpdeskXlite.key'):
    env['ir.config_parameter'].set_param(key, 'theirs')
env['mail.alias'].create({
    'alias_name': 'theirs', 'alias_model_id': env['ir.model']._get_id('res.partner')})
inherit = env['ir.model.inherit'].search([], limit=1)
for model in ('helpdesk_lite_theirs', 'helpdeskXlite_ticket'):
    env['ir.model.data'].create({
        'module': 'base', 'model': inherit._name, 'res_id': inherit.id, 'noupdate': True,
        'name': f'model_inherit__{model}__x'})
env.cr.commit()
"""

# What the database is made of, and the records that an addon brings or lets users make.
QUERIES = {
    'tables': "SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace",
    'columns': 'SELECT table_name, column_name, data_type FROM information_schema.columns '
    "WHERE table_schema = 'public'",
    'constraints': 'SELECT conrelid::regclass::text, conname FROM pg_constraint',
    'functions': "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
    "AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')",
    'triggers': 'SELECT tgname FROM pg_trigger WHERE NOT tgisinternal',
    # Odoo leaves the xmlids of selection values behind for any module, and makes one of each
    # module that exists.
    'external ids': 'SELECT module, name, model FROM ir_model_data '
    "WHERE model NOT IN ('ir.model.fields.selection', 'ir.module.module')",
    'models': 'SELECT model FROM ir_model',
    'fields': 'SELECT model, name FROM ir_model_fields',
    'access rights': 'SELECT name FROM ir_model_access',
    'record rules': 'SELECT name FROM ir_rule',
    'crons': 'SELECT cron_name FROM ir_cron',
    'cron triggers': 'SELECT cron_id FROM ir_cron_trigger '
    'WHERE cron_id NOT IN (SELECT id FROM ir_cron)',
    'sequences': 'SELECT code, prefix FROM ir_sequence',
    'parameters': 'SELECT key FROM ir_config_parameter',
    'defaults': 'SELECT field_id, json_value FROM ir_default',
    'aliases': 'SELECT alias_name, alias_model_id FROM mail_alias',
    'groups': 'SELECT id, name FROM res_groups',
    'privileges': 'SELECT id, name FROM res_groups_privilege',
    'categories': 'SELECT id, name FROM ir_module_category',
    'menus': 'SELECT id, name FROM ir_ui_menu',
    'actions': 'SELECT id, type, name FROM ir_actions',
    'views': 'SELECT name, model, key FROM ir_ui_view',
    'user filters': 'SELECT name, model_id FROM ir_filters',
    'export templates': 'SELECT name, resource FROM ir_exports',
    'export lines': 'SELECT name FROM ir_exports_line',
    'mail templates': 'SELECT id, name, model FROM mail_template',
    'subtypes': 'SELECT name, res_model FROM mail_message_subtype',
    'activity types': 'SELECT id, name, res_model FROM mail_activity_type',
    'activity plans': 'SELECT id, name, res_model FROM mail_activity_plan',
    'activities': 'SELECT res_model, res_id FROM mail_activity',
    'scheduled messages': 'SELECT model, res_id FROM mail_scheduled_message',
    'messages': 'SELECT model, res_id FROM mail_message WHERE model IS NOT NULL',
    'messages of no model': 'SELECT id FROM mail_message WHERE model IS NULL',
    'mails': 'SELECT id FROM mail_mail',
    'notifications': 'SELECT id FROM mail_notification',
    'tracking values': 'SELECT id FROM mail_tracking_value',
    'followers': 'SELECT res_model, res_id FROM mail_followers',
    'attachments': 'SELECT res_model, res_field, res_id FROM ir_attachment '
    "WHERE res_model IS NOT NULL AND res_model NOT IN ('ir.ui.view')",
    'asset paths': 'SELECT path FROM ir_asset',
    'reports': 'SELECT report_name FROM ir_act_report_xml',
    'embedded actions': 'SELECT name FROM ir_embedded_actions',
    'languages': 'SELECT code FROM res_lang WHERE active',
}

TABLES = (
    'SELECT table_name FROM information_schema.tables '
    "WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
)
# The list of the modules that exist; what was logged and sent to browsers before; and a wizard's
# rows, which Odoo's own cron removes after an hour.
MAY_NAME_IT = {
    'ir_module_module', 'ir_module_module_dependency', 'ir_logging', 'bus_bus',
    'mail_compose_message',
}
# Odoo keeps such an xmlid of every module that exists, and the second one of any module's fields.
KEPT_IDS = ('module_', 'selection__')


def mentions(databases, name, word):
    """The rows of any table that have a word in any column: ``{table: rows}``."""
    tables = [row[0] for row in databases.sql(name, TABLES) if row[0] not in MAY_NAME_IT]
    kept = ' AND '.join(f"row_.name NOT LIKE '%{part}%'" for part in KEPT_IDS)
    parts = [
        f"SELECT '{table}', left(replace(row_::text, E'\\n', ' '), 160) FROM \"{table}\" row_ "
        f"WHERE row_::text ~ '{word}'" + (f' AND {kept}' if table == 'ir_model_data' else '')
        for table in tables
    ]
    found = {}
    for table, text in databases.sql(name, ' UNION ALL '.join(parts)):
        found.setdefault(table, []).append(text)
    return found


@pytest.fixture(scope='module', params=ADDONS, ids=lambda addon: addon.name)
def uninstalled(request, odoo, databases):
    """An addon installed, worked with and uninstalled: the database before and after."""
    addon = request.param
    name = databases.bare(addon)
    step = type('Silent', (), {'note': staticmethod(lambda text: None)})
    run_script(odoo, name, PEOPLE)
    before = snapshot(databases, name, QUERIES)
    odoo.install(name, [addon.name], step)
    made = run_script(odoo, name, USER_DATA.read_text(encoding='utf-8'))
    log = uninstall(odoo, name, addon.name)
    after = snapshot(databases, name, QUERIES)
    yield {
        'addon': addon.name, 'name': name, 'before': before, 'after': after, 'made': made,
        'log': log,
    }
    databases.drop(name)


def test_there_was_something(uninstalled):
    """The script did its work, so that the other tests have something to look for."""
    assert 'made: ' in uninstalled['made']
    assert 'helpdesk.lite.ticket' in uninstalled['made']


def test_log(uninstalled):
    lines = uninstalled['log'].splitlines()
    assert [line for line in lines if ' ERROR ' in line or ' CRITICAL ' in line] == []


def differences(more, less, titles=QUERIES):
    """What is in one snapshot and not in the other, by title."""
    found = {title: sorted(more[title] - less[title]) for title in titles}
    return {title: rows for title, rows in found.items() if rows}


def test_nothing_left(uninstalled):
    assert differences(uninstalled['after'], uninstalled['before']) == {}


def test_nothing_lost(uninstalled):
    """What is not the addon's is still there."""
    assert differences(uninstalled['before'], uninstalled['after']) == {}


def test_no_mention(uninstalled, databases):
    """No text anywhere in the database names the addon."""
    word = uninstalled['addon']
    assert mentions(databases, uninstalled['name'], f'{word}([^_]|$)') == {}


def test_no_mention_of_models(uninstalled, databases):
    assert mentions(databases, uninstalled['name'], r'helpdesk\.lite') == {}
