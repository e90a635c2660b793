from odoo import models

from .helpdesk_lite_ticket import LIVE

# What a client asks for: the news of all teams, those of one, or one ticket with its team's
ALL, TEAM, TICKET = 'helpdesk.lite.teams', 'helpdesk.lite.team_', 'helpdesk.lite.ticket_'
# So many screens of tickets a person has open at a time
MOST = 100


class IrWebsocket(models.AbstractModel):
    """Let agents join the channels of the tickets that they may read."""

    _inherit = 'ir.websocket'

    def _build_bus_channel_list(self, channels):
        """See ``bus``; a name of ours never stays a name, which anybody could join."""
        asked = [
            name for name in channels
            if isinstance(name, str) and name.startswith((ALL, TEAM, TICKET))]
        others = super()._build_bus_channel_list(
            [channel for channel in channels if channel not in asked] if asked else channels)
        return [*others, *self._find_live_channels(asked[-MOST:])] if asked else others

    def _find_live_channels(self, names):
        """The channels behind what a client asked for, as far as the user may read.

        :param list names: see the top of this file
        :return: ``[(ticket or team, name)]``
        """
        Ticket, Team = self.env['helpdesk.lite.ticket'], self.env['helpdesk.lite.team']
        tickets = Ticket.browse(sorted(Ticket._find_live_ids(self._get_numbers(names, TICKET))))
        # sudo: helpdesk.lite.ticket - the ids of the teams of those that the user may read
        team_ids = set(tickets.sudo().team_id.ids)
        if ALL in names or (wanted := self._get_numbers(names, TEAM)):
            seen = Ticket._find_live_team_ids()
            team_ids |= seen if ALL in names else seen & wanted
        return [(record, LIVE) for record in (*tickets, *Team.browse(sorted(team_ids)))]

    def _get_numbers(self, names, prefix):
        """The ids at the end of the names that begin so."""
        numbers = [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
        return {int(n) for n in numbers if n.isascii() and n.isdecimal() and len(n) < 10}
