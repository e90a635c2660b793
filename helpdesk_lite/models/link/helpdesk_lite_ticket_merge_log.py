from odoo import fields, models
from odoo.fields import Domain


class HelpdeskLiteTicketMergeLog(models.Model):
    """Take links along to the ticket that stays, and back again."""

    _inherit = 'helpdesk.lite.ticket.merge.log'

    links = fields.Json(help="[link, which of its ends was this ticket's] that were moved.")

    def _move_records(self):  # pylint: disable=missing-return
        super()._move_records()
        links = self._find_links()
        for log in self:
            if of_ticket := [(link, name) for link, name, ticket in links
                             if ticket == log.ticket_id]:
                log._move_links(of_ticket)

    def _move_links(self, links):
        """Move what can be moved: the ticket that stays keeps the links and the parent it has.

        :param list links: ``[(link, name of the end that is the merged ticket)]``
        """
        moved = []
        for link, name in links:
            if link.exists() and link[name] == self.ticket_id and link._may_move(
                    name, self.destination_id):
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

    def _find_links(self):
        """The links of all merged tickets by one query: ``[(link, name of the end, ticket)]``."""
        tickets = self.ticket_id
        links = self.env['helpdesk.lite.ticket.link'].with_context(active_test=False).search(
            Domain('ticket_id', 'in', tickets.ids) | Domain('other_id', 'in', tickets.ids))
        return [(link, name, link[name]) for link in links for name in ('ticket_id', 'other_id')
                if link[name] in tickets]
