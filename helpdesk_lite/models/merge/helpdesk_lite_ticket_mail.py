import logging

from odoo import api, fields, models

from ...tools import answer_times
from ...tools.savepoint import attempt

_logger = logging.getLogger(__name__)

SEND_AT_ONCE = 20  # mails of one merge; more of them are left to the mail queue


class HelpdeskLiteTicket(models.Model):
    """Mails about merged tickets: the notice that goes out, and answers that come in."""

    _inherit = 'helpdesk.lite.ticket'

    merged_refs = fields.Char(
        compute='_compute_merged_refs', export_string_translation=False,
        help='Technical: for the template of the notice.')

    # ------------------------------------------------------------------
    # The notice
    # ------------------------------------------------------------------

    def _filter_to_tell_of_merge(self):
        """The oldest merged ticket of each customer who is told which ticket goes on.

        Teams may have the notice switched off. Customers without an address can't be told.
        """
        told = {}
        # sudo: helpdesk.lite.team - the setting of the tickets' own teams; res.partner - customers
        for ticket in self.sudo().sorted('id'):
            address = ticket.partner_id.email_normalized or ticket.email_normalized
            if ticket.team_id.merge_notification and address not in told and (
                    ticket.partner_id.email_normalized or ticket._get_typed_address()):
                told[address] = ticket
        return self.browse(ticket.id for ticket in told.values())

    def _tell_customers_of_merge(self):
        """Tell each customer once, from the address of their ticket's team, in their language.

        A broken template must not cost the merge.
        """
        template = self.env.ref(
            'helpdesk_lite.mail_template_ticket_merged', raise_if_not_found=False)
        if not template:
            return
        tickets = self._filter_to_tell_of_merge()
        for ticket in tickets._as_superuser().with_context(
                mail_notify_force_send=len(tickets) <= SEND_AT_ONCE):
            with attempt(self.env) as outcome:
                ticket._mail_customer(template)
            if outcome.error:
                _logger.warning('The notice of merged %s fails: %s', ticket.id, outcome.reason)
                ticket._message_log(body=ticket._in_log_language()._(
                    'The customer could not be told of the merge: %s', outcome.reason))

    @api.model
    def mail_allowed_qweb_expressions(self):
        """Allow the notice's own values, so that administrators may edit its template."""
        return (*super().mail_allowed_qweb_expressions(),
                'object.merged_refs', 'object.merged_into_id.ticket_ref')

    def _compute_merged_refs(self):
        """References of the customer's tickets that one merge took away together."""
        # sudo: helpdesk.lite.ticket.merge.log - references only, which any link shows
        logs = self.env['helpdesk.lite.ticket.merge.log'].sudo().search(
            [('destination_id', 'in', self.merged_into_id.ids)])
        at_once = logs.grouped(lambda log: (log.destination_id, log.create_date))
        merged = {log.ticket_id.id: group.ticket_id for group in at_once.values() for log in group}
        for ticket in self:
            own = merged.get(ticket.id, ticket).filtered(
                lambda other, ticket=ticket: other._is_same_customer(ticket))
            ticket.merged_refs = ', '.join((own or ticket).mapped('ticket_ref'))

    # ------------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------------

    def _is_kept_apart(self, address=None):
        """Whether this ticket was merged into another customer's, who mustn't read it.

        :param address: asked of a ticket that stays: whether this normalised address has to do
            with it only by tickets whose customers are kept apart; agents read all of them
        """
        self.ensure_one()
        if address is None:
            return bool(self._get_merge_path()._filter_kept_apart())
        ticket = self.sudo()  # sudo: helpdesk.lite.ticket - to protect, not to show
        apart = ticket._get_all_merged()._filter_kept_apart()
        if not apart or not address or ticket._has_correspondent(address):
            return False
        return any(
            other._has_correspondent(address, through_merge=False)
            for other in apart | apart._get_all_merged()
        ) and not self._get_agents_by_address(address)

    def _filter_kept_apart(self):
        """Those of the merged tickets whose customer must not read the ticket that stays."""
        # sudo: helpdesk.lite.ticket.merge.log - to protect, not to show
        return self.env['helpdesk.lite.ticket.merge.log'].sudo().search(
            [('ticket_id', 'in', self.ids), ('kept_apart', '=', True)]).ticket_id

    def _get_merge_path(self):
        """This ticket and those that it was merged into, less the last one."""
        path, ticket = self.browse(), self.sudo()  # sudo: helpdesk.lite.ticket - ids only
        while ticket.merged_into_id and ticket not in path:
            path |= ticket
            ticket = ticket.merged_into_id
        return path

    def _get_all_merged(self):
        """All tickets that were merged into this one, also through others."""
        merged = level = self.merged_ticket_ids
        while level:
            level = level.merged_ticket_ids - merged
            merged |= level
        return merged

    def _find_place(self, values):
        """Send a customer's answer to a merged ticket to the one that stays, as mails do.

        The customer's page may be open since before the merge.
        """
        # sudo: helpdesk.lite.ticket - whether it was merged, for whoever may post
        if not self.sudo().merged_into_id or not self._is_answer(values):
            return super()._find_place(values)
        values = self._take_answer(values)
        if self._is_kept_apart():
            values['is_internal'] = True
        return self._get_merge_target()._as_superuser(), values

    def _prepare_post(self, values):
        """Notify whoever works on the ticket of a kept-apart customer: notes notify nobody."""
        values = super()._prepare_post(values)
        if self._is_apart_answer(values):
            values['partner_ids'] = list({
                *(values.get('partner_ids') or []),
                *self._as_superuser()._get_working_partners().ids})
        return values

    def _after_post(self, message, values):
        """Overlook nothing that a kept-apart customer writes: closed tickets are opened again."""
        super()._after_post(message, values)
        if not self._is_apart_answer(values) or self._is_automatic():
            return
        ticket = self._as_superuser()  # what customers say counts
        if ticket._get_reopen_policy() in ('reopen', 'new'):
            ticket._reopen_by_answer()
        if not ticket._get_working_partners():
            ticket._schedule_for_administrators(
                ticket._in_log_language()._(
                    'Answer of a customer whose ticket was merged into this one'))

    def _is_apart_answer(self, values):
        """Whether a message from outside is one that only internal users may read."""
        if (values.get('message_type') not in ('comment', 'email') or not values.get('is_internal')
                or len(self) != 1 or not self.merged_ticket_ids):
            return False
        # sudo: res.partner - whether the author is an internal user
        author = self.env['res.partner'].sudo().browse(self._get_post_author(values)[0])
        return not author or author.partner_share

    def _get_working_partners(self):
        """The assignee, else the agents who follow."""
        return self.user_id.partner_id or (
            self.message_partner_ids & self._get_agents().partner_id)

    def _get_side(self, values):
        """A customer who is kept apart waits for an answer, too, though their mail is a note."""
        if not self._is_automatic() and self._is_apart_answer(values):
            return answer_times.STRANGER
        return super()._get_side(values)
