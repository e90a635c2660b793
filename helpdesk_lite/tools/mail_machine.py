"""Whether a machine wrote a mail, and whether a person's may be acknowledged.

Sources: RFC 3834 (``Auto-Submitted``, empty return path), RFC 3464, 5965 and 8098 (reports), and
the headers that mail programs, vacation programs, bounces and list servers set.
"""

import unicodedata

from .automatic_subjects import SUBJECTS
from .mail_headers import (
    get_bare_address,
    get_decoded,
    get_header,
    get_headers,
    get_word,
)

# Headers that machines set, whatever their value but "no"
ANSWERING = (
    'X-Autoreply', 'X-Autorespond', 'X-Autoreplied', 'X-Auto-Reply-From', 'X-Vacation',
    'X-Failed-Recipients',
)
ANSWERING_PRECEDENCES = ('auto_reply', 'auto-reply')
REPORTS = ('multipart/report', 'message/delivery-status', 'message/feedback-report')
DAEMONS = ('mailer-daemon', 'postmaster')
RULES_LOOP = 'X-MS-Exchange-Inbox-Rules-Loop'
REPORT = 'report'  # no click on a message makes a report a person's mail

LIST_HEADERS = ('List-Id', 'List-Post', 'Mailing-List')
LIST_PRECEDENCES = ('list', 'bulk', 'junk')
# What `X-Auto-Response-Suppress` says of receipts; anything else in it asks for no answer at all
RECEIPTS = {'', 'none', 'dr', 'rn', 'nrn'}
NO_REPLY = (
    'no-reply', 'noreply', 'do-not-reply', 'donotreply', 'dont-reply', 'do-notreply', 'not-reply',
    'keine-antwort', 'nicht-antworten', 'ne-pas-repondre', 'nepasrepondre', 'no-responder',
    'noresponder', 'no-responda', 'nao-responda', 'non-rispondere', 'niet-beantwoorden',
)

# ----------------------------------------------------------------------
# A machine's
# ----------------------------------------------------------------------


def why_machine(message, sender='', handed_on=False):
    """Return the header or word that says that a mail is a machine's; '' for a person's.

    :param email.message.Message message: the mail
    :param str sender: the normalised address in ``From``
    :param bool handed_on: whether a contact form wrote the mail for a person: it says of itself
        that it generates mails
    """
    return next(filter(None, (rule(message, sender, handed_on) for rule in RULES)), '')


def _find_report(message, _sender, _handed_on):
    """Reports of deliveries, of receipts and of complaints (feedback)."""
    return REPORT if get_word(message, 'Content-Type') in REPORTS else ''


def _find_daemon(message, _sender, _handed_on):
    """Find an empty envelope sender or ``From``, or a mail server's own, as in old bounces."""
    return next((name for name in ('Return-Path', 'From')
                 if any(map(_is_daemon, get_headers(message, name)[:1]))), '')


def _is_daemon(value):
    words = value.lower().replace('"', ' ').replace('<', ' ').replace('>', ' ').split()
    local = get_bare_address(value).partition('@')[0]
    return not words or words[0] == DAEMONS[0] or local in DAEMONS


def _find_answering(message, _sender, _handed_on):
    return next((name for name in ANSWERING if any(
        value.lower() not in ('', 'no') for value in get_headers(message, name))), '')


def _find_submitted(message, sender, handed_on):
    """Find ``Auto-Submitted``, unless a rule of Microsoft 365 forwards a person's mail."""
    value = get_word(message, 'Auto-Submitted')
    if value in ('', 'no'):
        return ''
    forwarded = handed_on or _is_forwarded_by_rule(message, sender)
    return '' if value == 'auto-generated' and forwarded else 'Auto-Submitted'


def _get_loops(message):
    return {get_bare_address(value) for value in get_headers(message, RULES_LOOP)} - {''}


def _is_forwarded_by_rule(message, sender):
    loops = _get_loops(message)
    return bool(loops) and sender not in loops


