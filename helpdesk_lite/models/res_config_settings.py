from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    # What a new team starts with; the defaults here are those of the team's own fields, since
    # nothing is stored until somebody saves the settings.
    default_use_alias = fields.Boolean(
        'Email Alias',
        default=True,
        default_model='helpdesk.lite.team',
    )
    default_privacy_visibility = fields.Selection(
        selection=lambda self: self._get_team_selection('privacy_visibility'),
        string='Visibility of New Teams',
        default='portal',
        default_model='helpdesk.lite.team',
        required=True,
    )
    default_auto_assignment = fields.Boolean(
        'Automatic Assignment',
        default_model='helpdesk.lite.team',
    )
    default_assign_method = fields.Selection(
        selection=lambda self: self._get_team_selection('assign_method'),
        string='Assignment Method of New Teams',
        default='randomly',
        default_model='helpdesk.lite.team',
        required=True,
    )
    default_auto_close_ticket = fields.Boolean(
        'Automatic Closing',
        default_model='helpdesk.lite.team',
    )
    default_auto_close_day = fields.Integer(
        'Inactive Period of New Teams',
        default=7,
        default_model='helpdesk.lite.team',
    )

    module_helpdesk_lite_portal = fields.Boolean('Customer Portal and Web Form')
    module_helpdesk_lite_sms = fields.Boolean('SMS Text Messages')

    def _get_team_selection(self, field_name):
        return self.env['helpdesk.lite.team']._fields[field_name].selection
