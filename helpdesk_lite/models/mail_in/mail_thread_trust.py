from odoo import api, models
from odoo.exceptions import AccessError

TICKET = 'helpdesk.lite.ticket'


class MailThread(models.AbstractModel):
    """Who may hand in mail: the system's own jobs, and the login of a mail server's pipe.

    Whoever may call ``message_process`` writes what they like into a mail, also what otherwise
    only the own mail server writes into it: who sent it, and whether that was proven.
    """

    _inherit = 'mail.thread'

    @api.model
    def message_process(self, model, message, custom_values=None, save_original=False,
                        strip_attachments=False, thread_id=None):
        """See ``mail.thread.message_process``; of a ticket's values nothing is the caller's.

        An address has its values in its alias, and an answer names its ticket.

        :raise AccessError: for whoever isn't the gateway and names tickets as the model
        """
        if model == TICKET:
            self._check_gateway()
            custom_values, thread_id = self._drop_callers_word(custom_values, thread_id)
        return super().message_process(
            model, message, custom_values=custom_values, save_original=save_original,
            strip_attachments=strip_attachments, thread_id=thread_id)

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """See ``mail.thread``.

        :raise AccessError: for whoever isn't the gateway, where a route leads to tickets
        """
        if any(route[0] == TICKET for route in routes or ()):
            self._check_gateway()
        return super()._message_route_process(message, message_dict, routes)

    @api.model
    def _drop_callers_word(self, custom_values, thread_id):
        """The values and the ticket that a caller may give a mail: the system's own code alone.

        :return: ``(custom values, thread id)``
        """
        return (custom_values, thread_id) if self.env.su else (None, None)

    @api.model
    def _check_gateway(self):
        """Refuse mail from whoever isn't the gateway.

        Odoo's job that fetches mail runs as the system; "Fetch Now" and the pipe of a mail server
        run as an administrator of Odoo.

        :raise AccessError: for everybody else
        """
        if not self.env.su and not self.env.user.has_group('base.group_system'):
            raise AccessError(self.env._(
                "Only the mail gateway may hand in tickets' mail. Its login needs the role "
                'Administrator of Odoo.'))

    # What follows takes objects of Python, so that no program outside can mean it well.

    @api.model
    @api.private
    def message_parse(self, message, save_original=False):
        """See ``mail.thread.message_parse``."""
        return super().message_parse(message, save_original=save_original)

    @api.model
    @api.private
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        """See ``mail.thread.message_route``; it would tell which references are whose."""
        return super().message_route(
            message, message_dict, model=model, thread_id=thread_id, custom_values=custom_values)
