"""The far end of SMS: a provider that speaks the protocol of Odoo's service (IAP)."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SEND = '/api/sms/3/send'


class SmsProvider:
    """A provider on loopback, whose address goes into Odoo's parameter ``sms.endpoint``.

    ``outcome`` is what it answers to each SMS, one of the states of Odoo's protocol
    (A/sms/tools/sms_api.py), or ``'error 500'``, or ``'hang'``: no answer until the test ends.
    """

    def __init__(self):
        self.outcome = 'success'
        self.requests = []
        self._stopping = threading.Event()
        self._server = ThreadingHTTPServer(('127.0.0.1', 0), self._make_handler())
        self._server.daemon_threads = True
        self.url = f'http://127.0.0.1:{self._server.server_port}'

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error):
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def clear(self):
        self.requests.clear()
        self.outcome = 'success'

    @property
    def accepted(self):
        """The SMS that it took upon itself to send: ``[(number, text, uuid)]``."""
        return [
            (number['number'], message['content'], number['uuid'])
            for params, outcome in self.requests if outcome in ('success', 'processing')
            for message in params['messages'] for number in message['numbers']]

    def wait_for(self, count=1, timeout=30):
        """The requests, once there are so many of them."""
        limit = time.monotonic() + timeout
        while len(self.requests) < count:
            assert time.monotonic() < limit, f'no {count} requests came: {self.requests}'
            time.sleep(0.05)
        return self.requests

    def _make_handler(self):
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers['Content-Length']))
                provider._answer(self, json.loads(body))

            def log_message(self, *arguments):
                """Say nothing: what came in is in ``requests``."""

        return Handler

    def _answer(self, handler, request):
        outcome, params = self.outcome, request['params']
        assert handler.path == SEND, handler.path
        self.requests.append((params, outcome))
        if outcome == 'hang':
            self._stopping.wait()
            return
        if outcome == 'error 500':
            handler.send_error(500)
            return
        result = [
            {'uuid': number['uuid'], 'state': outcome, 'credit': 1}
            for message in params['messages'] for number in message['numbers']]
        answer = json.dumps({'jsonrpc': '2.0', 'id': request['id'], 'result': result}).encode()
        handler.send_response(200)
        handler.send_header('Content-Type', 'application/json')
        handler.send_header('Content-Length', str(len(answer)))
        handler.end_headers()
        handler.wfile.write(answer)
