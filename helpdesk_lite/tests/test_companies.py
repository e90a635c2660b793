from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form

from .common import MANAGER, HelpdeskLiteCommon


class TestCompanies(HelpdeskLiteCommon):
    """A team belongs to one company, and its tickets do always."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.both = cls.make_user('both', MANAGER, company_ids=[
            Command.set((cls.company + cls.other_company).ids)])

    def test_ticket_is_of_its_team_s_company(self):
        for context in ({}, {'allowed_company_ids': (self.company + self.other_company).ids}):
            ticket = self.env['helpdesk.lite.ticket'].with_user(self.both).with_context(
                **context).with_company(self.company).create({
                    'name': 'There', 'team_id': self.other_team.id,
                } if context else {'name': 'Here', 'team_id': self.team.id})
            self.assertEqual(ticket.sudo().company_id, ticket.sudo().team_id.company_id)

    def test_company_of_a_ticket_follows_its_team(self):
        ticket = self.make_ticket()
        ticket.team_id = self.other_team
        self.assertEqual(ticket.company_id, self.other_company)

    def test_name_where_superuser_mode_works_for_another_company(self):
        """As a ticket is made for a customer who is an agent elsewhere: no name, and no error."""
        ticket = self.make_ticket(self.other_team)
        there = ticket.with_user(self.agent).sudo().with_company(self.other_company)
        self.assertEqual(there.display_name, ticket.ticket_ref)

    def test_company_of_a_team_with_tickets_stays(self):
        ticket = self.make_ticket(active=False)
        team = self.team.with_user(self.both).with_context(
            allowed_company_ids=(self.company + self.other_company).ids)
        with self.assertRaises(ValidationError):
            team.company_id = self.other_company
        self.env.invalidate_all()
        self.assertEqual(ticket.company_id, self.company)
        team.company_id = self.company
        ticket.unlink()
        self.team_company.company_id = self.other_company

    def test_customers_and_agents_of_another_company_are_refused(self):
        foreign = self.customer.copy({'company_id': self.other_company.id})
        ticket = self.make_ticket(partner_id=self.customer.id)
        for vals in ({'user_id': self.other_agent.id}, {'partner_id': foreign.id}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                ticket.write(vals)
            self.env.invalidate_all()
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self.make_ticket(**vals)
            self.env.invalidate_all()
        with self.assertRaises(UserError):
            self.team.member_ids = self.other_agent

    def test_moving_to_another_company_takes_nobody_of_this_one_along(self):
        own = self.customer.copy({'company_id': self.company.id})
        for vals in ({'user_id': self.agent.id}, {'partner_id': own.id}):
            ticket = self.make_ticket(**vals)
            with self.subTest(vals=vals), self.assertRaises(UserError):
                ticket.team_id = self.other_team
            self.env.invalidate_all()

    def test_nobody_works_over_another_company(self):
        ticket = self.make_ticket(self.other_team)
        for user in (self.agent, self.manager):
            own = ticket.with_user(user)
            for work in (
                lambda own=own: own.read(['name']), lambda own=own: own.action_assign_to_me(),
                lambda own=own: own.write({'team_id': self.team.id}),
                lambda own=own: own.message_post(body='Hello'), lambda own=own: own.copy(),
            ):
                with self.assertRaises(AccessError):
                    work()
                self.env.invalidate_all()
            teams = self.env['helpdesk.lite.team'].with_user(user).search([])
            self.assertNotIn(self.other_team, teams)

    def test_stage_shared_with_another_company(self):
        """An administrator changes the pipelines that they see; those of others stay."""
        self.make_ticket(self.other_team)
        stage = self.stage_new.with_user(self.manager)
        self.assertNotIn(self.other_team.id, stage.team_ids.ids)
        stage.team_ids = [Command.set((self.team + self.team_company + self.team_private).ids)]
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertIn(self.other_team, self.stage_new.team_ids)

    def test_shared_stage_tells_no_number_of_another_company(self):
        self.make_tickets(3, self.other_team, stage_id=self.stage_progress.id)
        stage = self.stage_progress.with_user(self.manager)
        self.assertEqual(
            set(stage.shared_team_names.split(', ')),
            {self.team.name, self.team_company.name, self.team_private.name,
             'teams of other companies'})
        for count, text in ((0, ''), (2, 'Saving closes the open tickets of this stage: 2. ')):
            self.make_tickets(count, stage_id=stage.id)
            self.make_tickets(count, stage_id=stage.id, active=False)
            with Form(stage) as form:
                form.fold = True
                self.assertEqual(
                    form.fold_warning,
                    f'{text}Saving closes the tickets of other companies in this stage. '
                    'Nothing is sent to customers.')
                form.fold = False
        self.stage_progress.team_ids -= self.team_company
        self.assertNotIn(self.team_company.name, stage.shared_team_names)

    def test_question_tells_no_number_of_another_company(self):
        self.make_tickets(3, self.other_team, stage_id=self.stage_progress.id)
        stage = self.stage_progress.with_user(self.manager)
        for method in ('unlink', 'action_archive'):
            with self.assertRaises(UserError) as caught:
                getattr(stage, method)()
            self.assertIn('holds tickets of other companies', str(caught.exception))
            self.assertNotIn('3', str(caught.exception))
        self.make_ticket(stage_id=stage.id)
        with self.assertRaises(UserError) as caught:
            stage.unlink()
        self.assertIn('holds tickets: 1.', str(caught.exception))
        wizard = self.env['helpdesk.lite.stage.delete'].with_user(self.manager).create(
            {'stage_ids': stage.ids})
        self.assertRecordValues(wizard, [{'ticket_count': 1, 'has_hidden_tickets': True}])
        with self.assertRaises(UserError) as caught:
            wizard.action_apply()
        self.assertNotIn('3', str(caught.exception))
        self.assertNotIn('hidden_ticket_count', wizard._fields)

    def test_pipeline_of_another_company_stays(self):
        self.make_tickets(3, self.other_team, stage_id=self.stage_progress.id)
        for commands in ([Command.unlink(self.other_team.id)], [Command.clear()]):
            self.stage_progress.with_user(self.manager).team_ids = commands
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertIn(self.stage_progress, self.other_team.stage_ids)

    def test_contact_is_looked_for_in_the_team_s_company(self):
        """Made by address: the contacts of the other company are none."""
        Partner = self.env['res.partner']
        there = Partner.create({
            'name': 'There', 'email': 'anna@example.org', 'company_id': self.other_company.id})
        ticket = self.make_ticket(partner_email='Anna <ANNA@example.org>')
        self.assertNotEqual(ticket.partner_id, there)
        self.assertEqual(ticket.partner_id.company_id, self.company)
        self.assertEqual(
            self.make_ticket(self.other_team, partner_email='anna@example.org').partner_id, there)
        everywhere = Partner.create({'name': 'Everywhere', 'email': 'bert@example.org'})
        for team in (self.team, self.other_team):
            self.assertEqual(
                self.make_ticket(team, partner_email='bert@example.org').partner_id, everywhere)

    def test_default_team_is_one_of_the_active_company(self):
        Ticket = self.env['helpdesk.lite.ticket'].with_user(self.both)
        for company in (self.company, self.other_company):
            team_id = Ticket.with_company(company).default_get(['team_id'])['team_id']
            self.assertEqual(
                self.env['helpdesk.lite.team'].browse(team_id).company_id, company)
