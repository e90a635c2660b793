import ast
from dataclasses import replace

from odoo import api, models
from odoo.fields import Domain
from odoo.tools.mail import (
    email_normalize,
    email_split,
    unfold_references,
)

from ...tools.mail_verdict import AGENTS, NEW, Verdict, decide

TICKET = 'helpdesk.lite.ticket'
KEPT_REFERENCES = 32  # of a mail's References the newest ones count, as in Odoo


class MailThread(models.AbstractModel):
    """Find where a mail goes: the recipient decides, then the thread."""

    _inherit = 'mail.thread'

    @api.model
    def _route_to_tickets(self, message, message_dict, mail):
        """Return the routes to tickets and teams, or None where a team's address refused it."""
        teams = self._find_addressed_teams(mail)
        self._read_sender(
            message, mail, teams._get_own_addresses(), teams._get_reply_to_senders())
        self._prove_agent(message, mail)
        if teams:
            routes = self._route_to_teams(mail, message_dict, teams)
        elif self._get_foreign_recipients(message_dict):
            return []
        else:
            routes = self._route_by_thread(mail, message_dict)
        taken = [route for route in routes if self._is_taken(message, message_dict, route)]
        return taken if taken or not routes else None

    @api.model
    def _is_taken(self, message, message_dict, route):
        """Whether the alias of a route takes the mail; whom it refuses is told so by Odoo."""
        alias = route[4]
        if not alias or alias.alias_contact == 'everyone':
            return True
        return bool(self.env[TICKET]._routing_check_route(
            message, message_dict, route, raise_exception=False))

    @api.model
    def _is_known_message(self, message_id):
        """Whether a message has this id: then other applications get it no second time."""
        # sudo: mail.message - Odoo's own question, see `message_process`
        return bool(self.env['mail.message'].sudo().search_count(
            [('message_id', '=', message_id)], limit=1))

    @api.model
    def _get_parsed_mail(self, message, message_dict):
        """Return the mail on its way in, with what Odoo's parser read of it.

        :rtype: IncomingMail
        """
        mail = self._get_incoming_mail() or self._open_mail(message)
        mail.stored_id = mail.stored_id or message_dict['message_id']
        message_dict['message_id'] = mail.stored_id
        mail.content = f'{message_dict.get("subject")}\0{message_dict.get("body")}'
        return mail

    # ------------------------------------------------------------------
    # By recipient
    # ------------------------------------------------------------------

    @api.model
    def _find_addressed_teams(self, mail):
        """Return the teams that a mail is addressed to, in superuser mode."""
        # sudo: helpdesk.lite.team - the gateway looks for whom a mail is
        Team = self.env['helpdesk.lite.team'].sudo()
        if mail.team_ids is None:
            mail.team_ids = Team._find_addressed(list(dict.fromkeys(mail.recipients))).ids
        return Team.browse(mail.team_ids)

    @api.model
    def _route_to_teams(self, mail, message_dict, teams):
        """Return a route for each team: to the ticket that the mail answers, or to a new one."""
        by_id = self._find_tickets_by_id(mail, message_dict)
        by_reference = self.env[TICKET]._find_by_reference(message_dict.get('subject'))
        routes = {}
        for team in teams:
            ticket, found = by_id._filter_reached(team)[:1], 'id'
            if not ticket:
                ticket, found = by_reference._filter_reached(team)[:1], 'reference'
            route = ((ticket and self._make_answer_route(mail, ticket, found, team.alias_id))
                     or self._make_new_route(mail, team, ticket or self._get_quoted(
                         mail, by_id, by_reference)))
            routes.setdefault(route[1] or -team.id, route)
        return list(routes.values())

    @api.model
    def _get_quoted(self, mail, by_id, by_reference):
        """Return the ticket of another team that a mail quotes.

        A reference alone counts only if the sender has to do with that ticket.
        """
        return by_id[:1] or by_reference.filtered(
            lambda ticket: mail.sender[1] and ticket._has_correspondent(mail.sender[1]))[:1]

    @api.model
    def _make_answer_route(self, mail, ticket, found, alias=None):
        """Return the route to the ticket that a mail answers, or None where it makes a new one.

        What answers a ticket that was merged away goes to the one that stays. It is a note there if
        the customer of that one must not read it.
        """
        verdict = self._decide(mail, ticket, found)
        if verdict.kind == 'new':
            return None
        target = ticket._get_merge_target() if ticket.merged_into_id else ticket
        if verdict.kind == 'answer' and (
                ticket._is_kept_apart() or target._is_kept_apart(mail.sender[1])):
            verdict = replace(verdict, kind='note', status='apart', keep_cc=False)
        mail.verdicts.setdefault(target.id, verdict)
        return (TICKET, target.id, None, self.env.uid, alias)

    @api.model
    def _make_new_route(self, mail, team, quoted):
        """Return the route of a new ticket, with what the team's alias gives it."""
        if quoted:
            mail.quoted[team.id] = quoted.id
        defaults = ast.literal_eval(team.alias_defaults or '{}')
        return (TICKET, 0, {'team_id': team.id, **defaults}, self.env.uid, team.alias_id)

    @api.model
    def _decide(self, mail, ticket, found):
        """Decide what a mail becomes on the ticket that it was found to answer; see `decide`.

        :param str found: 'id' or 'reference'
        :rtype: Verdict
        """
        role, address = ticket._get_role(mail, by_id=found == 'id'), mail.sender[1]
        if role == 'stranger' and address and ticket._get_merge_target()._is_kept_apart(address):
            role = 'correspondent'  # of a ticket that was merged in
        if role not in AGENTS:
            return decide(role, found, machine=bool(mail.machine))
        return decide(
            role, found, machine=bool(mail.machine), involved=ticket._has_correspondent(address),
            public=ticket._is_answer_to_public(mail), clean=ticket._is_sent_to_known(mail))

    # ------------------------------------------------------------------
    # By thread
    # ------------------------------------------------------------------

    @api.model
    def _route_by_thread(self, mail, message_dict):
        """Route a mail that is addressed to no team: to the ticket that it answers."""
        ticket, found = self._find_tickets_by_id(mail, message_dict)[:1], 'id'
        if not ticket:
            ticket, found = self.env[TICKET]._find_by_reference(
                message_dict.get('subject'))[:1], 'reference'
        route = ticket and self._make_answer_route(mail, ticket, found)
        return [route] if route else []

    @api.model
    def _find_tickets_by_id(self, mail, message_dict):
        """Return the tickets whose messages a mail refers to, in superuser mode.

        The ticket of the agent's proof comes first, then those of the newest messages.
        """
        referred = f'{message_dict.get("references") or ""} {message_dict.get("in_reply_to") or ""}'
        mail.referred = list(dict.fromkeys(unfold_references(referred)))[-KEPT_REFERENCES:]
        # sudo: mail.message - the gateway looks for what a mail answers
        messages = self.env['mail.message'].sudo()
        if mail.referred:  # an id that proves an agent names the message, whoever answers to it
            named = [key[1] for key in self.env['mail.mail']._read_proof(' '.join(mail.referred))]
            messages = messages.search_fetch(
                Domain([('model', '=', TICKET), ('res_id', '!=', 0)])
                & (Domain('message_id', 'in', mail.referred) | Domain('id', 'in', named)),
                ['res_id'], order='id desc')
        ticket_ids = [mail.proven_ticket_id] if mail.proven_ticket_id else []
        ticket_ids += [message.res_id for message in messages]
        # sudo: helpdesk.lite.ticket - as above
        Ticket = self.env[TICKET].sudo().with_context(active_test=False)
        return Ticket.browse(dict.fromkeys(ticket_ids)).exists()

    # ------------------------------------------------------------------
    # Other applications
    # ------------------------------------------------------------------

    @api.model
    def _get_foreign_recipients(self, message_dict):
        """Return the recipients of a mail that are aliases of other applications, normalised."""
        recipients = [email_normalize(a) for a in email_split(message_dict['recipients'])]
        # sudo: mail.alias - the gateway's own look-up
        aliases = self.env['mail.alias'].sudo().search_fetch([
            ('alias_full_name', 'in', [a for a in recipients if a]),
            ('alias_model_id.model', '!=', TICKET)], ['alias_full_name'])
        return aliases.mapped('alias_full_name')

    # ------------------------------------------------------------------
    # Too many mails
    # ------------------------------------------------------------------

    @api.model
    def _limit_sender(self, message, message_dict, routes):
        """Let the mails of an address that sends more than Odoo allows become notes.

        More new ones than the parameters ``mail.gateway.loop.*`` say go to the newest open ticket
        of that address; more answers stay on their ticket.

        :return: the routes
        """
        mail = self._get_parsed_mail(message, message_dict)
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
        """Make one mail too many a note on a ticket that is there; else its route stays."""
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
