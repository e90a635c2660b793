"""Reading the addresses of a header as mail programs write them, in linear time."""

from .mail_header import read_text

KEPT_ADDRESSES = 500


def read(raw, charset=''):
    """Return the addresses of a header: ``[(name, address)]``, in order.

    The last address in angle brackets is the address, whatever stands before it is the name, and
    a comment is one where there is no other. A part without an address belongs to the name that
    follows: ``Ann, Customer <x@y>``.

    :param bytes raw: the header's value, unfolded
    :param str charset: the charset of raw bytes in it
    :return: a list of names and addresses in lower case
    """
    found, before = [], []
    for part in _split(raw.decode('latin-1')):
        name, comment, address = _read_part(part)
        if address:
            name = ', '.join([*before, name] if name else before) or comment
            found.append((_clean_name(name, charset), address))
            before = []
        elif name:
            before.append(name)
        if len(found) == KEPT_ADDRESSES:
            break
    return found


def _split(text):
    """Split a list of addresses at commas and semicolons outside quotes and brackets."""
    parts, start, quoted, depth, angle = [], 0, False, 0, False
    skip = False
    for index, char in enumerate(text):
        if skip:
            skip = False
        elif char == '\\':
            skip = True
        elif quoted:
            quoted = char != '"'
        elif char == '"' and not depth:
            quoted = True
        elif char == '(' and not angle:
            depth += 1
        elif char == ')' and depth:
            depth -= 1
        elif char == '<' and not depth:
            angle = True
        elif char == '>':
            angle = False
        elif char in ',;' and not depth and not angle:
            parts.append(text[start:index])
            start = index + 1
    parts.append(text[start:])
    return parts if not quoted and not depth else _split_plainly(text)


def _split_plainly(text):
    """Split at each comma, where a quote or a comment never ends."""
    return text.replace(';', ',').split(',')


def _read_part(part):
    """Read one part into ``(name, comment, address)``; what is missing is ''."""
    text, comment = _take_comments(part.strip())
    end = text.rfind('>')
    start = text.rfind('<', 0, end if end >= 0 else len(text))
    if start >= 0:
        inside = text[start + 1:end if end > start else len(text)]
        if address := _clean_address(inside):
            return _drop_group(text[:start]), comment, address
        text = text[:start]
    words = text.split()
    for index in range(len(words) - 1, -1, -1):
        word = words[index].rpartition(':')[2] if ':' in words[index] else words[index]
        if address := _clean_address(word):
            return _drop_group(' '.join(words[:index])), comment, address
    return text.rpartition(':')[2].strip(), comment, ''


def _drop_group(name):
    """Return a name without that of the group it stands in: ``Desk: Ann`` → ``Ann``."""
    group, colon, rest = name.partition(':')
    return (rest if colon and '"' not in group else name).strip()


def _take_comments(text):
    """Return a text without its comments in parentheses, and the last of these."""
    if '(' not in text:
        return text, ''
    kept, comment, depth, quoted, last = [], [], 0, False, ''
    for char in text:
        if char == '"' and not depth:
            quoted = not quoted
        if quoted or (char not in '()' and not depth):
            kept.append(char)
        elif char == '(':
            depth += 1
            comment = [] if depth == 1 else comment
        elif char == ')' and depth:
            depth -= 1
            last = ''.join(comment).strip() if not depth else last
        elif depth:
            comment.append(char)
        else:
            kept.append(char)
    return ''.join(kept), last


def _clean_address(text):
    """Return an address in lower case, or '' where a text is none."""
    text = ''.join(text.split()).strip('\'"<>').lower()
    local, at, domain = text.partition('@')
    usable = (
        at and local and domain and '@' not in domain and len(text) <= 254
        and not set(text) & set('<>()[]\\,;:"') and text.isprintable()
        and not domain.startswith('.') and not domain.endswith('.') and '..' not in domain)
    return text.encode('latin-1', 'ignore').decode('utf-8', 'ignore') if usable else ''


def _clean_name(text, charset):
    """Return a name as a person reads it: without quotes, decoded."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    text = text.replace('\\"', '"').replace('\\\\', '\\')
    name = read_text(text.encode('latin-1'), charset).strip('"').strip()
    if len(name) > 2 and name[0] == name[-1] == "'":  # as Outlook and groups write it
        name = name[1:-1]
    return ' '.join(name.split())[:200]
