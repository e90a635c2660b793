from odoo import api, models


class HelpdeskLiteTicket(models.Model):
    """What an empty list of tickets says."""

    _inherit = 'helpdesk.lite.ticket'

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
