from odoo import api, models
from odoo.fields import Domain

from ...tools.plain_context import in_plain_context


class HelpdeskLiteTicket(models.Model):
    """Answering is work: it assigns an unassigned ticket, and moves it out of the first stage."""

    _inherit = 'helpdesk.lite.ticket'

    @api.model
    def _work_by_answers(self, answers):
        """Assign and move the tickets that were just answered, as their teams chose.

        Only for who could do so by hand: an agent who may write the ticket. The mail of the stage
        that a ticket is moved to goes out as by hand.

        :param answers: ``[(ticket id, partner id of the author)]``
        """
        # sudo: helpdesk.lite.ticket - whether the teams want anything to be done at all
        tickets = self.sudo().browse(ticket_id for ticket_id, _author_id in answers)
        tickets = tickets.filtered(lambda ticket: ticket._get_work_vals(True))
        if not tickets:
            return
        by_author = {}
        for ticket_id, author_id in answers:
            if ticket_id in tickets._ids:
                by_author.setdefault(author_id, []).append(ticket_id)
        users = self._get_agents_behind(by_author)
        for author_id, ticket_ids in by_author.items():
            if user := users.get(author_id):
                self.browse(ticket_ids)._work_as(user)

    def _get_work_vals(self, user_id):
        """What an answer of a user changes on this open ticket; empty where it is nothing.

        :param user_id: the user, or True to ask for any
        """
        team, vals = self.team_id, {}
        if self.is_closed or not self.active:
            return vals
        if team.answer_assigns and not self.user_id:
            vals['user_id'] = user_id
        stage = team.answer_stage_id
        if stage and self.stage_id != stage and self.stage_id == team._get_first_stage():
            vals['stage_id'] = stage.id
        return vals

    @api.model
    def _get_agents_behind(self, partner_ids):
        """The agents who are these contacts: ``{partner id: res.users}``."""
        Users = self.env['res.users']
        # sudo: res.users - only which of them hold a right for Helpdesk
        users = Users.sudo().search(
            Users._get_helpdesk_lite_domain() & Domain('partner_id', 'in', list(partner_ids)),
            order='id desc')
        return {user.partner_id.id: user for user in users}

    def _work_as(self, user):
        """Write what an answer of `user` changes on those tickets that they may write."""
        own = in_plain_context(self).with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids)._filtered_access('write')
        # sudo: helpdesk.lite.ticket - `user` may write them; two fields are written, no others
        tickets = own.sudo()
        groups = {}
        for ticket in tickets:
            key = tuple(ticket._get_work_vals(user.id).items())
            groups[key] = groups.get(key, tickets.browse()) | ticket
        for key, group in groups.items():
            group._as_system(log_in_batch=True).write(dict(key))
