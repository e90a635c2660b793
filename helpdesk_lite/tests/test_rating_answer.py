from datetime import timedelta

from odoo.tests import freeze_time, tagged

from .common import HelpdeskLiteMailCommon
from .rating_common import NOW, RatingCommon


@tagged('post_install', '-at_install')
class TestRatingAnswer(RatingCommon, HelpdeskLiteMailCommon):
    """What a rating does to its ticket."""

    def setUp(self):
        super().setUp()
        self.ticket = self.make_ticket(partner_id=self.customer.id, user_id=self.assignee.id)
        self.answer(self.ticket, self.assignee)
        self.close(self.ticket, NOW)

    def test_log(self):
        """The comment is a note: followers outside aren't mailed, and nothing opens again."""
        self.follow(self.ticket, self.portal)
        activity = self.ticket.last_activity_date
        with self.mock_mail_gateway():
            rating = self.rate(self.ticket, 5, 'Thanks <b>a lot</b>')
        message = rating.message_id
        self.assertEqual(message.author_id, self.customer)
        self.assertIn('Thanks &lt;b&gt;a lot', message.body)
        self.assertIn('src="/rating/static/src/img/rating_5.png"', message.body)
        self.assertTrue(message.subtype_id.internal)
        self.assertEqual(message.rating_id, rating)
        self.assertEqual(self._mails, [])
        self.assertTrue(self.ticket.is_closed)
        self.assertEqual(self.ticket.last_activity_date, activity)
        self.assertNotIn(message, self.env['mail.message'].with_user(self.portal).search([]))
        agent = self.ticket.with_user(self.agent)
        self.assertEqual(
            (agent.rating_last_value, agent.rating_count, agent.rating_last_text_label),
            (5, 1, 'top'))
        self.assertEqual(rating.parent_res_id, self.team.id)

    def test_imported(self):
        """A rating that is made as a whole counts as the ticket's last one, too."""
        self.env['rating.rating'].create({
            'res_model_id': self.env['ir.model']._get_id(self.ticket._name),
            'res_id': self.ticket.id, 'rating': 3, 'consumed': True})
        self.assertEqual(self.ticket.rating_last_value, 3)

    def test_changing(self):
        """The same link changes the rating for 7 days from the first on; the log has one."""
        with freeze_time(NOW):
            rating = self.rate(self.ticket, 5, 'Good')
        cases = ((3, 3, True), (6, 1, True), (8, 5, False))
        for days, face, may in cases:
            with self.subTest(days=days), freeze_time(NOW + timedelta(days=days)):
                self.assertEqual(self.ticket._may_be_rated(rating), may)
                if may:
                    self.ticket.rating_apply(face, rating=rating, feedback=f'Now {face}')
                else:
                    with self.assertRaises(ValueError):
                        self.ticket.rating_apply(face, rating=rating)
        self.assertEqual((rating.rating, rating.feedback), (1, 'Now 1'))
        log = self.ticket.message_ids.filtered('rating_ids')
        self.assertEqual(len(log), 1)
        self.assertIn('Now 1', log.body)

    def test_other_tickets_and_merged_ones(self):
        rating = self.make_request(self.ticket)
        other = self.make_ticket(partner_id=self.customer.id)
        with self.assertRaises(ValueError):
            other.rating_apply(5, rating=rating)
        self.ticket.with_user(self.manager)._merge_into(other)
        with self.assertRaises(ValueError):
            self.ticket.rating_apply(5, rating=rating)
        self.assertFalse(rating.consumed)

    def test_poor(self):
        """The assignee is told of the worst rating alone, and the team's choice is done."""
        for policy, face, told, closed, planned in (
            ('notify', 3, 0, True, 0),
            ('notify', 1, 1, True, 0),
            ('activity', 1, 1, True, 1),
            ('reopen', 1, 1, False, 0),
            ('reopen', 5, 0, True, 0),
        ):
            with self.subTest(policy=policy, face=face):
                self.team.rating_poor_policy = policy
                ticket = self.make_ticket(
                    partner_id=self.customer.id, user_id=self.assignee.id)
                self.close(ticket)
                before = self.env['mail.notification'].search_count(
                    [('res_partner_id', '=', self.assignee.partner_id.id)])
                with self.mock_mail_gateway():
                    self.rate(ticket, face, 'hm')
                    self.flush_tracking()
                after = self.env['mail.notification'].search_count(
                    [('res_partner_id', '=', self.assignee.partner_id.id)])
                self.assertEqual(bool(after - before), bool(told))
                self.assertEqual(ticket.is_closed, closed)
                self.assertEqual(len(ticket.activity_ids), planned)
                self.assertFalse(self.sent_to('carla@customer.example.org'))

    def test_poor_without_assignee(self):
        ticket = self.make_ticket(partner_id=self.customer.id)
        ticket.activity_ids.unlink()
        self.close(ticket)
        self.rate(ticket, 1)
        self.assertIn(self.manager, ticket.activity_ids.user_id)

    def test_moved_ticket(self):
        """The rating goes with its ticket to the other team."""
        rating = self.rate(self.ticket, 5)
        self.ticket.with_user(self.manager).team_id = self.team_private
        self.assertEqual(rating.parent_res_id, self.team_private.id)
        self.assertFalse(rating.with_user(self.agent).search([('id', '=', rating.id)]))

    def test_figures(self):
        """Average and number of what was given in 30 days; the share counts what was asked."""
        lives = (  # asked, rated days ago, the face
            (40, 35, 1), (31, 29, 3), (20, 19, 5), (10, 9, 5), (5, None, None), (4, None, None))
        for asked, rated, face in lives:
            ticket = self.make_ticket(partner_id=self.customer.id)
            with freeze_time(NOW - timedelta(days=asked)):
                rating = self.make_request(ticket)
            if rated:
                with freeze_time(NOW - timedelta(days=rated)):
                    ticket.rating_apply(face, rating=rating)
        self.env.flush_all()
        self.env.invalidate_all()
        with freeze_time(NOW):
            team = self.team.with_user(self.agent)
            # rated: 3 + 5 + 5 of three; asked: four, of which two were answered
            self.assertEqual(team.recent_rating_avg, 4.3)
            self.assertEqual(
                (team.recent_rating_count, team.recent_request_count, team.recent_answer_share),
                (3, 4, 50))
            team.invalidate_recordset()
            self.team.use_rating = False
            self.assertEqual(team.recent_rating_count, 0)

    def test_dashboard_queries(self):
        """The figures of fifty teams cost one query."""
        teams = self.env['helpdesk.lite.team'].browse(
            [self.make_team(name=str(index), use_rating=True).id for index in range(50)])
        names = ['use_rating', 'open_ticket_count']
        own = teams.with_user(self.agent)
        counts = []
        for fields in (names, names, [*names, 'recent_rating_avg', 'recent_answer_share']):
            with self.assert_queries(20, self.env) as limit:
                own.read(fields)
            counts.append(limit.count)
        self.assertLessEqual(counts[2] - counts[1], 1)
