from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class HelpdeskLiteTeam(models.Model):
    """Make a team's followers follow its tickets, as long as they may see them.

    Everything here works on sets: a team has ten thousand tickets, and a switch of its
    visibility or one more follower is a constant number of statements all the same.
    """

    _inherit = 'helpdesk.lite.team'

    visible_to_user = fields.Boolean(
        compute='_compute_visible_to_user', search='_search_visible_to_user', compute_sudo=True,
        export_string_translation=False,
        help='Technical: what the record rule of users stands on. Written out as a domain, it '
             'would read the followers of public teams, too.')

    @api.depends('privacy_visibility')
    @api.depends_context('uid')
    def _compute_visible_to_user(self):
        private = self.filtered(lambda team: team.privacy_visibility == 'invited_internal')
        (self - private).visible_to_user = True
        followed = private and {team_id for team_id, in self.env.execute_query(SQL(
            """SELECT res_id FROM mail_followers
                WHERE res_model = %s AND partner_id = %s AND res_id = ANY(%s)""",
            self._name, self.env.user.partner_id.id, private._origin.ids))}
        for team in private:
            team.visible_to_user = team._origin.id in followed

    def _search_visible_to_user(self, operator, value):
        if operator != 'in':
            return NotImplemented
        # the companies are the business of another rule
        reader_id = self.env['res.users']._get_helpdesk_lite_reader_id()
        return (Domain('privacy_visibility', '!=', 'invited_internal')
                | Domain('message_partner_ids', 'in', [reader_id]))

    # ------------------------------------------------------------------
    # Follow all team's tickets
    # ------------------------------------------------------------------

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """Follow the teams with all their open tickets, and tell those who were made to.

        :param list partner_ids: ids of ``res.partner``
        :param list subtype_ids: ids of the subtypes that they follow; None means the default ones
        :raise AccessError: for partners other than oneself, where the user may not write the teams
        """
        before = self._find_followers(partner_ids)
        res = super().message_subscribe(partner_ids=partner_ids, subtype_ids=subtype_ids)
        if res:
            after = self._find_followers(partner_ids)
            for team in self:
                team._tell_new_followers(after[team] - before[team])
        return res

    def _find_followers(self, partner_ids):
        """Who of these contacts follows the teams: ``{team: contacts}``, as the database has it.

        The field *Followers* has its new value in the cache while it is being written.
        """
        # sudo: mail.followers - who was just made to follow, for a notification
        rows = self.env['mail.followers'].sudo().search_fetch([
            ('res_model', '=', self._name), ('res_id', 'in', self.ids),
            ('partner_id', 'in', list(partner_ids or []))], ['res_id', 'partner_id'])
        found = rows.grouped('res_id')
        return {team: found.get(team.id, rows.browse()).partner_id for team in self}

    def _tell_new_followers(self, partners):
        """Tell `partners` that they follow the team's tickets from now on."""
        self.ensure_one()
        if not partners:
            return
        # sudo: helpdesk.lite.ticket - the number of tickets that they were just made to follow
        count = self.env['helpdesk.lite.ticket'].sudo().search_count([
            ('team_id', '=', self.id), ('is_closed', '=', False)])
        text = self.env._(
            'You now follow the team %(team)s, its open tickets (%(count)s) and each new one.',
            team=self.name, count=count)
        own = partners & self.env.user.partner_id
        own.main_user_id._bus_send('simple_notification', {'type': 'info', 'message': text})
        if others := partners - own:
            self.message_notify(
                partner_ids=others.ids, body=Markup('<p>%s</p>') % text,
                subject=self.env._('You follow %s', self.name),
                email_layout_xmlid='mail.mail_notification_light')

    def _follow_open_tickets(self, partner_ids):
        """Make the teams' followers `partner_ids` followers of the teams' open tickets."""
        self.env['helpdesk.lite.ticket'].flush_model(['team_id', 'is_closed', 'active'])
        subtypes = self._get_ticket_subtypes(partner_ids)
        for team in self:
            for subtype_ids, pids in team._group_by_subtypes(subtypes.get(team.id, {})).items():
                self.env['helpdesk.lite.ticket']._insert_followers_of(SQL(
                    """SELECT ticket.id, partner.id
                         FROM helpdesk_lite_ticket ticket, unnest(%s) AS partner(id)
                        WHERE ticket.team_id = %s AND ticket.active IS TRUE
                          AND ticket.is_closed IS NOT TRUE""",
                    list(pids), team.id), subtype_ids)

    def _unfollow_tickets(self, rows):
        """Unfollow the tickets of a team that was left, except as their assignee or customer.

        Tickets that they followed before the team stay followed: rows of followers are numbered
        as they are made.

        :param dict rows: ``{id of a partner: id of the row by which they followed the team}``
        """
        if not self or not rows:
            return
        Ticket = self.env['helpdesk.lite.ticket']
        Ticket.flush_model(['team_id', 'user_id', 'partner_id'])
        Ticket._remove_followers(SQL(
            """SELECT follower.id
                 FROM mail_followers follower
                 JOIN helpdesk_lite_ticket ticket ON ticket.id = follower.res_id
                 LEFT JOIN res_users assignee ON assignee.id = ticket.user_id
                WHERE follower.res_model = 'helpdesk.lite.ticket'
                  AND (follower.partner_id, TRUE) IN (
                      SELECT row.partner_id, follower.id > row.id
                        FROM unnest(%s, %s) AS row(partner_id, id))
                  AND ticket.team_id = ANY(%s)
                  AND ticket.partner_id IS DISTINCT FROM follower.partner_id
                  AND assignee.partner_id IS DISTINCT FROM follower.partner_id""",
            list(rows), list(rows.values()), self.ids))

    def _get_ticket_subtypes(self, partner_ids=None):
        """The subtypes that the teams' followers follow on tickets, from what they follow on teams.

        :param partner_ids: only these followers; None means all
        :return: ``{team id: {partner id: tuple of subtype ids}}``
        """
        children, _defaults, internal, parent, _relation = self.env[
            'mail.message.subtype']._get_auto_subscription_subtypes('helpdesk.lite.ticket')
        result = {}
        # sudo: mail.followers - the team's followers are copied, none is shown
        Followers = self.env['mail.followers'].sudo()
        rows = Followers._get_subscription_data(
            [(self._name, self.ids)], partner_ids, include_pshare=True, include_active=True,
        ) if self else ()
        for _id, team_id, partner_id, subtype_ids, share, active in rows:
            if not active:
                continue
            found = {parent[sid] for sid in subtype_ids if parent.get(sid)}
            found |= {sid for sid in subtype_ids if sid not in parent and sid in children}
            if share:
                found -= set(internal)
            result.setdefault(team_id, {})[partner_id] = tuple(sorted(found))
        return result

    @api.model
    def _group_by_subtypes(self, subtypes):
        """Turn ``{partner id: subtype ids}`` round: most followers share one set of subtypes."""
        result = {}
        for partner_id, subtype_ids in subtypes.items():
            result.setdefault(subtype_ids, []).append(partner_id)
        return result

    # ------------------------------------------------------------------
    # Visibility
    # ------------------------------------------------------------------

    def _revoke_portal_access(self):
        """Take portal users from the followers of the teams and their tickets. Contacts stay."""
        Ticket = self.env['helpdesk.lite.ticket']
        Ticket.flush_model(['team_id'])
        Ticket._remove_followers(SQL(
            """SELECT id FROM mail_followers
                WHERE res_model = 'helpdesk.lite.team' AND res_id = ANY(%s)
                  AND partner_id IN (%s)""", self.ids, Ticket._select_portal_partners()))
        Ticket._remove_portal_followers(SQL('team_id = ANY(%s)', self.ids))

    def _invite_customers(self):
        """Make the customers of the teams' open tickets follow them (again)."""
        Ticket = self.env['helpdesk.lite.ticket']
        Ticket.flush_model(['team_id', 'partner_id', 'is_closed', 'active'])
        Ticket._insert_customer_followers(SQL(
            'ticket.team_id = ANY(%s) AND ticket.active IS TRUE AND ticket.is_closed IS NOT TRUE',
            self.ids))
