"""What is known of a mail that comes in, gathered step by step."""

from dataclasses import dataclass, field


@dataclass
class IncomingMail:
    """One mail on its way in; each step fills in what it finds out.

    It travels in the context (``helpdesk_lite_mail``): nobody can forge an object by RPC.
    """

    raw: bytes = b''
    opened: object = None  # whole: its headers and body, see ``tools.mail_bytes.Mail``
    team_ids: list = None  # whole: the teams that it is addressed to, once they were looked for
    complete: bool = True  # whole: whether all of it could be read
    message_id: str = ''  # as it came, at most 255 characters; '' where the mail has none
    sent: str = ''  # the Date header as it came
    recipients: list = field(default_factory=list)  # addresses, those of the envelope first
    to: list = field(default_factory=list)  # (name, normalised address)
    cc: list = field(default_factory=list)  # (name, normalised address)
    reply_to: list = field(default_factory=list)  # (name, normalised address)
    author: tuple = ('', '')  # whole: (name, normalised address) of From
    sender: tuple = ('', '')  # who: (name, normalised address), behind a group or form the person
    via: str = ''  # who: the group's or form's own address that stood in From
    machine: str = ''  # who: why it is a machine's, '' for a person's
    silent: bool = False  # who: a person's, but never acknowledged (lists, no-reply, groups)
    proven_user_id: int = False  # who: the agent whose HMAC (or DMARC) it carries
    proven_message_id: int = False  # who: the message that the HMAC names
    proven_ticket_id: int = False
    refused: bool = False  # who: the sender's domain disowns the mail
    verdicts: dict = field(default_factory=dict)  # what: ticket id -> Verdict
    content: str = ''  # where: subject and text, to know the same mail without an id again
    verdict: object = None  # what: the verdict on the route that is being processed
    stored_id: str = ''  # where: the message id that is stored, made up where the mail has none
    quoted: dict = field(default_factory=dict)  # where: team id -> ticket that a new one quotes
    referred: list = field(default_factory=list)  # where: ids that it refers to, oldest first

    def begin_again(self):
        """Forget what was found out of a mail that could not be taken in as it is."""
        self.complete, self.stored_id = False, ''
        self.verdicts.clear()
        self.quoted.clear()
