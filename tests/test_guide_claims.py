"""What the administrators' guide claims and no other test looks at: on a real server."""

import re
from datetime import date, datetime, timedelta
from xmlrpc.client import Fault

import pytest
from test_guide import PAGES, sections, visible_fields

from hdl.settings import ROOT

TICKET, TEAM = 'helpdesk.lite.ticket', 'helpdesk.lite.team'
DOMAIN = 'guide.example.com'
VISIBILITIES = ('invited_internal', 'internal', 'portal')


def section(page, title):
    return dict(sections(PAGES[page]))[title]


def tables(text):
    """The tables of a text: ``[[{column: cell}]]``."""
    found = []
    for block in re.findall(r'(?:^\|.*\n)+', text, re.M):
        head, _line, *rows = ([cell.strip() for cell in row.strip().strip('|').split('|')]
                              for row in block.splitlines())
        found.append([dict(zip(head, row, strict=True)) for row in rows])
    return found


def test_installing_makes_no_team(databases):
    name = databases.copy()
    assert databases.sql(name, 'SELECT count(*) FROM helpdesk_lite_team') == [['0']]
    databases.drop(name)


class Desk:
    """What the tests ask of the server, in words."""

    def __init__(self, server, databases):
        self.server, self.call, self.databases = server, server.call, databases
        domain, = self.call('mail.alias.domain', 'create', [{'name': DOMAIN}])
        company = self.call('res.company', 'search', [], limit=1)
        self.call('res.company', 'write', company, {
            'alias_domain_id': domain, 'email': f'info@{DOMAIN}'})
        self.domain, self.sessions = domain, {}
        server.expect_problem('You are not allowed')  # who may not is logged as a warning

    def browse(self, login='admin'):
        if login not in self.sessions:
            self.sessions[login] = self.server.browse(login)
        return self.sessions[login]

    def click(self, model, method, record):
        """What a button does: unlike XML-RPC it may return nothing."""
        answer = self.browse().post('/web/dataset/call_kw', json={
            'jsonrpc': '2.0', 'method': 'call', 'params': {
                'model': model, 'method': method, 'args': [[record]], 'kwargs': {}}}).json()
        assert 'error' not in answer, answer

    def make(self, model, **values):
        return self.call(model, 'create', [values])[0]

    def sql(self, statement):
        return self.databases.sql(self.server.database, statement)

    def ref(self, name):
        return self.call('ir.model.data', 'check_object_reference', *name.split('.'))[1]

    def make_user(self, login, group):
        return self.make(
            'res.users', name=login, login=login, password=login, email=f'{login}@{DOMAIN}',
            group_ids=[(6, 0, [self.ref(group)])])

    def partner(self, user):
        return self.call('res.users', 'read', [user], ['partner_id'])[0]['partner_id'][0]

    def count(self, **values):
        return self.call(TICKET, 'search_count', [
            (name, '=', value) for name, value in values.items()])


@pytest.fixture(scope='module')
def desk(helpdesk, databases):
    return Desk(helpdesk, databases)


@pytest.fixture(scope='module')
def users(desk):
    return {
        'Administrator': desk.make_user('chief', 'helpdesk_lite.group_helpdesk_lite_manager'),
        'User': desk.make_user('agent', 'helpdesk_lite.group_helpdesk_lite_user'),
        'Employee without right': desk.make_user('clerk', 'base.group_user'),
        'Portal user': desk.make_user('customer', 'base.group_portal'),
    }


LOGINS = {'Administrator': 'chief', 'User': 'agent', 'Employee without right': 'clerk',
          'Portal user': 'customer'}


# ----------------------------------------------------------------------
# Visibility and rights
# ----------------------------------------------------------------------