def _find_rules_loop(message, sender, _handed_on):
    """Find what Exchange writes for somebody who is away, by a rule of the sender's mailbox."""
    return RULES_LOOP if sender and sender in _get_loops(message) else ''


def _find_precedence(message, _sender, _handed_on):
    return 'Precedence' if get_word(message, 'Precedence') in ANSWERING_PRECEDENCES else ''


def _find_autoresponder(message, _sender, _handed_on):
    return 'Delivered-To' if any(
        get_bare_address(value).partition('@')[0] == 'autoresponder'
        for value in get_headers(message, 'Delivered-To')) else ''


def _find_subject(message, _sender, _handed_on):
    """Return a subject that begins as Outlook begins its own: it may be all that tells."""
    return 'Subject' if _clean(get_decoded(message, 'Subject')).startswith(PREFIXES) else ''


def _clean(text):
    """Return a subject as it is compared: without case, direction marks and extra blanks."""
    plain = ''.join(
        char for char in unicodedata.normalize('NFKC', text[:200].casefold())
        if unicodedata.category(char) != 'Cf')
    return ' '.join(plain.split()).replace(' :', ':').replace('ı', 'i')


PREFIXES = tuple(f'{_clean(subject)}:' for subject in SUBJECTS)
RULES = (
    _find_report, _find_daemon, _find_answering, _find_submitted, _find_rules_loop,
    _find_precedence, _find_autoresponder, _find_subject,
)

# ----------------------------------------------------------------------
# A person's that is not acknowledged
# ----------------------------------------------------------------------


def is_silent(message, sender, own_addresses=frozenset(), via='', handed_on=False):
    """Whether a person's mail is never acknowledged: many would get it, or nobody would.

    :param str sender: the normalised address of the sender
    :param own_addresses: normalised addresses of the teams: a group that is one of them is the
        desk itself, and who writes to it is acknowledged
    :param str via: the normalised address of the group or form that stands in ``From``
    :param bool handed_on: whether a contact form wrote the mail for the sender: what it asks for
        itself isn't theirs
    """
    if is_no_reply(sender):
        return True
    if handed_on:
        return False
    suppressed = {word.strip().lower() for value in get_headers(
        message, 'X-Auto-Response-Suppress') for word in value.split(',')}
    if suppressed - RECEIPTS:
        return True
    return _is_of_list(message) and not (
        find_list_addresses(message) | {via}) & set(own_addresses)


def is_no_reply(address):
    """Whether an address says of itself that nobody reads there."""
    local = address.partition('@')[0].lower().replace('_', '-').replace('.', '-')
    words = f'-{local.replace("+", "-").strip("0123456789")}-'
    return any(f'-{name}-' in words for name in NO_REPLY)


def _is_of_list(message):
    return (get_word(message, 'Precedence') in LIST_PRECEDENCES
            or any(get_headers(message, name) for name in LIST_HEADERS))


def find_list_addresses(message):
    """Return the addresses that a list or group says it has, in lower case, as a set."""
    found = {get_bare_address(value) for value in get_headers(message, 'X-BeenThere')}
    found.update(find_post_addresses(message))
    # Mailing-List: list support@x; contact support+owners@x
    found.update(word for value in get_headers(message, 'Mailing-List')
                 for word in value.lower().replace(';', ' ').split() if '@' in word)
    name, _dot, domain = get_bare_address(get_header(message, 'List-Id')).partition('.')
    return found | {f'{name}@{domain}'}


def find_post_addresses(message):
    """Find the addresses of ``List-Post``: ``<mailto:group@x>, <https://…>``: ``['group@x']``."""
    found = []
    for value in get_headers(message, 'List-Post'):
        for part in value.split(','):
            scheme, _colon, address = part.strip().strip('<>').strip().lower().partition(':')
            if scheme == 'mailto':
                found.append(address.partition('?')[0].strip())
    return found
