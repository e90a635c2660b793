from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import VISIBILITIES
from .test_access_matrix import MatrixCommon

STATUS, EVENT, POLICY = (
    'helpdesk.lite.sla.status', 'helpdesk.lite.sla.event', 'helpdesk.lite.sla')
# How many of a team's two tickets somebody learns the deadlines of, and whether its own policy;
# '!' is refused. (private, company, public)
TICKETS = {
    'stranger': '! ! !', 'portal': '! ! !', 'portal_stranger': '! ! !', 'employee': '! ! !',
    'agent': '0 2 2', 'agent_ticket': '1 2 2', 'assignee': '1 2 2', 'agent_team': '2 2 2',
    'manager': '2 2 2', 'other_agent': '0 0 0', 'other_manager': '0 0 0'}
POLICIES = {
    'stranger': '! ! !', 'portal': '! ! !', 'portal_stranger': '! ! !', 'employee': '! ! !',
    'agent': '0 1 1', 'agent_ticket': '0 1 1', 'assignee': '0 1 1', 'agent_team': '1 1 1',
    'manager': '1 1 1', 'other_agent': '0 0 0', 'other_manager': '0 0 0'}
# What an agent must not learn of a policy, by whatever way
SECRETS = ('partner_ids', 'team_ids', 'tag_ids', 'sentence')
QUIET = ('odoo.addons.base.models.ir_model', 'odoo.addons.base.models.ir_rule', 'odoo.models')


