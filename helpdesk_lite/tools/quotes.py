"""What of a mail is old: quoted history and signatures, marked so that the web client folds it.

Odoo's sanitiser marks what a few programs quote, and hides more than that: what stands below a
quotation, or below ``--``. So a mail's own marks are read here, before Odoo sees them; what is
proven to be old gets the attribute on which Odoo folds, and the rest is kept from being hidden.
Where it isn't certain the text stays visible. No text is changed, and time is linear.
"""

from lxml import etree, html

from . import quote_words as words
from .quote_lines import Reader
from .quote_marks import NEW, QUOTE, SIGN, Writer

HEAD_LINES = 8  # of the head of a quoted mail, at most
SIGNATURE_LINES = 14
BREAKS = 100_000  # of a text that is read for quotations


def mark(text, subject='', answers=True):
    """Mark what is quoted in a mail, and its signature.

    :param str text: HTML as ``mail_html`` writes it
    :param str subject: of the mail; what is forwarded is no history
    :param bool answers: whether the mail answers another one
    :return: the same HTML with ``data-o-mail-quote`` on what may be folded
    """
    if not text.strip() or text.count('\n') > BREAKS:
        return text
    parser = html.HTMLParser(encoding='utf-8', huge_tree=True)
    document = html.document_fromstring(f'<div>{text}</div>'.encode(), parser=parser)
    body = document.find('body')[0]
    lines = Reader(body).lines
    labels = label(lines, subject, answers)
    if NEW not in {labels[i] for i in range(len(lines)) if _has_content(lines[i])}:
        labels = [NEW] * len(lines)
    if Writer(body, lines, labels).changed:
        return _get_inner_html(body)
    return text


def _get_inner_html(body):
    return etree.tostring(body, encoding='unicode', method='html', with_tail=False)[
        len('<div>'):-len('</div>')]


def _has_content(line):
    return bool(line.text or line.pictures)


# ----------------------------------------------------------------------
# What is old
# ----------------------------------------------------------------------

def label(lines, subject='', answers=True):
    """Say of each line whether it is new, quoted or of a signature."""
    if words.is_forward(subject):
        return [NEW] * len(lines)
    levels = _get_levels(lines)
    labels = [QUOTE if level else NEW for level in levels]
    end = 0
    for header in _find_headers(lines, levels):
        if header[2] == 'forward':
            labels[header[0]:] = [NEW] * (len(lines) - header[0])
            return labels
        if header[0] >= end:
            end = _label_quotation(lines, levels, labels, header, answers)
    _label_signatures(lines, labels)
    _label_blanks(lines, labels)
    return labels


def _get_levels(lines):
    """Return how deep each line is quoted: by a program's mark, or by ``>``."""
    levels = [line.place.level for line in lines]
    for start, stop in _find_runs(lines, lambda line: line.text.startswith('>')):
        quoted = [line.text for line in lines[start:stop] if line.text]
        if _is_attribution_above(lines, start) or not (
                all(text.startswith('>>>') for text in quoted)
                or all(text.lstrip('> ')[:1].isdigit() for text in quoted)):
            levels[start:stop] = [level or 1 for level in levels[start:stop]]
    proven = set()  # looks of quotations: a reader who answers within splits one into several
    for start, stop in _find_runs(lines, lambda line: line.place.weak):
        look = lines[start].place.weak.get('style') or None
        if look in proven or _is_proven(lines, start):
            proven |= {look} - {None}
            levels[start:stop] = [level or 1 for level in levels[start:stop]]
    return levels


def _find_runs(lines, read):
    """Return where lines follow each other of which the same is read: ``[(start, end)]``.

    What is None or False is no run; blank lines end none.
    """
    runs, start, last, value = [], None, None, None
    for index, line in enumerate(lines):
        found = read(line)
        found = None if found is False else found
        if found is value and found is not None:
            last = index
        elif found is not None or _has_content(line):
            if start is not None:
                runs.append((start, last + 1))
            start, last, value = (index, index, found) if found is not None else (None,) * 3
    return [*runs, (start, last + 1)] if start is not None else runs


def _is_attribution_above(lines, index):
    above = [line.text for line in lines[max(index - 4, 0):index] if line.text][-2:]
    return bool(above) and (
        words.is_attribution(above[-1]) or words.is_attribution(' '.join(above))
        or bool(words.get_divider(above[-1])))


def _is_proven(lines, start):
    """Whether a blockquote that starts here is what a program quotes, and no indent."""
    first = next((i for i in range(start, len(lines)) if lines[i].text), None)
    return _is_attribution_above(lines, start) or (first is not None and bool(
        _read_header(lines, first)))


def _find_headers(lines, levels):
    """Return the heads of quotations: ``[(start, end, kind)]``.

    Kind is 'cited' where what is quoted has to be marked, 'flat' where it goes on to the end, or
    'forward'.
    """
    found, index, level = [], 0, 0
    while index < len(lines):
        line, header = lines[index], None
        if line.text:
            # in a quotation its first line may say that it is forwarded
            if not line.place.level or line.place.head or not level:
                header = _read_header(lines, index)
                if levels[index] and header and header[1] != 'forward':
                    header = None if not line.place.head else header
            level = levels[index]
        if header:
            found.append((index, *header))
        index = header[0] if header else index + 1
    return found


