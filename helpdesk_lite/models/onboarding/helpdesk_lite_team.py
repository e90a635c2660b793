from odoo import api, models

from ...tools.plain_context import in_plain_context


class HelpdeskLiteTeam(models.Model):
    """Lead an administrator from an empty database to a team and its first ticket."""

    _inherit = 'helpdesk.lite.team'

    @api.model
    def get_empty_list_help(self, help_message):
        """Say on the first dashboard how to begin, or tell an agent whom to ask.

        Only the dashboard: the browser keeps what the other screens say, and would go on saying
        it once there are teams.
        """
        own = self.sudo(False)  # Odoo reads actions as superuser
        if self.env.context.get('helpdesk_lite_ask') == 'dashboard' and own._is_first_start():
            help_message = self.env['ir.qweb']._render(
                'helpdesk_lite.helpdesk_lite_onboarding_dashboard',
                {'may_create': own.has_access('create')})
        return super().get_empty_list_help(help_message)

    @api.model
    def _is_first_start(self):
        """Whether a user of Helpdesk sees no team at all, not even an archived one."""
        return self.has_access('read') and not self.with_context(active_test=False).search_count(
            [], limit=1)

    def _get_first_ticket_help(self):
        """What the team's empty pipeline says until its first ticket: the ways that tickets come.

        :return: HTML, or False where the team has had tickets (that the user may see)
        """
        self.ensure_one()
        Ticket = self.env['helpdesk.lite.ticket']
        if Ticket.with_context(active_test=False).search_count(
                [('team_id', '=', self.id)], limit=1):
            return False
        return self.env['ir.qweb']._render('helpdesk_lite.helpdesk_lite_onboarding_pipeline', {
            'team': self,
            'may_configure': self.has_access('write'),
            'may_set_domain': self.env.user.has_group('base.group_system'),
            'may_make_sample': Ticket.has_access('unlink'),
        })

    # ------------------------------------------------------------------
    # Sample ticket
    # ------------------------------------------------------------------

    def action_create_sample_ticket(self):
        """Open the team's sample ticket, which is made where there is none.

        :raise AccessError: for whoever could not delete it again
        """
        self.ensure_one()
        self.check_access('read')
        Ticket = self.env['helpdesk.lite.ticket']
        Ticket.check_access('unlink')
        ticket = Ticket.search(
            [('team_id', '=', self.id), ('is_sample', '=', True)], limit=1)
        ticket = ticket or self._create_sample_ticket()
        return {
            'type': 'ir.actions.act_window',
            'name': ticket.display_name,
            'res_model': ticket._name,
            'res_id': ticket.id,
            'views': [(False, 'form')],
        }

    def _create_sample_ticket(self):
        """Make a ticket to look around in, without telling anybody of it.

        It has no contact, so nothing done with it later reaches anyone outside; and it is its
        maker's, so it takes nobody's turn in automatic assignment.
        """
        # sudo: helpdesk.lite.ticket - only the system says that a ticket is a sample
        ticket = in_plain_context(self.env['helpdesk.lite.ticket'].sudo()).with_context(
            tracking_disable=True,
        ).create({
            'name': self.env._('Sample: the screen stays black after the update'),
            'description': self.env['ir.qweb']._render(
                'helpdesk_lite.helpdesk_lite_sample_description'),
            'is_sample': True,
            'partner_name': self.env._('Sample Customer'),
            'priority': '2',
            'team_id': self.id,
            'user_id': self.env.uid,
        }).with_env(self.env)
        ticket._message_log(body=self.env['ir.qweb']._render(
            'helpdesk_lite.helpdesk_lite_sample_note'))
        return ticket
