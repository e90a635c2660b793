from odoo import api, models

from ...tools.boxed_html import box_html

TICKET = 'helpdesk.lite.ticket'


class MailMessage(models.Model):
    """Keep what people outside write on tickets in its box on the page, as the description is.

    Here and not where tickets are posted on, so that it holds on every way to a message: mail,
    portal, forms, merges, RPC.
    """

    _inherit = 'mail.message'

    @api.model_create_multi
    def create(self, vals_list):
        context = self.env.context
        of_tickets = [
            vals for vals in vals_list
            if vals.get('model', context.get('default_model')) == TICKET
            and (vals.get('body') or context.get('default_body'))]
        if of_tickets:
            outside = self._get_outside_author_ids(of_tickets)
            for vals in of_tickets:
                if self._is_of_stranger(vals, outside):
                    vals['body'] = box_html(vals.get('body') or context['default_body'])
        return super().create(vals_list)

    def write(self, vals):
        if not vals.get('body'):
            return super().write(vals)
        boxed = self._filter_of_strangers()
        if boxed:
            super(MailMessage, boxed).write({**vals, 'body': box_html(vals['body'])})
        rest = self - boxed
        return super(MailMessage, rest).write(vals) if rest else True

    def _filter_of_strangers(self):
        """Return those of the messages of tickets that may hold what somebody outside wrote."""
        # sudo: mail.message - whose the messages are, to make their text safe
        found = self.sudo().filtered(lambda message: message.model == TICKET and (
            message.message_type == 'email' or not message.author_id
            or message.author_id.partner_share))
        return self.browse(found.ids)

    @api.model
    def _get_outside_author_ids(self, vals_list):
        """Return ids of the authors who are no internal users."""
        # sudo: res.partner - whether the authors of messages are users
        authors = self.env['res.partner'].sudo().browse(
            {vals['author_id'] for vals in vals_list if vals.get('author_id')})
        return {author.id for author in authors if author.partner_share}

    @api.model
    def _is_of_stranger(self, vals, outside):
        """Whether a message may hold what somebody outside wrote.

        Mails do, whoever sends them: an agent's answer quotes the customer's.
        """
        author_id = vals.get('author_id')
        return vals.get('message_type') == 'email' or not author_id or author_id in outside
