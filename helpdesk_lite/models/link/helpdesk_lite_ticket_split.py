import re

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.mail import email_split_tuples

from ...tools.plain_context import in_plain_context

# An image of a text, as Odoo stores those that came with a mail
IMAGE = re.compile(r'/web/image/(\d{1,18})(?:\?access_token=[\w-]{0,64})?')


class HelpdeskLiteTicket(models.Model):
    """Make a new ticket of one message, where a customer writes of a second matter."""

    _inherit = 'helpdesk.lite.ticket'

    def action_split(self, message_id):
        """Make a ticket of a message, with its text, its files and its author as the customer.

        Both tickets are linked. No stage's mail goes out: the customer wrote a while ago, and an
        acknowledgement of a ticket that they never opened would only confuse them.

        :param int message_id: a message that somebody wrote on this ticket
        :return: an action that opens the new ticket
        :raise AccessError: for whoever may not read the message, or make tickets in the team
        :raise UserError: for a message of another ticket, or of the system
        """
        self.ensure_one()
        self.check_access('write')
        message = self.env['mail.message'].browse(
            message_id if type(message_id) is int else None).exists()
        message.check_access('read')
        self._check_may_split(message)
        ticket = in_plain_context(self.browse()).create(self._get_split_vals(message))
        ticket._mute_stages()
        ticket._take_split_text(message)
        self._link_to(ticket, 'related')
        return {
            'type': 'ir.actions.act_window', 'res_model': self._name, 'res_id': ticket.id,
            'views': [(False, 'form')], 'name': ticket.ticket_ref}

    def _check_may_split(self, message):
        # sudo: mail.tracking.value - only whether the message is a log of changes
        if (not message or message.model != self._name or message.res_id != self.id
                or message.message_type not in ('comment', 'email')
                or message.sudo().tracking_value_ids):
            raise UserError(self.env._(
                'A new ticket can be made only of what somebody wrote on this one.'))

    def _get_split_vals(self, message):
        """Return the values of the ticket that a message becomes."""
        subject = (message.subject or '').strip()
        own = subject and subject.lower() not in (
            self.name.lower(), self._add_reference(self.name).lower(), f're: {self.name}'.lower())
        return {
            'name': subject if own else self.env._(
                '%(subject)s (from %(ticket)s)', subject=self.name, ticket=self.ticket_ref),
            'team_id': self.team_id.id, 'partner_id': self._find_split_customer(message).id}

    def _find_split_customer(self, message):
        """Return whose message it is, if they are from outside; made if need be."""
        author, address = message.author_id, self._normalize(message.email_from)
        if not self._is_from_outside(author.id, message.email_from) or self._find_own_addresses(
                [address] if address else []):
            return self.env['res.partner']
        if author or not address:
            return author
        name = next((name for name, _address in email_split_tuples(message.email_from)), None)
        # sudo: res.company - that of the ticket which is split
        return self._find_or_make_customers(
            {address: (name, None)}, self.sudo().company_id).get(address, author)

    def _take_split_text(self, message):
        """Give this new ticket the text of a message, and copies of its files.

        Images in the text become those of the copies: the message's own may be hidden or deleted.
        """
        copies = {
            file.id: file.copy({'res_model': self._name, 'res_id': self.id})
            for file in message.attachment_ids}

        def replace(match):
            copied = copies.get(int(match[1]))
            return f'/web/image/{copied.id}?access_token={copied.generate_access_token()[0]}' \
                if copied else match[0]

        self.description = IMAGE.sub(replace, str(message.body or ''))
