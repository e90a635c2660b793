from odoo import models

TICKET = 'helpdesk.lite.ticket'


class MailMail(models.Model):
    """Mail customers in the team's name; colleagues still see who wrote."""

    _inherit = 'mail.mail'

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """See ``mail.mail``: the sender of a message is one for all who are mailed of it."""
        found = super()._prepare_outgoing_list(
            mail_server=mail_server, doc_to_followers=doc_to_followers)
        if self.model == TICKET and self.res_id and self.helpdesk_lite_as_team:
            # sudo: helpdesk.lite.ticket - the addresses of its own team
            ticket = self.env[TICKET].sudo().browse(self.res_id)
            for values in found:
                if not values['partner_id'] or values['partner_id'].partner_share:
                    ticket._put_team_before(values)
        return found
