from odoo import api, models

from ...tools.authentication_results import judge_sender, read_results
from ...tools.mail_headers import KEPT_REFERENCES, get_headers
from ...tools.mail_machine import REPORT, REPORTS, is_silent, why_machine
from ...tools.mail_sender import find_sender

TICKET = 'helpdesk.lite.ticket'
# Where message ids stand that a mail answers. Exchange keeps the one that it replaces.
ANSWERED_HEADERS = ('In-Reply-To', 'X-Microsoft-Original-Message-ID')
TAG_HEADERS = ('To', 'Cc', 'Delivered-To', 'X-Original-To', 'Envelope-To')


class MailThread(models.AbstractModel):
    """Find out who wrote a mail: its address is only a claim."""

    _inherit = 'mail.thread'

    @api.model
    def _read_sender(self, message, mail, own_addresses, listed):
        """Fill in who wrote a mail, whether a machine did, and whether it may be acknowledged.

        :param email.message.Message message: the mail
        :param IncomingMail mail: what is known of it; changed in place
        :param own_addresses: the normalised addresses of the addressed teams
        :param listed: normalised addresses of their contact forms
        """
        claimed = mail.author or ('', '')
        candidates, kind = find_sender(
            message, claimed, mail.opened.read_addresses('X-Original-From') if mail.opened else [],
            mail.reply_to, own_addresses, listed)
        person = self._choose_candidate(candidates, kind)
        mail.sender, mail.via = person or claimed, claimed[1] if person else ''
        by_form = bool(person) and kind == 'form'
        is_report = mail.opened and mail.opened.content_type in REPORTS
        reason = REPORT if is_report else why_machine(message, claimed[1], handed_on=by_form)
        mail.machine = '' if self._is_known_person(mail, reason) else reason
        mail.silent = is_silent(
            message, mail.sender[1], own_addresses, via=mail.via, handed_on=by_form)

    @api.model
    def _choose_candidate(self, candidates, kind):
        """Return the first candidate behind a group or a form who isn't of the desk.

        An agent may write to a group; by a form anybody could claim to be one.
        """
        if not candidates:
            return None
        Ticket = self.env[TICKET]
        own = Ticket._find_own_addresses([address for _name, address in candidates])
        return next((candidate for candidate in candidates if candidate[1] not in own and not (
            kind == 'form' and Ticket._is_agents(candidate[1]))), None)

    @api.model
    def _is_known_person(self, mail, reason):
        """Whether somebody said that such mails of this sender are a person's."""
        return reason not in ('', REPORT) and self.env['helpdesk.lite.mail.sender']._has_person(
            {mail.sender[1], mail.via} - {''})

    # ------------------------------------------------------------------
    # Proof of agents
    # ------------------------------------------------------------------

    @api.model
    def _prove_agent(self, message, mail):
        """Fill in which agent a mail is proven to be from, if it is from one.

        An agent is proven by what was mailed to them alone, or by the own mail server, where the
        system parameter ``helpdesk_lite.authserv_id`` names it. A proof says besides which ticket
        and message the mail answers, whoever has it.

        :param email.message.Message message: the mail
        :param IncomingMail mail: what is known of it; changed in place
        """
        judgement = self._judge_sender(message, mail)
        mail.refused = judgement == 'fail'
        answered, others = self._find_proofs(message)
        if proofs := list(dict.fromkeys([*answered, *others])):
            mail.proven_ticket_id, mail.proven_message_id, _user_id = proofs[0]
            self._take_proof(mail, proofs)
        if proofs and not answered:
            self._note_answered(message, mail)
        if not mail.proven_user_id and judgement == 'pass':
            mail.proven_user_id = self.env[TICKET]._get_agents_by_address(mail.sender[1])[:1].id

    @api.model
    def _find_proofs(self, message):
        """Return the genuine proofs that a mail carries: of what it answers, and all others.

        The others are those of the addresses with tags, and those of the conversation before,
        newest first.
        """
        def read(name, **options):
            return [proof for value in get_headers(message, name, **options)
                    for proof in self.env['mail.mail']._read_proof(value)]
        before = read('References', length=KEPT_REFERENCES, from_end=True)
        return ([proof for name in ANSWERED_HEADERS for proof in read(name)],
                [*(proof for name in TAG_HEADERS for proof in read(name)), *reversed(before)])

    @api.model
    def _note_answered(self, message, mail):
        """Prefer the message that the mail itself answers to one before it.

        The proof may be one of an earlier mail of the conversation, which the customer read, and
        the mail answer to a note.
        """
        ids = [word for value in get_headers(message, 'In-Reply-To') for word in value.split()]
        # sudo: mail.message - the gateway looks for what a mail answers
        found = self.env['mail.message'].sudo().search(
            [('message_id', 'in', ids), ('model', '=', TICKET),
             ('res_id', '=', mail.proven_ticket_id)], limit=1) if ids else None
        if found:
            mail.proven_message_id = found.id

    @api.model
    def _take_proof(self, mail, proofs):
        """Fill in the agent whose proof it is: the sender, or somebody who writes as the desk.

        Who answers to all sends the proof to people outside. So it is good for one such mail
        alone: from then on others know it.
        """
        Proof = self.env['helpdesk.lite.mail.proof']
        agents = self._get_agents_of_proofs(proofs)
        for proof in proofs:
            agent = agents.get(proof.user_id)
            if agent and self._is_senders(mail, agent) and not Proof._is_known_outside(proof, mail):
                mail.proven_user_id = agent.id
                mail.proven_ticket_id, mail.proven_message_id, _user_id = proof
                if mail.sender[1] != agent.email_normalized:
                    mail.via = mail.sender[1]
                    mail.sender = (agent.name, agent.email_normalized)
                break
        if outside := self._find_outside(mail):
            for proof in proofs:
                Proof._note_outside(proof, mail, outside)

    @api.model
    def _get_agents_of_proofs(self, proofs):
        """Return the agents whom proofs name: ``{user id: res.users}``."""
        domain = self.env['res.users']._get_helpdesk_lite_domain()
        # sudo: res.users - the gateway asks who wrote
        users = self.env['res.users'].sudo().search(
            [('id', 'in', [proof.user_id for proof in proofs]), *domain])
        return {user.id: user for user in users}

    @api.model
    def _is_senders(self, mail, agent):
        """Whether a mail claims to be an agent's: from their address, or from one of the desk's."""
        address = mail.sender[1]
        if not address or not agent.email_normalized:
            return False
        return address == agent.email_normalized or bool(
            self.env[TICKET]._find_own_addresses([address]))

    @api.model
    def _find_outside(self, mail):
        """Return the addresses in a mail that are neither the desk's nor an internal user's."""
        addresses = {address for _name, address in [mail.sender, *mail.to, *mail.cc]} - {''}
        addresses -= self.env[TICKET]._find_own_addresses(list(addresses))
        # sudo: res.users - only whose addresses these are
        users = self.env['res.users'].sudo().search(
            [('share', '=', False), ('partner_id.email_normalized', 'in', list(addresses))])
        return addresses - set(users.mapped('email_normalized'))

    # ------------------------------------------------------------------
    # What the own mail server says
    # ------------------------------------------------------------------

    @api.model
    def _judge_sender(self, message, mail):
        """Return what the own mail server says of the ``From`` address: 'pass', 'fail' or ''.

        Only its topmost ``Authentication-Results`` counts: whoever sent the mail may have written
        others below. Nothing is proven by a ``From`` of several addresses, nor of a group.
        """
        # sudo: ir.config_parameter - the name of the own mail server
        server = (self.env['ir.config_parameter'].sudo().get_param(
            'helpdesk_lite.authserv_id') or '').strip().lower()
        if not server:
            return ''
        own = next((value for value in get_headers(message, 'Authentication-Results')
                    if read_results(value)[0] == server), '')
        judgement = judge_sender(own, mail.author[1].rpartition('@')[2])
        return '' if judgement == 'pass' and (mail.via or not self._has_one_author(
            message)) else judgement

    @api.model
    def _has_one_author(self, message):
        values = get_headers(message, 'From')
        return len(values) == 1 and values[0].count('@') == 1
