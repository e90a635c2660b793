from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize, formataddr
from odoo.tools.mail import email_split_tuples

from ...tools.plain_context import in_plain_context

# What a contact is completed with: `partner_email` is its `email`
CONTACT_DATA = ('email', 'phone')


class HelpdeskLiteTicket(models.Model):
    """The customer of a ticket: a contact, and the name and addresses that the ticket came with."""

    _inherit = 'helpdesk.lite.ticket'

    partner_id = fields.Many2one(
        'res.partner', string='Customer', index='btree_not_null', tracking=True, check_company=True,
        domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]")
    commercial_partner_id = fields.Many2one(
        related='partner_id.commercial_partner_id', string='Customer Company', store=True,
        precompute=True)
    partner_name = fields.Char(
        'Customer Name', compute='_compute_partner_name', store=True, readonly=False,
        precompute=True)
    partner_email = fields.Char(
        'Customer Email', compute='_compute_partner_email', store=True, readonly=False,
        precompute=True)
    email_normalized = fields.Char(
        'Normalized Email', compute='_compute_email_normalized', store=True, precompute=True,
        index='btree_not_null', help='By which a privacy look-up finds the person.')
    partner_phone = fields.Char(
        'Customer Phone', compute='_compute_partner_phone', store=True, readonly=False,
        precompute=True)
    customer_name = fields.Char(
        'Name on a Card', compute='_compute_customer_name', export_string_translation=False,
        help='Technical: what a card says of the customer, for less than their record costs.')
    partner_ticket_count = fields.Integer(
        'Other Tickets of the Customer', compute='_compute_partner_ticket_count')

    # with what visibility looks at: the others of a large customer are counted for each ticket
    _commercial_partner_idx = models.Index(
        '(commercial_partner_id) INCLUDE (id, company_id, team_id, active) '
        'WHERE commercial_partner_id IS NOT NULL')

    @api.depends('partner_id')
    def _compute_partner_name(self):
        for ticket in self:
            ticket.partner_name = ticket._get_contact_value('name')

    @api.depends('partner_id')
    def _compute_partner_email(self):
        for ticket in self:
            ticket.partner_email = ticket._get_contact_value('email')

    @api.depends('partner_id')
    def _compute_partner_phone(self):
        for ticket in self:
            ticket.partner_phone = ticket._get_contact_value('phone')

    @api.depends('partner_id.complete_name', 'partner_name', 'partner_email')
    def _compute_customer_name(self):
        # sudo: res.partner - names of the tickets' own customers; a read of one fetches all fields
        customers = self.partner_id.sudo()
        customers.fetch(['complete_name'])
        names = {customer.id: customer.complete_name for customer in customers}
        for ticket in self:
            ticket.customer_name = (
                names.get(ticket.partner_id.id) or ticket.partner_name or ticket.partner_email)

    def _get_contact_value(self, name):
        """The customer's `name`, `email` or `phone`; without a customer what was typed stays."""
        return self.partner_id[name] if self.partner_id else self[f'partner_{name}']

    @api.depends('partner_email')
    def _compute_email_normalized(self):
        for ticket in self:
            ticket.email_normalized = self._normalize(ticket.partner_email)

    @api.depends('partner_id', 'commercial_partner_id')
    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_partner_ticket_count(self):
        """How many other tickets of the customer's company the user may see, open or closed.

        A person without a company is their own.
        """
        groups = self._read_group(
            [('commercial_partner_id', 'in', self.commercial_partner_id.ids)],
            ['commercial_partner_id'], ['__count'])
        counts = {partner.id: count for partner, count in groups}
        for ticket in self:
            own = 1 if ticket._origin and ticket.active else 0
            ticket.partner_ticket_count = max(
                counts.get(ticket.commercial_partner_id.id, 0) - own, 0)

    @api.readonly
    def action_view_partner_tickets(self):
        """Open the other tickets of the customer's company, the customer's own first."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'helpdesk_lite.helpdesk_lite_ticket_action_all')
        company = self.commercial_partner_id
        action['domain'] = [('commercial_partner_id', '=', company.id), ('id', '!=', self.id)]
        action['context'] = {
            'default_partner_id': self.partner_id.id, 'default_team_id': self.team_id.id,
            'helpdesk_lite_first_partner': self.partner_id.id}
        action['display_name'] = self.env._('Tickets of %s', company.name)
        return action

    @api.constrains('partner_id')
    def _check_customer_address(self):
        """Refuse contacts with one of our own aliases: mails to them come back here.

        :raise ValidationError: for a contact with the address of one of the system's aliases
        """
        if self._is_made_by_mail():
            return  # the sender was looked at
        # a follow-up keeps the customer of the ticket before: an answer must not be lost
        new = self.filtered(lambda ticket: not ticket.previous_ticket_id)
        # sudo: res.partner - compares the addresses of the tickets' own customers
        customers = new.sudo().partner_id
        own = self._find_own_addresses(
            [address for address in set(customers.mapped('email_normalized')) if address])
        for customer in customers.filtered(lambda partner: partner.email_normalized in own):
            raise ValidationError(self.env._(
                "%(contact)s can't be the customer: mail to %(address)s, an address of the "
                "system itself, would come back as a ticket. Choose another contact, or correct "
                "its address.", contact=customer.display_name, address=customer.email_normalized))

    # ------------------------------------------------------------------
    # What agents type of a customer
    # ------------------------------------------------------------------

    def _after_create(self, vals_list, choices):  # pylint: disable=missing-return
        super()._after_create(vals_list, choices)
        if not self._get_system_write():
            for ticket, vals in zip(self, vals_list, strict=True):
                ticket._complete_contact(vals)

    def _prepare_write_vals(self, vals):
        typed = any(vals.get(f'partner_{name}') for name in CONTACT_DATA)
        if typed and not self._get_system_write():
            named = 'partner_name' in vals
            self._split_name_and_address(vals)
            if not named and any(self.mapped('partner_name')):
                vals.pop('partner_name', None)  # they have a name
        return super()._prepare_write_vals(vals)

    def _get_before(self, vals):
        """Note the customers too: ``partner``, ``{ticket id: res.partner}``."""
        before = super()._get_before(vals)
        if 'partner_id' in vals:
            before['partner'] = {ticket.id: ticket.partner_id for ticket in self}
        return before

    def _after_write(self, vals, changed, before):
        super()._after_write(vals, changed, before)
        if self._get_system_write():  # merging and its undo give values back exactly
            return
        if vals.get('partner_email'):
            self._find_missing_customers()
        for ticket in self:
            ticket._complete_contact(vals)
        partners = before.get('partner', {})
        if replaced := changed.get('partner_id', self.browse()).filtered(
                lambda ticket: partners[ticket.id] and partners[ticket.id] != ticket.partner_id):
            replaced._after_customer_change({t.id: partners[t.id] for t in replaced})

    def _after_customer_change(self, before):
        """Hook: take the ticket from those who were its customer.

        The portal addon takes their link.

        :param dict before: ``{ticket id: the res.partner who was its customer}``
        """
        self._unsubscribe_former_customers(before)

    def copy(self, default=None):
        # what stands in the original may have been typed by a visitor
        return super(HelpdeskLiteTicket, self._as_system()).copy(default).with_env(self.env)

    def _find_missing_customers(self):
        """Find or make the contacts of tickets that have an address by now: see `_fill_customer`.

        What was typed stays as it is, like on creation.
        """
        alone = self.filtered(lambda ticket: not ticket.partner_id and ticket.email_normalized)
        for company, tickets in alone.grouped('company_id').items():
            customers = self._find_or_make_customers(
                {t.partner_email: (t.partner_name, t.partner_phone) for t in tickets}, company)
            for ticket in tickets:
                if customer := customers.get(ticket.email_normalized):
                    ticket._as_system().write({
                        'partner_id': customer.id, 'partner_email': ticket.partner_email,
                        'partner_name': ticket.partner_name or customer.name,
                        'partner_phone': ticket.partner_phone or customer.phone,
                    })

    def _complete_contact(self, vals):
        """Fill empty fields of the customer's contact with what an agent has typed.

        Never with what a visitor, a portal user or a mail brought: they come in superuser mode.
        Nor the contact of a user or a company, whose address is a way into an account or what the
        company writes from: there the ticket's own address is used, see `_get_typed_address`.

        :param dict vals: what was typed
        """
        self.ensure_one()
        typed = [name for name in CONTACT_DATA if vals.get(f'partner_{name}')]
        if not typed or self.env.su or not self.env.user._is_internal():
            return
        # sudo: res.partner - an agent without the right to write contacts takes a call, too
        customer = self.partner_id.with_context(active_test=False).sudo()
        new = {name: self[f'partner_{name}'] for name in typed if customer and not customer[name]}
        if 'email' in new and (
                not self.email_normalized or self._find_own_addresses([self.email_normalized])):
            del new['email']
        # sudo: res.company - only whether the contact is a company's own
        if new and not customer.user_ids and not self.env['res.company'].sudo().search_count(
                [('partner_id', '=', customer.id)], limit=1):
            in_plain_context(customer).write(new)

    def _get_typed_address(self):
        """Where mails to a customer go whose contact has no address: the ticket's own, or False."""
        ticket = self.sudo()  # sudo: res.partner - whether the ticket's own customer has an address
        customer, address = ticket.partner_id, ticket.email_normalized
        if (not customer or customer.email_normalized or not address
                or self._find_own_addresses([address])):
            return False
        return formataddr((ticket.partner_name or customer.name, address))

    # ------------------------------------------------------------------
    # Finding and making contacts
    # ------------------------------------------------------------------

    @api.model
    def _fill_customer(self, vals_list):
        """Find or make the contacts of new tickets that come with an address only.

        The customer follows the ticket and is mailed by it, whatever made it; so there is one.
        Not for automatic mail, which is from nobody, nor where the system names the customer.
        """
        for vals in vals_list:
            self._split_name_and_address(vals)
        if self._is_automatic() or self._get_system_write():
            return
        without = [
            vals for vals in vals_list
            if vals.get('partner_email') and not vals.get('partner_id')
            and not self.env.context.get('default_partner_id')
        ]
        if not without:
            return
        # sudo: helpdesk.lite.team - the company of the team that was checked before
        teams = self.env['helpdesk.lite.team'].sudo().browse(
            {vals['team_id'] for vals in without})
        companies = {team.id: team.company_id for team in teams}
        for company in set(companies.values()):
            batch = [vals for vals in without if companies[vals['team_id']] == company]
            customers = self._find_or_make_customers(
                {v['partner_email']: (v.get('partner_name'), v.get('partner_phone'))
                 for v in batch}, company)
            for vals in batch:
                customer = customers.get(self._normalize(vals['partner_email']))
                if customer:
                    vals['partner_id'] = customer.id
                    vals.setdefault('partner_name', customer.name)
                    vals.setdefault('partner_phone', customer.phone)

    @api.model
    def _split_name_and_address(self, vals):
        """Take ``"Name" <address>`` apart, as mails and imports bring it."""
        found = email_split_tuples(vals.get('partner_email') or '')
        if len(found) == 1 and found[0][0]:
            name, vals['partner_email'] = found[0]
            if not vals.get('partner_id') and not vals.get('partner_name'):
                vals['partner_name'] = name

    @api.model
    def _find_or_make_customers(self, contacts, company, lang=False):
        """Find the contacts that `company` may use by their addresses, and make those missing.

        What somebody typed never changes a contact that exists.

        :param dict contacts: ``{address: (name or None, phone or None)}``
        :param company: ``res.company``
        :param lang: code of the language that those who are made read, where it is known
        :return: ``{normalised address: res.partner}``, without addresses that aren't valid ones
            and without those of the system's own aliases
        """
        wanted = {}
        for address, data in contacts.items():
            if key := self._normalize(address):
                wanted.setdefault(key, data)
        found = self._find_customers(list(wanted), company)
        missing = [key for key in wanted if key not in found]
        own = self._find_own_addresses(missing)
        missing = [key for key in missing if key not in own]
        # a default of the screen (a team, a stage) is none of the contact's
        # sudo: res.partner - an agent without the right to create contacts takes a call, too
        made = in_plain_context(self.env['res.partner'].sudo()).create([
            {
                'name': wanted[key][0] or key, 'email': key, 'phone': wanted[key][1] or False,
                'company_id': company.id, **({'lang': lang} if lang else {}),
            } for key in missing])
        found.update(zip(missing, made.with_env(self.env), strict=True))
        return found

    @api.model
    def _find_own_addresses(self, addresses):
        """Find those of the normalised `addresses` that are the desk's own.

        They never become customers or followers: mails to them would come back here.
        """
        if not addresses:
            return set()
        return {address for address, in self.env.execute_query(SQL(
            'SELECT address FROM unnest(%s) AS own(address) WHERE %s',
            addresses, self._is_own_address(SQL('address'))))}

    @api.model
    def _is_own_address(self, address):
        """A condition: whether a normalised address is one of the desk's own.

        Those are the system's aliases and the teams' other addresses, each also with a ``+tag``.

        :param SQL address: an expression
        """
        self.env['helpdesk.lite.team'].flush_model(['other_addresses'])
        plain = SQL("regexp_replace(%s, '[+][^@]*@', '@')", address)
        return SQL(
            """(%s OR %s OR EXISTS (
                SELECT 1 FROM helpdesk_lite_team own_team
                 WHERE own_team.other_addresses IS NOT NULL
                   AND string_to_array(own_team.other_addresses, ', ') && ARRAY[%s, %s]))""",
            self._is_alias_address(address), self._is_alias_address(plain),
            SQL('%s::text', address), plain)

    @api.model
    def _is_alias_address(self, address):
        """A condition: whether a normalised address is exactly one of the system's aliases.

        :param SQL address: an expression
        """
        self.env['mail.alias'].flush_model(['alias_name', 'alias_full_name'])
        self.env['mail.alias.domain'].flush_model(['name', 'catchall_alias', 'bounce_alias'])
        return SQL(
            """(EXISTS (SELECT 1 FROM mail_alias
                         WHERE alias_full_name = %(address)s AND alias_name IS NOT NULL)
                OR EXISTS (SELECT 1 FROM mail_alias_domain domain WHERE %(address)s IN (
                     domain.catchall_alias || '@' || domain.name,
                     domain.bounce_alias || '@' || domain.name)))""", address=address)

    @api.model
    def _find_customers(self, addresses, company):
        """Contacts that `company` may use, by address: ``{normalised address: res.partner}``.

        Of several with one address internal users go first, then users of the portal, then
        contacts, and the company's own before those of no company; then the oldest. An address
        that somebody typed into their own profile wins nothing: customers don't get it, and
        employees where it is nobody else's. None has the address of one of the system's own
        aliases.
        """
        addresses = [address for address in addresses if address]
        if not addresses:
            return {}
        # the addresses are sifted before the contacts are looked up: asked of each contact, the
        # condition alone makes PostgreSQL read all of them, and compile the statement for 50 ms
        given = Domain.custom(to_sql=lambda model, alias, query: SQL(
            '%s IN (SELECT address FROM unnest(%s) AS given(address) WHERE NOT %s)',
            SQL.identifier(alias, 'email_normalized',
                           to_flush=model._fields['email_normalized']),
            addresses, self._is_own_address(SQL('address'))))
        # sudo: res.partner - found by the exact address that the customer gave
        partners = self.env['res.partner'].sudo().search_fetch(
            given & Domain('company_id', 'in', (company.id, False)), order='id')
        result = {}
        believed = partners.filtered(lambda p: p._is_email_believed())
        partners -= (partners - believed).filtered('partner_share')
        for partner in partners.sorted(lambda p: (
                p not in believed, p.partner_share, not p.user_ids, not p.company_id)):
            result.setdefault(partner.email_normalized, partner.sudo(False))
        return result

    @api.model
    def _normalize(self, address):
        """The form in which addresses are compared, or False where there is none."""
        return email_normalize(address or '', strict=False) or False
