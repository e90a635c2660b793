from markupsafe import Markup

from odoo import models


class MailTemplate(models.Model):
    _inherit = 'mail.template'

    def _get_ticket_mail_values(self, mail, given):
        """Let a request that a server action sends be one; see the ticket."""
        values = super()._get_ticket_mail_values(mail, given)
        # sudo: helpdesk.lite.ticket - reading it was checked
        ticket = self.env['helpdesk.lite.ticket'].sudo().browse(mail.res_id)
        body = values.get('body_html') or Markup(mail.body_html or '')  # HTML in a plain field
        return {**values, **ticket._get_rating_mail_values(mail, body)}
