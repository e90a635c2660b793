from odoo import api, fields, models

from ...tools import answer_times

TICKET = 'helpdesk.lite.ticket'


class MailMessage(models.Model):
    """Answers go to customers in a person's name, or in that of the team."""

    _inherit = 'mail.message'

    helpdesk_lite_as_team = fields.Boolean(
        'Sent as Team', readonly=True, copy=False,
        help="Customers are mailed this answer in the team's name. Its author is who wrote it.")

    @api.model_create_multi
    def create(self, vals_list):
        """Send answers in the name that the team has chosen, unless the agent chose another."""
        for vals in vals_list:
            # `helpdesk_lite_side` is what the system noted just now, see ``answer/``
            if vals.get('helpdesk_lite_side') == answer_times.ANSWER:
                if vals.get('helpdesk_lite_as_team') is None:
                    # sudo: helpdesk.lite.team - in whose name the ticket's own team sends
                    team = self.env[TICKET].browse(vals['res_id']).sudo().team_id
                    vals['helpdesk_lite_as_team'] = team.send_as == 'team'
            else:
                vals.pop('helpdesk_lite_as_team', None)
        return super().create(vals_list)
