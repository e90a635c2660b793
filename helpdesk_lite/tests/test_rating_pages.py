import re
from datetime import timedelta

from odoo import fields, http
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import HelpdeskLiteHttpCommon
from .rating_common import RatingCommon

SECRET = 'Secret subject of the ticket'


@tagged('post_install', '-at_install')
class TestRatingPages(RatingCommon, HelpdeskLiteHttpCommon):
    """What whoever has the link of a request can do with it."""

    def setUp(self):
        super().setUp()
        self.ticket = self.make_ticket(
            self.team_private, name=SECRET, partner_id=self.portal.partner_id.id,
            user_id=self.assignee.id)
        self.rating = self.make_request(self.ticket)
        self.token = self.rating.access_token
        self.env.flush_all()

    def open(self, path, **data):
        self.env.flush_all()
        with mute_logger('odoo.http'):
            return self.url_open(path, data=data or None)

    def send(self, token=None, page=None, **values):
        """Send the form of a page, as a person who opened it."""
        token = token or self.token
        page = page or self.open(f'/rate/{token}/5')
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        answer = self.open(f'/rate/{token}/submit_feedback',
                           csrf_token=csrf[1] if csrf else '', **values)
        self.env.invalidate_all()
        return answer

    def state(self):
        self.env.invalidate_all()
        return self.rating.consumed, self.rating.rating, self.rating.feedback

    def test_opening_rates_nothing(self):
        """A scanner opens each link twice, and the address of the form, too."""
        for path in 2 * ('5', '3', '1', 'submit_feedback', 'submit_feedback?rate=5&feedback=x'):
            with self.subTest(path=path):
                answer = self.open(f'/rate/{self.token}/{path}')
                self.assertEqual(answer.status_code, 200)
                self.assertEqual(self.state(), (False, 0, False))

    def test_question_alone(self):
        """The page preselects the face, and names neither ticket nor team nor people."""
        for face in (5, 3, 1):
            with self.subTest(face=face):
                text = self.open(f'/rate/{self.token}/{face}').text
                checked = re.findall(r'<input type="radio"[^>]*value="(\d)"[^>]*checked', text)
                self.assertEqual(checked, [str(face)])
                for hidden in (SECRET, self.ticket.ticket_ref, self.team_private.name,
                               self.assignee.name, self.portal.name):
                    self.assertNotIn(hidden, text)

    def test_sending(self):
        answer = self.send(rate='3', feedback='  so so\0 ')
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self.state(), (True, 3, 'so so'))
        self.assertIn('so so', str(self.ticket.message_ids.mapped('body')))
        self.assertNotIn('so so', self.open(f'/rate/{self.token}/5').text)
        self.send(rate='1', feedback='worse')
        self.assertEqual(self.state(), (True, 1, 'worse'))
        self.assertEqual(self.send(rate='5', feedback='x' * 20_000).status_code, 200)
        self.assertEqual(len(self.state()[2]), 10_000)

    def test_without_the_form(self):
        """Another site can't send it: that takes the page's own secret."""
        answer = self.open(f'/rate/{self.token}/submit_feedback', rate='5')
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self.state()[0])

    def test_bad_numbers(self):
        for rate in ('0', '2', '4', '7', '-1', '5.0', 'five', '', '5' * 400, '٥'):
            with self.subTest(rate=rate):
                self.assertLess(self.send(rate=rate).status_code, 500)
                self.assertFalse(self.state()[0])
        for rate in ('0', '2', '7', '999999999999999999999', '-1', 'x'):
            with self.subTest(path=rate):
                self.assertEqual(self.open(f'/rate/{self.token}/{rate}').status_code, 404)

    def test_dead_tokens(self):
        """Wrong, of a merged or deleted ticket, or used a week ago: there is no such page."""
        other = self.make_ticket(partner_id=self.customer.id)
        moved = self.rate(other, 3)
        merged = self.make_request(other)
        other.with_user(self.manager)._merge_into(self.make_ticket())
        used = self.make_request(self.make_ticket(partner_id=self.customer.id))
        used.write({'consumed': True, 'helpdesk_lite_first_rated_on':
                    fields.Datetime.now() - timedelta(days=7, minutes=1)})
        gone_ticket = self.make_ticket(partner_id=self.customer.id)
        gone = self.make_request(gone_ticket).access_token
        self.env.cr.precommit.run()
        gone_ticket.unlink()
        page = self.open(f'/rate/{self.token}/5')
        for token in ('0' * 32, 'helpdesk-lite', 'x', '%', "'", self.token[:-1],
                      self.token.upper(), merged.access_token, moved.access_token,
                      used.access_token, gone):
            with self.subTest(token=token):
                answer = self.open(f'/rate/{token}/5')
                self.assertEqual(answer.status_code, 404)
                self.assertEqual(self.send(token, page=page, rate='5').status_code, 404)
        self.assertEqual((merged.consumed, moved.rating, used.rating), (False, 3, 0))

    def test_who_is_logged_in(self):
        """The customer and their company rate; others read nothing of the ticket."""
        for user, may in ((self.portal, True), (self.portal_stranger, False),
                          (self.agent, False), (self.employee, False)):
            with self.subTest(user=user.login):
                self.authenticate(user.login, user.login)
                page = self.open(f'/rate/{self.token}/5')
                self.assertEqual(page.status_code, 200)
                self.assertNotIn(SECRET, page.text)
                self.assertEqual('name="rate"' in page.text, may)
                self.rating.write({'consumed': False})
                self.env.flush_all()
                csrf = http.Request.csrf_token(self)
                self.open(f'/rate/{self.token}/submit_feedback', rate='5', csrf_token=csrf)
                self.assertEqual(self.state()[0], may)

    def test_pages_of_other_models(self):
        """Odoo's own pages go on, less their errors."""
        rating = self.env['rating.rating'].create({
            'res_model_id': self.env['ir.model']._get_id('res.partner'),
            'res_id': self.customer.id, 'partner_id': self.customer.id})
        self.assertIn('Thank you for rating', self.open(f'/rate/{rating.access_token}/5').text)
        self.assertEqual(self.open(f'/rate/{rating.access_token}/2').status_code, 404)

    def test_language_of_the_customer(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.portal.partner_id.lang = 'fr_FR'
        self.assertIn('lang="fr-FR"', self.open(f'/rate/{self.token}/5').text)
