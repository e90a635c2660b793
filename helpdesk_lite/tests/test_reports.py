from freezegun import freeze_time

from odoo.tests import tagged

from .sla_common import SlaCommon, at


@tagged('post_install', '-at_install')
class TestReports(SlaCommon):
    """Each measure against a small life that was worked out by hand.

    ======  =========  ==============================================================  =======
    ticket  came in    what happened                                                   team
    ======  =========  ==============================================================  =======
    A       Mon 09:00  answered Mon 10:00 (1 h), closed Mon 15:00 (5 h)                 public
    B       Mon 09:00  answered Mon 12:00 (3 h), customer Mon 13:00, answered 15:00     public
    C       Mon 09:00  answered Tue 09:00 (8 h)                                         public
    D       Mon 09:00  nothing; merged into A, so no row                                public
    E       Mon 09:00  nothing                                                          private
    ======  =========  ==============================================================  =======
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_policy('first_response', 4)
        cls.team_private.resource_calendar_id = cls.calendar

    def setUp(self):
        super().setUp()
        tickets = {name: self.make_at(at(0, 9), name=name) for name in 'ABCD'}
        tickets['E'] = self.make_at(at(0, 9), name='E', team_id=self.team_private.id)
        self.answer(tickets['A'], at(0, 10))
        self.write_at(tickets['A'], at(0, 15), stage_id=self.stage_solved.id)
        self.answer(tickets['B'], at(0, 12))
        self.say(tickets['B'], at(0, 13))
        self.answer(tickets['B'], at(0, 15))
        self.answer(tickets['C'], at(1, 9))
        with freeze_time(at(1, 10)):
            tickets['D']._merge_into(tickets['B'])
            self.env.flush_all()
        self.env.invalidate_all()
        self.tickets = tickets

    def read_report(self, model, *aggregates, user=None, groupby=('team_id',), domain=()):
        with freeze_time(at(1, 10)):
            return self.env[model].with_user(user or self.agent)._read_group(
                [('company_id', '=', self.company.id), *domain], groupby, aggregates)

    def test_measures(self):
        [row] = self.read_report(
            'helpdesk.lite.ticket.report', '__count', 'first_response_hours:avg',
            'first_response_median:median', 'avg_response_hours:avg', 'close_hours:avg',
            'answered_customer_message_count:sum', 'sla_fail:sum', 'closed_count:sum')
        self.assertEqual(row[0], self.team)
        # first answers 1, 3 and 8 h; waits 1, (3 + 2) / 2 and 8 h
        for found, expected in zip(row[1:], (
                3, 4, 3, (1 + 2.5 + 8) / 3, 5, 4, 1, 1), strict=True):
            self.assertAlmostEqual(found, expected, 2)

    def test_service_levels(self):
        rows = self.read_report(
            'helpdesk.lite.sla.report', '__count', 'reached_share:avg', 'reached_hours:avg',
            groupby=('team_id', 'state'))
        # reached after 1 and 3 h, and once late, after 8 h
        self.assertEqual([row[1:] for row in rows], [
            ('failed', 1, 0.0, 8.0), ('reached', 2, 100.0, 2.0)])

    def test_who_sees_what(self):
        for model in ('helpdesk.lite.ticket.report', 'helpdesk.lite.sla.report'):
            for user, names in ((self.agent, 'ABC'), (self.manager, 'ABCE'),
                                (self.other_agent, '')):
                with self.subTest(model=model, user=user.login):
                    found = self.env[model].with_user(user).search(
                        [('ticket_id', 'in', [t.id for t in self.tickets.values()])])
                    self.assertEqual(
                        ''.join(sorted(found.ticket_id.sudo().mapped('name'))), names)
        self.assertFalse(self.env['helpdesk.lite.ticket.report'].with_user(
            self.portal).has_access('read'))

    def test_way_to_the_ticket(self):
        row = self.env['helpdesk.lite.ticket.report'].with_user(self.agent).browse(
            self.tickets['A'].id)
        self.assertEqual(row.action_open_ticket()['res_id'], self.tickets['A'].id)

    def test_channel(self):
        self.assertEqual(self.tickets['A'].channel, 'agent')
        found = self.env['helpdesk.lite.ticket'].with_user(self.agent).load(
            ['name', 'team_id/.id'], [['Imported', str(self.team.id)]])
        self.assertFalse(found['messages'])
        self.assertEqual(
            self.env['helpdesk.lite.ticket'].browse(found['ids']).channel, 'import')
