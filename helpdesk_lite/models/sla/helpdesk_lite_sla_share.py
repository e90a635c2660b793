from odoo import api, fields, models

from .helpdesk_lite_sla import MANAGER


class HelpdeskLiteSla(models.Model):
    """How often a policy was kept, and the policies that a desk starts with."""

    _inherit = 'helpdesk.lite.sla'

    settled_count = fields.Integer(
        'Settled Deadlines', compute='_compute_reached_share', groups=MANAGER,
        help='Deadlines of the policy that were reached or have failed.')
    reached_share = fields.Float(
        'Reached', compute='_compute_reached_share', groups=MANAGER,
        help='Of the deadlines of the policy that were reached or have failed, those that were '
             'reached.')

    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_reached_share(self):
        counts = {(policy.id, state): count for policy, state, count in self.env[
            'helpdesk.lite.sla.status']._read_group(
                [('sla_id', 'in', self.ids), ('state', 'in', ('reached', 'failed'))],
                ['sla_id', 'state'], ['__count'])}
        for policy in self:
            reached = counts.get((policy._origin.id, 'reached'), 0)
            policy.settled_count = reached + counts.get((policy._origin.id, 'failed'), 0)
            policy.reached_share = policy.settled_count and reached / policy.settled_count

    @api.readonly
    def action_view_clocks(self):
        """Open the deadlines of the policy."""
        self.ensure_one()
        return {
            **self.env['ir.actions.act_window']._for_xml_id(
                'helpdesk_lite.helpdesk_lite_sla_status_action'),
            'display_name': self.name,
            'domain': [('sla_id', '=', self.id)],
        }

    @api.model
    def _make_first_policies(self, company):
        """Make the two policies that most desks start with, where there are none yet.

        :return: the policies of the company
        """
        policies = self.with_context(active_test=False).search([('company_id', '=', company.id)])
        return policies or self.create([
            {'name': self.env._('First answer within 4 hours'), 'company_id': company.id,
             'target': 'first_response', 'time': 4},
            {'name': self.env._('Solved within 3 working days'), 'company_id': company.id,
             'target': 'closed', 'time': 24, 'pause_waiting': True,
             'exclude_stage_ids': self._get_cancelled_stages().ids},
        ])

    @api.model
    def _get_cancelled_stages(self):
        """The stage of tickets that nobody solves, as long as it is there and folded."""
        stage = self.env.ref('helpdesk_lite.stage_cancelled', raise_if_not_found=False)
        return stage.filtered('fold') if stage else self.env['helpdesk.lite.stage']
