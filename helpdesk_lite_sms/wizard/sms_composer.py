from odoo import models

from odoo.addons.helpdesk_lite.tools import answer_times


class SmsComposer(models.TransientModel):
    _inherit = 'sms.composer'

    def _prepare_mass_sms(self, records, sms_record_values):
        """SMS to a selection of tickets show their delivery in the logs, as single ones do.

        Those that an agent sends are activity, and answers, too.
        """
        sms_all = super()._prepare_mass_sms(records, sms_record_values)
        if self.res_model == 'helpdesk.lite.ticket':
            if self.mass_keep_log:
                sms_all._show_on_tickets()
            if not self.env.user._is_superuser():
                records._register_activity()
                records._count_as_answers(sms_all.mail_message_id, answer_times.PHONE)
        return sms_all
