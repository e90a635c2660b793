from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)


class HelpdeskLiteTicket(models.Model):
    """Who works on a ticket, since when, and how long that took in working hours."""

    _inherit = 'helpdesk.lite.ticket'

    user_id = fields.Many2one(
        'res.users', string='Assigned to', tracking=True,
        domain=lambda self: self._get_assignee_domain(), falsy_value_label=_lt('Unassigned'))
    assign_date = fields.Datetime(
        'First Assignment', readonly=True, copy=False)

    def _get_assignee_domain(self):
        group_id = self.env['ir.model.data']._xmlid_to_res_id(
            'helpdesk_lite.group_helpdesk_lite_user')
        return (f"[('all_group_ids', 'in', {group_id}), ('share', '=', False),"
                f" ('company_ids', 'in', company_id)]")

    def action_assign_to_me(self):
        """Assign the tickets to the current user."""
        self.write({'user_id': self.env.uid})

    def _get_assignment_vals(self, vals, now):
        """The date of the first assignment, where a write of `vals` makes it."""
        if vals.get('user_id') and not self.assign_date:
            return {'assign_date': now}
        return {}

    # ------------------------------------------------------------------
    # Notices
    # ------------------------------------------------------------------

    def _notify_assignees(self, tickets):
        """Tell people that tickets were assigned to them; nobody is told what they did themselves.

        :param tickets: the tickets whose assignee is new
        """
        if self.env.context.get('mail_auto_subscribe_no_notify'):
            return
        # sudo: res.users - an agent is notified by whoever may assign
        for user, own in tickets.sudo().grouped('user_id').items():
            if not user or user == self.env.user or not user.active:
                continue
            if len(own) == 1:
                own.sudo(False)._message_auto_subscribe_notify(
                    user.partner_id.ids, 'mail.message_user_assigned')
            else:
                self._notify_assignee_of_list(user, own)

    @api.model
    def _notify_assignee_of_list(self, user, tickets):
        """One notification that lists the `tickets` that were assigned to `user` at once."""
        # sudo: mail.thread - notifies the assignee, whoever assigned
        self.env['mail.thread'].sudo().message_notify(
            partner_ids=user.partner_id.ids,
            subject=self.env._('You have been assigned to %s tickets', len(tickets)),
            body=self._get_list_body(tickets),
            email_layout_xmlid='mail.mail_notification_light')

    @api.model
    def _get_list_body(self, tickets):
        """An HTML list of links to `tickets`; after the first 50 only their number is said."""
        items = Markup().join(
            Markup('<li>%s</li>') % ticket._get_html_link(title=ticket.display_name)
            for ticket in tickets[:50])
        rest = len(tickets) - 50
        more = Markup('<p>%s</p>') % self.env._('… and %s more.', rest) if rest > 0 else ''
        return Markup('<ul>%s</ul>%s') % (items, more)

    def _filter_unfollowed(self):
        """Those of the tickets that no internal user follows."""
        if not self:
            return self
        rows = self.env.execute_query(SQL(
            """SELECT follower.res_id
                 FROM mail_followers follower
                 JOIN res_users agent ON agent.partner_id = follower.partner_id
                                     AND agent.active AND NOT agent.share
                WHERE follower.res_model = %s AND follower.res_id = ANY(%s)""",
            self._name, self.ids))
        followed = {res_id for res_id, in rows}
        return self.filtered(lambda ticket: ticket.id not in followed)