def see(desk, login, ticket):
    """How somebody sees a ticket: 'yes' in Helpdesk, 'in My Account', or 'no'."""
    try:
        inside = bool(desk.call(TICKET, 'search_count', [('id', '=', ticket)], login=login))
    except Fault as error:
        assert 'not allowed' in error.faultString
        inside = False
    if inside and login in ('chief', 'agent'):
        return 'yes'
    page = desk.browse(login).get(f'/my/ticket/{ticket}')
    shown = page.status_code == 200 and f'Seen {ticket}?' in page.text
    assert shown == inside or login == 'clerk'
    return 'in My Account' if shown else 'no'


def test_matrix(desk, users):
    """Each cell of the guide's table, with a ticket of its own."""
    rows, = tables(section('teams.md', 'Visibility'))
    labels = dict(desk.call(TEAM, 'fields_get', ['privacy_visibility'], ['selection'])[
        'privacy_visibility']['selection'])
    found = []
    for row in rows:
        partner = desk.partner(users[row['who']])
        result = {'who': row['who'], 'follows': row['follows']}
        for visibility in VISIBILITIES:
            team = desk.make(TEAM, name='Seen?', privacy_visibility=visibility, use_alias=False)
            ticket = desk.make(TICKET, name='x', team_id=team)
            desk.call(TICKET, 'write', [ticket], {'name': f'Seen {ticket}?'})
            followed = {'the ticket': (TICKET, ticket), 'the team': (TEAM, team)}
            if row['follows'] in followed:
                model, record = followed[row['follows']]
                desk.call(model, 'message_subscribe', [record], [partner])
            result[f'**{labels[visibility]}**'] = see(desk, LOGINS[row['who']], ticket)
        found.append(result)
    assert found == rows
    assert len(rows) == 8


def test_users_make_tags_and_delete_no_ticket(desk, users):
    team = desk.make(TEAM, name='Rights')
    ticket = desk.make(TICKET, name='Stays', team_id=team)
    assert desk.call('helpdesk.lite.tag', 'create', [{'name': 'By an agent'}], login='agent')
    with pytest.raises(Fault, match='not allowed'):
        desk.call(TICKET, 'unlink', [ticket], login='agent')
    assert desk.call(TICKET, 'unlink', [ticket], login='chief')


def test_settings_are_for_system_administrators(desk, users):
    names = {
        name: desk.ref(f'helpdesk_lite.helpdesk_lite_menu_{name}')
        for name in ('config_settings', 'config_teams', 'tickets')}
    seen = {}
    for login in ('admin', 'chief', 'agent'):
        menus = desk.browse(login).get('/web/webclient/load_menus').json()
        seen[login] = {name for name, menu in names.items() if str(menu) in menus}
    assert seen == {
        'admin': {'config_settings', 'config_teams', 'tickets'},
        'chief': {'config_teams', 'tickets'}, 'agent': {'tickets'}}


# ----------------------------------------------------------------------
# Figures in tables
# ----------------------------------------------------------------------

def test_defaults_in_the_tables(desk):
    """On, off and numbers, as a new team and the settings page have them."""
    checked = set()
    for model in (TEAM, 'res.config.settings', 'helpdesk.lite.stage'):
        fields = visible_fields(desk.server, model)
        defaults = desk.call(model, 'default_get', list(fields))
        names = {label: name for name, labels in fields.items() for label in labels
                 if model != 'res.config.settings' or re.match('default_|module_helpdesk', name)}
        for text in PAGES.values():
            for row in (row for table in tables(text) for row in table if 'default' in row):
                label = re.match(r'\*\*(.+?)\*\*', next(iter(row.values())))
                name = names.get(label and label[1])
                stated = {'on': True, 'off': False}.get(row['default'], row['default'])
                if name and (isinstance(stated, bool) or re.match(r'\d', stated)):
                    stated = stated if isinstance(stated, bool) else int(stated.split(':')[0])
                    assert defaults.get(name, 0) == stated, (model, label[1])
                    checked.add(name)
    assert checked >= {
        'use_alias', 'merge_notification', 'auto_assignment', 'auto_close_ticket',
        'auto_close_warn', 'use_website_form', 'allow_portal_ticket_closing', 'fold',
        'rotting_threshold_days', 'default_use_alias', 'default_auto_assignment',
        'default_auto_close_ticket'}
    days = desk.call(TEAM, 'default_get', ['auto_close_day', 'auto_close_warn_day', 'reopen_day'])
    assert days == {'auto_close_day': 7, 'auto_close_warn_day': 5, 'reopen_day': 30}
    for told in ('**New ticket after** (30)', '| **Warn after … days of inactivity** | 5 |',
                 '| **After … days of inactivity** | 7 |'):
        assert told in PAGES['closing.md']


