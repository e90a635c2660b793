"""A database of version 19.0.1.0.0 at work is updated: nothing is lost, and rules are the new ones.

The old addons come out of the repository's own history. Whoever changes what is stored adds a
migration to ``helpdesk_lite*/migrations/`` and a row to ``WORK`` (what was there) and ``CHECKS``
(what has to be there afterwards).
"""

import io
import json
import re
import subprocess
import tarfile
import time

import pytest

from harness import run_script, uninstall
from hdl import source
from hdl.odoo import Odoo
from hdl.settings import ROOT

OLD = '750cd13'  # the last commit of version 19.0.1.0.0
ADDONS = ('helpdesk_lite', 'helpdesk_lite_portal', 'helpdesk_lite_sms')
STEP = type('Silent', (), {'note': staticmethod(lambda text: None)})

# ----------------------------------------------------------------------
# What people have in an old database: a script for each topic
# ----------------------------------------------------------------------

WORK = {
    'people and teams': """
Users = env['res.users'].with_context(no_reset_password=True)
user_group = env.ref('helpdesk_lite.group_helpdesk_lite_user')
agent = Users.create({'name': 'Agent', 'login': 'old_agent', 'email': 'agent@example.com',
                      'group_ids': [(6, 0, user_group.ids)]})
carla = env['res.partner'].create({'name': 'Carla', 'email': 'carla@customer.example.org'})
private = env['helpdesk.lite.team'].create({
    'name': 'Old Private', 'privacy_visibility': 'invited_internal', 'use_alias': True,
    'alias_name': 'old-private'})
public = env['helpdesk.lite.team'].create({'name': 'Old Public', 'use_website_form': True})
private.message_subscribe(agent.partner_id.ids)
tickets = env['helpdesk.lite.ticket'].create([
    {'name': f'Old {number}', 'team_id': (private | public)[number % 2].id,
     'partner_id': carla.id, 'user_id': agent.id, 'priority': '1'} for number in range(20)])
tickets[0].message_post(body='An answer', message_type='comment', subtype_xmlid='mail.mt_comment',
                        attachments=[('old.txt', b'old')])
tickets[1].message_post(body='A note', subtype_xmlid='mail.mt_note')
tickets[2].stage_id = tickets[2].team_id.stage_ids.filtered('fold')[0]
tickets[6].message_subscribe(env['res.partner'].create({'name': 'Ann', 'email': 'ann@x.org'}).ids)
wizard = env['helpdesk.lite.ticket.merge'].with_context(
    active_model='helpdesk.lite.ticket', active_ids=tickets[4:10:2].ids).create({})
wizard.action_merge()
""",
    'what administrators changed': """
env.ref('base.user_admin').group_ids -= env.ref('helpdesk_lite.group_helpdesk_lite_manager')
env.ref('helpdesk_lite.stage_new').name = 'Arrived'
env.ref('helpdesk_lite.mail_template_request_acknowledgment').subject = 'Thank you'
env.ref('helpdesk_lite.ir_cron_auto_close_ticket').interval_number = 3
env.ref('helpdesk_lite.sequence_ticket').prefix = 'IT'
env['ir.config_parameter'].set_param('helpdesk_lite_portal.form_limit', '7')
""",
    'templates in two languages': """
env['base.language.install'].create({
    'lang_ids': [(6, 0, env['res.lang']._activate_lang('ko_KR').ids)]}).lang_install()
env.ref('helpdesk_lite.mail_template_request_acknowledgment').description = 'Ours'
warning = env.ref('helpdesk_lite.mail_template_auto_close_warning')
warning.body_html = '<p>Ours</p>'
""",
    'rules that were changed': """
env.ref('helpdesk_lite.helpdesk_lite_ticket_rule_user').domain_force = "[(1, '=', 1)]"
env.ref('helpdesk_lite.helpdesk_lite_team_rule_company').active = False
env.ref('helpdesk_lite_sms.sms_template_rule_manager').domain_force = "[(1, '=', 1)]"
""",
    'whose turn it is': """
env['ir.filters'].create([
    {'name': 'Turn', 'model_id': 'helpdesk.lite.ticket', 'user_ids': [(6, 0, agent.ids)],
     'domain': '[("customer_has_answered", "=", True), ("user_id", "=", uid)]',
     'context': "{'group_by': ['customer_has_answered']}"},
    {'name': 'Not the turn', 'model_id': 'helpdesk.lite.ticket',
     'domain': "[('customer_has_answered', '=', False)]"}])
talk = env['helpdesk.lite.ticket'].create({
    'name': 'Talk', 'team_id': public.id, 'partner_id': carla.id})
for author, date in ((carla, '2026-03-02 09:00:00'), (agent.partner_id, '2026-03-02 10:00:00'),
                     (carla, '2026-03-02 11:00:00')):
    talk.message_post(body='x', message_type='comment', author_id=author.id,
                      subtype_xmlid='mail.mt_comment')
""",
    'texts of strangers': """
overlay = ('<a href="https://evil.example.com" style="position:fixed;top:0;width:100%;'
           'z-index:99;color:red">Sign in</a><p>My invoice</p>')
ticket = env['helpdesk.lite.ticket'].create({
    'name': 'Overlay', 'team_id': public.id, 'partner_id': carla.id, 'description': overlay})
ticket.message_post(
    body=Markup('<div class="modal show">Sign in</div><p>My invoice</p>'), message_type='email',
    author_id=carla.id, subtype_xmlid='mail.mt_comment')
plain = env['helpdesk.lite.ticket'].create({
    'name': 'Plain', 'team_id': public.id, 'description': '<p>Two = two &amp; <b>bold</b></p>'})
""",
}

