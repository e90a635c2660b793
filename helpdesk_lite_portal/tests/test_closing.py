from odoo.tests import tagged

from .common import PortalCommon


@tagged('post_install', '-at_install')
class TestClosing(PortalCommon):
    """Closing by the customer."""

    def close(self, ticket, data=None, **kwargs):
        response = self.post(f'/my/ticket/{ticket.id}/close', data, **kwargs)
        self.env.invalidate_all()
        return response

    def test_by_link(self):
        token = self.token(self.ticket)
        page = self.get(self.link(self.ticket)).text
        self.assertIn('/close', page)
        response = self.close(self.ticket, {'access_token': token})
        self.assertEqual(response.status_code, 303)
        self.assertTrue(self.ticket.is_closed and self.ticket.closed_by_partner)
        self.assertEqual(self.ticket.stage_id, self.stage_solved)
        page = self.url_open(response.headers['Location']).text
        self.assertIn('Closed on', page)
        self.assertIn(self.portal.name, page)
        self.assertIn('If you answer, it is opened again', page)
        self.assertNotIn('/close', page)

    def test_the_log_names_the_customer(self):
        self.close(self.ticket, {'access_token': self.token(self.ticket)})
        message = self.ticket.message_ids.filtered('tracking_value_ids')[:1]
        self.assertEqual(message.author_id, self.portal.partner_id)
        self.assertIn('Closed by the customer', message.body)
        self.assertIn('stage_id', message.tracking_value_ids.field_id.mapped('name'))

    def test_the_log_is_in_the_language_of_the_company(self):
        self.env['res.lang']._activate_lang('ko_KR')
        self.company.partner_id.lang = 'ko_KR'
        self.close(self.ticket, {'access_token': self.token(self.ticket)})
        message = self.ticket.message_ids.filtered('tracking_value_ids')[:1]
        self.assertIn('고객', message.body)

    def test_second_click_does_no_harm(self):
        token = self.token(self.ticket)
        self.close(self.ticket, {'access_token': token})
        before = (self.ticket.close_date, len(self.ticket.message_ids))
        response = self.close(self.ticket, {'access_token': token})
        self.assertEqual(response.status_code, 303)
        self.assertEqual((self.ticket.close_date, len(self.ticket.message_ids)), before)

    def test_by_portal_user(self):
        self.login(self.portal)
        self.assertEqual(self.close(self.ticket).status_code, 303)
        self.assertTrue(self.ticket.is_closed)

    def get_closed_by(self, ticket):
        note, = self.page(self.link(ticket)).xpath("//div[contains(@class, 'o_ticket_closed')]")
        return ' '.join(note.text_content().split())

    def test_page_names_who_closed(self):
        """The follower who did, not the customer; and the team where an agent did."""
        follower = self.portal_stranger
        self.follow(self.ticket, follower)
        self.login(follower)
        self.close(self.ticket)
        self.assertIn(f'Closed by the customer · {follower.name}', self.get_closed_by(self.ticket))
        self.assertNotIn(f'{self.portal.name} ·', self.get_closed_by(self.ticket))
        self.ticket.with_user(self.agent).stage_id = self.stage_new
        self.ticket.with_user(self.agent).stage_id = self.stage_solved
        self.env.flush_all()
        self.assertIn(f'Closed by the team · {self.team.name}', self.get_closed_by(self.ticket))
        self.assertNotIn(follower.name, self.get_closed_by(self.ticket))

    def test_page_names_whom_the_link_was_sent_to(self):
        self.follow(self.ticket, self.customer)
        token = self.token(self.ticket)
        self.login(None)
        self.close(self.ticket, {
            'pid': self.customer.id, 'hash': self.ticket._sign_token(self.customer.id)})
        self.assertIn(self.customer.name, self.get_closed_by(self.ticket))
        self.ticket.stage_id = self.stage_new
        self.env.flush_all()
        self.close(self.ticket, {'access_token': token})
        self.assertIn(self.portal.name, self.get_closed_by(self.ticket))

    def test_refused(self):
        wrong = self.token(self.other_ticket)
        token = self.token(self.ticket)
        for user, data, csrf in (
            (None, {}, True), (None, {'access_token': wrong}, True),
            (None, {'access_token': 'x'}, True), (None, {'access_token': token}, False),
            (self.portal_stranger, {}, True), (self.portal, {}, False), (self.employee, {}, True),
        ):
            self.login(user)
            response = self.close(self.ticket, data, csrf=csrf)
            self.assertIn(response.status_code, (303, 400, 404))
            if response.status_code == 303:
                self.assertIn('/web/login', response.headers['Location'])
            self.assertFalse(self.ticket.is_closed, (user, data, csrf))

    def test_get_closes_nothing(self):
        self.login(self.portal)
        for method in ('GET', 'HEAD'):
            response = self.opener.request(
                method, self.base_url() + f'/my/ticket/{self.ticket.id}/close', timeout=60)
            self.assertEqual(response.status_code, 405)
        self.get(self.link(self.ticket, path='/close'))
        self.assertFalse(self.ticket.is_closed)

    def test_where_the_team_does_not_allow_it(self):
        self.team.allow_portal_ticket_closing = False
        self.env.flush_all()
        self.login(self.portal)
        self.assertNotIn('/close', self.get(f'/my/ticket/{self.ticket.id}').text)
        response = self.close(self.ticket, {'access_token': self.token(self.ticket)})
        self.assertEqual(response.status_code, 403)
        self.assertFalse(self.ticket.is_closed)

    def test_in_a_team_that_is_not_public(self):
        self.team_company.allow_portal_ticket_closing = True
        ticket = self.make_ticket(self.team_company, partner_id=self.portal.partner_id.id)
        self.login(self.portal)
        self.assertEqual(self.close(ticket).status_code, 404)
        self.assertFalse(ticket.is_closed)

    def test_stage_of_automatic_closing_where_it_closes(self):
        other = self.env['helpdesk.lite.stage'].create({
            'name': 'Done by customer', 'sequence': 9, 'fold': True, 'team_ids': self.team.ids})
        self.team.to_stage_id = other
        self.assertEqual(self.team._get_customer_closing_stage(), other)
        self.team.to_stage_id = self.stage_progress
        self.assertEqual(self.team._get_customer_closing_stage(), self.stage_solved)

    def test_pipeline_without_folded_stage(self):
        """The last stage is the closing one: the ticket is moved there, and stays open."""
        stages = self.env['helpdesk.lite.stage'].create([
            {'name': 'In', 'sequence': 1, 'team_ids': False},
            {'name': 'Out', 'sequence': 2, 'team_ids': False}])
        team = self.make_team(stage_ids=stages.ids, allow_portal_ticket_closing=True)
        ticket = self.make_ticket(team, partner_id=self.portal.partner_id.id)
        self.env.flush_all()
        self.login(self.portal)
        for _click in range(2):
            self.assertEqual(self.close(ticket).status_code, 303)
            self.assertEqual(ticket.stage_id, stages[1])

    def test_stage_mail_goes_out(self):
        self.stage_solved.template_id = self.env['mail.template'].create({
            'name': 'Solved', 'model_id': self.env['ir.model']._get_id('helpdesk.lite.ticket'),
            'subject': 'Solved', 'body_html': '<p>Done</p>'})
        self.env.flush_all()
        self.close(self.other_ticket, {'access_token': self.token(self.other_ticket)})
        mail = self.env['mail.mail'].search([('recipient_ids', 'in', self.customer.ids)])
        self.assertEqual(len(mail.filtered(lambda mail: 'Done' in mail.body_html)), 1)

    def test_answer_opens_it_again(self):
        self.ticket.stage_id = self.stage_solved
        self.env.flush_all()
        self.post_message(self.ticket, 'Still broken', {'token': self.token(self.ticket)})
        self.env.invalidate_all()
        self.assertFalse(self.ticket.is_closed)
