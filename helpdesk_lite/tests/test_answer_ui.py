from odoo.tests import tagged

from .common import HelpdeskLiteHttpCommon


@tagged('post_install', '-at_install')
class TestAnswerUi(HelpdeskLiteHttpCommon):
    """Sending as agents do it, in a real browser."""

    def setUp(self):
        super().setUp()
        self.team.write({
            'answer_assigns': True, 'wait_stage_id': self.stage_progress.id, 'send_as': 'team'})
        model_id = self.env['ir.model']._get_id('helpdesk.lite.ticket')
        self.env['mail.template'].create({'name': 'How to reset', 'model_id': model_id})
        self.stage_solved.template_id = self.env['mail.template'].create({
            'name': 'Of the stage', 'model_id': model_id, 'subject': 'Solved',
            'body_html': '<p>Solved</p>'})
        self.ticket = self.make_ticket(name='Oven is cold', partner_id=self.customer.id)

    def run_tour(self, tour):
        self.env.flush_all()
        self.start_tour(
            f'/odoo/helpdesk-lite-tickets/{self.ticket.id}', tour, login='hdl_agent')
        self.env.invalidate_all()

    def get_answer(self, text):
        return self.ticket.message_ids.filtered(lambda message: text in message.body)

    def test_send_and_solve(self):
        self.run_tour('helpdesk_lite_send_and_solve_tour')
        self.assertEqual(self.ticket.stage_id, self.stage_solved)
        self.assertEqual(self.ticket.user_id, self.agent)
        self.assertEqual(len(self.get_answer('It works now')), 1)
        self.assertFalse(self.get_answer('[name]'))
        self.assertTrue(self.get_answer('It works now').helpdesk_lite_as_team)

    def test_full_composer(self):
        self.run_tour('helpdesk_lite_full_composer_tour')
        self.assertEqual(self.ticket.stage_id, self.stage_progress)
        self.assertEqual(len(self.get_answer('The manual is attached')), 1)
        self.assertFalse(self.ticket.is_closed)
