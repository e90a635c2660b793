from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL


class HelpdeskLiteTicketLink(models.Model):
    """A link of two tickets. A row is seen by who sees both, and both show it.

    Two tickets have one link at most, whichever way it points. A ticket has one parent.
    """

    _name = 'helpdesk.lite.ticket.link'
    _description = 'Helpdesk Ticket Link'
    _order = 'id'
    _rec_name = 'kind'

    ticket_id = fields.Many2one(
        'helpdesk.lite.ticket', required=True, index=True, ondelete='cascade')
    kind = fields.Selection(
        [('related', 'Related to'), ('duplicate', 'Duplicate of'), ('parent', 'Child of')],
        required=True, default='related')
    other_id = fields.Many2one(
        'helpdesk.lite.ticket', 'Other Ticket', required=True, index=True, ondelete='cascade')

    _not_itself = models.Constraint(
        'CHECK (ticket_id <> other_id)', "A ticket can't be linked with itself.")
    _pair_uniq = models.UniqueIndex(
        '(LEAST(ticket_id, other_id), GREATEST(ticket_id, other_id))',
        'These two tickets are linked already: remove that link first.')
    _parent_uniq = models.UniqueIndex(
        "(ticket_id) WHERE kind = 'parent'", 'A ticket has one parent at most.')

    @api.model_create_multi
    def create(self, vals_list):
        """Link tickets that the user may change, and say so in the log of both."""
        links = super().create(vals_list)
        links._get_ends().check_access('write')
        links._check_companies()
        links._check_circles()
        links._log_on_both(self.env._('Linked with another ticket'))
        return links

    def write(self, vals):
        """Keep links as they are: the system alone moves one, when its tickets are merged."""
        if not self.env.su:
            raise ValidationError(self.env._('Remove this link, and make another one.'))
        return super().write(vals)

    def unlink(self):
        """Take links away, and say so in the log of both tickets."""
        self._get_ends().check_access('write')
        self._log_on_both(self.env._('No longer linked with another ticket'))
        return super().unlink()

    def _get_ends(self):
        return self.env['helpdesk.lite.ticket'].browse(
            {ticket.id for link in self for ticket in (link.ticket_id, link.other_id)})

    # ------------------------------------------------------------------
    # What can't be linked
    # ------------------------------------------------------------------

    def _check_companies(self):
        # sudo: helpdesk.lite.ticket - the companies of tickets that the user may change
        for link in self.sudo():
            if link.ticket_id.company_id != link.other_id.company_id:
                raise ValidationError(self.env._(
                    "Tickets of different companies can't be linked."))

    def _check_circles(self):
        """Refuse parents that are children of their own children, however far away.

        One statement climbs from all new links at once. It ends in any case: ``UNION`` takes no
        pair twice.
        """
        if self._find_circles(self.ids):
            raise ValidationError(self.env._(
                "A ticket can't be the parent of a ticket that it is itself a child of."))

    @api.model
    def _find_circles(self, link_ids):
        """Return the ids of those of the links by which a ticket is above itself."""
        self.flush_model(['ticket_id', 'other_id', 'kind'])
        return [link_id for link_id, in self.env.execute_query(SQL(
            """WITH RECURSIVE above(link_id, start_id, id) AS (
                   SELECT id, ticket_id, other_id FROM helpdesk_lite_ticket_link
                    WHERE id = ANY(%s) AND kind = 'parent'
                    UNION
                   SELECT above.link_id, above.start_id, link.other_id
                     FROM above JOIN helpdesk_lite_ticket_link link
                       ON link.ticket_id = above.id AND link.kind = 'parent')
               SELECT DISTINCT link_id FROM above WHERE id = start_id""", list(link_ids)))]

    def _may_move(self, name, ticket):
        """Whether an end of a link can become another ticket.

        :param str name: ``ticket_id`` or ``other_id``
        """
        other = self.other_id if name == 'ticket_id' else self.ticket_id
        pairs = [(ticket.id, other.id), (other.id, ticket.id)]
        taken = Domain.OR([
            Domain('ticket_id', '=', first) & Domain('other_id', '=', last)
            for first, last in pairs])
        if name == 'ticket_id' and self.kind == 'parent':
            taken |= Domain('ticket_id', '=', ticket.id) & Domain('kind', '=', 'parent')
        return ticket != other and not self.with_context(active_test=False).search_count(
            taken & Domain('id', '!=', self.id), limit=1)

    # ------------------------------------------------------------------
    # Log
    # ------------------------------------------------------------------

    def _log_on_both(self, text):
        """Log a link on its tickets.

        The log of a ticket is read by who may not see the other one. So it names only what no
        private team hides.
        """
        bodies = {}
        for link in self:
            for ticket, other in ((link.ticket_id, link.other_id), (link.other_id, link.ticket_id)):
                named = other.team_id == ticket.team_id or not other._filter_private()
                line = f'{text}: {other.ticket_ref}' if named else f'{text}.'
                bodies[ticket.id] = f'{bodies[ticket.id]} {line}' if ticket.id in bodies else line
        self._get_ends()._message_log_batch(bodies=bodies)
