from odoo import fields, models


class HelpdeskLiteTeam(models.Model):
    """What a team wants of merging."""

    _inherit = 'helpdesk.lite.team'

    merge_notification = fields.Boolean(
        'Tell Customers of Merged Tickets', default=True,
        help='Customers whose ticket is merged into another one get one e-mail that says which '
             'ticket goes on.')
