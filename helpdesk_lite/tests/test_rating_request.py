import re
from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged

from .common import HelpdeskLiteMailCommon
from .rating_common import FACE_LINK, NOW, RatingCommon


@tagged('post_install', '-at_install')
class TestRatingRequest(RatingCommon, HelpdeskLiteMailCommon):
    """Who is asked for a rating, when, and by what mail."""

    def make_closed(self, team=None, answered=True, closed=NOW - timedelta(days=3), **values):
        with freeze_time(closed - timedelta(days=1)):
            ticket = self.make_ticket(
                team, **{'partner_id': self.customer.id, 'user_id': self.agent.id, **values})
            if answered:
                self.answer(ticket)
        self.close(ticket, closed)
        return ticket

    def run_cron(self, now=NOW):
        """What the job sends: ``[(address, ticket's reference)]``."""
        with freeze_time(now), self.mock_mail_gateway():
            self.env.cr.flush()
            with self.enter_registry_test_mode():
                self.env.ref('helpdesk_lite.ir_cron_request_ratings').method_direct_trigger()
            self.env.invalidate_all()
            self.env['mail.mail'].search([('state', '=', 'outgoing')]).send()
        return [mail for mail in self._mails if re.search(FACE_LINK, mail['body'])]

    def test_who_is_asked(self):
        """Each case has a customer of its own, and changes one thing of a ticket that is asked."""
        cases = {
            'closed': (1, {}, {}),
            'no answer': (0, {'answered': False}, {}),
            'no customer': (0, {'partner_id': False, 'partner_name': 'x'}, {}),
            'sample': (0, {'is_sample': True}, {}),
            'not yet': (0, {'closed': NOW - timedelta(days=1)}, {}),
            'open again': (0, {}, {'stage_id': self.stage_new.id}),
            'archived': (0, {}, {'active': False}),
            'private': (1, {'team': self.team_private}, {}),
            'company': (1, {'team': self.team_company}, {}),
        }
        for name, (count, how, after) in cases.items():
            with self.subTest(case=name):
                partner = self.env['res.partner'].create({
                    'name': name, 'email': f'{name.replace(" ", "-")}@who.example.org'})
                ticket = self.make_closed(**{'partner_id': partner.id, **how})
                if after:
                    ticket.write(after)
                self.assertEqual(len(self.run_cron()), count)
                self.assertEqual(bool(ticket.rating_request_date), bool(count))

    def test_merged_and_cancelled(self):
        stays = self.make_ticket(partner_id=self.customer.id)
        merged = self.make_closed()
        merged.with_user(self.manager)._merge_into(stays)
        self.assertEqual(self.run_cron(), [])
        self.stage_solved.no_rating_request = True
        self.make_closed()
        self.assertEqual(self.run_cron(), [])

    def test_switched_off(self):
        for values in ({'use_rating': False}, {'rating_request': 'never'}):
            with self.subTest(**values):
                ticket = self.make_closed()
                before = {name: self.team[name] for name in values}
                self.team.write(values)
                self.assertEqual(self.run_cron(), [])
                self.team.write(before)
                # what was decided stays decided
                self.assertEqual(self.run_cron(), [])
                self.assertFalse(ticket.rating_request_date)

    def test_nothing_for_old_closings(self):
        self.team.rating_request = 'never'
        self.make_closed()
        self.team.rating_request = 'closing'
        self.assertEqual(self.run_cron(), [])

    def test_once_per_closing(self):
        self.team.rating_pause_days = 0
        ticket = self.make_closed()
        self.assertEqual(len(self.run_cron()), 1)
        self.assertEqual(len(self.run_cron(NOW + timedelta(days=5))), 0)
        with freeze_time(NOW + timedelta(days=6)):
            ticket.stage_id = self.stage_new
        self.close(ticket, NOW + timedelta(days=7))
        self.assertEqual(len(self.run_cron(NOW + timedelta(days=8))), 0)
        self.assertEqual(len(self.run_cron(NOW + timedelta(days=9))), 1)

    def test_pause(self):
        """One customer, known by contact or address, is asked once in 30 days, in all teams."""
        self.make_closed()
        self.make_closed()
        self.make_closed(self.team_company)
        twin = self.env['res.partner'].create(
            {'name': 'Twin', 'email': str(self.customer.email).lower()})
        self.make_closed(partner_id=twin.id)
        self.assertEqual(len(self.run_cron()), 1)
        other = self.env['res.partner'].create({'name': 'O', 'email': 'other@who.example.org'})
        for days, partner, count in (
            (29, self.customer, 0), (29, other, 1), (33, self.customer, 1), (33, other, 0),
        ):
            with self.subTest(days=days, partner=partner.name):
                now = NOW + timedelta(days=days)
                self.make_closed(partner_id=partner.id, closed=now - timedelta(days=3))
                self.assertEqual(len(self.run_cron(now)), count)

    def test_days_are_checked(self):
        for name in ('rating_request_days', 'rating_pause_days'):
            with self.subTest(field=name), self.assertRaises(ValidationError):
                self.team[name] = -1

    # ------------------------------------------------------------------
    # The mail
    # ------------------------------------------------------------------

    def test_mail_and_log(self):
        """The customer alone gets links; nobody's log has any."""
        ticket = self.make_closed()
        self.follow(ticket, self.agent_ticket + self.portal)
        [mail] = self.run_cron()
        self.assertIn('carla@customer.example.org', mail['email_to'][0].lower())
        links = re.findall(FACE_LINK, mail['body'])
        self.assertEqual([face for _token, face in links], ['5', '3', '1'])
        rating = self.env['rating.rating'].search([('access_token', '=', links[0][0])])
        self.assertEqual(
            (rating.res_id, rating.partner_id, rating.rated_partner_id, rating.consumed),
            (ticket.id, self.customer, self.agent.partner_id, False))
        self.assert_no_links(ticket)

    def assert_no_links(self, ticket):
        for message in self.env['mail.message'].search(
                [('model', '=', ticket._name), ('res_id', '=', ticket.id)]):
            self.assertNotRegex(message.body, r'href="[^"]*/rate/')
            self.assertNotRegex(message.body, r'[0-9a-f]{32}')

    def test_stage_template(self):
        """The template works on a stage, too, and the job doesn't ask once more."""
        self.stage_solved.template_id = self.env.ref('helpdesk_lite.mail_template_rating_request')
        ticket = self.make_ticket(partner_id=self.customer.id)
        self.answer(ticket)
        with self.mock_mail_gateway(), freeze_time(NOW - timedelta(days=3)):
            ticket.with_user(self.agent).stage_id = self.stage_solved
            self.flush_tracking()
        [mail] = self.sent_to('carla@customer.example.org')
        self.assertRegex(mail['body'], FACE_LINK)
        self.assertEqual(ticket.rating_request_date, NOW - timedelta(days=3))
        self.assert_no_links(ticket)
        self.assertEqual(self.run_cron(), [])

    def test_server_action_and_preview(self):
        ticket = self.make_ticket(partner_id=self.customer.id)
        template = self.env.ref('helpdesk_lite.mail_template_rating_request')
        template._render_field('body_html', ticket.ids)
        self.assertFalse(self.env['rating.rating'].search([('res_id', '=', ticket.id)]))
        with self.mock_mail_gateway():
            template.send_mail(ticket.id, force_send=True)
        [mail] = self.sent_to('carla@customer.example.org')
        self.assertRegex(mail['body'], FACE_LINK)
        self.assert_no_links(ticket)

    def test_composer_of_an_agent(self):
        """What goes to others besides has no token."""
        ticket = self.make_ticket(partner_id=self.customer.id)
        follower = self.env['res.partner'].create({'name': 'F', 'email': 'f@who.example.org'})
        self.follow(ticket, follower)
        template = self.env.ref('helpdesk_lite.mail_template_rating_request')
        body = template._render_field('body_html', ticket.ids)[ticket.id]
        with self.mock_mail_gateway():
            ticket.with_user(self.agent).message_post(
                body=body, message_type='comment', subtype_xmlid='mail.mt_comment',
                partner_ids=(self.customer + follower).ids)
        self.assertTrue(self._mails)
        for mail in self._mails:
            if 'f@who.example.org' in str(mail['email_to']):
                self.assertNotRegex(mail['body'], FACE_LINK)
        self.assert_no_links(ticket)

    def test_customer_with_an_account_of_the_desk(self):
        """Who reads messages in Odoo is mailed nevertheless: the links are there alone."""
        ticket = self.make_closed(partner_id=self.agent_ticket.partner_id.id)
        [mail] = self.run_cron()
        self.assertIn('agent_ticket@staff.example.com', mail['email_to'][0])
        self.assertTrue(ticket.rating_request_date)

    def test_quoted_request(self):
        """A customer's answer that quotes the request brings no token into the log."""
        ticket = self.make_closed()
        [mail] = self.run_cron()
        token = re.search(FACE_LINK, mail['body'])[1]
        for number, subject in enumerate((f'Re: [{ticket.ticket_ref}]', 'Something new')):
            with self.mock_mail_gateway():
                self.env['mail.thread'].message_process(None, (
                    'From: Carla <carla@customer.example.org>\n'
                    'To: team-portal@helpdesk.example.com\n'
                    f'Subject: {subject}\nMessage-ID: <quote-{number}@x.example.org>\n'
                    'MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n'
                    f'<p>Yes</p><blockquote><a href="http://x/rate/{token}/5">5</a></blockquote>\n'
                ).encode())
        new = self.env['helpdesk.lite.ticket'].search([('name', '=', 'Something new')])
        for found in (ticket, new):
            self.assertIn('Yes', str(found.message_ids.mapped('body')))
            self.assertNotIn(token, f'{found.description} {found.message_ids.mapped("body")}')

    def test_broken_template(self):
        """A template that fails costs nobody else their request."""
        first, second = self.make_closed(), self.make_closed(
            partner_id=self.env['res.partner'].create({'name': 'S', 'email': 's@x.example.org'}).id)
        self.env.ref('helpdesk_lite.mail_template_rating_request').body_html = (
            f'<p><t t-if="object.id == {first.id}" t-out="1 / 0"/>'
            '<a href="/rate/helpdesk-lite/5">5</a></p>')
        [mail] = self.run_cron()
        self.assertIn('s@x.example.org', mail['email_to'][0])
        self.assertIn('could not be sent', str(first.message_ids.mapped('body')))
        self.assertTrue(second.rating_request_date)
        self.assertFalse(first.rating_request_date)
