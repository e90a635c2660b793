import json
from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL, is_html_empty

from ...tools.raw_write import raw_write

# What belongs to a ticket by a pair of columns that no foreign key ties to it: the models and the
# name of the column that holds the ticket's model.
RECORDS = {
    'mail.message': 'model',
    'ir.attachment': 'res_model',
    'mail.activity': 'res_model',
    'mail.scheduled.message': 'model',
    'rating.rating': 'res_model',
    'snailmail.letter': 'model',
    'calendar.event': 'res_model',
}


class HelpdeskLiteTicketMergeLog(models.Model):
    """What a merge moved and added, one row per ticket that was merged away.

    It is the memory of undo: everything is noted by its id, so that an unmerge takes back just
    that, whatever happened on the other ticket since. Nobody reads it but the merge itself.
    Notifications, reactions, tracked values, stars, mails and SMS hang on the messages and go with
    them.
    """

    _name = 'helpdesk.lite.ticket.merge.log'
    _description = 'Helpdesk Ticket Merge: What Was Moved'
    _order = 'id'
    _rec_name = 'ticket_id'

    ticket_id = fields.Many2one(
        'helpdesk.lite.ticket', 'Merged Ticket', required=True, index=True, ondelete='cascade')
    destination_id = fields.Many2one(
        'helpdesk.lite.ticket', 'Ticket That Stays', required=True, index=True, ondelete='cascade')
    kept_apart = fields.Boolean(
        help="The customers differ and don't read each other's.")
    ticket_values = fields.Json(help='The values of the merged ticket that merging changes.')
    records = fields.Json(help='{model: ids} that were moved.')
    hidden_messages = fields.Json(help='[message, subtype before] of internal notes.')
    hidden_scheduled = fields.Json(help='Ids of scheduled notes that were public.')
    made_messages = fields.Json(help='Ids of messages that hold descriptions.')
    followers = fields.Json(help='Ids of followers that the ticket that stays got.')
    tags = fields.Json(help='Ids of tags that the ticket that stays got.')
    addresses = fields.Json(help='{cc address: as it was added to the one that stays}.')
    filled_values = fields.Json(help='{field: [before, after]} of the ticket that stays.')

    _ticket_uniq = models.UniqueIndex('(ticket_id)', 'A ticket is merged into one other.')

    # ------------------------------------------------------------------
    # All of it
    # ------------------------------------------------------------------

    def _apply_merge(self):
        """Bring what belongs to the merged tickets, all of one merge, to the one that stays."""
        if apart := self.filtered('kept_apart'):
            apart._hide_messages()
        self._keep_descriptions()
        self._move_records()
        self.env.invalidate_all()
        self._add_to_destination()
        self.env.flush_all()

    def _revert_merge(self):
        """Take everything back, and forget the merge.

        What other tickets that are still merged have as well stays, and is noted as theirs from
        now on.
        """
        self.ensure_one()
        taken = {'names': self._clear_filled_values()}
        self._restore_records()
        self._restore_hidden_messages()
        self.env['mail.message'].browse(self.made_messages or []).exists().unlink()
        taken.update(
            partner_ids=self._remove_followers(), tag_ids=self._remove_tags(),
            addresses=self._remove_addresses())
        self.env.invalidate_all()
        if any(taken.values()):
            self._get_other_logs()._add_to_destination(**taken)
        self.unlink()

    def _get_other_logs(self):
        """The logs of the other tickets that were merged into the same one."""
        return self.search([
            ('destination_id', '=', self.destination_id.id), ('id', 'not in', self.ids)])

    def _add_to_destination(self, partner_ids=None, tag_ids=None, addresses=None, names=None):
        """Give the ticket that stays what it lacks of the merged ones.

        The parameters limit it to certain followers, tags, cc addresses and fields; None means
        all. After one ticket was taken out, the others add what went with it and is theirs, too.
        """
        if self:
            self._copy_followers(partner_ids)
            self._add_tags(tag_ids)
            self._add_addresses(addresses)
            self._fill_values(names)

    # ------------------------------------------------------------------
    # Columns
    # ------------------------------------------------------------------

    @api.model
    def _read_columns(self, tickets, names):
        """Columns of tickets as JSON has them: ``{ticket id: {name: value}}``."""
        self.env.flush_all()
        rows = self.env.execute_query_dict(SQL(
            'SELECT id, %s FROM helpdesk_lite_ticket WHERE id = ANY(%s)',
            SQL(', ').join(map(SQL.identifier, names)), tickets.ids))
        return {row.pop('id'): json.loads(json.dumps(row, default=str)) for row in rows}

    @api.model
    def _write_columns(self, ticket, values):
        """Give a ticket back exactly what `_read_columns` read.

        By SQL, since the ORM has no NULL for numbers and booleans, and crons look for it.
        """
        if not values:
            return
        names = SQL(', ').join(map(SQL.identifier, values))
        raw_write(ticket, list(values), SQL(
            """UPDATE helpdesk_lite_ticket SET (%s) = (
                   SELECT %s FROM jsonb_populate_record(NULL::helpdesk_lite_ticket, %s::jsonb))
                WHERE id = %s RETURNING id""", names, names, json.dumps(values), ticket.id))
        for name in values:  # the old value of a computed field is not to be computed anew
            self.env.remove_to_compute(ticket._fields[name], ticket)

    # ------------------------------------------------------------------
    # Messages, files and the like
    # ------------------------------------------------------------------

    @api.model
    def _get_moved_models(self):
        """The models whose records go with a ticket: ``{model: column of the ticket's model}``."""
        return {name: column for name, column in RECORDS.items() if name in self.env}

    def _move_records(self):
        """Hang everything of the merged tickets on the one that stays, in a statement per model.

        By SQL: ids, authors and dates stay, nobody is notified, no message is edited.
        """
        moved = {log.ticket_id.id: defaultdict(list) for log in self}
        for model, column in self._get_moved_models().items():
            for record_id, ticket_id in raw_write(self.env[model], ['res_id'], SQL(
                """UPDATE %(table)s record SET res_id = %(destination)s
                     FROM (SELECT id, res_id FROM %(table)s
                            WHERE %(column)s = 'helpdesk.lite.ticket'
                              AND res_id = ANY(%(tickets)s) AND %(condition)s
                              FOR UPDATE) old
                    WHERE record.id = old.id
                RETURNING record.id, old.res_id""",
                table=SQL.identifier(self.env[model]._table), column=SQL.identifier(column),
                destination=self.destination_id.id, tickets=list(moved),
                condition=self._get_moved_condition(model),
            ), reads=[column]):
                moved[ticket_id][model].append(record_id)
        for log in self:
            log.records = dict(moved[log.ticket_id.id])
        self.destination_id._adopt_ratings()

    @api.model
    def _get_moved_condition(self, model):
        """Leave files that are values of a ticket's own fields with it, and open requests."""
        return {'ir.attachment': SQL('res_field IS NULL'), 'rating.rating': SQL('consumed')}.get(
            model, SQL('TRUE'))

    def _restore_records(self):
        for model, column in self._get_moved_models().items():
            if ids := (self.records or {}).get(model):
                raw_write(self.env[model], ['res_id'], SQL(
                    """UPDATE %s SET res_id = %s
                        WHERE id = ANY(%s) AND res_id = %s AND %s = 'helpdesk.lite.ticket'
                    RETURNING id""",
                    SQL.identifier(self.env[model]._table), self.ticket_id.id, ids,
                    self.destination_id.id, SQL.identifier(column)), reads=[column])
        self.ticket_id._adopt_ratings()

    # ------------------------------------------------------------------
    # What another customer must not read
    # ------------------------------------------------------------------

    def _hide_messages(self):
        """Make public messages internal notes before they move to another customer's ticket.

        Their files are hidden with them (see ``ir.attachment``). Messages that wait to be sent
        become notes as well, or they would go to the other customer.
        """
        messages = self.env['mail.message'].search([
            ('model', '=', 'helpdesk.lite.ticket'), ('res_id', 'in', self.ticket_id.ids),
            ('is_internal', '=', False),
            '|', ('subtype_id', '=', False), ('subtype_id.internal', '=', False)])
        scheduled = self.env['mail.scheduled.message'].search([
            ('model', '=', 'helpdesk.lite.ticket'), ('res_id', 'in', self.ticket_id.ids),
            ('is_note', '=', False)])
        by_ticket = messages.grouped('res_id')
        for log in self:
            log.hidden_messages = [
                [message.id, message.subtype_id.id]
                for message in by_ticket.get(log.ticket_id.id, ())]
            log.hidden_scheduled = scheduled.filtered(
                lambda message, log=log: message.res_id == log.ticket_id.id).ids
        messages.is_internal = True
        messages.filtered('subtype_id').subtype_id = self.env.ref('mail.mt_note')
        scheduled.is_note = True

    def _restore_hidden_messages(self):
        by_subtype = defaultdict(list)
        for message_id, subtype_id in self.hidden_messages or ():
            by_subtype[subtype_id].append(message_id)
        for subtype_id, message_ids in by_subtype.items():
            subtype = self.env['mail.message.subtype'].browse(subtype_id or []).exists()
            self.env['mail.message'].browse(message_ids).exists().write(
                {'is_internal': False, 'subtype_id': subtype.id})
        self.env['mail.scheduled.message'].browse(
            self.hidden_scheduled or []).exists().is_note = False

    # ------------------------------------------------------------------
    # Descriptions
    # ------------------------------------------------------------------

    def _keep_descriptions(self):
        """Keep each description as a message of its customer, unless a message has it already.

        The message has the date of its ticket. Nobody is notified.
        """
        rows = self.env.execute_query(SQL(
            """SELECT ticket.id FROM helpdesk_lite_ticket ticket
                WHERE ticket.id = ANY(%s) AND EXISTS (
                      SELECT 1 FROM mail_message message
                       WHERE message.model = 'helpdesk.lite.ticket'
                         AND message.res_id = ticket.id AND message.body = ticket.description)""",
            self.ticket_id.ids))
        logs = self.filtered(lambda log: (log.ticket_id.id,) not in rows and not is_html_empty(
            log.ticket_id.description))
        # given here, or Odoo would compute it for each message
        reply_to = logs.destination_id._notify_get_reply_to() if logs else {}
        messages = self.env['mail.message'].create([
            {**log._get_description_vals(), 'reply_to': reply_to.get(log.destination_id.id)}
            for log in logs])
        for log, message in zip(logs, messages, strict=True):
            log.made_messages = message.ids

    def _get_description_vals(self):
        ticket = self.ticket_id
        author = ticket.partner_id or ticket.create_uid.partner_id
        subtype = 'mail.mt_note' if self.kept_apart else 'mail.mt_comment'
        return {
            'model': ticket._name,
            'res_id': self.destination_id.id,
            'subject': ticket._add_reference(ticket.name),
            'body': ticket.description,
            'date': ticket._get_creation_date(),
            'author_id': author.id,
            'email_from': ticket.partner_email or author.email_formatted,
            'message_type': 'comment',
            'subtype_id': self.env['ir.model.data']._xmlid_to_res_id(subtype),
            'is_internal': self.kept_apart,
        }

    # ------------------------------------------------------------------
    # Followers
    # ------------------------------------------------------------------

    def _copy_followers(self, only=None):
        """Let those who follow the merged tickets follow the one that stays, with their subtypes.

        They go on following their own ticket, so that undo has nothing to give back. Who follows
        the one that stays already keeps the subtypes that they chose there.

        :param only: ids of partners, None means all
        """
        destination = self.destination_id
        by_subtypes, brought_by, new = defaultdict(list), {}, defaultdict(list)
        for partner_id, ticket_id, subtype_ids in self.env.execute_query(SQL(
            """SELECT DISTINCT ON (follower.partner_id) follower.partner_id, follower.res_id,
                      ARRAY(SELECT mail_message_subtype_id
                              FROM mail_followers_mail_message_subtype_rel rel
                             WHERE rel.mail_followers_id = follower.id ORDER BY 1)
                 FROM mail_followers follower
                 JOIN res_partner partner ON partner.id = follower.partner_id
                WHERE follower.res_model = 'helpdesk.lite.ticket' AND follower.res_id = ANY(%s)
                  AND %s
                ORDER BY follower.partner_id, follower.res_id""",
            self.ticket_id.ids, self._get_followers_condition(only))):
            by_subtypes[tuple(subtype_ids)].append(partner_id)
            brought_by[partner_id] = ticket_id
        for subtype_ids, partner_ids in by_subtypes.items():
            for follower_id, partner_id in destination._insert_followers_of(
                    SQL('SELECT %s, unnest(%s)', destination.id, partner_ids), subtype_ids):
                new[brought_by[partner_id]].append(follower_id)
        for log in self.filtered(lambda log: log.ticket_id.id in new):
            log.followers = [*(log.followers or []), *new[log.ticket_id.id]]

    def _get_followers_condition(self, only):
        """A condition on who of the merged tickets' followers may follow the one that stays.

        - Where the customers are kept apart, only agents may.
        - In a team that is not public, no portal user may, as when a ticket is moved there.
        - In a private team, internal users may if they see the ticket anyway: to follow it would
          invite them.
        """
        destination = self.destination_id
        conditions = [SQL('TRUE')]
        if only is not None:
            conditions.append(SQL('partner.id = ANY(%s)', list(only)))
        if apart := self.filtered('kept_apart').ticket_id:
            conditions.append(SQL(
                '(follower.res_id != ALL(%s) OR partner.id = ANY(%s))',
                apart.ids, destination._get_agents().partner_id.ids))
        visibility = destination.team_id.privacy_visibility
        if visibility != 'portal':
            conditions.append(SQL('partner.id NOT IN (%s)', destination._select_portal_partners()))
        if visibility == 'invited_internal':
            seeing = (destination.team_id.message_partner_ids
                      | destination._get_administrators(destination.company_id).partner_id)
            conditions.append(SQL(
                '(partner.partner_share IS TRUE OR partner.id = ANY(%s))', seeing.ids))
        return SQL(' AND ').join(conditions)

    def _remove_followers(self):
        """Remove the followers that this merge added, except the customer and the assignee.

        :return: ids of their partners
        """
        ticket = self.destination_id
        staying = ticket.user_id.partner_id | ticket.partner_id
        followers = self.env['mail.followers'].browse(self.followers or []).exists().filtered(
            lambda follower: follower.partner_id not in staying)
        partner_ids = followers.partner_id.ids
        followers.unlink()
        return partner_ids
