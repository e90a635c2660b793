"""What people type into a search, and what a ticket is found by, as PostgreSQL compares them.

Both sides are made alike: small letters, no accents, full-width signs and Korean letters composed,
no punctuation. So a LIKE is enough, which one trigram index serves for all words at once.
"""

import html
import re
import unicodedata

TYPED_LENGTH = 1_000  # characters of a search that count
WORD_COUNT = 20  # words of a search that count
HTML_LENGTH = 40_000  # characters of a description's HTML that count
SHORT = 2  # words of so many characters are looked for at the start of words

TAG = re.compile('<[^<>]*>')
ACCENTS = re.compile('[\u0300-\u036f]+')
# what stands between words; what mail addresses and numbers are made of stays
SEPARATORS = str.maketrans(dict.fromkeys(
    '<>()[]{}"\'`/,;:|#*=!?·…“”‘’«»「」『』《》〈〉【】、。', ' '))
PHONE = re.compile(r'\+?[\d(][\d().\-/\s]*')
PHONE_DIGITS = 7  # from so many digits on, a number may be a phone's
REFERENCE = re.compile(r'#?\s{0,3}([a-z]{0,10})[\s/-]{0,3}(\d{1,9})', re.IGNORECASE)
# the calling codes of one and two digits; all others have three
ZONES = ('1', '7')
CODES = frozenset((
    20, 27, *range(30, 35), 36, 39, 40, 41, *range(43, 50), *range(51, 59), *range(60, 67),
    81, 82, 84, 86, *range(90, 96), 98))


def normalize(text):
    """A text without case, accents and punctuation, one blank between its words."""
    if text.isascii():
        text = text.lower()
    else:
        text = unicodedata.normalize('NFKD', text.casefold())
        text = unicodedata.normalize('NFC', ACCENTS.sub('', text))
    return _separate(text)


def make_index(texts, phones, description):
    """The one text that a ticket is found by, with a blank before and after each word.

    :param texts: plain texts, some of which may be False
    :param phones: numbers as they are written, found by their digits, too
    :param description: HTML
    """
    parts = [normalize(text) for text in dict.fromkeys(texts) if text]
    for phone in dict.fromkeys(phones):
        if phone:
            parts += [normalize(phone), _get_digits(phone)]
    if description:
        plain = html.unescape(TAG.sub(' ', str(description)[:HTML_LENGTH]))
        parts.append(normalize(plain.replace('\x00', ' ')))
    return f' {" ".join(part for part in parts if part)} '


def get_patterns(typed):
    """What a ticket's text has to be LIKE: ``[[alternatives], …]``, one list for each word.

    :param str typed: anything; its signs stand for themselves
    """
    return [[_get_pattern(form) for form in forms] for forms in get_words(typed)]


def get_words(typed):
    """The words of a search, each with the forms that it is found by: ``[[form, …], …]``.

    A word without letters and digits is none.
    """
    found = {}
    for word in _split(typed):
        plain = normalize(word)
        if any(sign.isalnum() for sign in plain):
            found[plain] = list(dict.fromkeys([plain, *_get_phone_forms(word)]))
    return list(found.values())


def get_reference(typed):
    """The letters and the number of what may be a ticket's reference, else None.

    ``42``, ``#42``, ``HD42``, ``HD00042`` and ``hd 42`` are.

    :return: ``(letters, number)``
    """
    match = REFERENCE.fullmatch(unicodedata.normalize('NFKC', typed[:40]).strip())
    return (match[1], int(match[2])) if match and match[2].isascii() else None


def get_html_patterns(typed):
    """The same for the HTML of a message, which is compared as it stands, by ILIKE.

    Accents count there, and any signs may stand for the punctuation within a word.
    """
    found = {}
    for word in _split(typed):
        plain = _separate(unicodedata.normalize('NFC', word))
        if any(sign.isalnum() for sign in plain):
            starts = (' ', '>', '(', '"') if len(plain) <= SHORT else ('',)
            text = escape_like(html.escape(plain, quote=False)).replace(' ', '%')
            found[plain.lower()] = [f'%{start}{text}%' for start in starts]
    return list(found.values())


def escape_like(text):
    """A text for a pattern of LIKE, in which each character stands for itself."""
    return re.sub(r'([\\%_])', r'\\\1', text)


def _get_pattern(form):
    start = ' ' if len(form) <= SHORT else ''
    return f'%{start}{escape_like(form)}%'


def _separate(text):
    return ' '.join(text.translate(SEPARATORS).split())


def _split(typed):
    """The words of what was typed; a phone number may be written with blanks."""
    typed = typed.replace('\x00', ' ')[:TYPED_LENGTH].strip()
    if len(_get_digits(typed)) >= PHONE_DIGITS and PHONE.fullmatch(typed):
        return [typed]
    return typed.split()[:WORD_COUNT]


def _get_digits(text):
    return ''.join(sign for sign in text if sign.isascii() and sign.isdigit())


def _get_phone_forms(word):
    """The digits of a phone number without what is written or left out at its start."""
    digits = _get_digits(word.replace('(0)', ''))
    if len(digits) < PHONE_DIGITS or not PHONE.fullmatch(word):
        return []
    abroad = word.lstrip('(').startswith(('+', '00'))
    digits = digits.lstrip('0')
    if abroad:
        length = 1 if digits.startswith(ZONES) else 2 if int(digits[:2] or 0) in CODES else 3
        digits = digits[length:].lstrip('0')
    return [digits] if len(digits) >= PHONE_DIGITS - 1 else []
