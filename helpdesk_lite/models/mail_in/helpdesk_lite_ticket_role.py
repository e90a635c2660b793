from odoo import models
from odoo.tools.mail import email_split


class HelpdeskLiteTicket(models.Model):
    """Tell who the writer of a mail is for a ticket."""

    _inherit = 'helpdesk.lite.ticket'

    def _get_role(self, mail, by_id):
        """Return who the writer of a mail is for this ticket: the first of these that fits.

        ==================  ====================================================================
        ``customer``        the ticket's own customer, employee or agent or not
        ``agent``           somebody with a right for Helpdesk, proven, who sees the ticket
        ``unproven``        the address of one, without a proof
        ``correspondent``   Cc, a follower outside; by message id any contact of the customer's
                            company, too
        ``colleague``       a follower inside without a right for Helpdesk
        ``stranger``        everybody else, and by reference whom their own mail server disowns
        ==================  ====================================================================

        :param IncomingMail mail: the mail, with its sender and what is proven
        :param bool by_id: whether the mail was found by a message id; else by a reference alone,
            which anybody can guess
        """
        self.ensure_one()
        ticket = self.sudo()  # sudo: helpdesk.lite.ticket - the gateway asks who wrote
        address = mail.sender[1]
        proven = ticket._is_proven(mail)
        if not address or (mail.refused and not by_id and not proven):
            return 'stranger'
        # what was merged in belongs to whom the ticket that stays belongs to, too
        family = ticket | ticket._get_merge_target()
        if any(member._is_customers_address(address, by_id) for member in family):
            return 'customer'
        if proven or self._is_agents(address):
            return 'agent' if proven else 'stranger' if mail.refused else 'unproven'
        return family._get_role_outside(address, by_id)

    def _is_proven(self, mail):
        """Whether an agent's proof is good for this ticket, and they still see it.

        What they were mailed proves them for that ticket, and for the one that it was merged into.
        """
        self.ensure_one()
        # sudo: res.users - the agent whom `_prove_agent` found
        agent = self.env['res.users'].sudo().browse(mail.proven_user_id or None)
        if not agent:
            return False
        if mail.proven_ticket_id not in (False, self.id):
            named = self.browse(mail.proven_ticket_id).exists()
            if not named or named._get_merge_target() != self:
                return False
        return self.with_user(agent).with_context(
            allowed_company_ids=agent.company_ids.ids).has_access('read')

    def _is_customers_address(self, address, by_id):
        """Whether an address is the customer's, and not one that they took for themselves.

        By message id it is in any case: whoever answers was written to.
        """
        customer = self.partner_id
        if address not in (self.email_normalized, customer.email_normalized):
            return False
        return by_id or address != customer.email_normalized or customer._is_email_believed()

    def _get_role_outside(self, address, by_id):
        """Return the role of an address that is neither the customer's nor an agent's.

        :param bool by_id: see `_get_role`
        """
        if address in self._get_cc_addresses():
            return 'correspondent'
        followers = self.message_partner_ids.filtered(
            lambda partner: partner.email_normalized == address
            and (by_id or partner._is_email_believed()))
        # sudo: res.users - whether a follower is or was a colleague
        users = followers.with_context(active_test=False).user_ids
        if followers and not users.filtered(lambda user: not user.share):
            return 'correspondent'
        if followers:
            return 'colleague'
        if by_id and any(ticket._is_of_customers_company(address) for ticket in self):
            return 'correspondent'
        return 'stranger'

    def _get_cc_addresses(self):
        """Return the normalised addresses in Cc of these tickets, as a set."""
        return {self._normalize(address) for ticket in self
                for address in email_split(ticket.email_cc or '')} - {False}

    def _is_of_customers_company(self, address):
        """Whether an address is that of a contact of the customer's company."""
        company = self.partner_id.commercial_partner_id
        if not company.is_company:
            return False
        # sudo: res.partner - only whether there is one
        contacts = self.env['res.partner'].sudo().search(
            [('commercial_partner_id', '=', company.id), ('email_normalized', '=', address)])
        return any(contact._is_email_believed() for contact in contacts)
