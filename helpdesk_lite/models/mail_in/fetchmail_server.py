import logging
from collections import OrderedDict
from datetime import timedelta
from hashlib import sha256

from odoo import fields, models

from ...tools.savepoint import CONFLICTS

TRIES = 5
REST = timedelta(hours=1)  # how long a mail that failed isn't tried again
KEPT_FAILURES = 10_000
# Mails that failed: they stay in their mailbox, and must not keep those behind them waiting
FAILED = OrderedDict()

_logger = logging.getLogger(__name__)


class Fetching:
    """Tell how the mail that is being fetched ended; it travels in the context."""

    def __init__(self):
        self.failed = False

    def take_in(self, env, work):
        """Return ``work()``, which is tried again where it is in conflict with another mail."""
        for attempt in range(1, TRIES + 1):
            try:
                result = work()
                env.flush_all()
                return result
            except CONFLICTS:  # the cursor is this mail's alone
                env.cr.rollback()
                env.transaction.reset()
                self.failed = attempt == TRIES
                if self.failed:
                    raise
                _logger.info('A fetched mail is in conflict with another: it is tried again')
            except Exception:
                self.failed = True
                raise
        return False


class CarefulConnection:
    """A mailbox in which only what was taken in is deleted or marked as seen."""

    def __init__(self, connection, fetching, key):
        self._connection, self._fetching, self._key = connection, fetching, key
        self._digest = None

    def __getattr__(self, name):
        return getattr(self._connection, name)

    def retrieve_unread_messages(self):
        """Return the messages, without those that failed a short while ago."""
        for number, message in self._connection.retrieve_unread_messages():
            self._digest = (*self._key, sha256(message).hexdigest())
            failed = FAILED.get(self._digest)
            if failed and fields.Datetime.now() - failed < REST:
                continue
            self._fetching.failed = False
            yield number, message

    def handled_message(self, number):
        """Delete a message or mark it as seen, unless it failed: then it is tried again later."""
        if not self._fetching.failed:
            FAILED.pop(self._digest, None)
            return self._connection.handled_message(number)
        FAILED[self._digest] = fields.Datetime.now()
        while len(FAILED) > KEPT_FAILURES:
            FAILED.popitem(last=False)
        return None


class FetchmailServer(models.Model):
    """Keep fetched mails that could not be taken in: Odoo deletes them or marks them as seen."""

    _inherit = 'fetchmail.server'

    def _fetch_mail(self, *args, **kwargs):
        return super(FetchmailServer, self.with_context(
            helpdesk_lite_fetching=Fetching()))._fetch_mail(*args, **kwargs)

    def _connect__(self, *args, **kwargs):
        connection = super()._connect__(*args, **kwargs)
        fetching = self.env.context.get('helpdesk_lite_fetching')
        if not isinstance(fetching, Fetching):
            return connection
        return CarefulConnection(connection, fetching, (self.env.cr.dbname, self.id))