def test_jobs(desk):
    rows, = tables(section('operation.md', 'Jobs'))
    jobs = {job['cron_name']: (job['interval_number'], job['interval_type'], job['active'])
            for job in desk.call('ir.cron', 'search_read', [
                ('model_id.model', '=like', 'helpdesk.lite%')], [
                'cron_name', 'interval_number', 'interval_type', 'active'])}
    assert {row['job'].strip('*'): row['runs'] for row in rows} == {
        'Helpdesk: close inactive tickets': 'every hour',
        'Helpdesk: tell agents of several tickets assigned at once':
            'when there is something, and daily'}
    assert jobs == {
        'Helpdesk: close inactive tickets': (1, 'hours', True),
        'Helpdesk: tell agents of several tickets assigned at once': (1, 'days', True)}


def test_figures_of_similarity():
    rows, shares = tables(section('merging.md', 'Finding them'))
    code = (ROOT / 'helpdesk_lite/models/merge/helpdesk_lite_ticket_similarity.py').read_text()
    value = dict(re.findall(r'^([A-Z_]+) = (\d+)\b', code, re.M))
    assert [row['points'] for row in rows] == [
        value['TEXT_POINTS'], value['PERSON_POINTS'], value['DAY_POINTS']]
    assert (f'The list begins at {value["SHOW_FROM"]}; from {value["DUPLICATE_FROM"]} on'
            in section('merging.md', 'Finding them'))
    share = dict(re.findall(r'^([A-Z]+)_SHARE = 0\.(\d+)\b', code, re.M))
    words, trigrams = (row['what is compared'] for row in shares)
    parts = {name: f'{int(value.ljust(2, "0"))} %' for name, value in share.items()}
    assert parts['WORD'] == shares[0]['share'], words
    assert f'{parts["SUBJECT"]} the subjects' in trigrams
    text = section('merging.md', 'Finding them')
    counts = dict(re.findall(r'^([A-Z_]+) = (\d+)\b', code, re.M))
    assert (f'the {counts["NEAREST_SUBJECTS"]} with\nthe nearest subjects, and of the latest '
            f'{counts["LATEST"]} of the customer {counts["OF_CUSTOMER"]} and of the latest '
            f'{counts["LATEST"]} of their colleagues {counts["OF_COLLEAGUES"]}.') in text


def test_parameters_of_the_form(desk):
    rows, = tables(section('portal.md', 'Protection of the form'))
    stored = desk.call('ir.config_parameter', 'search_read', [
        ('key', '=like', 'helpdesk_lite%')], ['key', 'value'])
    assert {row['parameter'].strip('`'): row['default'] for row in rows} == {
        row['key']: row['value'] for row in stored}


# ----------------------------------------------------------------------
# Stages and closing
# ----------------------------------------------------------------------

def test_days_to_rot(desk):
    team = desk.make(TEAM, name='Rotting', stage_ids=[(6, 0, [desk.make(
        'helpdesk.lite.stage', name='Slow', rotting_threshold_days=3)])])
    fresh, old = (desk.make(TICKET, name='Rots', team_id=team) for _age in range(2))
    desk.sql("UPDATE helpdesk_lite_ticket SET date_last_stage_update = "
             f"date_last_stage_update - interval '4 days' WHERE id = {old}")
    rows = desk.call(TICKET, 'read', [fresh, old], ['is_rotting'])
    assert [row['is_rotting'] for row in rows] == [False, True]


