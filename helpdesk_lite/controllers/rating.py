import re

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request
from odoo.tools.misc import get_lang

from odoo.addons.rating.controllers.main import Rating

TICKET = 'helpdesk.lite.ticket'
TOKEN = re.compile(r'[0-9A-Za-z_-]{8,128}')
FACES = (5, 3, 1)
COMMENT_LENGTH = 10_000


class HelpdeskLiteRating(Rating):
    """Odoo's pages of a token, with the question alone where a ticket is rated.

    Opening a page rates nothing: mail scanners follow every link.
    """

    @http.route()
    def action_open_rating(self, token, rate, **kwargs):
        if rate not in FACES:
            raise NotFound
        rating, _ticket = self._get_rating_and_record(token)
        if rating.res_model != TICKET:
            return super().action_open_rating(token, rate, **kwargs)
        if not self._is_for_visitor(rating):
            return self._render_rating_page('helpdesk_lite.rating_page_other', rating)
        return self._render_rating_page(
            'helpdesk_lite.rating_page_question', rating, token=token, rate=rate, faces=FACES)

    @http.route()
    def action_submit_rating(self, token, rate=0, **kwargs):
        rating, ticket = self._get_rating_and_record(token)
        if rating.res_model != TICKET:
            if request.httprequest.method == 'POST' and str(rate) not in map(str, FACES):
                raise NotFound
            return super().action_submit_rating(token, rate=rate, **kwargs)
        if not self._is_for_visitor(rating):
            return self._render_rating_page('helpdesk_lite.rating_page_other', rating)
        if request.httprequest.method != 'POST' or str(rate) not in map(str, FACES):
            return self._render_rating_page(
                'helpdesk_lite.rating_page_question', rating, token=token, rate=0, faces=FACES)
        ticket.rating_apply(
            int(rate), rating=rating,
            feedback=str(kwargs.get('feedback') or '').replace('\0', '').strip()[:COMMENT_LENGTH])
        return self._render_rating_page('helpdesk_lite.rating_page_thanks', rating)

    def _get_rating_and_record(self, token):
        """Find what a token rates; see ``rating``. A ticket's has an end."""
        if not TOKEN.fullmatch(token):
            raise NotFound
        rating, record = super()._get_rating_and_record(token)
        if rating.res_model == TICKET and not record._may_be_rated(rating):
            raise NotFound
        return rating, record

    def _is_for_visitor(self, rating):
        """Whether a visitor has no login, or that of the customer or somebody of their company."""
        user = request.env.user
        own = rating.partner_id.commercial_partner_id
        return user._is_public() or user.partner_id.commercial_partner_id == own

    def _render_rating_page(self, template, rating, **values):
        lang = rating.partner_id.lang or get_lang(request.env).code
        page = request.env['ir.ui.view'].with_context(lang=lang)._render_template(template, {
            'web_base_url': rating.get_base_url(), 'page_lang': lang.replace('_', '-'), **values})
        return request.make_response(page, [
            ('Content-Type', 'text/html; charset=utf-8'), ('Cache-Control', 'no-store'),
            ('Referrer-Policy', 'no-referrer'), ('X-Robots-Tag', 'noindex')])
