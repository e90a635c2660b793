from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import MANAGER, QUIET, USER, HelpdeskLiteHttpCommon, HelpdeskLiteMailCommon

START = 'helpdesk_lite.helpdesk_lite_team_action_start'
SAMPLE = 'helpdesk_lite.helpdesk_lite_team_action_sample_ticket'
FIRST_TEAM = 'o_helpdesk_lite_first_team'
SAMPLE_BUTTON = 'o_helpdesk_lite_sample'
TOUR = 'helpdesk_lite_tour'


class FirstStart:
    """A company without any team: its administrator, and an agent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.new_company = cls.env['res.company'].with_context(**QUIET).create({
            'name': 'New Company', 'alias_domain_id': cls.alias_domain.id}).with_env(cls.env)
        cls.starter = cls.make_user(
            'starter', f'{MANAGER},base.group_system', cls.new_company)
        cls.fresh_manager = cls.make_user('fresh_manager', MANAGER, cls.new_company)
        cls.fresh_agent = cls.make_user(
            'fresh_agent', USER, cls.new_company, notification_type='email')

    @classmethod
    def make_empty_team(cls, **values):
        return cls.make_team(**{
            'company_id': cls.new_company.id, 'name': 'Empty <Team>', 'alias_name': 'empty',
            **values})

    def get_dashboard_help(self, user):
        """What the empty dashboard says to a user who opens the app by its menu."""
        return self.env.ref(START).with_user(user).with_context(lang=user.lang).run()['help']

    def get_pipeline_help(self, team, user):
        return team.with_user(user).with_context(lang=user.lang).action_view_tickets()['help']


@tagged('post_install', '-at_install')
class TestOnboarding(FirstStart, HelpdeskLiteMailCommon):
    """The first start, and the sample ticket."""

    # ------------------------------------------------------------------
    # Empty dashboard
    # ------------------------------------------------------------------

    def test_dashboard_of_an_administrator(self):
        self.assertIn(FIRST_TEAM, self.get_dashboard_help(self.starter))
        self.assertIn(FIRST_TEAM, self.get_dashboard_help(self.fresh_manager))

    def test_dashboard_of_an_agent(self):
        text = self.get_dashboard_help(self.fresh_agent)
        self.assertNotIn(FIRST_TEAM, text)
        self.assertIn('Ask an administrator of Helpdesk', text)

    def test_menu_opens_nothing_for_others(self):
        with self.assertRaises(AccessError):
            self.env.ref(START).with_user(self.employee).run()

    def test_nothing_of_it_on_a_working_desk(self):
        """A dashboard that is empty by a search offers no first team, nor one of archived teams."""
        self.assertNotIn(FIRST_TEAM, self.get_dashboard_help(self.manager))
        team = self.make_empty_team()
        self.assertNotIn(FIRST_TEAM, self.get_dashboard_help(self.starter))
        self.assertNotIn('Ask an administrator', self.get_dashboard_help(self.fresh_agent))
        team.active = False
        self.assertNotIn(FIRST_TEAM, self.get_dashboard_help(self.starter))

    def test_agent_without_the_private_teams(self):
        self.make_empty_team(privacy_visibility='invited_internal')
        self.assertIn('invite you to a private one', self.get_dashboard_help(self.fresh_agent))

    def test_first_team_opens_its_pipeline(self):
        """What the guided form gives makes a team with an address and stages."""
        Team = self.env['helpdesk.lite.team'].with_user(self.fresh_manager).with_context(
            default_use_alias=True)
        team = Team.create({'name': 'Customer Care', 'alias_name': 'customer-care'})
        self.assertEqual(team.alias_email, 'customer-care@helpdesk.example.com')
        self.assertEqual(len(team.stage_ids), 5)
        self.assertEqual(team.action_view_tickets()['domain'], [('team_id', '=', team.id)])

    # ------------------------------------------------------------------
    # Empty pipeline
    # ------------------------------------------------------------------

    def test_pipeline_names_the_address(self):
        team = self.make_empty_team()
        link = '<a href="mailto:empty@helpdesk.example.com">empty@helpdesk.example.com</a>'
        for user in (self.starter, self.fresh_manager, self.fresh_agent):
            with self.subTest(user=user.login):
                self.assertIn(link, self.get_pipeline_help(team, user))

    def test_pipeline_without_address(self):
        team = self.make_empty_team(alias_name=False)
        text = self.get_pipeline_help(team, self.fresh_manager)
        self.assertIn(f'data-resid="{team.id}"', text)
        self.assertIn('Empty &lt;Team&gt;', text)
        self.assertNotIn('<Team>', text)
        self.assertNotIn('By email', self.get_pipeline_help(team, self.fresh_agent))

    def test_pipeline_without_domain(self):
        self.new_company.alias_domain_id = False
        team = self.make_empty_team(alias_domain_id=False)
        self.assertIn('#email-alias-setting', self.get_pipeline_help(team, self.starter))
        text = self.get_pipeline_help(team, self.fresh_manager)
        self.assertNotIn('#email-alias-setting', text)
        self.assertIn('an administrator of the system', text)
        self.assertNotIn('By email', self.get_pipeline_help(team, self.fresh_agent))

    def test_pipeline_offers_the_sample_to_administrators(self):
        team = self.make_empty_team()
        self.assertIn(SAMPLE_BUTTON, self.get_pipeline_help(team, self.fresh_manager))
        self.assertNotIn(SAMPLE_BUTTON, self.get_pipeline_help(team, self.fresh_agent))

    def test_pipeline_that_has_had_a_ticket(self):
        team = self.make_empty_team()
        self.make_ticket(team, stage_id=self.stage_solved.id).active = False
        text = self.get_pipeline_help(team, self.fresh_manager)
        self.assertNotIn(SAMPLE_BUTTON, text)
        self.assertIn('No tickets here', text)
        self.assertIn('mailto:empty@', text)

    def test_texts_are_translated(self):
        self.env['res.lang']._activate_lang('ko_KR')
        self.env['ir.module.module'].search(
            [('name', '=', 'helpdesk_lite')])._update_translations(['ko_KR'])
        self.starter.lang = self.fresh_agent.lang = 'ko_KR'
        texts = [self.get_dashboard_help(user) for user in (self.starter, self.fresh_agent)]
        team = self.make_empty_team()
        texts.append(self.get_pipeline_help(team, self.starter))
        sample = self.make_sample(team, self.starter)
        texts += [sample.name, sample.partner_name, sample.description,
                  sample.message_ids[:1].body]
        for text in texts:
            self.assertRegex(str(text), '[가-힣]')

    # ------------------------------------------------------------------
    # The form of the first team
    # ------------------------------------------------------------------

    def first_form(self, user):
        action = self.env.ref('helpdesk_lite.helpdesk_lite_team_action_first')
        return Form(self.env['helpdesk.lite.team'].with_user(user).with_context(
            default_use_alias=True), view=action.view_id)

    def test_proposed_address(self):
        self.make_team(name='Other', alias_name='customer-care')
        for name, expected in (
            ('Customer Care', 'customer-care-2'), ('Übersetzer', 'ubersetzer'),
            ('고객 지원', 'helpdesk'), ('Catchall', None),
        ):
            with self.subTest(name=name):
                form = self.first_form(self.fresh_manager)
                form.name = name
                expected = expected or f'{self.alias_domain.catchall_alias}-2'
                self.assertEqual(form.alias_name, expected)
                form.name = 'Another name'
                self.assertEqual(form.alias_name, expected, 'what stands there is kept')

    def test_no_address_is_proposed_later(self):
        self.make_empty_team()
        form = self.first_form(self.fresh_manager)
        form.name = 'Customer Care'
        self.assertFalse(form.alias_name)

    def test_who_answers(self):
        """Who may give rights gives the right with it; a private team is seen by its members."""
        for visibility in ('portal', 'invited_internal'):
            rookie = self.make_user(f'rookie_{visibility}', 'base.group_user', self.new_company)
            with self.subTest(visibility=visibility):
                form = self.first_form(self.starter)
                form.name = visibility
                form.privacy_visibility = visibility
                form.answering_ids.add(self.fresh_agent)
                self.assertFalse(form.answering_note)
                form.answering_ids.add(rookie)
                self.assertIn(rookie.name, form.answering_note)
                self.assertNotIn(self.fresh_agent.name, form.answering_note)
                team = form.save()
                self.assertEqual(team.member_ids, self.fresh_agent + rookie)
                self.assertTrue(rookie.has_group(USER))
                self.assertTrue(team.with_user(rookie).has_access('read'))
                self.assertFalse(team.member_warning)

    def test_who_answers_gives_nobody_a_right_that_others_may_give(self):
        rookie = self.make_user('rookie', 'base.group_user', self.new_company)
        with self.assertRaises(ValidationError):
            self.env['helpdesk.lite.team'].with_user(self.fresh_manager).create(
                {'name': 'x', 'answering_ids': rookie.ids})
        self.assertFalse(rookie.has_group(USER))
        team = self.env['helpdesk.lite.team'].with_user(self.fresh_manager).create(
            {'name': 'x', 'answering_ids': self.fresh_agent.ids})
        self.assertEqual(team.member_ids, self.fresh_agent)
        with self.assertRaises(AccessError):
            team.with_user(self.fresh_agent).answering_ids = False

    # ------------------------------------------------------------------
    # Sample ticket
    # ------------------------------------------------------------------

    def make_sample(self, team, user):
        """The ticket that the button opens, as the button does it."""
        action = self.env.ref(SAMPLE).with_user(user).with_context(
            lang=user.lang, active_model=team._name, active_id=team.id,
            active_ids=team.ids).run()
        self.assertEqual(action['res_model'], 'helpdesk.lite.ticket')
        return self.env['helpdesk.lite.ticket'].browse(action['res_id'])

    def test_sample(self):
        team = self.make_empty_team()
        sample = self.make_sample(team, self.fresh_manager)
        self.assertRecordValues(sample, [{
            'is_sample': True, 'team_id': team.id, 'user_id': self.fresh_manager.id,
            'stage_id': self.stage_new.id, 'partner_id': False, 'partner_email': False,
            'partner_phone': False, 'partner_name': 'Sample Customer',
        }])
        self.assertIn('black', sample.description)
        self.assertEqual(self.make_sample(team, self.fresh_manager), sample, 'one is enough')

    def test_sample_reaches_nobody(self):
        """No mail, notification or activity, also where all that could send something is on."""
        team = self.make_empty_team(auto_assignment=True, member_ids=self.fresh_agent.ids)
        self.follow(team, self.fresh_agent)
        self.env['mail.followers'].search([
            ('res_model', '=', team._name), ('res_id', '=', team.id)]).subtype_ids = self.env[
                'mail.message.subtype'].search([('res_model', 'in', (team._name, False))])
        self.stage_new.template_id = self.env.ref(
            'helpdesk_lite.mail_template_request_acknowledgment')
        partners = self.env['res.partner'].search_count([])
        self.flush_tracking()
        with self.mock_mail_gateway():
            sample = self.make_sample(team, self.fresh_manager)
            self.flush_tracking()
        self.assertFalse(self._mails)
        self.assertFalse(self._new_mails)
        self.assertFalse(sample.message_ids.notification_ids)
        self.assertFalse(sample.activity_ids)
        self.assertEqual(self.env['res.partner'].search_count([]), partners)
        # and what follows goes to no customer
        with self.mock_mail_gateway():
            sample.with_user(self.fresh_manager).stage_id = self.stage_progress
            sample.with_user(self.fresh_manager).stage_id = self.stage_new
            self.flush_tracking()
        self.assertFalse(self._mails)

    def test_sample_takes_nobodys_turn(self):
        team = self.make_empty_team(auto_assignment=True, member_ids=self.fresh_agent.ids)
        sample = self.make_sample(team, self.fresh_manager)
        self.assertEqual(sample.user_id, self.fresh_manager)
        self.assertFalse(self.env['helpdesk.lite.team.turn'].search([('team_id', '=', team.id)]))

    def test_sample_of_others(self):
        """Whoever can't delete it can't make it either, by the button or without."""
        team = self.make_empty_team()
        self.fresh_agent.company_ids = [Command.link(self.company.id)]
        for user in (self.fresh_agent, self.employee, self.portal):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    self.make_sample(team, user)
                with self.assertRaises(AccessError):
                    team.with_user(user).action_create_sample_ticket()
        with self.assertRaises(AccessError):
            team.with_user(self.other_manager).action_create_sample_ticket()
        self.assertFalse(team.ticket_ids)

    def test_delete_sample(self):
        team = self.make_empty_team()
        sample = self.make_sample(team, self.fresh_manager)
        with self.assertRaises(AccessError):
            sample.with_user(self.fresh_agent).action_delete_sample()
        action = sample.with_user(self.fresh_manager).action_delete_sample()
        self.assertFalse(sample.exists())
        self.assertEqual(action['domain'], [('team_id', '=', team.id)])
        self.assertIn(SAMPLE_BUTTON, action['help'])

    def test_no_real_ticket_is_deleted(self):
        ticket = self.make_ticket()
        with self.assertRaises(UserError):
            ticket.with_user(self.manager).action_delete_sample()
        sample = self.make_sample(self.make_empty_team(), self.fresh_manager)
        self.assertFalse(sample.copy().is_sample)
        self.assertTrue(ticket.exists())


@tagged('post_install', '-at_install')
class TestOnboardingTour(FirstStart, HelpdeskLiteHttpCommon):
    """From an empty Helpdesk to a first ticket, by the tour and without."""

    def _get_tour(self, user):
        """The name of the tour that is offered to a user who has taken all others."""
        Tour = self.env['web_tour.tour']
        Tour.search([('name', '!=', TOUR)]).user_consumed_ids = [Command.link(user.id)]
        user.tour_enabled = True
        tour = Tour.with_user(user).get_current_tour()
        return tour and tour['name']

    def _check_team(self, address='customer-care@helpdesk.example.com'):
        team = self.env['helpdesk.lite.team'].search([('company_id', '=', self.new_company.id)])
        self.assertRecordValues(team, [{
            'name': 'Customer Care', 'alias_email': address}])
        return team

    def test_tour(self):
        """The tour, done by Odoo's automatic runner."""
        self.start_tour('/odoo', TOUR, login=self.starter.login)
        team = self._check_team()
        self.assertRecordValues(team.ticket_ids, [{
            'is_sample': True, 'stage_id': self.env.ref('helpdesk_lite.stage_in_progress').id}])

    def test_tour_by_hand(self):
        """The tour points at one thing after the other until the user has done them all."""
        self.browser_js(
            '/odoo', 'odoo.startHelpdeskLiteTourByHand()',
            ready="!!odoo.startHelpdeskLiteTourByHand && odoo.isTourReady('helpdesk_lite_tour')",
            login=self.starter.login, success_signal='tour succeeded', timeout=180)
        self.assertTrue(self._check_team().ticket_ids.is_sample)

    def test_tour_is_offered_on_the_first_start(self):
        self.assertEqual(self._get_tour(self.starter), TOUR)
        self.make_empty_team()
        self.assertFalse(self._get_tour(self.starter), 'the desk is at work already')

    def test_tour_is_not_offered_to_others(self):
        self.assertFalse(self._get_tour(self.fresh_agent))
        self.assertFalse(self._get_tour(self.employee))
        Tour = self.env['web_tour.tour']
        other = Tour.create({'name': 'test_tour_other', 'sequence': 999})
        self.assertEqual(Tour.with_user(self.employee).get_current_tour()['name'], other.name)

    def test_start(self):
        """Without the tour: empty screens, the sample, and deleting it."""
        rookie = self.make_user('rookie', 'base.group_user', self.new_company)
        rookie.name = 'hdl_rookie'
        self.start_tour('/odoo/helpdesk-lite', 'helpdesk_lite_first_start', login='hdl_starter')
        team = self._check_team('care@helpdesk.example.com')
        self.assertFalse(team.ticket_ids)
        self.assertEqual(team.member_ids, rookie)
        self.assertTrue(rookie.has_group(USER))

    def test_start_of_an_agent(self):
        self.start_tour('/odoo/helpdesk-lite', 'helpdesk_lite_agent_start', login='hdl_fresh_agent')
