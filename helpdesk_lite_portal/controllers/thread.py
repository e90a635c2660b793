from werkzeug.exceptions import NotFound

from odoo import http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.mail.controllers.attachment import AttachmentController
from odoo.addons.portal.controllers.message_reaction import PortalMessageReactionController
from odoo.addons.portal.controllers.portal_thread import PortalChatter
from odoo.addons.portal.controllers.thread import PortalThreadController

from ..models.helpdesk_lite_ticket_access import INTEGER_MAX
from .files import clean_filename

TICKET = 'helpdesk.lite.ticket'


def is_visitor(thread_id):
    """Whether the current user comes to a ticket as a customer: without the desk's own right.

    :raise NotFound: for what can't be the id of a ticket
    """
    text = str(thread_id)
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= INTEGER_MAX):
        raise NotFound()
    return not (
        request.env.user._is_internal()
        and request.env[TICKET].browse(int(text)).sudo(False).has_access('read'))


def get_secret_partner(message, hash=None, pid=None, token=None, **kwargs):  # noqa: A002
    """Whom the secret belongs to that a visitor brings to a ticket's message, in superuser mode."""
    # sudo: helpdesk.lite.ticket - the ticket of a message that was given out
    ticket = request.env[TICKET].sudo().browse(message.sudo().res_id)
    partner_id = ticket._to_partner_id(pid)
    if partner_id and ticket._has_portal_secret(hash=hash, pid=pid):
        return ticket.env['res.partner'].browse(partner_id)
    return ticket.partner_id if ticket._has_portal_secret(token=token) else ticket.partner_id[:0]


def is_of_ticket(controller, rule, args):
    """Whether the thread that a request names is a ticket's: how such a route of portal, which
    may write for other models, is marked to only read."""
    try:
        params = request.get_json_data().get('params')
    except (ValueError, AttributeError):
        return False  # no JSON, or no object: the route says so itself
    return isinstance(params, dict) and params.get('thread_model') == TICKET


class HelpdeskPortalThread(PortalThreadController):
    """Posting on a ticket."""

    @http.route()
    def mail_message_post(self, thread_model, thread_id, post_data, context=None, **kwargs):
        if thread_model == TICKET:
            kwargs = request.env[TICKET]._clean_secrets(kwargs)
            if is_visitor(thread_id):
                # a context may say much: which mails are sent, as whom and to whom
                context = None
        return super().mail_message_post(
            thread_model, thread_id, post_data, context=context, **kwargs)

    def _prepare_message_data(self, post_data, *, thread, **kwargs):
        """Make what customers post a public comment, whatever their browser says."""
        data = super()._prepare_message_data(post_data, thread=thread, **kwargs)
        if thread._name == TICKET and is_visitor(thread.id):
            kept = data.keys() & {'body', 'attachment_ids', 'author_id'}
            data = {key: data[key] for key in kept}
            if kwargs.get('from_create'):
                data.update(message_type='comment', subtype_xmlid='mail.mt_comment')
        return data

    @classmethod
    def _can_edit_message(cls, message, hash=None, pid=None, token=None, **kwargs):  # noqa: A002
        # sudo: mail.message - what it belongs to, and its author
        if message.sudo().model != TICKET or not request.env.user._is_public():
            return super()._can_edit_message(message, hash=hash, pid=pid, token=token, **kwargs)
        partner = get_secret_partner(message, hash=hash, pid=pid, token=token)
        return bool(partner) and message.sudo().author_id == partner


class HelpdeskPortalChatter(PortalChatter):
    """Reading a ticket's messages."""

    @http.route(readonly=is_of_ticket)
    def portal_chatter_init(self, thread_model, thread_id, **kwargs):
        if thread_model == TICKET:
            kwargs = request.env[TICKET]._clean_secrets(kwargs)
        return super().portal_chatter_init(thread_model, thread_id, **kwargs)

    @http.route(readonly=is_of_ticket)
    def portal_message_fetch(self, thread_model, thread_id, fetch_params=None, **kw):
        if thread_model == TICKET:
            Ticket = request.env[TICKET]
            kw = Ticket._clean_secrets(kw)
            ticket = Ticket._find_for_portal(
                thread_id, token=kw.get('token'), hash=kw.get('hash'), pid=kw.get('pid'))
            if not ticket:
                raise NotFound()
            secrets = {name: kw.pop(name) for name in ('token', 'hash', 'pid') if name in kw}
            if not Ticket.browse(thread_id).has_access('read'):
                # portal reads as superuser only for those who bring a token: colleagues are given
                # none of the ticket's
                kw.update({'token': 'none', **secrets})
        return super().portal_message_fetch(
            thread_model, thread_id, fetch_params=fetch_params, **kw)

    def _setup_portal_message_fetch_extra_domain(self, data):
        domain = Domain(super()._setup_portal_message_fetch_extra_domain(data))
        if request.params.get('thread_model') == TICKET:
            domain &= request.env[TICKET]._get_public_message_domain()
        return domain


class HelpdeskPortalReaction(PortalMessageReactionController):
    """Reactions to a ticket's messages."""

    def _get_reaction_author(self, message, **kwargs):
        # sudo: mail.message - what it belongs to, and its author
        if message.sudo().model != TICKET or not request.env.user._is_public():
            return super()._get_reaction_author(message, **kwargs)
        partner = get_secret_partner(message, **kwargs)
        return partner, request.env['mail.guest']


class HelpdeskPortalAttachment(AttachmentController):
    """Files of a customer's answer."""

    @http.route()
    def mail_attachment_upload(self, ufile, thread_id, thread_model, is_pending=False, **kwargs):
        if thread_model == TICKET and is_visitor(thread_id):
            kwargs = request.env[TICKET]._clean_secrets(kwargs)
            ufile.filename = clean_filename(ufile.filename)
            # without a message a file would be on the ticket and nobody told
            is_pending = True
        return super().mail_attachment_upload(
            ufile, thread_id, thread_model, is_pending=is_pending, **kwargs)
