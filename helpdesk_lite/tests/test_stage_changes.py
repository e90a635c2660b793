from datetime import datetime

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from .closing_common import NOW, ClosingCommon, days


class TestStageOfTeam(ClosingCommon):
    """Where a ticket's stage comes from besides a drag: imports, forms, pipelines that change."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls.make_team(name='With its own stages', stage_ids=[
            Command.create({'name': 'Test New', 'sequence': 1}),
            Command.create({'name': 'Test Solved', 'sequence': 2, 'fold': True})])
        cls.own_new, cls.own_solved = cls.own.stage_ids

    def load(self, team, stage, **row):
        row = {'name': 'By import', 'team_id/.id': str(team.id), 'stage_id': stage, **row}
        result = self.env['helpdesk.lite.ticket'].with_user(self.agent).load(
            list(row), [list(row.values())])
        return result, self.env['helpdesk.lite.ticket'].browse(result['ids'] or [])

    def test_import_by_name_takes_the_team_s_stage(self):
        for team, stage, expected in (
                (self.team, 'Test New', self.stage_new), (self.own, 'Test New', self.own_new),
                (self.own, 'Test Solved', self.own_solved)):
            result, ticket = self.load(team, stage)
            self.assertTrue(ticket, result['messages'])
            self.assertRecordValues(ticket, [{
                'team_id': team.id, 'stage_id': expected.id, 'is_closed': expected.fold}])
        ticket = self.make_ticket(self.own)
        self.load(self.own, 'Test Solved', **{'.id': str(ticket.id)})
        self.assertRecordValues(ticket, [{'stage_id': self.own_solved.id, 'is_closed': True}])

    def test_import_of_a_name_that_the_team_has_not(self):
        result, tickets = self.load(self.own, 'Test Progress')
        self.assertFalse(tickets)
        self.assertIn('Choose one of: Test New, Test Solved', result['messages'][0]['message'])

    def test_namesakes_are_for_imports_only(self):
        with self.assertRaises(UserError):
            self.make_ticket(self.own).with_user(self.agent).stage_id = self.stage_solved

    def test_form_of_a_new_ticket(self):
        """Another team is chosen after the stage was."""
        for team, expected in (
                (self.own, self.own_new), (self.team_company, self.stage_progress)):
            with Form(self.env['helpdesk.lite.ticket'].with_user(self.agent)) as form:
                form.name = 'Printer'
                form.team_id = self.team
                form.stage_id = self.stage_progress
                form.team_id = team
                self.assertEqual(form.stage_id, expected)
            self.assertEqual(form.record.stage_id, expected)

    def test_form_of_a_ticket_that_moves(self):
        ticket = self.make_ticket(stage_id=self.stage_progress.id)
        with Form(ticket.with_user(self.agent)) as form:
            form.team_id = self.own
        self.assertRecordValues(ticket, [{
            'team_id': self.own.id, 'stage_id': self.own_new.id}])

    def test_team_gets_its_first_stages(self):
        """Tickets that were made before are no longer lost from the pipeline's sight."""
        self.stage_new.template_id = self.make_template()
        for add in (
            lambda team: team.write({'stage_ids': [Command.set(self.stages.ids)]}),
            lambda team: self.stage_new.with_user(self.manager).write(
                {'team_ids': [Command.link(team.id)]}),
        ):
            team = self.make_team(stage_ids=False)
            tickets = self.make_tickets(2, team, partner_id=self.customer.id)
            archived = self.make_ticket(team, active=False)
            self.assertFalse(tickets.stage_id)
            with self.mock_mail_gateway():
                add(team.with_user(self.manager))
                self.env.cr.flush()
                self.assertFalse(self._mails, 'housekeeping')
            self.assertEqual((tickets + archived).stage_id, self.stage_new)
        team = self.make_team(stage_ids=False)
        ticket = self.make_ticket(team)
        stage = self.env['helpdesk.lite.stage'].with_user(self.manager).create(
            {'name': 'Shut', 'fold': True, 'team_ids': [Command.link(team.id)]})
        self.assertRecordValues(ticket, [{'stage_id': stage.id, 'is_closed': True}])

    def test_closed_tickets_do_not_rot(self):
        self.stages.rotting_threshold_days = 1
        # PostgreSQL's own clock, and at most 12 months: no fixed date
        with freeze_time(fields.Datetime.now() - days(10)):
            opened, closed, merged = (
                self.make_ticket(stage_id=stage.id)
                for stage in (self.stage_new, self.stage_solved, self.stage_new))
        merged.merged_into_id = opened
        self.assertEqual((opened + closed + merged).mapped('is_rotting'), [True, False, False])
        found = self.env['helpdesk.lite.ticket'].with_user(self.agent).search([
            ('is_rotting', '=', True), ('team_id', '=', self.team.id)])
        self.assertEqual(found, opened)
        opened.stage_id = self.stage_solved
        self.assertFalse(opened.is_rotting)


