from datetime import timedelta

from odoo import fields, models

DAYS, FEWEST = 30, 10


class HelpdeskLiteTeam(models.Model):
    """Publish how a team was rated: shares of the faces, and nothing that anybody wrote."""

    _inherit = 'helpdesk.lite.team'

    portal_show_rating = fields.Boolean(
        'Publish Ratings',
        help="The page of the team's form shows the shares of the last 30 days' ratings, from 10 "
             'ratings on. Comments are never shown, nor what is visible internally only.')

    def _get_published_shares(self):
        """What is published of the team's ratings of the last 30 days.

        :return: a dict of ``count`` and of the shares ``top``, ``ok`` and ``ko`` in percent, which
            are 100 together; None where nothing is published
        """
        self.ensure_one()
        if not (self.portal_show_rating and self.use_rating
                and self.privacy_visibility == 'portal'):
            return None
        # sudo: rating.rating - numbers alone, which the team chose to publish
        counts = dict(self.env['rating.rating'].sudo()._read_group([
            ('res_model', '=', 'helpdesk.lite.ticket'), ('parent_res_model', '=', self._name),
            ('parent_res_id', '=', self.id), ('consumed', '=', True), ('is_internal', '=', False),
            ('rated_on', '>=', fields.Datetime.now() - timedelta(days=DAYS)),
        ], ['rating_text'], ['__count']))
        total = sum(counts.values())
        if total < FEWEST:
            return None
        top, ko = (round(100 * counts.get(name, 0) / total) for name in ('top', 'ko'))
        return {'count': total, 'top': top, 'ok': 100 - top - ko, 'ko': ko}
