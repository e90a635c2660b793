from lxml import html

from odoo import http

from odoo.addons.helpdesk_lite.tests.common import HelpdeskLiteHttpCommon

TICKET = 'helpdesk.lite.ticket'
BOUNDARY = 2**31 - 1


class PortalCommon(HelpdeskLiteHttpCommon):
    """The cast of the core's tests, and what visitors of the portal do.

    ``ticket`` is one of ``portal``, ``other_ticket`` of ``customer``, who has no user; both are of
    the public team. Each has a link without login: ``link(ticket)``.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.allow_portal_ticket_closing = True
        cls.ticket = cls.make_ticket(
            name='Printer is jammed', partner_id=cls.portal.partner_id.id,
            description='<p>Paper in tray two</p>')
        cls.other_ticket = cls.make_ticket(
            name='Screen stays black', partner_id=cls.customer.id, description='<p>Since noon</p>')
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.login(None)

    def login(self, user):
        """Log in as one of the cast; None logs out."""
        login = user.login if user else None
        self.authenticate(login, login)

    def token(self, ticket):
        token = ticket._portal_ensure_token()
        ticket.flush_recordset()
        return token

    def link(self, ticket, token=None, path=''):
        return f'/my/ticket/{ticket.id}{path}?access_token={token or self.token(ticket)}'

    def get(self, url, **kwargs):
        return self.url_open(url, allow_redirects=False, timeout=60, **kwargs)

    def page(self, url):
        """The parsed page at a URL, which must be there."""
        response = self.url_open(url, timeout=60)
        self.assertEqual(response.status_code, 200, url)
        return html.fromstring(response.content)

    def post(self, url, data=None, csrf=True, **kwargs):
        """POST a form as a browser does that has the page's CSRF token."""
        data = dict(data or {})
        if csrf:
            data['csrf_token'] = http.Request.csrf_token(self)
        return self.opener.post(
            self.base_url() + url, data=data, allow_redirects=False, timeout=60, **kwargs)

    def rpc(self, url, params):
        """The answer of a JSON route, errors included: ``{'result': …}`` or ``{'error': …}``."""
        return self.opener.post(
            self.base_url() + url, timeout=60,
            json={'jsonrpc': '2.0', 'method': 'call', 'params': params}).json()

    def post_message(self, ticket, body='Hello', access=None, **post_data):
        return self.rpc('/mail/message/post', {
            'thread_model': TICKET, 'thread_id': ticket.id,
            'post_data': {'body': body, 'message_type': 'comment',
                          'subtype_xmlid': 'mail.mt_comment', **post_data}, **(access or {})})

    def fetch(self, ticket, access=None, **params):
        return self.rpc('/mail/chatter_fetch', {
            'thread_model': TICKET, 'thread_id': ticket.id, **params, **(access or {})})

    def assertNotFound(self, response):
        """The answer to who may not see a ticket: a page that isn't there, or the way to log in."""
        self.assertIn(response.status_code, (303, 404))
        if response.status_code == 303:
            self.assertIn('/web/login', response.headers['Location'])
