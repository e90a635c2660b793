from uuid import uuid4

from odoo import api, models
from odoo.tools import email_normalize, formataddr

from ...tools.incoming_mail import IncomingMail
from ...tools.mail_verdict import NEW, Verdict

TICKET = 'helpdesk.lite.ticket'


class MailThread(models.AbstractModel):
    """The way of a mail into the helpdesk: whole, where, who, what.

    ``message_process`` (``mail_thread_whole``) has the mail repaired and opens it;
    ``message_route`` (``mail_thread_where``) finds its tickets and teams and asks who wrote it
    (``mail_thread_who``); here it becomes what `tools.mail_verdict` says.
    """

    _inherit = 'mail.thread'

    @api.model
    def message_parse(self, message, save_original=False):
        """See ``mail.thread.message_parse``.

        Odoo drops a mail whose id it knows before it looks for whom the mail is. So a mail on its
        way in gets an id of its own until `message_route` knows that.
        """
        values = super().message_parse(message, save_original=save_original)
        mail = self.env.context.get('helpdesk_lite_mail')
        if isinstance(mail, IncomingMail):
            mail.stored_id, values['message_id'] = values['message_id'], f'<{uuid4()}@arriving>'
        return values

    @api.model
    def _message_parse_post_process(self, message, message_dict, routes):
        """See ``mail.thread``; a ticket finds the author by itself, and adds no recipients."""
        others = [route for route in routes or () if route[0] != TICKET]
        if routes and not others:
            return {}
        return super()._message_parse_post_process(message, message_dict, others)

    # ------------------------------------------------------------------
    # Too many mails
    # ------------------------------------------------------------------

    @api.model
    def _detect_loop_sender(self, message, message_dict, routes):
        """Refuse nothing for a ticket: what is too much becomes a note; see `_limit_sender`."""
        if any(route[0] == TICKET for route in routes or ()):
            routes[:] = self._limit_sender(message, message_dict, routes)
        others = [route for route in routes or () if route[0] != TICKET]
        return bool(others) and super()._detect_loop_sender(message, message_dict, others)

    @api.model
    def _limit_sender(self, message, message_dict, routes):
        """Let the mails of an address that sends more than Odoo allows become notes.

        More new ones than the parameters ``mail.gateway.loop.*`` say go to the newest open ticket
        of that address; more answers stay on their ticket.

        :return: the routes
        """
        mail = self._get_incoming_mail(message, message_dict)
        address = mail.sender[1]
        if not address or mail.proven_user_id or self._is_gateway_allowed(address):
            return routes
        get_param = self.env['ir.config_parameter'].sudo().get_param  # sudo: Odoo's own settings
        minutes = int(get_param('mail.gateway.loop.minutes', 120))
        threshold = int(get_param('mail.gateway.loop.threshold', 20))
        counts = self.env['helpdesk.lite.mail.delivery']._count_recent(
            address, {route[1] or 0 for route in routes if route[0] == TICKET}, minutes)
        return [
            self._limit_route(mail, route)
            if route[0] == TICKET and counts.get(route[1] or 0, 0) >= threshold else route
            for route in routes]

    @api.model
    def _is_gateway_allowed(self, address):
        # sudo: mail.gateway.allowed - Odoo's own list
        return bool(self.env['mail.gateway.allowed'].sudo().search_count(
            [('email_normalized', '=', address)], limit=1))

    @api.model
    def _limit_route(self, mail, route):
        """The route of one mail too many: a note on a ticket that is there, else as it was."""
        _model, ticket_id, values, user_id, alias = route
        if not ticket_id:
            team_id = values.get('team_id')
            ticket = self.env[TICKET]._find_newest_open(
                mail.sender[1], team_id if isinstance(team_id, int) else False)
            if not ticket:
                return route
            ticket_id = ticket.id
        if mail.verdicts.get(ticket_id, NEW).kind != 'drop':
            mail.verdicts[ticket_id] = Verdict('note', 'limited')
        return (TICKET, ticket_id, None, user_id, alias)

    # ------------------------------------------------------------------
    # What it becomes
    # ------------------------------------------------------------------

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        own = [route for route in routes or () if route[0] == TICKET]
        if not own:
            return super()._message_route_process(message, message_dict, routes)
        mail = self._get_incoming_mail(message, message_dict)
        first = self.env['helpdesk.lite.mail.delivery']._note(
            mail, [(self._get_delivery_key(route), route[1] or 0) for route in own])
        thread_id = False
        if others := [route for route in routes if route[0] != TICKET]:
            thread_id = super()._message_route_process(message, dict(message_dict), others)
        self = self.with_context(helpdesk_lite_mail=mail)  # noqa: PLW0642 (Odoo's idiom)
        for route in own:
            if self._get_delivery_key(route) in first:
                values = self._prepare_ticket_route(dict(message_dict), mail, route)
                thread_id = route[1] if values is None else super()._message_route_process(
                    message, values, [route])
        return thread_id

    @api.model
    def _get_delivery_key(self, route):
        """What tells two deliveries of one mail apart: the addressed team, else the thread."""
        _model, ticket_id, values, _user_id, alias = route
        if alias:
            return f'alias {alias.id}'
        return f'ticket {ticket_id}' if ticket_id else f'team {(values or {}).get("team_id")}'

    @api.model
    def _prepare_ticket_route(self, message_dict, mail, route):
        """What of a mail is taken in by one route, as its verdict says.

        :return: `message_dict`, or None for a mail that is dropped
        """
        _model, ticket_id, _values, _user_id, _alias = route
        # sudo: helpdesk.lite.ticket - the ticket that the mail was found to answer
        ticket = self.env[TICKET].sudo().browse(ticket_id or None)
        mail.verdict = mail.verdicts.get(ticket.id) if ticket else NEW
        if not mail.verdict:  # a route of Odoo's own, as to a thread that a caller gives
            mail.verdict = self._decide(mail, ticket, 'id')
        if mail.verdict.kind == 'drop':
            ticket._log_dropped(mail)
            return None
        claimed = email_normalize(message_dict.get('email_from') or '', strict=False)
        if mail.sender[1] and mail.sender[1] != claimed:  # behind a group or a form
            message_dict['email_from'] = message_dict['from'] = formataddr(mail.sender)
        if ticket_id:
            message_dict['is_internal'] = mail.verdict.kind == 'note'
        return message_dict
