from odoo import models


class SmsTemplate(models.Model):
    _inherit = 'sms.template'

    def write(self, vals):
        """Keep a template's model for users who may only edit templates of some models.

        Odoo checks the rules before a write only; see ``sms_template_rule_manager``.
        """
        res = super().write(vals)
        if 'model_id' in vals:
            self.check_access('write')
        return res
