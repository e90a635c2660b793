from lxml import etree, html

from odoo import models


class HelpdeskLiteTicket(models.Model):
    """Tell what the customer's page of a ticket can leave out."""

    _inherit = 'helpdesk.lite.ticket'

    def _is_description_a_message(self):
        """Whether the ticket's first public message says what its description says.

        So it is with mails and the form: whoever reads the conversation has read it.
        """
        self.ensure_one()
        # sudo: mail.message - the oldest public one of a ticket that was given out
        first = self.env['mail.message'].sudo().search([
            *self._get_public_message_domain(), ('model', '=', self._name),
            ('res_id', '=', self.id)], order='id', limit=1)
        return bool(first) and self._get_words_of(first.body) == self._get_words_of(
            self.description)

    def _get_words_of(self, markup):
        if not markup or not markup.strip():
            return []
        try:
            return html.fragment_fromstring(markup, create_parent='div').text_content().split()
        except etree.ParserError:
            return []
