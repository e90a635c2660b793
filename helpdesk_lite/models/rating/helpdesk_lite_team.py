from odoo import api, fields, models
from odoo.exceptions import ValidationError


class HelpdeskLiteTeam(models.Model):
    """Whether and when a team asks its customers for a rating, and what a poor one does."""

    _inherit = 'helpdesk.lite.team'

    use_rating = fields.Boolean(
        'Customer Ratings', help='Customers say by a click on a face how it was.')
    rating_request = fields.Selection(
        [
            ('never', 'Not automatically'),
            ('closing', 'After a ticket was closed'),
        ],
        string='Ask for a Rating', required=True, default='never',
        help='Whoever chooses "Not automatically" can still set the template "Ticket Rating '
             'Request" on a stage.')
    rating_request_days = fields.Integer(
        'Days after Closing', default=1,
        help='So many days of 24 hours after the closing the customer is asked, if the ticket is '
             'still closed then.')
    rating_pause_days = fields.Integer(
        'Days between Requests', default=30,
        help='A customer is asked once in so many days at most, whatever the ticket or team. '
             '0 means no pause.')
    rating_poor_policy = fields.Selection(
        [
            ('notify', 'Notifies the assignee'),
            ('activity', 'Notifies the assignee and plans an activity'),
            ('reopen', 'Notifies the assignee and reopens the ticket'),
        ],
        string='A Poor Rating', required=True, default='notify',
        help='What the worst of the three ratings does.')

    @api.constrains('rating_request_days', 'rating_pause_days')
    def _check_rating_days(self):
        for team in self:
            if team.rating_request_days < 0 or team.rating_pause_days < 0:
                raise ValidationError(self.env._(
                    "The days of rating requests can't be negative (team \"%s\").", team.name))

    def _asks_for_ratings(self):
        """Whether the team asks the customers of closed tickets by itself."""
        self.ensure_one()
        return self.use_rating and self.rating_request == 'closing'
