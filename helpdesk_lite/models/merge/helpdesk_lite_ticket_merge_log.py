import json
from datetime import datetime

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

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
    """What a merge moved, one row per ticket that was merged away.

    It is the memory of undo: everything is noted by its id, so that an unmerge takes back just
    that, whatever happened on the other ticket since. Nobody reads it but the merge itself.
    Notifications, reactions, tracked values, stars, mails and SMS hang on the messages and go with
    them.
    """

    _name = 'helpdesk.lite.ticket.merge.log'
    _description = 'Helpdesk Ticket Merge: What Was Moved'
    _order = 'ticket_id'
    _rec_name = 'ticket_id'

    ticket_id = fields.Many2one(
        'helpdesk.lite.ticket', 'Merged Ticket', required=True, index=True, ondelete='cascade')
    destination_id = fields.Many2one(
        'helpdesk.lite.ticket', 'Ticket That Stays', required=True, index=True, ondelete='cascade')
    kept_apart = fields.Boolean(
        help="The customers differ and don't read each other's.")
    was_public = fields.Boolean(
        export_string_translation=False,
        help='Technical: whether portal users could see the merged ticket.')
    ticket_values = fields.Json(help='The values of the merged ticket that merging changes.')
    records = fields.Json(help='{model: ids} that were moved.')
    hidden_messages = fields.Json(help='[message, subtype, is_internal before] of internal notes.')
    hidden_scheduled = fields.Json(help='[message, is_note before] of scheduled notes.')
    made_messages = fields.Json(help='Ids of messages that hold descriptions.')
    followers = fields.Json(help='[follower, partner, subtypes, or null where new].')
    tags = fields.Json(help='Ids of tags that the ticket that stays got.')
    addresses = fields.Json(help='{cc address: as it was added to the one that stays}.')
    filled_values = fields.Json(help='{field: [before, after]} of the ticket that stays.')

    _ticket_uniq = models.UniqueIndex('(ticket_id)', 'A ticket is merged into one other.')

    @api.model
    def _get_moved_models(self):
        """The models whose records go with a ticket: ``{model: column of the ticket's model}``."""
        return {name: column for name, column in RECORDS.items() if name in self.env}

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
        return {
            row.pop('id'): json.loads(json.dumps(row, default=self._to_json)) for row in rows}

    @api.model
    def _to_json(self, value):
        return fields.Datetime.to_string(value) if isinstance(value, datetime) else str(value)

    @api.model
    def _write_columns(self, ticket, values):
        """Give a ticket back exactly what `_read_columns` read.

        By SQL, since the ORM has no NULL for numbers and booleans, and crons look for it.
        """
        if not values:
            return
        self.env.flush_all()
        names = SQL(', ').join(map(SQL.identifier, values))
        self.env.execute_query(SQL(
            """UPDATE helpdesk_lite_ticket SET (%s) = (
                   SELECT %s FROM jsonb_populate_record(NULL::helpdesk_lite_ticket, %s::jsonb))
                WHERE id = %s RETURNING 1""", names, names, json.dumps(values), ticket.id))
        ticket.invalidate_recordset(list(values), flush=False)

    # ------------------------------------------------------------------
    # Messages, files and the like
    # ------------------------------------------------------------------

    def _move_records(self):
        """Hang everything of the merged tickets on the one that stays, in a statement per model.

        By SQL: ids, authors and dates stay, nobody is notified, no message is edited.
        """
        moved = {log.id: {} for log in self}
        logs = {log.ticket_id.id: log.id for log in self}
        for model, column in self._get_moved_models().items():
            for record_id, ticket_id in self.env.execute_query(SQL(
                """UPDATE %(table)s record SET res_id = %(destination)s
                     FROM (SELECT id, res_id FROM %(table)s
                            WHERE %(column)s = 'helpdesk.lite.ticket'
                              AND res_id = ANY(%(tickets)s) AND %(condition)s
                              FOR UPDATE) old
                    WHERE record.id = old.id
                RETURNING record.id, old.res_id""",
                table=SQL.identifier(self.env[model]._table), column=SQL.identifier(column),
                destination=self.destination_id.id, tickets=list(logs),
                condition=self._get_moved_condition(model),
            )):
                moved[logs[ticket_id]].setdefault(model, []).append(record_id)
        for log in self:
            log.records = {model: sorted(ids) for model, ids in moved[log.id].items()}
        self._recompute_names()
        self._rename_activities(self.destination_id)

    @api.model
    def _get_moved_condition(self, model):
        """Of files, the values of a ticket's own fields stay with it."""
        return SQL('res_field IS NULL') if model == 'ir.attachment' else SQL('TRUE')

    def _recompute_names(self):
        """Ratings keep the name of their record in a column."""
        ids = self._get_record_ids('rating.rating')
        if ids:
            self.env.invalidate_all()
            ratings = self.env['rating.rating'].browse(ids).exists()
            self.env.add_to_compute(ratings._fields['res_name'], ratings)
            self._sync_ratings(SQL('rating.id = ANY(%s)', ids))

    def _rename_activities(self, ticket):
        """Activities that went to `ticket` bear its name: it is what their lists show."""
        if ids := self._get_record_ids('mail.activity'):
            # sudo: helpdesk.lite.ticket - the name as whoever sees the activity may read it
            self.env.execute_query(SQL(
                """UPDATE mail_activity SET res_name = %s
                    WHERE id = ANY(%s) AND res_id = %s AND res_model = 'helpdesk.lite.ticket'
                RETURNING 1""", ticket.with_user(SUPERUSER_ID).display_name, ids, ticket.id))

    def _get_record_ids(self, model):
        """Ids of all records of a model that these merges moved."""
        return [record_id for log in self for record_id in (log.records or {}).get(model, ())]

    def _restore_records(self):
        self.ensure_one()
        for model, column in self._get_moved_models().items():
            if ids := (self.records or {}).get(model):
                self.env.execute_query(SQL(
                    """UPDATE %s SET res_id = %s
                        WHERE id = ANY(%s) AND res_id = %s AND %s = 'helpdesk.lite.ticket'
                    RETURNING 1""",
                    SQL.identifier(self.env[model]._table), self.ticket_id.id, ids,
                    self.destination_id.id, SQL.identifier(column)))
        self._recompute_names()
        self._rename_activities(self.ticket_id)

    # ------------------------------------------------------------------
    # What another customer must not read
    # ------------------------------------------------------------------

    def _hide_messages(self):
        """Make the public messages of tickets of other customers internal notes, before they move.

        Their files are hidden with them (see ``ir.attachment``), and messages that wait to be
        sent become notes, too: else they would go to the other customer.
        """
        tickets = {log.ticket_id.id: log for log in self}
        note_id = self.env['ir.model.data']._xmlid_to_res_id('mail.mt_note')
        hidden = {log.id: [] for log in self}
        for ticket_id, *values in self.env.execute_query(SQL(
            """UPDATE mail_message message
                  SET is_internal = TRUE,
                      subtype_id = CASE WHEN old.public THEN %s ELSE old.subtype_id END
                 FROM (SELECT public.id, public.subtype_id, public.is_internal,
                              subtype.id IS NOT NULL AND subtype.internal IS NOT TRUE AS public
                         FROM mail_message public
                         LEFT JOIN mail_message_subtype subtype ON subtype.id = public.subtype_id
                        WHERE public.model = 'helpdesk.lite.ticket' AND public.res_id = ANY(%s)
                          AND public.is_internal IS NOT TRUE
                          AND subtype.internal IS NOT TRUE) old
                WHERE message.id = old.id
            RETURNING message.res_id, message.id, old.subtype_id, old.is_internal""",
                note_id, list(tickets))):
            hidden[tickets[ticket_id].id].append(values)
        for log in self:
            log.hidden_messages = sorted(hidden[log.id], key=lambda row: row[0])
        self._hide_scheduled(tickets)
        self._sync_ratings_of_messages()

    def _hide_scheduled(self, tickets):
        for ticket_id, rows in self.env.execute_query(SQL(
            """WITH hidden AS (
                   UPDATE mail_scheduled_message message SET is_note = TRUE
                     FROM (SELECT id, is_note FROM mail_scheduled_message
                            WHERE model = 'helpdesk.lite.ticket' AND res_id = ANY(%s)
                              AND is_note IS NOT TRUE) old
                    WHERE message.id = old.id
                RETURNING message.res_id, message.id, old.is_note)
               SELECT res_id, jsonb_agg(jsonb_build_array(id, is_note))
                 FROM hidden GROUP BY res_id""", list(tickets))):
            tickets[ticket_id].hidden_scheduled = rows

    def _sync_ratings_of_messages(self):
        ids = [row[0] for log in self for row in log.hidden_messages or ()]
        if ids:
            self._sync_ratings(SQL('rating.message_id = ANY(%s)', ids))

    @api.model
    def _sync_ratings(self, condition):
        """Ratings keep in a column whether their message is internal."""
        if 'rating.rating' in self.env:
            self.env.execute_query(SQL(
                """UPDATE rating_rating rating SET is_internal = message.is_internal
                     FROM mail_message message WHERE message.id = rating.message_id AND %s
                RETURNING 1""", condition))

    def _restore_hidden(self):
        self.ensure_one()
        if rows := self.hidden_messages:
            self.env.execute_query(SQL(
                """UPDATE mail_message message
                      SET is_internal = old.is_internal,
                          subtype_id = (SELECT id FROM mail_message_subtype WHERE id = old.subtype)
                     FROM unnest(%s::integer[], %s::integer[], %s::boolean[])
                       AS old(id, subtype, is_internal)
                    WHERE message.id = old.id
                RETURNING 1""", *map(list, zip(*rows, strict=True))))
        if rows := self.hidden_scheduled:
            self.env.execute_query(SQL(
                """UPDATE mail_scheduled_message message SET is_note = old.is_note
                     FROM unnest(%s::integer[], %s::boolean[]) AS old(id, is_note)
                    WHERE message.id = old.id
                RETURNING 1""", *map(list, zip(*rows, strict=True))))
        self._sync_ratings_of_messages()

    # ------------------------------------------------------------------
    # Descriptions
    # ------------------------------------------------------------------

    def _keep_descriptions(self):
        """Keep each description as a message of its customer, unless a message has it already.

        Dated as the ticket that it is from. Nobody is notified.
        """
        with_message = self._get_tickets_with_description_message()
        logs = self.filtered(
            lambda log: log.ticket_id._has_value('description')
            and log.ticket_id.id not in with_message)
        # else Odoo computes it for each
        reply_to = logs.destination_id._notify_get_reply_to() if logs else {}
        messages = self.env['mail.message'].create([
            {**log._get_description_vals(), 'reply_to': reply_to.get(log.destination_id.id)}
            for log in logs])
        for log, message in zip(logs, messages, strict=True):
            log.made_messages = message.ids

    def _get_tickets_with_description_message(self):
        """Ids of the tickets one of whose messages has the description as its body."""
        pairs = [(log.ticket_id.id, message_id) for log in self
                 for message_id in (log.records or {}).get('mail.message', ())]
        rows = self.env.execute_query(SQL(
            """SELECT DISTINCT ticket.id FROM unnest(%s::integer[], %s::integer[])
                      AS pair(ticket_id, message_id)
                 JOIN helpdesk_lite_ticket ticket ON ticket.id = pair.ticket_id
                 JOIN mail_message message ON message.id = pair.message_id
                                          AND message.body = ticket.description""",
            [pair[0] for pair in pairs], [pair[1] for pair in pairs]))
        return {ticket_id for ticket_id, in rows}

    def _get_description_vals(self):
        ticket = self.ticket_id
        author = ticket.partner_id or ticket.create_uid.partner_id
        subtype = 'mail.mt_note' if self.kept_apart else 'mail.mt_comment'
        return {
            'model': ticket._name,
            'res_id': self.destination_id.id,
            'subject': ticket._add_reference(ticket.name),
            'body': ticket.description,
            'date': ticket.create_date.replace(microsecond=0),
            'author_id': author.id,
            'email_from': ticket.partner_email or author.email_formatted,
            'message_type': 'comment',
            'subtype_id': self.env['ir.model.data']._xmlid_to_res_id(subtype),
            'is_internal': self.kept_apart,
        }
