"""The helpdesk that the walk of the manual goes through: Korean people, teams, and their mail."""

from .mail import text_of

TICKET, TEAM, STAGE = 'helpdesk.lite.ticket', 'helpdesk.lite.team', 'helpdesk.lite.stage'
KOREAN = 'ko_KR'
DOMAIN = 'desk.example.com'
# Who there is: login, name, group.
PEOPLE = (
    ('chief', '김관리', 'helpdesk_lite.group_helpdesk_lite_manager'),
    ('minji', '박민지', 'helpdesk_lite.group_helpdesk_lite_user'),
    ('junho', '이준호', 'helpdesk_lite.group_helpdesk_lite_user'),
    ('clerk', '최직원', 'base.group_user'),
    ('jiwoo', '정지우', 'base.group_portal'),
    ('sora', '한소라', 'base.group_portal'),
)
VISIBILITIES = {
    'invited_internal': '초대된 내부 사용자 (비공개)',
    'internal': '모든 내부 사용자 (회사)',
    'portal': '초대된 포털 사용자 및 모든 내부 사용자 (공개)',
}


class Manual:
    """What the steps of the manual need, in words.

    :param server: a running server on a database of its own
    :param screen: the browser (``harness.screen.Screen``)
    """

    def __init__(self, server, databases, sink, screen):
        self.server, self.sink, self.screen = server, sink, screen
        self.call = server.call
        self._databases = databases
        self.speaks_korean = False
        self._speak_korean()
        domain = self.make('mail.alias.domain', name=DOMAIN)
        [self.company] = self.call('res.company', 'search', [], limit=1)
        self.call('res.company', 'write', [self.company], {
            'alias_domain_id': domain, 'name': '본사', 'email': f'info@{DOMAIN}'})
        self.users = {login: self._make_user(login, name, group) for login, name, group in PEOPLE}
        second = self.make('res.company', name='둘째 회사')
        self.write('res.users', self.users['chief'], company_ids=[(4, second)],
                   group_ids=[(4, self.ref('base.group_multi_company'))])
        rows = self.call('res.users', 'read', list(self.users.values()), ['partner_id'])
        self.partners = {login: row['partner_id'][0]
                         for login, row in zip(self.users, rows, strict=True)}
        self.partners['yuna'] = self.make(
            'res.partner', name='외부 연락처', email='yuna@example.net', lang=KOREAN)

    def _speak_korean(self):
        [language] = self.call('res.lang', 'search', [('code', '=', KOREAN)],
                               context={'active_test': False})
        wizard = self.make('base.language.install', lang_ids=[(6, 0, [language])])
        self.call('base.language.install', 'lang_install', [wizard])
        for row in self.call('res.company', 'search_read', [], ['partner_id']):
            self.call('res.partner', 'write', [row['partner_id'][0]], {'lang': KOREAN})
        self.speaks_korean = True

    def _make_user(self, login, name, group):
        return self.make(
            'res.users', name=name, login=login, password=login, lang=KOREAN, tz='Asia/Seoul',
            email=f'{login}@example.net', group_ids=[(6, 0, [self.ref(group)])],
            context={'no_reset_password': True})

    # ------------------------------------------------------------------
    # Records
    # ------------------------------------------------------------------

    def make(self, model, context=None, **values):
        return self.call(model, 'create', [values], context={
            'lang': KOREAN if self.speaks_korean else 'en_US', **(context or {})})[0]

    def ref(self, name):
        return self.call('ir.model.data', 'check_object_reference', *name.split('.'))[1]

    def read(self, model, record, *names, login='admin'):
        [row] = self.call(model, 'read', [record], list(names), login=login,
                          context={'lang': KOREAN})
        return row[names[0]] if len(names) == 1 else row

    def write(self, model, record, login='admin', **values):
        self.call(model, 'write', [record], values, login=login)

    def team(self, name, **values):
        return self.make(TEAM, name=name, **values)

    def stage(self, name, *teams, **values):
        return self.make(STAGE, name=name, team_ids=[(6, 0, list(teams))], **values)

    def ticket(self, team, name, **values):
        return self.make(TICKET, team_id=team, name=name, **values)

    def stages(self, team):
        """The names of a team's pipeline, in its order."""
        rows = self.call(STAGE, 'search_read', [('team_ids', '=', team)], ['name'],
                         context={'lang': KOREAN})
        return [row['name'] for row in rows]

    def named(self, model, name):
        """The record with a name, which is the only one."""
        [found] = self.call(model, 'search', [('name', '=', name)], context={'lang': KOREAN})
        return found

    def stage_of(self, team, name):
        [found] = self.call(STAGE, 'search', [('team_ids', '=', team), ('name', '=', name)],
                            context={'lang': KOREAN})
        return found

    # ------------------------------------------------------------------
    # What comes of it
    # ------------------------------------------------------------------

    def sees(self, login, model, record):
        """Whether somebody finds a record."""
        return bool(self.call(model, 'search_count', [('id', '=', record)], login=login))

    def followers(self, model, record):
        """The logins of those who follow a record."""
        found = self.read(model, record, 'message_partner_ids')
        return {login for login, partner in self.partners.items() if partner in found}

    def is_closed(self, ticket):
        return self.read(TICKET, ticket, 'is_closed')

    def assignees(self, tickets):
        """The logins of those whom tickets were given to, in order."""
        logins = {user: login for login, user in self.users.items()}
        rows = self.call(TICKET, 'read', tickets, ['user_id'])
        return [row['user_id'] and logins.get(row['user_id'][0]) for row in rows]

    def mails(self, login, text):
        """The mails to somebody with a text in subject or body, as they have come by now."""
        return [mail for mail in self.sink.to(f'{login}@example.net')
                if text in f'{mail["subject"]}\n{text_of(mail)}']

    def post(self, ticket, body, login='minji'):
        self.call(TICKET, 'message_post', [ticket], body=body, login=login,
                  message_type='comment', subtype_xmlid='mail.mt_comment')

    def sql(self, statement):
        return self._databases.sql(self.server.database, statement)

    def portal(self, login):
        """A portal user's session, or a stranger's."""
        return self.server.browse(login) if login else self.server.visit()

    def do(self, model, method, *arguments, login='admin', **named):
        """Call a method as a button does: unlike XML-RPC it may return nothing."""
        answer = self.server.browse(login).post('/web/dataset/call_kw', json={
            'jsonrpc': '2.0', 'method': 'call', 'params': {
                'model': model, 'method': method, 'args': list(arguments), 'kwargs': named}})
        assert 'error' not in answer.json(), answer.text
        return answer.json().get('result')

    def run_job(self, name):
        """Run a scheduled action now, as its button does."""
        self.do('ir.cron', 'method_direct_trigger', [self.ref(name)])

    def unfollow(self, model, record, login):
        self.do(model, 'message_unsubscribe', [record], [self.partners[login]])

    def leave(self, login, days):
        """Somebody is away from yesterday on: what Time Off writes for an approved leave."""
        user = self.users[login]
        resource = f'SELECT id FROM resource_resource WHERE user_id = {user}'
        if not self.sql(resource):
            self.sql(f"""INSERT INTO resource_resource
                (name, active, company_id, user_id, resource_type, tz, time_efficiency) VALUES
                ('{login}', true, {self.company}, {user}, 'user', 'Asia/Seoul', 100)""")
        [[resource]] = self.sql(resource)
        self.sql(f"""INSERT INTO resource_calendar_leaves
            (name, company_id, resource_id, time_type, date_from, date_to) VALUES
            ('away', {self.company}, {resource}, 'leave', now() AT TIME ZONE 'UTC'
             - interval '1 day', now() AT TIME ZONE 'UTC' + interval '{days} days')""")

    def end_leaves(self):
        self.sql("DELETE FROM resource_calendar_leaves WHERE name = 'away'")
