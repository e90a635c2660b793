"""Whose mail somebody handed on: the senders that a forwarded mail names, in linear time.

Mail programs write the headers of the mail that they forward as lines of its text, each in its
own way and in the language of its user. Nothing here meets a regular expression that can
backtrack: whoever sends a mail chooses each of its characters.
"""

from email.parser import BytesHeaderParser

from lxml import etree, html

from . import mail_address
from .request_text import get_lines

KEPT_TEXT = 65_536  # characters of a mail in which is looked
KEPT_LINE = 1_000  # characters of a line
KEPT_SENDERS = 5  # a mail that was handed on again and again names several
HEADER_LINES = 8  # lines in which the headers of a mail stand at most, empty ones left out

SUBJECTS = ('fwd:', 'fw:', 'wg:', 'tr:', 'rv:', 'enc:', 'i:', 'doorst:', '전달:', '전달 :')
# What stands between rules: Gmail, Thunderbird, Apple Mail, Outlook, Naver, Daum
FORWARDED = frozenset((
    'forwarded message', 'begin forwarded message', 'forwarded by', '전달된 메시지',
    '전달된 메세지', '전달된 메일', 'weitergeleitete nachricht',
    'anfang der weitergeleiteten nachricht',
    'message transféré', 'début du message transféré', 'doorgestuurd bericht'))
# The same that programs also write above a mail that they answer
ORIGINAL = frozenset((
    'original message', '원본 메시지', '원본 메세지', '원본메시지', 'ursprüngliche nachricht',
    'original-nachricht', "message d'origine", 'original mail'))
SENDER = ('from', 'von', 'de', 'van', '보낸 사람', '보낸사람', '보낸이', '발신', '발신자')
OTHERS = (
    'sent', 'date', 'to', 'cc', 'subject', 'reply-to', 'gesendet', 'datum', 'an', 'betreff',
    'envoyé', 'à', 'objet', 'verzonden', 'aan', 'onderwerp', '보낸 날짜', '보낸날짜', '날짜',
    '받는 사람', '받는사람', '받는이', '수신', '수신자', '참조', '제목', '발신일')
RULES = '-_=*> \t'
TAGS = ('</', '<br', '<BR', '<p>', '<P>', '&lt;', '&#')  # what plain text has none of


def find_senders(body, subject=''):
    """Return the senders whom the headers in a forwarded mail's text name, the last hand first.

    :param str body: HTML, or text
    :param str subject: the mail's subject; what only says "original message" counts as forwarded
        where the subject says so
    :return: ``[(name, address in lower case)]``, at most `KEPT_SENDERS`
    """
    lines = list(filter(None, map(_strip, _get_lines(body))))
    by_subject = is_forward(subject)
    found = []
    for index, line in enumerate(lines):
        mark = line.strip(RULES + ':').lower()
        if mark in FORWARDED:
            by_subject = True
        if by_subject and _get_label(line) in SENDER and _is_header(lines, index):
            sender = _read_sender(lines, index)
            if sender and sender not in found:
                found.append(sender)
        if len(found) == KEPT_SENDERS:
            break
    return found


def is_forward(subject):
    """Whether a subject says that a mail was handed on."""
    return (subject or '').strip().lower().startswith(SUBJECTS)


def find_senders_of_file(content):
    """Return the sender of a mail that was forwarded as a file: ``[(name, address)]``.

    :param content: bytes, text, or a message as Python's ``email`` has it
    """
    if hasattr(content, 'as_bytes'):
        content = str(content.get('From') or '')
        return [pair for pair in mail_address.read(_encode(content[:KEPT_LINE])) if pair[1]][:1]
    raw = content.encode('utf-8', 'replace') if isinstance(content, str) else bytes(content)
    value = str(BytesHeaderParser().parsebytes(raw[:KEPT_TEXT])['From'] or '')
    return [pair for pair in mail_address.read(_encode(value[:KEPT_LINE])) if pair[1]][:1]


def _encode(text):
    return text.encode('utf-8', 'replace')


def _get_lines(body):
    """Return the lines of a mail's text as they stand on a screen."""
    text = str(body or '')[:KEPT_TEXT]
    if not any(tag in text for tag in TAGS):
        return text.splitlines()
    try:
        tree = html.fragment_fromstring(text, create_parent='div')
    except (etree.ParserError, ValueError):
        return []
    lines = get_lines(tree)
    # plain text between tags of its own, as <pre> has it
    return [line for block in lines for line in block.splitlines()]


def _strip(line):
    """Return a line without quotation marks before it, and what makes it bold in plain text."""
    return ' '.join(line[:KEPT_LINE].lstrip('> \t').replace('*', ' ').split())


def _get_label(line):
    """Return what stands before the colon of a header's line, or ''."""
    label = line[:24].replace('：', ':').partition(':')
    return label[0].strip().lower() if label[1] else ''


def _is_header(lines, index):
    """Whether a line with a sender stands among the headers of a mail.

    Somebody may write "From: …" in a sentence of their own.
    """
    before = lines[index - 1].strip(RULES + ':').lower() if index else ''
    if before in FORWARDED or before in ORIGINAL:
        return True
    start = max(index - 3, 0)
    around = lines[start:index] + lines[index + 1:index + HEADER_LINES]
    labels = {_get_label(line) for line in around}
    return len(labels.intersection(OTHERS)) >= 2


def _read_sender(lines, index):
    """Read the sender of a header's line, or of the line after it where a long one was wrapped."""
    value = _get_value(lines[index])
    if '@' not in value and index + 1 < len(lines) and not _get_label(lines[index + 1]):
        value = f'{value} {lines[index + 1]}'
    value = value.replace('[mailto:', '<').replace('<mailto:', '<').replace('"', '')
    first = value.partition('>')[0].replace(']', '')
    name, bracket, address = first.rpartition('<')
    if not bracket:
        name, address = _split_bare(first)
    address = address.strip().strip('<>()[],;').lower()
    if not _is_address(address):
        return None
    name = name.strip(" <>()[],;'")
    return ('' if name.lower() == address else name[:200], address)


def _get_value(line):
    return line.replace('：', ':').partition(':')[2].strip()


def _split_bare(value):
    """Tell name and address apart where no brackets do: the first word with an @ is it."""
    words = value.split()
    for position, word in enumerate(words):
        if '@' in word:
            return ' '.join(words[:position]), word
    return value, ''


def _is_address(text):
    local, at, domain = text.partition('@')
    return bool(local and at and '.' in domain.strip('.') and '@' not in domain
                and len(text) <= 254 and not set(text) & set(' \t<>()[]\\,;:"'))
