import os
import random
from datetime import timedelta

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.helpdesk_lite.tools.answer_times import NAMES

from .sla_life_common import LifeCommon, when

# By hand more of them are told: SLA_LIVES=300 SLA_EVENTS=200 make test T=sla_random
LIVES = int(os.environ.get('SLA_LIVES', '6'))
EVENTS = int(os.environ.get('SLA_EVENTS', '25'))
SEED = int(os.environ.get('SLA_SEED', '1'))
MOMENTS = 20

VERBS = (
    ['chatter'] * 4 + ['customer'] * 5 + ['note', 'auto', 'phone', 'many', 'takeback', 'sync']
    + ['stage new', 'stage progress', 'stage solved'] * 3
    + ['priority 0', 'priority 3', 'tag Hot', 'tag none', 'partner clark', 'partner carla',
       'team second', 'team first', 'archive', 'archive no', 'merge', 'unmerge', 'unmerge',
       'fold progress', 'fold progress no', 'cron', 'cron', 'holiday'])
STATES = ('ongoing', 'paused', 'reached', 'failed', 'cancelled')


@tagged('post_install', '-at_install')
class TestSlaRandom(LifeCommon):
    """Whatever happens to a ticket: all ways to ask for a state agree, and ledgers add up."""

    def make_policies(self):
        for target, time in (
                ('first_response', 4), ('next_response', 2), ('stage', 3), ('closed', 8)):
            vals = {'target': target}
            if target == 'stage':
                vals['stage_id'] = self.stage_progress.id
            if target == 'closed':
                vals['pause_waiting'] = True
            self.make_policy(**vals, time=time / 2, priority='3', sequence=1)
            self.make_policy(
                **vals, time=time * 2, tag_ids=[Command.set(self.tags[0].ids)], sequence=2)
            self.make_policy(**vals, time=time, sequence=3, exclude_stage_ids=[
                Command.set(self.stage_progress.ids if target == 'next_response' else [])])
            self.make_policy(
                **vals, time=time, sequence=4, calendar='always',
                team_ids=[Command.set(self.second_team.ids)])

    def test_random_lives(self):
        self.make_policies()
        for life in range(LIVES):
            rnd = random.Random(f'{SEED} {life}')
            with self.subTest(life=life):
                self.tell_life(rnd)
            self.stage_progress.fold = False

    def tell_life(self, rnd):
        self.now = when('02 08:00') + timedelta(minutes=rnd.randrange(20000))
        self.story = {'last': None, 'vals': {'priority': rnd.choice('03')}}
        ticket = self.happen(None, 'in')
        told = []
        looks = sorted(rnd.sample(range(EVENTS), min(MOMENTS, EVENTS)))
        for event in range(EVENTS):
            # most follow each other, some after days; some in the same second
            before, self.now = self.now, self.now + timedelta(seconds=int(rnd.choice(
                (0, 1, 60, 3600, 7200, 86400)) * rnd.random() * 4))
            if event in looks:
                self.look(ticket, before + (self.now - before) * rnd.random(), told)
            verb = rnd.choice(VERBS)
            told.append(f'{self.now:%m-%d %H:%M:%S} {verb}')
            self.happen(ticket, verb)
            self.check_ledgers(ticket, told)
        self.check_answers(ticket, told)

    def happen(self, ticket, verb):
        """Let something happen, if it can now."""
        with freeze_time(self.now):
            name, *args = verb.split()
            if ticket and (
                    (ticket.merged_into_id and name not in ('unmerge', 'now', 'sync', 'cron'))
                    or (name == 'unmerge' and not ticket.merged_into_id)
                    or (name == 'takeback' and not (
                        self.story['last'] and self.story['last'].body))):
                return ticket
            if name == 'holiday':
                args = [f'{self.now + timedelta(days=3):%m-%d}']
            done = getattr(self, f'_do_{name}')(ticket, *args)
            ticket = ticket or done
            self.flush(ticket)
        return ticket

    def look(self, ticket, moment, told):
        """The state as it is read, found and grouped at a moment."""
        moment = moment.replace(microsecond=0)
        with freeze_time(moment):
            self.env.invalidate_all()
            clocks = ticket.sla_status_ids
            Status, own = self.env['helpdesk.lite.sla.status'], [('ticket_id', '=', ticket.id)]
            read = dict(zip(clocks.ids, clocks.mapped('state'), strict=True))
            found = {
                clock_id: state for state in STATES
                for clock_id in Status.search([*own, ('state', '=', state)]).ids}
            grouped = {
                clock_id: state for state, group in Status._read_group(
                    own, ['state'], ['id:recordset']) for clock_id in group.ids}
            stored = dict(self.env.execute_query(self.tell_state(ticket, moment)))
            self.assertEqual(read, found, told)
            self.assertEqual(read, grouped, told)
            self.assertEqual(read, stored, told)
            for name in ('sla_failed', 'sla_reached'):
                for value in (True, False):
                    self.assertEqual(
                        ticket[name] is value, bool(ticket.with_context(
                            active_test=False).search_count([
                                ('id', '=', ticket.id), (name, '=', value)])), told)

    def tell_state(self, ticket, moment):
        """The same by a statement of the test's own."""
        return SQL(
            """SELECT id, CASE WHEN state = 'ongoing' AND deadline < %s THEN 'failed'
                               ELSE state END
                 FROM helpdesk_lite_sla_status WHERE ticket_id = %s""", moment, ticket.id)

    def check_ledgers(self, ticket, told):
        self.env.invalidate_all()
        with freeze_time(self.now):
            clocks = ticket.sla_status_ids
            for clock in clocks:
                rows = clock.event_ids
                self.assertEqual(sum(rows.mapped('minutes')), round(clock.spent / 60), told)
                self.assertEqual(rows.mapped('date'), sorted(rows.mapped('date')), told)
                self.assertTrue(all(row.minutes >= 0 for row in rows), told)
                self.assertEqual(rows[0].kind, 'started')
                self.assertFalse(clock.start_date > rows[0].date)
            for target in ('first_response', 'stage', 'closed'):
                self.assertLessEqual(len(clocks.filtered(
                    lambda clock, target=target: clock.target == target
                    and clock.state in ('ongoing', 'paused'))), 1, told)
            ongoing = clocks.filtered(lambda clock: (
                    clock.deadline and not clock.reached_datetime and clock.why != 'settled'))
            self.assertEqual(
                ticket.sla_deadline, min(ongoing.mapped('deadline'), default=False), told)

    def check_answers(self, ticket, told):
        """What was added up event by event is what a count of the whole life comes to."""
        if ticket.merged_into_id:
            return
        with freeze_time(self.now), self.env.cr.savepoint() as savepoint:
            self._do_cron(ticket)
            self.flush(ticket)
            before = {name: ticket[name] for name in NAMES}
            ticket._recount_answers()
            self.flush(ticket)
            after = {name: ticket[name] for name in NAMES}
            savepoint.rollback()
        for name, value in after.items():
            if isinstance(value, float):
                self.assertAlmostEqual(before[name], value, 6, (name, told))
            else:
                self.assertEqual(before[name], value, (name, told))
