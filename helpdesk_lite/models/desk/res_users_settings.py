from odoo import fields, models


class ResUsersSettings(models.Model):
    """How an agent reads conversations; they choose it above the conversation itself."""

    _inherit = 'res.users.settings'

    helpdesk_lite_order = fields.Selection(
        [('desc', 'Newest First'), ('asc', 'Newest Last')], 'Order of Messages on Tickets',
        default='desc')
