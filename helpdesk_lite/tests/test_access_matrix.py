import json
from textwrap import dedent

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import VISIBILITIES, HelpdeskLiteCommon, HelpdeskLiteHttpCommon

# What stands in a cell of the tables:
#   2      both tickets of the team: the one that they follow, and its sibling
#   1      only the one that they follow
#   0      allowed, and nothing is found
#   !      refused (AccessError; over HTTP 403, 404 or an error)
#   yes    allowed, and it has its effect
TABLES = {
    'invited_internal': """
        role             search  read  write  create  unlink  group  name  post  export  web
        stranger         !       !     !      !       !       !      !     !     !       !
        portal           0       !     !      !       !       0      0     !     !       !
        portal_stranger  0       !     !      !       !       0      0     !     !       !
        employee         !       !     !      !       !       !      !     !     !       !
        agent            0       !     !      !       !       0      0     !     !       !
        agent_ticket     1       1     1      !       !       1      1     1     1       1
        assignee         1       1     1      !       !       1      1     1     1       1
        agent_team       2       2     2      yes     !       2      2     2     2       2
        manager          2       2     2      yes     2       2      2     2     2       2
        other_agent      0       !     !      !       !       0      0     !     !       !
        other_manager    0       !     !      !       !       0      0     !     !       !
    """,
    'internal': """
        role             search  read  write  create  unlink  group  name  post  export  web
        stranger         !       !     !      !       !       !      !     !     !       !
        portal           0       !     !      !       !       0      0     !     !       !
        portal_stranger  0       !     !      !       !       0      0     !     !       !
        employee         !       !     !      !       !       !      !     !     !       !
        agent            2       2     2      yes     !       2      2     2     2       2
        agent_ticket     2       2     2      yes     !       2      2     2     2       2
        assignee         2       2     2      yes     !       2      2     2     2       2
        agent_team       2       2     2      yes     !       2      2     2     2       2
        manager          2       2     2      yes     2       2      2     2     2       2
        other_agent      0       !     !      !       !       0      0     !     !       !
        other_manager    0       !     !      !       !       0      0     !     !       !
    """,
    'portal': """
        role             search  read  write  create  unlink  group  name  post  export  web
        stranger         !       !     !      !       !       !      !     !     !       !
        portal           1       1     !      !       !       1      1     1     !       1
        portal_stranger  0       !     !      !       !       0      0     !     !       !
        employee         !       !     !      !       !       !      !     !     !       !
        agent            2       2     2      yes     !       2      2     2     2       2
        agent_ticket     2       2     2      yes     !       2      2     2     2       2
        assignee         2       2     2      yes     !       2      2     2     2       2
        agent_team       2       2     2      yes     !       2      2     2     2       2
        manager          2       2     2      yes     2       2      2     2     2       2
        other_agent      0       !     !      !       !       0      0     !     !       !
        other_manager    0       !     !      !       !       0      0     !     !       !
    """,
}

# Files of the ticket that they follow: of a public message, of an internal note, attached directly.
# "found" is how many of the three a search over files finds.
FILE_TABLES = {
    'invited_internal': """
        role             message  note  direct  found
        stranger         !        !     !       0
        portal           !        !     !       0
        portal_stranger  !        !     !       0
        employee         !        !     !       0
        agent            !        !     !       0
        agent_ticket     yes      yes   yes     3
        assignee         yes      yes   yes     3
        agent_team       yes      yes   yes     3
        manager          yes      yes   yes     3
        other_agent      !        !     !       0
        other_manager    !        !     !       0
    """,
    'internal': """
        role             message  note  direct  found
        stranger         !        !     !       0
        portal           !        !     !       0
        portal_stranger  !        !     !       0
        employee         !        !     !       0
        agent            yes      yes   yes     3
        agent_ticket     yes      yes   yes     3
        assignee         yes      yes   yes     3
        agent_team       yes      yes   yes     3
        manager          yes      yes   yes     3
        other_agent      !        !     !       0
        other_manager    !        !     !       0
    """,
    'portal': """
        role             message  note  direct  found
        stranger         !        !     !       0
        portal           yes      !     !       1
        portal_stranger  !        !     !       0
        employee         !        !     !       0
        agent            yes      yes   yes     3
        agent_ticket     yes      yes   yes     3
        assignee         yes      yes   yes     3
        agent_team       yes      yes   yes     3
        manager          yes      yes   yes     3
        other_agent      !        !     !       0
        other_manager    !        !     !       0
    """,
}


