from odoo import models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty


class HelpdeskLiteTicket(models.Model):
    """A parent is an incident: answer and close its children with it."""

    _inherit = 'helpdesk.lite.ticket'

    def _get_open_children(self):
        """Return the open children that the user sees and may change.

        A ticket that was merged away is closed, and its customer is answered where it went on.
        """
        return self.child_ticket_ids._filter_open()._filtered_access('write')

    def _filter_with_customer(self):
        """Those of the tickets that have somebody to write to."""
        return self.filtered(lambda ticket: (
            ticket.partner_id.email_normalized or ticket._get_typed_address()))

    def action_answer_children(self):
        """Open the dialog that writes to the customer of each open child."""
        self.ensure_one()
        self.check_access('write')
        action = self.env['ir.actions.act_window']._for_xml_id(
            'helpdesk_lite.helpdesk_lite_ticket_answer_all_action')
        return {**action, 'context': {'default_ticket_id': self.id}}

    def _answer_children(self, body, attachments):
        """Write to the customer of each open child, on their own ticket.

        Each is an answer of the user by the same way as one that is written there. All get it, or
        nobody does.

        :param Markup body: the text, as it is
        :param attachments: ``ir.attachment``; each child gets copies
        :return: the tickets that were answered
        """
        self.ensure_one()
        children = self._get_open_children()._filter_with_customer()
        if is_html_empty(body):
            raise UserError(self.env._('Write what the customers are to be told.'))
        if not children:
            raise UserError(self.env._('No open child has a customer with an e-mail address.'))
        # read once, and not again for each child
        files = [(attachment.name, attachment.raw) for attachment in attachments]
        for child in children:
            child.message_post(
                body=body, message_type='comment', subtype_xmlid='mail.mt_comment',
                partner_ids=child.partner_id.ids, attachments=files)
        self._message_log(body=self._in_log_language()._(
            'Answered on each open child. Tickets: %s.', len(children)))
        return children

    def action_close_children(self):
        """Move the open children to the stage that closes in their own team.

        Each customer gets the mail of that stage, as when a ticket is closed by itself.
        """
        self.ensure_one()
        self.check_access('write')
        children = self._get_open_children()
        children.action_solve()
        (self | children)._forget_links()
        return True
