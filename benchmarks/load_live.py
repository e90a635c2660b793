"""An agent's websocket in a load test: what Odoo's web client keeps open beside its requests."""

import contextlib
import json
import threading

import websocket

NEWS = 'helpdesk.lite.ticket/news'
VERSION = '19.0-2'  # of Odoo's websocket worker; with another one the server hangs up
TIMEOUT = 60  # seconds until the server has to answer the handshake


class Live(threading.Thread):
    """Listens to a team and to the tickets that are open; counts what it is told.

    :param str url: of the websockets, as ws://127.0.0.1:8072
    :param str origin: where the page came from
    :param str session: the id of the agent's session
    """

    def __init__(self, url, origin, session, team):
        super().__init__(daemon=True)
        self.channels = [f'helpdesk.lite.team_{team}']
        self.heard = 0
        self.news = set()
        self.failure = None
        self.last = 0
        self.socket = websocket.create_connection(
            f'{url}/websocket?version={VERSION}', origin=origin, cookie=f'session_id={session}',
            timeout=TIMEOUT)
        self.socket.settimeout(None)
        self.subscribe()
        self.start()

    def subscribe(self):
        self.socket.send(json.dumps({'event_name': 'subscribe', 'data': {
            'channels': self.channels, 'last': self.last}}))

    def run(self):
        try:
            while text := self.socket.recv():
                self.note(json.loads(text))
        except (OSError, websocket.WebSocketException) as problem:
            self.failure = type(problem).__name__

    def note(self, notifications):
        for notification in notifications:
            self.heard += 1
            self.last = max(self.last, notification['id'])
            message = notification['message']
            if message['type'] == NEWS:
                self.news.update(row['id'] for row in message['payload']['tickets'])

    @contextlib.contextmanager
    def open(self, ticket):
        """Listen to a ticket for as long as the block runs."""
        self.channels.append(f'helpdesk.lite.ticket_{ticket}')
        self.subscribe()
        try:
            yield
        finally:
            self.channels.pop()
            self.subscribe()

    def take_news(self):
        """The tickets that something happened to since this was last asked."""
        news, self.news = self.news, set()
        return sorted(news)

    def take_heard(self):
        heard, self.heard = self.heard, 0
        return heard
