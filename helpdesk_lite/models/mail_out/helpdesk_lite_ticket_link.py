from odoo import models

from ...tools.ticket_link import LINK, has_link, point_links, replace_address


class HelpdeskLiteTicket(models.Model):
    """Let the link in a template lead to the ticket, in each mail as far as its reader may go."""

    _inherit = 'helpdesk.lite.ticket'

    def _is_shown_to_customers(self):
        """Whether customers can open this ticket; an extension that shows it to them says so."""
        return False

    def _get_link_address(self):
        """The address of the ticket for whoever may see it, without a secret."""
        self.ensure_one()
        return f'{self.get_base_url()}{LINK}&res_id={self.id}'

    def _point_links(self, body):
        """Let a template's links in a text lead to this ticket, or take them out of it."""
        if not has_link(body):
            return body
        return point_links(body, self._is_shown_to_customers() and self._get_link_address())

    def _message_create(self, values_list):
        """What is posted names the ticket: its log needs no secret to lead there."""
        for values in values_list:
            if has_link(values.get('body')):
                ticket = self.browse(values.get('res_id')) or self[:1]
                values['body'] = ticket._point_links(values['body'])
        return super()._message_create(values_list)

    def _link_mail(self, body, recipients_group):
        """Let the link in a mail be the one that Odoo's button has for these recipients."""
        url = recipients_group.get('has_button_access') and (
            recipients_group['button_access'].get('url'))
        if url and len(self) == 1 and LINK in body:
            body = replace_address(body, self._get_link_address(), url)
        return body
