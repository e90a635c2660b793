from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = 'ir.http'

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        """What the customer's conversation says comes from this addon, too."""
        return [*super()._get_translation_frontend_modules_name(), 'helpdesk_lite_portal']
