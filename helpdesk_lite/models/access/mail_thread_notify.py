from odoo import api, models

OWN_MODELS = ('helpdesk.lite.ticket', 'helpdesk.lite.team')


class MailThread(models.AbstractModel):
    """Nobody sends mail about a ticket or a team that they don't see.

    Odoo lets whoever has an account send a notification about any record: from the address of
    its team, and with the ticket's reference.
    """

    _inherit = 'mail.thread'

    def message_notify(self, *, model=False, res_id=False, **kwargs):
        """See ``mail.thread.message_notify``.

        :raise AccessError: for who may not read the ticket or team that it is about
        """
        if not self.env.su:
            self._check_seen_by_caller()
            if model in OWN_MODELS and res_id:
                self.env[model].browse(res_id).check_access('read')
        return super().message_notify(model=model, res_id=res_id, **kwargs)

    @api.readonly
    def message_get_followers(self, after=None, limit=100, filter_recipients=False):
        """See ``mail.thread.message_get_followers``.

        :raise AccessError: for who may not read the ticket or team
        """
        self._check_seen_by_caller()
        return super().message_get_followers(
            after=after, limit=limit, filter_recipients=filter_recipients)

    def _check_seen_by_caller(self):
        if self._name in OWN_MODELS:
            self.check_access('read')
