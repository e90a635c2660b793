from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import HelpdeskLiteMailCommon
from .test_gateway import make_mail

ANNA = 'anna@outside.example.org'


@tagged('post_install', '-at_install')
class TestFollowersField(HelpdeskLiteMailCommon):
    """Follow All Team's Tickets: the field in the team's form."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna = cls.env['res.partner'].create({'name': 'Anna', 'email': ANNA})
        (cls.agent + cls.assignee).notification_type = 'email'

    def choose(self, team, *partners):
        with Form(team.with_user(self.manager)) as form:
            for partner in partners:
                form.message_partner_ids.add(partner)

    def test_several_at_once_follow_and_are_told(self):
        old, closed = self.make_ticket(), self.make_ticket(stage_id=self.stage_solved.id)
        with self.mock_mail_gateway():
            self.choose(self.team, self.agent.partner_id, self.assignee.partner_id, self.anna)
        new = self.make_ticket()
        for partner in self.agent.partner_id + self.assignee.partner_id + self.anna:
            with self.subTest(partner=partner.name):
                self.assertTrue(self.is_follower(self.team, partner))
                self.assertTrue(self.is_follower(old + new, partner))
                self.assertFalse(self.is_follower(closed, partner))
                self.assertEqual(len(self.sent_to(partner.email)), 1)

    def test_new_team(self):
        """Whom its maker chooses before the first save is told; the maker isn't."""
        self.manager.notification_type = 'email'
        with self.mock_mail_gateway():
            form = Form(self.env['helpdesk.lite.team'].with_user(self.manager))
            form.name = 'Brand new'
            form.message_partner_ids.add(self.agent.partner_id)
            team = form.save()
        self.assertTrue(self.is_follower(team, self.agent))
        self.assertEqual(len(self.sent_to(self.agent.email)), 1)
        self.assertFalse(self.sent_to(self.manager.email))

    def test_leaving_by_the_field(self):
        """Tickets stay that were followed before the team, or as assignee or customer."""
        before, assigned, own, by_team = self.make_tickets(4)
        self.follow(before, self.anna)
        assigned.user_id, own.partner_id = self.agent, self.anna
        self.choose(self.team, self.anna, self.agent.partner_id)
        self.follow(before, self.anna)
        new = self.make_ticket()
        with Form(self.team.with_user(self.manager)) as form:
            for partner in self.anna + self.agent.partner_id:
                form.message_partner_ids.remove(id=partner.id)
        self.assertFalse(self.is_follower(self.team, self.anna))
        for tickets, partner, followed in (
            (before, self.anna, True), (own, self.anna, True), (by_team, self.anna, False),
            (new, self.anna, False), (assigned, self.agent.partner_id, True),
            (by_team, self.agent.partner_id, False), (before, self.agent.partner_id, False),
        ):
            with self.subTest(partner=partner.name, ticket=tickets.name):
                self.assertEqual(self.is_follower(tickets, partner), followed)

    def test_agents_choose_nobody_else(self):
        with self.assertRaises(AccessError):
            self.team.with_user(self.agent).message_partner_ids += self.anna
        self.assertFalse(self.is_follower(self.team, self.anna))


