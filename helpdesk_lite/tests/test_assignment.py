from collections import Counter
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, users

from ..models.assignment import helpdesk_lite_team_turn
from .common_assignment import NOON, AssignmentCommon, at


class TestMethods(AssignmentCommon):
    """Whose turn it is."""

    def test_randomly_takes_turns(self):
        """Never assigned first, then the one whose last turn is longest ago."""
        self.assertEqual(self.assign(NOON, 7), [
            self.anna, self.bora, self.carl, self.anna, self.bora, self.carl, self.anna])
        self.assertEqual(self.assign(NOON), [self.bora])

    def test_order_is_no_time_stamp(self):
        """All in the same second: the order of assignments decides all the same."""
        got = [self.assign(NOON)[0] for _index in range(6)]
        self.assertEqual(got, [*self.members, *self.members])

    def test_closed_tickets_count_alike(self):
        self.assign(NOON, 3, stage_id=self.stage_solved.id)
        self.assertEqual(self.assign(NOON), [self.anna])

    def test_by_hand_does_not_count(self):
        self.assertEqual(self.assign(NOON, user_id=self.anna.id), [self.anna])
        self.desk.ticket_ids.user_id = self.bora
        self.assertEqual(self.assign(NOON), [self.anna])

    def test_no_catching_up(self):
        """Who was away while the others got ten gets one first, and then takes their turn."""
        leave = self.make_leave(self.make_resource(self.anna), '03-04 08:00', '03-04 10:00')
        self.assign('03-04 09:00', 10)
        self.assertTrue(leave)
        got = self.assign(NOON, 6)
        self.assertEqual(got[0], self.anna)
        self.assertEqual(Counter(got), dict.fromkeys(self.members, 2))

    def test_late_joiner(self):
        """Who joins late gets the next one, and no more than the others after it."""
        self.assign(NOON, 30)
        self.desk.member_ids += self.assignee
        got = self.assign(NOON, 8)
        self.assertEqual(got[0], self.assignee)
        self.assertEqual(set(Counter(got).values()), {2})

    def test_turns_are_the_team_s_own(self):
        other = self.make_team(
            auto_assignment=True, member_ids=[Command.set(self.members.ids)])
        self.assign(NOON)
        self.assertEqual(self.assign(NOON, team=other), [self.anna])

    def test_several_teams_in_one_call(self):
        """Each team takes its own turns."""
        other = self.make_team(
            auto_assignment=True, member_ids=[Command.set(self.members.ids)])
        off = self.make_team(member_ids=[Command.set(self.members.ids)])
        with freeze_time(at(NOON)):
            tickets = self.env['helpdesk.lite.ticket'].create([
                {'name': 'x', 'team_id': team.id}
                for team in (self.desk, other, off, self.desk, other)])
        self.assertEqual([ticket.user_id for ticket in tickets], [
            self.anna, self.anna, self.env['res.users'], self.bora, self.bora])

    def test_rolled_back_creation_takes_no_turn(self):
        self.assign(NOON)
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.assertEqual(self.assign(NOON), [self.bora])
            raise ZeroDivisionError
        self.assertEqual(self.assign(NOON), [self.bora])

    def test_more_turns_than_marks(self):
        """A transaction that may mark no more turns reads its own ones, also after a flush."""
        with patch.object(helpdesk_lite_team_turn, 'MARKS_PER_TRANSACTION', 2):
            turns = []
            for _index in range(9):
                turns += self.assign(NOON)
                self.env.cr.flush()
            self.assertEqual(turns, [*self.members] * 3)
        self.env.cr.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock'"
            ' AND pid = pg_backend_pid()')
        self.assertEqual(self.env.cr.fetchone(), (2,))

    def test_forgetting_old_turns(self):
        """Only the last turns decide: the others are cleaned up."""
        for _index in range(5):
            self.assign(NOON)
        turns = self.env['helpdesk.lite.team.turn']
        turns._gc_turns()
        self.assertEqual(turns.search_count([('team_id', '=', self.desk.id)]), 3)
        self.assertEqual(self.assign(NOON), [self.carl])

    def test_balanced(self):
        """The fewest open tickets in all teams of the company; ties by longest ago."""
        self.desk.assign_method = 'balanced'
        self.make_ticket(self.team, user_id=self.anna.id)
        self.make_ticket(self.team, user_id=self.anna.id)
        self.make_ticket(self.team_private, user_id=self.bora.id)
        self.make_ticket(self.team, user_id=self.carl.id, stage_id=self.stage_solved.id)
        self.make_ticket(self.team, user_id=self.carl.id, active=False)
        self.assertEqual(self.assign(NOON, 3), [self.carl, self.bora, self.carl])
        self.assertEqual(self.assign(NOON, 3), [self.anna, self.bora, self.carl])

    def test_balanced_ignores_other_companies(self):
        self.desk.assign_method = 'balanced'
        self.members.company_ids += self.other_company
        for _index in range(3):
            self.make_ticket(self.other_team, user_id=self.anna.id)
        self.assertEqual(self.assign(NOON), [self.anna])

    def test_balanced_over_teams_of_one_call(self):
        """What one team gives in a call is a load in the other."""
        other = self.make_team(
            auto_assignment=True, assign_method='balanced',
            member_ids=[Command.set(self.members.ids)])
        self.desk.assign_method = 'balanced'
        with freeze_time(at(NOON)):
            tickets = self.env['helpdesk.lite.ticket'].create([
                {'name': 'x', 'team_id': team.id} for team in [self.desk] * 4 + [other] * 5])
        self.assertEqual(set(Counter(t.user_id for t in tickets).values()), {3})

    def test_balanced_with_assignees_given(self):
        """What the same call assigns by hand is a load, but not what is closed or archived."""
        self.desk.assign_method = 'balanced'
        given = [
            {'user_id': self.anna.id}, {'user_id': self.bora.id, 'stage_id': self.stage_solved.id},
            {'user_id': self.bora.id, 'active': False},
            {'user_id': self.carl.id, 'team_id': self.other_team.id}]
        self.carl.company_ids += self.other_company
        with freeze_time(at(NOON)):
            tickets = self.env['helpdesk.lite.ticket'].create([
                {'name': 'x', 'team_id': self.desk.id, **vals} for vals in [{}, {}, {}, *given]])
        self.assertEqual(
            [ticket.user_id for ticket in tickets[:3]], [self.bora, self.carl, self.anna])

    def test_archived_count_nowhere_whoever_asks(self):
        """Also not for a screen that shows archived records."""
        self.desk.assign_method = 'balanced'
        self.make_tickets(3, user_id=self.anna.id, active=False)
        resource = self.make_resource(self.bora)
        self.make_leave(resource, '03-01 00:00', '03-08 00:00')
        resource.active = False
        with freeze_time(at(NOON)):
            tickets = self.env['helpdesk.lite.ticket'].with_context(active_test=False).create(
                [{'name': 'x', 'team_id': self.desk.id} for _index in range(2)])
        self.assertEqual([ticket.user_id for ticket in tickets], [self.anna, self.bora])

    def test_balanced_closed_tickets_are_no_load(self):
        self.desk.assign_method = 'balanced'
        self.assign(NOON, 2, stage_id=self.stage_solved.id)
        self.assertEqual(self.assign(NOON, 3), [self.carl, self.anna, self.bora])


