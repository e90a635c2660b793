from odoo import api, fields, models
from odoo.exceptions import UserError


class HelpdeskLiteStage(models.Model):
    _inherit = 'helpdesk.lite.stage'

    sms_template_id = fields.Many2one(
        'sms.template', string='SMS Template', index='btree_not_null', ondelete='set null',
        domain=[('model', '=', 'helpdesk.lite.ticket')],
        help='Texted to the customer each time a ticket reaches this stage, if there is a valid '
             'phone number. Each SMS costs money: buy credits of Odoo (IAP) in Settings ‣ General '
             'Settings ‣ Send SMS, or install Twilio SMS (sms_twilio) and connect an account of '
             'Twilio there.',
    )

    @api.constrains('sms_template_id')
    def _check_sms_template_model(self):
        for stage in self.sudo():  # sudo: sms.template - reads the model of the chosen template
            template = stage.sms_template_id
            if template and template.model != 'helpdesk.lite.ticket':
                raise UserError(self.env._(
                    'The SMS template "%(template)s" is for other documents. '
                    'Choose or create one for tickets.', template=template.name))
