"""Whether a machine wrote a mail, and whether a person's may be acknowledged.

Sources: RFC 3834 (``Auto-Submitted``, empty return path), RFC 3464, 5965 and 8098 (reports), and
the headers that mail programs, vacation programs and list servers set.
"""

from .mail_headers import get_bare_address, get_header, get_headers

# Headers that only a machine sets, whatever their value but "no"
ANSWERING = ('X-Autoreply', 'X-Autorespond', 'X-Autoreplied', 'X-Auto-Reply-From', 'X-Vacation')
# How Outlook and Exchange begin the subject of an automatic reply, in the languages they come in
SUBJECTS = (
    'automatic reply:', 'automatische antwort:', 'abwesenheitsnotiz:', 'out of office:',
    'out of office autoreply:', 'autoreply:', 'auto reply:', 'auto-reply:', 'automatisch antwoord:',
    'réponse automatique :', 'réponse automatique:', 'respuesta automática:',
    'resposta automática:', 'risposta automatica:', 'autosvar:', 'automatisk svar:',
    'automatiskt svar:', 'automaattinen vastaus:', 'automatická odpověď:', 'automatická odpoveď:',
    'automatyczna odpowiedź:', 'automatikus válasz:', 'răspuns automat:', 'автоответ:',
    'автоматический ответ:', 'автоматична відповідь:', 'автоматичен отговор:',
    'αυτόματη απάντηση:', 'otomatik yanıt:', 'automatski odgovor:', 'samodejni odgovor:',
    'automatinis atsakymas:', 'automātiska atbilde:', 'automaatvastus:', 'trả lời tự động:',
    'balasan otomatis:', 'balasan automatik:', 'resposta automàtica:', 'erantzun automatikoa:',
    'ตอบกลับอัตโนมัติ:', 'การตอบกลับอัตโนมัติ:', 'स्वचालित उत्तर:', 'رد تلقائي:', 'תשובה אוטומטית:',
    'מענה אוטומטי:', '자동 회신:', '自動回覆:', '自动答复:', '自动回复:', '自動応答:', '自動返信:',
)
NO_REPLY = ('noreply', 'no-reply', 'no_reply', 'donotreply', 'do-not-reply', 'do_not_reply',
            'nepasrepondre', 'ne-pas-repondre', 'keine-antwort')


def why_machine(message, sender=''):
    """Why a mail is a machine's, as the header or word that says so; '' for a person's.

    :param email.message.Message message: the mail
    :param str sender: the normalised address of the sender
    """
    return (
        _find_auto_submitted(message, sender)
        or next((name for name in ANSWERING
                 if get_header(message, name).lower() not in ('', 'no')), '')
        or ('X-Failed-Recipients' if get_headers(message, 'X-Failed-Recipients') else '')
        or ('Precedence' if get_header(message, 'Precedence').lower() in (
            'auto_reply', 'auto-reply') else '')
        or ('Delivered-To' if any(value.lower().startswith('autoresponder') for value in
                                  get_headers(message, 'Delivered-To')) else '')
        or ('report' if message.get_content_type() == 'multipart/report' else '')
        or _find_daemon(message)
        or _find_exchange(message, sender)
        or ('Subject' if _is_automatic_subject(get_header(message, 'Subject'), message) else '')
    )


def _find_auto_submitted(message, sender):
    """``Auto-Submitted``, unless a rule of Microsoft 365 forwards a person's mail."""
    value = get_header(message, 'Auto-Submitted').lower().split(';')[0].split('(')[0].strip()
    if value in ('', 'no'):
        return ''
    loops = [get_bare_address(found) for found in get_headers(
        message, 'X-MS-Exchange-Inbox-Rules-Loop')]
    forwarded = value == 'auto-generated' and any(loop and loop != sender for loop in loops)
    return '' if forwarded else 'Auto-Submitted'


def _find_daemon(message):
    """An empty envelope sender or From, or one of a mail server itself."""
    for name in ('Return-Path', 'From'):
        values = get_headers(message, name)
        if values and _is_daemon(values[0]):
            return name
    return ''


def _is_daemon(value):
    address = get_bare_address(value)
    local = address.partition('@')[0]
    return not address or local == 'mailer-daemon' or value.lower().startswith('mailer-daemon ')


def _find_exchange(message, sender):
    """What Exchange writes for somebody who is away: its rule names the sender's own mailbox."""
    if not sender:
        return ''
    loops = get_headers(message, 'X-MS-Exchange-Inbox-Rules-Loop')
    own = any(get_bare_address(loop) == sender for loop in loops)
    return 'X-MS-Exchange-Inbox-Rules-Loop' if own else ''


def _is_automatic_subject(subject, message):
    """Whether a subject begins as those of automatic replies do, decoded where it is encoded."""
    if '=?' in subject:
        try:
            subject = str(message.get('Subject') or '')
        except Exception:  # noqa: BLE001 - a header that Python can't read tells nothing
            return False
    return subject.strip().lower().startswith(SUBJECTS)


def is_silent(message, sender, own_addresses=frozenset()):
    """Whether a person's mail is never acknowledged, since a machine or many would get it.

    :param str sender: the normalised address of the sender
    :param own_addresses: normalised addresses of the teams: a group that is one of them is the
        desk itself, and its members' customers are acknowledged
    """
    suppressed = {word.strip().lower() for word in get_header(
        message, 'X-Auto-Response-Suppress').split(',')}
    if suppressed & {'all', 'autoreply', 'oof'}:
        return True
    if sender.partition('@')[0].partition('+')[0] in NO_REPLY:
        return True
    return _is_of_list(message) and not _find_list_addresses(message) & set(own_addresses)


def _is_of_list(message):
    return (get_header(message, 'Precedence').lower() in ('list', 'bulk')
            or bool(get_headers(message, 'List-Id')))


def _find_list_addresses(message):
    """The addresses that a list or group says it has."""
    found = set(find_post_addresses(message))
    found.update(get_bare_address(value) for value in get_headers(message, 'X-BeenThere'))
    list_id = get_bare_address(get_header(message, 'List-Id'))
    name, _dot, domain = list_id.partition('.')
    found.add(f'{name}@{domain}')
    return found


def find_post_addresses(message):
    """The addresses of ``List-Post``: ``<mailto:group@x>, <https://…>`` → ``['group@x']``."""
    found = []
    for value in get_headers(message, 'List-Post'):
        for part in value.split(','):
            text = part.strip().strip('<>').strip()
            if text.lower().startswith('mailto:'):
                found.append(text[7:].partition('?')[0].strip().lower())
    return found
