from odoo import api, models
from odoo.exceptions import AccessError

from ...tools.plain_context import in_plain_context


class HelpdeskLiteTicket(models.Model):
    """Limit what somebody may say with a message, whichever way they post it.

    A message decides more than its text: who is named as its author, who is mailed from the
    team's address, who becomes a follower. Customers say the text and give their files; the rest
    is ours. Where an answer goes on in superuser mode, to a ticket that its author may not see,
    nobody says more than that.
    """

    _inherit = 'helpdesk.lite.ticket'

    def message_notify(self, **kwargs):
        """See ``mail.thread.message_notify``; customers mail nobody of their choice."""
        self._check_no_customer()  # who sees the ticket: see ``mail.thread``
        return super().message_notify(**kwargs)

    def message_post_with_source(self, source_ref, **kwargs):
        """See ``mail.thread.message_post_with_source``."""
        self._check_no_customer()
        return super().message_post_with_source(source_ref, **kwargs)

    def message_mail_with_source(self, source_ref, **kwargs):
        """See ``mail.thread.message_mail_with_source``."""
        self._check_no_customer()
        return super().message_mail_with_source(source_ref, **kwargs)

    def _check_no_customer(self):
        if self._is_called_by_customer():
            raise AccessError(self.env._('Customers write on their tickets by a message only.'))

    def _is_called_by_customer(self):
        """Whether a portal user, or a visitor, calls by RPC.

        Superuser mode is the addons' own code or portal's routes, which take the named values.
        """
        return not self.env.su and self.env.user.share

    # ------------------------------------------------------------------
    # Into superuser mode
    # ------------------------------------------------------------------

    @api.model
    def _is_gateway(self):
        """Whether the system itself posts: what mail brings has its author by the mail."""
        return self.env.su and self.env.user._is_superuser()

    @api.model
    def _get_post_author(self, values):
        """Who writes a message that is about to be posted.

        The system names the author; portal's routes name whom a link belongs to, for visitors
        without an account. Everybody else writes as themselves.

        :param dict values: see ``message_post``
        :return: ``(partner id or False, address)``
        """
        named = self._is_gateway() or (self.env.su and self.env.user._is_public())
        return self._message_compute_author(
            values.get('author_id'), values.get('email_from')) if named else (
            self._message_compute_author())

    def _take_plain_post(self, values):
        """What is taken of a message into superuser mode: its text, its files and its author.

        :param dict values: see ``message_post``
        :return: values of a public comment
        """
        author_id, email_from = self._get_post_author(values)
        taken = {
            'body': values.get('body') or '', 'message_type': 'comment',
            'subtype_xmlid': 'mail.mt_comment', 'author_id': author_id, 'email_from': email_from,
            'attachment_ids': self._take_own_files(values.get('attachment_ids')),
        }
        if values.get('attachments'):
            taken['attachments'] = [tuple(pair[:2]) for pair in values['attachments']]
        return taken

    @api.model
    def _take_own_files(self, file_ids):
        """Ids of those of the files that the caller may read.

        portal's and mail's routes have checked theirs. Odoo itself takes of customers only files
        that they uploaded for a message.
        """
        ids = [file_id for file_id in file_ids or [] if type(file_id) is int]
        if self.env.user.share:
            return ids
        return self.env['ir.attachment'].browse(ids).exists()._filtered_access('read').ids

    @api.model
    def _take_answer(self, values):
        """What an answer may say that is posted on another ticket than the one that was answered.

        :param dict values: see ``message_post``
        """
        if self._is_gateway():  # a parent would be a message of the other ticket
            return {name: value for name, value in values.items() if name != 'parent_id'}
        return self._take_plain_post(values)

    def _as_superuser(self):
        """These tickets in superuser mode, without the context of whoever calls.

        Nobody begins to follow a ticket by what goes on there.
        """
        tickets = self.sudo()  # sudo: helpdesk.lite.ticket - the caller says what happens to them
        if tickets._is_gateway():
            return tickets
        return in_plain_context(tickets).with_context(
            mail_post_autofollow=False, mail_post_autofollow_author_skip=True)
