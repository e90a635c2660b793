from odoo import api, fields, models
from odoo.tools import SQL

from ...tools import answer_times
from ...tools.answer_times import AnswerTimes
from ...tools.raw_write import raw_update, raw_write


class HelpdeskLiteTicket(models.Model):
    """Whose turn it is, since when, and how long answers took.

    Kept up when a message is posted and when a ticket is closed or opened again, so that no
    screen, search or report ever reads the table of messages. The rules are in
    ``tools/answer_times.py``; which messages count, `_get_side` decides.
    """

    _inherit = 'helpdesk.lite.ticket'

    waiting_for = fields.Selection(
        [('desk', 'Desk'), ('customer', 'Customer')], readonly=True, copy=False,
        help="Whose turn it is: the desk's from the beginning and after each message of the "
             "customer, the customer's after an answer, nobody's on a closed ticket.")
    waiting_since = fields.Datetime(
        readonly=True, copy=False, help='Since when the other side waits for them.')
    oldest_unanswered_customer_message_date = fields.Datetime(
        'Oldest Unanswered Message', readonly=True, copy=False,
        help="The first of the customer's messages that nobody has answered yet.")
    first_response_date = fields.Datetime('First Answer', readonly=True, copy=False)
    first_response_hours = fields.Float(
        'Hours to First Response', readonly=True, copy=False, aggregator='avg',
        help='Working hours of the team between the creation and the first answer.')
    answered_customer_message_count = fields.Integer(
        'Exchanges', readonly=True, copy=False, aggregator='avg',
        help='How many answers ended a wait of the customer.')
    total_response_hours = fields.Float(
        'Total Hours to Respond', readonly=True, copy=False, aggregator='avg',
        help="Working hours that the customer waited for answers. Waits while the ticket was "
             "closed don't count.")
    avg_response_hours = fields.Float(
        'Average Hours to Respond', readonly=True, copy=False, aggregator='avg',
        help='Working hours that the customer waited for an answer, on average.')
    desk_hours = fields.Float(
        'Hours Waiting for the Desk', readonly=True, copy=False, aggregator='avg',
        help="Working hours that it was the desk's turn, but for the wait that goes on now.")
    customer_hours = fields.Float(
        'Hours Waiting for the Customer', readonly=True, copy=False, aggregator='avg',
        help="Working hours that it was the customer's turn, but for the wait that goes on now.")
    closing_ids = fields.One2many(
        'helpdesk.lite.ticket.closing', 'ticket_id', 'Closings', readonly=True)

    _waiting_list_idx = models.Index(
        '(waiting_since, id) WHERE active IS TRUE AND is_closed IS NOT TRUE')

    # ------------------------------------------------------------------
    # What a message is
    # ------------------------------------------------------------------

    def _get_side(self, values):
        """Tell which side of the conversation a message is: the one place that decides.

        :param dict values: of a ``mail.message``
        :return: one of ``tools/answer_times.py``, or False for what is neither a customer's
            message nor an answer: notes, stages' and automatic mail, what the system says
        """
        if self._is_automatic() or not self._is_written_by_person(values):
            return False
        author_id = values.get('author_id')
        if values.get('subtype_id') == self._get_subtype('mt_ticket_phone').id:
            return self._is_employee(author_id) and answer_times.PHONE
        if self._is_strangers_mail(values):
            return answer_times.STRANGER
        if self._is_internal_message(values):
            return False
        if self._is_from_outside(author_id, values.get('email_from')):
            return answer_times.CUSTOMER
        made_the_ticket = self._is_made_by_mail() and values.get('message_type') == 'email'
        return not made_the_ticket and self._is_employee(author_id) and answer_times.ANSWER

    @api.model
    def _is_employee(self, partner_id):
        """Whether an author is a person with an internal user, and not the system."""
        # sudo: res.partner - only whether it is an employee
        author = self.env['res.partner'].sudo().browse(partner_id)
        return bool(author) and not author.partner_share and partner_id != (
            self.env['ir.model.data']._xmlid_to_res_id('base.partner_root'))

    # ------------------------------------------------------------------
    # What happens
    # ------------------------------------------------------------------

    def _get_created_vals(self, vals):
        """The answer times that a new ticket begins with, before its first message."""
        return AnswerTimes.begin(vals['creation_date'], vals.get('is_closed')).as_vals()

    def _prepare_create_vals_list(self, vals_list):
        vals_list = super()._prepare_create_vals_list(vals_list)
        now = fields.Datetime.now()
        for vals in vals_list:
            vals['creation_date'] = fields.Datetime.to_datetime(
                vals.get('creation_date') or vals.get('create_date') or now)
            vals.update(self._get_created_vals(vals))
        return vals_list

    def _after_create(self, vals_list, choices):  # pylint: disable=missing-return
        if closed := self.filtered('is_closed'):
            closed._note_closings()
        super()._after_create(vals_list, choices)

    def _get_before(self, vals):
        """Note, too, which of the tickets are closed: ``closed``."""
        before = super()._get_before(vals)
        if {'team_id', 'stage_id', 'merged_into_id'} & vals.keys():
            before['closed'] = self.filtered('is_closed')
        return before

    def _after_write(self, vals, changed, before):
        """Let the wait end with a closing, and go on when a ticket is opened again."""
        if 'closed' in before:
            closed = self.filtered('is_closed')
            self._apply_closings(closed - before['closed'], before['closed'] - closed)
        if 'team_id' in changed:  # its hours are those of the team that it is in
            changed['team_id']._recount_answers()
        return super()._after_write(vals, changed, before)

    def _apply_closings(self, closed, opened):
        """Note which tickets were just closed, and which were opened again."""
        if not closed and not opened:
            return
        (closed | opened)._note_closings()
        now = fields.Datetime.now()
        for tickets, event in ((closed, answer_times.CLOSE), (opened, answer_times.REOPEN)):
            tickets._write_answer_times({
                ticket: ticket._apply_events([(event, now)]) for ticket in tickets})

    def _note_closings(self):
        # sudo: helpdesk.lite.ticket.closing - nobody writes it but the system
        self.env['helpdesk.lite.ticket.closing'].sudo()._note_changes(
            SQL('ticket.id = ANY(%s)', self.ids), fields.Datetime.now())

    def _apply_events(self, events):
        """What the answer times come to by what has just happened; nothing is read or written.

        :param events: ``[(event, moment)]`` in order; see ``tools/answer_times.py``
        :rtype: AnswerTimes
        """
        times = AnswerTimes(**{name: self[name] for name in answer_times.NAMES})
        created, count = self._get_creation_date(), self.team_id._get_timetable().count_hours
        for event, moment in events:
            times.apply(event, moment, created, count)
        return times

    def _write_answer_times(self, times):
        """Write answer times: nothing to log, and no act of a person.

        Of one ticket they go with what else is written to it, of many in one statement.

        :param dict times: ``{ticket: AnswerTimes}``
        """
        changed = {}
        for ticket, new in times.items():
            if any(ticket[name] != value for name, value in new.as_vals().items()):
                changed[ticket] = new.as_vals()
        if len(changed) == 1:
            for ticket, vals in changed.items():
                ticket._write_turn(vals)
        else:
            raw_update(self, [
                {'id': ticket.id, **{name: None if value is False else value
                                     for name, value in vals.items()}}
                for ticket, vals in changed.items()])

    def _write_turn(self, vals):
        """Write what a message says of the tickets: no act of a person, and nothing to log."""
        # sudo: helpdesk.lite.ticket - who may only read a ticket may write messages on it, too
        self.sudo()._as_system().with_context(mail_notrack=True).write(vals)

    @api.model
    def _apply_fold(self, stages):  # pylint: disable=missing-return
        """Note the closings, too; the answer times are counted by the cron, as the hours are."""
        super()._apply_fold(stages)
        now = fields.Datetime.now()
        # sudo: helpdesk.lite.ticket.closing - nobody writes it but the system
        self.env['helpdesk.lite.ticket.closing'].sudo()._note_changes(
            SQL('ticket.stage_id = ANY(%s)', stages.ids), now, closed_at=now)
        raw_write(self, ['waiting_for', 'waiting_since', 'answer_times_missing'], SQL(
            """UPDATE helpdesk_lite_ticket
                  SET answer_times_missing = TRUE, waiting_since = NULL, waiting_for = NULL
                WHERE stage_id = ANY(%s) AND merged_into_id IS NULL
                  AND (is_closed IS TRUE) = (waiting_for IS NOT NULL)
            RETURNING id""", stages.ids))

    # ------------------------------------------------------------------
    # Phone
    # ------------------------------------------------------------------

    def action_answered_by_phone(self):
        """Note that the customer was answered by phone: it counts as an answer."""
        self.check_access('write')
        for ticket in self:
            ticket.message_post(
                body=self.env._('Answered by phone.'), message_type='comment',
                subtype_id=self._get_subtype('mt_ticket_phone').id)
        return True
