from odoo import fields, models

TARGETS = (
    'helpdesk_lite_target_closed', 'helpdesk_lite_target_rating', 'helpdesk_lite_target_success')


class ResUsers(models.Model):
    """What agents want to reach; they set it themselves, on their dashboard."""

    _inherit = 'res.users'

    helpdesk_lite_target_closed = fields.Integer(
        'Target of Closed Tickets', default=5, help='How many tickets to close a day.')
    helpdesk_lite_target_rating = fields.Float(
        'Target of Ratings', default=4, help='The average rating to reach, from 1 to 5.')
    helpdesk_lite_target_success = fields.Float(
        'Target of Service Levels', default=85,
        help='The share of SLA deadlines to keep, in percent.')

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, *TARGETS]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, *TARGETS]
