from odoo import api, models
from odoo.tools import clean_context

from .seen import OURS

# What a customer's message is made of, or by what ``message_post`` makes it
CUSTOMER_CREATE = frozenset({
    'attachment_ids', 'body', 'email_add_signature', 'email_layout_xmlid', 'mail_server_id',
    'message_id', 'model', 'parent_id', 'partner_ids', 'record_alias_domain_id',
    'record_company_id', 'record_name', 'reply_to', 'reply_to_force_new', 'res_id', 'subject',
})
CUSTOMER_WRITE = frozenset({'attachment_ids', 'body'})


class MailMessage(models.Model):
    """Customers write to tickets as themselves: public comments, of which they change the text."""

    _inherit = 'mail.message'

    @api.model_create_multi
    def create(self, vals_list):
        context = self.env.context
        if self.env.su or not self.env.user.share or not any(
                (vals.get('model') or context.get('default_model')) in OURS
                for vals in vals_list):
            return super().create(vals_list)
        vals_list = [self._clean_customer_vals(vals) for vals in vals_list]
        cleaned = self.with_env(self.env(context=clean_context(context)))
        messages = super(MailMessage, cleaned).create(vals_list).with_env(self.env)
        # sudo: mail.message - Odoo drops whatever author a customer gives, also the right one
        messages.sudo().filtered(
            lambda message: message.model in OURS).author_id = self.env.user.partner_id
        return messages

    def write(self, vals):
        if self.env.su or not self.env.user.share:
            return super().write(vals)
        ours = self.browse(message_id for message_id, *_rest in self._read_rows_of_ours())
        if ours:
            super(MailMessage, ours).write({
                key: value for key, value in vals.items() if key in CUSTOMER_WRITE})
        return super(MailMessage, self - ours).write(vals)

    @api.model
    def _clean_customer_vals(self, vals):
        """A new message's values as a customer may give them.

        :param dict vals: as given; those of other models' messages stay
        """
        get_default = self.env.context.get
        target = {
            key: vals.get(key) or get_default(f'default_{key}') for key in ('model', 'res_id')}
        if target['model'] not in OURS:
            return {**vals, **target}
        kept = {key: value for key, value in vals.items() if key in CUSTOMER_CREATE}
        return {
            **kept, **target, 'message_type': 'comment', 'is_internal': False,
            'subtype_id': self.env['ir.model.data']._xmlid_to_res_id('mail.mt_comment')}
