from freezegun import freeze_time

from odoo.tests import tagged

from .common import QueryLimit
from .sla_common import SlaCommon, at


@tagged('post_install', '-at_install')
class TestSlaPerformance(SlaCommon):
    """What promises cost, in queries more than the same work costs without them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tags = cls.env['helpdesk.lite.tag'].create([{'name': 'SLA A'}, {'name': 'SLA B'}])
        cls.make_policy('first_response', 4)
        cls.make_policy('next_response', 4, tag_ids=cls.tags.ids)
        cls.make_policy('closed', 24, pause_waiting=True)
        cls.make_policy('stage', 8, stage_id=cls.stage_progress.id,
                        exclude_stage_ids=cls.stage_solved.ids)
        cls.plain = cls.make_team(name='Plain', stage_ids=cls.stages.ids)
        (cls.team | cls.plain).stage_ids = cls.stages
        cls.plain.resource_calendar_id = cls.calendar
        cls.plain.use_sla = False

    def count(self, work):
        """Queries of a work that was done once before."""
        self.env.cr.precommit.run()
        with QueryLimit(self, 10**6, self.env) as found:
            work()
        return found.count

    def compare(self, make_work):
        """Queries of a work without promises, and with four."""
        counts = []
        with freeze_time(at(0, 9)):
            for team in (self.plain, self.team):
                make_work(team)()
                counts.append(self.count(make_work(team)))
        return counts

    def test_create_100(self):
        customers = self.env['res.partner'].create([{'name': f'C{n}'} for n in range(100)])
        plain, promised = self.compare(lambda team: lambda: self.env[
            'helpdesk.lite.ticket'].with_user(self.agent).create([
                {'name': 'x', 'team_id': team.id, 'partner_id': customer.id,
                 'tag_ids': [(4, self.tags[0].id)]} for customer in customers]))
        self.assertLessEqual(promised - plain, 20)

    def test_message(self):
        def make_work(team):
            ticket = self.make_ticket(team, partner_id=self.customer.id, tag_ids=self.tags.ids)
            ticket.message_post(body='x', message_type='comment', author_id=self.customer.id,
                                subtype_xmlid='mail.mt_comment')
            self.env.flush_all()
            self.env.invalidate_all()
            return lambda: ticket.with_user(self.agent).message_post(
                body='x', message_type='comment', subtype_xmlid='mail.mt_comment')
        plain, promised = self.compare(make_work)
        self.assertLessEqual(promised - plain, 4)

    def test_move(self):
        for stage in (self.stage_progress, self.stage_solved):
            def make_work(team, stage=stage):
                ticket = self.make_ticket(team, partner_id=self.customer.id)
                self.env.flush_all()
                self.env.invalidate_all()
                return lambda: ticket.with_user(self.agent).write({'stage_id': stage.id})
            plain, promised = self.compare(make_work)
            with self.subTest(stage=stage.name):
                self.assertLessEqual(promised - plain, 4)

    def test_priority_of_many_back_and_forth(self):
        """Clocks that go on ask once for all when they were cancelled."""
        self.make_policy('closed', 4, priority='3', sequence=1)
        counts = []
        with freeze_time(at(0, 9)):
            for number in (2, 20):
                tickets = self.make_tickets(number, partner_id=self.customer.id)
                for priority in ('3', '0'):
                    tickets._as_system().with_context(mail_notrack=True).priority = priority
                    self.env.flush_all()
                counts.append(self.count(lambda tickets=tickets: tickets._as_system().with_context(
                    mail_notrack=True).write({'priority': '3'})))
        self.assertLessEqual(counts[1], counts[0] + 3)

    def test_apply_to_open_tickets(self):
        counts = []
        with freeze_time(at(0, 9)):
            for number in (10, 300):
                self.team.use_sla = False
                self.make_tickets(number, partner_id=self.customer.id)
                self.team.use_sla = True
                self.env.flush_all()
                counts.append(self.count(
                    self.env['helpdesk.lite.sla'].search([]).action_apply_to_open_tickets))
        self.assertLessEqual(counts[1], counts[0] + 2)