class Undone(Exception):
    """Carries what a cell found out of the savepoint that is rolled back."""


class MatrixCommon(HelpdeskLiteCommon):
    """Per team a ticket that the cast follows, each their own way, and a sibling without."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.followed, cls.siblings, cls.files = {}, {}, {}
        # what is not the helpdesk's to give: exporting, and files for portal users (of `portal`)
        cls.env.ref('base.group_user').implied_ids += cls.env.ref('base.group_allow_export')
        cls.env['ir.model.access'].create({
            'name': 'files', 'model_id': cls.env['ir.model']._get_id('ir.attachment'),
            'group_id': cls.env.ref('base.group_portal').id, 'perm_read': True})
        for visibility, team in cls.teams.items():
            cls.follow(team, cls.agent_team)
            ticket = cls.make_ticket(
                team, name='Followed', partner_id=cls.portal.partner_id.id,
                user_id=cls.assignee.id)
            # in private teams an uninvited portal user follows, too: it must not help them
            cls.follow(ticket, cls.agent_ticket + cls.portal + cls.employee)
            cls.followed[visibility] = ticket
            cls.siblings[visibility] = cls.make_ticket(team, name='Sibling')
            cls.files[visibility] = cls._make_files(ticket)
        cls.env.flush_all()

    @classmethod
    def _make_files(cls, ticket):
        """Three files: of a public message, of an internal note and attached directly."""
        files = cls.env['ir.attachment'].create([
            {'name': f'{name}.txt', 'raw': name.encode(), 'res_model': ticket._name,
             'res_id': ticket.id}
            for name in ('message', 'note', 'direct')])
        for file, subtype in zip(files, ('mail.mt_comment', 'mail.mt_note'), strict=False):
            ticket.message_post(
                body='A message with a file', subtype_xmlid=subtype, message_type='comment',
                attachment_ids=file.ids)
        return files

    def parse(self, table):
        """``{role: {column: expected}}`` of a table's text."""
        head, *rows = [line.split() for line in dedent(table).strip().splitlines()]
        return {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}

    def attempt(self, work):
        """What `work` returns, undone again; '!' where it is refused."""
        self.env.flush_all()
        self.env.invalidate_all()
        found = None
        try:
            with self.env.cr.savepoint():
                raise Undone(str(work()))
        except Undone as undone:
            found = undone.args[0]
        except AccessError:
            found = '!'
        self.env.invalidate_all(flush=False)
        return found

    def check_tables(self, tables, run):
        """Compare every cell with what `run(visibility, user, column)` finds."""
        wrong = []
        for visibility, table in tables.items():
            for role, cells in self.parse(table).items():
                for column, expected in cells.items():
                    found = run(visibility, getattr(self, role), column)
                    if found != expected:
                        wrong.append(f'{visibility}, {role}, {column}: {found}, not {expected}')
        self.assertFalse(wrong, '\n'.join(wrong))


