import logging
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...tools.raw_write import raw_write
from ...tools.savepoint import CONFLICTS, attempt

_logger = logging.getLogger(__name__)

BATCH, HOURS_BATCH = 100, 1000
# With more failures than these in a team the administrators get one activity for all.
FAILURES_REPORTED_ONE_BY_ONE = 50


class HelpdeskLiteTicket(models.Model):
    """Close silent tickets automatically, by moving them to the stage that closes."""

    _inherit = 'helpdesk.lite.ticket'

    auto_close_warning_date = fields.Datetime(
        'Warned of Closing', readonly=True, copy=False,
        help='When the customer was warned in the silence that still lasts.')
    auto_close_deadline = fields.Datetime(
        'Closes on', compute='_compute_auto_close_deadline',
        help='When the ticket will be closed unless something happens until then.')
    auto_close_day_name = fields.Char(
        compute='_compute_auto_close_day_name', export_string_translation=False,
        help="Technical: the day of the deadline in the customer's language, for templates.")
    auto_close_error = fields.Char(
        'Automatic Closing Failed', readonly=True, copy=False,
        help='Why the ticket could not be closed automatically. It is tried again when something '
             'about it changes.')

    _auto_close_error_idx = models.Index('(team_id) WHERE auto_close_error IS NOT NULL')
    _close_hours_missing_idx = models.Index(
        '(id) WHERE is_closed IS TRUE AND close_hours IS NULL AND close_date IS NOT NULL')

    @api.depends('active', 'last_activity_date', 'auto_close_warning_date', 'stage_id',
                 'team_id.auto_close_ticket', 'team_id.auto_close_day', 'team_id.auto_close_warn',
                 'team_id.auto_close_warn_day')
    def _compute_auto_close_deadline(self):
        for ticket in self:
            # sudo: helpdesk.lite.team - the rules of the ticket's own team
            team = ticket.sudo().team_id
            ticket.auto_close_deadline = False
            if (team.auto_close_ticket and ticket.active
                    and ticket.stage_id in team._get_watched_stages()):
                ticket.auto_close_deadline = ticket._get_auto_close_deadline(team)

    @api.depends('auto_close_deadline', 'partner_id.lang', 'partner_id.tz',
                 'team_id.resource_calendar_id.tz')
    def _compute_auto_close_day_name(self):
        """The day of the customer's clock, or of the desk's: the job that warns has none."""
        for ticket in self:
            # sudo: res.partner - language and clock of the ticket's own customer and team
            customer, team = ticket.sudo().partner_id, ticket.sudo().team_id
            env = self.with_context(tz=customer.tz or team.resource_calendar_id.tz or 'UTC').env
            ticket.auto_close_day_name = format_date(
                env, ticket.auto_close_deadline, lang_code=customer.lang or self.env.lang)

    @api.model
    def mail_allowed_qweb_expressions(self):
        """What may stand in a template of tickets without the right to edit all templates."""
        return (*super().mail_allowed_qweb_expressions(), 'object.auto_close_day_name')

    def _get_auto_close_deadline(self, team):
        """The end of the silence, and of the time that a warning promised, whichever is later."""
        silence = timedelta(days=team.auto_close_day)
        deadline = (self.last_activity_date or self.create_date) + silence
        if team.auto_close_warn and self.auto_close_warning_date:
            grace = silence - timedelta(days=team.auto_close_warn_day)
            deadline = max(deadline, self.auto_close_warning_date + grace)
        return deadline

    # ------------------------------------------------------------------
    # Activity starts the clock again
    # ------------------------------------------------------------------

    def _get_activity_vals(self, now):
        """Return what activity changes: the silence ends, a failed closing is tried again."""
        return {
            'last_activity_date': now, 'auto_close_warning_date': False, 'auto_close_error': False}

    def _register_activity(self):
        """Note that a person did something for the tickets that no write of theirs tells."""
        # sudo: helpdesk.lite.ticket - who may only read a ticket may add to it, too
        self.sudo()._as_system().with_context(mail_notrack=True).write(
            self._get_activity_vals(fields.Datetime.now()))

    def _get_transition_vals(self, vals, pipelines, now):
        extra = super()._get_transition_vals(vals, pipelines, now)
        if 'last_activity_date' in extra:
            extra.update(self._get_activity_vals(extra['last_activity_date']))
        return extra

    def _get_message_vals(self, message, msg_values):
        vals = super()._get_message_vals(message, msg_values)
        if 'last_activity_date' in vals:
            vals.update(self._get_activity_vals(vals['last_activity_date']))
        return vals

    def _message_mail_after_hook(self, mails):
        """Count a mail to many tickets at once as a message of the agent who sends it."""
        if not self.env.user._is_superuser():
            self._register_activity()
        return super()._message_mail_after_hook(mails)

    def _after_write(self, vals, changed, before):  # pylint: disable=missing-return
        super()._after_write(vals, changed, before)
        by_person = not self._get_system_write()
        if (by_person or 'team_id' in vals) and (failed := self.filtered('auto_close_error')):
            failed._forget_closing_errors()

    # ------------------------------------------------------------------
    # Cron
    # ------------------------------------------------------------------

    @api.model
    def _cron_auto_close(self):
        """Warn customers, close the tickets that are silent for long enough, count missing hours.

        Works in batches that are each committed with the progress: killed between any two of
        them and run again it neither loses nor repeats anything, since what is done is no longer
        found. A batch locks its tickets and leaves those that anybody else is working on, another
        run of the same cron for example.
        """
        jobs = list(self._get_auto_close_jobs(fields.Datetime.now()))
        commit_progress = self.env['ir.cron']._commit_progress
        commit_progress(remaining=sum(self.search_count(domain) for domain, _size, _work in jobs))
        for domain, size, work in jobs:
            ids = self.search(domain, order='id').ids
            for start in range(0, len(ids), size):
                batch_ids = ids[start:start + size]
                if tickets := self._lock_batch(domain & Domain('id', 'in', batch_ids)):
                    work(tickets)
                if not commit_progress(len(batch_ids)):
                    return

    @api.model
    def _get_auto_close_jobs(self, now):
        """What there is to do, in order: ``(domain of tickets, size of a batch, method)``."""
        teams = self.env['helpdesk.lite.team'].with_context(active_test=False).search(
            [('auto_close_ticket', '=', True)])  # an archived team's tickets fall silent, too
        for team in teams.with_context(active_test=True):
            team = team._in_company_language()
            if team.auto_close_warn:
                yield (team._get_warning_domain(now), BATCH,
                       lambda tickets, team=team: tickets._warn_of_closing(team))
            if team.to_stage_id:
                yield (team._get_closing_domain(now), BATCH,
                       lambda tickets, team=team: tickets._close_inactive(team))
        yield (self._get_missing_hours_domain(), HOURS_BATCH,
               lambda tickets: tickets._update_hours('close_hours', 'close_date'))
        yield (self._get_missing_answer_times_domain(), HOURS_BATCH,
               lambda tickets: tickets._fill_answer_times())

    @api.model
    def _lock_batch(self, domain):
        """Those of the tickets that still fulfil `domain` and that nobody else is changing."""
        tickets = self.search(domain, order='id')
        try:
            with self.env.cr.savepoint(flush=False):
                # like `try_lock_for_update`, but a conflict is no error in the server's log
                self.env.cr.execute(SQL(
                    """SELECT id FROM helpdesk_lite_ticket WHERE id = ANY(%s)
                          FOR NO KEY UPDATE SKIP LOCKED""", tickets.ids), log_exceptions=False)
                locked = {ticket_id for ticket_id, in self.env.cr.fetchall()}
        except CONFLICTS:
            # somebody was faster than our snapshot: the next run looks again
            return self.browse()
        return tickets.filtered(lambda ticket: ticket.id in locked)

    @api.model
    def _get_missing_hours_domain(self):
        """Closed tickets without hours to close: after a stage was folded, or a creation."""
        def to_sql(model, alias, query):
            return SQL('%s IS NULL', model._field_to_sql(alias, 'close_hours', query))

        return (Domain('is_closed', '=', True) & Domain('close_date', '!=', False)
                & Domain('active', 'in', [True, False]) & Domain.custom(to_sql=to_sql))

    # ------------------------------------------------------------------
    # Batches
    # ------------------------------------------------------------------

    def _close_inactive(self, team):
        """Close tickets, all of the same team, that were silent for long enough."""
        text = self._get_auto_close_message(team)

        def close(tickets):
            tickets._track_set_log_message(Markup('<p>%s</p>') % text)
            tickets.write({'stage_id': team.to_stage_id.id})

        self._run_in_savepoints(team, close)
        if team.to_stage_id.template_id:
            self._wake_mail_queue()

    @api.model
    def _wake_mail_queue(self):
        """Send queued mails soon: server actions leave theirs to the queue, which runs hourly."""
        self.env.ref('mail.ir_cron_mail_scheduler_action')._trigger()

    @api.model
    def _get_auto_close_message(self, team):
        """What the log says of an automatic closing."""
        env = team.env
        if team.to_stage_id.fold:
            return env._('Closed automatically. Days of inactivity: %s.', team.auto_close_day)
        return env._('Moved automatically. Days of inactivity: %s.', team.auto_close_day)

    def _warn_of_closing(self, team):
        """Send the team's warning to the customers of tickets that are all of that team."""
        now = fields.Datetime.now()

        def warn(tickets):
            tickets.write({'auto_close_warning_date': now})
            for ticket in tickets:
                ticket._mail_customer(team.auto_close_warn_template_id)

        self._run_in_savepoints(team, warn)
        self._wake_mail_queue()

    def _run_in_savepoints(self, team, work):
        """Work on all of the tickets at once, or where that fails on each by itself.

        :param work: a function of tickets, which is flushed inside its savepoint; whoever fails
            is reported to the team's administrators, and nobody else suffers from it
        """
        tickets = self._as_system(log_in_batch=True, raise_failures=True).with_context(
            lang=team.env.lang)
        if not tickets._try_in_savepoint(work):
            return
        errors = {}
        for ticket in tickets:
            if error := ticket._try_in_savepoint(work):
                errors[ticket.id] = error
        self.browse(errors)._report_closing_errors(team, errors)

    def _try_in_savepoint(self, work):
        """Call ``work(self)``.

        :return: why it failed in one line, or None. A conflict with another transaction is not
            the tickets' fault: they are left for the next run, without an error
        """
        try:
            with attempt(self.env, hooks=True) as outcome:
                work(self)
        except CONFLICTS:
            return False if len(self) == 1 else 'conflict'
        if outcome.error:
            _logger.info('Automatic closing of %s fails: %s', self, outcome.error)
        return outcome.error and outcome.reason

    def _message_track(self, fields_iter, initial_values_dict):
        """Log what the cron did in one go for all tickets whose moves nobody follows.

        Odoo's own way posts ticket by ticket: 7 queries and 20 ms each.
        """
        if not self._is_logged_in_batch():
            return super()._message_track(fields_iter, initial_values_dict)
        bodies = dict(self.env.cr.precommit.data.get(f'mail.tracking.message.{self._name}', {}))
        moved = self.filtered(
            lambda t: initial_values_dict[t.id].get('stage_id', t.stage_id) != t.stage_id)
        followed = moved._filter_followed_by_subtype(self._get_subtype('mt_ticket_stage'))
        result = super(HelpdeskLiteTicket, followed)._message_track(
            fields_iter, initial_values_dict)
        tracked = self.fields_get(
            fields_iter, attributes=('string', 'type', 'selection', 'currency_field'))
        own = {ticket.id: ticket._mail_track(tracked, initial_values_dict[ticket.id])
               for ticket in self - followed}
        changed = self.browse(ticket_id for ticket_id, (changes, _values) in own.items() if changes)
        messages = changed._message_log_batch(bodies={t.id: bodies.get(t.id, '') for t in changed})
        # sudo: mail.tracking.value - the log of tickets that were just changed
        self.env['mail.tracking.value'].sudo().create([
            {**values, 'mail_message_id': message.id}
            for message in messages for _create, _zero, values in own[message.res_id][1]])
        return {**result, **own}

    def _is_logged_in_batch(self):
        """Hook: whether the changes of these tickets are logged for all of them at once."""
        how = self._get_system_write()
        return bool(how and how.log_in_batch)

    def _filter_followed_by_subtype(self, subtype):
        """Those of the tickets that anybody follows with this subtype."""
        # sudo: mail.followers - who follows decides what is to be sent, it isn't shown
        rows = self.env['mail.followers'].sudo().search_fetch([
            ('res_model', '=', self._name), ('res_id', 'in', self.ids),
            ('subtype_ids', 'in', subtype.ids)], ['res_id'])
        followed = set(rows.mapped('res_id'))
        return self.filtered(lambda ticket: ticket.id in followed)

    # ------------------------------------------------------------------
    # Failures
    # ------------------------------------------------------------------

    def _report_closing_errors(self, team, errors):
        """Tell the team's administrators once which tickets can't be closed, and why.

        The tickets are skipped from now on, until something about them changes. Many failures
        have one cause mostly, a broken template for example: then there is one activity for all.

        :param dict errors: ``{ticket id: why}``
        """
        if not self:
            return
        text = team.env._('Automatic closing failed, and is not tried again until something '
                          'changes: %s')
        self._message_log_batch(
            bodies={ticket_id: Markup('<p>%s</p>') % (text % why)
                    for ticket_id, why in errors.items()})
        known = self.search_count([('team_id', '=', team.id), ('auto_close_error', '!=', False)])
        self._set_closing_errors(errors)
        total = known + len(self)
        if total <= FAILURES_REPORTED_ONE_BY_ONE:
            self._schedule_for_administrators(team.env._('Automatic closing failed'))
        elif known <= FAILURES_REPORTED_ONE_BY_ONE:
            self[:1]._schedule_for_administrators(team.env._(
                'Automatic closing failed for this and many other tickets of %s: see the filter '
                '"Automatic Closing Failed"', team.name))

    def _set_closing_errors(self, errors):
        """Write by SQL, since it may be any write that fails.

        :param dict errors: ``{ticket id: why}``
        """
        raw_write(self, ['auto_close_error'], SQL(
            """UPDATE helpdesk_lite_ticket ticket SET auto_close_error = new.error
                 FROM unnest(%s::integer[], %s::text[]) AS new(id, error)
                WHERE ticket.id = new.id
            RETURNING ticket.id""", list(errors), list(errors.values())))

    def _forget_closing_errors(self, teams=None):
        """Let closing be tried again, for these tickets or for all tickets of `teams`."""
        where = SQL('id = ANY(%s)', self.ids) if teams is None else SQL(
            'team_id = ANY(%s)', teams.ids)
        raw_write(self, ['auto_close_error'], SQL(
            """UPDATE helpdesk_lite_ticket SET auto_close_error = NULL
                WHERE auto_close_error IS NOT NULL AND %s RETURNING id""", where))
