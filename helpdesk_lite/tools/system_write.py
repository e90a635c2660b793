from dataclasses import dataclass


@dataclass(frozen=True)
class SystemWrite:
    """How the system writes a ticket by itself; see the ticket's ``_as_system``.

    It travels in the context (``helpdesk_lite_system_write``) through Odoo's own code.
    """

    log_in_batch: bool = False
    raise_failures: bool = False
