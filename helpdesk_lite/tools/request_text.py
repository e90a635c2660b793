"""What somebody wrote of a request themselves: no quotation, no signature, no "Re:".

Both are as long as they like, and alike in all mails of a person or thread.
"""

import re
from itertools import pairwise

from lxml import etree, html

TEXT_LENGTH = 2_000  # characters of a plain text that count

PREFIX = re.compile(
    r'(?:(?:re|aw|fwd?|wg|tr|sv|답장|회신|전달)\s{0,9}(?:\[\d{1,9}\]\s{0,9})?[::]'
    r'|\[(?:helpdesk|ticket|external|extern|외부)\])\s*', re.IGNORECASE)
REFERENCE = re.compile(r'\[[A-Z]{1,8}\d{3,}\]')
# From such a line on a mail holds no news: a signature, or the mail that it answers.
TAIL = re.compile(
    r'^(?:--|—|_{5,}|'
    r'-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|original-nachricht|'
    r'원본 메[시세]지|전달된 메[시세]지).*|'
    r'(?:on|am|le)\s.{4,200}(?:wrote|schrieb|a écrit)\s*:|'
    r'am\s.{0,20}\d.{4,200}\sschrieb\s.{2,200}:|'
    r'\d{4}[년.]\s.{4,200}(?:작성|님이 씀)\s*:?|.{2,80}님이 (?:작성|보냄)\s*:?|'
    r'(?:from|von|de|보낸 ?사람)\s*:\s.*@.*|'
    r'(?:sent from my|gesendet von mein|envoyé de mon)\s.*|나의 .{2,30}에서 보냄)$',
    re.IGNORECASE)
# The same where it takes two lines: plain text is wrapped, and some headers name no address.
TAIL_OF_TWO = re.compile(
    r'^(?:(?:on|le)\s.{4,300}(?:wrote|a écrit)\s*:|am\s.{0,20}\d.{4,200}\sschrieb\s.{2,200}:|'
    r'\d{4}[년.]\s.{4,300}(?:작성|님이 씀)\s*:?|'
    r'(?:from|von|de|보낸 ?사람)\s*:\s.*\s'
    r'(?:sent|date|gesendet|datum|envoyé|보낸 ?날짜|날짜)\s*:.*)$',
    re.IGNORECASE)
BLOCKS = frozenset((
    'p', 'div', 'br', 'li', 'tr', 'table', 'ul', 'ol', 'pre', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6'))


def get_own_subject(subject):
    """A subject without "Re:" and without references of tickets, lower case."""
    text = REFERENCE.sub(' ', subject or '').strip()
    start = 0  # not cut off one by one: there may be thousands
    while prefix := PREFIX.match(text, start):
        start = prefix.end()
    text = text[start:]
    return ' '.join(text.split()).lower() or (subject or '').strip().lower()


def get_own_text(description):
    """The plain text that the writer of a description wrote, lower case.

    :param str description: HTML
    """
    if not description or not description.strip():
        return ''
    try:
        tree = html.fragment_fromstring(description, create_parent='div')
    except etree.ParserError:
        return ''
    for node in tree.xpath(
            './/*[@data-o-mail-quote or self::blockquote or self::style or self::script]'):
        # to take it out, lxml would have to write the text behind it anew, and refuses some
        node.clear(keep_tail=True)
    lines = []
    for line, after in pairwise([*filter(None, get_lines(tree)), '']):
        if TAIL.match(line) or TAIL_OF_TWO.match(f'{line} {after}'.strip()):
            break
        if not line.startswith('>'):
            lines.append(line)
    return ' '.join(lines).lower()[:TEXT_LENGTH]


def get_lines(tree):
    """The lines that an element's text has on a screen, without the spaces around them."""
    parts = []
    for event, node in etree.iterwalk(tree, events=('start', 'end', 'comment', 'pi')):
        block = node.tag in BLOCKS
        if event == 'start':
            parts.extend(('\n' if block else '', node.text or ''))
        else:
            parts.extend(('\n' if block else '', (node.tail or '') if node is not tree else ''))
    return [' '.join(line.split()) for line in ''.join(parts).split('\n')]
