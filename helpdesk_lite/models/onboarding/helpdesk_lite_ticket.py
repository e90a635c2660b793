from odoo import api, fields, models
from odoo.exceptions import UserError


class HelpdeskLiteTicket(models.Model):
    """The first tickets: what an empty list says, and a sample to look around in.

    A sample is made by the team's `action_create_sample_ticket`.
    """

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

    @api.model
    def get_empty_list_help(self, help_message):
        """Add the open team's address, to which a mail makes a ticket, to an action's help.

        Until the team's first ticket it says all ways that tickets come in instead.
        """
        team = self.env['helpdesk.lite.team'].sudo(False).browse(  # Odoo reads actions as superuser
            self.env.context.get('default_team_id'))
        tickets = self
        if team.exists() and team.has_access('read'):
            if first_ticket_help := team._get_first_ticket_help():
                return super().get_empty_list_help(first_ticket_help)
            tickets = self.with_context(
                empty_list_help_model=team._name, empty_list_help_id=team.id,
                empty_list_help_document_name=self.env._('tickets'))
        return super(HelpdeskLiteTicket, tickets).get_empty_list_help(help_message)
