"""What a mail becomes on a ticket: the table of section "E-mail in" in docs/email.md."""

from dataclasses import dataclass

AGENTS = ('agent', 'unproven')


@dataclass(frozen=True)
class Verdict:
    """What one mail becomes for one ticket or team."""

    kind: str  # 'answer', 'note', 'new' or 'drop'
    status: str = ''  # ``helpdesk_lite_mail_status`` of the message
    tell: bool = False  # whether the sender is told that it reached nobody outside
    keep_cc: bool = False  # whether its Cc goes to the ticket's


NEW = Verdict('new', keep_cc=True)


def decide(role, found, *, machine=False, involved=True, public=True, clean=True):
    """Decide what a mail becomes that was found to belong to a ticket.

    :param str role: 'customer', 'correspondent', 'agent' (proven), 'unproven' (an agent's
        address without proof), 'colleague' (a follower inside without a right for Helpdesk) or
        'stranger'
    :param str found: 'id' (by a message id) or 'reference' (by the subject alone)
    :param bool machine: whether a machine wrote it
    :param bool involved: whether an agent follows the ticket or is its assignee
    :param bool public: whether it answers something that the customer can read
    :param bool clean: whether ``To`` holds nobody but the desk and correspondents
    :rtype: Verdict
    """
    if machine:
        return Verdict('drop') if role in (*AGENTS, 'colleague') else Verdict('note', 'machine')
    if role in ('customer', 'correspondent'):
        return Verdict('answer', keep_cc=found == 'id')
    if role == 'colleague':
        return Verdict('note', 'colleague', tell=True)
    if role in AGENTS:
        return _decide_agent(role, found, involved, public, clean)
    return Verdict('note', 'stranger') if found == 'id' else NEW


def _decide_agent(role, found, involved, public, clean):
    """Return an agent's mail is an answer only where nothing speaks against it; see `decide`."""
    if found == 'reference' and not involved:
        return NEW
    if role == 'unproven' or found == 'reference':
        return Verdict('note', 'unproven', tell=True)
    if not public:
        return Verdict('note', 'internal', tell=True)
    if not clean:
        return Verdict('note', 'others', tell=True)
    return Verdict('answer', keep_cc=True)
