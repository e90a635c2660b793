from datetime import datetime, timedelta

from odoo.tests import freeze_time

from .common import HelpdeskLiteCommon

NOW = datetime(2026, 3, 20, 12)
FACE_LINK = r'/rate/([0-9a-f]{32})/([135])'


class RatingCommon(HelpdeskLiteCommon):
    """Teams that ask for ratings, and tickets that were rated."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for team in cls.teams.values():
            team.write({
                'use_rating': True, 'rating_request': 'closing', 'rating_request_days': 2,
                'rating_pause_days': 30})

    @classmethod
    def answer(cls, ticket, user=None):
        """A public message of the desk."""
        return ticket.with_user(user or cls.manager).message_post(
            body='Try it again.', message_type='comment', subtype_xmlid='mail.mt_comment')

    @classmethod
    def close(cls, tickets, when=None):
        with freeze_time(when or NOW - timedelta(days=3)):
            tickets.stage_id = cls.stage_solved

    @classmethod
    def make_request(cls, ticket):
        """The rating that a request makes, not answered, in superuser mode."""
        address = ticket._make_rating_request()
        return cls.env['rating.rating'].search([
            ('access_token', '=', address.rpartition('/')[2])])

    @classmethod
    def rate(cls, ticket, face, feedback=''):
        rating = cls.make_request(ticket)
        ticket.rating_apply(face, rating=rating, feedback=feedback)
        return rating
