from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column, table_exists

from ...tools.search_fill import fill_search_index
from ...tools.search_words import get_html_patterns, get_patterns, get_reference, make_index

# Up to so many tickets are handed to PostgreSQL by their ids: it can't know beforehand how many
# hold a word, and would read a million in their order to fill a page with three. Of more than
# these, any way to them is short.
FEW = 5_000
PADDINGS = 10  # digits of a reference, at most


class HelpdeskLiteTicket(models.Model):
    """Finding tickets by what people type: one text for each ticket, and the messages beside it."""

    _inherit = 'helpdesk.lite.ticket'

    search_text = fields.Char(
        'Text of the Ticket', compute='_compute_search_text', search='_search_search_text',
        exportable=False,
        help='To search by: reference, subject, description, customer, company, addresses, phone.')
    search_message = fields.Char(
        'Text of Messages', compute='_compute_search_text', search='_search_search_message',
        exportable=False, help='To search by: what the messages and notes of a ticket say.')
    search_index = fields.Text(
        compute='_compute_search_index', store=True, precompute=True, compute_sudo=True, copy=False,
        prefetch=False, exportable=False, export_string_translation=False,
        help='Technical: all that a ticket is found by, as `search_words` makes it.')

    _search_index_idx = models.Index('USING gin (search_index gin_trgm_ops)')

    def _auto_init(self):
        """Fill the text of tickets that are older than it in batches.

        The ORM would hold all tickets in memory. The index is made afterwards, which is faster.
        """
        cr = self.env.cr
        if table_exists(cr, self._table) and not column_exists(cr, self._table, 'search_index'):
            create_column(cr, self._table, 'search_index', 'text')
            fill_search_index(cr)
        return super()._auto_init()

    def _compute_search_text(self):
        self.search_text = self.search_message = False

    @api.depends(
        'ticket_ref', 'name', 'description', 'partner_name', 'partner_email', 'partner_phone',
        'email_cc', 'partner_id.name', 'partner_id.email', 'partner_id.phone',
        'commercial_partner_id.name')
    def _compute_search_index(self):
        for ticket in self:
            customer = ticket.partner_id
            ticket.search_index = make_index(
                [ticket.ticket_ref, ticket.name, ticket.partner_name, customer.name,
                 ticket.commercial_partner_id.name, ticket.partner_email, customer.email,
                 ticket.email_cc],
                [ticket.partner_phone, customer.phone], ticket.description)

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    @api.model
    def _search_search_text(self, operator, value):
        """Tickets that hold all words of a text, and those whose reference it is.

        A reference with its letters means that ticket alone; a mere number may be anything else.
        """
        if operator == 'in':
            return Domain.OR(self._search_search_text('ilike', text) for text in value)
        if operator not in ('ilike', 'like'):
            return NotImplemented
        typed = str(value or '')
        if not typed.strip():
            return Domain.TRUE
        found = self._find_by_typed_reference(typed)
        if found and get_reference(typed)[0]:
            return Domain('id', 'in', found)
        return Domain('id', 'in', found) | self._get_domain_of_words(get_patterns(typed))

    @api.model
    def _get_domain_of_words(self, patterns):
        """Tickets whose text is like one pattern of each list; see `get_patterns`."""
        if not patterns:
            return Domain.FALSE

        def match(alias):
            column = SQL.identifier(
                alias, 'search_index', to_flush=self._fields['search_index'])
            return self._match(column, patterns, SQL('LIKE'))

        ids = self._find_few(SQL(
            'SELECT id FROM %s WHERE %s', SQL.identifier(self._table), match(self._table)))
        if ids is not None:
            return Domain('id', 'in', ids)
        return Domain.custom(to_sql=lambda model, alias, query: match(alias))

    @api.model
    def _match(self, column, patterns, operator):
        """A condition on a column: see `_get_domain_of_words`."""
        return SQL(' AND ').join(
            SQL('(%s)', SQL(' OR ').join(
                SQL('%s %s %s', column, operator, pattern) for pattern in alternatives))
            for alternatives in patterns)

    @api.model
    def _find_few(self, query):
        """The ids that a SELECT finds, or None where there are more than `FEW`.

        MATERIALIZED keeps PostgreSQL to the plan for all rows, which the index serves, and the
        rest of them isn't read. That there are many is kept for the transaction: a page is
        followed by its count, and no result depends on it.
        """
        key = (self._name, 'many', repr(query))
        if key in self.env.cr.cache:
            return None
        ids = {row_id for row_id, in self.env.execute_query(SQL(
            'WITH found(id) AS MATERIALIZED (%s) SELECT id FROM found LIMIT %s', query, FEW + 1))}
        if len(ids) > FEW:
            self.env.cr.cache[key] = True
            return None
        return ids

    # ------------------------------------------------------------------
    # References
    # ------------------------------------------------------------------

    @api.model
    def _find_by_typed_reference(self, typed):
        """Ids of the tickets whose reference a text is, whatever the user may see.

        :param str typed: see `get_reference`
        """
        reference = get_reference(typed)
        if not reference:
            return []
        letters, number = reference
        self.flush_model(['ticket_ref'])
        names = [name + str(number).zfill(width) for name in self._get_reference_letters(letters)
                 for width in range(len(str(number)), PADDINGS)]
        return [ticket_id for ticket_id, in self.env.execute_query(SQL(
            'SELECT id FROM helpdesk_lite_ticket WHERE ticket_ref = ANY(%s)', names))]

    @api.model
    def _get_reference_letters(self, letters):
        """What references may begin with: what was typed, as the sequence writes it.

        :param str letters: what was typed; without any, the sequence's
        """
        # sudo: ir.sequence - the beginning of references, which stands on each ticket
        prefix = self.env['ir.sequence'].sudo().search_fetch(
            [('code', '=', 'helpdesk.lite.ticket'), ('company_id', '=', False)], ['prefix'],
            limit=1).prefix or ''
        own = [] if '%' in prefix else [prefix]
        if letters:
            return {letters.upper(), *(text for text in own if text.lower() == letters.lower())}
        return own

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, **kwargs):
        """Put first what is meant, where nobody orders otherwise.

        That is the ticket whose reference is searched for, and a customer's own before those of
        their colleagues.
        """
        query = super()._search(domain, offset, limit, order, **kwargs)
        if limit and query.order and order in (None, '', self._order):
            first = [SQL('%s = ANY(%s)', SQL.identifier(self._table, 'id'), ids)
                     for ids in [self._find_first(domain)] if ids]
            if type(partner_id := self.env.context.get('helpdesk_lite_first_partner')) is int:
                first.append(SQL('%s IS NOT DISTINCT FROM %s', SQL.identifier(
                    self._table, 'partner_id'), partner_id))
            query.order = SQL(', ').join([SQL('(%s) DESC', by) for by in first] + [query.order])
        return query

    @api.model
    def _find_first(self, domain):
        """Ids of the tickets whose reference is among what a domain searches for."""
        return [
            ticket_id for condition in Domain(domain).iter_conditions()
            if condition.field_expr == 'search_text' and isinstance(condition.value, str)
            for ticket_id in self._find_by_typed_reference(condition.value)]

    @api.model
    @api.readonly
    def name_search(self, name='', domain=None, operator='ilike', limit=100):
        """See ``BaseModel``: a ticket is found by its reference as people write it, and is first.

        :param str name: ``42``, ``HD42``, ``hd 42``, or a part of the subject
        """
        found = super().name_search(name, domain, operator, limit)
        ids = self._find_by_typed_reference(name or '') if operator == 'ilike' else []
        exact = ids and self.search_fetch(
            Domain(domain or Domain.TRUE) & Domain('id', 'in', ids), ['display_name'])
        if not exact:
            return found
        first = [(ticket.id, ticket.display_name) for ticket in exact]
        return (first + [pair for pair in found if pair[0] not in exact.ids])[:limit]

    # ------------------------------------------------------------------
    # Messages
    # ------------------------------------------------------------------

    @api.model
    def _search_search_message(self, operator, value):
        """Tickets with a message or note that holds all words of a text.

        Who reads a ticket as an employee reads its notes, too; customers can't search by this.
        """
        if operator == 'in':
            return Domain.OR(self._search_search_message('ilike', text) for text in value)
        if operator not in ('ilike', 'like'):
            return NotImplemented
        if not str(value or '').strip():
            return Domain.TRUE
        patterns = get_html_patterns(str(value))
        if not patterns:
            return Domain.FALSE
        self.env['mail.message'].flush_model(['model', 'res_id', 'body', 'message_type'])
        match = SQL(
            "message.model = 'helpdesk.lite.ticket' AND message.message_type != 'user_notification'"
            ' AND %s', self._match(SQL('message.body'), patterns, SQL('ILIKE')))
        ids = self._find_few(SQL('SELECT res_id FROM mail_message message WHERE %s', match))
        if ids is not None:
            return Domain('id', 'in', ids)
        return Domain.custom(to_sql=lambda model, alias, query: SQL(
            'EXISTS (SELECT FROM mail_message message WHERE message.res_id = %s AND %s OFFSET 0)',
            SQL.identifier(alias, 'id'), match))
