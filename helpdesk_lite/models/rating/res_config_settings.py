from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    default_use_rating = fields.Boolean(
        'Customer Ratings', default_model='helpdesk.lite.team')
