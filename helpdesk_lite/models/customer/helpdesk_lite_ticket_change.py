from odoo import models
from odoo.tools import SQL


class HelpdeskLiteTicket(models.Model):
    """A ticket that gets another customer is no longer the one's before."""

    _inherit = 'helpdesk.lite.ticket'

    def write(self, vals):
        # merging and its undo give values back exactly, followers included
        if 'partner_id' not in vals or self.env.context.get('helpdesk_lite_system_write'):
            return super().write(vals)
        before = {ticket.id: ticket.partner_id for ticket in self}
        res = super().write(vals)
        if changed := self.filtered(
                lambda t: before[t.id] and before[t.id] != t.partner_id):
            changed._after_customer_change({t.id: before[t.id] for t in changed})
        return res

    def _after_customer_change(self, before):
        """Take the ticket from those who were its customer; the portal addon takes their link.

        They follow it no longer, unless they are colleagues, or follow its whole team.

        :param dict before: ``{ticket id: the res.partner who was its customer}``
        """
        self.env['res.partner'].flush_model(['partner_share'])
        self.env['mail.followers'].flush_model(['res_model', 'res_id', 'partner_id'])
        self.flush_recordset(['team_id'])
        self.env.execute_query(SQL(
            """DELETE FROM mail_followers follower
                USING unnest(%s, %s) AS before(ticket_id, partner_id)
                 JOIN helpdesk_lite_ticket ticket ON ticket.id = before.ticket_id
                 JOIN res_partner partner ON partner.id = before.partner_id
                WHERE follower.res_model = 'helpdesk.lite.ticket'
                  AND follower.res_id = ticket.id AND follower.partner_id = partner.id
                  AND partner.partner_share IS TRUE
                  AND NOT EXISTS (
                      SELECT 1 FROM mail_followers of_team
                       WHERE of_team.res_model = 'helpdesk.lite.team'
                         AND of_team.res_id = ticket.team_id
                         AND of_team.partner_id = partner.id)
            RETURNING 1""", list(before), [partner.id for partner in before.values()]))
        self._invalidate_followers()
