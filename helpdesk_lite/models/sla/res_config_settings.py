from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    """Service levels of new teams, and policies to start from."""

    _inherit = 'res.config.settings'

    default_use_sla = fields.Boolean(
        'SLA Policies', default=True, default_model='helpdesk.lite.team')
    helpdesk_lite_has_sla = fields.Boolean(compute='_compute_helpdesk_lite_has_sla')

    @api.depends('company_id')
    def _compute_helpdesk_lite_has_sla(self):
        for settings in self:
            settings.helpdesk_lite_has_sla = self.env['helpdesk.lite.sla'].with_context(
                active_test=False).search_count(
                    [('company_id', '=', settings.company_id.id)], limit=1)

    def action_make_first_sla_policies(self):
        """Make two policies to start from, where there are none, and show them."""
        self.ensure_one()
        self.env['helpdesk.lite.sla']._make_first_policies(self.company_id)
        return self.env['ir.actions.act_window']._for_xml_id(
            'helpdesk_lite.helpdesk_lite_sla_action')
