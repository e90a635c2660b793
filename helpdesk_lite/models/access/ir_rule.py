from odoo import models

PREFIX = 'helpdesk.lite.'
SIDE_DOORS = {'mail.activity', 'mail.alias', 'mail.followers', 'mail.message', 'mail.notification'}


class IrRule(models.Model):
    _inherit = 'ir.rule'

    def _make_access_error(self, operation, records):
        """See ``ir.rule``: in developer mode Odoo names the very records that are refused.

        Whoever sees them in another of their own companies is told to switch, as everywhere.
        """
        if records._name.startswith(PREFIX) or records._name in SIDE_DOORS:
            everywhere = records.with_context(allowed_company_ids=self.env.user.company_ids.ids)
            if everywhere._check_access('read'):
                records.invalidate_recordset()
                records = records.browse()
        return super()._make_access_error(operation, records)
