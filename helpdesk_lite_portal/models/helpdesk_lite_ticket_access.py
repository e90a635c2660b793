import secrets

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, consteq

from odoo.addons.helpdesk_lite.tools.raw_write import raw_write

INTEGER_MAX = 2**31 - 1


class HelpdeskLiteTicket(models.Model):
    """Who sees a ticket in the portal, by which path ever they come.

    Three ways lead to a ticket of a public team: the right to read it, following it as a
    colleague without a right for Helpdesk, and the secret of its link. None leads to a ticket of
    a private or company team.
    """

    _inherit = 'helpdesk.lite.ticket'

    # portal's code compares this field with what a visitor brings, and signs with it
    _mail_post_token_field = 'portal_post_token'

    portal_post_token = fields.Char(
        compute='_compute_portal_post_token', compute_sudo=True, export_string_translation=False,
        help="Technical: the token of the link, or something that nobody can know where there is "
             "none. portal's code signs an empty token just the same, and alike for all records.")

    @api.depends('access_token', 'team_id.privacy_visibility')
    def _compute_portal_post_token(self):
        for ticket in self:
            token = ticket._is_public() and ticket.access_token
            ticket.portal_post_token = token or secrets.token_urlsafe()

    # ------------------------------------------------------------------
    # One ticket
    # ------------------------------------------------------------------

    @api.model
    def _find_for_portal(self, ticket_id, token=None, hash=None, pid=None):  # noqa: A002
        """The ticket of this id if the current user may see it in the portal.

        :param token: the secret of the ticket's link, as the visitor brought it
        :param hash: signature of `pid`, as in mails
        :param pid: id of the contact whom the mail was sent to
        :return: the ticket in superuser mode, or nothing: whether it isn't there or isn't theirs
            is not to be told apart
        """
        if type(ticket_id) is not int or not 0 < ticket_id <= INTEGER_MAX:
            return self.sudo().browse()  # sudo: helpdesk.lite.ticket - nothing
        # sudo: helpdesk.lite.ticket - what follows decides whether it is given out
        ticket = self.sudo().browse(ticket_id).exists()
        return ticket if ticket and self.browse(ticket_id)._is_open_in_portal(
            token=token, hash=hash, pid=pid) else ticket.browse()

    def _is_open_in_portal(self, token=None, hash=None, pid=None):  # noqa: A002
        """Whether the current user may see this ticket in the portal; see `_find_for_portal`."""
        self.ensure_one()
        return self._is_public() and (
            self.sudo(False).has_access('read')
            or self._is_followed_by_colleague()
            or self._has_portal_secret(token, hash, pid))

    def _is_followed_by_colleague(self):
        """Whether the user is an internal one who is the ticket's follower, as a customer is."""
        user = self.env.user
        # sudo: helpdesk.lite.ticket - only whether the user's own partner is among its followers
        ticket = self.sudo()
        return (
            user._is_internal()
            and ticket.company_id in user.company_ids
            and user.partner_id in ticket.message_partner_ids)

    def _has_portal_secret(self, token=None, hash=None, pid=None):  # noqa: A002
        """Whether a visitor brought the secret of the ticket's link, or a signature by it."""
        self.ensure_one()
        # sudo: helpdesk.lite.ticket - the secret is compared, not shown
        known = self._is_plain(token) and consteq(token, self.sudo().portal_post_token)
        if known or not self._is_plain(hash):
            return known
        partner_id = self._to_partner_id(pid)
        return bool(partner_id) and consteq(hash, self._sign_token(partner_id))

    def _sign_token(self, pid):
        # sudo: helpdesk.lite.ticket - signs with a field that visitors don't read
        return super(HelpdeskLiteTicket, self.sudo())._sign_token(pid)

    @api.model
    def _is_plain(self, text):
        """Whether `text` is something that may be compared in constant time."""
        return isinstance(text, str) and bool(text) and text.isascii()

    @api.model
    def _to_partner_id(self, pid):
        """The id that a visitor gives as `pid`, or False."""
        text = str(pid)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else False

    @api.model
    def _clean_secrets(self, values):
        """Leave out of a request's `values` what can be no secret of a link.

        portal's code raises where it compares something that isn't plain text.
        """
        values = dict(values)
        for name in ('token', 'hash', 'access_token', '_hash'):
            if name in values and not self._is_plain(values[name]):
                del values[name]
        if 'pid' in values and not self._to_partner_id(values['pid']):
            del values['pid']
        return values

    # ------------------------------------------------------------------
    # Lists
    # ------------------------------------------------------------------

    @api.model
    def _get_portal_tickets(self):
        """The model as the current user's list in the portal reads it, and what to search in it.

        A colleague without a right for Helpdesk reads no ticket, so theirs are read as superuser,
        within a domain of its own.

        :return: ``(model, domain)``
        """
        user = self.env.user
        if not user._is_internal():
            return self, Domain.TRUE
        # sudo: mail.followers - only rows of the user's own partner
        followed = self.env['mail.followers'].sudo()._search([
            ('res_model', '=', self._name), ('partner_id', '=', user.partner_id.id)])
        # sudo: helpdesk.lite.ticket - within the domain that follows
        return self.sudo(), Domain([
            ('team_id.privacy_visibility', '=', 'portal'),
            ('company_id', 'in', user.company_ids.ids),
            ('id', 'in', followed.subselect('res_id')),
        ])

    # ------------------------------------------------------------------
    # portal's and mail's own routes
    # ------------------------------------------------------------------

    @api.model
    def _get_thread_with_access(self, thread_id, *, mode='read', hash=None, pid=None,  # noqa: A002
                                token=None, **kwargs):
        """See ``mail.thread``: what decides about posting, fetching and uploading in a chatter.

        Secrets of links count here only where the team is public, and only for reading and what
        goes with it (posting).
        """
        thread = super()._get_thread_with_access(thread_id, mode=mode, **kwargs)
        if thread or mode != 'read':
            return thread
        return self._find_for_portal(thread_id, token=token, hash=hash, pid=pid)

    def _thread_to_store(self, store, fields, *, request_list=None):
        """See ``mail.thread``: who came by a link gets no followers, files or activities."""
        if request_list and self.env.su and not self.sudo(False).has_access('read'):
            request_list = [name for name in request_list if name == 'display_name']
        return super()._thread_to_store(store, fields, request_list=request_list)

    @api.model
    def _get_public_message_domain(self):
        """The messages that customers see, on any ticket."""
        return Domain([
            ('subtype_id', '=', self.env['ir.model.data']._xmlid_to_res_id('mail.mt_comment')),
            ('is_internal', '=', False),
        ])

    def _get_public_attachments(self):
        """The files of the ticket's public messages, newest first, in superuser mode."""
        self.ensure_one()
        # sudo: mail.message - the public ones of a ticket that was given out
        messages = self.env['mail.message'].sudo().search(
            self._get_public_message_domain() & Domain([
                ('model', '=', self._name), ('res_id', '=', self.id),
                ('attachment_ids', '!=', False)]))
        return messages.attachment_ids

    # ------------------------------------------------------------------
    # Tickets that continue this one
    # ------------------------------------------------------------------

    def _get_merged_target(self, by_secret=False, pid=None):
        """The ticket that stays of those that this one was merged into, if it may be shown.

        :param bool by_secret: the visitor came by a link of this ticket
        :param pid: whom that link was sent to, where it says so
        :return: the ticket in superuser mode; empty if this one stays, or for whom it isn't
        """
        self.ensure_one()
        target = self._get_merge_target()
        if target == self:
            return target.browse()
        return target._filter_shown_to(self, by_secret, pid)

    def _get_shown_follow_up(self, by_secret=False, pid=None):
        """The ticket that a customer's answer to this closed one opened, if it may be shown.

        For the parameters and what is returned see `_get_merged_target`.
        """
        self.ensure_one()
        # sudo: helpdesk.lite.ticket - what follows decides whether it is given out
        own = self.sudo()
        target = own._get_last_follow_up() if own.is_closed else own
        return target.browse() if target == own else target._filter_shown_to(self, by_secret, pid)

    def _filter_shown_to(self, source, by_secret, pid):
        """This ticket in superuser mode, if the visitor of the page of `source` may see it.

        A link is the customer's, so it leads on to tickets of the same customer, and to those
        that the customers were let read each other's by merging. A link that names whom it was
        sent to leads on for its ticket's customer and followers only.
        """
        target = self.sudo()  # sudo: helpdesk.lite.ticket - compares customers and followers
        if not target._is_public():
            return target.browse()
        if target.with_env(source.env).sudo(False)._is_open_in_portal():
            return target
        ticket = source.sudo()  # sudo: as above
        may = by_secret and (
            ticket._is_same_customer(target) or ticket._is_shared_by_merging())
        if may and pid:
            visitor = target.env['res.partner'].browse(int(pid))
            may = visitor in (target.partner_id | target.message_partner_ids)
        return target if may else target.browse()

    def _is_shared_by_merging(self):
        """Whether whoever merged this ticket let its customer read the one that stays."""
        path = self._get_merge_path()
        logs = self.env['helpdesk.lite.ticket.merge.log'].search([('ticket_id', 'in', path.ids)])
        return (
            bool(path) and set(logs.ticket_id.ids) == set(path.ids)
            and not any(logs.mapped('kept_apart')))

    # ------------------------------------------------------------------
    # Leaving public teams, and customers
    # ------------------------------------------------------------------

    @api.model
    def _revoke_links(self, condition):
        """Make the links that were sent of the tickets that fulfil `condition` worthless.

        :param SQL condition: on the columns of ``helpdesk_lite_ticket``
        """
        raw_write(self, ['access_token'], SQL(
            """UPDATE helpdesk_lite_ticket SET access_token = NULL
                WHERE access_token IS NOT NULL AND %s RETURNING id""", condition))

    @api.model
    def _remove_portal_followers(self, condition):
        """See ``helpdesk_lite``: the links that were sent stop working, too."""
        self._revoke_links(condition)
        return super()._remove_portal_followers(condition)

    def _after_customer_change(self, before):
        """See ``helpdesk_lite``: the links of the customer before stop working, too.

        Not where a person only got another contact, with the same address.
        """
        # sudo: res.partner - compares the addresses of the tickets' own customers
        others = self.filtered(lambda ticket: (
            not before[ticket.id].sudo().email_normalized
            or before[ticket.id].sudo().email_normalized
            != ticket.sudo().partner_id.email_normalized))
        if others:
            others._revoke_links(SQL('id = ANY(%s)', others.ids))
        return super()._after_customer_change(before)
