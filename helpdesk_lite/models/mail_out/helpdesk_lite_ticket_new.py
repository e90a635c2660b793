from markupsafe import Markup

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.plain_context import in_plain_context


class HelpdeskLiteTicket(models.Model):
    """Tell of new tickets: in their log, to followers of their teams, to administrators."""

    _inherit = 'helpdesk.lite.ticket'

    def _log_creation(self, choices):
        """Log the creation and the choice of the assignee, and tell the teams' followers.

        One ticket is posted to those who follow its creation; several are logged in one go, each
        with one note for both, since notes are most of what a ticket costs. Each team's followers
        get one list of them.

        :param dict choices: see `_explain_assignments`
        """
        context = self.env.context
        silent = context.get('mail_create_nolog') or context.get('tracking_disable')
        if silent or len(self) < 2:
            if self and not silent:
                self._post_creation()
            self._explain_assignments(choices)
            return
        notes = {ticket: [choice.note] for ticket, choice in choices.items()}
        created = {
            team: tickets._creation_message() for team, tickets in self.grouped('team_id').items()}
        self._message_log_batch(bodies={
            ticket.id: Markup('<br/>').join([created[ticket.team_id], *notes.get(ticket, [])])
            for ticket in self})
        self._notify_team_followers(self._get_subtype('mt_ticket_new'))

    def _post_creation(self):
        """Post the creation of a ticket to those who follow it, or log it where nobody does."""
        subtype = self._get_subtype('mt_ticket_new')
        told = self.env.user.partner_id + self._get_told_otherwise()
        if self._get_subtype_followers(subtype) - told:
            self._as_superuser().message_post(  # a log, as mail.thread writes it
                body=self._creation_message(), subtype_id=subtype.id,
                author_id=self.env.user.partner_id.id)
        else:
            self._message_log(body=self._creation_message())

    @api.model
    def _get_subtype(self, name):
        """Return the addon's subtype of that name, without a query for whether it exists."""
        return self.env['mail.message.subtype'].browse(
            self.env['ir.model.data']._xmlid_to_res_id(f'helpdesk_lite.{name}'))

    def _get_subtype_followers(self, subtype):
        """Return partners who follow any of the tickets with this subtype."""
        # sudo: mail.followers - who is notified doesn't depend on who creates
        return self.env['mail.followers'].sudo().search([
            ('res_model', '=', self._name), ('res_id', 'in', self.ids),
            ('subtype_ids', 'in', subtype.ids)]).partner_id

    def _get_discussion_followers(self):
        """Return the partners who get the public messages of any of the tickets."""
        return self._get_subtype_followers(self.env['mail.message.subtype'].browse(
            self.env['ir.model.data']._xmlid_to_res_id('mail.mt_comment')))

    def _filter_told_by_mail(self):
        """Return those of the new tickets whose assignee gets the mail that made them."""
        if not self._is_made_by_mail() or not self.user_id:
            return self.browse()
        partners = self._get_discussion_followers()
        return self.filtered(lambda ticket: ticket.user_id.partner_id in partners)

    def _get_told_otherwise(self):
        """Return who of the followers needs no message that the tickets were created.

        The assignee hears that the ticket is theirs; where a mail made it its followers get that.
        """
        partners = self.user_id.partner_id
        return partners + self._get_discussion_followers() if self._is_made_by_mail() else partners

    def _notify_team_followers(self, subtype):
        """One notification per team that lists its new tickets, for those who follow creations."""
        if not self._get_subtype_followers(subtype) - self.env.user.partner_id:
            return
        for tickets in self.sudo().grouped('team_id').values():  # sudo: notifies whoever may
            team = tickets.team_id._in_company_language()
            partners = tickets._get_subtype_followers(subtype) - self.env.user.partner_id
            if partners:
                team.message_notify(
                    partner_ids=partners.ids,
                    subject=team.env._(
                        'New tickets in %(team)s: %(count)s', count=len(tickets), team=team.name),
                    body=tickets.with_env(team.env)._get_list_body(tickets),
                    email_layout_xmlid='mail.mail_notification_light')

    def _creation_message(self):
        return self._in_log_language()._('Ticket created')

    def _call_administrators(self):
        """Give the administrators an activity where nobody looks after new tickets of a team.

        That is an open ticket without an assignee that no internal user follows. One activity is
        open for a team, and not one for each ticket.
        """
        context = self.env.context
        if context.get('mail_activity_automation_skip') or context.get('install_mode'):
            return
        # sudo: helpdesk.lite.team - of the tickets' own teams whether they are archived
        stranded = self.filtered(lambda ticket: not ticket.team_id.sudo().active)
        alone = (self - stranded).filtered(
            lambda ticket: not ticket.user_id and not ticket.is_closed)._filter_unfollowed()
        if not stranded and not alone:
            return
        log = self._in_log_language()
        if stranded:
            stranded._schedule_for_administrators(log._('New ticket of an archived team'))
        if alone:
            summary = log._('New tickets without assignee and follower')
            alone._get_first_of_teams(summary)._schedule_for_administrators(summary)

    def _get_first_of_teams(self, summary):
        """Return the first ticket of each team whose administrators have no such activity yet.

        :param str summary: of the activity
        """
        self.env['mail.activity'].flush_model(['res_model', 'res_id', 'summary', 'active'])
        called = {team_id for team_id, in self.env.execute_query(SQL(
            """SELECT DISTINCT ticket.team_id FROM mail_activity activity
                 JOIN helpdesk_lite_ticket ticket ON ticket.id = activity.res_id
                WHERE activity.res_model = %s AND activity.active AND activity.automated
                  AND activity.summary = %s AND ticket.team_id = ANY(%s)""",
            self._name, summary, self.team_id.ids))}
        return self.browse(tickets[0].id for team, tickets in self.grouped('team_id').items()
                           if team.id not in called)

    def _schedule_for_administrators(self, summary):
        """One activity per ticket and administrator of its company, without a mail each.

        :param str summary: what it is about
        """
        data = self.env['ir.model.data']
        common = {
            'activity_type_id': data._xmlid_to_res_id('mail.mail_activity_data_todo'),
            'res_model_id': self.env['ir.model']._get_id(self._name),
            'summary': summary, 'automated': True,
        }
        vals_list = [
            # the name is given: computed, it would be written in a statement of its own
            {**common, 'res_id': ticket.id, 'user_id': user.id, 'res_name': ticket.display_name}
            for company, tickets in self.grouped('company_id').items()
            for user in self._get_administrators(company)
            for ticket in tickets
        ]
        # an activity is no invitation: they see the ticket anyway and needn't get its mails
        # sudo: mail.activity - the creator, a customer perhaps, may not plan for administrators
        in_plain_context(self.env['mail.activity'].sudo()).with_context(
            mail_activity_quick_update=True).create(vals_list)

    @api.model
    def _get_administrators(self, company):
        """Return the active users who administer Helpdesk in `company`."""
        # sudo: res.users - whoever creates a ticket calls them
        Users = self.env['res.users'].sudo()
        return Users.search_fetch(
            Users._get_helpdesk_lite_domain('manager') & Domain('company_ids', 'in', company.id),
            ['partner_id'])
