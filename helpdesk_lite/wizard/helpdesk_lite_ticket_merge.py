from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class HelpdeskLiteTicketMerge(models.TransientModel):
    """The page that merges: which tickets, which of them stays, and what will happen."""

    _name = 'helpdesk.lite.ticket.merge'
    _description = 'Merge Helpdesk Tickets'

    line_ids = fields.One2many('helpdesk.lite.ticket.merge.line', 'merge_id', 'Tickets')
    ticket_ids = fields.Many2many('helpdesk.lite.ticket', compute='_compute_ticket_ids')
    destination_id = fields.Many2one(
        'helpdesk.lite.ticket', 'Ticket That Stays', ondelete='cascade',
        compute='_compute_destination_id', compute_sudo=False, store=True, readonly=False,
        domain="[('id', 'in', ticket_ids)]",
        help='The others are closed and archived, and everything of theirs goes to this one.')
    share_between_customers = fields.Boolean(
        "Let the customers read each other's messages",
        help='Otherwise messages and files of another customer arrive as internal notes, and the '
             'people outside who follow their ticket stay behind.')
    summary = fields.Text(compute='_compute_summary')
    refusal = fields.Text(compute='_compute_summary')
    customer_warning = fields.Text(compute='_compute_summary')
    privacy_warning = fields.Text(compute='_compute_summary')
    alphabet_warning = fields.Text(compute='_compute_alphabet_warning')

    @api.constrains('destination_id')
    def _check_destination_id(self):
        self.sudo(False).destination_id.check_access('read')  # checks run in superuser mode

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        chosen = self.env['helpdesk.lite.ticket'].browse(
            values.pop('destination_id', None))._filtered_access('read')
        if chosen:
            values['destination_id'] = chosen.id
        if 'line_ids' in fields and 'line_ids' not in values:
            tickets = self._get_selected_tickets()
            destination = chosen or self._get_oldest_open(tickets)
            values['line_ids'] = [
                Command.create({'ticket_id': ticket.id})
                for ticket in self._sort_by_similarity(tickets, destination)]
        return values

    @api.model
    def _sort_by_similarity(self, tickets, destination):
        """The one that stays comes first, then the likest."""
        measured = destination._measure_similarity(tickets)
        return tickets.sorted(
            lambda t: (t != destination, -measured.get(t.id, 0), t.id))

    @api.model
    def _get_selected_tickets(self):
        """The selected tickets, and the one whose similar tickets were listed.

        Tickets that the user may not see are left out: a client may send any id.
        """
        ids = self._get_selected_ids()
        return self.env['helpdesk.lite.ticket'].browse(ids).exists()._filtered_access('read')

    @api.model
    def _get_selected_ids(self):
        context = self.env.context
        if context.get('active_model', 'helpdesk.lite.ticket') != 'helpdesk.lite.ticket':
            return []
        ids = list(context.get('active_ids') or [])
        if similar_to := context.get('helpdesk_lite_similar_to'):
            ids.append(similar_to)
        return list(dict.fromkeys(ids))

    @api.model
    def _get_selection_refusal(self):
        """Refuse a selection of which some tickets are gone or hidden: None where all are there.

        The text doesn't say which of both it is.
        """
        if set(self._get_selected_ids()) <= set(self._get_selected_tickets().ids):
            return None
        return self.env._(
            'Some of the selected tickets are gone, or you may not see them any more: close this '
            'page and select again.')

    @api.model
    def _get_oldest_open(self, tickets):
        """The oldest open ticket, or the oldest one where all are closed."""
        return tickets.sorted(
            lambda t: (not t.active, t.is_closed, t.create_date, t.id))[:1]

    @api.depends('line_ids')
    def _compute_destination_id(self):
        """Let the oldest open ticket stay, unless another one of the page was chosen."""
        for merge in self:
            tickets = merge.line_ids.readable_ticket_id
            if merge.destination_id not in tickets:
                merge.destination_id = self._get_oldest_open(tickets)

    @api.onchange('line_ids')
    def _onchange_line_ids(self):
        self.line_ids -= self.line_ids.filtered(lambda line: not line.readable_ticket_id)

    @api.onchange('destination_id')
    def _onchange_destination_id(self):
        self.destination_id = self.destination_id._filtered_access('read')

    @api.depends('line_ids.ticket_id', 'destination_id')
    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_ticket_ids(self):
        for merge in self:
            destination = merge.destination_id._origin._filtered_access('read')
            merge.ticket_ids = merge.line_ids.readable_ticket_id | destination

    def _compute_alphabet_warning(self):
        known = self.env['helpdesk.lite.ticket']._database_knows_letters()
        self.alphabet_warning = False if known else self.env._(
            'The database has the character type "C", under which only unaccented Latin letters '
            'count: the similarity of Korean and other texts is too low. Ask the administrator of '
            'the database to recreate it with the character type C.UTF-8.')

    # ------------------------------------------------------------------
    # What will happen
    # ------------------------------------------------------------------

    @api.depends('ticket_ids', 'destination_id', 'share_between_customers')
    def _compute_summary(self):
        for merge in self:
            destination = merge.destination_id._origin & merge.ticket_ids._origin
            sources = merge.ticket_ids._origin - destination
            merge.refusal = (
                self._get_selection_refusal() or sources._get_merge_refusal(destination))
            merge.summary = merge.customer_warning = merge.privacy_warning = False
            if not merge.refusal:
                merge.summary = merge._get_summary(sources, destination)
                merge.customer_warning = merge._get_customer_warning(sources, destination)
                merge.privacy_warning = merge._get_privacy_warning(sources, destination)

    def _get_summary(self, sources, destination):
        counts = sources._count_for_merge()
        told = len(sources._filter_to_tell_of_merge())
        return self.env._(
            '%(tickets)s, %(messages)s, %(files)s go to %(destination)s; %(customers)s will be '
            'told. The others are closed and archived; none changes its stage. '
            'It can be undone: open a merged ticket and use Unmerge.',
            tickets=self._count(len(sources), self.env._('1 ticket'), self.env._('%s tickets')),
            messages=self._count(
                sum(count[0] for count in counts.values()),
                self.env._('1 message'), self.env._('%s messages')),
            files=self._count(
                sum(count[1] for count in counts.values()),
                self.env._('1 file'), self.env._('%s files')),
            customers=self._count(told, self.env._('1 customer'), self.env._('%s customers')),
            destination=destination.ticket_ref)

    @api.model
    def _count(self, number, one, many):
        return one if number == 1 else many.replace('%s', str(number))

    def _get_customer_warning(self, sources, destination):
        others = sources._filter_other_customers(destination)
        if not others:
            return False
        names = ', '.join(others[:10].mapped('ticket_ref'))
        if self.share_between_customers:
            return self.env._(
                'The customers differ (%s). They will read what the others and your team wrote to '
                'them, and get the files.', names)
        return self.env._(
            'The customers differ (%s). Messages and files of another customer arrive as internal '
            'notes, and people outside who follow their ticket stay behind: neither reads the '
            "other's. Answers that they send arrive as internal notes, too.", names)

    def _get_privacy_warning(self, sources, destination):
        visibility = destination.sudo().team_id.privacy_visibility
        # sudo above: helpdesk.lite.team - the visibility of the ticket's own team
        if leaving := sources._filter_leaving_privacy(destination):
            return self.env._(
                'Out of a private team: everybody who sees %(destination)s will read what is in '
                '%(tickets)s.', destination=destination.ticket_ref,
                tickets=', '.join(leaving[:10].mapped('ticket_ref')))
        if visibility == 'invited_internal' and sources.sudo().team_id - destination.sudo().team_id:
            return self.env._(
                'Into a private team: colleagues who follow the others but are not invited to it '
                'stay behind.')
        return False

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_merge(self):
        """Merge, and open the ticket that stays.

        :raise UserError: where the tickets can't be merged: with nothing changed
        """
        self.ensure_one()
        tickets = self.line_ids.ticket_id
        if not self.destination_id:
            raise UserError(self.env._('Choose the ticket that stays.'))
        if refusal := self._get_selection_refusal():
            raise UserError(refusal)
        tickets._merge_into(self.destination_id, share=self.share_between_customers)
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'helpdesk.lite.ticket',
            'res_id': self.destination_id.id,
            'views': [(False, 'form')],
            'target': 'current',
        }
