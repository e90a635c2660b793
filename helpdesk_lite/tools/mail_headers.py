"""Reading the headers of a mail that somebody else wrote: bounded, and without exceptions."""

KEPT_LENGTH = 2_000  # characters of a header that are looked at


def get_headers(message, name):
    """All values of a header as they came, in order, each cut at `KEPT_LENGTH` characters.

    :param email.message.Message message: the mail; its own parser of headers isn't asked, since
        it raises on some values and takes seconds for others
    """
    wanted = name.lower()
    return [
        str(value)[:KEPT_LENGTH].replace('\r', ' ').replace('\n', ' ').strip()
        for key, value in message.raw_items() if key.lower() == wanted]


def get_header(message, name):
    """The first value of a header, or ''."""
    return next(iter(get_headers(message, name)), '')


def get_bare_address(value):
    """The address in a header of one address, in lower case: ``Ann <a@x>`` → ``a@x``."""
    start = value.rfind('<')
    text = value[start + 1:value.find('>', start)] if start >= 0 and '>' in value[start:] else value
    return text.strip().strip('<>').lower()
