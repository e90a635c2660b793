import random
from collections import Counter

from pytz import utc

from odoo.fields import Command

from .common_assignment import NOON, AssignmentCommon, at


class TestFairness(AssignmentCommon):
    """Properties, over random schedules with fixed seeds."""

    def make_schedules(self, dice, users):
        """Random working hours and leaves in March 2026."""
        for user in users:
            start = dice.choice((6, 8, 9, 12))
            days = sorted(dice.sample(range(7), dice.randint(2, 6)))
            calendar = self.make_calendar([(day, start, start + 8) for day in days])
            resource = self.make_resource(
                user, calendar_id=calendar.id,
                tz=dice.choice(('UTC', 'Asia/Seoul', 'America/New_York')))
            for _index in range(dice.randint(0, 3)):
                day, length = dice.randint(1, 28), dice.randint(0, 2)
                self.make_leave(
                    resource, f'03-{day:02} {dice.randint(0, 12):02}:00',
                    f'03-{min(day + length, 31):02} {dice.randint(13, 23):02}:00')

    def get_moments(self, dice, count):
        return sorted(
            f'03-{dice.randint(1, 31):02} {dice.randint(0, 23):02}:{dice.randint(0, 59):02}'
            for _index in range(count))

    def is_at_work(self, user, moment):
        """The same by Odoo's own calendars: an oracle."""
        resource = user.resource_ids
        start = at(moment)
        return bool(resource.calendar_id._work_intervals_batch(
            utc.localize(start), utc.localize(start.replace(second=59)),
            resources=resource)[resource.id])

    def test_everybody_present(self):
        """`randomly` differs by at most 1 after any prefix, however the calls are cut."""
        for seed in range(4):
            dice = random.Random(seed)
            team = self.make_team(auto_assignment=True, member_ids=[Command.set(
                dice.sample((self.members + self.agent + self.assignee).ids, dice.randint(2, 5)))])
            given = Counter(dict.fromkeys(team.member_ids, 0))
            while given.total() < 40:
                for user in self.assign(NOON, dice.randint(1, 7), team):
                    given[user] += 1
                    self.assertLessEqual(max(given.values()) - min(given.values()), 1, seed)

    def test_nobody_on_leave_while_another_is_at_work(self):
        """Against Odoo's own calendars; and `randomly` is always the least recent of these."""
        for seed in range(3):
            dice = random.Random(seed)
            users = self.env['res.users'].union(
                *(self.make_user(f'dice{seed}{index}') for index in range(5)))
            self.make_schedules(dice, users)
            team = self.make_team(auto_assignment=True, member_ids=[Command.set(users.ids)])
            last = dict.fromkeys(users, 0)
            for turn, moment in enumerate(self.get_moments(dice, 60), start=1):
                [user] = self.assign(moment, team=team)
                present = users.filtered(lambda u, moment=moment: self.is_at_work(u, moment))
                if present:
                    self.assertIn(user, present, (seed, moment))
                    self.assertEqual(last[user], min(last[u] for u in present), (seed, moment))
                last[user] = turn

    def test_balanced(self):
        """Never to someone with more open tickets than an available other."""
        for seed in range(3):
            dice = random.Random(100 + seed)
            users = self.env['res.users'].union(
                *(self.make_user(f'load{seed}{index}') for index in range(4)))
            self.make_schedules(dice, users)
            team = self.make_team(
                auto_assignment=True, assign_method='balanced',
                member_ids=[Command.set(users.ids)])
            for moment in self.get_moments(dice, 40):
                loads = Counter({user: self.env['helpdesk.lite.ticket'].search_count([
                    ('user_id', '=', user.id), ('is_closed', '=', False)]) for user in users})
                [user] = self.assign(moment, team=team)
                present = users.filtered(lambda u, moment=moment: self.is_at_work(u, moment))
                if present:
                    self.assertEqual(loads[user], min(loads[u] for u in present), (seed, moment))
                if dice.random() < 0.4:
                    tickets = team.ticket_ids.filtered(lambda t: not t.is_closed)
                    tickets[dice.randrange(len(tickets))].stage_id = self.stage_solved
