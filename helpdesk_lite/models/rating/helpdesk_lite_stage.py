from odoo import fields, models


class HelpdeskLiteStage(models.Model):
    _inherit = 'helpdesk.lite.stage'

    no_rating_request = fields.Boolean(
        help='Customers of tickets that are closed in this stage are not asked for a rating, as '
             'those of cancelled ones.')
