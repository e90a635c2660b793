from odoo.http import request

from odoo.addons.portal.controllers.mail import MailController

TICKET = 'helpdesk.lite.ticket'


class HelpdeskMailController(MailController):

    @classmethod
    def _redirect_to_record(cls, model, res_id, access_token=None, **kwargs):
        """Lead links in mails to the right page; see ``mail`` and ``portal``.

        A token leads nowhere unless it opens the ticket's page; colleagues without a right for
        Helpdesk come to the page, not to Odoo's backend.
        """
        if model != TICKET:
            return super()._redirect_to_record(model, res_id, access_token=access_token, **kwargs)
        Ticket = request.env[TICKET]
        secrets = Ticket._clean_secrets({
            'access_token': access_token, 'hash': kwargs.get('hash'), 'pid': kwargs.get('pid')})
        access_token = secrets.pop('access_token', None)
        if access_token and not Ticket._find_for_portal(res_id, token=access_token):
            access_token = None
        if request.session.uid and not access_token:
            # sudo: helpdesk.lite.ticket - seen as the user who is logged in
            ticket = Ticket.with_user(request.session.uid).browse(res_id)
            if ticket.exists() and not ticket.has_access('read') and ticket._is_open_in_portal():
                return request.redirect(ticket.access_url)
        kwargs = {key: value for key, value in kwargs.items() if key not in ('hash', 'pid')}
        return super()._redirect_to_record(
            model, res_id, access_token=access_token, **kwargs, **secrets)
