"""What a second pair of eyes would ask before an answer is sent. No database, linear time."""

from lxml import etree, html

from .request_text import get_lines

PLACEHOLDER_LENGTH = 40
COMMON_WORDS = 8
COMMON_LETTERS = 40
WORDS_LENGTH = 30  # of 8 words with the spaces between them
MAX_TEXT = 200_000  # characters of one text: what is longer isn't looked at further

# What says that a file is attached. Words stand alone, parts may stand within a word.
ATTACHED_WORDS = {
    'en': ('attached', 'attachment', 'attachments', 'enclosed', 'enclosure'),
    'de': ('anbei', 'angehängt', 'angehängte', 'angehängten', 'anhang', 'anlage',
           'beigefügt', 'beigefügte', 'beigefügten'),
    'fr': ('ci-joint', 'ci-jointe', 'ci-joints', 'ci-jointes', 'jointe', 'jointes', 'annexe',
           'annexé'),
    'es': ('adjunto', 'adjunta', 'adjuntos', 'adjuntas', 'adjuntamos'),
    'pt': ('anexo', 'anexos', 'anexado', 'anexada', 'anexei'),
    'it': ('allegato', 'allegata', 'allegati', 'allegate', 'allego'),
    'nl': ('bijlage', 'bijlagen', 'bijgevoegd', 'bijgevoegde'),
    'pl': ('załącznik', 'załączniku', 'załączam', 'załączniki'),
}
ATTACHED_PARTS = {
    'ko': ('첨부', '붙임'),
    'ja': ('添付',),
    'zh': ('附件', '附上', '附檔'),
}


def get_text(body):
    """The plain text of HTML, without quotations and signatures.

    :param str body: HTML
    """
    if not body or not body.strip():
        return ''
    try:
        tree = html.fragment_fromstring(body[:MAX_TEXT], create_parent='div')
    except (etree.ParserError, ValueError):
        return ''
    for node in tree.xpath(
            './/*[@data-o-mail-quote or self::blockquote or self::style or self::script]'):
        node.clear(keep_tail=True)
    return '\n'.join(get_lines(tree))


def says_attached(text, languages):
    """Return the word by which a text says that a file is attached, or None.

    :param str text: plain text
    :param languages: language codes as ``ko_KR``; English is looked for where none is known
    """
    text = text[:MAX_TEXT].lower()
    codes = {language[:2].lower() for language in languages if language}
    codes = codes & (ATTACHED_WORDS.keys() | ATTACHED_PARTS.keys()) or {'en'}
    for code in codes & ATTACHED_PARTS.keys():
        for part in ATTACHED_PARTS[code]:
            if part in text:
                return part
    wanted = {word for code in codes & ATTACHED_WORDS.keys() for word in ATTACHED_WORDS[code]}
    return next((word for word in _split(text, '-') if word in wanted), None) if wanted else None


def find_placeholder(text):
    """Return the first placeholder that is left in a text, or None.

    That is ``{{ … }}``, ``[name]``, ``<name>`` and ``XXX``. Numbers in brackets are footnotes and
    references, and ``<…>`` with ``@`` or ``/`` is an address.
    """
    text = text[:MAX_TEXT]
    found = [
        (position, word) for position, word in (
            _find_braces(text), _find_bracketed(text, '[', ']'), _find_bracketed(text, '<', '>'),
            _find_crosses(text)) if word]
    return min(found)[1] if found else None


def _find_braces(text):
    start = text.find('{{')
    if start < 0:
        return -1, None
    end = text.find('}}', start, start + 2 * PLACEHOLDER_LENGTH)
    return start, text[start:end + 2 if end > 0 else start + 2]


def _find_bracketed(text, opening, closing):
    """The first short text in brackets that is a name: letters, no number, no address."""
    start = text.find(opening)
    while start >= 0:
        end = text.find(closing, start, start + PLACEHOLDER_LENGTH)
        inner = text[start + 1:end] if end > 0 else ''
        if (inner and inner == inner.strip() and any(char.isalpha() for char in inner)
                and not any(char.isdigit() or char in '@/:=\n[<' for char in inner)):
            return start, text[start:end + 1]
        start = text.find(opening, start + 1)
    return -1, None


def _find_crosses(text):
    """Three or more X in capitals that stand alone, as in "Dear XXX"."""
    start = 0
    for word in _split(text):
        start = text.find(word, start)
        if len(word) >= 3 and set(word) == {'X'}:
            return start, word
        start += len(word)
    return -1, None


def find_common_text(text, secrets, known=()):
    """Return a piece of a text that stands in one of the secret ones, too, or None.

    That is 8 words that aren't all short ones, or 40 letters for scripts without spaces, in a
    row; spaces, signs and capitals make no difference. Time grows with the texts' length only.

    :param str text: what is about to become public
    :param secrets: texts that aren't public
    :param known: texts that are: what is quoted of them is no secret
    """
    words = _get_words(text)
    pieces = {}
    for piece, place in _cut(words):
        pieces.setdefault(piece, place)
    found = set()
    for secret in secrets:
        found.update(piece for piece, _place in _cut(_get_words(secret)) if piece in pieces)
    for public in known if found else ():
        found.difference_update(piece for piece, _place in _cut(_get_words(public)))
    if not found:
        return None
    first, last = min(pieces[piece] for piece in found)
    return ' '.join(words[first:last + 1])


def _get_words(text):
    return list(_split(text[:MAX_TEXT].casefold()))


def _cut(words):
    """Each run of 8 words and each of 40 letters: ``(run, (its first word, its last word))``."""
    for start in range(len(words) - COMMON_WORDS + 1):
        run = ' '.join(words[start:start + COMMON_WORDS])
        if len(run) >= WORDS_LENGTH:
            yield run, (start, start + COMMON_WORDS - 1)
    letters = ''.join(words)
    owners = [index for index, word in enumerate(words) for _letter in word]
    for start in range(len(letters) - COMMON_LETTERS + 1):
        end = start + COMMON_LETTERS
        yield letters[start:end], (owners[start], owners[end - 1])


def _split(text, inside=''):
    """The words of a text: letters and digits in a row, and signs that may stand inside."""
    word = []
    for char in text + ' ':
        if char.isalnum() or char in inside:
            word.append(char)
        elif word:
            if found := ''.join(word).strip(inside):
                yield found
            word = []
