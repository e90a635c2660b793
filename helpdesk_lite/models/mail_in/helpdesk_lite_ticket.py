import re

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.mail import email_split_tuples

KEPT_SUBJECT = 1_000  # characters of a subject in which references are looked for
KEPT_REFERENCES = 8  # references in one subject
# Who works on the ticket hears of notes like these: somebody waits for an answer
CALLING = ('stranger', 'unproven', 'internal', 'others', 'colleague')


class HelpdeskLiteTicket(models.Model):
    """Find the ticket that a mail answers, and what the mail becomes there."""

    _inherit = 'helpdesk.lite.ticket'

    former_team_ids = fields.Many2many(
        'helpdesk.lite.team', 'helpdesk_lite_ticket_former_team_rel', 'ticket_id', 'team_id',
        copy=False, readonly=True, groups=fields.NO_ACCESS, export_string_translation=False,
        help='Technical: the teams that the ticket was moved out of. Answers to their addresses '
             'still reach it.')
    quoted_ticket_id = fields.Many2one(
        'helpdesk.lite.ticket', copy=False, readonly=True, groups=fields.NO_ACCESS,
        index='btree_not_null', export_string_translation=False,
        help='Technical: the ticket that the mail quotes which made this one.')
    offered_email = fields.Char(
        copy=False, readonly=True, export_string_translation=False,
        help='Technical: whom an agent wrote to with the desk in Cc, or whose mail an agent '
             'forwarded. They may be the customer.')

    @api.model
    def _is_made_by_mail(self):
        """Whether a mail is just becoming a new ticket."""
        mail = self._get_incoming_mail()
        return bool(mail) and getattr(mail.verdict, 'kind', '') == 'new'

    @api.model
    def _is_automatic(self):
        """Whether what is posted comes from a machine's mail."""
        mail = self._get_incoming_mail()
        return bool(mail and mail.machine)

    # ------------------------------------------------------------------
    # Which ticket
    # ------------------------------------------------------------------

    def _filter_reached(self, team):
        """Return those of the tickets that mail to `team` can reach: they are in it, or left it.

        A ticket left a team when it was moved or merged away.
        """
        return self.filtered(lambda ticket: ticket.team_id == team) or self.filtered(
            lambda ticket: team in ticket._get_teams_that_it_left())

    def _get_teams_that_it_left(self):
        """Return the teams that this ticket, or one of those merged with it, is or was in."""
        family = self | self._get_merge_target()
        family |= family._get_all_merged()
        return family.team_id | family.former_team_ids

    def _get_before(self, vals):
        """Note the teams too: ``team_id``, ``{ticket id: team id}``."""
        before = super()._get_before(vals)
        if 'team_id' in vals:
            before['team_id'] = {ticket.id: ticket.team_id.id for ticket in self}
        return before

    def _after_write(self, vals, changed, before):  # pylint: disable=missing-return
        super()._after_write(vals, changed, before)
        if moved := changed.get('team_id'):
            moved._note_former_teams(before['team_id'])

    def _note_former_teams(self, before):
        """Remember which teams the tickets were moved out of.

        :param dict before: ``{ticket id: team id}``
        """
        self.env.execute_query(SQL(
            """INSERT INTO helpdesk_lite_ticket_former_team_rel (ticket_id, team_id)
               SELECT * FROM unnest(%s, %s) ON CONFLICT DO NOTHING RETURNING ticket_id""",
            self.ids, [before[ticket_id] for ticket_id in self.ids]))
        self.invalidate_recordset(['former_team_ids'], flush=False)

    @api.model
    def _find_by_reference(self, subject):
        """Return the tickets that a subject names, oldest first, in superuser mode."""
        references = self._find_references(subject)
        # sudo: helpdesk.lite.ticket - the gateway looks for whom a mail is
        Ticket = self.sudo().with_context(active_test=False)
        return Ticket.search([('ticket_ref', 'in', references)], order='id') \
            if references else Ticket.browse()

    @api.model
    def _find_references(self, subject):
        """Find what looks like a reference in a subject: by the sequence's prefix, in any case."""
        text = (subject or '')[:KEPT_SUBJECT]
        # sudo: ir.sequence - how references look
        sequence = self.env['ir.sequence'].sudo().search_fetch(
            [('code', '=', 'helpdesk.lite.ticket'), ('company_id', '=', False)],
            ['prefix', 'suffix'], limit=1)
        prefix, suffix = sequence.prefix or '', sequence.suffix or ''
        if '%' in prefix + suffix:  # with a date in it: only between brackets, as it was sent
            return re.findall(r'\[([^\[\]\s]{1,64})\]', text)[:KEPT_REFERENCES]
        pattern = rf'(?<![^\W_]){re.escape(prefix)}([0-9]{{1,18}}){re.escape(suffix)}(?![^\W_])'
        return [f'{prefix}{number}{suffix}' for number in
                re.findall(pattern, text, re.IGNORECASE)[:KEPT_REFERENCES]]

    @api.model
    def _find_newest_open(self, address, team_id):
        """Find the newest open ticket of an address in a team's company, in superuser mode."""
        # sudo: helpdesk.lite.ticket - where mails go that are too many
        Ticket = self.sudo()
        # sudo: helpdesk.lite.team - the company of the addressed team
        company = self.env['helpdesk.lite.team'].sudo().browse(team_id).company_id
        domain = Domain([
            ('email_normalized', '=', address), ('company_id', '=', company.id),
            ('is_closed', '!=', True)])
        return (Ticket.search(domain & Domain('team_id', '=', team_id), order='id desc', limit=1)
                or Ticket.search(domain, order='id desc', limit=1))

    # ------------------------------------------------------------------
    # What it answers, and to whom it goes
    # ------------------------------------------------------------------

    def _is_answer_to_public(self, mail):
        """Whether a mail answers something that the customer can read."""
        self.ensure_one()
        # sudo: mail.message - the gateway looks for what a mail answers
        Message = self.env['mail.message'].sudo()
        message = Message.browse(mail.proven_message_id or None).exists()
        if not message:
            found = Message.search([('message_id', 'in', mail.referred[-1:])], limit=1)
            message = found or Message.search(
                [('message_id', 'in', mail.referred)], order='id desc', limit=1)
        return not message or message.message_type == 'auto_comment' or (
            not self._is_internal_message({
                'is_internal': message.is_internal, 'subtype_id': message.subtype_id.id}))

    def _is_sent_to_known(self, mail):
        """Whether ``To`` of a mail holds nobody but the desk and the ticket's correspondents."""
        self.ensure_one()
        addresses = [address for _name, address in mail.to if address]
        others = set(addresses) - self._find_own_addresses(addresses)
        return all(self._has_correspondent(address) for address in others)

    # ------------------------------------------------------------------
    # Taking it in
    # ------------------------------------------------------------------

    def _prepare_post(self, values):
        """Notify whoever works on the ticket of a mail that becomes a note."""
        values = super()._prepare_post(values)
        if self._get_calling_status(values):
            values['partner_ids'] = list(
                {*(values.get('partner_ids') or []), *self._get_working_partners().ids}
                - {values.get('author_id')})
        return values

    def _after_post(self, message, values):  # pylint: disable=missing-return
        """Tell the sender of a mail that became a note, and let no stranger be overlooked."""
        super()._after_post(message, values)
        status = self._get_calling_status(values)
        if status == 'stranger' and (self.is_closed or not values['partner_ids']):
            self._schedule_for_answer(self._in_log_language()._(
                'A mail of somebody who is not on this ticket'))
        mail = self._get_incoming_mail()
        if status and mail.verdict.tell:
            self._tell_sender(mail, status, message=message)

    @api.model
    def _get_calling_status(self, values):
        """Return why the mail that is posted became a note that waits for an answer, or ''."""
        mail = self._get_incoming_mail()
        status = getattr(mail and mail.verdict, 'status', '')
        return status if values.get('message_type') == 'email' and status in CALLING else ''

    def _in_log_language(self):
        """Return the environment in whose language the system logs and plans on these tickets.

        It is that of the company, whoever set it off: colleagues read it, and the language of a
        customer, of an agent or of the account that takes mail in isn't theirs.
        """
        # sudo: helpdesk.lite.team - the language of its company
        lang = self.sudo().team_id[:1]._in_company_language().env.lang
        return self.with_context(lang=lang).env

    def _schedule_for_answer(self, summary):
        """Plan one activity for the assignee, else for the administrators, if none is open."""
        if summary in self.activity_ids.mapped('summary'):
            return
        if self.user_id.active:
            self.activity_schedule(
                'mail.mail_activity_data_todo', summary=summary, user_id=self.user_id.id)
        else:
            self._schedule_for_administrators(summary)

    def _log_dropped(self, mail):
        """Say in the log that a machine's mail of a colleague was dropped."""
        self.ensure_one()
        log = self._in_log_language()
        self._message_log(
            body=log._('An automatic e-mail of %(name)s was dropped: nobody was mailed.',
                       name=mail.sender[0] or mail.sender[1]),
            author_id=self.env['ir.model.data']._xmlid_to_res_id('base.partner_root'))

    # ------------------------------------------------------------------
    # Whom a new ticket's mail was sent to
    # ------------------------------------------------------------------

    @api.model
    def _get_others_in_mail(self, mail):
        """List whom else a mail was sent to, less desk and sender: ``[(name, address)]``."""
        found = {address: name for name, address in reversed([*mail.to, *mail.cc]) if address}
        own = self._find_own_addresses(list(found)) | {mail.sender[1], mail.via}
        return [(name, address) for address, name in reversed(found.items()) if address not in own]

    @api.model
    def _get_offered_customer(self, mail, others):
        """Return whom an agent wrote to with the desk in Cc: ``(name, address)``, or None.

        Their ticket has no customer until somebody says so: an address is a claim.
        """
        to = {address for _name, address in mail.to}
        if not to or self._find_own_addresses(list(to)) or not self._is_agents(mail.sender[1]):
            return None
        return next(((name, address) for name, address in others if address in to), None)

    @api.model
    def _is_agents(self, address):
        """Whether an address is that of somebody with a right for Helpdesk."""
        # sudo: res.users - only whether there is one
        return bool(address) and bool(self._get_agents_by_address(address))

    @api.model
    def _get_agents_by_address(self, address):
        # sudo: res.users - the gateway asks who wrote
        Users = self.env['res.users'].sudo()
        return Users.search(Users._get_helpdesk_lite_domain() & Domain(
            'partner_id.email_normalized', '=', address))

    def action_accept_offered_customer(self):
        """Make whom the agent wrote to the customer, and acknowledge the ticket to them."""
        self.ensure_one()
        self.check_access('write')
        if not self.offered_email:
            return
        [(name, address)] = email_split_tuples(self.offered_email)[:1]
        customer = self._find_or_make_customers(
            {address: (name, None)}, self.company_id).get(self._normalize(address))
        if customer:
            self.write({'partner_id': customer.id})
        self.sudo().offered_email = False  # sudo: helpdesk.lite.ticket - the system keeps it
        self._send_stage_template()
