from markupsafe import Markup

from odoo import models
from odoo.tools import formataddr
from odoo.tools.misc import clean_context

from .mail_thread import AUTOMATIC

FONT = 'font-family: Verdana, Arial, sans-serif; font-size: 13px; color: #454748;'


class HelpdeskLiteTicket(models.Model):
    """Tell people whose answer became a note, so that none gets lost."""

    _inherit = 'helpdesk.lite.ticket'

    def _tell_sender(self, mail, reason, message=None):
        """Tell an agent or correspondent that their mail reached nobody outside, and why.

        Once per ticket and day; never a machine or a stranger. The text holds no more of the
        ticket than its reference, since the sender's address is a claim.

        :param IncomingMail mail: the mail
        :param str reason: a key of ``helpdesk_lite_mail_status``
        :param message: the ``mail.message`` that it became, or None where it was dropped
        :return: the ``mail.mail``, empty where nobody is told
        """
        self.ensure_one()
        address = mail.sender[1]
        nobody = self.env['mail.mail']
        if (not address or mail.machine or mail.silent or self._find_own_addresses([address])
                or not self._get_reason(reason)):
            return nobody
        Circle = self.env['helpdesk.lite.mail.circle']
        if not Circle._may_write(address, 1, f'notice {self.id}') or not Circle._may_write(address):
            return nobody
        told = self.with_context(
            clean_context(self.env.context), lang=self._get_sender_lang(address, message))
        # sudo: mail.mail - the system's own notice
        notice = told.env['mail.mail'].sudo().create(told._get_notice_vals(mail, reason))
        notice.send_after_commit()
        return notice

    def _get_sender_lang(self, address, message):
        """Return the language of whoever wrote, by their user or contact; else the company's."""
        # sudo: res.partner - the language of the sender only
        author = message.sudo().author_id if message else self.env['res.partner']
        author = author or self._get_agents_by_address(address)[:1].partner_id \
            or self._find_author(address)
        # sudo: res.partner - as above; res.company - the language of the ticket's own
        return author.sudo().lang or self.sudo().company_id.partner_id.lang or self.env.lang

    def _get_notice_vals(self, mail, reason):
        """Return the values of the notice, in the language of the context."""
        reference = self.ticket_ref
        lines = (
            self.env._('Hello,'),
            self._get_reason(reason),
            self.env._(
                'Your e-mail is kept as an internal note of the ticket %s. Whoever works on it '
                'can read it there, and can make it public by the button beside it.', reference),
            self.env._('Until tomorrow no more notices like this one are sent for this ticket.'),
        )
        company = self.sudo().company_id  # sudo: res.company - the addresses of the ticket's own
        sender = self._get_sender() or company.email_formatted
        return {
            'subject': self.env._('[%s] Your e-mail was not passed on', reference),
            'body_html': Markup('<div style="%s">%s</div>') % (FONT, Markup().join(
                Markup('<p>%s</p>') % line for line in lines)),
            'email_from': sender,
            'reply_to': sender,
            'email_to': formataddr(mail.sender),
            'references': mail.message_id or False,
            'author_id': False,
            'auto_delete': True,
            'headers': repr(AUTOMATIC),
            'record_company_id': company.id,
            'record_alias_domain_id': company.alias_domain_id.id,
        }

    def _get_reason(self, reason):
        """Return a sentence for the sender; empty where nobody is told."""
        return {
            'unproven': self.env._(
                'We could not tell whether this e-mail is really yours, because it does not '
                'answer an e-mail that Helpdesk sent to you. So it went to nobody outside.'),
            'internal': self.env._(
                'This e-mail answers an internal note. So it went to nobody outside.'),
            'others': self.env._(
                'This e-mail was also sent to somebody who does not belong to the ticket. So '
                'Helpdesk passed it on to nobody outside.'),
            'colleague': self.env._(
                'You follow this ticket, but have no right to answer for the team. So this '
                'e-mail went to nobody outside.'),
            'apart': self.env._(
                'This ticket was merged into the ticket of another customer, and the two are '
                'kept apart. So this e-mail was read by the team only.'),
        }.get(reason, '')
