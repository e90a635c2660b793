from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import HelpdeskLiteMailCommon


@tagged('post_install', '-at_install')
class TestDeskSolve(HelpdeskLiteMailCommon):
    """Solve, Reopen, Assign to… and Tag, of one ticket and of 200."""

    def test_solve_moves_to_the_stage_that_closes(self):
        ticket = self.make_ticket()
        ticket.with_user(self.agent).action_solve()
        self.assertEqual(ticket.stage_id, self.stage_solved)
        self.assertTrue(ticket.is_closed)
        self.assertFalse(ticket.waiting_for)

    def test_solve_follows_the_team_s_choice(self):
        """The stage of automatic closing where that closes, else the first folded one."""
        done = self.env['helpdesk.lite.stage'].create({
            'name': 'Done', 'sequence': 9, 'fold': True, 'team_ids': self.team.ids})
        for chosen, expected in (
                (done, done), (self.stage_progress, self.stage_solved)):
            with self.subTest(chosen=chosen.name):
                self.team.to_stage_id = chosen
                ticket = self.make_ticket()
                ticket.with_user(self.agent).action_solve()
                self.assertEqual(ticket.stage_id, expected)

    def test_solve_leaves_closed_tickets_where_they_are(self):
        other = self.env['helpdesk.lite.stage'].create({
            'name': 'Refused', 'sequence': 9, 'fold': True, 'team_ids': self.team.ids})
        refused, ticket = self.make_ticket(stage_id=other.id), self.make_ticket()
        date = refused.close_date
        (refused + ticket).with_user(self.agent).action_solve()
        self.assertEqual(refused.stage_id, other)
        self.assertEqual(refused.close_date, date)
        self.assertTrue(ticket.is_closed)

    def test_a_team_without_a_folded_stage_says_so(self):
        self.stage_solved.fold = False
        ticket = self.make_ticket(stage_id=self.stage_solved.id)
        with self.assertRaisesRegex(UserError, 'fold one of its stages'):
            ticket.with_user(self.agent).action_solve()

    def test_teams_that_are_hidden_from_the_assignee(self):
        ticket = self.make_ticket(team_id=self.team_private.id, user_id=self.assignee.id)
        mine = ticket.with_user(self.assignee)
        self.assertFalse(self.team_private.with_user(self.assignee).has_access('read'))
        mine.action_solve()
        self.assertTrue(ticket.is_closed)
        mine.action_reopen()
        self.assertFalse(ticket.is_closed)

    def test_who_may_not(self):
        seen = self.make_ticket(team_id=self.team_private.id)
        own = self.make_ticket()
        for user in (self.agent, self.employee, self.portal, self.other_agent):
            for method in ('action_solve', 'action_reopen'):
                with self.subTest(user=user.login, method=method), self.assertRaises(AccessError):
                    getattr((own + seen).with_user(user), method)()
        self.assertFalse((own + seen).filtered('is_closed'))

    def test_reopen(self):
        """Back to the stage that it came from; its mail stays at home."""
        self.stage_progress.template_id = self.env['mail.template'].create({
            'name': 'x', 'model_id': self.env['ir.model']._get_id('helpdesk.lite.ticket'),
            'subject': 'x', 'body_html': '<p>We go on</p>', 'use_default_to': True})
        ticket = self.make_ticket(partner_id=self.customer.id)
        agent = ticket.with_user(self.agent)
        sent = []
        for act in (lambda: agent.write({'stage_id': self.stage_progress.id}),
                    agent.action_solve, agent.action_reopen):
            self.flush_tracking()
            with self.mock_mail_gateway():
                act()
                self.flush_tracking()
            sent.append(any('We go on' in mail['body'] for mail in self._mails))
        self.assertEqual(sent, [True, False, False])
        self.assertEqual(ticket.stage_id, self.stage_progress)
        self.assertFalse(ticket.is_closed)
        self.assertEqual(ticket.reopen_count, 1)

    def test_a_merged_ticket_is_not_reopened(self):
        stays, goes = self.make_ticket(), self.make_ticket()
        goes.sudo().write({'merged_into_id': stays.id})
        with self.assertRaisesRegex(UserError, 'merged'):
            goes.with_user(self.agent).action_reopen()

    # ------------------------------------------------------------------
    # Selections
    # ------------------------------------------------------------------

    def ask(self, model, tickets, user=None, **values):
        return self.env[model].with_user(user or self.agent).with_context(
            active_ids=tickets.ids).create(values)

    def test_assign_a_person(self):
        tickets = self.make_tickets(3)
        self.ask('helpdesk.lite.ticket.assign', tickets, user_id=self.assignee.id).action_apply()
        self.assertEqual(tickets.user_id, self.assignee)
        self.ask('helpdesk.lite.ticket.assign', tickets, how='nobody').action_apply()
        self.assertFalse(tickets.user_id)
        with self.assertRaisesRegex(UserError, 'Choose the person'):
            self.ask('helpdesk.lite.ticket.assign', tickets).action_apply()

    def test_assign_automatically(self):
        self.team.write({
            'auto_assignment': True, 'assign_method': 'randomly',
            'member_ids': [Command.set((self.agent + self.assignee).ids)]})
        self.agent.resource_calendar_id = self.assignee.resource_calendar_id = False
        tickets = self.make_tickets(4, user_id=self.agent_team.id)
        self.ask('helpdesk.lite.ticket.assign', tickets, how='automatic').action_apply()
        self.assertEqual(sorted(tickets.user_id.ids), sorted((self.agent + self.assignee).ids))
        self.assertTrue(all('utomatic' in str(t.message_ids.mapped('body')) for t in tickets))

    def test_assign_automatically_where_the_team_does_not(self):
        tickets = self.make_tickets(2)
        with self.assertRaisesRegex(UserError, 'does not assign automatically'):
            self.ask('helpdesk.lite.ticket.assign', tickets, how='automatic').action_apply()

    def test_tag(self):
        old, new = self.env['helpdesk.lite.tag'].create([{'name': 'old'}, {'name': 'new'}])
        tickets = self.make_tickets(3, tag_ids=[Command.link(old.id)])
        self.ask('helpdesk.lite.ticket.label', tickets, added_tag_ids=new.ids,
                 removed_tag_ids=old.ids).action_apply()
        self.assertEqual(tickets.tag_ids, new)

    def test_all_or_nothing(self):
        """One ticket that one may not write, and none is changed."""
        tag = self.env['helpdesk.lite.tag'].create({'name': 'new'})
        hidden, own = self.make_ticket(team_id=self.team_private.id), self.make_tickets(3)
        for model, values in (
                ('helpdesk.lite.ticket.assign', {'user_id': self.assignee.id}),
                ('helpdesk.lite.ticket.label', {'added_tag_ids': tag.ids})):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.ask(model, own + hidden, **values).action_apply()
        self.assertFalse(own.user_id)
        self.assertFalse((own + hidden).tag_ids)

    def test_two_hundred(self):
        """One write for all; what the log costs is Odoo's, ticket by ticket."""
        tag = self.env['helpdesk.lite.tag'].create({'name': 'new'})
        tickets = self.make_tickets(200, partner_id=self.customer.id)
        warm = self.make_tickets(2)
        acts = {
            'solve': (40, lambda some: some.with_user(self.agent).action_solve()),
            'reopen': (40, lambda some: some.with_user(self.agent).action_reopen()),
            'assign': (60, lambda some: self.ask(
                'helpdesk.lite.ticket.assign', some, user_id=self.assignee.id).action_apply()),
            'tag': (60, lambda some: self.ask(
                'helpdesk.lite.ticket.label', some, added_tag_ids=tag.ids).action_apply()),
        }
        for name, (limit, act) in acts.items():
            act(warm)
            self.env.cr.precommit.run()
            self.env.flush_all()
            with self.subTest(act=name):
                with self.assert_queries(limit, self.env):
                    act(tickets)
                with self.assert_queries(200 * 9, self.env):
                    self.flush_tracking()
        self.assertEqual(tickets.tag_ids, tag)
        self.assertEqual(tickets.user_id, self.assignee)
