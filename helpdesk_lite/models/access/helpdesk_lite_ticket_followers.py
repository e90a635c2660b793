from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

# From so many followed tickets on, a hash of them costs more than looking up each that is asked for
MANY_FOLLOWED = 1_000


class HelpdeskLiteTicket(models.Model):
    """Who sees a ticket, and who follows it."""

    _inherit = 'helpdesk.lite.ticket'

    visible_to_user = fields.Boolean(
        compute='_compute_visible_to_user', search='_search_visible_to_user',
        compute_sudo=True, export_string_translation=False,
        help='Technical: what the record rules stand on. The search is what PostgreSQL gets, the '
             'compute is what checks on single records use; both say the same.')

    # ------------------------------------------------------------------
    # Visibility
    # ------------------------------------------------------------------

    @api.depends('team_id.privacy_visibility')
    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_visible_to_user(self):
        seen, all_seen = self._get_seen_team_ids()
        if all_seen:
            self.visible_to_user = True
            return
        internal = self.env.user.helpdesk_lite_is_employee
        asked = self.filtered(lambda ticket: (ticket.team_id.id in seen) is not internal)
        followed = asked._get_followed_ids() if asked else ()
        for ticket in self:
            by_team = ticket.team_id.id in seen
            by_follow = ticket._origin.id in followed
            ticket.visible_to_user = (by_team or by_follow) if internal else (by_team and by_follow)

    def _search_visible_to_user(self, operator, value, team='team_id', ticket='id'):
        """See the field.

        :param str team: the column of a ticket's team, for tables that have it beside a ticket
        :param str ticket: the column of the ticket itself
        """
        if operator != 'in':
            return NotImplemented
        seen, all_seen = self._get_seen_team_ids()
        if all_seen:
            return Domain.TRUE
        internal = self.env.user.helpdesk_lite_is_employee
        if internal and seen:
            return self._get_team_or_follower_domain(seen, team, ticket)
        # sudo: mail.followers - only rows of the user's own partner
        followed = Domain(ticket, 'in', self.env['mail.followers'].sudo()._search([
            ('res_model', '=', self._name),
            ('partner_id', '=', self.env['res.users']._get_helpdesk_lite_reader_id()),
        ]).subselect('res_id'))
        return followed if internal else Domain(team, 'in', seen) & followed

    def _filter_public(self):
        """Those of the tickets whose team shows its tickets to customers."""
        # sudo: helpdesk.lite.team - the visibility of the tickets' own teams
        return self.filtered(lambda ticket: ticket.sudo().team_id.privacy_visibility == 'portal')

    def _is_public(self):
        """Whether the ticket's team shows its tickets to customers at all."""
        return bool(self._filter_public())

    def _filter_private(self):
        """Those of the tickets that only invited internal users see."""
        return self.filtered(  # sudo: helpdesk.lite.team - the visibility of the own teams
            lambda ticket: ticket.sudo().team_id.privacy_visibility == 'invited_internal')

    @api.model
    def _get_team_or_follower_domain(self, team_ids, team, ticket):
        """Tickets of these teams, and those that the user follows.

        The order matters, and Odoo would sort by field name: PostgreSQL looks for a follower only
        where the team doesn't decide. It hashes all that the user follows for that, which is good
        for some hundred tickets; for more, OFFSET keeps it to looking ticket by ticket.
        """
        partner_id = self.env['res.users']._get_helpdesk_lite_reader_id()
        one_by_one = SQL('OFFSET 0') if self._follows_many(partner_id) else SQL()
        return Domain.custom(to_sql=lambda model, alias, query: SQL(
            """(%s = ANY(%s) OR EXISTS (
                SELECT 1 FROM mail_followers follower
                 WHERE follower.res_model = 'helpdesk.lite.ticket' AND follower.res_id = %s
                   AND follower.partner_id = %s %s))""",
            SQL.identifier(alias, team, to_flush=model._fields[team]),
            sorted(team_ids), SQL.identifier(alias, ticket),
            partner_id, one_by_one))

    @api.model
    def _follows_many(self, partner_id):
        """Whether a contact follows `MANY_FOLLOWED` tickets or more.

        It chooses between two plans with the same result, so it is asked once a transaction. For
        what is left of it PostgreSQL shall not compile its statements (JIT): it reckons with a
        look-up of followers for each ticket, also where the team decides, so that it takes 7 ms
        of compiling for a count that takes 5.
        """
        key = (self._name, 'follows_many', partner_id)
        if key not in self.env.cr.cache:
            [[count, _jit]] = self.env.execute_query(SQL(
                """SELECT count(*), set_config('jit', 'off', TRUE) FROM (
                    SELECT 1 FROM mail_followers WHERE res_model = %s AND partner_id = %s LIMIT %s
                   ) AS row""", self._name, partner_id, MANY_FOLLOWED))
            self.env.cr.cache[key] = count == MANY_FOLLOWED
        return self.env.cr.cache[key]

    @api.model
    def _get_seen_team_ids(self):
        """The teams whose visibility lets the user see tickets.

        For an internal user these are the teams whose tickets they all see; for anybody else
        the public ones, whose tickets they see if they follow the ticket as well. The cached
        text of a record rule must not hold ids, so they come from the transaction's cache.

        :return: ``(ids, whether the user sees every team of the companies that are active)``
        """
        seen = self.env.user.helpdesk_lite_seen_teams
        return set(seen['ids']), seen['all']

    def _get_followed_ids(self):
        """Those of the tickets that the user follows."""
        rows = self.env.execute_query(SQL(
            """SELECT res_id FROM mail_followers
                WHERE res_model = %s AND partner_id = %s AND res_id = ANY(%s)""",
            self._name, self.env['res.users']._get_helpdesk_lite_reader_id(), self._origin.ids))
        return {res_id for res_id, in rows}

    @api.model
    def _invalidate_followers(self):
        """Forget everything in the cache that followers decide."""
        names = ['message_follower_ids', 'message_partner_ids', 'message_is_follower']
        self.invalidate_model([*names, 'visible_to_user'], flush=False)
        self.env['helpdesk.lite.team'].invalidate_model([*names, 'visible_to_user'], flush=False)
        self.env['res.users']._forget_helpdesk_lite_seen_teams()

    # ------------------------------------------------------------------
    # Set-wise subscription
    # ------------------------------------------------------------------

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """See ``mail.thread.message_subscribe``; planned activities alone subscribe nobody."""
        if self.env.context.get('mail_activity_quick_update'):
            return True
        return super().message_subscribe(partner_ids=partner_ids, subtype_ids=subtype_ids)

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        """See ``mail.thread``; without those whose mails would come back here."""
        own = self._find_own_partner_ids(partner_ids or [])
        return super()._message_subscribe(
            partner_ids and [pid for pid in partner_ids if pid not in own], subtype_ids,
            customer_ids=customer_ids)

    @api.model
    def _find_own_partner_ids(self, partner_ids):
        """Those of the contacts that have the address of one of the system's own aliases.

        Internal users are left out: following is what lets them see a ticket.

        :return: a set of ids
        """
        if not partner_ids:
            return set()
        self.env['res.partner'].flush_model(['email_normalized', 'partner_share'])
        return {partner_id for partner_id, in self.env.execute_query(SQL(
            'SELECT id FROM res_partner partner WHERE id = ANY(%s) AND %s',
            list(partner_ids), self._is_own_partner()))}

    @api.model
    def _is_own_partner(self):
        """A condition on ``res_partner partner``: see `_find_own_partner_ids`."""
        return SQL('partner.partner_share IS TRUE AND %s', self._is_own_address(
            SQL('partner.email_normalized')))

    def _message_auto_subscribe(self, updated_values, followers_existing_policy='skip'):
        """Do nothing here: `_subscribe_by_values` subscribes for all tickets of a call at once.

        Odoo's own way subscribes ticket by ticket: 316 queries for 100 tickets with assignees.
        """
        return True

    def _subscribe_creator(self):
        """Make the creator follow the tickets, by one statement for all."""
        user, context = self.env.user, self.env.context
        if (user.active and not user.share and not context.get('mail_create_nosubscribe')
                and not context.get('tracking_disable')):
            self._insert_followers_of(SQL(
                'SELECT ticket.id, %s FROM unnest(%s) AS ticket(id)',
                user.partner_id.id, self.ids), self._get_default_subtype_ids()[0])

    def _subscribe_by_values(self, vals_keys=('partner_id', 'user_id', 'team_id')):
        """Subscribe customers, assignees and the teams' followers, in a few statements in all.

        :param vals_keys: the names of the fields whose value is new
        """
        if 'partner_id' in vals_keys and self.partner_id:
            self.flush_recordset(['partner_id'])
            self._insert_customer_followers(SQL('ticket.id = ANY(%s)', self.ids))
        if 'team_id' in vals_keys:
            self._subscribe_team_followers()
        if 'user_id' in vals_keys and self.user_id:
            self.flush_recordset(['user_id'])
            self._insert_followers_of(SQL(
                """SELECT ticket.id, assignee.partner_id
                     FROM helpdesk_lite_ticket ticket
                     JOIN res_users assignee ON assignee.id = ticket.user_id AND assignee.active
                    WHERE ticket.id = ANY(%s)""", self.ids), self._get_default_subtype_ids()[0])

    def _subscribe_team_followers(self):
        """Make the followers of the tickets' teams follow the tickets."""
        subtypes = self.team_id._get_ticket_subtypes()
        for team, tickets in self.grouped('team_id').items():
            groups = team._group_by_subtypes(subtypes.get(team.id, {}))
            for subtype_ids, partner_ids in groups.items():
                self._insert_followers_of(SQL(
                    'SELECT ticket.id, partner.id '
                    'FROM unnest(%s) AS ticket(id), unnest(%s) AS partner(id)',
                    tickets.ids, list(partner_ids)), subtype_ids)

    @api.model
    def _insert_customer_followers(self, condition):
        """Make the customers of the tickets that fulfil `condition` their followers."""
        internal, external = self._get_default_subtype_ids()
        self._insert_followers_of(SQL(
            """SELECT ticket.id, ticket.partner_id
                 FROM helpdesk_lite_ticket ticket
                 JOIN res_partner customer ON customer.id = ticket.partner_id
                WHERE %s AND customer.active""", condition), external, internal)

    @api.model
    def _get_default_subtype_ids(self):
        """Ids of the subtypes that are followed by default: ``(by agents, by customers)``."""
        default, _internal, external = self.env['mail.message.subtype'].default_subtypes(self._name)
        return default.ids, external.ids

    @api.model
    def _insert_followers_of(self, pairs, subtype_ids, internal_subtype_ids=None):
        """Insert followers of tickets, all with the same subtypes, in one statement.

        Who follows a ticket already keeps the subtypes that they chose. Contacts with the address
        of one of the system's own aliases are left out.

        :param SQL pairs: a SELECT of ticket ids and partner ids
        :param subtype_ids: ids of ``mail.message.subtype``
        :param internal_subtype_ids: those of internal users, if theirs are others
        :return: who follows newly: ``[(id of the follower, id of the partner)]``
        """
        if internal_subtype_ids is None:
            internal_subtype_ids = subtype_ids
        self.env['res.partner'].flush_model(['active', 'email_normalized', 'partner_share'])
        rows = self.env.execute_query(SQL(
            """WITH pair(res_id, partner_id) AS (%s), own AS (
                   SELECT id FROM res_partner partner
                    WHERE id IN (SELECT partner_id FROM pair) AND %s), follower AS (
                   INSERT INTO mail_followers (res_model, res_id, partner_id)
                   SELECT %s, res_id, partner_id FROM pair
                    WHERE partner_id IS NOT NULL AND partner_id NOT IN (SELECT id FROM own)
                       ON CONFLICT (res_model, res_id, partner_id) DO NOTHING
                RETURNING id, partner_id), subtype AS (
                   INSERT INTO mail_followers_mail_message_subtype_rel
                               (mail_followers_id, mail_message_subtype_id)
                   SELECT follower.id, subtype.id
                     FROM follower
                     JOIN res_partner partner ON partner.id = follower.partner_id
                     JOIN LATERAL unnest(CASE WHEN partner.partner_share IS TRUE
                          THEN %s::integer[] ELSE %s::integer[] END) AS subtype(id) ON TRUE
                RETURNING 1)
               SELECT id, partner_id FROM follower""",
            pairs, self._is_own_partner(), self._name, list(subtype_ids),
            list(internal_subtype_ids)))
        self._invalidate_followers()
        return rows

    @api.model
    def _remove_followers(self, rows):
        """Remove followers of tickets or teams in one statement.

        :param SQL rows: a SELECT of ids of ``mail_followers``
        """
        self.env['mail.followers'].flush_model(['res_model', 'res_id', 'partner_id'])
        self.env.execute_query(SQL(
            'DELETE FROM mail_followers WHERE id IN (%s) RETURNING id', rows))
        self._invalidate_followers()

    def _unsubscribe_former_customers(self, before):
        """Let former customers follow no longer, unless they are colleagues or follow the team.

        :param dict before: ``{ticket id: the res.partner who was its customer}``
        """
        self.env['res.partner'].flush_model(['partner_share'])
        self.flush_recordset(['team_id'])
        self._remove_followers(SQL(
            """SELECT follower.id FROM mail_followers follower
                 JOIN unnest(%s, %s) AS before(ticket_id, partner_id)
                   ON before.ticket_id = follower.res_id
                  AND before.partner_id = follower.partner_id
                 JOIN helpdesk_lite_ticket ticket ON ticket.id = before.ticket_id
                 JOIN res_partner partner ON partner.id = before.partner_id
                WHERE follower.res_model = 'helpdesk.lite.ticket'
                  AND partner.partner_share IS TRUE
                  AND NOT EXISTS (
                      SELECT 1 FROM mail_followers of_team
                       WHERE of_team.res_model = 'helpdesk.lite.team'
                         AND of_team.res_id = ticket.team_id
                         AND of_team.partner_id = partner.id)""",
            list(before), [partner.id for partner in before.values()]))

    # ------------------------------------------------------------------
    # Leaving public teams
    # ------------------------------------------------------------------

    @api.model
    def _select_portal_partners(self):
        """A SELECT of the partners who are portal users and no internal user."""
        self.env['res.users'].flush_model(['partner_id', 'share', 'active'])
        return SQL(
            """SELECT partner_id FROM res_users WHERE active GROUP BY partner_id
               HAVING bool_and(share)""")

    @api.model
    def _remove_portal_followers(self, condition):
        """Take the portal users from the followers of the tickets that fulfil `condition`.

        The portal addon extends it: it also revokes the tickets' access tokens.

        :param SQL condition: on the columns of ``helpdesk_lite_ticket``
        """
        self._remove_followers(SQL(
            """SELECT id FROM mail_followers
                WHERE res_model = %s AND partner_id IN (%s)
                  AND res_id IN (SELECT id FROM helpdesk_lite_ticket WHERE %s)""",
            self._name, self._select_portal_partners(), condition))

    def _after_team_change(self, was_public):
        """Do for moved tickets what switching the visibility does for a team.

        :param was_public: those of the tickets that came from a public team
        :raise UserError: if a customer or an assignee isn't one of the new team's company
        """
        self._check_company()
        public = self._filter_public()
        if gone := (self & was_public) - public:
            gone._remove_portal_followers(SQL('id = ANY(%s)', gone.ids))
        if come := public - was_public:
            come._insert_customer_followers(SQL('ticket.id = ANY(%s)', come.ids))

    def _check_destination_team(self, team):
        """Refuse to move tickets into a team that the user doesn't see.

        :raise AccessError: where they may not
        """
        if not self.env.su and not team.has_access('read'):
            raise AccessError(self.env._(
                "You can't move tickets to a team that you don't see. "
                "Ask an administrator of Helpdesk to invite you to it."))
