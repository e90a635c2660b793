from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_datetime

from ...tools import snooze
from ...tools.raw_write import raw_write


class HelpdeskLiteTicket(models.Model):
    """Put a ticket off: until then it is out of the way, and its automatic closing waits."""

    _inherit = 'helpdesk.lite.ticket'

    snooze_until = fields.Datetime(
        'Snoozed until', copy=False,
        help='Until then the ticket is out of My Tickets. It wakes earlier when the customer '
             'writes.')
    snooze_date = fields.Datetime(
        'Snoozed on', readonly=True, copy=False, export_string_translation=False,
        help='Technical: since when the ticket is, or was, snoozed.')
    snooze_user_id = fields.Many2one(
        'res.users', 'Snoozed by', readonly=True, copy=False, ondelete='set null',
        help='Who is told when a ticket wakes that nobody is assigned to.')
    former_snooze_until = fields.Datetime(
        readonly=True, copy=False, export_string_translation=False,
        help='Technical: until when the ticket was snoozed, after it woke.')
    woke_date = fields.Datetime(
        'Woke on', readonly=True, copy=False,
        help='When the ticket woke last: automatic closing counts the silence since then.')
    snooze_again_until = fields.Datetime(
        compute='_compute_snooze_again_until', export_string_translation=False)

    _snoozed_idx = models.Index(
        '(snooze_until) WHERE snooze_until IS NOT NULL AND is_closed IS NOT TRUE')

    @api.depends('former_snooze_until', 'snooze_date', 'is_closed', 'team_id')
    def _compute_snooze_again_until(self):
        now = fields.Datetime.now()
        for ticket in self:
            ticket.snooze_again_until = False
            former, start = ticket.former_snooze_until, ticket.snooze_date
            if former and start and not ticket.is_closed:
                team = ticket.team_id
                ticket.snooze_again_until = snooze.get_again(
                    former, start, now, team._get_timetable(), team._get_snooze_tz())

    @api.depends('snooze_until', 'woke_date')
    def _compute_auto_close_deadline(self):  # pylint: disable=missing-return
        super()._compute_auto_close_deadline()
        for ticket in self.filtered('snooze_until'):
            ticket.auto_close_deadline = False

    def _get_auto_close_deadline(self, team):
        deadline = super()._get_auto_close_deadline(team)
        if not self.woke_date:
            return deadline
        return max(deadline, self.woke_date + timedelta(days=team.auto_close_day))

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_open_snooze(self):
        """Ask until when the tickets are snoozed."""
        return {
            'type': 'ir.actions.act_window', 'res_model': 'helpdesk.lite.ticket.snooze',
            'name': self.env._('Snooze'), 'views': [(False, 'form')], 'target': 'new',
            'context': {'active_model': self._name, 'active_ids': self.ids}}

    def action_snooze_again(self):
        """Snooze a ticket that woke for as long as before."""
        self.ensure_one()
        if not self.snooze_again_until:
            raise UserError(self.env._('The ticket was not snoozed before: choose until when.'))
        return self.write({'snooze_until': self.snooze_again_until})

    def action_wake_up(self):
        """Wake tickets up by hand."""
        return self.write({'snooze_until': False})

    def _snooze(self, choice):
        """Snooze the tickets by a choice, each by the hours of its own team.

        :param str choice: one of ``tools/snooze.py``
        """
        for team, tickets in self.grouped('team_id').items():
            tickets.write({'snooze_until': team._get_wake_time(choice)})

    # ------------------------------------------------------------------
    # Hooks of create and write
    # ------------------------------------------------------------------

    def _prepare_create_vals_list(self, vals_list):
        vals_list = super()._prepare_create_vals_list(vals_list)
        for vals in vals_list:
            if vals.get('snooze_until'):
                self._check_snooze_date(vals['snooze_until'])
                vals.update(self._get_snooze_vals(vals) if not vals.get('is_closed') else {
                    'snooze_until': False})
        return vals_list

    def _after_create(self, vals_list, choices):  # pylint: disable=missing-return
        super()._after_create(vals_list, choices)
        if snoozed := self.filtered('snooze_until'):
            snoozed._log_snooze()

    def _get_write_refusal(self, vals):
        if vals.get('snooze_until'):
            self._check_snooze_date(vals['snooze_until'])
            if 'stage_id' not in vals and any(ticket.is_closed for ticket in self):
                return self.env._('A closed ticket sleeps already: reopen it to snooze it.')
        return super()._get_write_refusal(vals)

    @api.model
    def _check_snooze_date(self, moment):
        """Refuse a moment that is past.

        :raise UserError: naming it
        """
        moment = fields.Datetime.to_datetime(moment)
        if moment <= fields.Datetime.now():
            raise UserError(self.env._(
                'A ticket can be snoozed until a moment in the future: %s is past.',
                format_datetime(self.env, moment, dt_format='short')))

    def _get_snooze_vals(self, vals):
        """What goes with a value of `snooze_until`: since when, and by whom."""
        until = fields.Datetime.to_datetime(vals['snooze_until'])
        return {
            'snooze_until': until, 'former_snooze_until': False,
            'snooze_date': until and fields.Datetime.now(),
            'snooze_user_id': until and self.env.uid}

    def _prepare_write_vals(self, vals):
        vals = super()._prepare_write_vals(vals)
        if 'snooze_until' in vals:
            vals.update(self._get_snooze_vals(vals))
        return vals

    def _get_transition_vals(self, vals, pipelines, now):
        """Wake a ticket that is closed or merged: nobody waits any more."""
        extra = super()._get_transition_vals(vals, pipelines, now)
        asleep = vals.get('snooze_until', self.snooze_until) or self.former_snooze_until
        if asleep and extra.get('is_closed', self.is_closed):
            extra.update(snooze_until=False, former_snooze_until=False)
        return extra

    def _get_before(self, vals):
        """Note, too, until when the tickets are snoozed: ``snoozed``."""
        before = super()._get_before(vals)
        before['snoozed'] = {ticket: ticket.snooze_until for ticket in self} if (
            'snooze_until' in vals) else {}
        return before

    def _after_write(self, vals, changed, before):  # pylint: disable=missing-return
        super()._after_write(vals, changed, before)
        other = self.filtered(
            lambda ticket: before['snoozed'].get(ticket, ticket.snooze_until)
            != ticket.snooze_until)
        if not other:
            return
        other._log_snooze()
        other._sync_clocks()
        other._call_wake_job()

    @api.model
    def _apply_fold(self, stages):  # pylint: disable=missing-return
        """Wake the tickets that a fold closes."""
        super()._apply_fold(stages)
        raw_write(self, ['snooze_until', 'former_snooze_until'], SQL(
            """UPDATE helpdesk_lite_ticket SET snooze_until = NULL, former_snooze_until = NULL
                WHERE stage_id = ANY(%s) AND is_closed IS TRUE
                  AND (snooze_until IS NOT NULL OR former_snooze_until IS NOT NULL)
            RETURNING id""", stages.ids))

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _log_snooze(self):
        """Log in one line until when the tickets are snoozed, or that they were woken."""
        env = self._in_log_language()
        self._message_log_batch(bodies={
            ticket.id: Markup('<p>%s</p>') % (
                env._('Snoozed until %s.', ticket._say_snooze_date(env))
                if ticket.snooze_until else env._('Woken up.'))
            for ticket in self})

    def _say_snooze_date(self, env):
        """Until when the ticket is snoozed, by the clock of its team."""
        return format_datetime(
            env, self.snooze_until, tz=self.team_id._get_snooze_tz(), dt_format='short')
