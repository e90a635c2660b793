from odoo.tests import tagged

from .common import HelpdeskLiteHttpCommon


@tagged('post_install', '-at_install')
class TestUi(HelpdeskLiteHttpCommon):
    """The screens, used as people use them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.make_ticket(name='First')
        cls.second = cls.make_ticket(name='Second', priority='3')
        cls.third = cls.make_ticket(name='Third', user_id=cls.assignee.id)
        cls.gone = cls.make_ticket(name='Gone', stage_id=cls.stage_solved.id)

    def _run(self, tour, login, url=None):
        self.env.flush_all()
        self.start_tour(url or '/odoo/helpdesk-lite', tour, login=login)
        self.env.invalidate_all()

    def test_pipeline(self):
        """A team and its tickets are made, moved, taken over; folding a column closes nothing."""
        self._run('helpdesk_lite_pipeline_tour', 'hdl_manager')
        team = self.env['helpdesk.lite.team'].search([('name', '=', 'Tour Team')])
        self.assertEqual(team.company_id, self.company)
        self.assertEqual(
            team.stage_ids.mapped('name'),
            ['New', 'In Progress', 'On Hold', 'Solved', 'Cancelled'])
        tickets = team.ticket_ids.sorted('name')
        self.assertRecordValues(tickets, [
            {'name': 'Mouse is lost', 'is_closed': True, 'user_id': False},
            {'name': 'Printer jams', 'is_closed': False, 'user_id': self.manager.id},
            {'name': 'Screen stays black', 'is_closed': False, 'user_id': False},
        ])
        self.assertEqual(
            [ticket.stage_id.name for ticket in tickets], ['Solved', 'In Progress', 'New'])
        self.assertFalse(
            self.env.ref('helpdesk_lite.stage_in_progress').fold,
            "Folding a column by its gear is the user's own view")

    def test_fold_stage(self):
        """The gear opens the stage, names the teams that share it, warns, and saving closes."""
        self._run(
            'helpdesk_lite_fold_stage_tour', 'hdl_manager',
            f'/odoo/helpdesk-lite/{self.team.id}/helpdesk-lite-pipeline')
        self.assertTrue(self.stage_new.fold)
        self.assertTrue(self.first.is_closed)
        self.assertEqual(self.first.stage_id, self.stage_new)

    def test_dashboard(self):
        self._run('helpdesk_lite_dashboard_tour', 'hdl_agent')

    def test_template_with_the_link(self):
        """The link is text of the template: what is written beside it leaves it what it is."""
        template = self.env.ref('helpdesk_lite.mail_template_request_acknowledgment')
        self._run(
            'helpdesk_lite_template_tour', 'hdl_manager', f'/odoo/mail.template/{template.id}')
        self.assertIn('We wrote it down.', template.body_html)
        self.assertIn('href="/mail/view?model=helpdesk.lite.ticket"', template.body_html)

    def test_unfold_a_closed_column(self):
        self._run(
            'helpdesk_lite_unfold_tour', 'hdl_agent',
            f'/odoo/helpdesk-lite/{self.team.id}/helpdesk-lite-pipeline')

    def test_drag_a_column(self):
        """Odoo sends the columns that changed; other teams' stages keep their places."""
        self._run(
            'helpdesk_lite_drag_column_tour', 'hdl_manager',
            f'/odoo/helpdesk-lite/{self.team.id}/helpdesk-lite-pipeline')
        self.assertEqual(
            self.team.stage_ids.sorted().mapped('name'),
            ['Test Progress', 'Test New', 'Test Solved'])

    def test_answer(self):
        """Alt+A assigns and blocks nothing; the badge goes with the answer."""
        self.first.partner_id = self.customer
        self.first.with_user(self.manager).message_post(
            body='Try again', message_type='comment', subtype_xmlid='mail.mt_comment')
        self.first.message_post(
            body='Still broken', message_type='comment', subtype_xmlid='mail.mt_comment',
            author_id=self.customer.id)
        self._run(
            'helpdesk_lite_answer_tour', 'hdl_agent',
            f'/odoo/helpdesk-lite-tickets/{self.first.id}')
        self.assertEqual(self.first.user_id, self.agent)
        self.assertEqual(self.first.kanban_state, 'normal')

    def test_agent(self):
        """An agent sees no way to change a pipeline, takes a ticket over and moves it on."""
        self._run('helpdesk_lite_agent_tour', 'hdl_agent')
        self.assertEqual(self.first.user_id, self.agent)
        self.assertEqual(self.first.stage_id, self.stage_progress)

    def test_counters(self):
        """Each counter on a card is a link to the list that it counts."""
        self._run('helpdesk_lite_counters_tour', 'hdl_agent')

    def test_multi_edit(self):
        """Two tickets are assigned in one go in the list, then taken over by its button."""
        self._run('helpdesk_lite_multi_edit_tour', 'hdl_agent', '/odoo/helpdesk-lite-tickets')
        self.assertEqual((self.first + self.second).user_id, self.agent)

    def test_units(self):
        """The components' own tests, in Odoo's runner."""
        suite = 0
        for char in '@helpdesk_lite':
            suite = ((suite << 5) - suite + ord(char)) & 0xFFFFFFFF
        self.browser_js(
            f'/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite:08x}', '', '',
            login='admin', timeout=240, success_signal='[HOOT] Test suite succeeded',
            error_checker=lambda message: '[HOOT]' not in message)

    def test_empty_screen(self):
        """An empty pipeline names the address to which a mail makes a ticket."""
        action = self.team.with_user(self.agent).action_view_tickets()
        self.assertIn(self.team.alias_email, action['help'])
        hidden = self.env['helpdesk.lite.ticket'].with_user(self.agent).with_context(
            default_team_id=self.team_private.id).get_empty_list_help('<p>Nothing</p>')
        self.assertNotIn(self.team_private.alias_email, hidden)
