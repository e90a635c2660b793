from odoo import api, fields, models


class HelpdeskLiteTeam(models.Model):
    """Teams that promise answers and solutions in time."""

    _inherit = 'helpdesk.lite.team'

    use_sla = fields.Boolean(
        'SLA Policies', default=True,
        help='Tickets of the team get the deadlines of the SLA policies that fit them.')

    def _after_write(self, vals, before):  # pylint: disable=missing-return
        """Cancel the running clocks of teams that promise nothing any more, or start them."""
        super()._after_write(vals, before)
        if 'use_sla' in vals:
            self._apply_sla()

    @api.readonly
    def action_view_sla_policies(self):
        """Open the policies that apply to tickets of the team."""
        self.ensure_one()
        return {
            **self.env['ir.actions.act_window']._for_xml_id(
                'helpdesk_lite.helpdesk_lite_sla_action'),
            'domain': [
                ('company_id', '=', self.company_id.id),
                '|', ('team_ids', '=', False), ('team_ids', 'in', self.ids)],
            'context': {'default_team_ids': self.ids, 'default_company_id': self.company_id.id},
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_archive_policies(self):
        """End the promises that only these teams made."""
        self.env['helpdesk.lite.sla']._archive_without('team_ids', self)

    def _apply_sla(self):
        """Match the policies on all open tickets of the teams, a thousand at a time."""
        # sudo: helpdesk.lite.ticket - who may change the team changes what it promises
        Ticket = self.env['helpdesk.lite.ticket'].sudo()
        Ticket._match_policies_on([('team_id', 'in', self.ids), ('is_closed', '=', False)])
