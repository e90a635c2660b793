import re
import secrets as random_secrets
from datetime import datetime

from odoo import fields, http
from odoo.http import request
from odoo.tools import consteq, email_normalize
from odoo.tools.misc import hmac

from ..models.helpdesk_lite_ticket_access import INTEGER_MAX
from .files import MEGABYTE, clean_text, read_files

TICKET = 'helpdesk.lite.ticket'
TEAM = 'helpdesk.lite.team'
SENT = 'helpdesk_lite_sent'
TEXT_MEGABYTES = 1
MAX_AGE = 24 * 3600  # seconds; the marks of requests are kept longer
LENGTHS = {'name': 128, 'email': 254, 'phone': 32, 'subject': 200, 'message': 20000}
REQUIRED = ('name', 'email', 'subject', 'message')
# One address and nothing besides; Odoo's own check takes the likes of "a@b@c" and "@example.com".
ADDRESS = re.compile(r'[^\s@,;:<>()"\\]+@[^\s@,;:<>()"\\.]+(\.[^\s@,;:<>()"\\.]+)+')
# A field that nobody sees; programs fill it in. Its name is one that no browser completes.
HONEYPOT = 'hdl_confirm_topic'


class HelpdeskForm(http.Controller):
    """The public form. What a visitor sends is nothing but the six fields that it shows."""

    # ------------------------------------------------------------------
    # Routes
    # ------------------------------------------------------------------

    @http.route('/helpdesk', type='http', auth='public', methods=['GET'], website=True,
                readonly=True, sitemap=True)
    def helpdesk_teams(self, **kw):
        """The teams that take requests by a form."""
        return request.render('helpdesk_lite_portal.form_teams', {
            'teams': self._get_form_teams(), 'page_name': 'helpdesk_form'})

    @http.route('/helpdesk/<string:team_slug>', type='http', auth='public', methods=['GET'],
                website=True, readonly=True, sitemap=False)
    def helpdesk_form(self, team_slug, **kw):
        """The form of one team."""
        if not (team_sudo := self._find_team(team_slug)):
            return self._render_not_found()
        return self._render_form(team_sudo, self._get_prefill(), {}, self._make_stamp(team_sudo))

    @http.route('/helpdesk/<string:team_slug>', type='http', auth='public', methods=['POST'],
                website=True, sitemap=False, captcha='helpdesk_lite_form',
                max_content_length=lambda self: self._get_max_content_length())
    def helpdesk_form_submit(self, team_slug, **post):
        """Take a request, or show the form again with what is wrong by its field."""
        if not (team_sudo := self._find_team(team_slug)):
            return self._render_not_found()
        values = {
            name: clean_text(post.get(name), limit, lines=name == 'message')
            for name, limit in LENGTHS.items()}
        stamp = self._check_stamp(team_sudo, post.get('stamp'))
        errors = self._get_errors(values, post, stamp)
        files, error = self._read_files()
        if error:
            errors['attachments'] = error
        if errors:
            return self._render_form(
                team_sudo, values, errors, stamp['text'] or self._make_stamp(team_sudo))
        digest = self._get_digest(team_sudo, stamp, values, files)
        too_many = self._is_too_many()
        if reference := self._find_sent(digest):
            return self._thank(team_sudo, reference)
        if too_many:
            return self._refuse_too_many(team_sudo, values, stamp)
        post_sudo = self._reserve(digest)
        ticket_sudo = self._create_ticket(team_sudo, values, files)
        post_sudo.ticket_ref = ticket_sudo.ticket_ref
        return self._thank(team_sudo, ticket_sudo.ticket_ref)

    @http.route('/helpdesk/<string:team_slug>/thanks', type='http', auth='public',
                methods=['GET'], website=True, readonly=True, sitemap=False)
    def helpdesk_form_thanks(self, team_slug, **kw):
        """The number of the request that this browser has just sent."""
        if not (team_sudo := self._find_team(team_slug)):
            return self._render_not_found()
        sent = request.session.get(SENT) or {}
        if sent.get('team_id') != team_sudo.id:
            return request.redirect(team_sudo._get_form_path())
        return request.render('helpdesk_lite_portal.form_thanks', {
            'team': team_sudo, 'reference': sent['reference'], 'page_name': 'helpdesk_form'})

    # ------------------------------------------------------------------
    # Teams
    # ------------------------------------------------------------------

    def _get_form_teams(self):
        # sudo: helpdesk.lite.team - those with a public form; pages show name and description
        return request.env[TEAM].sudo().search([('use_website_form', '=', True)])

    def _find_team(self, team_slug):
        """The team of a form's address, if it has a form.

        Its name in there may be an old or a translated one: the number decides.
        """
        _name, team_id = request.env['ir.http']._unslug(team_slug)
        # sudo: helpdesk.lite.team - only one with a public form
        Team = request.env[TEAM].sudo()
        if not team_id or not 0 < team_id <= INTEGER_MAX:
            return Team
        return Team.search([('id', '=', team_id), ('use_website_form', '=', True)], limit=1)

    # ------------------------------------------------------------------
    # Pages
    # ------------------------------------------------------------------

    def _get_prefill(self):
        """What is known of a visitor who is logged in, and of nobody else."""
        if request.env.user._is_public():
            return {}
        # sudo: res.partner - the user's own
        partner = request.env.user.partner_id.sudo()
        return {'name': partner.name, 'email': partner.email, 'phone': partner.phone}

    def _render_form(self, team_sudo, values, errors, stamp, status=200):
        response = request.render('helpdesk_lite_portal.form_page', {
            'team': team_sudo, 'values': values, 'errors': errors, 'stamp': stamp,
            'had_files': any(
                upload.filename for upload in request.httprequest.files.getlist('attachments')),
            'lengths': LENGTHS, 'honeypot': HONEYPOT, 'page_name': 'helpdesk_form',
            'first_error': next(
                (name for name in (*LENGTHS, 'attachments') if name in errors), None),
            'files_help': request.env._(
                'At most %(files)s files of %(size)s MB each.',
                files=self._get_number('form_max_files', 10),
                size=self._get_number('form_max_megabytes', 10)),
        })
        response.status_code = status
        response.headers['Cache-Control'] = 'no-store'
        return response

    def _render_not_found(self):
        # not NotFound: Odoo looks for a file of that address then, which may be no text at all
        response = request.render('helpdesk_lite_portal.form_not_found', {
            'page_name': 'helpdesk_form'})
        response.status_code = 404
        return response

    def _thank(self, team_sudo, reference):
        """Lead to the page that says thanks, so that reloading it sends nothing again."""
        request.session[SENT] = {'team_id': team_sudo.id, 'reference': reference}
        return request.redirect(f'{team_sudo._get_form_path()}/thanks')

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

    def _get_errors(self, values, post, stamp):
        """What is wrong with a request: ``{field, or 'form': what to do about it}``."""
        errors = {}
        for name, limit in LENGTHS.items():
            if name in REQUIRED and not values[name]:
                errors[name] = request.env._('Please fill in this field.')
            elif len(values[name]) > limit:
                errors[name] = request.env._('This is too long: at most %s characters.', limit)
        if 'email' not in errors and (error := self._get_email_error(values['email'])):
            errors['email'] = error
        if post.get(HONEYPOT):
            errors['form'] = request.env._(
                'Your request looks like one of a program. Please leave the hidden field empty '
                'and send it again.')
        elif stamp['error']:
            errors['form'] = stamp['error']
        return errors

    def _get_email_error(self, address):
        normalized = email_normalize(address)
        if not normalized or not ADDRESS.fullmatch(address):
            return request.env._('This is no e-mail address. Example: name@example.com')
        if request.env[TICKET]._find_own_addresses([normalized]):
            return request.env._('This is our own address. Please give yours.')
        return None

    def _read_files(self):
        return read_files(
            request.httprequest.files.getlist('attachments'),
            self._get_number('form_max_files', 10), self._get_number('form_max_megabytes', 10),
            request.env)

    def _get_max_content_length(self):
        """How many bytes a request may have: its files, and room for its texts.

        Whatever comes without files is read as one text, which costs far more.
        """
        megabytes = TEXT_MEGABYTES
        if request.httprequest.mimetype == 'multipart/form-data':
            megabytes += self._get_number('form_max_files', 10) * self._get_number(
                'form_max_megabytes', 10)
        return min(megabytes * MEGABYTE, http.DEFAULT_MAX_CONTENT_LENGTH)

    def _get_number(self, name, default):
        return request.env['helpdesk.lite.form.post']._get_number(name, default)

    # ------------------------------------------------------------------
    # Stamp: when a form was shown, signed
    # ------------------------------------------------------------------

    def _get_now(self):
        return int((fields.Datetime.now() - datetime(1970, 1, 1)).total_seconds())

    def _make_stamp(self, team_sudo):
        """What a form carries along: when it was shown (seconds, UTC), a number, a signature."""
        text = f'{self._get_now()}.{random_secrets.token_hex(8)}'
        return f'{text}.{self._sign_stamp(team_sudo, text)}'

    def _sign_stamp(self, team_sudo, text):
        # sudo: ir.config_parameter - signs with the database's secret
        return hmac(request.env(su=True), 'helpdesk_lite_portal.stamp', f'{team_sudo.id}.{text}')

    def _check_stamp(self, team_sudo, stamp):
        """Whether a form was shown to whoever sends it, long enough ago and not too long.

        :return: ``{'text': the stamp to show again, or None; 'error': what is wrong, or None}``
        """
        text, _dot, signature = (stamp if isinstance(stamp, str) else '').rpartition('.')
        if not signature.isascii() or not consteq(signature, self._sign_stamp(team_sudo, text)):
            return {'text': None, 'error': request.env._(
                'Please check what you typed and send it again.')}
        age = self._get_now() - int(text.split('.')[0])
        if age > MAX_AGE:
            return {'text': None, 'error': request.env._(
                'This page was open for more than a day. Please send it again.')}
        if age < self._get_number('form_min_seconds', 2):
            return {'text': stamp, 'error': request.env._(
                'That was quick. Please check what you typed and send it again.')}
        return {'text': stamp, 'error': None}

    # ------------------------------------------------------------------
    # Limits
    # ------------------------------------------------------------------

    def _is_too_many(self):
        """Whether the visitor has sent enough; if not, none of theirs is taken beside this one."""
        # sudo: helpdesk.lite.form.post - counts the visitor's own
        Post = request.env['helpdesk.lite.form.post'].sudo()
        address = request.httprequest.remote_addr
        return Post._is_too_many(address) or Post._is_too_many_by_now(address)

    def _refuse_too_many(self, team_sudo, values, stamp):
        return self._render_form(team_sudo, values, {'form': request.env._(
            'Many requests came from your network lately. Please send this one again later.')},
            stamp['text'], status=429)

    def _get_digest(self, team_sudo, stamp, values, files):
        """The mark of a request; a second click sends one with the same."""
        return request.env['helpdesk.lite.form.post']._make_digest(
            team_sudo.id, stamp['text'], sorted(values.items()),
            [(name, len(content)) for name, content in files])

    def _find_sent(self, digest):
        # sudo: helpdesk.lite.form.post - the request that this browser sent itself
        return request.env['helpdesk.lite.form.post'].sudo()._find_sent(digest)

    def _reserve(self, digest):
        # sudo: helpdesk.lite.form.post - notes the request that is being taken
        return request.env['helpdesk.lite.form.post'].sudo()._reserve(
            digest, request.httprequest.remote_addr)

    # ------------------------------------------------------------------
    # Ticket
    # ------------------------------------------------------------------

    def _create_ticket(self, team_sudo, values, files):
        return request.env[TICKET]._take_form(
            team_sudo, values, files, self._get_own_partner(team_sudo, values['email']),
            request.env.lang)

    def _get_own_partner(self, team_sudo, address):
        """The contact of who is logged in and gives their own address; else it is looked for."""
        user = request.env.user
        partner = user.partner_id
        usable = partner.company_id in (partner.company_id.browse(), team_sudo.company_id)
        if user._is_public() or not usable or partner.email_normalized != email_normalize(address):
            return partner.browse()
        return partner
