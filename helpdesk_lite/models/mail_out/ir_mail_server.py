from odoo import models


class IrMailServer(models.Model):
    """Let one of a mail's copies have a sender of its own."""

    _inherit = 'ir.mail_server'

    def _build_email__(self, email_from, *args, headers=None, **kwargs):
        """Take the sender from the header ``From`` where one is given.

        ``mail.mail`` has one sender for all copies, and its list of copies decides on headers
        only. Without this a second ``From`` would be an error.
        """
        if headers and headers.get('From'):
            headers = dict(headers)
            email_from = headers.pop('From')
        return super()._build_email__(email_from, *args, headers=headers, **kwargs)
