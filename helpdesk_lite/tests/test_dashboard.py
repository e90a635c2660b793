from datetime import datetime, timedelta

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import freeze_time
from odoo.tools.safe_eval import safe_eval

from .common import HelpdeskLiteCommon

COUNTERS = (
    'open_ticket_count', 'unassigned_ticket_count', 'urgent_ticket_count', 'closed_ticket_count')


class TestDashboard(HelpdeskLiteCommon):
    """A card per team that the user may see, with counters that lead to their lists."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = datetime(2026, 3, 20, 12)
        with freeze_time(cls.now - timedelta(days=6, hours=23)):
            cls.make_ticket(stage_id=cls.stage_solved.id)
            cls.make_ticket(stage_id=cls.stage_solved.id, active=False)
        with freeze_time(cls.now - timedelta(days=7, hours=1)):
            cls.make_ticket(stage_id=cls.stage_solved.id)
        cls.make_ticket(user_id=cls.agent.id, priority='3')
        cls.make_ticket(priority='3')
        cls.make_ticket(priority='2')
        cls.make_ticket(active=False)

    def counters(self, team, user):
        self.env.flush_all()
        self.env.invalidate_all()
        with freeze_time(self.now):
            return tuple(team.with_user(user)[name] for name in COUNTERS)

    def test_counters(self):
        self.assertEqual(self.counters(self.team, self.agent), (3, 2, 2, 1))

    def test_only_what_the_user_sees(self):
        tickets = self.make_tickets(3, self.team_private)
        self.follow(tickets[:1], self.agent_ticket)
        self.assertEqual(self.counters(self.team_private, self.manager), (3, 3, 0, 0))
        self.assertNotIn(
            self.team_private, self.env['helpdesk.lite.team'].with_user(self.agent).search([]))

    def first(self, team, user):
        self.env.flush_all()
        self.env.invalidate_all()
        return [ticket['name'] for ticket in team.with_user(user).first_tickets or []]

    def test_first_tickets(self):
        """Those of the highest priority, of all open stages; of equal ones the newest first."""
        team = self.make_team(name='Seven')
        self.assertEqual(self.first(team, self.agent), [])
        for name, priority, stage in (
            ('a', '0', self.stage_new), ('b', '3', self.stage_progress), ('c', '1', self.stage_new),
            ('d', '3', self.stage_new), ('e', '2', self.stage_progress), ('f', '0', self.stage_new),
            ('g', '0', self.stage_progress), ('h', '0', self.stage_new),
            ('closed', '3', self.stage_solved),
        ):
            self.make_ticket(team, name=name, priority=priority, stage_id=stage.id)
        self.make_ticket(team, name='archived', priority='3', active=False)
        self.assertEqual(self.first(team, self.agent), ['d', 'b', 'e', 'c', 'h', 'g', 'f'])

    def test_first_tickets_that_the_user_sees(self):
        tickets = self.make_tickets(2, self.team_private)
        self.follow(tickets[:1], self.agent_ticket)
        self.assertEqual(
            sorted(self.first(self.team_private, self.manager)), sorted(tickets.mapped('name')))
        for user in (self.agent_ticket, self.agent):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.team_private.with_user(user).read(['first_tickets'])

    def test_new_team_counts_nothing(self):
        team = self.env['helpdesk.lite.team'].new({'name': 'x'})
        self.assertEqual([team[name] for name in COUNTERS], [0, 0, 0, 0])
        self.assertFalse(team.first_tickets)

    def test_counters_lead_to_their_lists(self):
        """The filters of each link find as many tickets as its counter says."""
        team = self.team.with_user(self.agent)
        Ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent)
        filters = {
            node.get('name'): node.get('domain')
            for node in Ticket._get_view(view_type='search')[0].iter('filter')}
        for name, action_name, view in (
            ('open_ticket_count', 'action_view_open_tickets', 'list'),
            ('unassigned_ticket_count', 'action_view_unassigned_tickets', 'list'),
            ('urgent_ticket_count', 'action_view_urgent_tickets', 'list'),
            ('closed_ticket_count', 'action_view_closed_tickets', 'list'),
            ('open_ticket_count', 'action_view_tickets', 'kanban'),
        ):
            with self.subTest(action=action_name), freeze_time(self.now):
                action = getattr(team, action_name)()
                self.assertEqual(action['views'][0][1], view)
                domain = list(action['domain'])
                for key in action['context']:
                    if key.startswith('search_default_'):
                        domain += safe_eval(
                            filters[key.removeprefix('search_default_')], {'uid': self.agent.id})
                self.assertEqual(Ticket.search_count(domain), team[name])

    def test_constant_queries(self):
        """At most five for the counters of fifty teams, whatever their number."""
        teams = self.env['helpdesk.lite.team'].browse(
            [self.make_team(name=str(index)).id for index in range(50)])
        for team in teams[:5]:
            self.make_tickets(2, team)
        own = teams.with_user(self.agent)
        own.mapped('open_ticket_count')  # fills what Odoo remembers
        with self.assert_queries(5, self.env):
            self.assertEqual(sum(own.mapped('open_ticket_count')), 10)
        # and the whole screen: the user, the teams, their addresses, who is away, the counters, and
        # the user's own figures
        for user in (self.agent, self.manager):
            Team = self.env['helpdesk.lite.team'].with_user(user).with_context(tz='UTC')
            view = self.env.ref('helpdesk_lite.helpdesk_lite_team_view_kanban_dashboard')
            names = {node.get('name') for node in etree.fromstring(
                Team.get_view(view.id, 'kanban')['arch']).iter('field')}
            specification = {name: {} for name in names if Team._fields[name].type != 'many2one'}
            self.assertLessEqual({*COUNTERS, 'away_member_names', 'alias_full_name'}, names)
            domain = [('id', 'in', teams.ids)]
            Team.web_search_read(domain, specification)  # as above
            with self.subTest(user=user.login), self.assert_queries(6, self.env):
                found = Team.web_search_read(domain, specification)
            self.assertEqual(sum(row['open_ticket_count'] for row in found['records']), 10)
