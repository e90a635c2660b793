from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import tagged

from odoo.addons.helpdesk_lite.tools import snooze

from .sla_common import SlaCommon, at


@tagged('post_install', '-at_install')
class TestSnooze(SlaCommon):
    """Tickets that are put off, on working days from 8 to 12 and from 13 to 17."""

    def snooze(self, ticket, moment, until, user=None):
        self.write_at(ticket, moment, user or self.agent, snooze_until=until)

    def run_cron(self, moment):
        self.env.cr.flush()
        with freeze_time(moment), self.enter_registry_test_mode():
            self.env.ref('helpdesk_lite.ir_cron_wake_tickets').method_direct_trigger()
        self.env.invalidate_all()

    def get_notices(self, tickets):
        return self.env['mail.message'].search([
            ('message_type', '=', 'user_notification'), ('author_id', '=', self.env.ref(
                'base.partner_root').id), ('subject', 'ilike', 'woke'),
            '|', ('res_id', 'in', tickets.ids), ('res_id', 'in', (0, False))])

    # ------------------------------------------------------------------
    # Choices
    # ------------------------------------------------------------------

    def test_choices(self):
        """Monday is day 0; the team opens at 8."""
        for choice, now, expected in (
                ('later', at(0, 9), at(0, 12)), ('later', at(0, 11), at(0, 15)),
                ('later', at(4, 16), at(7, 10)), ('later', at(5, 12), at(7, 11)),
                ('tomorrow', at(0, 9), at(1)), ('tomorrow', at(0, 7), at(1)),
                ('tomorrow', at(4, 9), at(7)), ('monday', at(0, 9), at(7)),
                ('monday', at(6, 9), at(7)), ('week', at(2, 9), at(9)),
                ('week', at(5, 9), at(14))):
            with self.subTest(choice=choice, now=now), freeze_time(now):
                self.assertEqual(self.team._get_wake_time(choice), expected)

    def test_round_the_clock(self):
        """Without working hours a day begins at nine, by the user's clock."""
        team = self.make_team(resource_calendar_id=False).with_user(self.agent)
        self.agent.tz = 'Asia/Seoul'
        for choice, expected in (
                ('later', at(0, 23)), ('tomorrow', at(2, 0)), ('monday', at(7, 0)),
                ('week', at(8, 0))):
            with self.subTest(choice=choice), freeze_time(at(0, 20)):  # it is Tuesday there
                self.assertEqual(team._get_wake_time(choice), expected)

    def test_holiday(self):
        self.env['resource.calendar.leaves'].create({
            'name': 'Holiday', 'calendar_id': self.calendar.id, 'company_id': self.company.id,
            'date_from': at(1, 0), 'date_to': at(2, 0)})
        with freeze_time(at(0, 9)):
            self.assertEqual(self.team._get_wake_time('tomorrow'), at(2))

    def test_past_is_refused(self):
        ticket = self.make_at(at(), user_id=self.agent.id)
        for moment in (at(0, 8), at(0, 9)):
            with freeze_time(at(0, 9)), self.assertRaisesRegex(UserError, 'is past'):
                ticket.with_user(self.agent).write({'snooze_until': moment})
        with freeze_time(at(0, 9)), self.assertRaisesRegex(UserError, 'is past'):
            self.make_ticket(snooze_until=at(0, 8))

    def test_closed_is_refused(self):
        ticket = self.make_at(at(), stage_id=self.stage_solved.id)
        with freeze_time(at(0, 9)), self.assertRaisesRegex(UserError, 'closed ticket'):
            ticket.with_user(self.agent).write({'snooze_until': at(1)})

    # ------------------------------------------------------------------
    # Waking
    # ------------------------------------------------------------------

    def test_log(self):
        ticket = self.make_at(at())
        count = len(ticket.message_ids)
        self.snooze(ticket, at(0, 9), at(1))
        self.assertEqual(len(ticket.message_ids), count + 1)
        self.assertIn('Snoozed until 3/3/26', ticket.message_ids[0].body)
        self.assertEqual(ticket.snooze_user_id, self.agent)

    def test_wakes_once(self):
        """The assignee is told once; nobody's ticket wakes for who snoozed it."""
        own = self.make_at(at(), user_id=self.assignee.id)
        alone = self.make_at(at())
        late = self.make_at(at(), user_id=self.assignee.id)
        for ticket, until in ((own, at(1)), (alone, at(1)), (late, at(2))):
            self.snooze(ticket, at(0, 9), until)
        self.run_cron(at(1) - timedelta(minutes=1))
        self.assertEqual(own.snooze_until, at(1))
        for minutes in (0, 5):
            self.run_cron(at(1, 8, minutes))
        self.assertFalse((own + alone).filtered('snooze_until'))
        self.assertTrue(late.snooze_until)
        notices = self.get_notices(own + alone)
        self.assertEqual(
            {(notice.res_id, notice.notified_partner_ids) for notice in notices},
            {(own.id, self.assignee.partner_id), (alone.id, self.agent.partner_id)})
        self.assertEqual(len(notices), 2)

    def test_many_wake_by_one_notice(self):
        with freeze_time(at()):
            tickets = self.make_tickets(12, user_id=self.assignee.id)
            tickets.with_user(self.agent)._snooze('tomorrow')
        self.run_cron(at(1, 8))
        notices = self.env['mail.message'].search([('subject', '=', '12 tickets woke up')])
        self.assertEqual(notices.notified_partner_ids, self.assignee.partner_id)
        self.assertEqual(len(notices), 1)

    def test_nobody_is_told_of_what_they_may_not_see(self):
        ticket = self.make_at(at())
        self.snooze(ticket, at(0, 9), at(1))
        ticket.team_id = self.team_private
        self.run_cron(at(1, 8))
        self.assertFalse(ticket.snooze_until)
        self.assertFalse(self.get_notices(ticket))

    def test_customer_wakes(self):
        """Snooze it again until the former moment in one click, or for as long."""
        ticket = self.make_at(at(), user_id=self.agent.id)
        self.snooze(ticket, at(0, 9), at(4))
        self.say(ticket, at(1, 9))
        self.assertFalse(ticket.snooze_until)
        self.assertIn('The customer woke', ''.join(ticket.message_ids.mapped('body')))
        with freeze_time(at(1, 10)):
            self.assertEqual(ticket.snooze_again_until, at(4))
            ticket.with_user(self.agent).action_snooze_again()
            self.flush(ticket)
            self.assertEqual(ticket.snooze_until, at(4))
        self.run_cron(at(4))
        with freeze_time(at(4, 10)):  # it slept from Tuesday 10 to Friday 8
            ticket.invalidate_recordset()
            self.assertEqual(ticket.snooze_again_until, at(7, 8))
        self.answer(ticket, at(4, 11))
        self.assertFalse(ticket.snooze_again_until)

    def test_others_dont_wake(self):
        """Neither an answer nor a note is the customer's word."""
        ticket = self.make_at(at())
        self.snooze(ticket, at(0, 9), at(4))
        self.answer(ticket, at(1, 9))
        self.answer(ticket, at(1, 9), subtype_xmlid='mail.mt_note')
        self.assertEqual(ticket.snooze_until, at(4))

    def test_closing_wakes(self):
        for vals in ({'stage_id': self.stage_solved.id},
                     {'stage_id': self.stage_solved.id, 'snooze_until': at(5)}):
            ticket = self.make_at(at())
            self.snooze(ticket, at(0, 9), at(4))
            self.write_at(ticket, at(1, 9), self.agent, **vals)
            self.assertFalse(ticket.snooze_until)
            self.assertFalse(ticket.snooze_again_until)
        ticket = self.make_at(at(), stage_id=self.stage_progress.id)
        self.snooze(ticket, at(0, 9), at(4))
        with freeze_time(at(0, 10)):
            self.stage_progress.fold = True
            self.flush(ticket)
        self.assertFalse(ticket.snooze_until)

    def test_merging_wakes(self):
        ticket, other = self.make_at(at()), self.make_at(at())
        self.snooze(ticket, at(0, 9), at(4))
        with freeze_time(at(0, 10)):
            ticket.with_user(self.agent)._merge_into(other)
            self.flush(ticket)
        self.assertTrue(ticket.merged_into_id)
        self.assertFalse(ticket.snooze_until)

    def test_wake_up_by_hand(self):
        ticket = self.make_at(at())
        self.snooze(ticket, at(0, 9), at(4))
        with freeze_time(at(0, 10)):
            ticket.with_user(self.agent).action_wake_up()
            self.flush(ticket)
        self.assertFalse(ticket.snooze_until)
        self.assertFalse(ticket.snooze_again_until)

    # ------------------------------------------------------------------
    # Rights, selections, automatic closing
    # ------------------------------------------------------------------

    def test_rights(self):
        ticket = self.make_ticket(self.team_private)
        for user in (self.agent, self.employee, self.portal):
            with self.assertRaises(AccessError):
                ticket.with_user(user).write({'snooze_until': datetime(2099, 1, 1)})
            with self.assertRaises(AccessError):
                self.env['helpdesk.lite.ticket.snooze'].with_user(user).create(
                    {'ticket_ids': ticket.ids}).action_later()
        with self.assertRaisesRegex(UserError, 'kept by the system'):
            self.make_ticket().with_user(self.agent).write({'snooze_user_id': self.agent.id})

    def test_selection(self):
        """200 tickets in few queries; closed ones of a selection are left alone."""
        with freeze_time(at()):
            tickets = self.make_tickets(200)
            closed = self.make_ticket(stage_id=self.stage_solved.id)
            wizard = self.env['helpdesk.lite.ticket.snooze'].with_user(self.agent).create(
                {'ticket_ids': (tickets + closed).ids})
            self.assertEqual(wizard.monday_date, at(7))
            with self.assert_queries(40, self.env):
                wizard.action_monday()
        self.assertEqual(set(tickets.mapped('snooze_until')), {at(7)})
        self.assertFalse(closed.snooze_until)

    def test_filters(self):
        """Out of My Tickets until it wakes, in the strip's count until then."""
        ticket = self.make_at(at(), user_id=self.agent.id)
        self.snooze(ticket, at(0, 9), at(1))
        for moment, count in ((at(0, 10), 1), (at(1, 9), 0)):
            with freeze_time(moment):
                self.env.invalidate_all()
                strip = self.team.with_user(self.agent).personal_strip
                self.assertEqual(strip['snoozed'], count)

    def test_auto_close_waits(self):
        """A ticket that waits on purpose isn't closed, nor on the day on which it wakes."""
        self.team.write({
            'auto_close_ticket': True, 'auto_close_day': 7, 'to_stage_id': self.stage_solved.id,
            'from_stage_ids': self.stage_new.ids})
        ticket = self.make_at(at())
        self.snooze(ticket, at(0, 9), at(14))
        domain = [('id', '=', ticket.id)]
        for moment, due, deadline in (
                (at(10), False, False), (at(14), False, at(21)), (at(21), True, at(21))):
            self.run_cron(moment)
            with freeze_time(moment):
                found = ticket.search(self.team._get_closing_domain(moment) & Domain(domain))
                self.assertEqual(bool(found), due, moment)
                self.assertEqual(ticket.auto_close_deadline, deadline)

    # ------------------------------------------------------------------
    # Clocks
    # ------------------------------------------------------------------

    def get_ledger(self, clock):
        return [(event.kind, event.minutes) for event in clock.event_ids.sorted('id')]

    def test_clock_pauses(self):
        """Eight hours from Monday 9 on: 60 minutes run, then it sleeps until Thursday 8."""
        self.make_policy('closed', 8, pause_snoozed=True)
        ticket = self.make_at(at(0, 9))
        clock = ticket.sla_status_ids
        self.snooze(ticket, at(0, 10), at(3))
        self.assertClock(clock, at(0, 11), state='paused', deadline=False)
        self.assertIn('snoozed until 3/5/26', clock.event_ids.sorted('id')[-1].reason)
        self.run_cron(at(3, 8, 4))
        self.assertClock(clock, at(3, 8, 4), state='ongoing', deadline=at(3, 16))
        self.assertEqual(self.get_ledger(clock), [('started', 0), ('paused', 60), ('resumed', 0)])
        self.assertEqual(clock.event_ids.sorted('id')[-1].date, at(3, 8))
        self.write_at(ticket, at(3, 10), stage_id=self.stage_solved.id)
        self.assertClock(clock, at(3, 10), state='reached', exceeded_hours=-5)

    def test_clock_wakes_early(self):
        self.make_policy('closed', 8, pause_snoozed=True)
        ticket = self.make_at(at(0, 9))
        self.snooze(ticket, at(0, 10), at(3))
        self.say(ticket, at(1, 10))
        clock = ticket.sla_status_ids
        self.assertClock(clock, at(1, 10), state='ongoing', deadline=at(2, 9))
        self.assertEqual(self.get_ledger(clock), [('started', 0), ('paused', 60), ('resumed', 0)])

    def test_clock_before_the_job(self):
        """What happens between the moment and the job finds the clock as it should run."""
        self.make_policy('closed', 8, pause_snoozed=True)
        ticket = self.make_at(at(0, 9))
        self.snooze(ticket, at(0, 10), at(3))
        self.write_at(ticket, at(3, 9), stage_id=self.stage_progress.id)
        self.run_cron(at(3, 10))
        self.assertClock(
            ticket.sla_status_ids, at(3, 10), state='ongoing', deadline=at(3, 16))

    def test_other_clocks_run(self):
        self.make_policy('closed', 8)
        self.make_policy('first_response', 2)
        ticket = self.make_at(at(0, 9))
        self.snooze(ticket, at(0, 10), at(3))
        self.assertEqual(
            set(ticket.sla_status_ids.mapped('deadline')), {at(1, 9), at(0, 11)})

    def test_clock_of_another_policy(self):
        """A policy that matches later doesn't count the sleep either."""
        self.make_policy('closed', 8, pause_snoozed=True, priority='3')
        self.make_policy('closed', 16, pause_snoozed=True)
        ticket = self.make_at(at(0, 9))
        self.snooze(ticket, at(0, 10), at(3))
        self.run_cron(at(3))
        self.write_at(ticket, at(3, 9), self.agent, priority='3')
        clock = ticket.sla_status_ids.sorted('id')[-1]
        self.assertClock(clock, at(3, 9), state='ongoing', deadline=at(3, 16))


@tagged('post_install', '-at_install')
class TestSnoozeTools(SlaCommon):

    def test_again(self):
        table = self.team._get_timetable()
        for former, now, expected in (
                (at(2), at(1), at(2)),  # woken early
                (at(1), at(1, 9), at(2, 9)), (at(1), at(4, 9), at(7)),
                (at(1), at(1, 12, 30), at(2, 13))):
            self.assertEqual(snooze.get_again(former, at(0), now, table, 'UTC'), expected)
