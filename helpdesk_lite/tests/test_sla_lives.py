from odoo.tests import tagged

from .sla_life_common import LifeCommon

FIRST, NEXT, STAGE, CLOSED = 'first_response', 'next_response', 'stage', 'closed'
ANSWERED = '02 08:00 in | 02 09:00 chatter | 02 10:00 customer'


@tagged('post_install', '-at_install')
class TestSlaLives(LifeCommon):
    """What happens to tickets, on working days from 8 to 12 and from 13 to 17.

    A case is: name, story, and each clock with its ledger in minutes.
    """

    def check(self, policies, cases):
        for name, story, *expected in cases:
            self.case(name, policies, story, expected)

    def test_first_response(self):
        """Four hours from Monday 9:00 on: until 14:00."""
        policy = {'target': FIRST, 'time': 4, 'exclude_stage_ids': self.stage_progress.ids}
        self.check([policy], [
            ('reached', '02 09:00 in | 02 11:00 chatter',
             'reached at 02 11:00 -2 h: started 0, reached 120'),
            ('reached at once', '02 09:00 in | 02 09:00 chatter',
             'reached at 02 09:00 -4 h: started 0, reached 0'),
            ('late', '02 09:00 in | 02 16:30 chatter',
             'failed at 02 16:30 +2.5 h: started 0, failed 240, reached 150'),
            ('late at night', '02 09:00 in | 02 20:00 chatter',
             'failed at 02 20:00 +3 h: started 0, failed 240, reached 180'),
            ('answered twice', '02 09:00 in | 02 11:00 chatter | 02 16:00 chatter',
             'reached at 02 11:00 -2 h: started 0, reached 120'),
            ('customer writes more', '02 09:00 in | 02 10:00 customer | 02 14:00 now',
             'ongoing due 02 14:00: started 0'),
            ('paused', '02 09:00 in | 02 10:00 stage progress | 03 09:00 now',
             'paused: started 0, paused 60'),
            ('paused, resumed', '02 09:00 in | 02 10:00 stage progress | 03 10:00 stage new',
             'ongoing due 03 14:00: started 0, paused 60, resumed 0'),
            ('answered while paused',
             '02 09:00 in | 02 10:00 stage progress | 03 10:00 chatter',
             'reached at 03 10:00 -3 h: started 0, paused 60, reached 0'),
            ('paused late', '02 09:00 in | 02 15:00 stage progress | 03 10:00 chatter',
             'failed at 03 10:00 +5 h: started 0, failed 240, reached 300'),
            ('closed, reopened', '02 09:00 in | 02 10:00 stage solved | 09 10:00 stage new',
             'ongoing due 09 14:00: started 0, paused 60, resumed 0'),
            ('closed, reopened late', '02 09:00 in | 02 10:00 stage solved | 16 10:00 stage new',
             'ongoing due 16 14:00: started 0, paused 60, resumed 0'),
            ('merged', '02 09:00 in | 02 10:00 merge', 'cancelled: started 0, cancelled 60'),
            ('unmerged', '02 09:00 in | 02 10:00 merge | 02 11:00 unmerge',
             'ongoing due 02 15:00: started 0, cancelled 60, resumed 0'),
            ('answered, merged, unmerged',
             '02 09:00 in | 02 10:00 chatter | 02 11:00 merge | 02 12:00 unmerge',
             'reached at 02 10:00 -3 h: started 0, reached 60'),
            ('folded', '02 09:00 in | 02 11:00 fold new | 02 11:20 cron',
             'paused: started 0, paused 120'),
            ('unfolded', ('02 09:00 in | 02 10:00 fold new | 02 10:20 cron | 03 10:00 fold new no'
             ' | 03 10:30 cron'), 'ongoing due 03 14:00: started 0, paused 60, resumed 0'),
            ('excluded stage folded', ('02 09:00 in | 02 10:00 stage progress'
             ' | 02 11:00 fold progress | 02 11:20 cron'),
             'cancelled: started 0, paused 60, cancelled 0'),
            ('archived', '02 09:00 in | 02 10:00 archive | 03 10:00 archive no',
             'ongoing due 03 14:00: started 0, paused 60, resumed 0'),
            ('taken back', '02 09:00 in | 02 10:00 chatter | 02 11:00 takeback',
             'ongoing due 02 14:00: started 0, reached 60, withdrawn 60'),
            ('taken back late', '02 09:00 in | 02 10:00 chatter | 02 15:00 takeback',
             'failed due 02 14:00: started 0, reached 60, withdrawn 240, failed 0'),
            ('taken back, answered again',
             '02 09:00 in | 02 10:00 chatter | 02 11:00 takeback | 02 13:30 chatter',
             'reached at 02 13:30 -0.5 h: started 0, reached 60, withdrawn 60, reached 90'),
            ('followed, taken back', ('02 09:00 in | 02 10:00 chatter | 02 10:30 customer'
             ' | 02 11:00 takeback'), 'reached at 02 10:00 -3 h: started 0, reached 60'),
            ('late, taken back', '02 09:00 in | 02 15:00 chatter | 02 15:30 takeback',
             'failed at 02 15:00 +1 h: started 0, failed 240, reached 60'),
        ])

    def test_ways_to_answer(self):
        for verb, answers in (
                ('chatter', True), ('phone', True), ('many', True), ('note', False),
                ('auto', False), ('customer', False)):
            for target, begin, reached, due in (
                    (FIRST, '02 09:00 in', '-2 h: started 0, reached 120', '02 14:00'),
                    (NEXT, ANSWERED, '-3 h: started 0, reached 60', '02 15:00')):
                self.case(
                    f'{target} by {verb}', [{'target': target, 'time': 4}],
                    f'{begin} | 02 11:00 {verb}',
                    [f'reached at 02 11:00 {reached}' if answers
                     else f'ongoing due {due}: started 0'])

    def test_next_response(self):
        """Two hours from Monday 10:00 on: until 12:00."""
        policy = {'target': NEXT, 'time': 2, 'exclude_stage_ids': self.stage_progress.ids}
        self.check([policy], [(name, f'{ANSWERED} | {story}', *expected) for (
            name, story, *expected) in (
            ('reached', '02 11:30 chatter', 'reached at 02 11:30 -0.5 h: started 0, reached 90'),
            ('late', '02 13:30 chatter',
             'failed at 02 13:30 +0.5 h: started 0, failed 120, reached 30'),
            ('two messages', '02 11:00 customer | 02 11:30 chatter',
             'reached at 02 11:30 -0.5 h: started 0, reached 90'),
            ('twice', '02 11:00 chatter | 02 15:00 customer',
             'reached at 02 11:00 -1 h: started 0, reached 60',
             'ongoing due 02 17:00: started 0'),
            ('late, twice', '02 13:30 chatter | 02 15:00 customer',
             'failed at 02 13:30 +0.5 h: started 0, failed 120, reached 30',
             'ongoing due 02 17:00: started 0'),
            ('paused', '02 11:00 stage progress | 03 09:00 stage new',
             'ongoing due 03 10:00: started 0, paused 60, resumed 0'),
            ('closed', '02 11:00 stage solved', 'cancelled: started 0, cancelled 60'),
            ('closed late', '02 14:00 stage solved',
             'failed due 02 12:00: started 0, failed 120, cancelled 0'),
            ('reopened', '02 11:00 stage solved | 03 09:00 stage new',
             'cancelled: started 0, cancelled 60'),
            ('reopened, another message',
             '02 11:00 stage solved | 03 09:00 stage new | 03 10:00 customer',
             'cancelled: started 0, cancelled 60', 'ongoing due 03 12:00: started 0'),
            ('merged', '02 11:00 merge', 'cancelled: started 0, cancelled 60'),
            ('unmerged', '02 11:00 merge | 02 11:30 unmerge',
             'ongoing due 02 13:30: started 0, cancelled 60, resumed 0'),
            ('folded', '02 10:30 stage progress | 02 11:00 fold progress | 02 11:20 cron',
             'cancelled: started 0, paused 30, cancelled 0'),
            ('archived', '02 11:00 archive | 03 09:00 archive no',
             'ongoing due 03 10:00: started 0, paused 60, resumed 0'),
            ('taken back', '02 11:00 chatter | 02 11:30 takeback',
             'ongoing due 02 12:00: started 0, reached 60, withdrawn 30'),
            ('followed, taken back', '02 11:00 chatter | 02 11:15 customer | 02 11:30 takeback',
             'reached at 02 11:00 -1 h: started 0, reached 60',
             'ongoing due 02 14:15: started 0'),
        )])

    def test_stage(self):
        """Two hours from Monday 9:00 on: until 11:00."""
        self.check([{'target': STAGE, 'time': 2, 'stage_id': self.stage_progress.id}], [
            ('reached', '02 09:00 in | 02 10:00 stage progress',
             'reached at 02 10:00 -1 h: started 0, reached 60'),
            ('late', '02 09:00 in | 02 11:30 stage progress',
             'failed at 02 11:30 +0.5 h: started 0, failed 120, reached 30'),
            ('skipped', '02 09:00 in | 02 10:00 stage solved',
             'reached at 02 10:00 -1 h: started 0, reached 60'),
            ('left again', '02 09:00 in | 02 10:00 stage progress | 02 12:00 stage new',
             'reached at 02 10:00 -1 h: started 0, reached 60'),
            ('folded', '02 09:00 in | 02 10:00 fold new | 02 10:20 cron',
             'reached at 02 10:00 -1 h: started 0, reached 60'),
            ('merged', '02 09:00 in | 02 10:00 merge', 'cancelled: started 0, cancelled 60'),
            ('unmerged', '02 09:00 in | 02 10:00 merge | 02 11:00 unmerge',
             'ongoing due 02 12:00: started 0, cancelled 60, resumed 0'),
            ('answered', '02 09:00 in | 02 10:00 chatter', 'ongoing due 02 11:00: started 0'),
            ('archived', '02 09:00 in | 02 10:00 archive | 03 09:00 archive no',
             'ongoing due 03 10:00: started 0, paused 60, resumed 0'),
        ])

    def test_closed(self):
        """Eight hours from Monday 9:00 on: until Tuesday 9:00."""
        self.check([{
            'target': CLOSED, 'time': 8, 'pause_waiting': True,
            'exclude_stage_ids': self.stage_progress.ids}], [
            ('reached', '02 09:00 in | 02 11:00 stage solved',
             'reached at 02 11:00 -6 h: started 0, reached 120'),
            ('late', '02 09:00 in | 03 11:00 stage solved',
             'failed at 03 11:00 +2 h: started 0, failed 480, reached 120'),
            ('late, reopened', '02 09:00 in | 03 11:00 stage solved | 04 11:00 stage new',
             'failed at 03 11:00 +2 h: started 0, failed 480, reached 120'),
            ('late, reopened after more than a week',
             '02 09:00 in | 03 11:00 stage solved | 11 11:00 stage new',
             'failed at 03 11:00 +2 h: started 0, failed 480, reached 120',
             'ongoing due 12 11:00: started 0'),
            ('reopened', '02 09:00 in | 02 11:00 stage solved | 09 08:00 stage new',
             'ongoing due 09 15:00: started 0, reached 120, reopened 0'),
            ('reopened to the second',
             '02 09:00 in | 02 11:00 stage solved | 09 11:00 stage new',
             'ongoing due 10 09:00: started 0, reached 120, reopened 0'),
            ('reopened late', '02 09:00 in | 02 11:00 stage solved | 09 11:01 stage new',
             'reached at 02 11:00 -6 h: started 0, reached 120',
             'ongoing due 10 11:01: started 0'),
            ('reopened, closed again',
             '02 09:00 in | 02 11:00 stage solved | 09 08:00 stage new | 09 10:00 stage solved',
             'reached at 09 10:00 -4 h: started 0, reached 120, reopened 0, reached 120'),
            ('waiting', '02 09:00 in | 02 10:00 chatter | 03 08:00 now',
             'paused: started 0, paused 60'),
            ('answered by the customer', '02 09:00 in | 02 10:00 chatter | 03 08:00 customer',
             'ongoing due 03 16:00: started 0, paused 60, resumed 0'),
            ('closed while waiting', '02 09:00 in | 02 10:00 chatter | 04 08:00 stage solved',
             'reached at 04 08:00 -7 h: started 0, paused 60, reached 0'),
            ('reopened while waiting', ('02 09:00 in | 02 10:00 chatter | 02 11:00 stage solved'
             ' | 03 08:00 stage new'),
             'paused: started 0, paused 60, reached 0, reopened 0, paused 0'),
            ('paused in a stage', '02 09:00 in | 02 10:00 stage progress | 03 08:00 stage new',
             'ongoing due 03 16:00: started 0, paused 60, resumed 0'),
            ('folded', '02 09:00 in | 02 10:00 fold new | 02 10:20 cron',
             'reached at 02 10:00 -7 h: started 0, reached 60'),
            ('unfolded', ('02 09:00 in | 02 10:00 fold new | 02 10:20 cron | 03 09:00 fold new no'
             ' | 03 09:10 cron'),
             'ongoing due 03 17:00: started 0, reached 60, reopened 0'),
            ('folded twice before the job', ('02 09:00 in | 02 10:00 fold new'
             ' | 02 10:10 fold new no | 02 10:20 cron'), 'ongoing due 03 09:00: started 0'),
            ('closed in an excluded stage', ('02 09:00 in | 02 10:00 stage progress'
             ' | 02 11:00 fold progress | 02 11:20 cron'),
             'cancelled: started 0, paused 60, cancelled 0'),
            ('merged', '02 09:00 in | 02 10:00 merge', 'cancelled: started 0, cancelled 60'),
            ('unmerged', '02 09:00 in | 02 10:00 merge | 02 11:00 unmerge',
             'ongoing due 03 10:00: started 0, cancelled 60, resumed 0'),
            ('archived', '02 09:00 in | 02 10:00 archive | 03 10:00 archive no',
             'ongoing due 04 09:00: started 0, paused 60, resumed 0'),
            ('holiday meanwhile', '02 09:00 in | 02 10:00 holiday 03 | 02 10:00 now',
             'ongoing due 04 09:00: started 0, replanned 60'),
            ('imported with history', '04 09:00 import on 02 09:00',
             'failed due 03 09:00: started 960, failed 0'),
            ('imported with history off', '04 09:00 import off 02 09:00'),
            ('created closed', '02 09:00 inclosed'),
        ])
