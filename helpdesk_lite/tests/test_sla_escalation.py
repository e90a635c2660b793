from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.helpdesk_lite.models.sla import helpdesk_lite_sla_escalation_due as due

from .sla_common import SlaCommon, at

CRON = 'helpdesk_lite.ir_cron_sla'
SAVEPOINT = 2  # statements: it is set and released


class EscalationCommon(SlaCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls.make_user('boss', notification_type='inbox')
        cls.env['res.users'].browse([cls.assignee.id, cls.agent.id]).notification_type = 'inbox'

    def make_escalation(self, policy, hours=1, when='before', action='notify_users', **vals):
        if action == 'notify_users':
            vals.setdefault('user_ids', self.boss.ids)
        return self.env['helpdesk.lite.sla.escalation'].with_user(self.manager).create({
            'sla_id': policy.id, 'hours': hours, 'when': when, 'action': action, **vals}).sudo()

    def run_at(self, moment):
        """Run the cron as the scheduler does, at a moment, with its commits simulated."""
        self.env.flush_all()
        with freeze_time(moment), self.enter_registry_test_mode():
            self.env.ref(CRON).method_direct_trigger()
            self.env.invalidate_all()

    def get_told(self, ticket):
        """Who was told of a ticket so far, each as often as they were."""
        messages = self.env['mail.message'].search([
            ('model', '=', ticket._name), ('res_id', 'in', ticket.ids),
            ('message_type', '=', 'user_notification')])
        messages = messages.filtered(
            lambda message: (message.subject or '').startswith(('Due soon: ', 'Late: ')))
        return sorted(
            name.removeprefix('Helpdesk ') for message in messages
            for name in message.notification_ids.res_partner_id.mapped('name'))


@tagged('post_install', '-at_install')
class TestSlaEscalationWhen(EscalationCommon):
    """When escalations act, and on which clocks: each once."""

    def assertActs(self, moment, ticket, before=timedelta(minutes=1)):
        """Check that something acts at a moment and not before, and once."""
        count = len(self.get_told(ticket))
        self.run_at(moment - before)
        self.assertEqual(len(self.get_told(ticket)), count, 'too early')
        self.run_at(moment)
        self.assertEqual(len(self.get_told(ticket)), count + 1, 'not in time')
        self.run_at(moment)
        self.run_at(moment + timedelta(days=30))
        self.assertEqual(len(self.get_told(ticket)), count + 1, 'twice')

    def test_moments(self):
        """The hours are working hours of the clock: (created, time, hours, when, acts at)."""
        for created, time, hours, when, moment in (
            (at(0, 9), 4, 1, 'before', at(0, 12)),      # due at 14: over lunch 12 is enough
            (at(0, 9), 4, 2, 'before', at(0, 11)),
            (at(0, 15), 4, 3, 'before', at(0, 16)),     # due on Tuesday at 10
            (at(4, 15), 4, 2, 'before', at(4, 17)),     # due on Monday at 10: Friday's end
            (at(4, 15), 4, 3, 'before', at(4, 16)),
            (at(0, 9), 4, 0, 'after', at(0, 14, 1)),    # due at 14, which is still in time
            (at(0, 9), 4, 0, 'before', at(0, 14)),
            (at(0, 9), 4, 1, 'after', at(0, 15)),
            (at(0, 9), 4, 4, 'after', at(1, 9)),        # over the night
            (at(4, 9), 6, 3, 'after', at(7, 10)),       # due on Friday at 16: over the week-end
        ):
            with self.subTest(created=created, hours=hours, when=when):
                policy = self.make_policy('first_response', time)
                self.make_escalation(policy, hours, when)
                ticket = self.make_at(created)
                self.assertActs(moment, ticket)
                policy.active = False
                self.write_at(ticket, moment + timedelta(days=40), active=False)

    def test_longer_than_the_time(self):
        """So many hours before the deadline there was no ticket yet: at once."""
        self.make_escalation(self.make_policy('first_response', 4), 9)
        ticket = self.make_at(at(0, 9))
        self.run_at(at(0, 9))
        self.assertEqual(self.get_told(ticket), ['boss'])

    def test_calendars(self):
        """Round the clock and own hours; two teams with different hours share a policy."""
        always = self.make_policy('closed', 10, calendar='always')
        self.make_escalation(always, 2)
        self.assertActs(at(0, 23), self.make_at(at(0, 15)))
        always.active = False
        night = self.calendar.copy({'name': 'Night', 'attendance_ids': [Command.clear(), *(
            Command.create({'name': 'n', 'dayofweek': str(day), 'hour_from': 18, 'hour_to': 23,
                            'day_period': 'afternoon'}) for day in range(5))]})
        both = self.make_policy('first_response', 3)
        self.make_escalation(both, 1)
        day_ticket = self.make_at(at(0, 9))
        other = self.make_team(name='Night', use_sla=True, resource_calendar_id=night.id)
        night_ticket = self.make_at(at(0, 9), team=other)
        for moment, told in (
                (at(0, 10, 59), 0), (at(0, 11), 1), (at(0, 19, 59), 1), (at(0, 20), 2), (at(9), 2)):
            self.run_at(moment)
            self.assertEqual(len(self.get_told(day_ticket + night_ticket)), told, moment)

    def test_clocks_that_are_left_alone(self):
        policy = self.make_policy('closed', 8, pause_waiting=True)
        self.make_escalation(policy, 1)
        tickets = {name: self.make_at(at(0, 9)) for name in (
            'paused', 'reached', 'archived', 'cancelled', 'merged', 'off', 'running')}
        self.answer(tickets['paused'], at(0, 10))
        self.write_at(tickets['reached'], at(0, 10), stage_id=self.stage_solved.id)
        self.write_at(tickets['archived'], at(0, 10), active=False)
        other = self.make_team(name='Off', use_sla=False)
        self.write_at(tickets['cancelled'], at(0, 10), team_id=other.id)
        with freeze_time(at(0, 10)):
            tickets['merged']._merge_into(tickets['running'])
            self.flush(tickets['merged'])
        self.write_at(tickets['off'], at(0, 10), team_id=self.make_team(
            name='Later off', use_sla=True, resource_calendar_id=self.calendar.id).id)
        tickets['off'].team_id.use_sla = False
        self.run_at(at(30))
        told = {name for name, ticket in tickets.items() if self.get_told(ticket)}
        self.assertEqual(told, {'running'})

    def test_closed_without_an_answer(self):
        policy = self.make_policy('first_response', 2)
        self.make_escalation(policy, 1, 'after')
        ticket = self.make_at(at(0, 9))
        self.run_at(at(0, 11, 1))
        self.write_at(ticket, at(0, 11, 30), stage_id=self.stage_solved.id)
        self.run_at(at(3))
        self.assertFalse(self.get_told(ticket))
        self.write_at(ticket, at(3, 9), stage_id=self.stage_new.id)
        self.run_at(at(3, 9))
        self.assertEqual(self.get_told(ticket), ['boss'])

    def test_paused_and_resumed(self):
        """A clock that goes on has a later deadline, and its escalation waits for that."""
        policy = self.make_policy('closed', 8, pause_waiting=True)
        self.make_escalation(policy, 1)
        ticket = self.make_at(at(0, 9))
        self.answer(ticket, at(0, 11))
        self.say(ticket, at(2, 8))
        self.assertEqual(ticket.sla_deadline, at(2, 15))
        self.assertActs(at(2, 14), ticket)

    def test_every_clock_of_a_policy(self):
        """Each message of the customer that waits has a clock of its own, and its escalation."""
        policy = self.make_policy('next_response', 2)
        self.make_escalation(policy, 0, 'after')
        ticket = self.make_at(at(0, 9))
        self.answer(ticket, at(0, 10))
        for day in (1, 2):
            self.say(ticket, at(day, 9))
            self.run_at(at(day, 12))
            self.answer(ticket, at(day, 13))
            self.assertEqual(self.get_told(ticket), ['boss'] * day)

    def test_as_they_stand_now(self):
        """A line that is made, changed or deleted acts on clocks that run already, or not."""
        policy = self.make_policy('first_response', 4)
        ticket = self.make_at(at(0, 9))
        line = self.make_escalation(policy, 1)
        self.run_at(at(0, 11))
        line.with_user(self.manager).hours = 3
        self.run_at(at(0, 11))
        self.assertEqual(self.get_told(ticket), ['boss'])
        line.with_user(self.manager).hours = 1
        self.run_at(at(0, 13))
        self.assertEqual(self.get_told(ticket), ['boss'])
        self.make_escalation(policy, 1).with_user(self.manager).unlink()
        self.run_at(at(0, 13))
        self.assertEqual(self.get_told(ticket), ['boss'])

    def test_ledger_of_passed_deadlines(self):
        self.make_policy('first_response', 4)
        ticket = self.make_at(at(0, 9))
        self.run_at(at(0, 14))
        self.assertEqual(ticket.sla_status_ids.event_ids.mapped('kind'), ['started'])
        self.run_at(at(0, 15))
        self.run_at(at(0, 16))
        self.assertClock(ticket.sla_status_ids, at(0, 16), state='failed', deadline=at(0, 14))
        self.assertRecordValues(ticket.sla_status_ids.event_ids, [
            {'kind': 'started', 'date': at(0, 9), 'minutes': 0},
            {'kind': 'failed', 'date': at(0, 14), 'minutes': 240}])
        self.assertEqual(ticket.sla_deadline, at(0, 14))

    def test_cost(self):
        """At most 10 statements for a batch, cold, besides those of what it does."""
        policy = self.make_policy('first_response', 4)
        self.make_tickets(50, partner_id=self.customer.id)
        self.env.cr.flush()
        Escalation = self.env['helpdesk.lite.sla.escalation']
        line = self.make_escalation(policy)
        clocks = self.env['helpdesk.lite.sla.status'].search([('sla_id', '=', policy.id)])
        now = max(clocks.mapped('deadline')) + timedelta(hours=1)
        with freeze_time(now):
            ids = Escalation._find_passed(now)
            self.assertEqual(ids, clocks.sorted('id').ids)
            with self.assert_queries(10 + SAVEPOINT, self.env):
                Escalation._note_passed(ids, now)
            self.assertEqual(self.read_at(now, clocks.event_ids.sorted('id')[-1:].status_id),
                             ['failed'])
            [(found, moments)] = Escalation._get_moments(now)
            self.assertEqual(found, line)
            self.patch(type(Escalation), '_act', lambda self, statuses: None)
            with self.assert_queries(10 + SAVEPOINT, self.env):
                line._escalate(line._find_due(moments), moments, now)
            self.assertFalse(line._find_due(moments))

    def test_batches(self):
        self.patch(due, 'BATCH', 2)
        policy = self.make_policy('first_response', 4)
        self.make_escalation(policy)
        tickets = self.env['helpdesk.lite.ticket'].union(*(
            self.make_at(at(0, 9)) for _number in range(5)))
        self.run_at(at(1))
        self.assertEqual([self.get_told(ticket) for ticket in tickets], [['boss']] * 5)
        self.assertEqual(self.read_at(at(1), tickets.sla_status_ids), ['failed'] * 5)


@tagged('post_install', '-at_install')
class TestSlaEscalationWhat(EscalationCommon):
    """What each action does, and who is told."""

    def escalate(self, action, ticket_vals=None, **vals):
        """A ticket that was escalated by a line with this action."""
        policy = self.make_policy('first_response', 4)
        line = self.make_escalation(policy, 1, 'before', action, **vals)
        ticket = self.make_at(at(0, 9), **(ticket_vals or {}))
        self.run_at(at(0, 13))
        self.run_at(at(0, 13, 5))
        policy.active = False
        return ticket, line

    def test_tell_assignee(self):
        ticket, _line = self.escalate('notify_assignee', {'user_id': self.assignee.id})
        self.assertEqual(self.get_told(ticket).count('assignee'), 1)

    def test_tell_followers(self):
        """Followers of the team who are employees; where nobody is assigned, for the assignee."""
        self.follow(self.team, self.agent_team)
        self.team.sudo()._message_subscribe(self.customer.ids)
        for action in ('notify_followers', 'notify_assignee'):
            with self.subTest(action=action):
                ticket, _line = self.escalate(action)
                self.assertEqual(self.get_told(ticket), ['agent_team'])

    def test_tell_users(self):
        """Inbox or mail, as each has it; and nobody of what they may not see."""
        self.agent.notification_type = 'email'
        users = self.boss + self.agent + self.other_agent + self.employee
        ticket, _line = self.escalate('notify_users', user_ids=users.ids)
        self.assertEqual(self.get_told(ticket), ['agent', 'boss'])
        notifications = self.env['mail.notification'].search([
            ('mail_message_id.res_id', '=', ticket.id),
            ('mail_message_id.message_type', '=', 'user_notification')])
        self.assertEqual(
            {row.res_partner_id.name.removeprefix('Helpdesk '): row.notification_type
             for row in notifications},
            {'agent': 'email', 'boss': 'inbox'})
        self.assertFalse(ticket.message_ids.filtered(lambda message: 'deadline' in message.body
                         and message.message_type != 'user_notification'))

    def test_tell_of_private_team(self):
        self.team_private.write({
            'use_sla': True, 'resource_calendar_id': self.calendar.id})
        self.follow(self.team_private, self.agent_team)
        users = self.boss + self.agent_team
        ticket, _line = self.escalate(
            'notify_users', {'team': self.team_private}, user_ids=users.ids)
        self.assertEqual(self.get_told(ticket), ['agent_team'])

    def test_priority(self):
        for before, after in (('0', '2'), ('2', '2'), ('3', '3')):
            ticket, _line = self.escalate('priority', {'priority': before}, priority='2')
            self.assertEqual(ticket.priority, after)

    def test_assign(self):
        ticket, _line = self.escalate('assign', user_id=self.boss.id)
        self.assertEqual(ticket.user_id, self.boss)
        self.assertIn('Escalated by the SLA policy', ' '.join(ticket.message_ids.mapped('body')))

    def test_auto_assign(self):
        self.team.write({
            'auto_assignment': True, 'assign_method': 'randomly',
            'member_ids': [Command.set(self.boss.ids)]})
        ticket, _line = self.escalate('auto_assign', {'user_id': self.assignee.id})
        self.assertEqual(ticket.user_id, self.boss)

    def test_auto_assign_fails(self):
        """What fails is said on the ticket, and not tried again."""
        self.team.auto_assignment = False
        with mute_logger('odoo.addons.helpdesk_lite.models.sla.helpdesk_lite_sla_escalation_due'):
            ticket, line = self.escalate('auto_assign')
        done = self.env['helpdesk.lite.sla.escalation.done'].search(
            [('escalation_id', '=', line.id)])
        self.assertIn('does not assign tickets automatically', done.error)
        logged = [body for body in ticket.message_ids.mapped('body') if 'failed' in body]
        self.assertEqual(len(logged), 1)

    def test_failure_costs_nobody_else(self):
        self.team.auto_assignment = False
        able = self.make_team(
            name='Able', use_sla=True, resource_calendar_id=self.calendar.id,
            auto_assignment=True, member_ids=[Command.set(self.boss.ids)])
        policy = self.make_policy('first_response', 4)
        self.make_escalation(policy, 1, action='auto_assign')
        bad, good = self.make_at(at(0, 9)), self.make_at(
            at(0, 9), team=able, user_id=self.assignee.id)
        self.run_at(at(0, 13))
        self.assertEqual(good.user_id, self.boss)
        self.assertFalse(bad.user_id)

    def test_activity(self):
        """For the one who is named, else the assignee, else the administrators."""
        for vals, ticket_vals, users in (
            ({'user_id': self.boss.id}, {}, self.boss),
            ({}, {'user_id': self.assignee.id}, self.assignee),
            ({}, {}, self.manager),
        ):
            with self.subTest(users=users.name):
                ticket, _line = self.escalate('activity', ticket_vals, **vals)
                activities = ticket.activity_ids.filtered(
                    lambda activity: 'Escalated' in (activity.summary or ''))
                self.assertEqual(activities.user_id & users, users)
                self.assertEqual(len(activities), len(activities.user_id))

    def test_no_act_of_a_person(self):
        """An escalation is no activity: it doesn't keep a silent ticket open."""
        ticket, _line = self.escalate('priority', priority='3')
        self.assertEqual(ticket.last_activity_date, at(0, 9))

    def test_order(self):
        """What acts first may take the reason from what comes later."""
        policy = self.make_policy('first_response', 4, priority='0')
        self.make_escalation(policy, 1, action='priority', priority='3')
        self.make_escalation(policy, 0, 'after')
        ticket = self.make_at(at(0, 9), priority='0')
        self.run_at(at(0, 12))
        self.run_at(at(3))
        self.assertEqual(ticket.priority, '3')
        self.assertFalse(self.get_told(ticket))


@tagged('post_install', '-at_install')
class TestSlaEscalationLine(EscalationCommon):
    """Who makes lines, and what they must have."""

    def test_rights(self):
        policy = self.make_policy()
        line = self.make_escalation(policy)
        for user in (self.agent, self.employee, self.portal):
            for operation in ('read', 'write', 'create', 'unlink'):
                with self.assertRaises(AccessError):
                    line.with_user(user).check_access(operation)
        self.assertFalse(line.with_user(self.other_manager).search([('id', '=', line.id)]))
        for user in (self.manager, self.agent, self.portal):
            with self.assertRaises(AccessError):
                self.env['helpdesk.lite.sla.escalation.done'].with_user(user).search([])

    def test_what_an_action_needs(self):
        policy = self.make_policy()
        for action in ('notify_users', 'priority', 'assign'):
            with self.assertRaises(ValidationError):
                self.make_escalation(policy, action=action, user_ids=[])
        with self.assertRaises(ValidationError):
            self.make_escalation(policy, action='assign', user_id=self.employee.id)
        line = self.make_escalation(policy)
        line.write({'action': 'notify_assignee'})
        self.assertFalse(line.user_ids)

    def test_name(self):
        policy = self.make_policy()
        for hours, when, name in (
            (1.5, 'before', '1 h 30 min before the deadline: Tell users'),
            (2, 'after', '2 h after the deadline: Tell users'),
            (0, 'after', 'At the deadline: Tell users'),
        ):
            self.assertEqual(self.make_escalation(policy, hours, when).display_name, name)

    def test_copy(self):
        policy = self.make_policy()
        self.make_escalation(policy)
        self.assertEqual(len(policy.with_user(self.manager).copy().escalation_ids), 1)
