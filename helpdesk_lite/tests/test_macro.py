from freezegun import freeze_time
from markupsafe import Markup

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import MANAGER, USER, HelpdeskLiteHttpCommon, HelpdeskLiteMailCommon


class MacroCommon(HelpdeskLiteMailCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Macro = cls.env['helpdesk.lite.macro']
        cls.tag, cls.other_tag = cls.env['helpdesk.lite.tag'].create([
            {'name': 'Macro tag'}, {'name': 'Macro other tag'}])

    @classmethod
    def make_macro(cls, user=None, **vals):
        return cls.Macro.with_user(user or cls.manager).create({
            'name': 'Do it', 'company_id': cls.company.id, **vals}).with_env(cls.env)

    def apply(self, macro, tickets, user=None):
        result = tickets.with_user(user or self.agent).apply_macro(macro.id)
        self.env.flush_all()
        self.env.cr.precommit.run()
        tickets.invalidate_recordset()
        return result


@tagged('post_install', '-at_install')
class TestMacro(MacroCommon):
    """What macros do to tickets."""

    # ------------------------------------------------------------------
    # Changes
    # ------------------------------------------------------------------

    def test_changes(self):
        """Each action by itself, applied by an agent."""
        for vals, expected in (
                ({'stage_id': self.stage_progress.id}, {'stage_id': self.stage_progress.id}),
                ({'stage_id': self.stage_solved.id}, {'is_closed': True}),
                ({'assign': 'me'}, {'user_id': self.agent.id}),
                ({'assign': 'nobody'}, {'user_id': False}),
                ({'assign': 'user', 'assign_user_id': self.agent_team.id},
                 {'user_id': self.agent_team.id}),
                ({'priority': '3'}, {'priority': '3', 'user_id': self.assignee.id}),
                ({'priority': '0'}, {'priority': '0'}),
                ({'kanban_state': 'blocked'}, {'kanban_state': 'blocked'}),
                ({'tag_ids': self.other_tag.ids}, {'tag_ids': (self.tag + self.other_tag).ids}),
                ({'remove_tag_ids': self.tag.ids}, {'tag_ids': []})):
            with self.subTest(**vals):
                ticket = self.make_ticket(
                    user_id=self.assignee.id, priority='1', tag_ids=self.tag.ids)
                self.env.cr.precommit.run()
                macro = self.make_macro(**vals)
                count = len(ticket.message_ids)
                self.apply(macro, ticket)
                self.assertRecordValues(ticket, [expected])
                new = ticket.message_ids[:len(ticket.message_ids) - count].filtered(
                    lambda message: message.message_type == 'notification')
                self.assertEqual(len(new), 1)
                self.assertIn('Macro "Do it" applied', new.body)
                self.assertEqual(new.author_id, self.agent.partner_id)

    def test_automatic(self):
        team = self.make_team(
            name='Automatic', auto_assignment=True, member_ids=self.agent_team.ids)
        tickets = self.make_tickets(2, team)
        self.env.cr.precommit.run()  # Odoo tracks nothing of what is made in the transaction
        tickets.user_id = False
        self.apply(self.make_macro(assign='auto', priority='2'), tickets)
        self.assertEqual(tickets.user_id, self.agent_team)
        self.assertEqual(set(tickets.mapped('priority')), {'2'})
        for ticket in tickets:
            lines = ticket.message_ids.filtered(lambda m: 'applied' in m.body)
            self.assertEqual(len(lines), 1)
        with self.assertRaisesRegex(UserError, 'does not assign'):
            self.apply(self.make_macro(assign='auto'), self.make_ticket())

    def test_snooze_and_note(self):
        self.team.resource_calendar_id.tz = 'UTC'
        with freeze_time('2026-03-02 09:00:00'):
            ticket = self.make_ticket()
            self.apply(self.make_macro(snooze='tomorrow', note='<p>Call back</p>'), ticket)
            self.assertEqual(str(ticket.snooze_until)[:10], '2026-03-03')
        note = ticket.message_ids.filtered(lambda message: 'Call back' in message.body)
        self.assertIn('applied', note.body)
        self.assertTrue(note.is_internal or note.subtype_id.internal)

    # ------------------------------------------------------------------
    # Whom for
    # ------------------------------------------------------------------

    def test_refused_teams(self):
        """Tickets of a team without the stage are refused by name, and nothing is changed."""
        other = self.make_team(name='Elsewhere', stage_ids=[
            Command.create({'name': 'Only here'})])
        tickets = self.make_ticket() + self.make_ticket(other)
        macro = self.make_macro(stage_id=self.stage_progress.id, priority='3')
        with self.assertRaisesRegex(UserError, "don't have: Elsewhere"):
            tickets.with_user(self.agent).apply_macro(macro.id)
        self.assertEqual(set(tickets.mapped('priority')), {'0'})
        macro = self.make_macro(team_ids=self.team.ids, priority='3')
        with self.assertRaisesRegex(UserError, 'not for these teams: Elsewhere'):
            tickets.with_user(self.agent).apply_macro(macro.id)
        names = {macro['name'] for macro in tickets.with_user(self.agent).get_macros()}
        self.assertNotIn('Do it', names)
        self.assertIn('Do it', {
            macro['name'] for macro in tickets[0].with_user(self.agent).get_macros()})

    def test_refused_definitions(self):
        for vals, message in (
                ({'stage_id': self.stage_progress.id, 'team_ids': [Command.create({
                    'name': 'Without', 'company_id': self.company.id,
                    'stage_ids': [Command.create({'name': 'Other'})]})]}, 'Without'),
                ({'assign': 'user'}, 'choose whom'),
                ({'assign': 'user', 'assign_user_id': self.employee.id}, "can't be assigned"),
                ({'snooze': 'week', 'stage_id': self.stage_solved.id}, "can't be snoozed"),
                ({'answer': '<t t-out="object.env.cr"/>'}, 'plain values'),
                ({'answer': '<p t-if="True">x</p>'}, 'plain values'),
                ({'answer': '<t t-out="object.user_id.password"/>'}, 'plain values')):
            with self.subTest(**vals), self.assertRaisesRegex(ValidationError, message):
                self.make_macro(**vals)

    def test_team_is_deleted(self):
        """A macro of one team doesn't become one of all teams."""
        team = self.make_team(name='Short-lived')
        own, both = (self.make_macro(team_ids=teams.ids) for teams in (team, team + self.team))
        team.unlink()
        self.assertEqual((own + both).mapped('active'), [False, True])

    def test_who_lost_the_right(self):
        """Who was made assignee by a macro and is no agent any more is refused."""
        macro = self.make_macro(assign='user', assign_user_id=self.agent_team.id)
        self.agent_team.group_ids = self.env.ref('base.group_user')
        with self.assertRaises(ValidationError):
            self.apply(macro, self.make_ticket())

    def test_ticket_rights(self):
        macro = self.make_macro(priority='3')
        ticket = self.make_ticket(self.team_private)
        for user in (self.agent, self.employee, self.portal, self.other_agent):
            with self.assertRaises(AccessError):
                self.apply(macro, ticket, user)
        self.apply(macro, ticket, self.manager)
        self.assertEqual(ticket.priority, '3')

    def test_macro_rights(self):
        """Everybody keeps their own, administrators keep the shared ones."""
        shared = self.make_macro(name='Shared')
        hidden = self.make_macro(name='Hidden', team_ids=self.team_private.ids)
        own = self.make_macro(self.agent, name='Own', priority='1')
        self.assertEqual(own.user_id, self.agent)
        everything = shared + hidden + own
        for user, reads, writes in (
                (self.agent, shared + own, own), (self.agent_team, shared, self.Macro),
                (self.manager, shared + hidden, shared + hidden),
                (self.employee, self.Macro, self.Macro), (self.portal, self.Macro, self.Macro),
                (self.other_agent, self.Macro, self.Macro)):
            with self.subTest(user=user.name):
                mine = everything.with_user(user)
                self.assertEqual(mine._filtered_access('read').ids, reads.ids)
                self.assertEqual(mine._filtered_access('write').ids, writes.ids)
                self.assertEqual(mine._filtered_access('unlink').ids, writes.ids)
        for vals in ({'user_id': False}, {'user_id': self.agent_team.id}):
            with self.assertRaises(AccessError):
                self.make_macro(self.agent, **vals)
            with self.assertRaises(AccessError):
                own.with_user(self.agent).write(vals)
                self.env.flush_all()
        with self.assertRaises(AccessError):
            self.apply(own, self.make_ticket(), self.agent_team)

    # ------------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------------

    def test_answer_at_once(self):
        ticket = self.make_ticket(partner_id=self.customer.id, name='Broken <b>mill</b>')
        macro = self.make_macro(send_at_once=True, assign='me', answer=(
            '<p>Dear <t t-out="object.partner_name">you</t>, of '
            '<strong t-out="object.name">it</strong></p>'))
        with self.mock_mail_gateway():
            self.assertIs(self.apply(macro, ticket), True)
        [mail] = self.sent_to(self.customer.email)
        for text in ('Carla Customer', 'Broken &lt;b&gt;mill&lt;/b&gt;'):
            self.assertIn(text, mail['body'])
        self.assertEqual(ticket.waiting_for, 'customer')
        self.assertEqual(ticket.user_id, self.agent)

    def test_answer_in_composer(self):
        """Nothing happens until the answer is sent that opens in the composer."""
        ticket = self.make_ticket(partner_id=self.customer.id)
        macro = self.make_macro(
            stage_id=self.stage_solved.id, answer='<p>About <t t-out="object.name">it</t></p>')
        action = self.apply(macro, ticket)
        self.assertFalse(ticket.is_closed)
        composer = Form(self.env['mail.compose.message'].with_user(self.agent).with_context(
            **action['context'])).save()
        self.assertIn('About A ticket', composer.body)
        with self.mock_mail_gateway():
            composer.action_send_mail()
            self.env.cr.precommit.run()
        self.assertTrue(ticket.is_closed)
        self.assertEqual(len(self.sent_to(self.customer.email)), 1)
        self.assertEqual(ticket.waiting_for, False)
        self.assertTrue(ticket.first_response_date)

    def test_answers_in_composer(self):
        """The answer to several tickets names each one's own."""
        tickets = self.make_tickets(3, partner_id=self.customer.id)
        macro = self.make_macro(
            assign='me', answer='<p>About <t t-out="object.name">it</t></p>')
        action = self.apply(macro, tickets)
        composer = Form(self.env['mail.compose.message'].with_user(self.agent).with_context(
            **action['context'])).save()
        with self.mock_mail_gateway():
            composer.action_send_mail()
            self.env.cr.precommit.run()
        for ticket in tickets:
            self.assertTrue(any(
                f'About {ticket.name}' in body for body in ticket.message_ids.mapped('body')))
        self.assertEqual(tickets.user_id, self.agent)
        self.assertEqual(set(tickets.mapped('waiting_for')), {'customer'})

    def test_answer_in_customers_language(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.customer.lang = 'fr_FR'
        macro = self.make_macro(send_at_once=True, answer='<p>Hello</p>')
        macro.update_field_translations('answer', {'fr_FR': '<p>Bonjour</p>'})
        ticket = self.make_ticket(partner_id=self.customer.id)
        with self.mock_mail_gateway():
            self.apply(macro, ticket)
        self.assertIn(Markup('Bonjour'), ''.join(ticket.message_ids.mapped('body')))

    def test_scripts_are_dropped(self):
        macro = self.make_macro(self.agent, answer=(
            '<p onclick="x()">Hi <t t-out="object.name">it</t></p><script>x()</script>'))
        self.assertNotIn('onclick', macro.answer)
        self.assertNotIn('script', macro.answer)
        self.assertIn('t-out="object.name"', macro.answer)

    # ------------------------------------------------------------------
    # Many
    # ------------------------------------------------------------------

    def test_200_tickets(self):
        """At most eight queries a ticket, also where each is moved, assigned and noted."""
        tickets = self.make_tickets(200, user_id=self.assignee.id)
        self.env.cr.precommit.run()
        macro = self.make_macro(
            assign='user', assign_user_id=self.agent_team.id, priority='2',
            stage_id=self.stage_progress.id, tag_ids=self.tag.ids, kanban_state='done',
            snooze='week', note='<p>Note</p>')
        self.env.flush_all()
        with self.assert_queries(8 * len(tickets), self.env) as counted:
            tickets.with_user(self.agent).apply_macro(macro.id)
            self.env.flush_all()
            self.env.cr.precommit.run()
        self.assertEqual(tickets.user_id, self.agent_team)
        self.assertLess(counted.count, 400)
        for ticket in tickets[:3]:
            [line] = ticket.message_ids.filtered(lambda m: 'applied' in m.body)
            self.assertEqual(len(line.sudo().tracking_value_ids), 4)
            self.assertEqual(line.author_id, self.agent.partner_id)

    def test_selection(self):
        tickets = self.make_tickets(3)
        wizard = self.env['helpdesk.lite.macro.apply'].with_user(self.agent).with_context(
            active_model='helpdesk.lite.ticket', active_ids=tickets.ids).create({})
        macro = self.make_macro(priority='3')
        self.assertIn(macro, wizard.macro_ids)
        with self.assertRaises(UserError):
            wizard.action_apply()
        wizard.macro_id = macro
        wizard.action_apply()
        self.assertEqual(set(tickets.mapped('priority')), {'3'})

    def test_selection_rights(self):
        """A client may send any id: nobody gets at what they may not see."""
        hidden = self.make_ticket(self.team_private)
        macro = self.make_macro(self.agent_team, priority='3')
        Apply = self.env['helpdesk.lite.macro.apply'].with_user(self.agent)
        for vals in ({'ticket_ids': hidden.ids}, {'macro_id': macro.id}):
            with self.assertRaises(AccessError):
                Apply.create(vals)


@tagged('post_install', '-at_install')
class TestShipped(MacroCommon):
    """Macros and canned responses that come with the app."""

    def test_macros(self):
        team = self.make_team(stage_ids=[Command.set([
            self.env.ref(f'helpdesk_lite.stage_{name}').id
            for name in ('new', 'in_progress', 'on_hold', 'solved', 'cancelled')])])
        ticket = self.make_ticket(team)
        names = [macro['name'] for macro in ticket.with_user(self.agent).get_macros()]
        self.assertEqual(names, [
            'I take care of it', 'Ask for more information', 'Call back tomorrow',
            'No answer needed'])

    def test_responses(self):
        """Agents read what is shipped; Helpdesk's administrators keep it, and no other app's."""
        Response = self.env['mail.canned.response'].sudo()
        group = self.env.ref(USER)
        shipped = Response.search([('is_helpdesk_lite', '=', True)])
        self.assertEqual(len(Response._make_helpdesk_lite_responses()), 3)  # no more of them
        self.assertEqual(Response.search([('is_helpdesk_lite', '=', True)]), shipped)
        self.assertLessEqual(
            {'thanks', 'details', 'solved'}, set(shipped.mapped('source')))
        foreign, mixed = Response.create([
            {'source': 'x', 'substitution': 'x', 'group_ids': groups}
            for groups in (self.env.ref('base.group_user').ids,
                           [group.id, self.env.ref('base.group_user').id])])
        own = Response.with_user(self.agent).create({'source': 'own', 'substitution': 'y'})
        for user, reads, writes in (
                (self.agent, shipped + foreign + mixed + own, own),
                (self.manager, shipped + foreign + mixed, shipped),
                (self.employee, foreign + mixed, Response)):
            with self.subTest(user=user.name):
                mine = (shipped + foreign + mixed + own).with_user(user)
                self.assertEqual(mine._filtered_access('read').ids, reads.ids)
                self.assertEqual(mine._filtered_access('write').ids, writes.ids)
                self.assertEqual(mine._filtered_access('unlink').ids, writes.ids)
        self.assertEqual(shipped[:1].group_ids, group)
        self.assertFalse((foreign + mixed + own).filtered('is_helpdesk_lite'))
        self.assertNotIn(self.env.ref(MANAGER), own.group_ids)


@tagged('post_install', '-at_install')
class TestMacroUi(MacroCommon, HelpdeskLiteHttpCommon):
    """The screens of macros and snooze, used as an agent uses them."""

    def test_macro_and_snooze(self):
        self.make_macro(name='Take it over', assign='me', stage_id=self.stage_progress.id)
        self.make_macro(
            name='Ask for it', priority='2',
            answer='<p>About <t t-out="object.name">it</t></p>')
        ticket = self.make_ticket(name='Oven is cold', partner_id=self.customer.id)
        self.env.flush_all()
        self.start_tour(
            f'/odoo/helpdesk-lite-tickets/{ticket.id}', 'helpdesk_lite_macro_tour',
            login='hdl_agent')
        self.env.invalidate_all()
        self.assertRecordValues(ticket, [{
            'user_id': self.agent.id, 'stage_id': self.stage_progress.id, 'priority': '2',
            'waiting_for': 'customer', 'snooze_until': False}])