@tagged('post_install', '-at_install')
class TestAccessMatrix(MatrixCommon):
    """Who may do what with a ticket, by the visibility of its team."""

    def test_complete(self):
        """The tables leave no role, no visibility and no column out."""
        for tables, width in ((TABLES, 10), (FILE_TABLES, 4)):
            self.assertEqual(tuple(tables), VISIBILITIES)
            for table in tables.values():
                rows = self.parse(table)
                self.assertEqual(len(rows), 11)
                self.assertEqual({len(cells) for cells in rows.values()}, {width})

    @mute_logger('odoo.addons.base.models.ir_model', 'odoo.addons.base.models.ir_rule')
    def test_tickets(self):
        self.check_tables(TABLES, lambda visibility, user, column: self.attempt(
            lambda: getattr(self, f'run_{column}')(visibility, user)))

    def both(self, visibility, user):
        return (self.followed[visibility] | self.siblings[visibility]).with_user(user)

    def one_by_one(self, visibility, user, work):
        """On how many of the two tickets `work` is allowed; refused where on none."""
        done = 0
        for ticket in self.both(visibility, user):
            try:
                with self.env.cr.savepoint():
                    work(ticket)
                    self.env.flush_all()
                    done += 1
            except UserError:  # exporting without the right for it is no AccessError
                self.env.invalidate_all(flush=False)
        return done or '!'

    def run_search(self, visibility, user):
        domain = [('team_id', '=', self.teams[visibility].id)]
        found = self.both(visibility, user).search(domain)
        self.assertEqual(len(found), found.search_count(domain), 'counted as found')
        self.assertLessEqual(found.sudo(), self.both(visibility, user).sudo())
        return len(found)

    def run_read(self, visibility, user):
        return self.one_by_one(visibility, user, lambda t: self.assertTrue(t.read(['name'])))

    def run_write(self, visibility, user):
        return self.one_by_one(visibility, user, lambda t: t.write({'priority': '2'}))

    def run_create(self, visibility, user):
        ticket = self.env['helpdesk.lite.ticket'].with_user(user).create(
            {'name': 'New', 'team_id': self.teams[visibility].id})
        self.assertTrue(ticket.ticket_ref)
        return 'yes'

    def run_unlink(self, visibility, user):
        return self.one_by_one(visibility, user, lambda t: t.unlink())

    def run_group(self, visibility, user):
        Ticket = self.env['helpdesk.lite.ticket'].with_user(user)
        domain = [('team_id', '=', self.teams[visibility].id)]
        formatted = Ticket.formatted_read_group(domain, ['stage_id'], ['__count'])
        groups = Ticket._read_group(domain, ['stage_id'], ['__count'])
        count = sum(count for _stage, count in groups)
        self.assertEqual(sum(group['__count'] for group in formatted), count)
        return count

    def run_name(self, visibility, user):
        Ticket = self.env['helpdesk.lite.ticket'].with_user(user)
        found = {ticket_id for name in ('Followed', 'Sibling')
                 for ticket_id, _name in Ticket.name_search(
                     name, [('team_id', '=', self.teams[visibility].id)])}
        for ticket in self.both(visibility, user).sudo():
            by_reference = Ticket.name_search(ticket.ticket_ref)
            self.assertEqual({i for i, _name in by_reference}, {ticket.id} & found)
        return len(found)

    def run_post(self, visibility, user):
        def post(ticket):
            message = ticket.message_post(
                body='Hello', message_type='comment', subtype_xmlid='mail.mt_comment')
            self.assertEqual(message.sudo().res_id, ticket.id)
        return self.one_by_one(visibility, user, post)

    def run_export(self, visibility, user):
        return self.one_by_one(visibility, user, lambda t: self.assertEqual(
            t.export_data(['name', 'team_id', 'stage_id'])['datas'],
            [[t.sudo().name, self.teams[visibility].name, 'Test New']]))

    def run_web(self, visibility, user):
        """As the web client reads a form: with the names of the team and the stage."""
        def read(ticket):
            values, = ticket.web_read({
                'name': {}, 'team_id': {'fields': {'display_name': {}}},
                'stage_id': {'fields': {'display_name': {}}}})
            self.assertEqual(values['team_id']['display_name'], self.teams[visibility].name)
            self.assertEqual(values['stage_id']['display_name'], 'Test New')
        return self.one_by_one(visibility, user, read)

    @mute_logger('odoo.addons.base.models.ir_model', 'odoo.addons.base.models.ir_rule')
    def test_files(self):
        """Attachments through the ORM: customers never get those of notes."""
        def run(visibility, user, column):
            files = self.files[visibility].with_user(user)
            if column == 'found':
                return self.attempt(lambda: len(files.search([('id', 'in', files.ids)])))
            file = files.filtered(lambda f: f.sudo().name == f'{column}.txt')
            return self.attempt(lambda: file.read(['raw'])[0]['raw'] and 'yes')
        self.check_tables(FILE_TABLES, run)

    def test_messages(self):
        """Messages through the ORM: customers never read notes, others only what they may see.

        Nor does it help to have been notified of them, as all who follow were.
        """
        Message = self.env['mail.message']
        for visibility, ticket in self.followed.items():
            messages = ticket.message_ids.filtered(lambda m: m.message_type == 'comment')
            note = messages.filtered(lambda m: m.subtype_id == self.env.ref('mail.mt_note'))
            self.assertEqual(len(note), 1)
            for user, expected in (
                (self.agent, messages if visibility != 'invited_internal' else Message),
                (self.agent_ticket, messages),
                (self.portal, messages - note if visibility == 'portal' else Message),
                (self.portal_stranger, Message),
                (self.employee, Message),
                (self.other_manager, Message),
            ):
                with self.subTest(visibility=visibility, user=user.login):
                    found = Message.with_user(user).search([('id', 'in', messages.ids)])
                    self.assertEqual(found.sudo(), expected.sudo())