# ----------------------------------------------------------------------
# What has to be there afterwards: topic -> (an expression of the shell, its value as JSON)
# ----------------------------------------------------------------------

CHECKS = {
    'administrators stay as they were chosen': (
        "env.ref('base.user_admin').has_group('helpdesk_lite.group_helpdesk_lite_manager')", False),
    'names of groups': ("env.ref('helpdesk_lite.group_helpdesk_lite_manager').name",
                        'Administrator'),
    'stage': ("env.ref('helpdesk_lite.stage_new').name", 'Arrived'),
    'template': ("env.ref('helpdesk_lite.mail_template_request_acknowledgment').subject",
                 'Thank you'),
    'template that nobody changed': (
        ("['/mail/view?model=helpdesk.lite.ticket' in acknowledgment(lang).body_html "
         "for lang in ('en_US', 'ko_KR')]"), [True, True]),
    'its Korean': (
        "[text in acknowledgment('ko_KR').body_html for text in ('티켓 보기', '팀에서')]",
        [True, False]),
    'its name': (
        "[acknowledgment(lang).name for lang in ('en_US', 'ko_KR')]",
        ['Helpdesk: Request Acknowledgment', '헬프데스크: 확인 요청 (접수 확인)']),
    'its description, which somebody changed': ("acknowledgment('en_US').description", 'Ours'),
    'template that somebody changed': (
        "env.ref('helpdesk_lite.mail_template_auto_close_warning').body_html", '<p>Ours</p>'),
    'index that nothing uses': (
        ('env.cr.execute("SELECT to_regclass(\'helpdesk_lite_ticket__name_index\')") '
         'or env.cr.fetchone()'), [None]),
    'index that another takes the place of': (
        ('env.cr.execute("SELECT to_regclass(\'helpdesk_lite_ticket__commercial_partner_id_index'
         '\')") or env.cr.fetchone()'), [None]),
    'job': ("env.ref('helpdesk_lite.ir_cron_auto_close_ticket').interval_number", 3),
    'sequence': ("env.ref('helpdesk_lite.sequence_ticket').prefix", 'IT'),
    'parameter': (
        "env['ir.config_parameter'].get_param('helpdesk_lite_portal.form_limit')", '7'),
    'description': (
        "find('Overlay').description",
        ('<a href="https://evil.example.com" style="width:100%; color:red" target="_blank" '
         'rel="noreferrer noopener">Sign in</a><p>My invoice</p>')),
    'plain description': ("find('Plain').description", '<p>Two = two &amp; <b>bold</b></p>'),
    'message of a stranger': (
        "find('Overlay').message_ids.filtered(lambda m: m.message_type == 'email').body",
        '<div>Sign in</div><p>My invoice</p>'),
    'merged tickets': ("Tickets.search_count([('merged_into_id', '!=', False)])", 2),
    'followers of merged tickets': (
        "[ann in find(name).message_partner_ids for name in ('Old 4', 'Old 6', 'Old 8')]",
        [True, True, False]),
    'what a merge added': (
        ("[Followers.browse(log.followers or []).mapped('partner_id.name') "
         "for log in env['helpdesk.lite.ticket.merge.log'].search([])]"), [['Ann'], []]),
    'saved conditions': (
        "[(f.domain, f.context) for f in env['ir.filters'].search([('name', 'like', 'urn')])]",
        [["[('waiting_for', '!=', 'desk')]", '{}'],
         ['[("waiting_for", "=", "desk"), ("user_id", "=", uid)]',
          "{'group_by': ['waiting_for']}"]]),
    'answer times': (
        ("(Tickets._cron_auto_close(), [(t.waiting_for, t.answered_customer_message_count, "
         "bool(t.oldest_unanswered_customer_message_date), bool(t.first_response_date)) "
         "for t in (find('Talk'), find('Old 0'))])[1]"),
        [['desk', 1, True, True], ['desk', 0, False, False]]),  # the system answers nobody
    'moment of creation': (
        'all(t.creation_date == t.create_date.replace(microsecond=0) for t in Tickets.search([]))',
        True),
    'closings': (
        "env['helpdesk.lite.ticket.closing'].search([]).ticket_id.mapped('name')", ['Old 2']),
    'nothing is left to count': (
        ("Tickets.search_count([('answer_times_missing', '=', True), "
         "('merged_into_id', '=', False)])"), 0),
    'private team': (
        "Tickets.with_user(agent).search_count([('team_id.name', '=', 'Old Private')])", 10),
    'version': ("env.ref('base.module_helpdesk_lite').latest_version != '19.0.1.0.0'", True),
}

