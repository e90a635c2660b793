from markupsafe import Markup
from psycopg2 import errors

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

# What tells when and how a ticket was closed
CLOSING_COLUMNS = (
    'is_closed', 'close_date', 'closed_by_partner', 'close_hours', 'reopen_stage_id')
# What merging changes on a ticket that is merged away, and an unmerge restores
CHANGED_COLUMNS = (
    *CLOSING_COLUMNS, 'active', 'reopen_count', 'assign_hours', 'last_activity_date')
LOCK_TIMEOUT = '5s'  # how long somebody waits for another merge of the same tickets
MAX_TICKETS = 500


class HelpdeskLiteTicket(models.Model):
    """Merging duplicates into one ticket, and taking them apart again.

    This file decides who may merge what, and does it in one transaction. The merge log
    (``helpdesk.lite.ticket.merge.log``) moves what belongs to the tickets, and remembers it.
    """

    _inherit = 'helpdesk.lite.ticket'

    @api.constrains('merged_into_id')
    def _check_merged_into_id(self):
        if self._has_cycle('merged_into_id'):
            raise ValidationError(self.env._("A ticket can't be merged into itself."))
        # sudo: helpdesk.lite.ticket - the companies only
        for ticket in self.sudo().filtered('merged_into_id'):
            if ticket.company_id != ticket.merged_into_id.company_id:
                raise ValidationError(self.env._(
                    "Tickets of different companies can't be merged."))

    @api.depends_context('uid')
    def _compute_display_name(self):  # pylint: disable=missing-return
        """Show no more than the reference of a ticket that the agent may not read.

        Odoo gives out the name of a linked record in superuser mode to whoever reads the link. So
        it does for the ticket that this one was merged into, for wizards and for access errors.
        """
        super()._compute_display_name()
        for ticket in self._filter_hidden_from_agent():
            ticket.display_name = ticket.ticket_ref

    def _filter_hidden_from_agent(self):
        """The tickets that may not be read by the agent for whom superuser mode works."""
        user = self.env.user
        if not self.env.su or user._is_superuser() or not user.has_group(
                'helpdesk_lite.group_helpdesk_lite_user'):
            return self.browse()
        tickets, company_ids = self._origin.sudo(False), user._get_company_ids()
        # asked in superuser mode, which may work for a company that the agent doesn't have
        if {*self.env.companies.ids} != {*company_ids}:
            tickets = tickets.with_context(allowed_company_ids=list(company_ids))
        readable = set(tickets._filtered_access('read').ids)
        return self.filtered(lambda ticket: ticket._origin and ticket._origin.id not in readable)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_destination(self):
        """Keep a ticket that others were merged into: their messages would be deleted with it."""
        # sudo: helpdesk.lite.ticket - existence only
        merged = self.sudo().merged_ticket_ids - self.sudo()
        if merged:
            raise UserError(self.env._(
                'Other tickets were merged into %(ticket)s. Their messages would be deleted with '
                'it: archive it instead, or unmerge %(merged)s first.',
                ticket=merged.merged_into_id[:1].ticket_ref,
                merged=', '.join(merged[:10].mapped('ticket_ref'))))

    def _check_write(self, vals):  # pylint: disable=missing-return
        if vals.get('active') and 'merged_into_id' not in vals:
            # sudo: helpdesk.lite.ticket - the reference of the ticket that it was merged into
            if merged := self.sudo().filtered('merged_into_id')[:1]:
                raise UserError(self.env._(
                    '%(ticket)s was merged into %(destination)s. To work on it again, use '
                    'Unmerge: it gets its messages and files back.',
                    ticket=merged.ticket_ref, destination=merged.merged_into_id.ticket_ref))
        super()._check_write(vals)

    # ------------------------------------------------------------------
    # Who may merge what
    # ------------------------------------------------------------------

    def _get_merge_refusal(self, destination):
        """Find out why these tickets can't be merged into `destination`.

        :return: a text for the user that says what to do instead; None where they can
        """
        sources = self - destination
        tickets = sources | destination
        if not destination or not sources:
            return self.env._('Choose at least two different tickets to merge.')
        if len(tickets) > MAX_TICKETS:
            return self.env._('Merge %s tickets at most at a time.', MAX_TICKETS)
        if not tickets.has_access('write'):
            return self.env._(
                'You may not change all of these tickets: ask for access, or take out those that '
                "aren't yours.")
        return tickets._get_merge_conflict(destination)

    def _get_merge_conflict(self, destination):
        """See `_get_merge_refusal`, for tickets that the user may write."""
        # sudo: helpdesk.lite.ticket - tickets that the user may write; names of what is around
        tickets, destination = self.sudo(), destination.sudo()
        if merged := tickets.filtered('merged_into_id')[:1]:
            return self.env._(
                '%(ticket)s was already merged into %(destination)s: take it out of the list.',
                ticket=merged.ticket_ref, destination=merged.merged_into_id.ticket_ref)
        if len(tickets.company_id) > 1:
            return self.env._(
                "Tickets of different companies can't be merged: %s.",
                ', '.join(tickets.company_id.mapped('name')))
        if not destination.active:
            return self.env._(
                '%s is archived: choose another one to stay, or unarchive it first.',
                destination.ticket_ref)
        if (tickets._filter_leaving_privacy(destination)
                and not (self.env.su or self._user_is_manager())):
            return self.env._(
                'Only an administrator of Helpdesk may merge tickets of a private team into one '
                'of a team that more people see.')
        return None

    def _filter_leaving_privacy(self, destination):
        """The tickets that a merge takes out of a private team into one that more people see."""
        if destination._filter_private():
            return self.browse()
        return (self - destination)._filter_private()

    def _filter_other_customers(self, destination):
        """The tickets whose customer is another one than that of `destination`.

        A ticket without a customer is never another customer's. If it is the one that stays, the
        first ticket with a customer decides, since the ticket that stays gets that customer.
        """
        destination = destination.sudo()  # sudo: res.partner - customers of the user's tickets
        others = (self - destination).sorted('id')

        def is_known(ticket):
            own = ticket.sudo()  # sudo: as above
            return own.partner_id or own.email_normalized

        if not is_known(destination):
            # sudo: res.partner - as above
            destination = others.filtered(is_known)[:1].sudo()
        return others.filtered(
            lambda t: is_known(t) and not t.sudo()._is_same_customer(destination))

    def _is_same_customer(self, other):
        """Whether two tickets are one person's: by the contact, or by an address that is theirs.

        One person may have several contacts.
        """
        if (self.email_normalized and self.email_normalized == other.email_normalized
                and all(ticket._is_customers_address(ticket.email_normalized, by_id=False)
                        for ticket in (self, other))):
            return True
        return bool(self.partner_id) and self.partner_id == other.partner_id

    @api.model
    def _get_agents(self):
        """The users who hold a right for Helpdesk."""
        group_id = self.env['ir.model.data']._xmlid_to_res_id(
            'helpdesk_lite.group_helpdesk_lite_user')
        # sudo: res.users - who is an agent, to keep others out
        return self.env['res.users'].sudo().search([
            ('all_group_ids', 'in', group_id), ('share', '=', False)])

    def _lock_for_merge(self):
        """Lock the tickets, in the order of their ids, so that two users at once don't deadlock.

        Whoever comes second waits for the first. Their call then meets a conflict, begins anew,
        and is refused because the tickets are merged.

        :raise UserError: if somebody else takes too long
        """
        self.env.flush_all()
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(SQL('SET LOCAL lock_timeout = %s', LOCK_TIMEOUT))
                self.env.cr.execute(SQL(
                    'SELECT id FROM helpdesk_lite_ticket WHERE id = ANY(%s) ORDER BY id FOR UPDATE',
                    self.ids))
                self.env.cr.execute(SQL('SET LOCAL lock_timeout TO DEFAULT'))
        except errors.LockNotAvailable as error:
            raise UserError(self.env._(
                'Somebody else is merging or changing one of these tickets right now. '
                'Try again in a moment.')) from error
        self.invalidate_recordset(flush=False)

    # ------------------------------------------------------------------
    # Merging
    # ------------------------------------------------------------------

    def _merge_into(self, destination, share=False):
        """Merge these tickets into `destination`; see DESIGN, "Merging duplicates".

        :param destination: the ticket that stays
        :param bool share: let different customers read each other's messages and follow
        :raise UserError: where the tickets can't be merged: with nothing changed
        """
        sources = (self - destination).sorted('id')
        if (sources | destination).has_access('write'):
            (sources | destination)._lock_for_merge()
        if refusal := sources._get_merge_refusal(destination):
            raise UserError(refusal)
        apart = sources.browse() if share else sources._filter_other_customers(destination)
        # sudo: helpdesk.lite.ticket.merge.log - the user may write all of the tickets
        Log = self.env['helpdesk.lite.ticket.merge.log'].sudo()
        before = Log._read_columns(sources, CHANGED_COLUMNS)
        logs = Log.create([{
            'ticket_id': ticket.id, 'destination_id': destination.id,
            'kept_apart': ticket in apart, 'ticket_values': before[ticket.id],
        } for ticket in sources])
        logs._apply_merge()
        sources._close_as_merged(destination)
        destination._recount_answers()
        sources._log_merge(destination)
        sources._tell_customers_of_merge()

    def _close_as_merged(self, destination):
        """Close and archive the tickets. They keep their stage, and nothing is sent."""
        self._mute_stages()
        # sudo: helpdesk.lite.ticket - whoever may write the tickets may merge them
        self.sudo()._as_system(log_in_batch=True).write({
            'merged_into_id': destination.id, 'active': False})

    def _log_merge(self, destination):
        # sudo: mail.message - the log of tickets that the user may write
        self.sudo()._message_log_batch(bodies={
            ticket.id: ticket._in_log_language()._(
                'Merged into %s: messages, files, followers and activities went there.',
                destination._get_html_link(title=destination.ticket_ref))
            for ticket in self})
        log = destination._in_log_language()
        destination.sudo()._message_log(body=Markup('<p>%s</p>%s') % (
            log._('Merged here:'), self.with_env(log).sudo()._get_list_body(self.sudo())))

    def _count_for_merge(self):
        """Count the messages and files that a merge moves: ``{ticket id: (messages, files)}``.

        Tickets that the user may not read are left out.
        """
        tickets = self._filtered_access('read')
        self.env.flush_all()
        return {ticket_id: (messages, files) for ticket_id, messages, files in
                self.env.execute_query(SQL(
                    """SELECT ticket.id,
                              (SELECT count(*) FROM mail_message
                                WHERE model = %(model)s AND res_id = ticket.id),
                              (SELECT count(*) FROM ir_attachment
                                WHERE res_model = %(model)s AND res_id = ticket.id
                                  AND res_field IS NULL)
                         FROM unnest(%(ids)s::integer[]) AS ticket(id)""",
                    model=self._name, ids=tickets.ids))}

    # ------------------------------------------------------------------
    # Undo
    # ------------------------------------------------------------------

    def action_unmerge(self):
        """Take merged tickets out again, with all that they brought, as they were.

        Whatever arrived since the merge remains on the ticket that stays.

        :raise UserError: for tickets that are not merged, or whose messages went on by another
            merge
        :raise AccessError: for whoever may not write a ticket and the one that it was merged into
        """
        # sudo: helpdesk.lite.ticket - only ids: the rights are checked next
        destinations = self.sudo().merged_into_id.sudo(False)
        (self | destinations).check_access('write')
        (self | destinations)._lock_for_merge()
        # of a chain the last one first
        for ticket in self.sorted(lambda ticket: len(ticket._get_merge_path())):
            ticket._unmerge()
        self.env.invalidate_all()
        return True

    def _unmerge(self):
        destination = self.merged_into_id
        if not destination:
            raise UserError(self.env._("%s isn't merged into another ticket.", self.ticket_ref))
        if destination.merged_into_id:
            raise UserError(self.env._(
                '%(ticket)s was merged into %(destination)s, which was merged itself: unmerge '
                '%(destination)s first.',
                ticket=self.ticket_ref, destination=destination.ticket_ref))
        self.env.flush_all()
        # sudo: helpdesk.lite.ticket.merge.log - the user may write both tickets
        log = self.env['helpdesk.lite.ticket.merge.log'].sudo().search(
            [('ticket_id', '=', self.id)])
        self._reopen_as_before(log.ticket_values or {})
        if log:
            log._revert_merge()
        # sudo: helpdesk.lite.ticket - as in `_reopen_as_before`
        (self | destination).sudo()._after_unmerge()
        for ticket, other in ((self, destination), (destination, self)):
            # sudo: helpdesk.lite.ticket - the log of both, also where only the merge let see one
            ticket.sudo()._message_log(body=ticket._in_log_language()._(
                'No longer merged with %s: each has its own messages and files again.',
                other.sudo()._get_html_link(title=other.sudo().ticket_ref)))

    def _after_unmerge(self):
        """Hook: do what follows once both tickets have what is theirs again."""
        self._note_closings()
        self._recount_answers()

    def _reopen_as_before(self, values):
        """Give the ticket back the values that merging changed.

        The stage decides whether the ticket is closed: it may have been folded since.
        """
        self._mute_stages()
        # sudo: helpdesk.lite.ticket - whoever may write the tickets may unmerge them
        ticket = self.sudo()._as_system()
        ticket.write({'merged_into_id': False, 'active': values.get('active') is not False})
        if 'is_closed' in values and ticket.is_closed != bool(values['is_closed']):
            values = {k: v for k, v in values.items() if k not in CLOSING_COLUMNS}
            if ticket.is_closed:
                values['close_date'] = fields.Datetime.to_string(ticket.date_last_stage_update)
        elif values:
            stage = ticket.reopen_stage_id.browse(values['reopen_stage_id'])
            values = {**values, 'reopen_stage_id': stage.exists().id or None}
        # sudo: helpdesk.lite.ticket.merge.log - as in `_unmerge`
        self.env['helpdesk.lite.ticket.merge.log'].sudo()._write_columns(ticket, values)

    # ------------------------------------------------------------------
    # Chains
    # ------------------------------------------------------------------

    def _get_merge_target(self):
        """The tickets that these go on as: itself for a ticket that isn't merged.

        It follows any chain of merges in superuser mode. Whoever uses it checks who may see it.
        """
        tickets = self.sudo()  # sudo: helpdesk.lite.ticket - see the docstring
        while merged := tickets.filtered('merged_into_id'):
            tickets = (tickets - merged) | merged.merged_into_id
        return tickets

    def _compute_duration_tracking(self):
        """Leave the moves of merged tickets out of a ticket's time in its stages."""
        result = super()._compute_duration_tracking()
        field_id = self.env['ir.model.fields']._get_ids(self._name).get(self._track_duration_field)
        rows = self.env.execute_query_dict(SQL(
            """SELECT message.res_id, value.create_date, value.old_value_integer
                 FROM (SELECT DISTINCT destination_id AS id FROM helpdesk_lite_ticket_merge_log
                        WHERE destination_id = ANY(%s)) ticket
                 JOIN mail_message message ON message.model = %s AND message.res_id = ticket.id
                 LEFT JOIN mail_tracking_value value ON value.mail_message_id = message.id
                                                    AND value.field_id = %s
                  AND NOT EXISTS (
                      SELECT 1 FROM helpdesk_lite_ticket_merge_log log
                       WHERE log.destination_id = ticket.id
                         AND log.records -> 'mail.message' @> to_jsonb(message.id))
                ORDER BY value.id""", self.ids, self._name, field_id))
        for ticket in self.filtered(lambda t: t.id in {row['res_id'] for row in rows}):
            ticket.duration_tracking = ticket._get_duration_from_tracking([
                row for row in rows if row['res_id'] == ticket.id and row['create_date']])
        return result
