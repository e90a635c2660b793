"""Locks that the kernel gives back by itself when a command dies, however it dies."""

import contextlib
import fcntl
import os

from .console import say


class Lock:
    """A file that commands lock: alone (``exclusive``) or together with others (``shared``)."""

    def __init__(self, settings, name):
        self.path = settings.folder('locks') / f'{name}.lock'
        self.descriptor = None

    def _open(self):
        if self.descriptor is None:
            self.descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)

    def try_exclusive(self):
        """Take the lock alone if nobody else holds it; tell whether that went well."""
        self._open()
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, str(os.getpid()).encode(), 0)
        return True

    def take_shared(self):
        self._open()
        fcntl.flock(self.descriptor, fcntl.LOCK_SH)

    def holder(self):
        try:
            return self.path.read_text() or '?'
        except OSError:
            return '?'

    def take_exclusive(self, purpose):
        """Take the lock alone; where another command holds it, say so and wait."""
        if not self.try_exclusive():
            say(f'  Another command (process {self.holder()}) {purpose}: waiting for it …')
            fcntl.flock(self.descriptor, fcntl.LOCK_EX)
            self.try_exclusive()

    def release(self):
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None


@contextlib.contextmanager
def locked(settings, name, purpose):
    """Hold a lock alone while the block runs."""
    lock = Lock(settings, name)
    lock.take_exclusive(purpose)
    try:
        yield lock
    finally:
        lock.release()
