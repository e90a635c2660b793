from markupsafe import Markup

from odoo import models
from odoo.fields import Domain
from odoo.tools import is_html_empty

from ...tools.placeholders import free_placeholders
from ...tools.ticket_link import has_link

TICKET = 'helpdesk.lite.ticket'


class MailTemplate(models.Model):
    _inherit = 'mail.template'

    def write(self, vals):
        """Write templates; a repaired one lets tickets be closed that failed by it."""
        if vals.get('body_html') and all(template.model == TICKET for template in self):
            vals = {**vals, 'body_html': free_placeholders(vals['body_html'])}
        res = super().write(vals)
        if own := self.filtered(lambda template: template.model == TICKET):
            own._forget_closing_errors()
        return res

    def _forget_closing_errors(self):
        # sudo: helpdesk.lite.team - whoever may write a template may not see all teams
        teams = self.env['helpdesk.lite.team'].sudo().search(
            Domain('to_stage_id.template_id', 'in', self.ids)
            | Domain('auto_close_warn_template_id', 'in', self.ids))
        if teams:
            self.env[TICKET]._forget_closing_errors(teams=teams)

    def _is_without_text(self):
        """Whether nothing was written into the template, as where only its title was typed."""
        return is_html_empty(self.body_html)

    def send_mail_batch(self, res_ids, force_send=False, raise_exception=False, email_values=None,
                        email_layout_xmlid=False):
        """Make what server actions and others send of a ticket a mail of it; see ``mail.template``.

        That is: it has the ticket's reference and comes from the team, which the answers go to,
        unless the template or the caller name other addresses.
        """
        own = self.model == TICKET
        mails = super().send_mail_batch(
            res_ids, force_send=force_send and not own, raise_exception=raise_exception,
            email_values=email_values, email_layout_xmlid=email_layout_xmlid)
        if own:
            given = email_values or {}
            for mail in mails:
                mail.write(self._get_ticket_mail_values(mail, given))
            if force_send:
                mails.send(raise_exception=raise_exception)
        return mails

    def _get_ticket_mail_values(self, mail, given):
        """Return what a mail that was made of the template lacks to be one of its ticket.

        :param mail: ``mail.mail``
        :param dict given: the values that the caller asks for
        """
        # sudo: helpdesk.lite.ticket - reading it was checked; reference and addresses only
        ticket = self.env[TICKET].sudo().browse(mail.res_id)
        values = {'subject': ticket._add_reference(mail.subject)}
        body = Markup(mail.body_html or '')  # HTML in a field of plain text
        if has_link(body):
            values['body_html'] = values['body'] = ticket._point_links(body)
        if not self.email_from and not given.get('email_from') and (
                sender := ticket._get_sender()):
            values['email_from'] = sender
        if not self.reply_to and not given.get('reply_to'):
            values['reply_to'] = ticket._name_reply_to(ticket._notify_get_reply_to(
                default=values.get('email_from', mail.email_from))[ticket.id])
        return values
