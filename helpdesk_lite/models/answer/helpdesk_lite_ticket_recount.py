from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import answer_times
from ...tools.raw_write import raw_write


class HelpdeskLiteTicket(models.Model):
    """Count the answer times of whole lives anew, where the past of a ticket has changed."""

    _inherit = 'helpdesk.lite.ticket'

    answer_times_missing = fields.Boolean(
        readonly=True, copy=False, export_string_translation=False,
        help='Technical: a job counts the answer times from the messages soon.')

    _answer_times_missing_idx = models.Index('(id) WHERE answer_times_missing IS TRUE')

    @api.model
    def _count_messages(self, rows):
        """Let new messages count on their tickets.

        What was just posted is added to what is known. What was posted in the past, by an import
        of old messages, lets the tickets be counted anew.

        :param rows: ``[(ticket id, side, moment)]``
        """
        now, events = fields.Datetime.now(), {}
        for ticket_id, side, moment in rows:
            events.setdefault(ticket_id, []).append((side, moment))
        # sudo: helpdesk.lite.ticket - who may only read a ticket may write messages on it, too
        tickets = self.sudo().browse(events)
        recent = tickets.filtered(
            lambda ticket: all(moment == now for _side, moment in events[ticket.id]))
        recent._write_answer_times({
            ticket: ticket._apply_events(events[ticket.id]) for ticket in recent})
        (tickets - recent)._recount_answers()

    def _recount_answers(self):
        """Count the answer times anew from all messages and closings of the tickets.

        A message is taken back, a merge brings messages along, a ticket is in another team: the
        times become what they would be if each message had been posted at its date. Tickets that
        were merged away keep theirs.
        """
        # sudo: helpdesk.lite.ticket - all messages count, whoever changes one
        tickets = self.sudo().filtered(lambda ticket: not ticket.merged_into_id)
        missing = tickets.filtered('answer_times_missing')
        missing._fill_sides()
        events = tickets._read_events()
        tickets._write_answer_times({
            ticket: answer_times.count_life(
                events.get(ticket.id, ()), ticket._get_creation_date(),
                ticket.team_id._get_timetable().count_hours)
            for ticket in tickets})
        if missing:
            missing._write_turn({'answer_times_missing': False})

    def _read_events(self):
        """What happened to the tickets: ``{ticket id: [(event, moment)]}``, in one statement.

        A message counts that is public now, or that counts as a note: those that became notes
        because customers were kept apart don't.
        """
        if not self:
            return {}
        self.env['mail.message'].flush_model([
            'model', 'res_id', 'helpdesk_lite_side', 'helpdesk_lite_date', 'is_internal',
            'subtype_id'])
        self.env['helpdesk.lite.ticket.closing'].flush_model()
        events = {}
        for ticket_id, event, moment, _order in self.env.execute_query(SQL(
                """SELECT message.res_id, message.helpdesk_lite_side,
                          COALESCE(message.helpdesk_lite_date, message.date), message.id
                     FROM mail_message message
                     LEFT JOIN mail_message_subtype subtype ON subtype.id = message.subtype_id
                    WHERE message.model = %s AND message.res_id = ANY(%s)
                      AND message.helpdesk_lite_side IS NOT NULL
                      AND (message.helpdesk_lite_side = ANY(%s)
                           OR (message.is_internal IS NOT TRUE AND subtype.id IS NOT NULL
                               AND subtype.internal IS NOT TRUE))
                UNION ALL
                   SELECT ticket_id, %s, close_date, close_message + 0.5
                     FROM helpdesk_lite_ticket_closing WHERE ticket_id = ANY(%s)
                UNION ALL
                   SELECT ticket_id, %s, reopen_date, reopen_message + 0.5
                     FROM helpdesk_lite_ticket_closing
                    WHERE ticket_id = ANY(%s) AND reopen_date IS NOT NULL
                 ORDER BY 3, 4, 2""",
                self._name, self.ids, [answer_times.STRANGER, answer_times.PHONE],
                answer_times.CLOSE, self.ids, answer_times.REOPEN, self.ids)):
            events.setdefault(ticket_id, []).append((event, moment))
        return events

    def _take_side(self, messages):
        """Tell anew which side messages of these tickets are: they became public, or notes.

        :param messages: ``mail.message``
        """
        for message in messages.sudo():  # sudo: mail.message - see `_recount_answers`
            ticket = self.browse(message.res_id)
            message.helpdesk_lite_side = not message._filter_empty() and ticket._get_side({
                'author_id': message.author_id.id, 'email_from': message.email_from,
                'message_type': message.message_type, 'subtype_id': message.subtype_id.id,
                'is_internal': message.is_internal,
                'helpdesk_lite_mail_status': message.helpdesk_lite_mail_status})
            message.helpdesk_lite_date = message.helpdesk_lite_date or message.date
        self._recount_answers()

    def _clean_empty_message(self, message):
        """Count anew without a message that was taken back."""
        res = super()._clean_empty_message(message)
        # sudo: mail.message - whoever takes a message back may not write what the system notes
        message.sudo().helpdesk_lite_side = False
        self._recount_answers()
        return res

    def _message_mail_after_hook(self, mails):
        """Count a mail to many tickets at once as an answer of the agent who sends it."""
        res = super()._message_mail_after_hook(mails)
        # such mails stand in no conversation that customers read, as calls don't
        self._count_as_answers(mails.mail_message_id, answer_times.PHONE)
        return res

    def _count_as_answers(self, messages, side):
        """Count what was just sent to these tickets as an answer of the employee who sends it.

        :param messages: ``mail.message`` by which it is logged, if it is
        """
        if self._is_employee(self.env.user.partner_id.id):
            now = fields.Datetime.now()
            # sudo: mail.message - as in `_clean_empty_message`
            messages.sudo().write({'helpdesk_lite_side': side, 'helpdesk_lite_date': now})
            self._count_messages([(ticket.id, side, now) for ticket in self])
            self._work_by_answers([
                (ticket.id, self.env.user.partner_id.id) for ticket in self])

    @api.model
    def _get_missing_answer_times_domain(self):
        return Domain([
            ('answer_times_missing', '=', True), ('active', 'in', [True, False]),
            ('merged_into_id', '=', False)])

    def _fill_answer_times(self):
        """Count the answer times of tickets that are older than them, from their messages."""
        self._recount_answers()

    def _fill_sides(self):
        """Note the sides of messages that are older than them.

        Which side a message was is told by what is left to see of it: its author today.
        """
        if not self:
            return
        self.env['mail.message'].flush_model()
        raw_write(self.env['mail.message'], ['helpdesk_lite_side', 'helpdesk_lite_date'], SQL(
            """UPDATE mail_message message
                  SET helpdesk_lite_date = LEAST(message.date, message.create_date),
                      helpdesk_lite_side = CASE
                          WHEN message.helpdesk_lite_mail_status = 'stranger' THEN 'stranger'
                          WHEN author.id IS NULL OR author.partner_share
                            OR author.id = ticket.partner_id THEN 'customer'
                          ELSE 'answer' END
                 FROM mail_message old
                 JOIN helpdesk_lite_ticket ticket ON ticket.id = old.res_id
                 LEFT JOIN res_partner author ON author.id = old.author_id
                 LEFT JOIN mail_message_subtype subtype ON subtype.id = old.subtype_id
                WHERE message.id = old.id AND old.model = %(model)s AND old.res_id = ANY(%(ids)s)
                  AND old.helpdesk_lite_side IS NULL AND old.message_type IN ('comment', 'email')
                  AND old.author_id IS DISTINCT FROM %(system)s
                  AND (old.helpdesk_lite_mail_status = 'stranger'
                       OR (subtype.id IS NOT NULL AND subtype.internal IS NOT TRUE
                           AND old.is_internal IS NOT TRUE
                           AND old.helpdesk_lite_mail_status IS NULL))
                  AND (old.body <> '' OR EXISTS (
                       SELECT 1 FROM message_attachment_rel file WHERE file.message_id = old.id))
                  -- the mail of an employee that made the ticket answers nothing
                  AND NOT (old.message_type = 'email' AND author.partner_share IS FALSE
                           AND author.id IS DISTINCT FROM ticket.partner_id
                           AND old.create_date < ticket.create_date + interval '10 seconds')
            RETURNING message.id""",
            model=self._name, ids=self.ids,
            system=self.env['ir.model.data']._xmlid_to_res_id('base.partner_root')))
