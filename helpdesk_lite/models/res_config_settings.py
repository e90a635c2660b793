from odoo import api, fields, models
from odoo.exceptions import ValidationError


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

    @api.constrains('default_auto_close_ticket', 'default_auto_close_day')
    def _check_default_auto_close_day(self):
        for settings in self:
            if settings.default_auto_close_ticket and settings.default_auto_close_day < 1:
                raise ValidationError(self.env._(
                    'Helpdesk: automatic closing of new teams needs at least 1 day of inactivity. '
                    'Enter 1 or more.'))

    def set_values(self):
        """Save the settings; what can't be seen, since closing is off, must not spoil new teams."""
        for settings in self:
            if settings.default_auto_close_day < 1:
                settings.default_auto_close_day = self._fields['default_auto_close_day'].default(
                    settings)
        return super().set_values()

    def _get_team_selection(self, field_name):
        return self.env['helpdesk.lite.team']._fields[field_name]._description_selection(self.env)