@tagged('post_install', '-at_install')
class TestArchivedTeam(ClosingCommon):
    """An archived team takes no new tickets by hand, and loses none that come by themselves."""

    def setUp(self):
        super().setUp()
        self.silent = self.make_silent(NOW - days(8))
        self.other = self.make_ticket()
        self.closing.with_user(self.manager)._archive_with_open_tickets()

    def test_by_hand_is_refused(self):
        Ticket = self.env['helpdesk.lite.ticket']
        for user in (self.agent, self.manager):
            for work in (
                lambda user=user: Ticket.with_user(user).create(
                    {'name': 'x', 'team_id': self.closing.id}),
                lambda user=user: self.other.with_user(user).write({'team_id': self.closing.id}),
                lambda user=user: self.silent.with_user(user).copy(),
            ):
                with self.assertRaises(UserError) as caught:
                    work()
                self.assertIn('is archived', str(caught.exception))
            self.silent.with_user(user).priority = '2'  # what is there is worked on
        self.other.with_user(self.agent).write({'team_id': self.team_company.id})

    def test_mail_is_not_lost(self):
        before = self.Ticket.search([('team_id', '=', self.closing.id)])
        mail = (b'From: New <new@customer.example.org>\r\nTo: closing@helpdesk.example.com\r\n'
                b'Subject: Help\r\nMessage-Id: <archived@example.org>\r\n\r\nHello\r\n')
        with self.mock_mail_gateway():
            self.env['mail.thread'].message_process(None, mail)
        ticket = self.Ticket.search([('team_id', '=', self.closing.id)]) - before
        self.assertEqual(ticket.name, 'Help')
        activity = ticket.activity_ids.filtered(lambda a: a.user_id == self.manager)
        self.assertEqual(activity.mapped('summary'), ['New ticket of an archived team'])

    def test_automatic_closing_goes_on(self):
        with freeze_time(NOW):
            self.run_cron()
        self.assertEqual(self.silent.stage_id, self.stage_done)

    def test_the_question_says_so(self):
        self.closing.active = True
        action = self.closing.with_user(self.manager).with_context(
            helpdesk_lite_ask=True).action_archive()
        wizard = Form(self.env[action['res_model']].with_user(self.manager).with_context(
            **action['context']))
        self.assertEqual(wizard.kept_addresses, 'closing@helpdesk.example.com')
        self.closing.use_alias = False
        wizard = Form(self.env[action['res_model']].with_user(self.manager).with_context(
            **action['context']))
        self.assertFalse(wizard.kept_addresses)


class TestFoldedWatched(ClosingCommon):
    """Automatic closing never opens what is closed."""

    def test_refused(self):
        team = self.closing.with_user(self.manager)
        for values in (
            {'from_stage_ids': self.stage_done.ids, 'to_stage_id': self.stage_progress.id},
            {'from_stage_ids': [Command.link(self.stage_solved.id)],
             'stage_ids': [Command.link(self.stage_solved.id)],
             'to_stage_id': self.stage_progress.id},
        ):
            with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
                team.write(values)
            self.assertIn('would open them again', str(caught.exception))
        team.write({'stage_ids': [Command.link(self.stage_solved.id)],
                    'from_stage_ids': self.stage_solved.ids})  # from folded to folded

    def test_folded_after_it_was_chosen(self):
        self.closing.write({
            'to_stage_id': self.stage_progress.id, 'from_stage_ids': self.stage_feedback.ids})
        ticket = self.make_silent(NOW - days(8))
        self.stage_feedback.fold = True
        self.assertFalse(self.closing._get_watched_stages())
        with freeze_time(NOW):
            self.run_cron()
        self.assertRecordValues(ticket, [{
            'stage_id': self.stage_feedback.id, 'is_closed': True, 'reopen_count': 0}])
        self.assertLess(ticket.close_date, datetime.now())