# What the expressions may use besides ``env``
TOOLS = """
import json
Tickets = env['helpdesk.lite.ticket'].with_context(active_test=False)
agent = env['res.users'].search([('login', '=', 'old_agent')])
Followers = env['mail.followers']
ann = env['res.partner'].search([('email', '=', 'ann@x.org')])
def acknowledgment(lang):
    return env.ref('helpdesk_lite.mail_template_request_acknowledgment').with_context(lang=lang)
def find(name): return Tickets.search([('name', '=', name)])

"""
# Rows that are there before as after, by what tells them from one another
KEPT = {
    'tickets': 'SELECT id, name, ticket_ref, team_id, stage_id, partner_id, user_id, active, '
    'merged_into_id, is_closed FROM helpdesk_lite_ticket',
    'teams': 'SELECT id, name, privacy_visibility, alias_id FROM helpdesk_lite_team',
    'stages': 'SELECT id, name, fold, active FROM helpdesk_lite_stage',
    'messages': 'SELECT id, model, res_id, author_id, message_type, subtype_id FROM mail_message '
    "WHERE model LIKE 'helpdesk.lite.%'",
    'attachments': "SELECT id, name, checksum FROM ir_attachment WHERE res_model LIKE 'helpdesk.%'",
    'followers': 'SELECT id, res_model, res_id, partner_id FROM mail_followers '
    "WHERE res_model LIKE 'helpdesk.lite.%'",
    'users of groups': 'SELECT gid, uid FROM res_groups_users_rel',
    'aliases': 'SELECT id, alias_name, alias_defaults FROM mail_alias',
}
# What else an update writes, and what is another one each time: keys from sequences, moments
CHANGED = ('mail_message', 'mail_template', 'mail_message_subtype', 'mail_alias', 'ir_filters')
NEW_EACH_TIME = 'id,create_date,write_date'
# What Odoo logs before the tables change, after most of the work, and after the first addon's end
MOMENTS = (
    'module helpdesk_lite: creating or updating database tables', 'post-subtypes',
    'Loading module helpdesk_lite_portal')
