from odoo import api, fields, models

from ...tools.plain_context import in_plain_context
from ...tools.rating_link import MARK, drop_tokens, has_faces, hide_faces, link_faces


class HelpdeskLiteTicket(models.Model):
    """Put the token into the customer's own mail, and nowhere else."""

    _inherit = 'helpdesk.lite.ticket'

    def _rating_get_access_token(self, partner=None):
        """The place of the token in a template; see ``mail.thread``.

        A preview makes no request, and the log keeps no secret.
        """
        return 'helpdesk-lite'

    @api.private
    def rating_send_request(self, template, lang=False, force_send=True):
        """Mail a template to the customers alone; see ``mail.thread``, which logs the links."""
        for ticket in self:
            ticket._mail_customer(template)

    def _prepare_post(self, values):
        """Take the tokens out of what quotes a request."""
        values = super()._prepare_post(values)
        return {**values, 'body': drop_tokens(values['body'])} if values.get('body') else values

    def _message_create(self, values_list):
        """Keep the faces of a request in the log, without links."""
        for values in values_list:
            if has_faces(values.get('body')):
                values['body'] = hide_faces(values['body'])
        return super()._message_create(values_list)

    def _needs_mail(self, data, message):
        """Mail requests also to customers who read their messages in Odoo: there are no links."""
        # sudo: mail.message, res.partner - whether it asks the ticket's own customer for a rating
        asked = data['id'] == self.sudo().partner_id.id and has_faces(message.sudo().body)
        return asked or super()._needs_mail(data, message)

    def _link_mail(self, body, recipients_group):
        """Let the faces lead to the customer's page, in the mail that goes to them alone."""
        body = super()._link_mail(body, recipients_group)
        ids = {data['id'] for data in recipients_group.get('recipients_data') or ()}
        # sudo: res.partner - the id of the ticket's own customer
        if MARK in body and len(self) == 1 and ids == set(self.sudo().partner_id.ids):
            body = link_faces(body, self._make_rating_request())
        return body

    def _make_rating_request(self):
        """Make the request that a mail to the customer asks for, or find the unanswered one.

        :return: the address of its page, without the face
        """
        self.ensure_one()
        # sudo: rating.rating - the system asks the ticket's own customer
        ticket = in_plain_context(self.sudo())
        Rating = ticket.env['rating.rating']
        values = {
            'res_model_id': self.env['ir.model']._get_id(self._name), 'res_id': ticket.id,
            'partner_id': ticket.partner_id.id, 'consumed': False}
        rating = Rating.search([(name, '=', value) for name, value in values.items()], limit=1)
        rating = rating or Rating.create({
            **values, 'rated_partner_id': ticket.user_id.partner_id.id,
            'helpdesk_lite_asked_id': ticket.id})
        ticket._as_system().with_context(mail_notrack=True).write({
            'rating_request_date': fields.Datetime.now()})
        return f'{ticket.get_base_url()}/rate/{rating.access_token}'

    def _message_mail_after_hook(self, mails):
        """Do the same in mails to many tickets at once; see ``mail.thread``."""
        for mail in mails:
            mail.write(self.browse(mail.res_id)._get_rating_mail_values(mail))
        return super()._message_mail_after_hook(mails)

    def _get_rating_mail_values(self, mail, body=None):
        """What a mail that was made of a template lacks to ask for a rating.

        :param mail: ``mail.mail``
        :param Markup body: its text, if that is to change anyway
        """
        body = body or mail.body_html
        if not has_faces(body):
            return {}
        hidden = linked = hide_faces(body)
        # sudo: res.partner - the ticket's own customer
        if not mail.email_to and not mail.email_cc and mail.recipient_ids == self.sudo().partner_id:
            linked = link_faces(hidden, self._make_rating_request())
        return {'body_html': linked, 'body': hidden}
