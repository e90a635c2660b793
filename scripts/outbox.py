"""An SMTP server on 127.0.0.1 that writes each message into a file: ``outbox.py PORT FOLDER``."""

import signal
import sys
import time
from pathlib import Path

from aiosmtpd.controller import Controller


class KeepInFolder:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.count = 0

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        path = self.folder / f'{time.strftime("%Y%m%d-%H%M%S")}-{self.count:04}.eml'
        path.write_bytes(envelope.content)
        return '250 OK'


def main(port, folder):
    controller = Controller(KeepInFolder(folder), hostname='127.0.0.1', port=int(port))
    controller.start()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    controller.stop()


if __name__ == '__main__':
    main(*sys.argv[1:])
