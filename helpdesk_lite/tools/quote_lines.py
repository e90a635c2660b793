"""The lines of a mail, read from its HTML, and what markup says about each.

A line knows where its text stands in the tree, so that what is decided about lines can be written
back. One pass, linear in the length of the mail.
"""

import itertools
from dataclasses import dataclass, field

from .quote_words import fold

BLOCKS = frozenset((
    'address', 'article', 'aside', 'blockquote', 'body', 'center', 'dd', 'div', 'dl', 'dt',
    'fieldset', 'figure', 'footer', 'form', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'header', 'html',
    'li', 'main', 'nav', 'ol', 'p', 'pre', 'section', 'table', 'tbody', 'td', 'tfoot', 'th',
    'thead', 'tr', 'ul'))
CELLS = frozenset(('td', 'th'))
# Containers in which programs put what they quote, by class and by id
BOX_CLASSES = ('gmail_quote', 'yahoo_quoted', 'protonmail_quote', 'tutanota_quote', 'zmail_extra')
BOX_IDS = ('mail-editor-reference-message-container', 'olk_src_body_section')
HEAD_CLASSES = ('gmail_attr', 'moz-cite-prefix', 'outlookmessageheader')
SIGN_CLASSES = ('gmail_signature', 'moz-signature', 'odoo_signature_wrapper', 'k9mail-signature')
SIGN_IDS = ('signature', 'applemailsignature', 'ms-outlook-mobile-signature', 'mobile-signature')
CITING_CLASSES = ('gmail_quote', 'protonmail_quote', 'tutanota_quote', 'yahoo_quoted')
USUAL_COLOURS = frozenset(('0563c1', '0000ee', '0078d4', '1f497d', '1155cc', '2f5496', '44546a'))
NAMED_COLOURS = {'red': 'ff0000', 'blue': '0000ff', 'green': '008000', 'purple': '800080',
                 'orange': 'ffa500', 'magenta': 'ff00ff', 'fuchsia': 'ff00ff',
                 'crimson': 'dc143c', 'darkred': '8b0000', 'navy': '000080'}
SATURATED = 100  # of 255: how far the strongest part of a colour stands out


@dataclass(frozen=True)
class Place:
    """What the elements around a text say about it."""

    level: int = 0  # of quotations that a program marked as such
    weak: object = None  # a blockquote that may be a mere indent
    box: object = None  # a container of what is quoted
    head: bool = False  # in the head of a quotation
    ruled: bool = False  # in a block with a line above, as Outlook draws one over a head
    sign: bool = False
    pre: bool = False
    coloured: bool = False


NOWHERE = Place()


@dataclass(slots=True)
class Line:
    place: Place = NOWHERE
    pieces: list = field(default_factory=list)  # (element, 'text' or 'tail', start, end)
    texts: list = field(default_factory=list)
    text: str = ''  # folded
    pictures: int = 0
    coloured: bool = False
    rule: bool = False  # a line is drawn above


class Reader:
    """Walk through a tree and gather its lines."""

    def __init__(self, root):
        self.lines = [Line()]
        self._walk(root, NOWHERE)
        for line in self.lines:
            line.text = fold(''.join(line.texts))

    def _walk(self, element, place):
        place = get_place(element, place)
        if element.tag in BLOCKS and element.tag not in CELLS:
            self._break()
        if element.tag in ('br', 'hr'):
            self._break(rule=element.tag == 'hr')
        elif element.tag == 'img':
            self._get_line(place).pictures += 1
            self.lines[-1].pieces.append((element, 'self', 0, 0))
        self._read(element, 'text', place)
        for child in element:
            if isinstance(child.tag, str):
                self._walk(child, place)
            self._read(child, 'tail', place)
        if element.tag in CELLS:
            self.lines[-1].texts.append(' ')
        elif element.tag in BLOCKS:
            self._break()

    def _break(self, rule=False):
        if self.lines[-1].pieces or rule:
            self.lines.append(Line(rule=rule or (
                self.lines[-1].rule and not ''.join(self.lines[-1].texts).strip())))

    def _get_line(self, place):
        line = self.lines[-1]
        if not ''.join(line.texts).strip():
            line.place = place
        return line

    def _read(self, element, where, place):
        """Take a text; in a preformatted one each line is one."""
        text = element.text if where == 'text' else element.tail
        if not text:
            return
        bounds = [0, len(text)]
        if place.pre:  # each piece but the first begins with its line's break
            bounds[1:1] = [at for at, sign in enumerate(text) if at and sign == '\n']
        for start, end in itertools.pairwise(bounds):
            if place.pre and text[start] == '\n':
                self.lines.append(Line())
            self._add(element, where, start, end, text, place)

    def _add(self, element, where, start, end, text, place):
        line = self._get_line(place)
        piece = text[start:end]
        line.pieces.append((element, where, start, end))
        line.texts.append(piece)
        if place.coloured and piece.strip():
            line.coloured = line.coloured or len(piece.split()) > 1 or len(piece.strip()) > 5


def get_place(element, place):
    """Return the place of what is in an element."""
    style = element.get('style', '')
    names = element.get('class', '').lower()
    name = element.get('id', '').lower()
    if not (style or names or name) and element.tag not in (
            'blockquote', 'pre', 'font', 'a', 'textarea'):
        return place
    values = dict(place.__dict__)
    _read_marks(element, names, name, values)
    styles = _split_style(style)
    if element.tag == 'pre' or styles.get('white-space', '').startswith('pre'):
        values['pre'] = True
    if 'solid' in styles.get('border-top', ''):
        values['ruled'] = True
    colour = styles.get('color') or element.get('color')
    if element.tag == 'a':
        values['coloured'] = False
    elif colour:
        values['coloured'] = is_striking(colour)
    if 'yellow' in (styles.get('background'), styles.get('background-color')):
        values['coloured'] = True
    if element.tag == 'blockquote':
        _read_blockquote(element, names, values)
    return Place(**values)


def _read_marks(element, names, name, values):
    boxed = element.tag != 'blockquote' and any(mark in names for mark in BOX_CLASSES)
    if boxed or any(mark in name for mark in BOX_IDS):
        values['box'] = element if values['box'] is None else values['box']
    if any(mark in names for mark in HEAD_CLASSES):
        values['head'] = True
    if 'divrplyfwdmsg' in name:
        values['ruled'] = True
    if any(mark in names for mark in SIGN_CLASSES) or name.removeprefix('x_') in SIGN_IDS:
        values['sign'] = True


def _read_blockquote(element, names, values):
    cited = element.get('type', '').lower() == 'cite' or any(
        mark in names for mark in CITING_CLASSES)
    if cited:
        values['level'] += 1
    elif values['weak'] is None:
        values['weak'] = element


def _split_style(style):
    found = {}
    for declaration in style.lower().split(';'):
        name, _colon, value = declaration.partition(':')
        found[name.strip()] = value.strip()
    return found


def is_striking(colour):
    """Whether somebody chose a colour to be seen: not black, grey, or what a program writes in."""
    colour = NAMED_COLOURS.get(colour, colour).lstrip('#')
    if colour in USUAL_COLOURS:
        return False
    try:
        if colour.startswith('rgb'):
            numbers = colour.partition('(')[2].rstrip(') ').split(',')[:3]
            parts = [int(number) for number in numbers]
        elif len(colour) == 3:
            parts = [int(sign * 2, 16) for sign in colour]
        else:
            parts = [int(colour[place:place + 2], 16) for place in (0, 2, 4)]
    except ValueError:
        return False
    return len(parts) == 3 and max(parts) - min(parts) >= SATURATED
