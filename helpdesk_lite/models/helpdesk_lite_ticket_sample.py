from odoo import fields, models
from odoo.exceptions import UserError


class HelpdeskLiteTicket(models.Model):
    """A ticket that was made to look around in: see the team's `action_create_sample_ticket`."""

    _inherit = 'helpdesk.lite.ticket'

    is_sample = fields.Boolean(
        'Sample', readonly=True, copy=False,
        help='Made to look around in: no customer stands behind it.')

    def action_delete_sample(self):
        """Delete a sample ticket and go back to its team's pipeline.

        :raise UserError: where it is a real ticket
        """
        self.ensure_one()
        if not self.is_sample:
            raise UserError(self.env._('This ticket is no sample.'))
        team = self.team_id
        self.unlink()
        # without the deleted ticket among the breadcrumbs
        return {**team.action_view_tickets(), 'target': 'main'}
