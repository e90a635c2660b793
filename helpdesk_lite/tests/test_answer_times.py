from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.helpdesk_lite.tools.answer_times import NAMES

from .sla_life_common import LifeCommon, tell

# Story; turn and since when, oldest unanswered message, first answer with its hours, exchanges,
# hours to respond in all, of the desk, of the customer. From Monday 9:00 on; 12-13 and nights rest.
STORIES = [
    ('created', '', 'desk 02 09:00 | - | - 0 | 0 0 | 0 0'),
    ('customer writes more', '02 10:00 customer', 'desk 02 09:00 | 02 10:00 | - 0 | 0 0 | 0 0'),
    ('answered', '02 11:00 chatter', 'customer 02 11:00 | - | 02 11:00 2 | 1 2 | 2 0'),
    ('by phone', '02 11:00 phone', 'customer 02 11:00 | - | 02 11:00 2 | 1 2 | 2 0'),
    ('to many', '02 11:00 many', 'customer 02 11:00 | - | 02 11:00 2 | 1 2 | 2 0'),
    ('note', '02 11:00 note', 'desk 02 09:00 | - | - 0 | 0 0 | 0 0'),
    ('automatic', '02 11:00 auto', 'desk 02 09:00 | - | - 0 | 0 0 | 0 0'),
    ('answered twice', '02 11:00 chatter | 02 14:00 chatter',
     'customer 02 11:00 | - | 02 11:00 2 | 1 2 | 2 0'),
    ('exchange', '02 11:00 chatter | 02 14:00 customer | 03 09:00 chatter',
     'customer 03 09:00 | - | 02 11:00 2 | 2 6 | 6 2'),
    ('customer waits', '02 11:00 chatter | 02 14:00 customer | 02 15:00 customer',
     'desk 02 14:00 | 02 14:00 | 02 11:00 2 | 1 2 | 2 2'),
    ('closed', '02 11:00 chatter | 02 14:00 stage solved', '- | - | 02 11:00 2 | 1 2 | 2 2'),
    ('closed without an answer', '02 11:00 stage solved', '- | - | - 0 | 0 0 | 2 0'),
    ('reopened', '02 11:00 stage solved | 03 09:00 stage new',
     'desk 03 09:00 | - | - 0 | 0 0 | 2 0'),
    ('reopened after an answer', '02 11:00 chatter | 02 14:00 stage solved | 03 09:00 stage new',
     'customer 03 09:00 | - | 02 11:00 2 | 1 2 | 2 2'),
    ('taken back', '02 11:00 chatter | 02 14:00 takeback',
     'desk 02 09:00 | - | - 0 | 0 0 | 0 0'),
    ('taken back of two', '02 11:00 chatter | 02 14:00 chatter | 02 15:00 takeback',
     'customer 02 11:00 | - | 02 11:00 2 | 1 2 | 2 0'),
    ('another team', '02 11:00 chatter | 02 14:00 team always',
     'customer 02 11:00 | - | 02 11:00 2 | 1 2 | 2 0'),
    ('another team over lunch', '02 13:30 chatter | 02 14:00 team always',
     'customer 02 13:30 | - | 02 13:30 4.5 | 1 4.5 | 4.5 0'),
    ('old answer imported', '02 14:00 past 02 10:00',
     'customer 02 10:00 | - | 02 10:00 1 | 1 1 | 1 0'),
    ('answer older than the ticket', '02 14:00 past 01-12 10:00',
     'customer 02 09:00 | - | 02 09:00 0 | 1 0 | 0 0'),
    ('merged and unmerged', '02 11:00 chatter | 02 14:00 merge | 02 15:00 unmerge',
     'customer 02 11:00 | - | 02 11:00 2 | 1 2 | 2 0'),
    # a ticket of a stage that is folded waited until the stage was folded
    ('folded', '02 11:00 fold new | 02 11:20 cron', '- | - | - 0 | 0 0 | 2 0'),
    ('unfolded', ('02 11:00 chatter | 02 12:00 fold new | 02 12:20 cron | 03 09:00 fold new no'
                  ' | 03 09:20 cron'),
     'customer 03 09:00 | - | 02 11:00 2 | 1 2 | 2 1'),
]


@tagged('post_install', '-at_install')
class TestAnswerTimes(LifeCommon):
    """Each field after each kind of event, and the same when it is counted anew."""

    def _do_team(self, ticket, name):  # pylint: disable=missing-return
        self.second_team.resource_calendar_id = False
        super()._do_team(ticket, 'second')

    def describe(self, ticket):
        """Say what the fields are; a recount says the same."""
        values = {name: ticket[name] for name in NAMES}
        with freeze_time(self.now):
            ticket._recount_answers()
            self.flush(ticket)
        self.assertEqual({name: ticket[name] for name in NAMES}, values, 'as counted anew')
        return ' | '.join((
            f'{ticket.waiting_for} {tell(ticket.waiting_since)}' if ticket.waiting_for else '-',
            self.tell_moment(ticket.oldest_unanswered_customer_message_date),
            f'{self.tell_moment(ticket.first_response_date)} {ticket.first_response_hours:g}',
            f'{ticket.answered_customer_message_count} {ticket.total_response_hours:g}',
            f'{ticket.desk_hours:g} {ticket.customer_hours:g}'))

    def tell_moment(self, moment):
        return tell(moment) if moment else '-'

    def test_stories(self):
        for name, story, expected in STORIES:
            self.case(name, [], ' | '.join(filter(None, ('02 09:00 in', story))), expected)

    def test_average(self):
        ticket = self.live(
            '02 09:00 in | 02 11:00 chatter | 02 14:00 customer | 03 09:00 chatter')
        self.assertEqual(ticket.avg_response_hours, 3)