@tagged('post_install', '-at_install')
class TestSlaAccess(MatrixCommon):
    """Who learns what of promises: no more than of the tickets and teams that they are for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policies = {
            visibility: cls.env[POLICY].create({
                'name': f'Promise {visibility}', 'company_id': cls.company.id,
                'team_ids': [Command.set(team.ids)]})
            for visibility, team in cls.teams.items()}
        for policy in cls.policies.values():
            policy.action_apply_to_open_tickets()
        cls.clocks = {
            visibility: (cls.followed[visibility] | cls.siblings[visibility]).sla_status_ids
            for visibility in VISIBILITIES}
        for policy in cls.policies.values():
            policy.partner_ids = cls.portal.partner_id
        cls.env.flush_all()

    def check(self, table, run):
        wrong = []
        for role, cells in table.items():
            for visibility, expected in zip(VISIBILITIES, cells.split(), strict=True):
                for name, work in run(visibility, getattr(self, role)).items():
                    found = self.attempt(work)
                    if found != expected:
                        wrong.append(f'{role}, {visibility}, {name}: {found}, not {expected}')
        self.assertFalse(wrong, '\n'.join(wrong))

    def assert_refused(self, work):
        """By a missing right, or since nobody can group or order by it at all."""
        self.env.invalidate_all()
        try:
            with self.env.cr.savepoint():
                found = work()
        except (AccessError, ValueError):
            return
        self.fail(f'{found} was found')

    def ways(self, records, user, named):
        """Ways to learn of records: how many of them come out.

        :param named: what `name_search` is asked for
        """
        own = records.with_user(user)
        domain = [('id', 'in', records.ids)]

        def one_by_one(work):
            done = 0
            for record in own:
                try:
                    with self.env.cr.savepoint():
                        work(record)
                    done += 1
                except UserError:
                    self.env.invalidate_all(flush=False)
            return done if own.browse().has_access('read') else '!'
        return {
            'search': lambda: len(own.search(domain)),
            'count': lambda: own.search_count(domain),
            'search_read': lambda: len(own.search_read(domain, ['display_name'])),
            'group': lambda: sum(
                count for _key, count in own._read_group(domain, ['create_date:day'], ['__count'])),
            'formatted group': lambda: sum(group['__count'] for group in own.formatted_read_group(
                domain, ['create_date:day'], ['__count'])),
            'web': lambda: own.web_search_read(domain, {'display_name': {}})['length'],
            'name_search': lambda: len(own.name_search(named, domain)),
            'read': lambda: one_by_one(lambda record: record.read(['display_name'])),
            'export': lambda: one_by_one(lambda record: record._export_rows([['display_name']])),
            'web_read': lambda: one_by_one(lambda record: record.web_read({'display_name': {}})),
        }

    @mute_logger(*QUIET)
    def test_clocks(self):
        self.assertEqual([len(clocks) for clocks in self.clocks.values()], [2, 2, 2])
        self.check(TICKETS, lambda visibility, user: self.ways(
            self.clocks[visibility], user, 'Promise'))

    @mute_logger(*QUIET)
    def test_ledger(self):
        self.check(TICKETS, lambda visibility, user: self.ways(
            self.clocks[visibility].event_ids, user, ''))

    @mute_logger(*QUIET)
    def test_policies(self):
        self.check(POLICIES, lambda visibility, user: self.ways(
            self.policies[visibility], user, 'Promise'))

    @mute_logger(*QUIET)
    def test_by_relations(self):
        """Nor does anybody learn of them by way of what leads to them."""
        Ticket, Event = self.env['helpdesk.lite.ticket'], self.env[EVENT]
        clocks = self.clocks['invited_internal']
        for user, count in ((self.agent, 0), (self.agent_ticket, 1), (self.manager, 2)):
            for model, domain in (
                    (Ticket, [('sla_status_ids', 'in', clocks.ids)]),
                    (Ticket, [('sla_status_ids.state', '=', 'ongoing'),
                              ('team_id', '=', self.team_private.id)]),
                    (Ticket, [('sla_failed', '=', False), ('team_id', '=', self.team_private.id)]),
                    (Event, [('status_id', 'in', clocks.ids)]),
                    (Event, [('ticket_id.team_id', '=', self.team_private.id)])):
                self.assertEqual(
                    model.with_user(user).search_count(domain), count, (user.login, domain))

    @mute_logger(*QUIET)
    def test_secrets_of_policies(self):
        """Agents read what is promised, and not to whom."""
        for user in (self.agent, self.agent_team, self.agent_ticket):
            policy = self.policies['portal'].with_user(user)
            self.assertEqual(policy.name, 'Promise portal')
            for name in SECRETS:
                ways = {
                    'read': lambda name=name, policy=policy: policy.read([name]),
                    'web_read': lambda name=name, policy=policy: policy.web_read({name: {}}),
                    'export': lambda name=name, policy=policy: policy._export_rows([[name]]),
                }
                if name != 'sentence':
                    ways.update({
                        'search': lambda name=name, policy=policy: policy.search(
                            [(name, 'in', [1])]),
                        'group': lambda name=name, policy=policy: policy._read_group([], [name]),
                        'order': lambda name=name, policy=policy: policy.search([], order=name),
                        'by clock': lambda name=name, user=user: self.env[STATUS].with_user(
                            user).search([(f'sla_id.{name}', 'in', [1])]),
                        'group by clock': lambda name=name, user=user: self.env[STATUS].with_user(
                            user)._read_group([], [f'sla_id.{name}']),
                    })
                for way, work in ways.items():
                    with self.subTest(user=user.login, name=name, way=way):
                        self.assert_refused(work)
                self.assertNotIn(name, policy.fields_get())

    @mute_logger(*QUIET)
    def test_name_of_a_hidden_policy(self):
        """A follower of one private ticket reads its promise by the clock's own copy."""
        clock = self.followed['invited_internal'].sla_status_ids.with_user(self.agent_ticket)
        self.env.invalidate_all()
        self.assertEqual(clock.name, 'Promise invited_internal')
        with self.assertRaises(AccessError):
            clock.sla_id.read(['name'])

    @mute_logger(*QUIET)
    def test_nobody_writes(self):
        """Neither clocks nor ledger, by whatever right, superuser mode included."""
        clock = self.followed['portal'].sla_status_ids
        event = clock.event_ids[0]
        roles = [getattr(self, role) for role in TICKETS]
        for records in (
                *(record.with_user(user) for user in roles for record in (clock, event)),
                clock.sudo(), event.sudo(), clock, event):
            for name, work in {
                'write': lambda r: r.write({'create_date': '2020-01-01'}),
                'assign': lambda r: r.update({'deadline': '2030-01-01 08:00:00'}),
                'web_save': lambda r: r.web_save({'deadline': '2030-01-01 08:00:00'}, {}),
                'unlink': lambda r: r.unlink(),
                'copy': lambda r: r.copy(),
                'create': lambda r: r.create({'deadline': '2030-01-01 08:00:00'}),
                'load': self.load,
            }.items():
                with self.subTest(model=records._name, user=records.env.user.login, name=name):
                    with self.assertRaises(UserError), self.env.cr.savepoint():
                        work(records)
                    self.env.invalidate_all()
        self.assertTrue(clock.exists() and event.exists())

    def load(self, records):
        result = records.load(['id', 'deadline'], [['', '2030-01-01 08:00:00']])
        if not result['ids']:
            raise UserError(str(result['messages']))

    @mute_logger(*QUIET)
    def test_by_the_ticket(self):
        """Nor by commands in a write of the ticket."""
        ticket = self.followed['portal']
        clock = ticket.sla_status_ids
        for user in (self.agent, self.manager, self.env.user):
            for command in (
                    Command.delete(clock.id), Command.update(clock.id, {'deadline': False}),
                    Command.create({'name': 'x'}), Command.unlink(clock.id), Command.clear()):
                with self.subTest(user=user.login, command=command), (
                        self.assertRaises(UserError)), self.env.cr.savepoint():
                    ticket.with_user(user).write({'sla_status_ids': [command]})
                    self.env.flush_all()
                self.env.invalidate_all()
        self.assertEqual(ticket.sla_status_ids, clock)

    @mute_logger(*QUIET)
    def test_portal_users_read_nothing(self):
        """A customer reads the own ticket, and none of its promises and answer times."""
        ticket = self.followed['portal'].with_user(self.portal)
        self.assertEqual(ticket.name, 'Followed')
        for name in ('sla_status_ids', 'sla_deadline', 'sla_warning_date', 'sla_failed',
                     'sla_reached', 'waiting_for', 'desk_hours', 'first_response_hours',
                     'closing_ids'):
            for way, work in {
                'read': lambda name=name: ticket.read([name]),
                'search': lambda name=name: ticket.search([(name, '!=', False)]),
                'group': lambda name=name: ticket._read_group(
                    [], [f'{name}:day' if 'date' in name or 'deadline' in name else name]),
                'order': lambda name=name: ticket.search([], order=name),
            }.items():
                with self.subTest(name=name, way=way):
                    self.assert_refused(work)
