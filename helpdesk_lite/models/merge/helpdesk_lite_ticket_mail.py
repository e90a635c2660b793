import logging

from odoo import api, fields, models

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
        """Of these merged tickets one per customer who is told which ticket goes on.

        The oldest one; none of teams that have it switched off, and none without an address.
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
        """Tell each customer once, from the address of their ticket's team, in their language."""
        template = self.env.ref(
            'helpdesk_lite.mail_template_ticket_merged', raise_if_not_found=False)
        if not template:
            return
        tickets = self._filter_to_tell_of_merge()
        for ticket in tickets._as_superuser().with_context(  # whoever merges
                mail_notify_force_send=len(tickets) <= SEND_AT_ONCE,
                mail_post_autofollow=False,  # who left the ticket is told, and no more
                helpdesk_lite_merged_ids=self.ids):
            try:
                with self.env.cr.savepoint():
                    ticket._mail_customer(template)
            except Exception as error:  # noqa: BLE001 - a broken template must not cost the merge
                _logger.warning('The notice of the merge of %s failed: %s', ticket.id, error)
                ticket._message_log(body=self.env._(
                    'The customer could not be told of the merge: %s', str(error) or repr(error)))

    @api.model
    def mail_allowed_qweb_expressions(self):
        """With the notice's own values its template is one that an administrator may edit."""
        return (*super().mail_allowed_qweb_expressions(),
                'object.merged_refs', 'object.merged_into_id.ticket_ref')

    @api.depends_context('helpdesk_lite_merged_ids')
    def _compute_merged_refs(self):
        """References of the customer's tickets that were merged at once, for the notice."""
        merged = self.browse(self.env.context.get('helpdesk_lite_merged_ids'))
        for ticket in self:
            own = merged.filtered(lambda t, ticket=ticket: t._is_same_customer(ticket))
            ticket.merged_refs = ', '.join((own or ticket).mapped('ticket_ref'))

    # ------------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------------

    def _has_correspondent(self, address):
        """Whoever has to do with the ticket that stays has to do with those merged into it."""
        if super()._has_correspondent(address):
            return True
        if self.env.context.get('helpdesk_lite_own_correspondents'):
            return False
        return bool(self.merged_into_id) and self._get_merge_target()._has_correspondent(address)

    def _is_kept_apart(self, address=None):
        """Whether this ticket was merged into another customer's, who mustn't read it.

        :param address: of a ticket that stays: whether it belongs to one of those instead, as a
            normalised address
        """
        self.ensure_one()
        # sudo: helpdesk.lite.ticket.merge.log - to protect, not to show
        Log = self.env['helpdesk.lite.ticket.merge.log'].sudo()
        if address is None:
            return bool(Log.search_count(
                [('ticket_id', 'in', self._get_merge_path().ids), ('kept_apart', '=', True)],
                limit=1))
        # sudo: helpdesk.lite.ticket - ids only, to look up what keeps customers apart
        merged = self.sudo()._get_all_merged()
        apart = Log.search(
            [('ticket_id', 'in', merged.ids), ('kept_apart', '=', True)]).ticket_id
        if not apart or self.sudo()._has_correspondent(address):
            return False
        apart |= apart._get_all_merged()
        return any(
            ticket._has_correspondent(address)
            for ticket in apart.with_context(helpdesk_lite_own_correspondents=True))

    def _get_merge_path(self):
        """This ticket and those that it was merged into, less the last one."""
        path, ticket = self.browse(), self.sudo()  # sudo: helpdesk.lite.ticket - ids only
        while ticket.merged_into_id and ticket not in path:
            path |= ticket
            ticket = ticket.merged_into_id
        return path

    def _get_all_merged(self):
        """All tickets that were merged into this one, also through others."""
        tickets = self.with_context(active_test=False)
        merged = level = tickets.merged_ticket_ids
        while level:
            level = level.merged_ticket_ids - merged
            merged |= level
        return merged

    def message_update(self, msg_dict, update_vals=None):
        """Keep the mail of a customer who was merged into another one's ticket from that one.

        It becomes an internal note, and whom it was sent to no followers.
        """
        if len(self) == 1 and self.merged_ticket_ids and not msg_dict.get('is_internal'):
            address = self._normalize(msg_dict.get('email_from'))
            if address and self._is_kept_apart(address):
                msg_dict['is_internal'] = True
        if self.merged_ticket_ids and msg_dict.get('is_internal'):
            msg_dict = {**msg_dict, 'cc': ''}
        return super().message_update(msg_dict, update_vals=update_vals)

    def _find_place(self, values):
        """Send a customer's answer to a merged ticket to the one that stays, as mails do.

        A page may be open since before the merge.
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
        if not values['partner_ids']:
            ticket._schedule_for_administrators(
                self.env._('Answer of a customer whose ticket was merged into this one'))

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

    def _get_message_vals(self, message, msg_values):
        """A customer whose mail is an internal note waits for an answer like any other."""
        vals = super()._get_message_vals(message, msg_values)
        if vals and self._is_apart_answer(msg_values):
            vals['customer_has_answered'] = True
        return vals
