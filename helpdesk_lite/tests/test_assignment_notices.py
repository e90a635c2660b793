from odoo.tests import freeze_time, tagged

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .common import HelpdeskLiteMailCommon
from .common_assignment import NOON, AssignmentCommon, at


@tagged('post_install', '-at_install')
class TestNotices(AssignmentCommon, HelpdeskLiteMailCommon, CronMixinCase):
    """Agents are told, customers are not; several tickets of one call are told once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls.env.ref('helpdesk_lite.ir_cron_notify_assignees')

    def told(self, user):
        """Subjects of what a user was notified of, oldest first."""
        self.env.flush_all()
        return self.env['mail.notification'].search(
            [('res_partner_id', '=', user.partner_id.id)], order='id').mail_message_id.mapped(
                'subject')

    def run_job(self):
        with self.enter_registry_test_mode():
            self.job.method_direct_trigger()

    def test_one_ticket(self):
        """As Odoo does; the customer isn't told."""
        with freeze_time(at(NOON)), self.mock_mail_gateway():
            self.make_ticket(self.desk, partner_id=self.customer.id, name='Printer')
            self.flush_tracking()
        self.assertEqual(len(self.told(self.anna)), 1)
        self.assertIn('You have been assigned to Printer', self.told(self.anna)[0])
        self.assertFalse(self.sent_to(self.customer.email))
        self.assertFalse(self.env['mail.notification'].search(
            [('res_partner_id', '=', self.customer.id)]))

    def test_several_tickets(self):
        """Two each: a list for each, by the job, which was triggered."""
        with freeze_time(at(NOON)), self.capture_triggers(self.job.id) as triggers:
            tickets = self.make_tickets(6, self.desk)
        self.assertEqual(len(triggers.records), 1)
        self.assertFalse(self.told(self.anna))
        self.run_job()
        for user in self.members:
            self.assertEqual(self.told(user), ['You have been assigned to 2 tickets'])
        message = self.env['mail.message'].search(
            [('subject', '=', 'You have been assigned to 2 tickets'),
             ('partner_ids', 'in', self.anna.partner_id.id)])
        for ticket in tickets.filtered(lambda t: t.user_id == self.anna):
            self.assertIn(ticket.ticket_ref, message.body)
        self.assertFalse(self.env['helpdesk.lite.ticket.notice'].search([]))
        self.run_job()
        self.assertEqual(len(self.told(self.anna)), 1)

    def test_by_hand(self):
        """Also several tickets that somebody assigns at once, in the agent's own language."""
        self.desk.auto_assignment = False
        tickets = self.make_tickets(4, self.desk)
        tickets.with_user(self.agent).write({'user_id': self.assignee.id})
        self.run_job()
        self.assertEqual(self.told(self.assignee), ['You have been assigned to 4 tickets'])
        notice = self.env['mail.message'].search(
            [('subject', '=', 'You have been assigned to 4 tickets')])
        self.assertEqual(notice.author_id, self.agent.partner_id)

    def test_one_s_own_doing(self):
        self.desk.auto_assignment = False
        tickets = self.make_tickets(4, self.desk)
        tickets.with_user(self.agent).action_assign_to_me()
        self.run_job()
        self.assertFalse(self.told(self.agent))

    def test_few_tickets_of_one_call(self):
        """Who gets only one of a small call is told at once, as Odoo does."""
        self.desk.auto_assignment = False
        with freeze_time(at(NOON)):
            self.env['helpdesk.lite.ticket'].create([
                {'name': f'Ticket {user.name}', 'team_id': self.desk.id, 'user_id': user.id}
                for user in (self.anna, self.bora, self.bora)])
        self.assertEqual(len(self.told(self.anna)), 1)
        self.assertFalse(self.told(self.bora))
        self.run_job()
        self.assertEqual(len(self.told(self.anna)), 1)
        self.assertEqual(self.told(self.bora), ['You have been assigned to 2 tickets'])

    def test_no_longer_theirs(self):
        """The list has what is still theirs; one ticket alone is told as Odoo does."""
        with freeze_time(at(NOON)):
            tickets = self.make_tickets(6, self.desk)
        mine = tickets.filtered(lambda t: t.user_id == self.anna)
        mine[0].with_user(self.anna).user_id = self.bora
        for ticket in tickets.filtered(lambda t: t.user_id == self.carl):
            ticket.active = False
        self.run_job()
        self.assertEqual(len(self.told(self.anna)), 1)
        self.assertIn(mine[1].ticket_ref, self.told(self.anna)[0])
        self.assertFalse(self.told(self.carl))

    def test_job_switched_off(self):
        """Nothing is lost: they are told at once."""
        self.job.active = False
        with freeze_time(at(NOON)):
            self.make_tickets(6, self.desk)
        self.assertEqual(self.told(self.anna), ['You have been assigned to 2 tickets'])

    def test_one_broken_notice_stops_no_other(self):
        """The job goes on with the others, and doesn't try the broken one for ever."""
        with freeze_time(at(NOON)):
            self.make_tickets(6, self.desk)
        Notice = type(self.env['helpdesk.lite.ticket.notice'])
        original = Notice._notify

        def break_for_anna(notices, user):
            if user == self.anna:
                raise ValueError('broken')
            return original(notices, user)

        self.patch(Notice, '_notify', break_for_anna)
        with self.assertLogs('odoo.addons.helpdesk_lite', 'ERROR'):
            self.run_job()
        self.assertFalse(self.told(self.anna))
        self.assertEqual(len(self.told(self.bora)), 1)
        self.assertFalse(self.env['helpdesk.lite.ticket.notice'].search([]))

    def load(self, rows, **context):
        """Import tickets as the web client does, which leaves no history by default."""
        result = self.env['helpdesk.lite.ticket'].with_user(self.manager).with_context(
            import_file=True, tracking_disable=True, **context).load(
                ['name', 'team_id/.id', 'user_id'], rows)
        return self.env['helpdesk.lite.ticket'].browse(result['ids'])

    def test_import_without_history(self):
        """Each is told once in all; also by rows that Odoo makes one by one."""
        rows = [[f'Ticket {index}', str(self.desk.id), ''] for index in range(6)]
        with freeze_time(at(NOON)):
            tickets = self.load(rows)
            self.assertEqual(len(tickets), 6)
            self.load([['Alone', str(self.desk.id), self.agent.name]])
            for index in range(2):
                self.load([[f'One of {index}', str(self.desk.id), self.assignee.name]])
        self.assertFalse(self.told(self.anna))
        self.run_job()
        for user in self.members:
            self.assertEqual(self.told(user), ['You have been assigned to 2 tickets'])
        self.assertEqual(self.told(self.assignee), ['You have been assigned to 2 tickets'])
        self.assertEqual(len(self.told(self.agent)), 1)
        self.assertIn('You have been assigned to Alone', self.told(self.agent)[0])

    def test_write_without_history(self):
        tickets = self.make_tickets(2, self.team)
        tickets.with_user(self.agent).with_context(tracking_disable=True).write(
            {'user_id': self.assignee.id})
        self.run_job()
        self.assertEqual(self.told(self.assignee), ['You have been assigned to 2 tickets'])

    def test_administrators_are_called_without_history(self):
        """Of what is open: nobody follows it then, not even who imports it."""
        tickets = self.load([['Nobody', str(self.team.id), ''], ['Nor I', str(self.team.id), '']])
        self.assertEqual(len(tickets.activity_ids), 1)
        self.assertEqual(tickets.activity_ids.user_id, self.manager)
        assigned = self.load([['Somebody', str(self.team.id), self.agent.name]])
        closed = self.make_ticket(self.team, stage_id=self.stage_solved.id)
        self.assertFalse((assigned + closed).activity_ids)

    def test_silence(self):
        """Loading data of a module tells nobody, nor does who asks for silence."""
        for context in (
            {'install_mode': True},
            {'mail_auto_subscribe_no_notify': True, 'mail_activity_automation_skip': True},
        ):
            Ticket = self.env['helpdesk.lite.ticket'].with_context(**context)
            with freeze_time(at(NOON)):
                Ticket.create([{'name': 'x', 'team_id': self.desk.id}] * 3)
                alone = Ticket.create({'name': 'x', 'team_id': self.team.id})
            self.run_job()
            for user in self.members:
                self.assertFalse(self.told(user))
            self.assertFalse(alone.activity_ids)

    def test_mail_is_assigned(self):
        """A mail to the team's address is a ticket with an assignee."""
        self.desk.write({'use_alias': True, 'alias_name': 'desk-mail'})
        with freeze_time(at(NOON)), self.mock_mail_gateway():
            self.env['mail.thread'].message_process(None, (
                'From: New Customer <new@elsewhere.example.org>\n'
                'To: desk-mail@helpdesk.example.com\nSubject: By mail\n'
                'Message-Id: <1@elsewhere.example.org>\n\nHello'))
        self.assertEqual(self.desk.ticket_ids.user_id, self.anna)
        self.assertIn(self.anna.name, self.get_notes(self.desk.ticket_ids).body)

    def test_mail_of_a_customer_with_a_login(self):
        """Odoo takes their mail in as their user; the assignee is told in it."""
        self.desk.write({'use_alias': True, 'alias_name': 'desk-mail'})
        self.members.notification_type = 'email'
        with freeze_time(at(NOON)), self.mock_mail_gateway():
            self.env['mail.thread'].message_process(None, (
                f'From: Portal <{self.portal.email}>\n'
                'To: desk-mail@helpdesk.example.com\nSubject: By mail\n'
                'Message-Id: <2@elsewhere.example.org>\n\nHello'))
            self.flush_tracking()
        ticket = self.desk.ticket_ids
        self.assertEqual(ticket.partner_id, self.portal.partner_id)
        self.assertEqual(ticket.user_id, self.anna)
        mail, = self.sent_to(self.anna.email)
        self.assertIn('Hello', mail['body'])
        self.assertIn('Assigned to you', mail['body'])
