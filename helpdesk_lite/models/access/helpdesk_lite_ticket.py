from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from .seen import TEAM

# Fields by which a ticket is linked with others
SINGLE_LINKS = ('team_id', 'merged_into_id')
LINKED_FIELDS = ('parent_ticket_id', 'related_ticket_ids', 'duplicate_of_ids')


class HelpdeskLiteTicket(models.Model):
    """Hide tickets and teams from whoever asks for them in another way than reading."""

    _inherit = 'helpdesk.lite.ticket'

    # ------------------------------------------------------------------
    # Customers
    # ------------------------------------------------------------------

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Let customers search only by what they may read.

        Many of Odoo's fields look into other tables in superuser mode when they are searched:
        messages with the notes among them, activities, failures of mails. What stands there could
        be guessed letter by letter.
        """
        domain = Domain(domain)
        for condition in domain.iter_conditions() if self._is_of_customer() else ():
            self._check_customer_path(condition.field_expr)
        return super()._search(domain, *args, **kwargs)

    def _field_to_sql(self, alias, field_expr, query=None):
        """See ``BaseModel``, which doesn't ask for the right to a related field of ours."""
        if self._is_of_customer() and field_expr.split('.')[0] in self._fields:
            self._check_field_access(self._fields[field_expr.split('.')[0]], 'read')
        return super()._field_to_sql(alias, field_expr, query)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        if self._is_of_customer():
            self._check_customer_path(field_name)
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    def _read_group_groupby(self, alias, groupby_spec, query):
        if self._is_of_customer():
            self._check_customer_path(groupby_spec.split(':')[0])
        return super()._read_group_groupby(alias, groupby_spec, query)

    def _read_group_select(self, aggregate_spec, query):
        if self._is_of_customer() and aggregate_spec != '__count':
            self._check_customer_path(aggregate_spec.split(':')[0])
        return super()._read_group_select(aggregate_spec, query)

    @api.model
    def _is_of_customer(self):
        return not self.env.su and not self.env.user.helpdesk_lite_is_employee

    @api.model
    def _check_customer_path(self, path):
        """Refuse a path that starts with what customers may not search by.

        :param str path: a field of tickets, and maybe others behind dots
        :raise AccessError: for any other than stored fields that customers read
        """
        name = path.split('.')[0]
        field = self._fields.get(name)
        searchable = field and (field.store or name in ('display_name', 'message_is_follower'))
        if field and (not searchable or name not in self.PORTAL_READABLE_FIELDS
                      or field.type in ('one2many', 'many2many')):
            raise AccessError(self.env._('Tickets cannot be searched by "%s".', name))

    # ------------------------------------------------------------------
    # Hidden teams
    # ------------------------------------------------------------------

    def onchange(self, values, field_names, fields_spec):
        """See ``web``: a form with a hidden team tells its name, visibility, stages and more."""
        self._check_seen_links(values)
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def default_get(self, fields):
        if team_id := self.env.context.get('default_team_id'):
            self._check_seen_links({'team_id': team_id})
        return super().default_get(fields)

    def _check_seen_links(self, values):
        """Refuse links to a team or ticket that the user may not read, without naming it.

        What the tickets link to already may stand: who follows one ticket of a private team works
        on it.

        :param dict values: as of a write or an onchange
        :raise AccessError: without any name
        """
        if self.env.su:
            return
        for name in SINGLE_LINKS:
            link = values.get(name)
            link = link.get('id') if isinstance(link, dict) else link
            # sudo: helpdesk.lite.ticket - only whether the link is one that the ticket has
            if type(link) is int and link and link not in self.sudo()._origin[name].ids:
                self.env[self._fields[name].comodel_name].browse(link).check_access('read')
        self._check_seen_tickets(values)

    @api.model
    def _check_seen_links_of_new(self, vals_list):
        """See `_check_seen_links`: what many new tickets link to alike is looked at once."""
        names = (*SINGLE_LINKS, *LINKED_FIELDS)
        alike = {repr([vals.get(name) for name in names]): vals for vals in vals_list}
        for vals in alike.values():
            self._check_seen_links(vals)

    def _check_seen_tickets(self, values):
        """Refuse links of these tickets to others that the user may not read.

        :param dict values: as of a write or an onchange
        :raise AccessError: without any name
        """
        for name in LINKED_FIELDS:
            value = values.get(name) or []
            value = value.get('id') if isinstance(value, dict) else value
            ids = [value] if type(value) is int else self._get_linked_ids(value)
            if ids:
                self.browse(ids).check_access('read')

    @api.model
    def get_property_definition(self, full_name):
        """See ``BaseModel``, which looks into all teams; here into those whose tickets are seen."""
        definition = super().get_property_definition(full_name)
        if not definition or self.env.su:
            return definition
        name = full_name.partition('.')[2]
        teams = self.env[TEAM].with_context(active_test=False)
        tickets = self.with_context(active_test=False)._search([]).subselect('team_id')
        domain = Domain('id', 'in', tickets)
        if teams.has_access('read'):
            domain |= Domain('id', 'in', teams._search([]))
        # sudo: helpdesk.lite.team - the properties of those whose tickets the user sees
        query = teams.sudo()._search(domain)
        rows = self.env.execute_query(SQL(
            """SELECT definition FROM helpdesk_lite_team, jsonb_array_elements(ticket_properties)
                      AS definition
                WHERE ticket_properties IS NOT NULL AND definition->>'name' = %s AND id IN %s
                LIMIT 1""", name, query.subselect()))
        return rows[0][0] if rows else {}

    # ------------------------------------------------------------------
    # Followers
    # ------------------------------------------------------------------

    def message_get_followers(self, after=None, limit=100, filter_recipients=False):
        """See ``mail.thread``, which asks nobody whether they see the record."""
        self.check_access('read')
        return super().message_get_followers(after, limit, filter_recipients)
