from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import is_html_empty

from ...tools.placeholders import free_placeholders

TICKET = 'helpdesk.lite.ticket'


class HelpdeskLiteMacro(models.Model):
    """What a macro does to tickets, as the user who applies it: all of it or nothing."""

    _inherit = 'helpdesk.lite.macro'

    def _apply(self, tickets):
        """Apply the macro to tickets that the user may write.

        :return: an action: the composer with the answer, where it is to be read first; else True
        """
        self.ensure_one()
        if not tickets:
            raise UserError(self.env._('Select the tickets that the macro is to be applied to.'))
        self._check_tickets(tickets)
        if is_html_empty(self.answer):
            self._change(tickets)
            return True
        if not self.send_at_once:
            return self._open_composer(tickets)
        for ticket in tickets:
            ticket.message_post(
                body=self._render_answer(ticket), message_type='comment',
                subtype_xmlid='mail.mt_comment', partner_ids=ticket.partner_id.ids)
        self._change(tickets)
        return True

    def _open_composer(self, tickets):
        """Show the answer in the composer; the rest is done when it is sent."""
        one = len(tickets) == 1
        return {
            'type': 'ir.actions.act_window', 'res_model': 'mail.compose.message',
            'name': self.name, 'views': [(False, 'form')], 'target': 'new',
            'context': {
                'default_composition_mode': 'comment',
                'default_model': TICKET,
                'default_res_ids': tickets.ids,
                'default_subtype_xmlid': 'mail.mt_comment',
                **({} if one else {'default_subject': '{{ object.name }}'}),
                'default_partner_ids': tickets.partner_id.ids if one else [],
                'default_body': self._render_answer(tickets) if one else self.answer,
                'default_helpdesk_lite_macro_id': self.id,
                'mail_post_autofollow': False,
            }}

    def _render_answer(self, ticket):
        """The answer in the customer's language, with the ticket's plain values.

        No code is run: placeholders are replaced by a fixed list of fields.
        """
        # sudo: res.partner - the language of the ticket's own customer
        lang = ticket.sudo().partner_id.lang or self.env.lang
        return self.env['mail.render.mixin']._render_template_qweb_regex(
            free_placeholders(self.with_context(lang=lang).answer), TICKET, ticket.ids)[ticket.id]

    # ------------------------------------------------------------------
    # Changes
    # ------------------------------------------------------------------

    def _change(self, tickets):
        """Write what the macro changes, and log it in one line."""
        changed = tickets._filter_changed_by(vals := self._get_vals())
        text = self._get_log_text(tickets)
        tickets._log_in_batch()
        changed._track_set_log_message(text)
        for own, own_vals in self._split(tickets, vals):
            if own_vals:
                own.write(own_vals)
        rest = tickets - changed
        if self.assign == 'auto':  # who gets it is known by now
            rest = rest.filtered(lambda ticket: not ticket._is_tracked_now())
        rest._message_log_batch(bodies=dict.fromkeys(rest.ids, text))
        if not is_html_empty(self.note):
            tickets._register_activity()

    def _get_vals(self):
        """The values that are the same for all tickets."""
        vals = {name: self[name] for name in ('priority', 'kanban_state') if self[name]}
        if self.stage_id:
            vals['stage_id'] = self.stage_id.id
        if self.assign in ('me', 'nobody', 'user'):
            vals['user_id'] = {
                'me': self.env.uid, 'nobody': False, 'user': self.assign_user_id.id}[self.assign]
        if self.tag_ids or self.remove_tag_ids:
            vals['tag_ids'] = [
                *(Command.link(tag.id) for tag in self.tag_ids),
                *(Command.unlink(tag.id) for tag in self.remove_tag_ids)]
        return vals

    def _split(self, tickets, vals):
        """The writes that the macro asks for: ``[(tickets, vals)]``, as few as it can be."""
        groups = {}
        chosen = self._choose(tickets) if self.assign == 'auto' else {}
        for ticket in tickets:
            key = ticket.team_id if self.snooze else None, chosen.get(ticket)
            groups[key] = groups.get(key, tickets.browse()) | ticket
        for (team, user_id), own in groups.items():
            own_vals = dict(vals)
            if team:
                own_vals['snooze_until'] = team._get_wake_time(self.snooze)
            if user_id:
                own_vals['user_id'] = user_id
            yield own, own_vals

    def _choose(self, tickets):
        """Let the teams choose assignees anew; a ticket keeps its own where nobody works.

        :return: ``{ticket: user id}``
        """
        # sudo: helpdesk.lite.team - of tickets that the user writes
        teams = tickets.sudo().team_id
        if idle := teams.filtered(lambda team: not team.auto_assignment)[:1]:
            raise UserError(self.env._(
                'The team "%s" does not assign tickets automatically.', idle.name))
        choices = tickets._choose_by_team({
            team.id: {ticket: (not ticket.is_closed, ticket.partner_id.id)
                      for ticket in tickets if ticket.team_id == team}
            for team in teams})
        tickets._explain_assignments(choices)
        tickets._call_for_unassigned(choices)
        return {ticket: choice.user_id for ticket, choice in choices.items() if choice.user_id}

    def _get_log_text(self, tickets):
        """What the log says: one line, and the macro's note."""
        env = tickets._in_log_language()
        macro = self.with_env(env)
        note = Markup('') if is_html_empty(macro.note) else Markup(macro.note)
        return Markup('<p>%s</p>%s') % (env._('Macro "%s" applied.', macro.name), note)


class MailComposeMessage(models.TransientModel):
    """Do the rest of a macro when the answer is sent that it wrote."""

    _inherit = 'mail.compose.message'

    helpdesk_lite_macro_id = fields.Many2one(
        'helpdesk.lite.macro', 'Macro', export_string_translation=False)

    def _action_send_mail_comment(self, res_ids):
        of_tickets = self.model == TICKET  # known now: sending forgets what was read
        messages = super()._action_send_mail_comment(res_ids)
        if of_tickets and (macro := self.helpdesk_lite_macro_id):
            tickets = self.env[TICKET].browse(res_ids)
            macro._check_tickets(tickets)
            macro._change(tickets)
        return messages
