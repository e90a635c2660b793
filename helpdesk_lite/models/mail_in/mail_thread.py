# pylint: disable=super-method-mismatch
# `message_process` is read in three methods, each of which may go on to Odoo's own.
import logging
from uuid import uuid4

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import email_normalize, formataddr
from odoo.tools.misc import clean_context

from ...tools.incoming_mail import IncomingMail
from ...tools.mail_bytes import repair_plainly, repair_report
from ...tools.mail_verdict import NEW
from ...tools.rating_link import drop_tokens
from ...tools.savepoint import attempt
from .fetchmail_server import Fetching

TICKET = 'helpdesk.lite.ticket'

_logger = logging.getLogger(__name__)


class MailThread(models.AbstractModel):
    """The way of a mail into the helpdesk, in the order in which Odoo calls what stands here.

    It is handed in (`message_process`), opened and repaired (``mail_thread_whole``), parsed
    (`message_parse`), led to its tickets and teams (`message_route`, ``mail_thread_where``) by
    what is known of its sender (``mail_thread_who``), and becomes there what
    `tools.mail_verdict` says (`_message_route_process`). What takes objects of Python is private:
    no program outside can mean it well.
    """

    _inherit = 'mail.thread'

    @api.model
    def _get_incoming_mail(self):
        """Return the mail that is being taken in, or None.

        Only an object counts, which nobody can send by RPC.

        :rtype: IncomingMail | None
        """
        mail = self.env.context.get('helpdesk_lite_mail')
        return mail if isinstance(mail, IncomingMail) else None

    # ------------------------------------------------------------------
    # Handed in
    # ------------------------------------------------------------------

    @api.model
    def message_process(self, model, message, custom_values=None, save_original=False,
                        strip_attachments=False, thread_id=None):
        """Take a mail in; see ``mail.thread.message_process``.

        Of a ticket's values nothing is the caller's: an address has its values in its alias, and
        an answer names its ticket. A fetched mail in conflict with another one is tried again;
        those that a pipe or RPC hands over are tried again by the server itself.

        :return: the id of the record that took it, or False
        :raise AccessError: for whoever isn't the gateway and names tickets as the model
        """
        if model == TICKET:
            self._check_gateway()
            if not self.env.su:
                custom_values = thread_id = None
        arguments = (custom_values, save_original, strip_attachments, thread_id)
        fetching = self.env.context.get('helpdesk_lite_fetching')
        if isinstance(fetching, Fetching):
            return fetching.take_in(
                self.env, lambda: self._take_mail_in(model, message, arguments))
        return self._take_mail_in(model, message, arguments)

    @api.model
    def _check_gateway(self):
        """Refuse mail from whoever isn't the gateway.

        Whoever may call ``message_process`` writes what they like into a mail, also what otherwise
        only the own mail server writes into it: who sent it, and whether that was proven. Odoo's
        job that fetches mail runs as the system; "Fetch Now" and the pipe of a mail server run as
        an administrator of Odoo.

        :raise AccessError: for everybody else
        """
        if not self.env.su and not self.env.user.has_group('base.group_system'):
            raise AccessError(self.env._(
                "Only the mail gateway may hand in tickets' mail. Its login needs the role "
                'Administrator of Odoo.'))

    @api.model
    def _take_mail_in(self, model, message, arguments):
        """Take in a mail of the helpdesk, a mail server's report or any other mail.

        A mail for the helpdesk is repaired before Odoo's parser sees it. Where it can't be read
        all the same, a ticket is made of what its headers say, with the raw mail as a file.

        :param tuple arguments: the others of ``message_process``
        """
        # pylint: disable=super-method-mismatch; it is a step of `message_process`
        mail = self._open_mail(message)
        if mail.opened.content_type == 'multipart/report' and not mail.opened.is_complaint:
            return self._take_report_in(model, mail, arguments)
        if not self._is_for_helpdesk(mail, model):
            return super().message_process(
                model, self._bound_mail(mail, self._repair_foreign), *arguments) or False
        self = self.with_context(  # noqa: PLW0642 (Odoo's idiom)
            **clean_context(self.env.context), helpdesk_lite_mail=mail,
            image_no_postprocess=True)  # files stay as they came, also those that are cut off
        clean = self._repair_mail(mail)
        with attempt(self.env) as outcome:
            return super().message_process(model, clean, *arguments) or False
        if isinstance(outcome.error, ValueError) and 'No possible route' in str(outcome.error):
            raise outcome.error
        _logger.warning('The mail %s could not be taken in as it is: %s',
                        mail.message_id, outcome.error, exc_info=outcome.error)
        mail.begin_again()
        plain = repair_plainly(mail.opened, self._get_sentence(), self._get_time())
        return super().message_process(model, plain, *arguments) or False

    @api.model
    def _take_report_in(self, model, mail, arguments):
        """Take in a bounce or another report of a mail server; drop one that can't be read.

        A mail server would deliver it again and again, and a mailbox that is fetched gets stuck.
        """
        # pylint: disable=super-method-mismatch; it is a step of `message_process`
        with attempt(self.env) as outcome:
            return super().message_process(
                model, self._bound_mail(mail, repair_report), *arguments) or False
        _logger.warning('The report %s could not be read and was dropped: %s',
                        mail.message_id, outcome.error)
        return False

    # ------------------------------------------------------------------
    # Parsed
    # ------------------------------------------------------------------

    @api.model
    @api.private
    def message_parse(self, message, save_original=False):
        """Keep the sender and the raw mail as they came; see ``mail.thread.message_parse``.

        Odoo drops a mail whose id it knows before it looks for whom the mail is. So a mail on its
        way in gets an id of its own until `message_route` knows that.
        """
        values = super().message_parse(message, save_original=save_original)
        mail = self._get_incoming_mail()
        if not mail:
            return values
        mail.stored_id = mail.message_id or values['message_id']
        values['message_id'] = f'<{uuid4()}@arriving>'
        # sanitised by Odoo; a quoted request for a rating brings no secret along
        values['body'] = drop_tokens(Markup(values['body'].strip()))
        if mail.author[1]:
            values['email_from'] = values['from'] = formataddr(mail.author)
        if save_original:
            values['attachments'] = [
                file._replace(content=mail.raw) if file.fname == 'original_email.eml' else file
                for file in values['attachments']]
        return values

    @api.model
    def _message_parse_extract_bounce(self, email_message, message_dict):
        """Take a bounce whose original mail can't be read as one of an unknown sender.

        Odoo's parser raises on it: a part ``message/rfc822`` that holds no message.
        """
        try:
            return super()._message_parse_extract_bounce(email_message, message_dict)
        except (AttributeError, IndexError, KeyError, TypeError) as error:
            _logger.warning(
                'The bounce %s names no mail that can be read: %s',
                message_dict.get('message_id'), error)
            return {
                'bounced_email': False, 'bounced_partner': self.env['res.partner'],
                'bounced_msg_ids': False, 'bounced_message': self.env['mail.message'],
                'is_bounce': True,
            }

    @api.model
    def _message_parse_post_process(self, message, message_dict, routes):
        """Neither look for the author of a ticket's mail nor add recipients: the ticket does."""
        others = [route for route in routes or () if route[0] != TICKET]
        if routes and not others:
            return {}
        return super()._message_parse_post_process(message, message_dict, others)

    # ------------------------------------------------------------------
    # Led to its tickets and teams
    # ------------------------------------------------------------------

    @api.model
    @api.private
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        """Route a mail to the tickets and teams that it belongs to; see ``mail.thread``.

        Addressed to teams, it reaches the tickets that it answers and that are or were theirs; in
        each team where there is none it becomes a new ticket. Addressed to none, the thread alone
        decides. What belongs to other applications is routed as Odoo does it.
        """
        mail = self._get_parsed_mail(message, message_dict)
        own = [] if message_dict.get('is_bounce') else self._route_to_tickets(
            message, message_dict, mail)
        if own is None:  # a team's alias doesn't take it
            return []
        foreign = self._get_foreign_recipients(message_dict)
        if own and not foreign:
            return own
        if self._is_known_message(message_dict['message_id']):
            return own
        others = message_dict if not own else {
            **message_dict, 'references': '', 'in_reply_to': '', 'parent_id': False,
            'recipients': ','.join(foreign)}
        found = super().message_route(
            message, others, model=model, thread_id=thread_id, custom_values=custom_values)
        return own + [route for route in found or () if not own or route[0] != TICKET]

    @api.model
    def _detect_loop_sender(self, message, message_dict, routes):
        """Refuse nothing for a ticket: what is too much becomes a note; see `_limit_sender`."""
        if any(route[0] == TICKET for route in routes or ()):
            routes[:] = self._limit_sender(message, message_dict, routes)
        others = [route for route in routes or () if route[0] != TICKET]
        return bool(others) and super()._detect_loop_sender(message, message_dict, others)

    # ------------------------------------------------------------------
    # What it becomes
    # ------------------------------------------------------------------

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """Let a mail become what was decided on each of its tickets and teams.

        :raise AccessError: for whoever isn't the gateway, where a route leads to tickets
        """
        own = [route for route in routes or () if route[0] == TICKET]
        if not own:
            return super()._message_route_process(message, message_dict, routes)
        self._check_gateway()
        mail = self._get_parsed_mail(message, message_dict)
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
        """Return what tells two deliveries of one mail apart: the team, else the thread."""
        _model, ticket_id, values, _user_id, alias = route
        if alias:
            return f'alias {alias.id}'
        return f'ticket {ticket_id}' if ticket_id else f'team {(values or {}).get("team_id")}'

    @api.model
    def _prepare_ticket_route(self, message_dict, mail, route):
        """Prepare a mail for one route, as its verdict says.

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
