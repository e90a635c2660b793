"""Whatever one may send to the portal's routes: no answer of 500, no traceback."""

import json
import os
import string

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from odoo.tests import mute_logger

from odoo.addons.helpdesk_lite_portal.tests.common import BOUNDARY, TICKET
from odoo.addons.helpdesk_lite_portal.tests.form_common import FormCommon

# The same input in each run; FUZZ=2000 looks further.
EXAMPLES = int(os.environ.get('FUZZ', '40'))
FUZZ = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck))

NASTY = st.sampled_from([
    '', '0', '-1', '1', str(BOUNDARY), str(BOUNDARY + 1), '9' * 60, 'None', 'False', 'null', '\x00',
    "'", '"', '%', '_', '\\', '%00', '../../etc/passwd', '{{7*7}}', '<script>', '\ud800', '👍',
    "' OR 1=1 --", '1;DROP TABLE x', '[]', '{}', '1e9', 'nan', ' ', '\n', 'ü', 'a' * 5000])
TEXT = st.one_of(NASTY, st.text(max_size=60), st.text(string.printable, max_size=60))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)), max_leaves=6)
PARAMETERS = st.sampled_from([
    'access_token', 'pid', 'hash', 'page', 'sortby', 'filterby', 'groupby', 'search', 'search_in',
    'name', 'email', 'phone', 'subject', 'message', 'attachments', 'stamp', 'hdl_confirm_topic',
    'team_id', 'ticket_id', 'team_slug', 'error', 'success', 'token', 'kw', 'debug'])
QUERY = st.dictionaries(st.one_of(PARAMETERS, PARAMETERS, TEXT), TEXT, max_size=6)


class TestFuzz(FormCommon):
    """All routes of the addon, with whatever one may send them: no answer of 500, no traceback."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_limit('form_limit', 10**6)

    def clean(self, text):
        """Text that can be sent at all: surrogates can't be encoded."""
        return text.encode('utf-8', 'ignore').decode()

    def clean_query(self, query):
        return {self.clean(name): self.clean(value) for name, value in query.items()}

    def check(self, response, what):
        self.assertLess(response.status_code, 500, what)
        self.assertNotIn('Traceback (most recent call last)', response.text, what)

    @mute_logger('odoo.http', 'werkzeug')
    def fuzz(self, user, url, query, method='GET', data=None):
        self.login(user)
        response = self.opener.request(
            method, self.base_url() + url, params=self.clean_query(query), data=data,
            allow_redirects=False, timeout=60)
        self.check(response, (user and user.login, method, url, query, data))

    def test_pages(self):
        urls = st.sampled_from([
            '/my/tickets', '/my/tickets/page/1', f'/my/tickets/page/{10**20}', '/helpdesk',
            f'/my/ticket/{self.ticket.id}', f'/my/ticket/{BOUNDARY + 1}', self.path,
            f'{self.path}/thanks', '/my/ticket/0', f'/my/ticket/{self.ticket.id}/close'])
        users = st.sampled_from([None, self.portal, self.employee, self.agent])

        @FUZZ
        @given(users, urls, QUERY)
        @example(None, f'/my/ticket/{self.ticket.id}', {
            'access_token': 'ü', 'pid': '²', 'hash': 'ü'})
        def run(user, url, query):
            with self.subTest(url):
                self.fuzz(user, url, query)

        run()
        self.assertEqual(self.ticket.name, 'Printer is jammed')

    def test_paths(self):
        @FUZZ
        @given(st.sampled_from(['/helpdesk/', '/my/ticket/', '/my/tickets/page/']),
               st.text(string.ascii_letters + string.digits + '-_.~', min_size=1, max_size=30))
        def run(prefix, path):
            self.fuzz(None, prefix + path, {})

        run()

    def test_form(self):
        hidden = self.open_form()

        @FUZZ
        @given(QUERY, st.booleans())
        def run(query, with_stamp):
            data = {**(hidden if with_stamp else {}), **self.clean_query(query),
                    'csrf_token': hidden['csrf_token']}
            with mute_logger('odoo.http', 'werkzeug'):
                response = self.opener.post(
                    self.base_url() + self.path, data=data, allow_redirects=False, timeout=60)
            self.check(response, data)

        run()

    def test_close(self):
        hidden = self.open_form()

        @FUZZ
        @given(QUERY)
        def run(query):
            data = {**self.clean_query(query), 'csrf_token': hidden['csrf_token']}
            with mute_logger('odoo.http', 'werkzeug'):
                response = self.opener.post(
                    f'{self.base_url()}/my/ticket/{self.ticket.id}/close', data=data,
                    allow_redirects=False, timeout=60)
            self.check(response, data)

        run()
        self.env.invalidate_all()
        self.assertFalse(self.ticket.is_closed)

    def test_json(self):
        """Errors of these routes are answers of their own; none may tell of another's ticket."""
        token = self.token(self.ticket)
        routes = st.sampled_from([
            '/mail/chatter_fetch', '/portal/chatter_init', '/mail/message/post', '/my/counters'])

        @FUZZ
        @given(routes, st.dictionaries(st.sampled_from([
            'thread_id', 'token', 'hash', 'pid', 'post_data', 'fetch_params', 'counters',
            'context']), JSON, max_size=5), st.booleans())
        def run(url, params, with_ticket):
            params = {'thread_model': TICKET, **params}
            if with_ticket:
                params.update(thread_id=self.ticket.id)
            params.setdefault('thread_id', self.other_ticket.id)
            body = json.dumps({'jsonrpc': '2.0', 'method': 'call', 'params': params})
            with mute_logger('odoo.http', 'odoo.sql_db', 'werkzeug'):
                response = self.opener.post(
                    self.base_url() + url, data=body.encode('utf-8', 'replace'), timeout=60,
                    headers={'Content-Type': 'application/json'})
            self.assertLess(response.status_code, 500, (url, params))
            self.assertNotIn('Screen stays black', response.text)
            self.assertNotIn(token, response.text)

        run()
