"""Reading the headers of a mail that somebody else wrote: bounded, and without exceptions.

Python's own parser of headers isn't asked: it raises on some values and takes seconds for others.
"""

from email.header import decode_header

KEPT_LENGTH = 2_000  # characters of a header that are looked at
KEPT_REFERENCES = 8_000  # characters of a header that lists message ids; the newest stand last
KEPT_VALUES = 50  # headers of one name that are looked at


def get_headers(message, name, length=KEPT_LENGTH, from_end=False):
    """Return all values of a header as they came, on one line each and in order.

    :param email.message.Message message: the mail
    :param int length: how many characters of each value are kept
    :param bool from_end: whether these are the last ones
    """
    wanted, found = name.lower(), []
    for key, value in message.raw_items():
        if key.lower() == wanted and len(found) < KEPT_VALUES:
            text = _read(value)
            text = text[-length:] if from_end else text[:length]
            found.append(text.replace('\r', ' ').replace('\n', ' ').strip())
    return found


def get_header(message, name):
    """Return the first value of a header, or ''."""
    return next(iter(get_headers(message, name)), '')


def get_decoded(message, name):
    """Return the first value of a header, with its encoded words decoded as far as they can be."""
    value = get_header(message, name)
    if '=?' not in value:
        return value
    try:
        parts = decode_header(value)
    except Exception:  # noqa: BLE001 - whatever Python raises on it, it is read as it came
        return value
    return ''.join(_decode(*part) for part in parts)


def get_word(message, name):
    """Return the first value of a header in lower case, without parameters and comments."""
    return get_header(message, name).lower().partition(';')[0].partition('(')[0].strip()


def get_bare_address(value):
    """Return the address in a header of one address, in lower case: ``Ann <a@x>`` → ``a@x``."""
    start = value.rfind('<')
    end = value.find('>', start)
    text = value[start + 1:end] if 0 <= start < end else value
    return text.strip().strip('<>').strip().lower()


def _read(value):
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - a header that can't be written out tells nothing
        return ''


def _decode(part, charset):
    if isinstance(part, str):
        return part
    try:
        return part.decode(charset or 'ascii', 'replace')
    except (LookupError, ValueError):
        return part.decode('utf-8', 'replace')
