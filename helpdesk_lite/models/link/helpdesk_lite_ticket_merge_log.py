from odoo import fields, models
from odoo.fields import Domain


class HelpdeskLiteTicketMergeLog(models.Model):
    """Take links along to the ticket that stays, and back again."""

    _inherit = 'helpdesk.lite.ticket.merge.log'

    links = fields.Json(help="[link, which of its ends was this ticket's] that were moved.")

    def _move_records(self):  # pylint: disable=missing-return
        super()._move_records()
        for log in self:
            log._move_links()

    def _move_links(self):
        """Move what can be moved: the ticket that stays keeps the links and the parent it has."""
        moved = []
        for link, name in self._find_links_of(self.ticket_id):
            if link._may_move(name, self.destination_id):
                link[name] = self.destination_id
                if link._find_circles(link.ids):
                    link[name] = self.ticket_id
                else:
                    moved.append([link.id, name])
        self.links = moved

    def _restore_records(self):  # pylint: disable=missing-return
        super()._restore_records()
        Link = self.env['helpdesk.lite.ticket.link']
        for link_id, name in self.links or ():
            link = Link.browse(link_id).exists()
            if link and link[name] == self.destination_id and link._may_move(name, self.ticket_id):
                link[name] = self.ticket_id

    def _find_links_of(self, ticket):
        """Return the links of a ticket, each with the name of its end: ``[(link, name)]``."""
        links = self.env['helpdesk.lite.ticket.link'].with_context(active_test=False).search(
            Domain('ticket_id', '=', ticket.id) | Domain('other_id', '=', ticket.id))
        return [(link, 'ticket_id' if link.ticket_id == ticket else 'other_id') for link in links]