def test_closing_example(desk):
    """The stages, the rule and the dates of the guide's example."""
    rule, days = tables(section('closing.md', 'Automatic closing'))[1:]
    told = [datetime.strptime(f'2026 {found}', '%Y %A %d %B').date() for found in re.findall(
        r'\| (\w+ \d+ March)', '\n'.join(f'| {row["day"]}' for row in days))]
    assert [day.strftime('%A') for day in told] == ['Monday', 'Thursday', 'Thursday', 'Thursday']
    assert told[1] + timedelta(days=7) == told[2] == told[3] == date(2026, 3, 12)
    assert rule[0]['**After**'] == '7 days'
    names = ('New', 'In Progress', 'Customer Feedback', 'Done')
    assert ', '.join(names[:3]) + ' and Done (folded)' in ' '.join(PAGES['closing.md'].split())
    stages = dict(zip(names, (desk.make(
        'helpdesk.lite.stage', name=name, sequence=number, fold=name == 'Done')
        for number, name in enumerate(names)), strict=True))
    team = desk.make(
        TEAM, name='Example', stage_ids=[(6, 0, list(stages.values()))], auto_close_ticket=True,
        to_stage_id=stages[rule[0]['**Move to Stage**']],
        from_stage_ids=[(6, 0, [stages[rule[0]['**In Stages**']]])])
    silent = {}
    for name, hours in (('Customer Feedback', 168), ('Customer Feedback', 167), ('New', 9999),
                        ('In Progress', 9999)):
        ticket = silent[name, hours] = desk.make(
            TICKET, name='Example', team_id=team, stage_id=stages[name])
        desk.sql("UPDATE helpdesk_lite_ticket SET last_activity_date = now() AT TIME ZONE 'UTC' "
                 f"- interval '{hours} hours' WHERE id = {ticket}")
    desk.call('ir.cron', 'method_direct_trigger', [desk.ref(
        'helpdesk_lite.ir_cron_auto_close_ticket')])
    closed = desk.call(TICKET, 'search', [('team_id', '=', team), ('is_closed', '=', True)])
    assert closed == [silent['Customer Feedback', 168]]


def test_page_says_what_an_answer_does(desk):
    team = desk.make(TEAM, name='Answers')
    ticket = desk.make(TICKET, name='Closed', team_id=team)
    folded = desk.call('helpdesk.lite.stage', 'search', [
        ('team_ids', '=', team), ('fold', '=', True)], limit=1)
    desk.call(TICKET, 'write', [ticket], {'stage_id': folded[0]})
    desk.sql("UPDATE helpdesk_lite_ticket SET close_date = close_date - interval '31 days' "
             f'WHERE id = {ticket}')
    for policy, said in (('reopen', 'it is opened again'), ('notify', 'the ticket stays closed'),
                         ('new', 'a new ticket is opened')):
        desk.call(TEAM, 'write', [team], {'reopen_policy': policy})
        assert said in desk.browse().get(f'/my/ticket/{ticket}').text


def test_page_of_a_merged_ticket_leads_on(desk):
    team = desk.make(TEAM, name='Merging')
    stays, goes = (desk.make(
        TICKET, name=name, team_id=team, partner_email='merge@customer.example.org')
        for name in ('This one stays', 'This one goes'))
    wizard = desk.make(
        'helpdesk.lite.ticket.merge', destination_id=stays,
        line_ids=[(0, 0, {'ticket_id': stays}), (0, 0, {'ticket_id': goes})])
    desk.call('helpdesk.lite.ticket.merge', 'action_merge', [wizard])
    page = desk.browse().get(f'/my/ticket/{goes}')
    assert page.url.split('?')[0].endswith(f'/my/ticket/{stays}') and 'This one stays' in page.text