class TestMembers(AssignmentCommon):
    """Who can be chosen."""

    def test_empty_list(self):
        """Everybody with a right for Helpdesk who may see the team and its company."""
        self.desk.member_ids = [Command.clear()]
        everybody = (
            self.manager + self.agent + self.agent_team + self.agent_ticket + self.assignee
            + self.members)
        self.assertEqual(set(self.assign(NOON, 30)), set(everybody))

    def test_empty_list_of_a_private_team(self):
        """Followers and administrators see it."""
        self.desk.write({
            'member_ids': [Command.clear()], 'privacy_visibility': 'invited_internal'})
        self.follow(self.desk, self.bora + self.employee)
        self.assertEqual(set(self.assign(NOON, 9)), {self.manager, self.bora})

    def test_private_team(self):
        """A member who doesn't follow it can't see it."""
        self.desk.privacy_visibility = 'invited_internal'
        self.follow(self.desk, self.anna + self.carl)
        self.assertWho(NOON, self.anna, self.carl)
        self.assertIn(self.bora.name, self.desk.member_warning)
        self.assertNotIn(self.anna.name, self.desk.member_warning)

    def test_archived_user(self):
        self.bora.active = False
        self.assertWho(NOON, self.anna, self.carl)
        self.assertIn(self.bora.name, self.desk.member_warning)

    def test_only_archived_members(self):
        """A list of nobody who can be chosen is not an empty list."""
        self.desk.member_ids = self.bora
        self.bora.active = False
        self.assertEqual(self.assign(NOON), [self.env['res.users']])
        self.assertEqual(self.desk.ticket_ids.activity_ids.user_id, self.manager)

    def test_lost_right(self):
        """They keep their tickets, get no new ones, and the form warns."""
        mine = self.make_ticket(self.desk, user_id=self.bora.id)
        self.assertFalse(self.desk.member_warning)
        self.bora.group_ids = self.env.ref('base.group_user')
        self.assertWho(NOON, self.anna, self.carl)
        self.assertEqual(mine.user_id, self.bora)
        self.assertIn(self.bora.name, self.desk.member_warning)
        with Form(self.desk.with_user(self.manager)) as form:
            self.assertIn(self.bora.name, form.member_warning)
            form.member_ids.remove(self.bora.id)
            self.assertFalse(form.member_warning)

    def test_portal_member(self):
        self.bora.group_ids = self.env.ref('base.group_portal')
        self.assertWho(NOON, self.anna, self.carl)

    def test_lost_company(self):
        self.bora.company_ids += self.other_company
        self.bora.company_id = self.other_company
        self.bora.company_ids -= self.company
        self.assertWho(NOON, self.anna, self.carl)
        self.assertIn(self.bora.name, self.desk.member_warning)

    def test_left_the_team(self):
        self.assign(NOON)
        self.desk.member_ids -= self.bora
        self.assertWho(NOON, self.anna, self.carl)

    def test_administrators_can_be_members(self):
        self.desk.member_ids = self.manager
        self.assertEqual(self.assign(NOON), [self.manager])

    def test_everybody_gone(self):
        """Nobody is left: unassigned, explained, and the Administrators are called once."""
        self.members.group_ids = self.env.ref('base.group_user')
        self.assertEqual(self.assign(NOON), [self.env['res.users']])
        ticket = self.desk.ticket_ids
        self.assertEqual(ticket.activity_ids.mapped('user_id'), self.manager)
        self.assertEqual(len(ticket.activity_ids), 1)
        self.assertIn('has no member', self.get_notes(ticket).body)