RULES = """
    SELECT data.module, data.name, rule.name, model.model, rule.domain_force, rule.active,
           perm_read, perm_write, perm_create, perm_unlink,
           ARRAY(SELECT gdata.name FROM rule_group_rel rel JOIN ir_model_data gdata
                     ON gdata.model = 'res.groups' AND gdata.res_id = rel.group_id
                  WHERE rel.rule_group_id = rule.id ORDER BY 1)::text
      FROM ir_rule rule JOIN ir_model model ON model.id = rule.model_id
      JOIN ir_model_data data ON data.model = 'ir.rule' AND data.res_id = rule.id
     WHERE data.module LIKE 'helpdesk%'"""


class OldOdoo(Odoo):
    """An Odoo whose addons path has the addons as they were at a commit."""

    def __init__(self, odoo, folder):
        self.folder = folder
        archive = subprocess.run(
            ['git', 'archive', OLD, *ADDONS], cwd=ROOT, capture_output=True)
        assert archive.returncode == 0, (
            f'The history lacks {OLD} (git fetch --unshallow brings it): {archive.stderr.decode()}')
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
            tar.extractall(folder / 'addons', filter='data')
        super().__init__(odoo.settings, odoo.server, odoo.path)

    def write_configuration(self):
        self.configuration = self.folder / 'odoo.conf'
        paths = [*source.addons_paths(self.path), self.folder / 'addons']
        self.configuration.write_text(
            '[options]\nhttp_interface = 127.0.0.1\nlist_db = False\nunaccent = False\n'
            f'addons_path = {",".join(map(str, paths))}\n'
            f'data_dir = {self.settings.folder("data")}\n', encoding='utf-8')


def run_work(odoo, name):
    code = ''.join(f'# {topic}\n{script}' for topic, script in WORK.items())
    run_script(odoo, name, f'from markupsafe import Markup\n{code}\nenv.cr.commit()\n')


def read_all(odoo, name):
    """The values of ``CHECKS``: {topic: value}."""
    code = TOOLS + ''.join(
        f'print("check:" + json.dumps([{topic!r}, {expression}]))\n'
        for topic, (expression, _value) in CHECKS.items())
    lines = run_script(odoo, name, code).splitlines()
    return dict(json.loads(line[6:]) for line in lines if line.startswith('check:'))


def read_kept(databases, name):
    return {title: {tuple(row) for row in databases.sql(name, f'{query} ORDER BY 1')}
            for title, query in KEPT.items()}


def read_all_rows(databases, name):
    """All rows of the addons and of what they change: ``{table: rows as texts, sorted}``."""
    tables = databases.sql(name, f"""
        SELECT tablename FROM pg_tables
         WHERE schemaname = 'public' AND (tablename LIKE 'helpdesk%' OR tablename IN {CHANGED})""")
    return {table: sorted(row for row, in databases.sql(name, f"""
        SELECT to_jsonb(t) - '{{{NEW_EACH_TIME}}}'::text[] FROM {table} t
         WHERE coalesce(to_jsonb(t) ->> 'model', 'helpdesk') LIKE 'helpdesk%'"""))
        for table, in tables}


