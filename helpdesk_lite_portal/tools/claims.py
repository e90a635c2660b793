"""What a stranger types is a claim: how to compare an address, and what not to pass on."""

import unicodedata

# Great free mailers. To them, or to some of them, dots in a name count for nothing; that two people
# may share a limit here does no harm.
FREE_MAILERS = frozenset((
    'gmail.com', 'googlemail.com', 'gmx.com', 'gmx.de', 'gmx.net', 'hotmail.com', 'icloud.com',
    'live.com', 'mail.ru', 'me.com', 'naver.com', 'outlook.com', 'pm.me', 'proton.me',
    'protonmail.com', 'web.de', 'yahoo.com', 'yandex.com', 'yandex.ru',
))
ONE_MAILER = {'googlemail.com': 'gmail.com', 'pm.me': 'proton.me', 'protonmail.com': 'proton.me'}
# What ends a word that a mail program may make a link of
ENDS = dict.fromkeys(map(ord, '<>()[]{}"\'`,;|!*“”‘’「」『』《》·'), ' ')
DOTS = dict.fromkeys(map(ord, '。．｡․'), '.')


def get_mailbox(address):
    """What tells a mailbox from another, however its address is spelled.

    :param str address: a normalised one
    :return: the address without ``+tag``, and without the dots of the great free mailers
    """
    local, _at, domain = address.lower().rpartition('@')
    local = local.partition('+')[0] or local
    domain = ONE_MAILER.get(domain, domain)
    if domain in FREE_MAILERS:
        local = local.replace('.', '')
    return f'{local}@{domain}'


def has_link(text):
    """Whether a mail program may show a link or an address in a text.

    Rather once too often: what is taken for a link is only not repeated in a mail to somebody who
    may not have written it.
    """
    text = unicodedata.normalize('NFKC', (text or '').translate(DOTS)).lower()
    text = ''.join(char for char in text if unicodedata.category(char) != 'Cf')
    return '@' in text or '://' in text or 'www.' in text or any(
        map(_is_host, text.translate(ENDS).split()))


def _is_host(word):
    """Whether a word begins with the name or the number of a computer: ``example.com/path``."""
    for mark in '/?#:':
        word = word.partition(mark)[0]
    labels = word.strip('.').split('.')
    if len(labels) < 2 or not all(labels):
        return False
    numbers = sum(label.isdecimal() for label in labels)
    return numbers == len(labels) == 4 or (
        len(labels[-1]) > 1 and any(char.isalpha() for char in labels[-1]))
