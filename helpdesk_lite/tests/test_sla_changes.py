from odoo.fields import Command
from odoo.tests import tagged

from .sla_life_common import LifeCommon

# How each target begins on Monday at 9:00, and how it is reached
TARGETS = {
    'first_response': ('02 09:00 in', 'chatter'),
    'next_response': ('01-12 10:00 in | 01-12 11:00 chatter | 02 09:00 customer', 'chatter'),
    'stage': ('02 09:00 in', 'stage progress'),
    'closed': ('02 09:00 in', 'stage solved'),
}
# What happens, with what becomes of the promise of eight hours (until Tuesday 9:00) that holds at
# first, and of that of four hours (until 14:00) that holds after `forth`
STORIES = [
    ('forth', '02 10:00 {forth}',
     'cancelled: started 0, cancelled 60',
     'ongoing due 02 14:00: started 60'),
    ('forth and back', '02 10:00 {forth} | 02 10:30 {back}',
     'ongoing due 03 09:00: started 0, cancelled 60, resumed 30',
     'cancelled: started 60, cancelled 30'),
    ('forth, back and forth', '02 10:00 {forth} | 02 10:30 {back} | 02 11:00 {forth}',
     'cancelled: started 0, cancelled 60, resumed 30, cancelled 30',
     'ongoing due 02 14:00: started 60, cancelled 30, resumed 30'),
    ('too late for it', '02 15:00 {forth}',
     'cancelled: started 0, cancelled 300',
     'failed due 02 14:00: started 300, failed 0'),
    ('too late for it, and back', '02 15:00 {forth} | 02 16:00 {back}',
     'cancelled: started 0, cancelled 300',
     'failed due 02 14:00: started 300, failed 0'),
    ('over night', '02 10:00 {forth} | 02 10:30 {back} | 03 08:30 {forth}',
     'cancelled: started 0, cancelled 60, resumed 30, cancelled 360',
     'failed due 02 14:00: started 60, cancelled 30, resumed 360, failed 0'),
    ('reached before', '02 09:30 {way} | 02 10:00 {forth}',
     'reached at 02 09:30 -7.5 h: started 0, reached 30'),
    ('reached after', '02 10:00 {forth} | 02 11:00 {way}',
     'cancelled: started 0, cancelled 60',
     'reached at 02 11:00 -2 h: started 60, reached 60'),
    ('failed before', '03 10:00 {forth}',
     'failed due 03 09:00: started 0, failed 480'),
    ('reached late after', '02 10:00 {forth} | 02 16:00 {way}',
     'cancelled: started 0, cancelled 60',
     'failed at 02 16:00 +2 h: started 60, failed 180, reached 120'),
]


@tagged('post_install', '-at_install')
class TestSlaChanges(LifeCommon):
    """Priority, tags, customer and team change: which promise holds, with the time since then."""

    def check_change(self, at_first, then, forth, back):
        for target, (begin, way) in TARGETS.items():
            vals = {'target': target}
            if target == 'stage':
                vals['stage_id'] = self.stage_progress.id
            policies = [
                {**vals, 'time': 8, 'sequence': 2, **at_first},
                {**vals, 'time': 4, 'sequence': 1, **then}]
            for name, story, *expected in STORIES:
                story = story.format(forth=forth, back=back, way=way)
                self.case(f'{target}, {name}', policies, f'{begin} | {story}', expected)

    def test_priority(self):
        self.check_change({}, {'priority': '3'}, 'priority 3', 'priority 0')

    def test_priority_or_higher(self):
        self.check_change(
            {'priority': '0'}, {'priority': '1', 'priority_or_higher': True}, 'priority 2',
            'priority 0')

    def test_tag(self):
        hot = [Command.set(self.tags[0].ids)]
        self.check_change({}, {'tag_ids': hot}, 'tag Hot', 'tag none')

    def test_customer(self):
        """A company stands for all its contacts."""
        firm = [Command.set(self.firm.ids)]
        self.check_change({}, {'partner_ids': firm}, 'partner clark', 'partner carla')

    def test_team(self):
        self.check_change(
            {'team_ids': [Command.set(self.team.ids)]},
            {'team_ids': [Command.set(self.second_team.ids)]}, 'team second', 'team first')

    def test_no_promise_after(self):
        for target, (begin, way) in TARGETS.items():
            vals = {'target': target, 'time': 8, 'priority': '0'}
            if target == 'stage':
                vals['stage_id'] = self.stage_progress.id
            for name, story, *expected in (
                    ('up', '02 10:00 priority 3', 'cancelled: started 0, cancelled 60'),
                    ('up and reached', f'02 10:00 priority 3 | 02 11:00 {way}',
                     'cancelled: started 0, cancelled 60'),
                    ('up and down', '02 10:00 priority 3 | 02 11:00 priority 0',
                     'ongoing due 03 09:00: started 0, cancelled 60, resumed 60'),
                    ('up and another is not', '02 10:00 priority 3 | 02 11:00 priority 2',
                     'cancelled: started 0, cancelled 60')):
                self.case(f'{target}, {name}', [vals], f'{begin} | {story}', expected)

    def test_pauses(self):
        """Time in which it would have stood still doesn't count."""
        vals = {'target': 'closed', 'pause_waiting': True}
        policies = [{**vals, 'time': 8, 'sequence': 2},
                    {**vals, 'time': 4, 'sequence': 1, 'priority': '3'}]
        for name, story, *expected in (
            ('waiting', '02 10:00 chatter | 02 11:00 priority 3',
             'cancelled: started 0, paused 60, cancelled 0', 'paused: started 60, paused 0'),
            ('waiting, and the customer writes',
             '02 10:00 chatter | 02 11:00 priority 3 | 02 13:00 customer',
             'cancelled: started 0, paused 60, cancelled 0',
             'ongoing due 02 16:00: started 60, paused 0, resumed 0'),
            ('waited', '02 10:00 chatter | 02 11:00 customer | 02 11:30 priority 3',
             'cancelled: started 0, paused 60, resumed 0, cancelled 30',
             'ongoing due 02 15:00: started 90'),
            ('waited meanwhile', '02 10:00 priority 3 | 02 10:30 chatter | 02 11:00 priority 0',
             'paused: started 0, cancelled 60, resumed 30, paused 0',
             'cancelled: started 60, paused 30, cancelled 0'),
            ('closed meanwhile',
             '02 10:00 stage solved | 02 11:00 stage new | 02 11:30 priority 3',
             'cancelled: started 0, reached 60, reopened 0, cancelled 30',
             'ongoing due 02 15:00: started 90'),
        ):
            self.case(name, policies, f'02 09:00 in | {story}', expected)
