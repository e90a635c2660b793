from odoo import models

from ...tools.plain_context import in_plain_context


class HelpdeskLiteTicket(models.Model):
    """Post messages on tickets, whichever way they come."""

    _inherit = 'helpdesk.lite.ticket'

    def message_post(self, **kwargs):
        """Post on a ticket that one may read; see ``mail.thread.message_post``.

        In order: who posts is checked, and what a customer may say is taken; an answer goes to
        the ticket that goes on where this one was merged or closed; who works on it is called;
        it is posted; and what it does to the ticket is done. Concerns extend the hooks, and never
        this method.

        Odoo also lets whoever was notified of a message answer it, which would be a way into
        tickets that they don't see (any more); their answers by mail come in by the gateway. Who
        answers by mail becomes no follower in a private team: a mail that is handed on would
        invite its reader.

        :return: ``mail.message``, which may be one of another ticket
        :raise AccessError: for whoever may not read the ticket
        """
        self.ensure_one()
        if not self.env.su:  # before anything is done in superuser mode
            self.check_access(self._mail_post_access)
        ticket, values = self, kwargs
        if self._is_called_by_customer():
            ticket, values = in_plain_context(self), self._take_plain_post(values)
        place, values = ticket._find_place(values)
        if place != ticket:
            return place.message_post(**values).with_env(self.env)
        values = ticket._prepare_post(values)
        if values.get('message_type') == 'email' and ticket._filter_private():
            ticket = ticket.with_context(mail_post_autofollow_author_skip=True)
        message = super(HelpdeskLiteTicket, ticket).message_post(**values).with_env(self.env)
        self._after_post(message, values)
        return message

    def _find_place(self, values):
        """Hook: find the ticket that a message belongs to.

        :param dict values: see ``message_post``
        :return: ``(ticket, values)``; another one than this in superuser mode, with what may be
            said there, see `_take_answer`
        """
        return self, values

    def _prepare_post(self, values):
        """Hook: complete the values of a message, as by who is called.

        :param dict values: see ``message_post``
        :return: the values
        """
        return values

    def _after_post(self, message, values):
        """Hook: do what follows from a message.

        :param message: the ``mail.message``
        :param dict values: what it was made of, see `_prepare_post`
        """
