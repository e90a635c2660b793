import logging
from dataclasses import replace

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import answer_times
from ...tools.raw_write import raw_write
from ...tools.savepoint import attempt

_logger = logging.getLogger(__name__)

BATCH = 100


class HelpdeskLiteTicket(models.Model):
    """Wake snoozed tickets: at their time, or at once when the customer writes."""

    _inherit = 'helpdesk.lite.ticket'

    # ------------------------------------------------------------------
    # By the clock
    # ------------------------------------------------------------------

    def _call_wake_job(self):
        """Have the job that wakes called when the tickets are due, by one call for each moment."""
        moments = {ticket.snooze_until for ticket in self if ticket.snooze_until}
        job = self.env.ref('helpdesk_lite.ir_cron_wake_tickets', raise_if_not_found=False)
        if moments and job:
            # sudo: ir.cron - only called to do its work then
            job.sudo()._trigger(at=moments)

    @api.model
    def _cron_wake_tickets(self):
        """Wake the tickets whose time has come, and tell whom they are waited for by.

        In batches that are each committed with the progress: killed between two of them and run
        again it neither loses nor repeats a notice, since who is awake is no longer found.
        """
        commit_progress = self.env['ir.cron']._commit_progress
        domain = Domain('snooze_until', '<=', fields.Datetime.now()) & Domain(
            'is_closed', '=', False)
        ids = self.search(domain, order='id').ids
        commit_progress(remaining=len(ids))
        for start in range(0, len(ids), BATCH):
            batch_ids = ids[start:start + BATCH]
            if tickets := self._lock_batch(domain & Domain('id', 'in', batch_ids)):
                sleepers = {ticket: ticket.snooze_user_id for ticket in tickets}
                tickets._wake_up()
                tickets._tell_of_waking(sleepers)
            if not commit_progress(len(batch_ids)):
                break

    def _wake_up(self):
        """Wake the tickets, so that they can be snoozed again; their clocks go on."""
        asleep = self.filtered(lambda ticket: ticket._is_asleep())
        (self - asleep)._sync_clocks()  # from the moment on for which it was planned
        raw_write(self, ['snooze_until', 'former_snooze_until', 'woke_date'], SQL(
            """UPDATE helpdesk_lite_ticket
                  SET former_snooze_until = snooze_until, snooze_until = NULL, woke_date = %s
                WHERE id = ANY(%s) AND snooze_until IS NOT NULL RETURNING id""",
            fields.Datetime.now(), self.ids))
        asleep._sync_clocks()

    def _tell_of_waking(self, sleepers):
        """Tell the assignees, or who snoozed them, of tickets that are awake again.

        :param dict sleepers: ``{ticket: who snoozed it}``
        """
        told = {}
        for ticket, sleeper in sleepers.items():
            user = ticket.user_id if ticket.user_id.active else sleeper
            if user.active and not user.share:
                told[user] = told.get(user, self.browse()) | ticket
        for user, tickets in told.items():
            with attempt(self.env) as outcome:
                tickets._tell_user_of_waking(user)
            if outcome.error:
                _logger.error('User %s could not be told of tickets that woke', user.id,
                              exc_info=outcome.error)
        if told:
            self._wake_mail_queue()

    def _tell_user_of_waking(self, user):
        """Tell a user, by one notice, of those of the tickets that they may see."""
        # superuser: helpdesk.lite.ticket - as the user who is told, by their rights alone
        seen = self.with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids)._filtered_access('read')
        tickets = (self & seen.with_env(self.env)).with_context(
            lang=user.lang or self.env.lang, tz=user.tz, mail_notify_force_send=False)
        if not tickets:
            return
        subject = tickets.env._('%s tickets woke up', len(tickets)) if len(tickets) > 1 else (
            tickets.env._('Woke up: %s', tickets.display_name))
        thread = tickets if len(tickets) == 1 else tickets.env['mail.thread']
        thread.message_notify(
            partner_ids=user.partner_id.ids,
            author_id=self.env['ir.model.data']._xmlid_to_res_id('base.partner_root'),
            subject=subject,
            body=Markup('<p>%s</p>%s') % (
                tickets.env._('The time for which they were snoozed is over.')
                if len(tickets) > 1 else
                tickets.env._('The time for which it was snoozed is over.'),
                tickets._get_list_body(tickets)),
            email_layout_xmlid='mail.mail_notification_light')

    # ------------------------------------------------------------------
    # By a message
    # ------------------------------------------------------------------

    @api.model
    def _count_messages(self, rows):  # pylint: disable=missing-return
        """Wake tickets that the customer writes on; an answer ends the offer to snooze again."""
        super()._count_messages(rows)
        outside, answered = set(), set()
        for ticket_id, side, _moment in rows:
            heard = side in (answer_times.CUSTOMER, answer_times.STRANGER)
            (outside if heard else answered).add(ticket_id)
        # sudo: helpdesk.lite.ticket - who may only read a ticket may write messages on it, too
        tickets = self.sudo().browse(outside | answered)
        if asleep := tickets.filtered(
                lambda ticket: ticket.id in outside and ticket.snooze_until):
            asleep._wake_up()
            log = asleep._in_log_language()
            asleep._message_log_batch(
                bodies={ticket.id: Markup('<p>%s</p>') % log._('The customer woke the ticket up.')
                        for ticket in asleep},
                author_id=self.env['ir.model.data']._xmlid_to_res_id('base.partner_root'))
        if over := tickets.filtered(
                lambda ticket: ticket.id in answered - outside and ticket.former_snooze_until):
            over._write_turn({'former_snooze_until': False})

    # ------------------------------------------------------------------
    # Clocks
    # ------------------------------------------------------------------

    def _sync_clocks(self, now=None, match=None):  # pylint: disable=missing-return
        """Let the clocks of tickets whose time is over go on from that very moment."""
        if not now:
            # sudo: helpdesk.lite.ticket - whoever makes something happen, promises are followed
            due = self.sudo().filtered(
                lambda ticket: ticket.snooze_until and not ticket._is_asleep())
            for moment, tickets in due.grouped('snooze_until').items():
                super(HelpdeskLiteTicket, tickets)._sync_clocks(now=moment)
        super()._sync_clocks(now=now, match=match)

    def _is_asleep(self):
        return bool(self.snooze_until) and self.snooze_until > fields.Datetime.now()

    def _get_facts(self):
        return replace(super()._get_facts(), snoozed=self._is_asleep())