@tagged('post_install', '-at_install')
class TestAccessEdges(MatrixCommon):
    """What a table can't say."""

    def test_follower_of_one_ticket_reads_names_of_a_private_team(self):
        ticket = self.followed['invited_internal'].with_user(self.agent_ticket)
        self.env.invalidate_all()
        self.assertEqual(ticket.team_id.sudo().name, self.team_private.name)
        self.assertEqual(ticket.read(['team_id'])[0]['team_id'][1], self.team_private.name)
        self.assertEqual(ticket.team_privacy_visibility, 'invited_internal')
        self.assertEqual(ticket.company_id, self.company)
        with self.assertRaises(AccessError):
            ticket.team_id.read(['name'])
        self.assertFalse(self.env['helpdesk.lite.team'].with_user(self.agent_ticket).search(
            [('id', '=', self.team_private.id)]))

    def test_follower_of_one_ticket_groups_by_its_team(self):
        Ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent_ticket)
        self.env.invalidate_all()
        group, = Ticket.formatted_read_group(
            [('team_id', '=', self.team_private.id)], ['team_id'], ['__count'])
        self.assertEqual(group['team_id'], (self.team_private.id, self.team_private.name))
        self.assertEqual(group['__count'], 1)
        columns = Ticket.with_context(default_team_id=self.team_private.id).web_read_group(
            [('team_id', '=', self.team_private.id)], ['stage_id'], ['__count'])['groups']
        self.assertEqual(sum(column['__count'] for column in columns), 1)

    def test_follower_of_one_ticket_uses_its_properties(self):
        self.team_private.ticket_properties = [
            {'name': 'serial', 'type': 'char', 'string': 'Serial number'}]
        ticket = self.followed['invited_internal'].with_user(self.agent_ticket)
        ticket.properties = {'serial': 'X1'}
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(ticket.properties['serial'], 'X1')
        values, = ticket.web_read({'properties': {}})
        self.assertEqual(values['properties'][0]['value'], 'X1')
        self.assertEqual(ticket.read(['properties'])[0]['properties'][0]['string'], 'Serial number')

    def test_follower_of_one_ticket_works_on_it(self):
        """They move, assign and answer it, though its team is hidden from them."""
        ticket = self.followed['invited_internal'].with_user(self.agent_ticket)
        ticket.stage_id = self.stage_solved
        ticket.user_id = self.agent_ticket
        ticket.message_post(body='Done', subtype_xmlid='mail.mt_comment', message_type='comment')
        self.env.flush_all()
        self.assertTrue(ticket.is_closed)
        with self.assertRaises(AccessError):
            ticket.copy()

    def test_nobody_invites_themselves(self):
        for user in (self.agent, self.portal_stranger, self.other_manager):
            for record in (self.followed['invited_internal'], self.team_private):
                with self.subTest(user=user.login, record=record._name):
                    self.check_cant_follow(record.with_user(user))

    def check_cant_follow(self, record):
        """The user of `record` becomes its follower by none of the ways there are."""
        partner = record.env.user.partner_id
        try:
            record.message_subscribe(partner.ids)
        except AccessError:
            self.env.invalidate_all()
        with self.assertRaises(AccessError):
            record.env['mail.followers'].create(
                {'res_model': record._name, 'res_id': record.id, 'partner_id': partner.id})
        with self.assertRaises(AccessError):
            record.write({'message_partner_ids': [Command.link(partner.id)]})
        with self.assertRaises(AccessError):
            record.write({'message_follower_ids': [Command.create({'partner_id': partner.id})]})
        self.assertFalse(self.is_follower(record.sudo(), record.env.user))

    def test_agents_may_not_change_the_desk(self):
        for record, vals in (
            (self.team, {'name': 'Mine'}), (self.team, {'privacy_visibility': 'internal'}),
            (self.stage_new, {'name': 'Mine'}), (self.stage_new, {'fold': True}),
        ):
            with self.assertRaises(AccessError):
                record.with_user(self.agent).write(vals)
        tag = self.env['helpdesk.lite.tag'].with_user(self.agent).create({'name': 'Own tag'})
        with self.assertRaises(AccessError):
            tag.unlink()
        for model in ('helpdesk.lite.team', 'helpdesk.lite.stage'):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.agent).create({'name': 'Mine'})

    def test_portal_reads_allowed_fields_only(self):
        ticket = self.followed['portal'].with_user(self.portal)
        allowed = sorted(ticket.PORTAL_READABLE_FIELDS)
        self.assertEqual(set(ticket.read()[0]), set(allowed))
        self.assertEqual(set(ticket.fields_get()), set(allowed))
        for name in set(ticket._fields) - set(allowed):
            with self.subTest(field=name), self.assertRaises(AccessError):
                ticket.read([name])

    def test_portal_finds_nothing_out_by_other_fields(self):
        """Neither domains nor orders nor groups nor exports tell of what may not be read."""
        Ticket = self.env['helpdesk.lite.ticket'].with_user(self.portal)
        ticket = self.followed['portal']
        ticket.write({'email_cc': 'boss@customer.example.org', 'color': 3})
        for work in (
            lambda: Ticket.search([('email_cc', 'ilike', 'boss')]),
            lambda: Ticket.search([('team_id.name', 'ilike', 'team')]),
            lambda: Ticket.search([('message_partner_ids', '=', self.agent_ticket.partner_id.id)]),
            lambda: Ticket.search([], order='color'),
            lambda: Ticket.formatted_read_group([], ['color'], ['__count']),
            lambda: Ticket.formatted_read_group([], ['stage_id'], ['color:sum']),
            lambda: ticket.with_user(self.portal).filtered_domain([('color', '=', 3)]),
            lambda: ticket.with_user(self.portal).web_read({'email_cc': {}}),
            lambda: ticket.with_user(self.portal).email_cc,
        ):
            self.env.invalidate_all()
            with self.assertRaises(AccessError):
                work()

    def test_portal_writes_nothing(self):
        ticket = self.followed['portal'].with_user(self.portal)
        for name in sorted(ticket.PORTAL_READABLE_FIELDS):
            with self.subTest(field=name), self.assertRaises(AccessError):
                ticket.write({name: False})

    def test_employee_may_be_a_customer(self):
        """A right is no condition for being one; it is for reading through the ORM."""
        ticket = self.make_ticket(partner_id=self.employee.partner_id.id)
        self.assertTrue(self.is_follower(ticket, self.employee))
        with self.assertRaises(AccessError):
            ticket.with_user(self.employee).read(['name'])

    def test_removed_follower_loses_access(self):
        ticket = self.followed['invited_internal']
        own = ticket.with_user(self.agent_ticket)
        self.assertTrue(own.has_access('read'))
        ticket.message_unsubscribe(self.agent_ticket.partner_id.ids)
        self.assertFalse(own.has_access('read'))
        self.assertFalse(own.search([('id', '=', ticket.id)]))

    def test_removed_from_ticket_still_follows_team(self):
        ticket = self.followed['invited_internal']
        ticket.message_unsubscribe(self.agent_team.partner_id.ids)
        self.assertTrue(ticket.with_user(self.agent_team).has_access('write'))
        self.team_private.message_unsubscribe(self.agent_team.partner_id.ids)
        self.assertFalse(ticket.with_user(self.agent_team).has_access('read'))


