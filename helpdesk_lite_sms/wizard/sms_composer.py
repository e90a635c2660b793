from odoo import models


class SmsComposer(models.TransientModel):
    _inherit = 'sms.composer'

    def _prepare_mass_sms(self, records, sms_record_values):
        """SMS to a selection of tickets show their delivery in the logs, as single ones do."""
        sms_all = super()._prepare_mass_sms(records, sms_record_values)
        if self.res_model == 'helpdesk.lite.ticket' and self.mass_keep_log:
            sms_all._show_on_tickets()
        return sms_all