class TestTickets(AssignmentCommon):
    """Which tickets are assigned, by whomever they are made."""

    def test_switched_off(self):
        self.desk.auto_assignment = False
        self.assertEqual(self.assign(NOON), [self.env['res.users']])

    def test_as_an_agent(self):
        """An agent creates with the field left empty, as the form sends it."""
        with freeze_time(at(NOON)):
            ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent).create(
                {'name': 'By an agent', 'team_id': self.desk.id, 'user_id': False})
        self.assertEqual(ticket.user_id, self.anna)
        self.assertEqual(ticket.assign_date, at(NOON))
        self.assertTrue(self.is_follower(ticket, self.anna))

    def test_as_nobody_who_may(self):
        with self.assertRaises(AccessError):
            self.env['helpdesk.lite.ticket'].with_user(self.employee).create(
                {'name': 'No right', 'team_id': self.desk.id})
        self.assertEqual(self.assign(NOON), [self.anna])

    @users('hdl_agent')
    def test_turns_are_nobody_s_business(self):
        for model in ('helpdesk.lite.team.turn', 'helpdesk.lite.ticket.notice'):
            with self.assertRaises(AccessError):
                self.env[model].search([])
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.manager).search([])

    def test_assignee_stays(self):
        self.assertEqual(self.assign(NOON, user_id=self.agent.id), [self.agent])

    def test_default_assignee_stays(self):
        """A default of the context or of the user is an assignee, too."""
        Ticket = self.env['helpdesk.lite.ticket']
        ticket = Ticket.with_context(default_user_id=self.agent.id).create(
            {'name': 'x', 'team_id': self.desk.id})
        self.assertEqual(ticket.user_id, self.agent)
        self.assertFalse(self.get_notes(ticket))
        self.env['ir.default'].set('helpdesk.lite.ticket', 'user_id', self.assignee.id)
        self.assertEqual(self.assign(NOON), [self.assignee])

    def test_by_hand_afterwards(self):
        """Assignment by hand always stays possible, to nobody, too."""
        self.assign(NOON)
        ticket = self.desk.ticket_ids.with_user(self.agent)
        ticket.user_id = self.agent
        self.assertEqual(ticket.user_id, self.agent)
        ticket.user_id = False
        self.assertFalse(ticket.user_id)

    def test_archived_ticket(self):
        self.assertEqual(self.assign(NOON, active=False), [self.env['res.users']])

    def test_moved_into_the_team(self):
        ticket = self.make_ticket(self.team)
        with freeze_time(at(NOON)):
            ticket.with_user(self.agent).team_id = self.desk
        self.assertEqual(ticket.user_id, self.anna)
        self.assertEqual(ticket.assign_date, at(NOON))
        self.assertTrue(self.is_follower(ticket, self.anna))
        self.assertIn(self.anna.name, self.get_notes(ticket).body)
        self.assertEqual(self.assign(NOON), [self.bora])

    def test_moved_with_an_assignee(self):
        mine, other = self.make_tickets(2, self.team)
        mine.user_id = self.agent
        mine.team_id = self.desk
        other.write({'team_id': self.desk.id, 'user_id': self.assignee.id})
        self.assertEqual(mine.user_id + other.user_id, self.agent + self.assignee)
        self.assertFalse(self.get_notes(mine + other))

    def test_moved_away_and_unassigned(self):
        """A write that moves a ticket and takes its assignee leaves it without one: it gets one."""
        ticket = self.make_ticket(self.team, user_id=self.agent.id)
        with freeze_time(at(NOON)):
            ticket.write({'team_id': self.desk.id, 'user_id': False})
        self.assertEqual(ticket.user_id, self.anna)

    def test_same_team_is_no_move(self):
        self.assign(NOON)
        ticket = self.desk.ticket_ids
        ticket.write({'team_id': self.desk.id, 'user_id': False})
        self.assertFalse(ticket.user_id)

    def test_archived_ticket_moved(self):
        ticket = self.make_ticket(self.team, active=False)
        ticket.team_id = self.desk
        self.assertFalse(ticket.user_id)

    def test_moved_where_nobody_works(self):
        self.members.group_ids = self.env.ref('base.group_user')
        ticket = self.make_ticket(self.team, user_id=self.agent.id)
        ticket.write({'team_id': self.desk.id, 'user_id': False})
        self.assertFalse(ticket.user_id)
        self.assertEqual(ticket.activity_ids.user_id, self.manager)

    def test_many_moved(self):
        """One decision for all, and constant queries."""
        tickets = self.make_tickets(60, self.team)
        with freeze_time(at(NOON)), self.assert_queries(60, self.env):
            tickets.write({'team_id': self.desk.id})
        self.assertEqual(Counter(t.user_id for t in tickets), dict.fromkeys(self.members, 20))

    def test_assignment_is_no_activity_of_a_person(self):
        ticket = self.make_ticket(self.team)
        before = ticket.last_activity_date
        with freeze_time(at('2026-12-02 11:00')):
            ticket.team_id = self.desk
        self.assertEqual(ticket.last_activity_date, before)


