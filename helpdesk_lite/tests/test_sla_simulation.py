from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.helpdesk_lite.wizard import helpdesk_lite_sla_simulation as simulation

from .sla_common import SlaCommon, at

NOW = at(20)


@tagged('post_install', '-at_install')
class TestSlaSimulation(SlaCommon):
    """Policies tried on tickets whose outcome was worked out by hand, and on what really was."""

    def simulate(self, policy, days='30', now=NOW, user=None):
        with freeze_time(now):
            wizard = self.env['helpdesk.lite.sla.simulation'].with_user(
                user or self.manager).create({'sla_id': policy.id, 'days': days})
            wizard.action_try()
        return wizard

    def get_worst(self, wizard):
        return {line.ticket_id: round(line.hours_late, 4) for line in wizard.worst_ids}

    def tell(self, story, **vals):
        """A ticket with its story: ``[(what, moment)]``."""
        ticket = self.make_at(at(0, 9), **vals)
        for what, moment in story:
            if what in ('answer', 'say'):
                getattr(self, what)(ticket, moment)
            else:
                self.write_at(ticket, moment, stage_id=(
                    self.stage_solved if what == 'close' else self.stage_new).id)
        return ticket

    def assertOutcome(self, policy, ticket, reached, failed, hours_late=None):
        """Check the outcome of a ticket that is alone, also against its real clocks."""
        wizard = self.simulate(policy)
        self.assertRecordValues(wizard, [
            {'is_done': True, 'reached_count': reached, 'failed_count': failed}])
        self.assertEqual(
            self.get_worst(wizard), {ticket: hours_late} if hours_late is not None else {})
        states = self.read_at(NOW, ticket.sla_status_ids)
        self.assertEqual((states.count('reached'), states.count('failed')), (reached, failed))
        self.write_at(ticket, NOW, active=False)

    def test_first_answer(self):
        policy = self.make_policy('first_response', 4)
        for story, reached, failed, late in (
            ([('answer', at(0, 11))], 1, 0, None),
            ([('answer', at(0, 14))], 1, 0, None),        # the deadline
            ([('answer', at(0, 16))], 0, 1, 2),
            ([('say', at(0, 10)), ('answer', at(1, 9))], 0, 1, 4),  # 14 to 17, 8 to 9
            ([], 0, 1, 115),                              # until now: 3, 32, 40 and 40 hours
        ):
            with self.subTest(story=story):
                self.assertOutcome(policy, self.tell(story), reached, failed, late)

    def test_every_answer(self):
        policy = self.make_policy('next_response', 2)
        for story, reached, failed, late in (
            ([('answer', at(0, 10))], 0, 0, None),
            ([('answer', at(0, 10)), ('say', at(1, 9)), ('answer', at(1, 10)),
              ('say', at(2, 9)), ('say', at(2, 10)), ('answer', at(2, 15))], 1, 1, 3),
            # closed without an answer: nothing waits any more
            ([('answer', at(0, 10)), ('say', at(1, 9)), ('close', at(1, 10))], 0, 0, None),
        ):
            with self.subTest(story=story):
                self.assertOutcome(policy, self.tell(story), reached, failed, late)

    def test_close(self):
        policy = self.make_policy('closed', 8)
        for story, reached, failed, late in (
            ([('close', at(1, 9))], 1, 0, None),
            ([('close', at(1, 10))], 0, 1, 1),
            # reopened within 7 days: 2 hours are spent, 6 are left of Tuesday, until 15
            ([('close', at(0, 11)), ('open', at(1, 8)), ('close', at(2, 16))], 0, 1, 9),
            # after that a new promise begins
            ([('close', at(0, 11)), ('open', at(8, 8)), ('close', at(8, 10))], 2, 0, None),
        ):
            with self.subTest(story=story):
                self.assertOutcome(policy, self.tell(story), reached, failed, late)

    def test_close_paused_while_waiting(self):
        policy = self.make_policy('closed', 8, pause_waiting=True)
        for hour, reached, failed, late in ((15, 1, 0, None), (16, 0, 1, 1)):
            story = [('answer', at(0, 11)), ('say', at(2, 8)), ('close', at(2, hour))]
            self.assertOutcome(policy, self.tell(story), reached, failed, late)

    def test_running_archived_merged_and_old(self):
        policy = self.make_policy('first_response', 4)
        running = self.make_at(at(18, 16))  # until Monday
        archived, merged, old = self.make_at(at(0, 9)), self.make_at(at(0, 9)), self.make_at(
            NOW - timedelta(days=31))
        self.write_at(archived, at(0, 10), active=False)
        with freeze_time(at(18, 17)):
            merged._merge_into(running)
            self.flush(merged)
        self.assertRecordValues(self.simulate(policy), [
            {'ticket_count': 1, 'reached_count': 0, 'failed_count': 0}])
        self.assertEqual(self.get_worst(self.simulate(policy, '90')).keys(), {old})

    def test_criteria(self):
        """The tickets that fit the policy today, by each criterion."""
        tag = self.env['helpdesk.lite.tag'].create({'name': 'VIP'})
        company = self.env['res.partner'].create({'name': 'Firm', 'is_company': True})
        self.customer.parent_id = company
        other = self.make_team(name='Other', resource_calendar_id=self.calendar.id)
        plain = self.make_at(at(0, 9), partner_id=self.portal.partner_id.id)
        tickets = {
            'team': self.make_at(at(0, 9), team=other, partner_id=self.portal.partner_id.id),
            'priority': self.make_at(
                at(0, 9), priority='3', partner_id=self.portal.partner_id.id),
            'tag': self.make_at(
                at(0, 9), tag_ids=tag.ids, partner_id=self.portal.partner_id.id),
            'partner': self.make_at(at(0, 9)),
        }
        for name, vals in (
            ('team', {'team_ids': other.ids}), ('tag', {'tag_ids': tag.ids}),
            ('priority', {'priority': '2', 'priority_or_higher': True}),
            ('partner', {'partner_ids': company.ids}),
        ):
            wizard = self.simulate(self.make_policy('first_response', 4, **vals))
            self.assertEqual(wizard.worst_ids.ticket_id, tickets[name], name)
        self.assertEqual(self.simulate(
            self.make_policy('first_response', 4)).worst_ids.ticket_id,
            plain.union(*tickets.values()))

    def test_by_team_and_week(self):
        self.patch(simulation, 'BATCH', 2)
        other = self.make_team(name='Zulu', resource_calendar_id=self.calendar.id)
        policy = self.make_policy('first_response', 4)
        for day, team, answered in (
                (0, self.team, True), (4, self.team, False), (6, self.team, False),
                (7, self.team, True), (8, other, False)):
            ticket = self.make_at(at(day, 9), team=team)
            if answered:
                self.answer(ticket, at(day, 10))
        lines = self.simulate(policy).line_ids
        self.assertRecordValues(lines.sorted(lambda line: (line.team_id.id, line.week)), [
            {'team_id': self.team.id, 'week': date(2026, 3, 2), 'reached_count': 1,
             'failed_count': 2},
            {'team_id': self.team.id, 'week': date(2026, 3, 9), 'reached_count': 1,
             'failed_count': 0},
            {'team_id': other.id, 'week': date(2026, 3, 9), 'reached_count': 0,
             'failed_count': 1}])

    def test_twenty_worst(self):
        self.patch(simulation, 'WORST', 2)
        policy = self.make_policy('first_response', 4)
        tickets = [self.make_at(at(day, 9)) for day in (2, 0, 1)]
        worst = self.simulate(policy).worst_ids
        self.assertEqual(worst.mapped('ticket_id'), tickets[1] + tickets[2])
        self.assertEqual(worst.mapped('deadline'), [at(0, 14), at(1, 14)])

    def test_round_the_clock_and_own_hours(self):
        for vals, late in (({'calendar': 'always'}, 1), (
                {'calendar': 'own', 'resource_calendar_id': self.calendar.id}, 0)):
            policy = self.make_policy('first_response', 4, **vals)
            ticket = self.tell([('answer', at(0, 13, 30))])
            self.assertEqual(self.simulate(policy).failed_count, late)
            policy.active = False
            self.write_at(ticket, at(9), active=False)

    def test_nothing_is_stored(self):
        policy = self.make_policy('first_response', 4)
        policy.active = False
        ticket = self.tell([('answer', at(0, 16))])
        before = ticket.read()
        self.assertEqual(self.simulate(policy).failed_count, 1)
        self.assertFalse(ticket.sla_status_ids)
        ticket.invalidate_recordset()
        self.assertEqual(ticket.read(), before)

    def test_stage(self):
        policy = self.make_policy('stage', 4, stage_id=self.stage_progress.id)
        with self.assertRaises(UserError):
            self.simulate(policy)

    def test_again(self):
        policy = self.make_policy('first_response', 4)
        self.make_at(at(0, 9))
        wizard = self.simulate(policy)
        with freeze_time(NOW):
            wizard.action_try()
        self.assertEqual((len(wizard.line_ids), len(wizard.worst_ids)), (1, 1))

    def test_rights(self):
        policy = self.make_policy('first_response', 4)
        wizard = self.simulate(policy)
        for user in (self.agent, self.employee, self.portal):
            with self.assertRaises(AccessError):
                self.simulate(policy, user=user)
        for user in (self.agent, self.other_manager):
            with self.assertRaises(AccessError):
                wizard.with_user(user).action_try()
        with self.assertRaises(AccessError):
            self.simulate(policy, user=self.other_manager)

    def test_cost(self):
        """Constant queries for a thousand tickets."""
        policy = self.make_policy('first_response', 4)
        counts = []
        for more in (1, 5, 45):
            self.make_tickets(more, partner_id=self.customer.id)
            self.env.cr.flush()
            wizard = self.env['helpdesk.lite.sla.simulation'].with_user(self.manager).create(
                {'sla_id': policy.id})
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            wizard.action_try()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])
