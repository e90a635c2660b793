from odoo.tests import mute_logger, tagged

from .common import PortalCommon


@tagged('post_install', '-at_install')
class TestColleague(PortalCommon):
    """Employees without a right for Helpdesk are customers of an internal desk."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls.make_ticket(
            name='Laptop of a colleague', partner_id=cls.employee.partner_id.id)
        cls.own.message_post(
            body='We look', message_type='comment', subtype_xmlid='mail.mt_comment')
        cls.own.message_post(
            body='Secret', message_type='comment', subtype_xmlid='mail.mt_note')
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.login(self.employee)

    def test_list_and_count(self):
        page = self.get('/my/tickets').text
        self.assertIn('Laptop of a colleague', page)
        self.assertNotIn('Printer is jammed', page)
        count = self.rpc('/my/counters', {'counters': ['ticket_count']})['result']
        self.assertEqual(count, {'ticket_count': 1})

    def test_page_messages_and_answer(self):
        self.assertIn('Laptop', self.page(f'/my/ticket/{self.own.id}').text_content())
        messages = self.fetch(self.own)['result']
        self.assertIn('We look', str(messages))
        self.assertNotIn('Secret', str(messages))
        answer = self.post_message(self.own, 'Thank you')
        message = self.env['mail.message'].browse(answer['result']['message_id'])
        self.assertEqual(message.author_id, self.employee.partner_id)

    def test_closes(self):
        self.post(f'/my/ticket/{self.own.id}/close')
        self.env.invalidate_all()
        self.assertTrue(self.own.is_closed)

    def test_not_without_following(self):
        self.assertEqual(self.get(f'/my/ticket/{self.ticket.id}').status_code, 404)
        with mute_logger('odoo.http'):
            self.assertIn('error', self.post_message(self.ticket))
            self.assertIn('error', self.fetch(self.ticket))

    def test_not_in_other_teams(self):
        self.own.team_id = self.team_company
        self.env.flush_all()
        self.assertNotIn('Laptop', self.get('/my/tickets').text)
        self.assertEqual(self.get(f'/my/ticket/{self.own.id}').status_code, 404)
        with mute_logger('odoo.http'):
            self.assertIn('error', self.fetch(self.own))

    def test_not_in_another_company(self):
        ticket = self.make_ticket(self.other_team, name='Elsewhere')
        self.follow(ticket, self.employee)
        self.assertNotIn('Elsewhere', self.get('/my/tickets').text)
        self.assertEqual(self.get(f'/my/ticket/{ticket.id}').status_code, 404)

    def test_mail_leads_to_the_page(self):
        url = f'/mail/view?model=helpdesk.lite.ticket&res_id={self.own.id}'
        self.assertTrue(self.get(url).headers['Location'].endswith(f'/my/ticket/{self.own.id}'))

    def test_agents_list_has_what_they_follow(self):
        self.login(self.agent)
        self.assertNotIn('Laptop', self.get('/my/tickets').text)
        self.follow(self.own, self.agent)
        self.assertIn('Laptop', self.get('/my/tickets').text)
