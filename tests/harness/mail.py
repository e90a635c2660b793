"""The two ends of e-mail: a sink for what Odoo sends, and a gate for what it is to receive."""

import email
import email.policy
import subprocess
import sys
import time

from aiosmtpd.controller import Controller

from hdl.settings import ROOT

from .server import free_port


class SmtpSink:
    """An SMTP server on loopback that keeps the messages, parsed.

    Each has two attributes more: ``rcpt_tos`` and ``mail_from``, as the envelope named them.
    """

    def __init__(self):
        self.port = free_port()
        self.messages = []
        self._controller = Controller(self, hostname='127.0.0.1', port=self.port)

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        message.rcpt_tos = list(envelope.rcpt_tos)
        message.mail_from = envelope.mail_from
        self.messages.append(message)
        return '250 OK'

    def __enter__(self):
        self._controller.start()
        return self

    def __exit__(self, *error):
        self._controller.stop()

    def clear(self):
        self.messages.clear()

    def to(self, address):
        """The messages for one address, oldest first."""
        return [message for message in self.messages if address in message.rcpt_tos]

    def wait_for(self, address, count=1, timeout=15):
        """The messages for an address, once there are so many of them.

        :raises AssertionError: if they do not come
        """
        limit = time.monotonic() + timeout
        while len(self.to(address)) < count:
            seen = [(message['subject'], message.rcpt_tos) for message in self.messages]
            assert time.monotonic() < limit, f'no {count} mails for {address}; there are: {seen}'
            time.sleep(0.05)
        return self.to(address)


def text_of(message):
    """All the text that a message shows, decoded: plain and HTML."""
    parts = (part for part in message.walk() if part.get_content_maintype() == 'text')
    return '\n'.join(part.get_content() for part in parts)


def mailgate(server, message, *, check=True):
    """Deliver raw bytes as a mail server's pipe does, by the documented command.

    :return: the finished process: its exit code and what it said
    """
    command = [
        sys.executable, ROOT / 'scripts' / 'mailgate.py',
        f'--port={server.port}', f'--database={server.database}',
    ]
    result = subprocess.run(
        [str(part) for part in command], input=message, capture_output=True, timeout=60
    )
    assert result.returncode == 0 or not check, result.stderr.decode()
    return result
