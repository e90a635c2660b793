from collections import Counter

from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common_assignment import NOON, AssignmentCommon, at


@tagged('post_install', '-at_install')
class TestCost(AssignmentCommon):
    """Queries, which don't depend on the machine."""

    def test_100_tickets(self):
        """50 members, 100 customers: at most 60 queries in all."""
        members = self.env['res.users'].union(
            *(self.make_user(f'member{index}') for index in range(50)))
        for user in members:
            self.make_resource(user)
        customers = self.env['res.partner'].create([
            {'name': f'Customer {index}', 'email': f'customer{index}@example.org'}
            for index in range(100)])
        for method in ('randomly', 'balanced'):
            team = self.make_team(auto_assignment=True, assign_method=method,
                                  member_ids=[Command.set(members.ids)])
            with freeze_time(at(NOON)), self.assert_queries(60, self.env):
                tickets = self.env['helpdesk.lite.ticket'].create([
                    {'name': 'x', 'team_id': team.id, 'partner_id': customer.id}
                    for customer in customers])
            self.assertEqual(Counter(t.user_id for t in tickets), dict.fromkeys(members, 2))

    def test_decision_among_1000(self):
        """At most 12 queries for one ticket, and no more than among 10."""
        members = self.env['res.users'].with_context(no_reset_password=True).create([
            {
                'login': f'thousand{index}', 'name': f'Member {index}', 'tz': 'UTC',
                'company_id': self.company.id, 'company_ids': self.company.ids,
                'group_ids': self.agent.group_ids.ids,
            } for index in range(1000)])
        calendars = [
            self.make_calendar([(day, start, start + 8) for day in range(5)])
            for start in range(6, 12)]
        resources = self.env['resource.resource'].create([
            {
                'name': user.name, 'user_id': user.id, 'company_id': self.company.id,
                'calendar_id': calendars[index % 6].id, 'tz': 'UTC',
            } for index, user in enumerate(members)])
        for resource in resources[100:300]:
            self.make_leave(resource, '03-04 00:00', '03-05 00:00')
        counts = []
        for method in ('randomly', 'balanced'):
            for some in (members[:10], members):
                team = self.make_team(auto_assignment=True, assign_method=method,
                                      member_ids=[Command.set(some.ids)]).sudo()
                team.mapped('privacy_visibility')
                self.assign(NOON, team=team)
                self.env.flush_all()
                with freeze_time(at('03-04 12:00')), self.assert_queries(12, self.env) as limit:
                    [choice] = team._choose_assignees([True], {})
                self.assertIn(choice.user_id, some.ids)
                counts.append(limit.count)
        self.assertEqual(counts[0], counts[1])
        self.assertEqual(counts[2], counts[3])
