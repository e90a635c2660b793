from odoo import fields, models


class HelpdeskLiteTeam(models.Model):
    """In whose name answers are sent."""

    _inherit = 'helpdesk.lite.team'

    send_as = fields.Selection(
        [('person', 'The person who writes'), ('team', 'The team')],
        required=True, default='person',
        help='Whose name customers read as the sender of an answer. On the ticket its author is '
             'the person who wrote it in any case.')
