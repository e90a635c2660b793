from odoo import models

TICKET = 'helpdesk.lite.ticket'
MAIL, FILE = 'message/rfc822', 'application/octet-stream'


class MailMail(models.Model):
    """Mails as attachments leave as they came."""

    _inherit = 'mail.mail'

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """Send a ticket's ``.eml`` files as files; see ``mail.mail._prepare_outgoing_list``.

        Odoo would parse them and write them anew. That fails on what strangers send, so that
        nobody would be told of their mail: 3,000 parts in one another are a RecursionError.
        """
        found = super()._prepare_outgoing_list(
            mail_server=mail_server, doc_to_followers=doc_to_followers)
        if self.model == TICKET:
            for values in found:
                values['attachments'] = [
                    (name, content, FILE if kind == MAIL else kind)
                    for name, content, kind in values['attachments'] or ()]
        return found