@tagged('post_install', '-at_install')
class TestUpdates(HelpdeskLiteMailCommon):
    """Who is mailed of what happens to a ticket: each once, in their language."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['res.lang']._activate_lang('fr_FR')
        cls.anna = cls.env['res.partner'].create({'name': 'Anna', 'email': ANNA})
        (cls.agent + cls.assignee).notification_type = 'email'
        cls.everything = cls.env['mail.message.subtype'].search([
            ('res_model', 'in', ('helpdesk.lite.team', False))])

    def take_in(self, team=None):
        mail = make_mail((team or self.team).alias_email, sender='Zoe <zoe@outside.example.org>')
        with self.mock_mail_gateway():
            self.env['mail.thread'].message_process('helpdesk.lite.ticket', mail.as_bytes())
            self.flush_tracking()
        return self.env['helpdesk.lite.ticket'].search([], order='id desc', limit=1)

    def test_contacts_outside_get_what_they_chose(self):
        self.team.message_subscribe(self.anna.ids, self.everything.ids)
        with self.mock_mail_gateway():
            ticket = self.make_ticket(name='Loud fan')
            self.flush_tracking()
        self.assertIn('Ticket created', self.sent_to(ANNA)[0]['body'])
        with self.mock_mail_gateway():
            ticket.with_user(self.agent).write({
                'stage_id': self.stage_progress.id, 'user_id': self.assignee.id})
            self.flush_tracking()
        mail, = self.sent_to(ANNA)
        self.assertIn(self.stage_progress.name, mail['body'])
        self.assertNotIn(self.assignee.name, mail['body'], 'who works on it stays inside')

    def test_contacts_outside_read_nothing_more(self):
        """Their rows of internal kinds still bring no note."""
        self.team.message_subscribe(self.anna.ids, self.everything.ids)
        ticket = self.make_ticket()
        with self.mock_mail_gateway():
            ticket.with_user(self.agent).message_post(body='Secret', subtype_xmlid='mail.mt_note')
        self.assertFalse(self.sent_to(ANNA))

    def test_one_mail_for_one_request(self):
        """Whoever follows the team, and is assigned by it, gets the customer's mail alone."""
        self.team.write({'auto_assignment': True, 'member_ids': self.assignee.ids})
        self.team.message_subscribe((self.assignee + self.agent).partner_id.ids)
        ticket = self.take_in()
        self.assertEqual(ticket.user_id, self.assignee)
        assigned, = self.sent_to(self.assignee.email)
        self.assertIn('It is on fire', assigned['body'])
        self.assertIn('Assigned to you', assigned['body'])
        followed, = self.sent_to(self.agent.email)
        self.assertIn('It is on fire', followed['body'])
        self.assertNotIn('Assigned to you', followed['body'])

    def test_one_mail_for_a_ticket_that_an_agent_makes(self):
        self.team.message_subscribe(self.assignee.partner_id.ids)
        with self.mock_mail_gateway():
            self.env['helpdesk.lite.ticket'].with_user(self.manager).create({
                'name': 'By phone', 'team_id': self.team.id, 'user_id': self.assignee.id})
            self.flush_tracking()
        mail, = self.sent_to(self.assignee.email)
        self.assertIn('assigned', mail['body'])

    def test_who_chose_no_discussions_is_told_of_the_assignment(self):
        self.team.write({'auto_assignment': True, 'member_ids': self.assignee.ids})
        self.team.message_subscribe(
            self.assignee.partner_id.ids, self.env.ref('helpdesk_lite.mt_team_ticket_new').ids)
        self.take_in()
        mail, = self.sent_to(self.assignee.email)
        self.assertIn('You have been assigned', mail['body'])

    def test_creation_stands_once_in_the_log(self):
        self.follow(self.team, self.agent)
        ticket = self.make_ticket()
        created, = ticket.message_ids.filtered(lambda m: 'Ticket created' in str(m.body))
        self.assertFalse(created.subtype_id.description)

    def test_in_the_readers_language(self):
        """A visitor's language is nobody's at the desk."""
        self.assignee.lang, self.agent.lang = 'fr_FR', 'en_US'
        self.company.partner_id.lang = 'en_US'
        self.follow(self.team, self.agent)
        template = self.env.ref('mail.message_user_assigned')
        template.with_context(lang='fr_FR').arch_db = template.with_context(
            lang='fr_FR').arch_db.replace('You have been assigned', 'Pour vous')
        with self.mock_mail_gateway():
            self.env['helpdesk.lite.ticket'].with_user(self.stranger).sudo().with_context(
                lang='fr_FR').create({
                    'name': 'A form', 'team_id': self.team.id, 'user_id': self.assignee.id})
            self.flush_tracking()
        self.assertIn('Pour vous', self.sent_to(self.assignee.email)[0]['body'])
        mail, = self.sent_to(self.agent.email)
        self.assertIn('Ticket created', mail['body'])
        self.assertIn('lang="en_US"', mail['body'])


@tagged('post_install', '-at_install')
class TestStageTemplates(HelpdeskLiteMailCommon):
    """Templates without text, and who stands at a stage's mail in the log."""

    def setUp(self):
        super().setUp()
        self.template = self.env['mail.template'].with_context(
            default_model='helpdesk.lite.ticket').create({
                'name': 'Only a title', 'use_default_to': True})
        self.stage_progress.template_id = self.template

    def move(self, user):
        ticket = self.make_ticket(partner_id=self.customer.id)
        self.flush_tracking()
        with self.mock_mail_gateway():
            ticket.with_user(user).stage_id = self.stage_progress
            self.flush_tracking()
        return ticket

    def test_empty_template_is_never_sent(self):
        for body in (False, '', '<p><br></p>', '<div>  </div>'):
            with self.subTest(body=body):
                self.template.body_html = body
                self.assertTrue(
                    self.stage_progress.with_user(self.manager).template_is_empty)
                ticket = self.move(self.agent)
                self.assertFalse(self._mails)
                self.assertIn('"Only a title" has no text', str(ticket.message_ids[0].body))
        self.template.body_html = '<p><t t-out="object.name"/></p>'
        self.assertFalse(self.stage_progress.template_is_empty)
        self.move(self.agent)
        self.assertTrue(self.sent_to('carla@customer.example.org'))

    def test_author_has_a_face(self):
        self.template.body_html = '<p>Hello</p>'
        root = self.env.ref('base.partner_root')
        for user, author in ((self.agent, self.agent.partner_id), (self.env.user, root)):
            with self.subTest(user=user.name):
                ticket = self.move(user)
                message = ticket.message_ids.filtered(lambda m: m.message_type == 'auto_comment')
                self.assertEqual(message.author_id, author)
                self.assertIn(self.team.alias_email, message.email_from)


@tagged('post_install', '-at_install')
class TestTurn(HelpdeskLiteMailCommon):
    """Whose turn it is, in lists."""

    def test_turn(self):
        _new, answered, back, closed, noted = tickets = self.make_tickets(
            5, partner_id=self.customer.id)

        def post(ticket, author, **values):
            ticket.with_user(self.agent).message_post(
                body='Hi', message_type='comment', author_id=author.id,
                **{'subtype_xmlid': 'mail.mt_comment', **values})

        for ticket in answered, back, closed:
            post(ticket, self.agent.partner_id)
        post(back, self.customer)
        post(noted, self.agent.partner_id, subtype_xmlid='mail.mt_note')
        closed.stage_id = self.stage_solved
        self.env.flush_all()
        self.assertEqual(
            tickets.with_user(self.agent).mapped('waiting_for'),
            ['desk', 'customer', 'desk', False, 'desk'])
        post(back, self.agent.partner_id)
        self.assertEqual(back.waiting_for, 'customer')
