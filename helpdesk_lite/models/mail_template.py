from odoo import models
from odoo.fields import Domain


class MailTemplate(models.Model):
    _inherit = 'mail.template'

    def write(self, vals):
        """A template that was repaired lets tickets be closed that failed by it."""
        res = super().write(vals)
        # sudo: helpdesk.lite.team - whoever may write a template may not see all teams
        teams = self.env['helpdesk.lite.team'].sudo().search(
            Domain('to_stage_id.template_id', 'in', self.ids)
            | Domain('auto_close_warn_template_id', 'in', self.ids))
        if teams:
            self.env['helpdesk.lite.ticket']._forget_closing_errors(teams=teams)
        return res
