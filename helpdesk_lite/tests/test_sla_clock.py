from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .sla_common import SlaCommon, at


@tagged('post_install', '-at_install')
class TestSlaLife(SlaCommon):
    """One ticket and one promise: what happens, and where its clock stands then."""

    def test_first_answer(self):
        self.make_policy('first_response', 4)
        for moment, deadline in (
            (at(0, 9), at(0, 14)),        # over lunch
            (at(0, 15), at(1, 10)),       # over the night
            (at(4, 16), at(7, 11)),       # over the week-end
            (at(5, 3), at(7, 12)),        # comes in on a Saturday
        ):
            with self.subTest(moment=moment):
                clock = self.make_at(moment).sla_status_ids
                self.assertClock(clock, moment, state='ongoing', deadline=deadline)
                self.assertEqual(clock.ticket_id.sla_deadline, deadline)
                self.assertEqual(self.read_at(deadline, clock), ['ongoing'])
                self.assertEqual(self.read_at(deadline.replace(second=1), clock), ['failed'])

    def test_answered_in_time(self):
        self.make_policy('first_response', 4)
        ticket = self.make_at(at(0, 9))
        self.answer(ticket, at(0, 10), subtype_xmlid='mail.mt_note')
        clock = ticket.sla_status_ids
        self.assertClock(clock, at(0, 10), state='ongoing')
        self.answer(ticket, at(0, 11))
        self.assertClock(
            clock, at(9), state='reached', reached_datetime=at(0, 11), exceeded_hours=-2)
        self.assertFalse(ticket.sla_deadline)
        self.assertRecordValues(clock.event_ids, [
            {'kind': 'started', 'date': at(0, 9), 'minutes': 0, 'deadline': at(0, 14)},
            {'kind': 'reached', 'date': at(0, 11), 'minutes': 120, 'deadline': at(0, 14)}])

    def test_answered_late(self):
        self.make_policy('first_response', 4)
        ticket = self.make_at(at(0, 9))
        self.answer(ticket, at(0, 16))
        self.assertClock(
            ticket.sla_status_ids, at(0, 17), state='failed', reached_datetime=at(0, 16),
            exceeded_hours=2)
        self.assertEqual(ticket.sla_status_ids.event_ids.mapped('kind'), [
            'started', 'failed', 'reached'])
        self.assertTrue(ticket.sla_failed)

    def test_answer_taken_back(self):
        self.make_policy('first_response', 4)
        for follows, state in ((False, 'ongoing'), (True, 'reached')):
            with self.subTest(follows=follows):
                ticket = self.make_at(at(0, 9))
                message = self.answer(ticket, at(0, 10))
                if follows:
                    self.say(ticket, at(0, 10, 30))
                with freeze_time(at(0, 11)):
                    ticket.with_user(self.agent)._message_update_content(message, body='')
                    self.flush(ticket)
                self.assertClock(ticket.sla_status_ids, at(0, 11), state=state, deadline=at(0, 14))

    def test_every_answer(self):
        self.make_policy('next_response', 2)
        ticket = self.make_at(at(0, 9))
        self.assertFalse(ticket.sla_status_ids)
        self.answer(ticket, at(0, 10))
        self.assertFalse(ticket.sla_status_ids)
        self.say(ticket, at(0, 11))
        self.say(ticket, at(0, 11, 30))
        first = ticket.sla_status_ids
        self.assertClock(first, at(0, 12), state='ongoing', start_date=at(0, 11),
                         deadline=at(0, 14))
        self.answer(ticket, at(0, 13, 30))
        self.assertClock(first, at(1), state='reached', reached_datetime=at(0, 13, 30))
        self.say(ticket, at(1, 9))
        second = ticket.sla_status_ids - first
        self.assertClock(second, at(1, 9), state='ongoing', deadline=at(1, 11))
        self.write_at(ticket, at(1, 10), stage_id=self.stage_solved.id)
        self.assertClock(second, at(1, 10), state='cancelled', deadline=False)

    def test_close_paused_while_waiting(self):
        self.make_policy('closed', 8, pause_waiting=True)
        ticket = self.make_at(at(0, 9))
        clock = ticket.sla_status_ids
        self.assertClock(clock, at(0, 9), deadline=at(1, 9))
        self.answer(ticket, at(0, 11))
        self.assertClock(clock, at(0, 11), state='paused', deadline=False)
        self.assertFalse(ticket.sla_deadline)
        self.say(ticket, at(2, 8))
        self.assertClock(clock, at(2, 8), state='ongoing', deadline=at(2, 15))
        self.write_at(ticket, at(2, 10), stage_id=self.stage_solved.id)
        self.assertClock(clock, at(3), state='reached', exceeded_hours=-4)

    def test_reopened(self):
        self.make_policy('closed', 8)
        for days, states in ((7, ['ongoing']), (8, ['reached', 'ongoing'])):
            with self.subTest(days=days):
                ticket = self.make_at(at(0, 9))
                self.write_at(ticket, at(0, 11), stage_id=self.stage_solved.id)
                self.write_at(ticket, at(days, 8), stage_id=self.stage_new.id)
                clocks = ticket.sla_status_ids.sorted('id')
                self.assertEqual(self.read_at(at(days, 8), clocks), states)
                self.assertEqual(clocks[-1].deadline, at(days, 15) if days == 7 else at(days, 17))

    def test_stage(self):
        self.make_policy('stage', 2, stage_id=self.stage_progress.id)
        for stage in (self.stage_progress, self.stage_solved):
            ticket = self.make_at(at(0, 9))
            self.write_at(ticket, at(0, 10), stage_id=stage.id)
            self.assertClock(ticket.sla_status_ids, at(3), state='reached')

    def test_excluded_stage(self):
        self.make_policy('closed', 4, exclude_stage_ids=(self.stage_progress
                                                         | self.stage_solved).ids)
        ticket = self.make_at(at(0, 8))
        clock = ticket.sla_status_ids
        self.write_at(ticket, at(0, 9), stage_id=self.stage_progress.id)
        self.assertClock(clock, at(0, 9), state='paused')
        self.write_at(ticket, at(1, 9), stage_id=self.stage_new.id)
        self.assertClock(clock, at(1, 9), state='ongoing', deadline=at(1, 12))
        self.write_at(ticket, at(1, 10), stage_id=self.stage_solved.id)
        self.assertClock(clock, at(1, 10), state='cancelled')
        self.write_at(ticket, at(2, 10), stage_id=self.stage_new.id)
        self.assertClock(clock, at(2, 10), state='ongoing', deadline=at(2, 12))

    def test_priority_up_and_down(self):
        urgent = self.make_policy('closed', 2, priority='3', sequence=1)
        slow = self.make_policy('closed', 8, sequence=2)
        ticket = self.make_at(at(0, 8))
        first = ticket.sla_status_ids
        self.assertEqual(first.sla_id, slow)
        self.write_at(ticket, at(0, 9), priority='3')
        second = ticket.sla_status_ids - first
        self.assertEqual(second.sla_id, urgent)
        self.assertClock(first, at(0, 9), state='cancelled')
        self.assertClock(second, at(0, 9), state='ongoing', start_date=at(0, 8),
                         deadline=at(0, 10))
        self.write_at(ticket, at(0, 9, 30), priority='0')
        self.assertClock(second, at(0, 9, 30), state='cancelled')
        self.assertClock(first, at(0, 9, 30), state='ongoing', deadline=at(0, 17))
        self.write_at(ticket, at(0, 11), priority='3')
        self.assertClock(second, at(0, 11), state='failed')

    def test_merged_and_unmerged(self):
        self.make_policy('closed', 8)
        ticket, other = self.make_at(at(0, 8)), self.make_at(at(0, 8))
        with freeze_time(at(0, 9)):
            ticket._merge_into(other)
            self.flush(ticket)
        self.assertClock(ticket.sla_status_ids, at(0, 9), state='cancelled')
        with freeze_time(at(0, 10)):
            ticket.action_unmerge()
            self.flush(ticket)
        self.assertClock(ticket.sla_status_ids, at(0, 10), state='ongoing')

    def test_archived(self):
        self.make_policy('closed', 8)
        ticket = self.make_at(at(0, 8))
        self.write_at(ticket, at(0, 9), active=False)
        self.assertClock(ticket.sla_status_ids, at(0, 9), state='paused')
        self.write_at(ticket, at(1, 9), active=True)
        self.assertClock(ticket.sla_status_ids, at(1, 9), state='ongoing', deadline=at(1, 17))

    def test_holiday_is_made_while_the_clock_runs(self):
        self.make_policy('closed', 8)
        ticket = self.make_at(at(0, 9))
        with freeze_time(at(0, 10)):
            self.env['resource.calendar.leaves'].create({
                'name': 'Holiday', 'calendar_id': self.calendar.id, 'company_id': self.company.id,
                'date_from': at(1, 0), 'date_to': at(1, 23, 59)})
            self.flush(ticket)
        self.assertClock(ticket.sla_status_ids, at(0, 10), deadline=at(2, 9))
        self.assertEqual(ticket.sla_deadline, at(2, 9))

    def test_team_switches_off_and_on(self):
        self.make_policy('closed', 8)
        ticket = self.make_at(at(0, 8))
        self.write_at(self.team, at(0, 9), use_sla=False)
        self.assertClock(ticket.sla_status_ids, at(0, 9), state='cancelled')
        self.write_at(self.team, at(0, 10), use_sla=True)
        self.assertClock(ticket.sla_status_ids, at(0, 10), state='ongoing')

    def test_ledger_is_for_good(self):
        self.make_policy('closed', 8)
        clock = self.make_at(at(0, 8)).sla_status_ids
        for record in (clock, clock.event_ids):
            for work in (lambda r: r.write({'deadline': at(9)}), lambda r: r.unlink(),
                         lambda r: r.create({})):
                with self.assertRaises(UserError):
                    work(record)

    def test_policy_of_what_is_deleted(self):
        """It ends: without its only team, tag or customer it would be for every ticket."""
        tag = self.env['helpdesk.lite.tag'].create({'name': 'Gone'})
        team = self.make_team(name='Gone')
        partner = self.env['res.partner'].create({'name': 'Gone'})
        for name, record in (('tag_ids', tag), ('team_ids', team), ('partner_ids', partner)):
            with self.subTest(name=name):
                only = self.make_policy(**{name: record.ids})
                kept = self.make_policy(**{name: (record | record.copy({'name': 'Kept'})).ids})
                record.unlink()
                self.assertEqual((only | kept).mapped('active'), [False, True])

    def test_unanswered_message_before_a_closing_blocks_no_later_one(self):
        self.make_policy('next_response', 2)
        ticket = self.make_at(at(0, 9))
        self.answer(ticket, at(0, 10))
        self.say(ticket, at(0, 11))
        self.write_at(ticket, at(1, 15), stage_id=self.stage_solved.id)
        self.write_at(ticket, at(2, 9), stage_id=self.stage_new.id)
        self.say(ticket, at(2, 10))
        self.assertEqual(self.read_at(at(2, 10), ticket.sla_status_ids.sorted('id')), [
            'failed', 'ongoing'])