@tagged('post_install', '-at_install')
class TestAccessOverHttp(MatrixCommon, HelpdeskLiteHttpCommon):
    """The same by the routes of the web client."""

    def login(self, user):
        if user == self.stranger:
            self.authenticate(None, None)
        else:
            self.authenticate(user.login, user.login)

    @mute_logger('odoo.http', 'odoo.addons.base.models.ir_model', 'odoo.addons.base.models.ir_rule')
    def test_files_and_forms(self):
        wrong = []
        for role in self.parse(FILE_TABLES['portal']):
            self.login(getattr(self, role))
            for visibility in VISIBILITIES:
                cells = self.parse(FILE_TABLES[visibility])[role]
                cells['web'] = self.parse(TABLES[visibility])[role]['web']
                cells.pop('found')
                for column, expected in cells.items():
                    expected = 'yes' if expected in ('1', '2') else expected
                    found = (self.read_form(visibility) if column == 'web'
                             else self.download(visibility, column))
                    if found != expected:
                        wrong.append(f'{visibility}, {role}, {column}: {found}, not {expected}')
        self.assertFalse(wrong, '\n'.join(wrong))

    def download(self, visibility, column):
        file = self.files[visibility].filtered(lambda f: f.name == f'{column}.txt')
        response = self.url_open(f'/web/content/{file.id}?download=1', allow_redirects=False)
        if response.status_code == 200:
            self.assertEqual(response.content, column.encode())
            return 'yes'
        self.assertNotIn(column.encode(), response.content)
        return '!'

    def call(self, method, *args, **kwargs):
        """``/web/dataset/call_kw``, as the web client calls it."""
        return self.url_open(
            f'/web/dataset/call_kw/helpdesk.lite.ticket/{method}', data=json.dumps({
                'jsonrpc': '2.0', 'method': 'call', 'params': {
                    'model': 'helpdesk.lite.ticket', 'method': method,
                    'args': args, 'kwargs': kwargs}}),
            headers={'Content-Type': 'application/json'}).json()

    def read_form(self, visibility):
        answer = self.call('web_read', self.followed[visibility].ids, specification={
            'name': {}, 'team_id': {'fields': {'display_name': {}}}})
        if 'error' in answer:
            return '!'
        values, = answer['result']
        self.assertEqual(values['team_id']['display_name'], self.teams[visibility].name)
        return 'yes'

    @mute_logger('odoo.http', 'odoo.addons.base.models.ir_model', 'odoo.addons.base.models.ir_rule')
    def test_portal_calls(self):
        """A portal user's own calls change nothing and tell no more than the ORM does."""
        self.login(self.portal)
        ids = self.followed['portal'].ids
        for method, args in (
            ('write', (ids, {'name': 'Mine'})), ('unlink', (ids,)), ('copy', (ids,)),
            ('create', ([{'name': 'Mine', 'team_id': self.team.id}],)),
            ('read', (ids, ['email_cc'])), ('action_archive', (ids,)),
            ('action_assign_to_me', (ids,)),
        ):
            with self.subTest(method=method):
                self.assertIn('error', self.call(method, *args))
        self.assertEqual(self.call('search_read', [], ['name'])['result'], [
            {'id': ids[0], 'name': 'Followed'}])
