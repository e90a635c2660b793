from odoo import api, models
from odoo.tools import email_normalize
from odoo.tools.mail import email_split_tuples

from ...tools.authentication_results import read_results
from ...tools.mail_headers import get_header, get_headers
from ...tools.mail_machine import is_silent, why_machine
from ...tools.mail_sender import find_sender

PROOF_HEADERS = ('In-Reply-To', 'References', 'X-Microsoft-Original-Message-ID')
TAG_HEADERS = ('To', 'Cc', 'Delivered-To', 'X-Original-To', 'Envelope-To')


class MailThread(models.AbstractModel):
    """Who wrote a mail: an address is a claim."""

    _inherit = 'mail.thread'

    @api.model
    def _read_sender(self, message, mail, own_addresses, listed):
        """Fill in who wrote a mail, whether a machine did, and whether it may be acknowledged.

        :param IncomingMail mail: what is known of it; changed in place
        :param own_addresses: the normalised addresses of the addressed teams
        :param listed: normalised addresses of their contact forms
        """
        claimed = mail.author or ('', '')
        person, rewritten = find_sender(
            message, claimed, self._read_address_header(message, 'X-Original-From'),
            mail.reply_to, own_addresses, listed)
        Ticket = self.env['helpdesk.lite.ticket']
        if person and not Ticket._is_agents(person[1]) and not Ticket._find_own_addresses(
                [person[1]]):
            mail.sender, mail.via = person, claimed[1]
        else:
            mail.sender, mail.via = claimed, claimed[1] if rewritten else ''
        address = mail.sender[1]
        mail.machine = why_machine(message, address)
        if mail.machine and self.env['helpdesk.lite.mail.sender']._is_known_person(address):
            mail.machine = ''
        mail.silent = is_silent(message, address, own_addresses)

    @api.model
    def _prove_agent(self, message, mail):
        """Fill in which agent a mail is proven to be from, if it is from one.

        An agent is proven by what was mailed to them alone, or by the own mail server, where the
        system parameter ``helpdesk_lite.authserv_id`` names it.

        :param IncomingMail mail: what is known of it; changed in place
        """
        address = mail.sender[1]
        authentication = self._read_authentication(message)
        if not address or mail.via or authentication == 'fail':
            mail.refused = authentication == 'fail'
            return
        text = ' '.join(value for name in (*PROOF_HEADERS, *TAG_HEADERS)
                        for value in get_headers(message, name))
        for ticket_id, message_id, user_id in reversed(self.env['mail.mail']._read_proof(text)):
            agents = self._find_agents_of(address)
            if user_id in agents.ids:
                mail.proven_user_id, mail.proven_message_id = user_id, message_id
                mail.proven_ticket_id = ticket_id
                return
        if authentication == 'pass':
            mail.proven_user_id = self._find_agents_of(address)[:1].id

    @api.model
    def _find_agents_of(self, address):
        """The active users with a right for Helpdesk who have a normalised address."""
        return self.env['helpdesk.lite.ticket']._get_agents_by_address(address)

    @api.model
    def _read_authentication(self, message):
        """What the own mail server says of a sender's domain: 'pass', 'fail' or ''.

        Only the topmost ``Authentication-Results`` counts: the sender may have written others.
        """
        # sudo: ir.config_parameter - the name of the own mail server
        server = (self.env['ir.config_parameter'].sudo().get_param(
            'helpdesk_lite.authserv_id') or '').strip().lower()
        if not server:
            return ''
        name, results = read_results(get_header(message, 'Authentication-Results'))
        result, policy = results.get('dmarc', ('', ''))
        if name != server or result == 'pass':
            return 'pass' if name == server else ''
        strict = result == 'fail' and policy in ('reject', 'quarantine')
        return 'fail' if strict and results.get('arc', ('', ''))[0] != 'pass' else ''

    @api.model
    def _read_address_header(self, message, name):
        """The addresses of a header: ``[(name, normalised address)]``."""
        return [(label, email_normalize(address) or '')
                for label, address in email_split_tuples(get_header(message, name))]


class HelpdeskLiteTicket(models.Model):
    _inherit = 'helpdesk.lite.ticket'

    def _get_role(self, mail, by_id):
        """Who the writer of a mail is for this ticket.

        :param IncomingMail mail: the mail, with its sender
        :param bool by_id: whether the mail was found by a message id: then whoever is of the
            customer's company is a correspondent, too
        :return: 'customer', 'agent', 'unproven', 'colleague', 'correspondent' or 'stranger';
            see ``tools.mail_verdict.decide``
        """
        self.ensure_one()
        address = mail.sender[1]
        if not address or (mail.refused and not by_id):
            return 'stranger'
        if address in (self.email_normalized, self.partner_id.email_normalized):
            return 'customer'
        if inside := self._get_role_inside(mail, address):
            return inside
        if self._has_correspondent(address) or (
                by_id and self._is_of_customers_company(address)):
            return 'correspondent'
        return 'stranger'

    def _get_role_inside(self, mail, address):
        """The role of an internal user's address, or None where it is nobody's."""
        # sudo: res.users - the gateway asks who wrote
        users = self.env['res.users'].sudo().search(
            [('partner_id.email_normalized', '=', address), ('share', '=', False)])
        if not users:
            return None
        if agents := users & self._get_agents_by_address(address):
            proven = agents.filtered(lambda user: user.id == mail.proven_user_id)
            seen = proven and self.with_user(proven).sudo(False).has_access('read')
            return 'agent' if seen else 'unproven'
        return 'colleague' if users.partner_id & self.message_partner_ids else None

    def _is_of_customers_company(self, address):
        """Whether an address is that of a contact of the customer's company."""
        company = self.partner_id.commercial_partner_id
        if not company or (company == self.partner_id and not company.is_company):
            return False
        # sudo: res.partner - only whether there is one
        return bool(self.env['res.partner'].sudo().search_count([
            ('commercial_partner_id', '=', company.id), ('email_normalized', '=', address)],
            limit=1))
