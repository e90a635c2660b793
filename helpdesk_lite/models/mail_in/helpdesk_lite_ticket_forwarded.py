from odoo import api, models

from ...tools.forwarded import find_senders, find_senders_of_file


class HelpdeskLiteTicket(models.Model):
    """Offer the sender of a mail that an agent forwards to the desk as the customer."""

    _inherit = 'helpdesk.lite.ticket'

    @api.model
    def _get_forwarded_customer(self, mail, msg_dict):
        """Return whose mail an agent forwards: ``(name, address)``, or None.

        It is offered and never taken: an address in a text is a claim. The agent is not the
        customer of such a ticket, and gets no acknowledgement.

        :param mail: ``IncomingMail``
        :param dict msg_dict: the mail as Odoo parsed it
        """
        if mail.machine or not self._is_agents(mail.sender[1]):
            return None
        found = find_senders(msg_dict.get('body'), msg_dict.get('subject'))
        if not found:
            found = self._find_senders_of_files(msg_dict.get('attachments') or ())
        known = self._find_inside([address for _name, address in found])
        return next((pair for pair in found if pair[1] not in known), None)

    @api.model
    def _find_senders_of_files(self, files):
        """Return the senders of mails that are attached: a mail that is forwarded as a file."""
        for file in files:
            if str(file[0]).lower().endswith('.eml') and file[1]:
                return find_senders_of_file(file[1])
        return []

    @api.model
    def _find_inside(self, addresses):
        """Return those of the addresses that are the desk's own, or an employee's."""
        if not addresses:
            return set()
        # sudo: res.users - only whose addresses these are
        users = self.env['res.users'].sudo().search(
            [('share', '=', False), ('partner_id.email_normalized', 'in', addresses)])
        return self._find_own_addresses(addresses) | set(users.mapped('email_normalized'))
