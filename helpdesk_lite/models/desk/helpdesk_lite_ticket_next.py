from odoo import api, models
from odoo.fields import Domain


class HelpdeskLiteTicket(models.Model):
    """Lead on from ticket to ticket in the list that one came from."""

    _inherit = 'helpdesk.lite.ticket'

    @api.model
    @api.readonly
    def get_next_ticket(self, parts, order=None, visited_ids=()):
        """Find the ticket to go on with: the first that is still in the list, after those known.

        A list or a column was loaded page by page, and what is loaded gets old: tickets are
        closed, hidden and deleted meanwhile, and an answer moves one to another place. So the
        loaded ones are walked in the order in which they stood there, and after them comes what
        the list shows besides, by its own order and the database's index for it.

        The caller reads by ordinary rights only.

        :param list parts: what remains of the list, a dict for each of its groups in order:
            ``domain`` of the group, ``ids`` that are still to come of the loaded ones,
            ``known_ids`` that were loaded at all, ``offset`` of tickets before these that the
            caller never loaded
        :param str order: as a list has it, e.g. ``'priority desc, id desc'``
        :param visited_ids: the tickets that one has been to, in whatever group: an answer moves
            one from column to column
        :return: ``{'id': id of the ticket, 'part': position in parts}``, or False at the end
        """
        visited = set(visited_ids)
        for position, part in enumerate(parts):
            ticket_id = (self._get_next_loaded(part)
                         or self._get_next_unloaded(part, order, visited))
            if ticket_id:
                return {'id': ticket_id, 'part': position}
        return False

    @api.model
    def _get_next_loaded(self, part):
        """The first of the loaded tickets still to come that the group holds, else False."""
        ids = part.get('ids')
        if not ids:
            return False
        found = set(self.search(Domain(part['domain']) & Domain('id', 'in', ids)).ids)
        return next((ticket_id for ticket_id in ids if ticket_id in found), False)

    @api.model
    def _get_next_unloaded(self, part, order, visited):
        """The first ticket of the group that was never loaded, else False."""
        known = visited.union(part.get('known_ids', ()))
        return self.search(
            Domain(part['domain']) & Domain('id', 'not in', list(known)),
            order=order or None, offset=part.get('offset', 0), limit=1).id
