"""Takes the mail of a load test and throws it away: prints its port, and at the end the number."""

import asyncio
import signal
import sys

from aiosmtpd.smtp import SMTP


class Sink:
    count = 0

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        return '250 OK'


async def main():
    sink = Sink()
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    server = await loop.create_server(lambda: SMTP(sink), '127.0.0.1', 0)
    sys.stdout.write(f'{server.sockets[0].getsockname()[1]}\n')
    sys.stdout.flush()
    await ended.wait()
    sys.stdout.write(f'{sink.count}\n')


if __name__ == '__main__':
    asyncio.run(main())
