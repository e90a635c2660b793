from odoo import api, fields, models
from odoo.fields import Domain

LINK = 'helpdesk.lite.ticket.link'
# Which field shows the tickets at the other end: {(kind, whether this ticket is the first end)}
SHOWN = {
    ('related', True): 'related_ticket_ids', ('related', False): 'related_ticket_ids',
    ('duplicate', True): 'duplicate_of_ids', ('duplicate', False): 'duplicate_ids',
    ('parent', True): 'parent_ticket_id', ('parent', False): 'child_ticket_ids',
}


class HelpdeskLiteTicket(models.Model):
    """Show and change the links of a ticket, as far as the user sees their other ends."""

    _inherit = 'helpdesk.lite.ticket'

    parent_ticket_id = fields.Many2one(
        'helpdesk.lite.ticket', 'Parent', compute='_compute_links',
        inverse='_inverse_parent_ticket_id', search='_search_parent_ticket_id',
        help='The incident that this ticket is part of.')
    child_ticket_ids = fields.Many2many(
        'helpdesk.lite.ticket', string='Children', compute='_compute_links',
        help='The tickets of which this one is the parent.')
    child_count = fields.Integer('Number of Children', compute='_compute_child_counts')
    open_child_count = fields.Integer('Open Children', compute='_compute_child_counts')
    has_open_children = fields.Boolean(
        compute='_compute_child_counts', search='_search_has_open_children')
    related_ticket_ids = fields.Many2many(
        'helpdesk.lite.ticket', string='Related', compute='_compute_links',
        inverse='_inverse_related_ticket_ids')
    duplicate_of_ids = fields.Many2many(
        'helpdesk.lite.ticket', string='Duplicate of', compute='_compute_links',
        inverse='_inverse_duplicate_of_ids')
    duplicate_ids = fields.Many2many(
        'helpdesk.lite.ticket', string='Duplicates', compute='_compute_links')

    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_links(self):
        linked = self._read_links()
        for ticket in self:
            found = linked.get(ticket._origin.id, {})
            ticket.parent_ticket_id = found.get('parent_ticket_id', [])[:1] or False
            for name in set(SHOWN.values()) - {'parent_ticket_id'}:
                ticket[name] = found.get(name, False)

    def _read_links(self):
        """Read what the user sees of these tickets' links: ``{ticket id: {field: tickets}}``.

        Not in superuser mode, whoever calls: what a user's own values show is cached for them.
        """
        # sudo: helpdesk.lite.ticket.link - back from superuser mode to the user's own rights
        Link = self.env[LINK].sudo(False).with_context(active_test=False)
        result, ids = {}, self._origin.ids
        if not ids or not Link.has_access('read'):
            return result
        domain = Domain('ticket_id', 'in', ids) | Domain('other_id', 'in', ids)
        # sudo: helpdesk.lite.ticket.link - most have none, and need no long statement of rights
        if not Link.sudo().search(domain, limit=1):
            return result
        links = Link.search_fetch(domain)
        links._get_ends().fetch(['active', 'is_closed'])  # at once, and not ticket by ticket
        for link in links:
            ends = (link.ticket_id, link.other_id)
            for first, (ticket, other) in ((True, ends), (False, ends[::-1])):
                shown = result.setdefault(ticket.id, {})
                name = SHOWN[link.kind, first]
                shown[name] = shown.get(name, self.env[self._name]) | other.with_env(self.env)
        return result

    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_child_counts(self):
        # a form shows both; for a list the fields above would be read ticket by ticket
        linked = self._read_links() if len(self) > 1 else {}
        for ticket in self:
            children = ticket.child_ticket_ids if len(self) == 1 else linked.get(
                ticket._origin.id, {}).get('child_ticket_ids', self.browse())
            children = children.filtered('active')
            ticket.child_count = len(children)
            ticket.open_child_count = len(children._filter_open())
            ticket.has_open_children = bool(ticket.open_child_count)

    def _filter_open(self):
        return self.filtered(lambda ticket: not ticket.is_closed)

    def _search_parent_ticket_id(self, operator, value):
        if operator not in ('in', 'any', 'ilike', '=ilike', 'like', '=like'):
            return NotImplemented
        Link = self.env[LINK].with_context(active_test=False)
        without = operator == 'in' and False in value
        if without:
            value = [ticket_id for ticket_id in value if ticket_id is not False]
        children = Domain('id', 'in', Link._search(
            Domain('kind', '=', 'parent') & Domain('other_id', operator, value)
        ).subselect('ticket_id'))
        if not without:
            return children
        return children | Domain('id', 'not in', Link._search(
            [('kind', '=', 'parent')]).subselect('ticket_id'))

    def _search_has_open_children(self, operator, value):
        if operator != 'in' or True not in value:
            return NotImplemented
        links = self.env[LINK].with_context(active_test=False)._search([
            ('kind', '=', 'parent'), ('ticket_id.is_closed', '=', False)])
        return Domain('id', 'in', links.subselect('other_id'))

    # ------------------------------------------------------------------
    # Changing
    # ------------------------------------------------------------------

    def _inverse_parent_ticket_id(self):
        self._change_links('parent')

    def _inverse_related_ticket_ids(self):
        self._change_links('related')

    def _inverse_duplicate_of_ids(self):
        self._change_links('duplicate')

    def _change_links(self, kind):
        """Make the links that a user added, and take away those that they removed.

        What they don't see is none of it.

        :param str kind: of ``helpdesk.lite.ticket.link``
        """
        name = SHOWN[kind, True]
        wanted = {ticket: ticket[name]._origin for ticket in self}
        shown = self._read_links()
        for ticket, others in wanted.items():
            known = shown.get(ticket.id, {}).get(name, self.browse())
            if gone := (known - others).filtered('active'):  # archived ones were not shown
                ticket._unlink_from(gone, kind)
            if new := others - known:
                ticket._link_to(new, kind)

    def _link_to(self, others, kind):
        """Link these tickets with each of the others: they are related to, children of, them.

        :param str kind: of ``helpdesk.lite.ticket.link``
        """
        others.check_access('read')
        links = self.env[LINK].create([
            {'ticket_id': ticket.id, 'other_id': other.id, 'kind': kind}
            for ticket in self for other in others])
        links._get_ends()._forget_links()
        return links

    def _unlink_from(self, others, kind):
        domain = Domain('ticket_id', 'in', self.ids) & Domain('other_id', 'in', others.ids)
        if kind == 'related':
            domain |= Domain('other_id', 'in', self.ids) & Domain('ticket_id', 'in', others.ids)
        self.env[LINK].with_context(active_test=False).search(
            domain & Domain('kind', '=', kind)).unlink()
        (self | others)._forget_links()

    def _forget_links(self):
        """Read anew what these tickets are linked with."""
        self.invalidate_recordset(
            [*set(SHOWN.values()), 'child_count', 'open_child_count', 'has_open_children'],
            flush=False)

    @api.readonly
    def action_view_children(self):
        """Open the children that the user sees, open ones first."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'helpdesk_lite.helpdesk_lite_ticket_action_all')
        action['domain'] = [('parent_ticket_id', '=', self.id)]
        action['context'] = {'active_test': False}
        action['display_name'] = self.env._('Children of %s', self.ticket_ref)
        return action
