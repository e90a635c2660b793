from odoo import fields, models


class HelpdeskLiteTicket(models.Model):
    """Closing by the customer."""

    _inherit = 'helpdesk.lite.ticket'

    closed_by_partner_id = fields.Many2one(
        'res.partner', string='Closed in the Portal by', readonly=True, copy=False,
        index='btree_not_null', export_string_translation=False,
        help='Technical: the customer, or a follower, who closed the ticket last. Whether its last '
             'closing was theirs says "Closed by Customer".')

    def _can_close_as_customer(self):
        """Whether the customer's page offers closing: the team allows it and there is need."""
        self.ensure_one()
        # sudo: helpdesk.lite.team - what the ticket's own team allows
        team = self.sudo().team_id
        if not team.allow_portal_ticket_closing or self.is_closed or not self.active:
            return False
        stage = team._get_customer_closing_stage()
        return bool(stage) and stage != self.stage_id

    def _close_as_customer(self, partner):
        """Move the ticket to the closing stage of its team, as its customer.

        The caller has checked that the visitor may see the ticket. The stage's mail goes out and
        the log names the customer, as on any move.

        :param partner: ``res.partner`` who closes
        :return: whether it was closed now; False where it is closed already or the team doesn't
            let customers close
        """
        self.ensure_one()
        # of two clicks at once one fails to write, is tried again by Odoo, and finds it closed
        if not self._can_close_as_customer():
            return False
        self._track_set_author(partner)
        log = self._in_log_language()
        self._track_set_log_message(log._('Closed by the customer'))
        return self.write({
            'stage_id': self.team_id._get_customer_closing_stage().id,
            'closed_by_partner': True,
            'closed_by_partner_id': partner.id,
        })

    def _get_closer_name(self):
        """Who closed the ticket, as its page says: a person of the customer's side, or the team."""
        self.ensure_one()
        closer = self.closed_by_partner_id or self.partner_id
        return closer.name if self.closed_by_partner else self.team_id.name

    def _get_reply_hint(self):
        """What an answer does now, for the customer to read before; False where it just arrives.

        The ticket is in superuser mode: the policy is its team's. Where another ticket continues
        this one, that is what an answer goes to.
        """
        self.ensure_one()
        following = self._get_last_follow_up()
        policy = following._get_reopen_policy() or (following != self and 'notify')
        return {
            'reopen': self.env._('This ticket is closed. If you answer, it is opened again.'),
            'notify': self.env._(
                'This ticket is closed. Your answer will be read, and the ticket stays closed.'),
            'new': self.env._(
                'This ticket is closed. If you answer, a new ticket is opened for it.'),
        }.get(policy, False)
