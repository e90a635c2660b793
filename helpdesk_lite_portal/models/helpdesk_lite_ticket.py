from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.helpdesk_lite.models.helpdesk_lite_ticket import HelpdeskLiteTicket as CoreTicket


class HelpdeskLiteTicket(models.Model):
    """A ticket has a page for its customer, and a link that opens it without login.

    The link's secret is ``access_token`` of portal's mixin. None is ever stored on a ticket of a
    team that isn't public, whoever asks for one: portal's own code makes one with each mail.
    """

    _name = 'helpdesk.lite.ticket'
    _inherit = ['helpdesk.lite.ticket', 'portal.mixin']

    PORTAL_READABLE_FIELDS = CoreTicket.PORTAL_READABLE_FIELDS | {'access_url'}

    # read-only: the core refuses it of everybody, since a secret that somebody chose is none
    access_token = fields.Char(readonly=True)

    def _compute_access_url(self):  # pylint: disable=missing-return
        super()._compute_access_url()
        for ticket in self:
            ticket.access_url = f'/my/ticket/{ticket.id}'

    @api.depends('team_id.privacy_visibility')
    def _compute_access_warning(self):  # pylint: disable=missing-return
        super()._compute_access_warning()
        for ticket in self.filtered(lambda ticket: not ticket._is_public()):
            ticket.access_warning = self.env._(
                "The team of this ticket isn't public: nobody outside sees it, and no link to it "
                "works.")

    # ------------------------------------------------------------------
    # Tokens
    # ------------------------------------------------------------------

    def _after_create(self, vals_list, choices):  # pylint: disable=missing-return
        super()._after_create(vals_list, choices)
        self._drop_tokens_of_hidden()

    def _after_write(self, vals, changed, before):  # pylint: disable=missing-return
        super()._after_write(vals, changed, before)
        if vals.get('access_token'):
            self._drop_tokens_of_hidden()

    def _drop_tokens_of_hidden(self):
        """Take the tokens from those of the tickets that aren't of a public team."""
        # sudo: helpdesk.lite.ticket - to take away what must not be there, whoever wrote it
        for ticket in self.sudo():
            if ticket.access_token and not ticket._is_public():
                ticket.access_token = False

    def _portal_ensure_token(self):
        """The token of the link, or False where there is none to be; see ``portal.mixin``."""
        self.ensure_one()
        # sudo: helpdesk.lite.ticket - customers don't read the field; the caller decides who gets
        # the link
        return super(HelpdeskLiteTicket, self.sudo())._portal_ensure_token() \
            if self._is_public() else False

    def get_portal_url(self, suffix=None, report_type=None, download=None, query_string=None,
                       anchor=None):
        """See ``portal.mixin``. Whoever has an account can call it: only agents get the secret.

        Customers need none where they are logged in, and with it a follower could write in the
        customer's name.

        :raise AccessError: for whoever may not read the ticket
        """
        self.ensure_one()
        self.check_access('read')
        if self._is_public() and (self.env.su or self.env.user._is_internal()):
            return super().get_portal_url(suffix, report_type, download, query_string, anchor)
        return f'{self.access_url}{suffix or ""}'

    def _get_share_url(self, redirect=False, signup_partner=False, pid=None, share_token=True):
        """See ``portal.mixin``; without any secret where the team isn't public."""
        self.check_access('read')
        if not self._is_public():
            signup_partner, pid, share_token = False, None, False
        # sudo: helpdesk.lite.ticket - access was checked; a customer doesn't read the token field
        return super(HelpdeskLiteTicket, self.sudo())._get_share_url(
            redirect=redirect, signup_partner=signup_partner, pid=pid, share_token=share_token)

    def _get_access_action(self, access_uid=None, force_website=False):
        """See ``portal.mixin``: a customer who is logged in needs no token, so none is made."""
        self.ensure_one()
        # sudo: res.users - whether the user who follows a link is a customer
        user = self.env['res.users'].sudo().browse(access_uid) if access_uid else self.env.user
        # sudo: helpdesk.lite.ticket - seen as that user
        if user.share and not force_website and self.sudo().with_user(user).has_access('read'):
            return {
                'type': 'ir.actions.act_url', 'url': self.access_url, 'target': 'self',
                'res_id': self.id}
        return super()._get_access_action(access_uid=access_uid, force_website=force_website)

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    @api.readonly
    def action_preview_as_customer(self):
        """Open the customer's page of the ticket."""
        self.ensure_one()
        return {'type': 'ir.actions.act_url', 'url': self.access_url, 'target': 'self'}

    def action_reset_portal_link(self):
        """Make all links to the ticket that were sent so far worthless.

        The next mail to the customer has a new one.

        :raise AccessError: for whoever doesn't administer Helpdesk
        """
        if not self.env.su and not self._user_is_manager():
            raise AccessError(self.env._(
                'Only administrators of Helpdesk may reset the link of a ticket.'))
        self.check_access('write')
        # sudo: helpdesk.lite.ticket - a field that the system keeps; the right was checked
        self.sudo()._as_system().write({'access_token': False})
        def say(env):
            return env._('The link for the customer was reset: those sent so far open nothing.')

        self._message_log_batch(bodies={
            ticket.id: Markup('<p>%s</p>') % say(ticket._in_log_language()) for ticket in self})
        return {
            'type': 'ir.actions.client', 'tag': 'display_notification',
            'params': {'type': 'success', 'message': say(self.env)},
        }