def _read_header(lines, index):
    """Return ``(end, kind)`` of the head of a quotation that starts here, or None."""
    line = lines[index]
    if divider := words.get_divider(line.text):
        kind = 'forward' if divider == 'forward' else 'flat'
        return _get_fields_end(lines, index + 1) or index + 1, kind
    if line.place.head and line.text.startswith('----'):
        return index + 1, 'forward'
    if words.is_rule(line.text) or words.get_field(line.text):
        start = index + words.is_rule(line.text)
        end = _get_fields_end(lines, start)
        ruled = start > index or line.rule or line.place.ruled or line.place.box is not None
        return (end, 'flat' if ruled else 'fields') if end else None
    box = line.place.box
    if box is not None and 'yahoo_quoted' in box.get('class', '') and line.text.endswith(':'):
        return index + 1, 'flat'  # whatever the language
    return _read_attribution(lines, index)


def _read_attribution(lines, index):
    """Read ``On … wrote:``, which programs wrap into up to three lines."""
    text = ''
    for end in range(index, min(index + 3, len(lines))):
        if not lines[end].text:
            break
        text = f'{text} {lines[end].text}'.strip()
        boxed = lines[index].place.box is not None
        if words.is_attribution(text) and (end == index or text.startswith(words.OPENINGS)):
            return end + 1, 'flat' if boxed else 'cited'
    if lines[index].place.head:
        return index + 1, 'flat' if lines[index].place.box is not None else 'cited'
    return None


def _get_fields_end(lines, start):
    """Return where the head ``From: … Sent: … To: … Subject: …`` ends, or None."""
    kinds, end, index = [], None, start
    while index < len(lines) and len(kinds) < HEAD_LINES and index < start + 2 * HEAD_LINES:
        if lines[index].text:
            kind = words.get_field(lines[index].text)
            if not kind and (not kinds or not lines[index].text.startswith(('<', '"'))):
                break
            kinds.append(kind)
            end = index + 1
        index += 1
    return end if 'from' in kinds and kinds.count('other') >= 2 else None


def _label_quotation(lines, levels, labels, header, answers):
    """Label what stands below a head, and the head; return where that ends."""
    start, stop, kind = header
    first = next((i for i in range(stop, len(lines)) if _has_content(lines[i])), None)
    if first is None or kind == 'fields':
        return stop
    if levels[first]:
        labels[start:stop] = [QUOTE] * (stop - start)
        return stop
    if kind == 'flat' and answers:
        end = _get_box_end(lines, start)
        if _is_history(lines, labels, start, stop, end):
            labels[start:end] = [QUOTE] * (end - start)
            return end
    return stop


def _get_box_end(lines, start):
    box = lines[start].place.box
    if box is None:
        return len(lines)
    end = start
    while end < len(lines) and (lines[end].place.box is box or not _has_content(lines[end])):
        end += 1
    return end


def _is_history(lines, labels, start, stop, end):
    """Whether all below a head is old: there is something new above, and nothing within."""
    above = [lines[i].text for i in range(start) if labels[i] == NEW and lines[i].text]
    if not above or all(words.is_mobile(text) for text in above):
        return False
    if any(map(words.announces, above)):
        return False
    return not any(
        line.coloured or line.text.startswith(words.ANSWER_MARKS) for line in lines[stop:end])


# ----------------------------------------------------------------------
# Signatures
# ----------------------------------------------------------------------

def _label_signatures(lines, labels):
    start = 0
    while start < len(lines):
        end = start
        while end < len(lines) and labels[end] == NEW:
            end += 1
        if end > start:
            _label_signature(lines, labels, start, end)
        start = end + 1


def _label_signature(lines, labels, start, end):
    """Label the signature at the end of a run of new lines."""
    for first, last in _find_runs(lines[start:end], lambda line: line.place.sign or None):
        _sign(lines, labels, start + first, start + last)
    dashes = [i for i in range(start, end) if lines[i].text == '--']
    if dashes and (''.join(lines[dashes[-1]].texts).rstrip('\n')[-1:] != '-' or any(
            words.has_contact(line.text) for line in lines[dashes[-1]:end])):
        _sign(lines, labels, dashes[-1], end)
    left = [i for i in range(start, end) if labels[i] == NEW and _has_content(lines[i])]
    if left and words.is_mobile(lines[left[-1]].text):
        labels[left[-1]] = SIGN
        if left[1:] and lines[left[-2]].text == '--':
            labels[left[-2]] = SIGN


def _sign(lines, labels, start, end):
    texts = [line.text for line in lines[start:end] if line.text]
    if len(texts) <= SIGNATURE_LINES and not any(
            words.is_sentence(text) or words.is_lower(text.split()) for text in texts
            if not words.is_mobile(text)):
        labels[start:end] = [SIGN] * (end - start)


def _label_blanks(lines, labels):
    """A blank line is folded between what is folded, and at the end."""
    following = None
    for index in range(len(lines) - 1, -1, -1):
        if _has_content(lines[index]):
            following = labels[index]
        elif following == NEW:
            labels[index] = NEW
    previous = NEW
    for index, line in enumerate(lines):
        if _has_content(line):
            previous = labels[index]
        elif previous == NEW or labels[index] == NEW:
            labels[index] = NEW
