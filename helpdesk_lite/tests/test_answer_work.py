from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import HelpdeskLiteMailCommon


@tagged('post_install', '-at_install')
class TestAnswerWork(HelpdeskLiteMailCommon):
    """What an answer does to its ticket: it is assigned, and leaves the first stage."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.write({'answer_assigns': True, 'answer_stage_id': cls.stage_progress.id})
        cls.ticket = cls.make_ticket(partner_id=cls.customer.id)
        cls.env.flush_all()

    def answer(self, user, ticket=None, **values):
        with self.mock_mail_gateway():
            (ticket or self.ticket).with_user(user).message_post(**{
                'body': 'Try again', 'message_type': 'comment',
                'subtype_xmlid': 'mail.mt_comment', **values})
            self.env.flush_all()
            self.cr.precommit.run()

    def test_who_answers(self):
        """Only an agent's public answer is work, by whatever way it comes."""
        note = {'subtype_xmlid': 'mail.mt_note'}
        cases = [
            ('answer', lambda t: self.answer(self.agent, t), self.agent),
            ('note', lambda t: self.answer(self.agent, t, **note), None),
            ('notification', lambda t: self.answer(
                self.agent, t, message_type='notification'), None),
            ('phone', lambda t: t.with_user(self.agent).action_answered_by_phone(), self.agent),
            ('mail of an employee without the right', lambda t: self.answer(
                self.env.user, t, author_id=self.employee.partner_id.id), None),
            ('mail of an agent', lambda t: self.answer(
                self.env.user, t, author_id=self.agent.partner_id.id,
                message_type='email'), self.agent),
            ('customer', lambda t: self.answer(
                self.env.user, t, author_id=self.customer.id), None),
        ]
        for name, act, user in cases:
            with self.subTest(name):
                ticket = self.make_ticket(partner_id=self.customer.id)
                act(ticket)
                self.assertEqual(ticket.user_id, user or self.agent.browse())
                self.assertEqual(
                    ticket.stage_id, self.stage_progress if user else self.stage_new)

    def test_reader(self):
        """Whoever may read a ticket only answers it, and doesn't get it."""
        agent = self.agent
        self.env['ir.rule'].create({
            'name': 'Not this one', 'model_id': self.env['ir.model']._get_id(self.ticket._name),
            'perm_read': False, 'perm_create': False, 'perm_unlink': False,
            'domain_force': [('id', '!=', self.ticket.id)]})
        with self.assertRaises(AccessError):
            self.ticket.with_user(agent).write({'priority': '2'})
        self.answer(agent)
        self.assertFalse(self.ticket.user_id)
        self.assertEqual(self.ticket.stage_id, self.stage_new)
        self.assertEqual(self.ticket.waiting_for, 'customer')

    def test_what_stays(self):
        """Who works on it, a later stage and a closed ticket stay as they are."""
        self.ticket.write({'user_id': self.assignee.id})
        self.answer(self.agent)
        self.assertEqual(self.ticket.user_id, self.assignee)
        self.assertEqual(self.ticket.stage_id, self.stage_progress)
        self.ticket.stage_id = self.stage_solved
        self.ticket.user_id = False
        self.answer(self.agent)
        self.assertFalse(self.ticket.user_id)
        self.assertEqual(self.ticket.stage_id, self.stage_solved)

    def test_choice_of_the_team(self):
        self.team.write({'answer_assigns': False, 'answer_stage_id': False})
        self.answer(self.agent)
        self.assertFalse(self.ticket.user_id)
        self.assertEqual(self.ticket.stage_id, self.stage_new)
        team = self.env['helpdesk.lite.team'].create({'name': 'New'})
        self.assertTrue(team.answer_assigns)
        self.assertEqual(team.wait_stage_id, self.env.ref('helpdesk_lite.stage_on_hold'))
        self.assertFalse(team.answer_stage_id)

    def test_log_and_notice(self):
        """The log says that the agent took it and moved it; they are told nothing of it."""
        self.answer(self.agent)
        tracking = self.ticket.message_ids.sudo().tracking_value_ids
        self.assertEqual(
            set(tracking.field_id.mapped('name')), {'user_id', 'stage_id'})
        self.assertEqual(tracking.mail_message_id.author_id, self.agent.partner_id)
        self.assertFalse(self.env['mail.notification'].search([
            ('res_partner_id', '=', self.agent.partner_id.id),
            ('mail_message_id.res_id', '=', self.ticket.id)]))

    def test_composer_to_many(self):
        """A mail to many is an answer on each: one assignment, one move, in one go."""
        tickets = self.make_tickets(3, partner_id=self.customer.id)
        with self.mock_mail_gateway():
            self.env['mail.compose.message'].with_user(self.agent).create({
                'composition_mode': 'mass_mail', 'model': tickets._name,
                'res_ids': str(tickets.ids), 'subject': 'Hi', 'body': '<p>Try again</p>',
                'partner_ids': [Command.link(self.customer.id)],
            })._action_send_mail()
        self.assertEqual(tickets.user_id, self.agent)
        self.assertEqual(tickets.stage_id, self.stage_progress)

    def test_import_of_old_answers(self):
        self.env['mail.message'].create({
            'model': self.ticket._name, 'res_id': self.ticket.id, 'body': 'Old',
            'message_type': 'comment', 'subtype_id': self.env.ref('mail.mt_comment').id,
            'author_id': self.agent.partner_id.id, 'date': '2020-01-01 10:00:00'})
        self.assertFalse(self.ticket.user_id)

    def test_stages_of_the_pipeline(self):
        """A stage that leaves the pipeline, or is folded, is forgotten; others are refused."""
        other = self.stages.create({'name': 'Other', 'team_ids': False})
        for stage in (other, self.stage_solved):
            with self.assertRaises(ValidationError):
                self.team.answer_stage_id = stage
        self.team.wait_stage_id = self.stage_progress
        self.stage_progress.fold = True
        self.assertFalse(self.team.answer_stage_id)
        self.stage_progress.fold = False
        self.team.answer_stage_id = self.stage_progress
        self.team.stage_ids -= self.stage_progress
        self.assertFalse(self.team.answer_stage_id)
        self.assertFalse(self.team.wait_stage_id)

    def test_query_budget(self):
        """Where nothing changes, an answer costs at most two queries more."""
        counts = []
        self.ticket.write({'user_id': self.agent.id, 'stage_id': self.stage_progress.id})
        for choice in ({'answer_assigns': False, 'answer_stage_id': False},
                       {'answer_assigns': True, 'answer_stage_id': self.stage_progress.id}):
            self.team.write(choice)
            self.answer(self.agent)
            with self.assert_queries(200, self.env) as counted:
                self.answer(self.agent)
            counts.append(counted.count)
        self.assertLessEqual(counts[1] - counts[0], 2)
