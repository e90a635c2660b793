import logging
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.savepoint import attempt

_logger = logging.getLogger(__name__)

BATCH = 100


class HelpdeskLiteTicket(models.Model):
    """Ask the customers of closed tickets for a rating, some days later."""

    _inherit = 'helpdesk.lite.ticket'

    rating_request_date = fields.Datetime(
        'Rating Requested on', readonly=True, copy=False, index='btree_not_null',
        help='When the customer was last mailed a request for a rating.')
    rating_request_due = fields.Datetime(
        readonly=True, copy=False, index='btree_not_null',
        help='When the customer is to be asked, if the ticket is still closed then. It is set by '
             'the closing, and empty as soon as it was decided.')

    def _get_transition_vals(self, vals, pipelines, now):
        """Set the clock of the request when a ticket is closed, and stop it when it opens."""
        extra = super()._get_transition_vals(vals, pipelines, now)
        if 'is_closed' in extra:
            # sudo: helpdesk.lite.team - the rules of the ticket's own team
            team = self.sudo().team_id.browse(vals.get('team_id') or self.team_id.id)
            asks = (extra['is_closed'] and not vals.get('merged_into_id')
                    and team._asks_for_ratings())
            due = asks and now + timedelta(days=team.rating_request_days)
            if due or self.rating_request_due:
                extra['rating_request_due'] = due or False
        return extra

    # ------------------------------------------------------------------
    # Cron
    # ------------------------------------------------------------------

    @api.model
    def _cron_request_ratings(self):
        """Decide of each request that is due, once: it is sent, or it never will be.

        Works in batches as `_cron_auto_close` does: killed and run again it asks nobody twice.
        """
        domain = (Domain('rating_request_due', '<=', fields.Datetime.now())
                  & Domain('active', 'in', [True, False]))
        ids = self.search(domain, order='id').ids
        commit_progress = self.env['ir.cron']._commit_progress
        commit_progress(remaining=len(ids))
        for start in range(0, len(ids), BATCH):
            batch_ids = ids[start:start + BATCH]
            if tickets := self._lock_batch(domain & Domain('id', 'in', batch_ids)):
                tickets._request_ratings()
            if not commit_progress(len(batch_ids)):
                return

    def _request_ratings(self):
        """Ask the customers of those of the tickets that may be asked for."""
        template = self.env.ref(
            'helpdesk_lite.mail_template_rating_request', raise_if_not_found=False)
        self._as_system().with_context(mail_notrack=True).write({'rating_request_due': False})
        recent = self._get_recent_requests()
        for ticket in self if template else ():
            if ticket._may_be_asked(recent) and ticket._request_rating(template):
                for key in ticket._get_customer_keys():
                    recent[key] = fields.Datetime.now()
        self._wake_mail_queue()

    def _request_rating(self, template):
        """Mail the request; the log says why it can't be made.

        :return: whether it went out
        """
        with attempt(self.env, hooks=True) as outcome:
            self._mail_customer(template)
        if outcome.error:
            _logger.warning('Rating request of ticket %s fails: %s', self.id, outcome.error)
            self._message_log(body=Markup('<p>%s</p>') % self.team_id._in_company_language().env._(
                'The request for a rating could not be sent: %s', outcome.reason))
        return not outcome.error

    # ------------------------------------------------------------------
    # Who is asked
    # ------------------------------------------------------------------

    def _may_be_asked(self, recent):
        """Whether the customer may be asked now; see DESIGN, "Ratings".

        :param dict recent: see `_get_recent_requests`
        """
        self.ensure_one()
        team, last = self.team_id, self.rating_request_date
        return (
            team._asks_for_ratings() and self.active and self.is_closed
            and not (self.merged_into_id or self.is_sample or self.stage_id.no_rating_request)
            and bool(self.partner_id.email_normalized or self._get_typed_address())
            and not (last and self.close_date and last >= self.close_date)
            and not self._is_in_pause(recent)
            and bool(self.first_response_date)
        )

    def _is_in_pause(self, recent):
        since = fields.Datetime.now() - timedelta(days=self.team_id.rating_pause_days)
        return any(recent[key] > since for key in self._get_customer_keys() if key in recent)

    def _get_customer_keys(self):
        """By what the customer of the ticket is known: the contact, and the address."""
        keys = {self.partner_id.id, self.partner_id.email_normalized, self.email_normalized}
        return keys - {False}

    def _get_recent_requests(self):
        """When the customers of the tickets were last asked, for whatever ticket of theirs.

        :return: ``{contact's id or address: date}``
        """
        since = fields.Datetime.now() - timedelta(
            days=max(self.team_id.mapped('rating_pause_days'), default=0))
        addresses = {*self.partner_id.mapped('email_normalized'), *self.mapped('email_normalized')}
        others = self.with_context(active_test=False).search(
            Domain('rating_request_date', '>', since)
            & (Domain('partner_id', 'in', self.partner_id.ids)
               | Domain('partner_id.email_normalized', 'in', list(addresses - {False}))
               | Domain('email_normalized', 'in', list(addresses - {False}))))
        recent = {}
        for ticket in others.sorted('rating_request_date'):
            recent.update(dict.fromkeys(ticket._get_customer_keys(), ticket.rating_request_date))
        return recent
