from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    # What a new team starts with.
    default_use_alias = fields.Boolean(
        'Email Alias',
        default_model='helpdesk.lite.team',
    )
    default_privacy_visibility = fields.Selection(
        selection=lambda self: self.env['helpdesk.lite.team']._fields['privacy_visibility'].selection,
        string='Visibility of New Teams',
        default='portal',
        default_model='helpdesk.lite.team',
        required=True,
    )

    module_helpdesk_lite_portal = fields.Boolean('Customer Portal and Web Form')
    module_helpdesk_lite_sms = fields.Boolean('SMS Text Messages')
