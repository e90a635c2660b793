import contextlib
from datetime import timedelta

from odoo import fields
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from odoo.addons.helpdesk_lite.tests.common import HelpdeskLiteHttpCommon


@tagged('post_install', '-at_install')
class TestPublishedRatings(HelpdeskLiteHttpCommon):
    """What a public team publishes of its ratings."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.write({
            'use_website_form': True, 'use_rating': True, 'portal_show_rating': True})

    def rate(self, face, count=1):
        for ticket in self.make_tickets(count, partner_id=self.customer.id):
            token = ticket._make_rating_request().rpartition('/')[2]
            rating = self.env['rating.rating'].search([('access_token', '=', token)])
            ticket.rating_apply(face, rating=rating, feedback='Private words')
        return rating

    def page(self):
        self.env.flush_all()
        return self.url_open(self.team._get_form_path()).text

    def test_from_ten_on(self):
        self.rate(5, 6)
        self.rate(3, 2)
        self.rate(1)
        self.assertNotIn('o_helpdesk_lite_shares', self.page())
        last = self.rate(1)
        text = self.page()
        self.assertIn('o_helpdesk_lite_shares', text)
        self.assertNotIn('Private words', text)
        self.assertEqual(
            self.team._get_published_shares(), {'count': 10, 'top': 60, 'ok': 20, 'ko': 20})
        for name, change, undo in (
            ('private', {'privacy_visibility': 'internal'}, {'privacy_visibility': 'portal'}),
            ('off', {'portal_show_rating': False}, {'portal_show_rating': True}),
            ('no ratings', {'use_rating': False}, {'use_rating': True}),
        ):
            with self.subTest(change=name):
                self.team.write(change)
                self.assertIsNone(self.team._get_published_shares())
                self.team.write(undo)
        for name, value in (
            ('is_internal', True), ('rated_on', fields.Datetime.now() - timedelta(days=31)),
        ):
            with self.subTest(rating=name):
                before = last[name]
                last[name] = value
                self.assertIsNone(self.team._get_published_shares())
                last[name] = before

    def test_customer_posts_no_rating(self):
        """portal_rating lets whoever posts bring a rating along; on tickets it is dropped."""
        ticket = self.make_ticket(partner_id=self.portal.partner_id.id)
        self.env.flush_all()
        self.authenticate(self.portal.login, self.portal.login)
        self.make_jsonrpc_request('/mail/message/post', {
            'thread_model': ticket._name, 'thread_id': ticket.id, 'post_data': {
                'body': 'Great', 'message_type': 'comment', 'subtype_xmlid': 'mail.mt_comment',
                'rating_value': 5}})
        self.env.invalidate_all()
        self.assertIn('Great', str(ticket.message_ids.mapped('body')))
        self.assertFalse(self.env['rating.rating'].search(
            [('res_model', '=', ticket._name), ('res_id', '=', ticket.id)]))

    def test_nobody_comments_on_a_rating(self):
        rating = self.rate(3)
        self.env.flush_all()
        for user in (self.portal, self.employee, self.agent):
            self.authenticate(user.login, user.login)
            with self.subTest(user=user.login), mute_logger('odoo.http'):
                with contextlib.suppress(JsonRpcException):
                    self.make_jsonrpc_request('/website/rating/comment', {
                        'rating_id': rating.id, 'publisher_comment': 'Written'})
                self.env.invalidate_all()
                self.assertFalse(rating.publisher_comment)

    def test_customers_read_no_rating(self):
        """The ticket's page and its chatter's calls hold neither rating nor comment."""
        rating = self.rate(1)
        ticket = self.env['helpdesk.lite.ticket'].browse(rating.res_id)
        self.follow(ticket, self.portal)
        self.env.flush_all()
        self.authenticate(self.portal.login, self.portal.login)
        self.assertNotIn('Private words', self.url_open(f'/my/ticket/{ticket.id}').text)
        found = self.make_jsonrpc_request('/mail/chatter_fetch', {
            'thread_model': ticket._name, 'thread_id': ticket.id, 'rating_include': True})
        self.assertNotIn('Private words', str(found))
        self.assertNotRegex(str(found), r"'(avg|total)': [1-9]")
        self.assertNotIn('rating_avg', str(found))
