from odoo import api, models
from odoo.tools import SQL


class HelpdeskLiteTicketMergeLog(models.Model):
    """Who follows the ticket that stays, and who follows which after an unmerge."""

    _inherit = 'helpdesk.lite.ticket.merge.log'

    def _move_followers(self, only=None):
        """Move followers with the subtypes that they chose; who follows both stays on both.

        :param only: ids of partners, None means all
        """
        destination = self.destination_id
        rows = self.env.execute_query(SQL(
            """UPDATE mail_followers follower SET res_id = %(destination)s
                 FROM (SELECT DISTINCT ON (f.partner_id) f.id, f.res_id
                         FROM mail_followers f
                         JOIN res_partner partner ON partner.id = f.partner_id
                        WHERE f.res_model = %(model)s AND f.res_id = ANY(%(tickets)s)
                          AND %(condition)s
                          AND NOT EXISTS (SELECT 1 FROM mail_followers own
                                WHERE own.res_model = %(model)s AND own.res_id = %(destination)s
                                  AND own.partner_id = f.partner_id)
                        ORDER BY f.partner_id, f.res_id) old
                WHERE follower.id = old.id
            RETURNING follower.id, follower.partner_id, old.res_id,
                      ARRAY(SELECT mail_message_subtype_id
                              FROM mail_followers_mail_message_subtype_rel rel
                             WHERE rel.mail_followers_id = follower.id)""",
            destination=destination.id, model=destination._name, tickets=self.ticket_id.ids,
            condition=self._get_followers_condition(only)))
        for log in self:
            log.followers = (log.followers or []) + [
                [follower_id, partner_id, subtype_ids]
                for follower_id, partner_id, ticket_id, subtype_ids in rows
                if ticket_id == log.ticket_id.id]

    def _get_followers_condition(self, only):
        """Who of the merged tickets' followers may follow the one that stays.

        - Where the customers are kept apart, only agents.
        - In a team that is not public, no portal user, as when a ticket is moved there.
        - In a private team, of internal users only those who see it anyway: following is what
          invites.
        """
        destination = self.destination_id
        conditions = [SQL('TRUE')]
        if only is not None:
            conditions.append(SQL('f.partner_id = ANY(%s)', list(only)))
        if apart := self.filtered('kept_apart').ticket_id:
            conditions.append(SQL(
                '(f.res_id != ALL(%s) OR f.partner_id = ANY(%s))',
                apart.ids, destination._get_agents().partner_id.ids))
        visibility = destination.team_id.privacy_visibility
        if visibility != 'portal':
            conditions.append(SQL(
                'f.partner_id NOT IN (%s)', destination._select_portal_partners()))
        if visibility == 'invited_internal':
            seeing = (destination.team_id.message_partner_ids
                      | destination._get_administrators(destination.company_id).partner_id)
            conditions.append(SQL(
                '(partner.partner_share IS TRUE OR f.partner_id = ANY(%s))', seeing.ids))
        return SQL(' AND ').join(conditions)

    def _get_moved_partner_ids(self):
        """Ids of the partners who follow the ticket that stays instead of the merged one."""
        return [
            partner_id for log in self for _id, partner_id, subtype_ids in log.followers or ()
            if subtype_ids is not None]

    def _restore_followers(self):
        """Give the ticket its followers back, also those who left the other one meanwhile.

        Portal users not where the ticket's team was public and isn't any more.

        :return: ids of the partners
        """
        self.ensure_one()
        if not self.followers:
            return []
        ids, partner_ids, _subtypes = zip(*self.followers, strict=True)
        ticket = self.ticket_id
        destination = self.destination_id
        staying = destination.user_id.partner_id | destination.partner_id
        self.env.execute_query(SQL(
            """DELETE FROM mail_followers
                WHERE id = ANY(%s) AND res_id = %s AND res_model = %s AND partner_id != ALL(%s)
            RETURNING 1""", list(ids), destination.id, ticket._name, staying.ids))
        condition = SQL('TRUE')
        if self.was_public and ticket.team_id.privacy_visibility != 'portal':
            condition = SQL('id NOT IN (%s)', ticket._select_portal_partners())
        moved = [(pid, tuple(sids)) for _id, pid, sids in self.followers if sids is not None]
        for subtype_ids in {subtype_ids for _pid, subtype_ids in moved}:
            own = [partner_id for partner_id, sids in moved if sids == subtype_ids]
            ticket._insert_followers_of(SQL(
                'SELECT %s, id FROM res_partner WHERE id = ANY(%s) AND %s',
                ticket.id, own, condition), self._get_existing_subtype_ids(subtype_ids))
        self._renew_followers_below()
        return list(partner_ids)

    def _renew_followers_below(self):
        """Tell the merges into this ticket which rows its followers have now.

        Those that came with them went on by this merge, and are other rows since they came back.
        """
        ticket = self.ticket_id
        below = self.search(
            [('destination_id', 'in', (ticket | ticket._get_all_merged()).ids)])
        if not below:
            return
        rows = dict(self.env.execute_query(SQL(
            'SELECT partner_id, id FROM mail_followers WHERE res_model = %s AND res_id = %s',
            ticket._name, ticket.id)))
        renewed = {
            follower_id: rows[partner_id] for follower_id, partner_id, sids in self.followers
            if sids is not None and partner_id in rows}
        for log in below:
            log.followers = log.followers and [
                [renewed.get(follower_id, follower_id), *rest]
                for follower_id, *rest in log.followers]

    @api.model
    def _get_existing_subtype_ids(self, subtype_ids):
        return self.env['mail.message.subtype'].browse(subtype_ids).exists().ids
