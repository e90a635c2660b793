from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, email_normalize
from odoo.tools.mail import email_split


class HelpdeskLiteTeam(models.Model):
    """Give teams their addresses, and find the teams that a mail is addressed to."""

    _inherit = 'helpdesk.lite.team'

    other_addresses = fields.Char(
        help='Groups, lists and old mailboxes whose mail arrives here, too, separated by commas. '
             'Mail to them becomes a ticket of this team. They belong to the desk, so they are '
             'never a customer, a follower or a recipient.')
    reply_to_senders = fields.Char(
        'Contact Forms',
        help='Addresses that a website sends its contact form from, separated by commas. For '
             'their mails the "Reply-To" address is the customer.')

    @api.model
    def _normalize_addresses(self, text, label):
        """Write addresses as they are compared: normalised, each once, separated by ``", "``.

        :param str text: what was typed; commas, semicolons and line breaks separate addresses
        :param str label: the field's name, for the message
        :raise ValidationError: naming the first one that is no address
        """
        addresses = []
        for part in (text or '').replace(';', ',').replace('\n', ',').split(','):
            if not part.strip():
                continue
            found = email_normalize((email_split(part) or [''])[0])
            if not found:
                raise ValidationError(self.env._(
                    '"%(text)s" in "%(field)s" is not an e-mail address. Write each like '
                    'support@example.com, separated by commas.', text=part.strip(), field=label))
            addresses.append(found)
        return ', '.join(dict.fromkeys(addresses)) or False

    def _normalize_address_vals(self, vals):
        """Normalise what `vals` says of addresses, in place; see `_normalize_addresses`."""
        for name in ('other_addresses', 'reply_to_senders'):
            if vals.get(name):
                label = self._fields[name]._description_string(self.env)
                vals[name] = self._normalize_addresses(vals[name], label)
        return vals

    @api.constrains('other_addresses')
    def _check_other_addresses(self):
        """Let each address lead to one team, and be nobody's own.

        :raise ValidationError: naming an address that a team, an alias, a user or a contact has
        """
        teams = self.filtered('other_addresses')
        for team in teams:
            addresses = team._get_other_addresses()
            taken = (team._find_taken_addresses(addresses)
                     or team._find_addresses_of_partners(addresses))
            if taken:
                raise ValidationError(self.env._(
                    "%s can't be one of the team's other addresses: it is the address of a team, "
                    'of the system itself, of a user or of a contact.', sorted(taken)[0]))

    def _find_taken_addresses(self, addresses):
        """Return those that are an alias, a catchall or bounce address, or another team's."""
        # sudo: helpdesk.lite.team - addresses are unique over all companies; none is shown
        others = self.sudo().with_context(active_test=False).search(
            [('other_addresses', '!=', False), ('id', '!=', self.id)])
        found = {address for team in others for address in team._get_other_addresses()}
        return set(addresses) & found | self._find_alias_addresses(addresses)

    @api.model
    def _find_alias_addresses(self, addresses):
        """Return those of the normalised addresses that are one of the system's aliases."""
        return {address for address, in self.env.execute_query(SQL(
            'SELECT address FROM unnest(%s) AS own(address) WHERE %s', list(addresses),
            self.env['helpdesk.lite.ticket']._is_alias_address(SQL('address'))))}

    @api.model
    def _find_addresses_of_partners(self, addresses):
        # sudo: res.partner - only whether somebody has the address that was typed
        partners = self.env['res.partner'].sudo().with_context(active_test=False).search_fetch(
            [('email_normalized', 'in', addresses)], ['email_normalized'])
        return set(partners.mapped('email_normalized'))

    def _get_other_addresses(self):
        """Return the normalised other addresses of these teams, as a list."""
        return [address for team in self for address in (team.other_addresses or '').split(', ')
                if address]

    def _get_own_addresses(self):
        """Return the alias and the other addresses of these teams, normalised, as a set."""
        aliases = (email_normalize(team.alias_email or '') for team in self)
        return {*self._get_other_addresses(), *filter(None, aliases)}

    def _get_reply_to_senders(self):
        """Return the addresses of contact forms of these teams, normalised, as a set."""
        return {address for team in self for address in (team.reply_to_senders or '').split(', ')
                if address}

    # ------------------------------------------------------------------
    # Which teams a mail is addressed to
    # ------------------------------------------------------------------

    @api.model
    def _find_addressed(self, addresses):
        """Return the teams of these normalised addresses, in the order of the addresses.

        An exact match goes before one without ``+tag``.
        """
        by_address = self._map_addresses(addresses)
        rest = {address: untagged for address in addresses
                if address not in by_address and (untagged := self._strip_tag(address))}
        if rest:
            untagged = self._map_addresses(list(rest.values()))
            by_address.update(
                (address, untagged[plain]) for address, plain in rest.items() if plain in untagged)
        return self.browse(dict.fromkeys(
            by_address[address] for address in addresses if address in by_address))

    @api.model
    def _strip_tag(self, address):
        """Return ``support@x`` for ``support+oven@x``; '' where there is no tag."""
        local, _at, domain = address.partition('@')
        plain, tag, _rest = local.partition('+')
        return f'{plain}@{domain}' if tag and plain else ''

    @api.model
    def _map_addresses(self, addresses):
        """Map addresses that are a team's alias or other address: ``{address: team id}``."""
        if not addresses:
            return {}
        self.flush_model(['other_addresses', 'alias_id'])
        self.env['mail.alias'].flush_model()
        domains = self._get_local_domains()
        return dict(self.env.execute_query(SQL(
            """SELECT DISTINCT ON (own.address) own.address, team.id
                 FROM unnest(%(addresses)s) AS own(address)
                 JOIN helpdesk_lite_team team ON TRUE
            LEFT JOIN mail_alias alias ON alias.id = team.alias_id AND alias.alias_name IS NOT NULL
                WHERE alias.alias_full_name = own.address
                   OR own.address = ANY(string_to_array(team.other_addresses, ', '))
                   OR (alias.alias_incoming_local
                       AND alias.alias_name = split_part(own.address, '@', 1)
                       AND (%(any_domain)s
                            OR split_part(own.address, '@', 2) = ANY(%(domains)s::text[])))
             ORDER BY own.address, (alias.alias_full_name = own.address) IS NOT TRUE,
                      (own.address = ANY(string_to_array(team.other_addresses, ', '))) IS NOT TRUE,
                      team.active DESC, team.id""",
            addresses=list(addresses), any_domain=domains is None, domains=domains or [])))

    @api.model
    def _get_local_domains(self):
        """Return the domains whose addresses reach aliases by local part, or None for any.

        Source: ``mail.catchall.domain.allowed``, see ``mail.thread.message_route``.
        """
        # sudo: ir.config_parameter - how the gateway reads addresses
        allowed = self.env['ir.config_parameter'].sudo().get_param('mail.catchall.domain.allowed')
        names = [name.strip() for name in (allowed or '').split(',') if name.strip()]
        if not names:
            return None
        # sudo: mail.alias.domain - as above
        own = self.env['mail.alias.domain'].sudo().search_fetch([('name', '!=', False)], ['name'])
        return [*names, *own.mapped('name')]
