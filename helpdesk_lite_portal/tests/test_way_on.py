from freezegun import freeze_time

from odoo.tests import tagged

from .common import TICKET, PortalCommon


@tagged('post_install', '-at_install')
class TestWayOn(PortalCommon):
    """Pages of tickets that go on as another one lead there, and lead nobody to another's."""

    def merge(self, source, destination, **values):
        tickets = source | destination
        self.env['helpdesk.lite.ticket.merge'].with_user(self.agent).with_context(
            active_model=TICKET, active_ids=tickets.ids,
        ).create({'destination_id': destination.id, **values}).action_merge()
        self.env.flush_all()

    def sign(self, ticket, partner):
        self.token(ticket)
        return f'/my/ticket/{ticket.id}?pid={partner.id}&hash={ticket._sign_token(partner.id)}'

    def assertLeadsTo(self, link, ticket):
        response = self.url_open(link)
        self.assertEqual(response.status_code, 200)
        self.assertIn(f'/my/ticket/{ticket.id}', response.url)
        self.assertIn(ticket.name, response.text)

    def assertStays(self, link, hidden):
        response = self.url_open(link)
        self.assertIn('merged', response.text)
        self.assertNotIn(hidden.name, response.text)

    # ------------------------------------------------------------------
    # Merged tickets
    # ------------------------------------------------------------------

    def test_merged_ticket_leads_to_the_one_that_stays(self):
        stays = self.make_ticket(name='The one that stays', partner_id=self.portal.partner_id.id)
        middle = self.make_ticket(partner_id=self.portal.partner_id.id)
        link = self.link(self.ticket)
        for source, destination in ((self.ticket, middle), (middle, stays)):
            self.merge(source, destination)
        self.assertFalse(stays.access_token, 'nobody was sent its link yet')
        self.login(self.portal)
        response = self.get(f'/my/ticket/{self.ticket.id}')
        self.assertTrue(response.headers['Location'].endswith(f'/my/ticket/{stays.id}'))
        self.login(None)
        response = self.url_open(link)
        self.assertIn('The one that stays', response.text)
        self.assertIn(f'/my/ticket/{stays.id}', response.url)

    def test_followers_are_led_to_where_they_follow_now(self):
        """By their account alone: their link to the ticket has no secret."""
        stays = self.make_ticket(name='The one that stays')
        people = self.portal | self.portal_stranger | self.employee
        self.follow(self.ticket, people)
        old, view = f'/my/ticket/{self.ticket.id}', f'/mail/view?model={TICKET}&res_id='
        self.merge(self.ticket, stays)
        for user in people:
            with self.subTest(user=user.login):
                self.login(user)
                self.assertLeadsTo(old, stays)
                self.assertLeadsTo(f'{view}{self.ticket.id}', stays)
        self.login(self.portal)
        self.post_message(self.ticket, 'Open since before')
        self.env.invalidate_all()
        self.assertIn('Open since before', stays.message_ids[0].body)
        stays.message_unsubscribe(self.portal.partner_id.ids)
        self.env.flush_all()
        self.assertStays(old, stays)
        self.login(None)
        self.assertNotFound(self.get(old))

    def test_who_followed_only_the_one_that_stays_learns_nothing(self):
        stays = self.make_ticket(name='The one that stays')
        self.follow(stays, self.portal_stranger | self.employee)
        self.merge(self.ticket, stays)
        for user in self.portal_stranger | self.employee:
            self.login(user)
            self.assertNotFound(self.get(f'/my/ticket/{self.ticket.id}'))

    def test_merged_ticket_leads_nobody_to_anothers(self):
        self.token(self.other_ticket)
        link = self.link(self.ticket)
        self.ticket.write({'merged_into_id': self.other_ticket.id, 'active': False})
        self.env.flush_all()
        for user in (None, self.portal):
            self.login(user)
            response = self.url_open(link)
            self.assertIn('Printer is jammed', response.text)
            self.assertIn('merged', response.text)
            self.assertNotIn('Screen stays black', response.text)

    def test_signature_leads_on_for_whom_the_mail_was(self):
        stays = self.make_ticket(name='The one that stays', partner_id=self.portal.partner_id.id)
        stranger = self.env['res.partner'].create({'name': 'Somebody'})
        own = self.sign(self.ticket, self.portal.partner_id)
        others = self.sign(self.ticket, stranger)
        self.merge(self.ticket, stays)
        self.assertLeadsTo(own, stays)
        self.assertStays(others, stays)

    def test_two_contacts_of_one_address_are_one_person(self):
        double = self.env['res.partner'].create({
            'name': 'The same', 'email': self.customer.email.upper()})
        stays = self.make_ticket(name='The one that stays', partner_id=double.id)
        link = self.link(self.other_ticket)
        self.merge(self.other_ticket, stays)
        self.assertLeadsTo(link, stays)

    def test_other_customers_only_where_they_may_read(self):
        stays = self.make_ticket(name='The one that stays', partner_id=self.portal.partner_id.id)
        link = self.link(self.other_ticket)
        self.merge(self.other_ticket, stays)
        self.assertStays(link, stays)
        self.other_ticket.with_user(self.agent).action_unmerge()
        self.merge(self.other_ticket, stays, share_between_customers=True)
        self.assertLeadsTo(link, stays)

    def test_answer_on_a_page_from_before_the_merge(self):
        stays = self.make_ticket(name='The one that stays', partner_id=self.customer.id)
        secret = {'token': self.token(self.other_ticket)}
        self.merge(self.other_ticket, stays)
        self.assertIn('result', self.post_message(self.other_ticket, 'Open since before', secret))
        self.env.invalidate_all()
        self.assertIn('Open since before', stays.message_ids[0].body)
        self.assertFalse(stays.message_ids[0].is_internal)
        self.assertEqual(stays.waiting_for, 'desk')
        self.assertNotIn('Open since before', str(self.other_ticket.message_ids.mapped('body')))

    def test_answer_of_a_customer_who_is_kept_apart(self):
        stays = self.make_ticket(
            name='The one that stays', partner_id=self.portal.partner_id.id,
            user_id=self.agent.id)
        secret = {'token': self.token(self.other_ticket)}
        self.merge(self.other_ticket, stays)
        self.post_message(self.other_ticket, 'Not for the other', secret)
        self.env.invalidate_all()
        message = stays.message_ids.filtered(lambda m: 'Not for the other' in m.body)
        self.assertEqual(len(message), 1)
        self.assertTrue(message.is_internal)
        self.assertIn(self.agent.partner_id, message.notified_partner_ids)
        self.login(self.portal)
        self.assertNotIn('Not for the other', str(self.fetch(stays)))

    # ------------------------------------------------------------------
    # Follow-ups
    # ------------------------------------------------------------------

    def close_long_ago(self, ticket):
        self.team.write({'reopen_policy': 'new', 'reopen_day': 3})
        with freeze_time('2025-01-06 10:00:00'):
            ticket.stage_id = self.stage_solved
            ticket.flush_recordset()
        self.env.flush_all()

    def get_follow_up(self, ticket):
        self.env.invalidate_all()
        return ticket.next_ticket_ids

    def test_answer_by_link_leads_to_the_new_ticket(self):
        self.close_long_ago(self.other_ticket)
        link = self.link(self.other_ticket)
        page = self.page(link)
        self.assertIn('a new ticket is opened', page.xpath('string(//*[@role="note"])'))
        secret = {'token': self.other_ticket.access_token}
        self.post_message(self.other_ticket, 'It is black again', secret)
        following = self.get_follow_up(self.other_ticket)
        self.assertIn('It is black again', str(following.message_ids.mapped('body')))
        page = self.page(link)
        [url] = page.xpath('//*[hasclass("o_ticket_follow_up")]//a/@href')
        self.assertLeadsTo(url, following)
        self.assertIn(following.ticket_ref, page.text_content())
        self.assertNotIn('a new ticket is opened', page.text_content())

    def test_answer_by_link_of_a_colleague(self):
        """Who is a customer here and an employee without right, or of another company, too."""
        for user in (self.employee, self.other_agent):
            with self.subTest(user=user.login):
                ticket = self.make_ticket(
                    partner_id=user.partner_id.id, user_id=self.assignee.id)
                self.close_long_ago(ticket)
                secret = {'token': self.token(ticket)}
                self.login(user)
                self.assertNotIn('error', self.post_message(ticket, 'It is black again', secret))
                following = self.get_follow_up(ticket)
                self.assertIn('It is black again', str(following.message_ids.mapped('body')))
                self.assertEqual(following.user_id, self.assignee)

    def test_answer_with_an_account_leads_to_the_new_ticket(self):
        self.close_long_ago(self.ticket)
        self.login(self.portal)
        self.post_message(self.ticket, 'Jammed again')
        following = self.get_follow_up(self.ticket)
        page = self.page(f'/my/ticket/{self.ticket.id}')
        self.assertEqual(
            page.xpath('//*[hasclass("o_ticket_follow_up")]//a/@href'),
            [f'/my/ticket/{following.id}'])
        self.assertLeadsTo(f'/my/ticket/{following.id}', following)

    def test_follow_up_of_another_customer_is_not_named(self):
        self.close_long_ago(self.other_ticket)
        link = self.link(self.other_ticket)
        self.post_message(
            self.other_ticket, 'Again', {'token': self.other_ticket.access_token})
        following = self.get_follow_up(self.other_ticket)
        following.write({'partner_id': self.portal.partner_id.id, 'name': 'Now of another'})
        self.env.flush_all()
        page = self.page(link)
        self.assertFalse(page.xpath('//*[hasclass("o_ticket_follow_up")]'))
        self.assertNotIn('Now of another', page.text_content())

    def test_follow_up_that_left_the_portal_is_not_named(self):
        self.close_long_ago(self.ticket)
        self.login(self.portal)
        self.post_message(self.ticket, 'Jammed again')
        self.get_follow_up(self.ticket).team_id = self.team_private
        self.env.flush_all()
        page = self.page(f'/my/ticket/{self.ticket.id}')
        self.assertFalse(page.xpath('//*[hasclass("o_ticket_follow_up")]'))