def update(odoo, name):
    """Update to the addons as they are now; return what was logged as a problem, and the log."""
    problems = odoo.install(name, ['helpdesk_lite'], STEP, update=True)
    return problems, (odoo.settings.logs / f'install-{name}.log').read_text(encoding='utf-8')


def kill_update(odoo, name, moment):
    """Begin to update, and kill Odoo once it has logged `moment`."""
    log = odoo.settings.logs / f'killed-{name}.log'
    with log.open('w', encoding='utf-8') as file, odoo.start(
            '-d', name, '-u', 'helpdesk_lite', '--stop-after-init', '--no-http',
            '--max-cron-threads=0', stdout=file, stderr=file) as process:
        while moment not in log.read_text(encoding='utf-8'):
            assert process.poll() is None, f'{moment!r} did not come'
            time.sleep(0.02)
        process.kill()


@pytest.fixture(scope='module')
def old_database(odoo, databases, tmp_path_factory):
    """A database of the old version, worked with. ``rating`` is a dependency that came later."""
    old = OldOdoo(odoo, tmp_path_factory.mktemp('old'))
    name = databases.bare()
    uninstall(odoo, name, 'rating')
    assert old.install(name, ADDONS, STEP) == []
    run_work(old, name)
    yield name
    databases.drop(name)


@pytest.fixture(scope='module')
def upgraded(old_database, odoo, databases):
    """The old database, updated to the addons as they are now."""
    name = databases.copy(old_database)
    before = read_kept(databases, name)
    problems, log = update(odoo, name)
    yield {'name': name, 'before': before, 'problems': problems, 'log': log,
           'rows': read_all_rows(databases, name)}
    databases.drop(name)


def test_no_warnings(upgraded):
    assert upgraded['problems'] == []


def test_large_tables_are_filled_in_batches(upgraded):
    """The ORM would load all tickets at once to compute a new field."""
    computed = re.findall(r'Prepare computation of (\S+)', upgraded['log'])
    assert [name for name in computed if not name.startswith('helpdesk.lite.team.')] == []


def test_killed(upgraded, old_database, odoo, databases):
    """An update that is killed again and again goes on, and ends as one that was left alone."""
    name = databases.copy(old_database)
    for moment in MOMENTS:
        kill_update(odoo, name, moment)
    assert update(odoo, name)[0] == []
    assert read_all_rows(databases, name) == upgraded['rows']
    databases.drop(name)


def test_nothing_is_lost(upgraded, databases):
    after = read_kept(databases, upgraded['name'])
    lost = {title: sorted(map(str, rows - after[title]))
            for title, rows in upgraded['before'].items() if rows - after[title]}
    assert lost == {}
    assert all(upgraded['before'].values())


def test_checks(upgraded, odoo):
    expected = {topic: value for topic, (_expression, value) in CHECKS.items()}
    assert read_all(odoo, upgraded['name']) == expected


def test_rules_are_those_of_a_new_database(upgraded, databases):
    """Every change of a rule comes with a migration."""
    def rules(name):
        return {tuple(map(str, row)) for row in databases.sql(name, RULES)}
    new = databases.copy()
    assert len(rules(new)) > 8
    assert rules(upgraded['name']) == rules(new)
    databases.drop(new)


def test_updating_again_changes_nothing(upgraded, odoo, databases):
    """Migrations and updates can be repeated, and a column that is missing is filled again."""
    name = upgraded['name']
    before = read_kept(databases, name)
    databases.sql(name, "UPDATE ir_module_module SET latest_version = '19.0.1.0.0' "
                        "WHERE name LIKE 'helpdesk_lite%'")
    databases.sql(name, 'ALTER TABLE helpdesk_lite_ticket DROP COLUMN search_index')
    problems, log = update(odoo, name)
    assert problems == []
    assert 'Prepare computation of helpdesk.lite.ticket' not in log
    assert read_kept(databases, name) == before
    expected = {topic: value for topic, (_expression, value) in CHECKS.items()}
    assert read_all(odoo, name) == expected
