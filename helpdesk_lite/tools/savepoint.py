import contextlib
from dataclasses import dataclass

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as CONFLICTS


@dataclass
class Outcome:
    """How an attempt went."""

    error: Exception | None = None

    @property
    def reason(self):
        """One line that says why it failed: Odoo wraps the cause in errors of its own."""
        error = self.error
        while cause := error.__cause__:
            error = cause
        return next(iter(str(error).strip().splitlines()), repr(error))


@contextlib.contextmanager
def attempt(env, hooks=False):
    """Undo what fails, and go on: the one policy for whatever must not cost the rest.

    A conflict with another transaction is raised, so that the whole is tried again. Any other
    failure is undone and handed to the caller, who says it where it belongs::

        with attempt(self.env) as outcome:
            ...
        if outcome.error:
            self._message_log(body=outcome.reason)

    :param bool hooks: run the cursor's precommit hooks inside, as a commit would: the mails of
        stages are made by them. Not where the attempt itself is made by such a hook
    :return: an `Outcome`
    """
    outcome = Outcome()
    try:
        with env.cr.savepoint() if hooks else _savepoint(env):
            yield outcome
    except CONFLICTS:
        raise
    except Exception as error:  # noqa: BLE001 - see the docstring
        outcome.error = error


@contextlib.contextmanager
def _savepoint(env):
    """Return a savepoint that runs no precommit hooks and forgets none.

    The cursor's own one runs the hooks that are left, each inside the one before, until Python's
    stack is full, and forgets them all when it is rolled back: so other tickets of the same call
    would send nothing.
    """
    env.flush_all()
    with env.cr.savepoint(flush=False):
        try:
            yield
            env.flush_all()
        except Exception:
            env.transaction.clear()
            raise
