from freezegun import freeze_time

from odoo.tests import tagged

from .sla_common import SlaCommon, at

APRIL = at(31, 9)  # Thursday, the 2nd of April 2026: 23 working days after the first Monday


@tagged('post_install', '-at_install')
class TestTenTickets(SlaCommon):
    """Figures of ten tickets, all of which came in on Monday the 2nd of March at 9:00.

    Eight working hours a day; what is closed is closed at 9:00.

    ======  ========  =========  ===========================================================  ======
    ticket  team      assignee   what happened                                                 hours
    ======  ========  =========  ===========================================================  ======
    A       public    agent      assigned after 2 h, closed on Tuesday                             8
    B       public    agent      closed on Tuesday, reopened on Thursday, closed on the 9th       40
    C       public    agent      closed on Tuesday, reopened on the 18th, closed in April        184
    D       public    manager    closed on Tuesday, moved to the employees' team on Wednesday      8
    E       public    agent      merged into A on Tuesday                                     no row
    F       public    agent      merged into A on Tuesday, undone on Wednesday, closed on         24
                                 Thursday
    G       public    agent      closed on Tuesday, archived                                  no row
    H       private   manager    closed on Tuesday                                                 8
    I       public    nobody     nothing                                                           -
    J       public    agent      closed on Tuesday, reopened 7 days later to the second            -
    ======  ========  =========  ===========================================================  ======
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for team in cls.teams.values():
            team.resource_calendar_id = cls.calendar

    def setUp(self):
        super().setUp()
        self.tickets = self.make_tickets_of_monday()
        self.live()
        self.env.invalidate_all()

    def make_tickets_of_monday(self):
        assignees = {**dict.fromkeys('BCEFGJ', self.agent), **dict.fromkeys('DH', self.manager)}
        return {
            name: self.make_at(
                at(0, 9), name=name, user_id=assignees.get(name, self.env['res.users']).id,
                team_id=(self.team_private if name == 'H' else self.team).id)
            for name in 'ABCDEFGHIJ'}

    def live(self):
        tickets, opened, solved = self.tickets, self.stage_new.id, self.stage_solved.id
        self.write_at(tickets['A'], at(0, 11), user_id=self.agent.id)
        for name in 'ABCDGHJ':
            self.write_at(tickets[name], at(1, 9), stage_id=solved)
        with freeze_time(at(1, 10)):
            (tickets['E'] | tickets['F'])._merge_into(tickets['A'])
            self.env.flush_all()
        self.write_at(tickets['G'], at(1, 11), active=False)
        with freeze_time(at(2, 9)):
            tickets['F'].action_unmerge()
            self.env.flush_all()
        self.write_at(tickets['D'], at(2, 9), team_id=self.team_company.id)
        for name, reopened, closed in (
                ('B', at(3, 9), at(7, 9)), ('C', at(16, 9), APRIL), ('J', at(8, 9), None)):
            self.write_at(tickets[name], reopened, stage_id=opened)
            if closed:
                self.write_at(tickets[name], closed, stage_id=solved)
        self.write_at(tickets['F'], at(3, 9), stage_id=solved)

    def read_figures(self, model, groupby, aggregates, user=None):
        """``{group: figures}`` as the user sees them in April."""
        with freeze_time(APRIL.replace(hour=10)):
            rows = self.env[model].with_user(user or self.manager)._read_group(
                [('ticket_id', 'in', [ticket.id for ticket in self.tickets.values()])],
                [groupby], aggregates)
        return {getattr(group, 'sudo', lambda group=group: group)(): tuple(
            figure and round(figure, 2) for figure in figures)
            for group, *figures in rows}

    def test_tickets(self):
        aggregates = [
            '__count', 'closed_count:sum', 'reopen_count:sum', 'close_hours:avg',
            'close_median:median', 'assign_hours:avg', 'assign_median:median']
        model = 'helpdesk.lite.ticket.report'
        # hours to close of the public team: 8, 24, 40 and 184; to assign: 2 and four times 0
        public = (6, 4, 3, 64, 32, 0.4, 0)
        self.assertEqual(self.read_figures(model, 'team_id', aggregates), {
            self.team: public, self.team_company: (1, 1, 0, 8, 8, 0, 0),
            self.team_private: (1, 1, 0, 8, 8, 0, 0)})
        self.assertEqual(self.read_figures(model, 'team_id', aggregates, self.agent), {
            self.team: public, self.team_company: (1, 1, 0, 8, 8, 0, 0)})
        self.assertEqual(self.read_figures(model, 'user_id', aggregates), {
            self.agent: (5, 4, 3, 64, 32, 0.4, 0), self.manager: (2, 2, 0, 8, 8, 0, 0),
            self.env['res.users']: (1, 0, 0, False, False, False, False)})
        self.assertEqual(
            {month and month.month: figures for month, figures in self.read_figures(
                model, 'close_date:month', ['__count', 'close_hours:avg']).items()},
            # A, B, D, F and H; C; I and J are open
            {3: (5, 17.6), 4: (1, 184), False: (2, False)})

    def test_closings(self):
        model = 'helpdesk.lite.closing.report'
        aggregates = [
            '__count', 'solved_count:sum', 'reopened_count:sum', 'solved_share:avg',
            'open_median:median']
        # A, B twice, C twice, D, F and J, after 1, 1, 1, 1, 1, 3, 7 and 31 days
        public = (8, 7, 1, 87.5, 24)
        self.assertEqual(self.read_figures(model, 'team_id', aggregates), {
            self.team: public, self.team_private: (1, 1, 0, 100, 24)})
        self.assertEqual(self.read_figures(model, 'team_id', aggregates, self.agent), {
            self.team: public})
        self.assertEqual(self.read_figures(model, 'user_id', aggregates[:3]), {
            self.agent: (7, 6, 1), self.manager: (2, 2, 0)})
        self.assertEqual(
            {(week.month, week.day): figures for week, figures in self.read_figures(
                model, 'close_date:week', aggregates[:3]).items()},
            # the first week keeps C, which came back after two weeks, and loses B
            {(3, 1): (7, 6, 1), (3, 8): (1, 1, 0), (3, 29): (1, 1, 0)})

    def test_every_average_has_its_median(self):
        """Of hours, exchanges and ratings; a share stands beside its count instead."""
        for model in ('ticket', 'closing', 'sla'):
            fields = self.env[f'helpdesk.lite.{model}.report']._fields.values()
            averages = {field.name.removesuffix('_hours').removesuffix('_avg') for field in fields
                        if field.aggregator == 'avg' and not field.name.endswith('_share')}
            medians = {field.name.removesuffix('_median') for field in fields
                       if field.aggregator == 'median'}
            averages = {{'answered_customer_message_count': 'exchange'}.get(name, name)
                        for name in averages}
            self.assertEqual(averages, medians, model)
            self.assertTrue(averages)

    def test_hidden_team_of_that_day(self):
        """A ticket that left a private team doesn't tell of it."""
        self.write_at(self.tickets['H'], at(32, 9), team_id=self.team.id)
        rows = self.env['helpdesk.lite.closing.report'].with_user(self.agent).search(
            [('ticket_id', '=', self.tickets['H'].id)])
        self.assertTrue(self.tickets['H'].with_user(self.agent).has_access('read'))
        self.assertFalse(rows)

    def test_way_to_the_ticket(self):
        row = self.env['helpdesk.lite.closing.report'].with_user(self.agent).search(
            [('ticket_id', '=', self.tickets['F'].id)])
        self.assertEqual(row.action_open_ticket()['res_id'], self.tickets['F'].id)
