from collections import namedtuple

from odoo import api, fields, models
from odoo.tools import SQL

# A contact outside that an open ticket loses, as its customer or as a follower
Loss = namedtuple('Loss', 'ticket_id partner_id name address is_customer')


class HelpdeskLiteTicket(models.Model):
    """Repair open tickets whose customer or Cc loses their contact.

    Odoo writes to no archived contact, and forgets a deleted one: without a word.
    """

    _inherit = 'helpdesk.lite.ticket'

    is_customer_archived = fields.Boolean(
        compute='_compute_is_customer_archived', export_string_translation=False)

    @api.depends('partner_id.active')
    def _compute_is_customer_archived(self):
        for ticket in self:
            customer = ticket.partner_id.sudo()  # sudo: res.partner - the ticket's own customer
            ticket.is_customer_archived = bool(customer) and not customer.active

    @api.model
    def _get_losses(self, partners):
        """What open tickets lose where contacts are archived or deleted: a list of `Loss`."""
        self.flush_model(['partner_id', 'is_closed', 'active'])
        self.env['res.partner'].flush_model(['name', 'email_normalized', 'partner_share'])
        self.env['mail.followers'].flush_model(['res_model', 'res_id', 'partner_id'])
        rows = self.env.execute_query(SQL(
            """SELECT ticket.id, partner.id, coalesce(partner.name, partner.email_normalized, ''),
                      partner.email_normalized, ticket.partner_id IS NOT DISTINCT FROM partner.id
                 FROM (SELECT id AS ticket_id, partner_id FROM helpdesk_lite_ticket
                        WHERE partner_id = ANY(%(partners)s)
                        UNION
                       SELECT follower.res_id, follower.partner_id
                         FROM mail_followers follower
                         JOIN res_partner outside ON outside.id = follower.partner_id
                          AND outside.partner_share IS TRUE
                        WHERE follower.partner_id = ANY(%(partners)s)
                          AND follower.res_model = %(model)s) tie
                 JOIN res_partner partner ON partner.id = tie.partner_id
                 JOIN helpdesk_lite_ticket ticket ON ticket.id = tie.ticket_id
                  AND ticket.active IS TRUE AND ticket.is_closed IS NOT TRUE
                ORDER BY ticket.id, partner.id""", partners=partners.ids, model=self._name))
        return [Loss(*row) for row in rows]

    @api.model
    def _make_up_for(self, losses):
        """Let other contacts with the same addresses stand in for lost ones, or say who is lost.

        :param losses: see `_get_losses`, which is asked before the contacts are lost
        """
        # sudo: helpdesk.lite.ticket - who archives or deletes a contact needn't see its tickets
        Ticket = self.with_env(self.env(su=True, context={
            name: value for name, value in self.env.context.items() if name in ('lang', 'tz')}))
        tickets = Ticket.browse(dict.fromkeys(loss.ticket_id for loss in losses))
        substitutes = {
            company: Ticket._find_customers(
                list({loss.address for loss in losses if loss.address}), company)
            for company in tickets.company_id}
        taken, gone = {}, []
        for loss in losses:
            ticket = Ticket.browse(loss.ticket_id)
            other = substitutes[ticket.company_id].get(loss.address)
            if other and other.id != loss.partner_id:
                taken.setdefault((other, loss.is_customer), []).append(loss.ticket_id)
            else:
                gone.append(loss)
        for (other, is_customer), ids in taken.items():
            Ticket.browse(ids)._take_instead(other, is_customer)
        Ticket._log_gone(gone)

    def _take_instead(self, partner, is_customer):
        """Make a contact the customer, or a follower, instead of a lost one."""
        if is_customer:
            self.write({'partner_id': partner.id})
        else:
            self._insert_followers_of(
                SQL('SELECT ticket.id, %s FROM unnest(%s) AS ticket(id)', partner.id, self.ids),
                *reversed(self._get_default_subtype_ids()))

    @api.model
    def _log_gone(self, losses):
        """Say in the logs of tickets who is written to no more."""
        names, without = {}, set()
        for loss in losses:
            names.setdefault(loss.ticket_id, []).append(loss.name)
            if loss.is_customer:
                without.add(loss.ticket_id)
        tickets = self.browse(names)
        author_id = self.env['ir.model.data']._xmlid_to_res_id('base.partner_root')
        for team, group in tickets.grouped('team_id').items():
            log = team._in_company_language().env
            customer = log._('This ticket has no customer any more. Choose one, or nobody outside '
                             'reads what is written here.')
            group._message_log_batch(author_id=author_id, bodies={
                ticket.id: ' '.join(filter(None, [
                    log._('Written to no more, since the contact was archived or deleted: %s.',
                          ', '.join(names[ticket.id])),
                    customer if ticket.id in without else '']))
                for ticket in group})

    # ------------------------------------------------------------------
    # Merging of contacts
    # ------------------------------------------------------------------

    @api.model
    def _get_followed(self, partners):
        """What contacts follow: ``(ids of tickets, ids of teams)``."""
        self.env['mail.followers'].flush_model(['res_model', 'res_id', 'partner_id'])
        rows = self.env.execute_query(SQL(
            """SELECT DISTINCT res_model, res_id FROM mail_followers
                WHERE res_model IN (%s, 'helpdesk.lite.team') AND partner_id = ANY(%s)""",
            self._name, partners.ids))
        return ([res_id for model, res_id in rows if model == self._name],
                [res_id for model, res_id in rows if model != self._name])

    @api.model
    def _follow_after_merge(self, partner, ticket_ids, team_ids):
        """Let a contact follow what those that were merged into it followed.

        Odoo deletes all their rows as soon as one of them is there twice.
        """
        self.invalidate_model(['partner_id', 'commercial_partner_id'])
        # sudo: helpdesk.lite.team - whoever merges contacts needn't see what they follow
        teams = self.env['helpdesk.lite.team'].sudo().browse(team_ids).exists()
        if left := teams.filtered(lambda team: partner not in team.message_partner_ids):
            left.message_subscribe(partner.ids)
        # sudo: helpdesk.lite.ticket - as above
        tickets = self.sudo().with_context(active_test=False).browse(ticket_ids).exists()
        if tickets:
            tickets._take_instead(partner, is_customer=False)
        own = tickets.search([('partner_id', '=', partner.id)])
        self.env.add_to_compute(self._fields['commercial_partner_id'], own)
        self.env.add_to_compute(self._fields['search_index'], own)