class TestExplanation(AssignmentCommon):
    """Each automatic choice is explained in the ticket's log, to the desk alone."""

    def explain(self, moment, **values):
        with freeze_time(at(moment)):
            ticket = self.make_ticket(self.desk, **values)
        note = self.get_notes(ticket)
        self.assertEqual(len(note), 1)
        self.assertTrue(note.is_internal)
        self.assertEqual(note.subtype_id, self.env.ref('mail.mt_note'))
        self.assertFalse(note.notified_partner_ids)
        return note.body

    def test_randomly(self):
        self.make_leave(self.make_resource(self.bora), '03-04 08:00', '03-04 17:00')
        first = self.explain(NOON)
        self.assertIn('assigned to Helpdesk anna', first)
        self.assertIn('Each user is assigned an equal number of tickets', first)
        self.assertIn('Away: Helpdesk bora.', first)
        self.assertIn('Never had', first)
        self.explain(NOON)
        self.assertIn('longest ago', self.explain(NOON))

    def test_balanced(self):
        self.desk.assign_method = 'balanced'
        self.make_ticket(self.team, user_id=self.anna.id)
        text = self.explain(NOON)
        self.assertIn('assigned to Helpdesk bora', text)
        self.assertIn('Each user has an equal number of open tickets', text)
        self.assertIn('fewer open tickets: 0', text)
        self.assertNotIn('Away', text)

    def test_looking_ahead(self):
        self.make_leave(self.make_resource(self.bora), '03-09 08:00', '03-09 17:00')
        text = self.explain('03-07 11:00')
        self.assertIn('Nobody is at work now', text)
        self.assertIn('03/09/2026', text)
        self.assertIn('Away: Helpdesk bora.', text)

    def test_many_absent(self):
        """Of many absent members some are named, the others are counted."""
        self.desk.member_ids += self.env['res.users'].union(
            *(self.make_user(f'away{index:02}') for index in range(15)))
        away = self.desk.member_ids - self.members
        self.quiet(away).write({'out_of_office_from': at('03-01 00:00')})
        text = self.explain(NOON)
        self.assertIn('Helpdesk away09 and 5 more', text)
        self.assertNotIn('away10', text)

    def test_language(self):
        """Of the company, whoever makes the ticket or takes the mail in."""
        self.env['res.lang']._activate_lang('ko_KR')
        self.company.partner_id.lang = 'ko_KR'
        with freeze_time(at(NOON)):
            made = self.make_ticket(self.desk)
            Ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent)
            typed = Ticket.create({'name': 'x', 'team_id': self.desk.id})
            mailed = Ticket.with_user(self.manager).message_new(
                {'subject': 'x', 'email_from': 'x@example.org', 'body': 'x'},
                {'team_id': self.desk.id})
        for ticket in (made, typed, mailed):
            notes = ticket.message_ids.filtered(
                lambda message: message.author_id == self.env.ref('base.partner_root'))
            self.assertRegex(' '.join(notes.mapped('body')), '[가-힣]')

    def test_name_is_escaped(self):
        self.anna.name = '<b>Anna</b>'
        self.assertIn('&lt;b&gt;Anna', self.explain(NOON))

    def test_portal_never_reads_it(self):
        with freeze_time(at(NOON)):
            ticket = self.make_ticket(self.desk, partner_id=self.portal.partner_id.id)
        self.env.flush_all()
        messages = self.env['mail.message'].with_user(self.portal).search(
            [('model', '=', ticket._name), ('res_id', '=', ticket.id)])
        self.assertFalse(self.get_notes(ticket).with_user(self.portal) & messages)
