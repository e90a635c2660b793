"""A mailbox on loopback, for one connection after the other: POP3 and the IMAP that Odoo speaks.

What was deleted or marked as seen can be read afterwards; it stops with its ``with`` block.
"""

import socketserver
import threading

MOST_LINES = 2_000  # of one connection, so that none goes on for ever


class Mailbox:
    """``with Pop([raw, …]) as box``: messages by number, and what was done with them."""

    handler = None

    def __init__(self, messages):
        self.messages = dict(enumerate(messages, 1))
        self.deleted, self.seen = set(), set()
        self._server = socketserver.TCPServer(('127.0.0.1', 0), self.handler)
        self._server.mailbox = self
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


class Handler(socketserver.StreamRequestHandler):
    timeout = 60

    def say(self, *lines):
        for line in lines:
            self.wfile.write(line if isinstance(line, bytes) else line.encode())
            self.wfile.write(b'\r\n')

    def handle(self):
        self.greet()
        for _index in range(MOST_LINES):
            line = self.rfile.readline(10_000)
            if not line or not self.answer(line.decode().strip()):
                return


class PopHandler(Handler):

    def greet(self):
        self.deleting = set()
        self.say('+OK ready')

    def answer(self, line):
        box = self.server.mailbox
        word, _space, rest = line.partition(' ')
        left = {number: raw for number, raw in box.messages.items() if number not in box.deleted}
        numbers = dict(enumerate(left.values(), 1))
        if word == 'STAT':
            self.say(f'+OK {len(left)} {sum(map(len, left.values()))}')
        elif word == 'LIST':
            self.say('+OK', *(f'{n} {len(raw)}' for n, raw in numbers.items()), '.')
        elif word == 'RETR':
            lines = numbers[int(rest)].replace(b'\r\n', b'\n').split(b'\n')
            self.say('+OK', *(b'.' + part if part[:1] == b'.' else part for part in lines), '.')
        elif word == 'DELE':
            self.deleting.add(list(left)[int(rest) - 1])
            self.say('+OK')
        elif word == 'QUIT':
            box.deleted |= self.deleting
            self.say('+OK')
            return False
        else:
            self.say('+OK')
        return True


class ImapHandler(Handler):

    def greet(self):
        self.say('* OK ready')

    def answer(self, line):
        box = self.server.mailbox
        tag, _space, rest = line.partition(' ')
        word, *words = rest.split()
        word = word.upper()
        if word == 'CAPABILITY':
            self.say('* CAPABILITY IMAP4rev1')
        elif word == 'SELECT':
            self.say(f'* {len(box.messages)} EXISTS')
        elif word == 'SEARCH':
            unseen = [str(number) for number in box.messages if number not in box.seen]
            self.say(' '.join(['* SEARCH', *unseen]))
        elif word == 'FETCH':
            raw = box.messages[int(words[0])]
            self.say(f'* {words[0]} FETCH (RFC822 {{{len(raw)}}}')
            self.wfile.write(raw)
            self.say(')')
            box.seen.add(int(words[0]))
        elif word == 'STORE':
            change = box.seen.add if words[1].startswith('+') else box.seen.discard
            change(int(words[0]))
        elif word == 'LOGOUT':
            self.say('* BYE')
        self.say(f'{tag} OK done')
        return word != 'LOGOUT'


class Pop(Mailbox):
    handler = PopHandler


class Imap(Mailbox):
    handler = ImapHandler
