from odoo import models


class SmsComposer(models.TransientModel):
    _inherit = 'sms.composer'

    def _prepare_mass_sms(self, records, sms_record_values):
        """SMS to a selection of tickets show their delivery in the logs, as single ones do.

        Those that an agent sends are activity, too.
        """
        sms_all = super()._prepare_mass_sms(records, sms_record_values)
        if self.res_model == 'helpdesk.lite.ticket':
            if self.mass_keep_log:
                sms_all._show_on_tickets()
            if not self.env.user._is_superuser():
                records._register_activity()
        return sms_all
