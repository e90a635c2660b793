from odoo import models

from ...tools import answer_check, answer_times

NEWS = (answer_times.ANSWER, answer_times.PHONE, answer_times.CUSTOMER)
MAX_NEWS = 5
MAX_MESSAGES = 50  # the newest ones, whose text is compared
SHOWN = 1_000  # characters of another's text


class HelpdeskLiteTicket(models.Model):
    """Look at an answer with a second pair of eyes before it is sent. Nothing is written."""

    _inherit = 'helpdesk.lite.ticket'

    def check_answer(self, body, since=None, partner_ids=(), emails=(), attachment_ids=()):
        """Return what an agent should know before an answer is sent; it blocks nothing.

        :param str body: HTML
        :param dict since: what was known when one began to write, see `get_news_since`
        :param partner_ids: whom it goes to, besides the followers
        :param emails: addresses that it goes to, too
        :param attachment_ids: its files; only whether there are any counts
        :return: what `get_news_since` returns, and ``warnings``: ``[{'code': …, 'text': …}]``
        """
        self.ensure_one()
        self._check_no_customer()
        self.check_access('read')
        text = answer_check.get_text(body if isinstance(body, str) else '')
        found = {
            'recipient': self._warn_of_recipients(partner_ids, emails),
            'attachment': not attachment_ids and self._warn_of_missing_file(text),
            'placeholder': self._warn_of_placeholder(text),
            'note': self._warn_of_note(text),
        }
        return {
            **self.get_news_since(**(since or {})),
            'warnings': [
                {'code': code, 'text': warning} for code, warning in found.items() if warning],
        }

    # ------------------------------------------------------------------
    # What happened meanwhile
    # ------------------------------------------------------------------

    def get_news_since(self, message_id=None, is_closed=True):
        """Return what happened on the ticket since an agent began to write.

        :param int message_id: the newest message that was there; None asks for no messages
        :param bool is_closed: whether the ticket was closed already
        :return: ``messages`` of others, as ``[{'author': …, 'date': …, 'text': …}]``, ``state``,
            a sentence where the ticket was closed or merged, and ``message_id``, the newest of all
        """
        self.ensure_one()
        self._check_no_customer()
        self.check_access('read')
        known = message_id and int(message_id)
        newer = self.env['mail.message'].search([
            ('model', '=', self._name), ('res_id', '=', self.id), ('id', '>', known),
            ('helpdesk_lite_side', 'in', NEWS),
            ('author_id', '!=', self.env.user.partner_id.id)],
            order='id', limit=MAX_NEWS) if message_id is not None else ()
        return {
            'messages': [{
                'author': message.author_id.display_name or message.email_from or '',
                'date': message.date,
                'text': answer_check.get_text(message.body)[:SHOWN],
            } for message in newer],
            'state': not is_closed and self._get_closing_news(known or 0),
            'message_id': self._get_newest_message_id(),
        }

    def _get_newest_message_id(self):
        return self.env['mail.message'].search(
            [('model', '=', self._name), ('res_id', '=', self.id)], order='id desc', limit=1).id

    def _get_closing_news(self, message_id):
        """Say that the ticket was closed or merged after a message, or return False."""
        # sudo: helpdesk.lite.ticket - the reference of the ticket that it was merged into
        ticket = self.sudo()
        if ticket.merged_into_id:
            return self.env._(
                'The ticket was merged into %s.', ticket.merged_into_id.ticket_ref)
        # a closing of before has left a message of its own behind it
        closing = ticket.closing_ids.filtered(lambda closing: not closing.reopen_date)[:1]
        if not ticket.is_closed or (closing and closing.close_message < message_id):
            return False
        return self.env._('The ticket was closed: it is in the stage "%s".', ticket.stage_id.name)

    # ------------------------------------------------------------------
    # Warnings
    # ------------------------------------------------------------------

    def _warn_of_recipients(self, partner_ids, emails):
        """Warn of whoever is neither the customer, in Cc, of their company nor a colleague."""
        ids = [partner_id for partner_id in partner_ids if type(partner_id) is int]
        partners = self.env['res.partner'].browse(ids).exists()._filtered_access('read')
        # sudo: helpdesk.lite.ticket - the customer, by their addresses and their company
        ticket = self.sudo()
        customer, company = ticket.partner_id, ticket.partner_id.commercial_partner_id
        known = ticket._get_cc_addresses() | {ticket.email_normalized, customer.email_normalized}
        outside = [
            partner.email or partner.display_name for partner in partners
            if partner != customer and partner.partner_share
            and partner.email_normalized not in known
            and not (company and partner.commercial_partner_id == company)]
        addresses = {address: text for text in emails
                     if (address := self._normalize(text)) and address not in known}
        if addresses:
            contacts = self.env['res.partner'].search(
                [('email_normalized', 'in', list(addresses))])
            inside = contacts.filtered(
                lambda partner: not partner.partner_share
                or (company and partner.commercial_partner_id == company))
            for address in inside.mapped('email_normalized'):
                addresses.pop(address, None)
        if outside := [*outside, *addresses.values()]:
            return self.env._(
                'It goes to %s: neither the customer, nor somebody in Cc or of their company.',
                ', '.join(outside))
        return None

    def _warn_of_missing_file(self, text):
        # sudo: res.partner - the language of the ticket's customer
        languages = {self.sudo().partner_id.lang, self.env.lang}
        if word := answer_check.says_attached(text, languages):
            return self.env._('It says "%s", but no file is attached.', word)
        return None

    def _warn_of_placeholder(self, text):
        if found := answer_check.find_placeholder(text):
            return self.env._('A placeholder is left in it: %s', found)
        return None

    def _warn_of_note(self, text):
        """Warn of text that stands in an internal note, and in no message that is public."""
        notes, public = self._read_texts()
        if found := answer_check.find_common_text(text, notes, public):
            return self.env._('It repeats an internal note: "%s"', found[:200])
        return None

    def _read_texts(self):
        """The texts of the ticket's notes, and those that its customer knows."""
        messages = self.env['mail.message'].search([
            ('model', '=', self._name), ('res_id', '=', self.id),
            ('message_type', 'in', ('comment', 'email'))], order='id desc', limit=MAX_MESSAGES)
        notes, public = [], [answer_check.get_text(self.description)]
        for message in messages:
            internal = self._is_internal_message({
                'is_internal': message.is_internal, 'subtype_id': message.subtype_id.id})
            (notes if internal else public).append(answer_check.get_text(message.body))
        return notes, public
