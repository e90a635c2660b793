from odoo import api, models


class HelpdeskLiteTicket(models.Model):
    """What an empty list of tickets says."""

    _inherit = 'helpdesk.lite.ticket'

    @api.model
    def get_empty_list_help(self, help_message):
        """Add the open team's address, to which a mail makes a ticket, to an action's help."""
        team = self.env['helpdesk.lite.team'].browse(self.env.context.get('default_team_id'))
        tickets = self
        if team.exists() and team.has_access('read'):
            tickets = self.with_context(
                empty_list_help_model=team._name, empty_list_help_id=team.id,
                empty_list_help_document_name=self.env._('tickets'))
        return super(HelpdeskLiteTicket, tickets).get_empty_list_help(help_message)
