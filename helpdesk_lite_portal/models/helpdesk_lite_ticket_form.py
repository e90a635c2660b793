import contextlib

from markupsafe import Markup

from odoo import SUPERUSER_ID, api, models
from odoo.tools import email_normalize, formataddr, plaintext2html

from ..tools.claims import has_link


class HelpdeskLiteTicket(models.Model):
    """Tickets of the public form, where an address is what somebody claims to have."""

    _inherit = 'helpdesk.lite.ticket'

    @api.model
    def _take_form(self, team, values, files, own_partner, lang):
        """Make a ticket of a request and post it on it as its customer's, with the files.

        As from mail, the system makes it: the public user has no address to write from. Of the
        caller's nothing enters superuser mode but these plain values.

        :param team: a team with a public form
        :param dict values: the texts `name`, `email`, `phone`, `subject` and `message`
        :param files: ``[(name, content)]``
        :param own_partner: the contact of who is logged in and gives their own address, or none
        :param str lang: what the visitor reads
        :return: the ticket, as the superuser
        """
        # superuser: helpdesk.lite.ticket - a visitor's request; the values are these and no others
        Ticket = self.with_env(self.env(user=SUPERUSER_ID, su=True, context={
            'lang': lang, 'mail_create_nosubscribe': True,
            # the system may store pages and pictures with scripts; a visitor's become plain text
            'attachments_mime_plainxml': True,
        })).with_company(team.company_id)
        told = bool(own_partner) or Ticket.env['helpdesk.lite.form.receipt']._take(
            email_normalize(values['email']), values['phone'])
        customer = own_partner or Ticket._find_form_customer(values, team.company_id)
        ticket = Ticket._as_system().create({
            'team_id': team.id, 'name': values['subject'], 'partner_id': customer.id,
            'channel': 'portal' if own_partner else 'form',
            'description': plaintext2html(values['message']), 'partner_name': values['name'],
            'partner_email': values['email'], 'partner_phone': values['phone'],
        }).with_env(Ticket.env)
        if not told:
            ticket._mute_stages()
        elif not own_partner:
            ticket._veil_claims()
        ticket._limit_stage_mails()
        ticket._post_form(values, files)
        return ticket

    def _post_form(self, values, files):
        """Post a request on its ticket, as its customer's or as that of an address alone."""
        customer = self.partner_id
        self.message_post(
            body=plaintext2html(values['message']), author_id=customer.id, attachments=files,
            message_type='comment', subtype_xmlid='mail.mt_comment',
            email_from=None if customer else formataddr((values['name'], values['email'])))
        if not customer:
            self._log_claimed_address()

    @api.model
    def _find_form_customer(self, values, company):
        """The contact of an address that a stranger typed, made if need be.

        :return: ``res.partner``; none for the address of a colleague, who is one only when logged
            in: nothing may be posted in their name
        """
        address = email_normalize(values['email'])
        found = self._find_customers([address], company).get(address)
        if found:
            return found.browse() if not found.partner_share else found
        name = None if has_link(values['name']) else values['name']
        made = self._find_or_make_customers(
            {address: (name, values['phone'])}, company, self.env.lang)
        return made.get(address, self.env['res.partner'])

    def _log_claimed_address(self):
        """Tell the team why a ticket with an address has no customer."""
        log = self._in_log_language()
        self._message_log(
            body=Markup('<p>%s</p>') % log._(
                '%s is the address of a colleague, who was not logged in. If the request is '
                'theirs, choose them as the customer.', self.partner_email),
            author_id=self.env['ir.model.data']._xmlid_to_res_id('base.partner_root'))

    # ------------------------------------------------------------------
    # What is not repeated to somebody who may not have written it
    # ------------------------------------------------------------------

    @api.model
    def _get_veiled_ids(self):
        """Ids of tickets whose acknowledgement repeats no link, until the transaction ends."""
        return self.env.cr.precommit.data.setdefault('helpdesk_lite_portal.veiled', set())

    def _veil_claims(self):
        """Let the acknowledgement show subject and name only where they hold no link or address.

        It goes to whomever a stranger typed: what it says must be the desk's words.
        """
        self.ensure_one()
        if has_link(self.name) or has_link(self.partner_name):
            self._get_veiled_ids().add(self.id)

    def _mail_customer(self, template):
        if self.id not in self._get_veiled_ids():
            return super()._mail_customer(template)
        with self._veiled(self.partner_id):
            return super()._mail_customer(template)

    @contextlib.contextmanager
    def _veiled(self, customer):
        """Show other texts in place of those with a link, in the cache alone.

        A template shows the ticket's fields, whichever an administrator has put into it.
        """
        texts = self.with_context(lang=customer.lang or self.env.lang).env
        shown = {'name': texts._('Your request'), 'partner_name': customer.email_normalized}
        veiled = [name for name in shown if has_link(self[name])]
        self.flush_recordset()
        for name in veiled:
            self._fields[name]._update_cache(self, shown[name])
        self.invalidate_recordset(['display_name'], flush=False)
        try:
            yield
        finally:
            self.flush_recordset()
            self.invalidate_recordset([*veiled, 'display_name'], flush=False)
