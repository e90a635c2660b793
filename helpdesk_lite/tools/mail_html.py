"""HTML and text of strangers, made harmless before Odoo's own sanitiser sees them.

Odoo's patterns backtrack, and some of its loops are quadratic, on markup that nobody writes by
hand. So markup is parsed once, as a stream, and written anew: every tag is closed, attributes are
few and short, nothing is nested deeply. What is left costs Odoo time in proportion to its length.
"""

import re
from html import escape, unescape

from lxml import etree
from lxml.html import defs

from .mail_charset import strip_control

DEPTH = 60
ELEMENTS = 20_000
SIBLINGS = 200  # from so many on, what makes Odoo compare each with all is left out
ATTRIBUTES = 40
ATTRIBUTE_LENGTH = 2_000
STYLE_LENGTH = 4_000
ID_LENGTH = 300  # of the file that a picture shows; Odoo looks for its name quadratically
LOST_SHARE, LOST_SIGNS = 0.05, 8
QUOTATIONS = 1_000  # marked ones of a text; the last goes on to the end

VOID = frozenset(('br', 'hr', 'img', 'wbr', 'col'))
SILENT = frozenset(('script', 'style', 'title'))  # their text is never shown
DROPPED = frozenset((
    'html', 'body', 'head', 'base', 'link', 'meta', 'embed', 'object', 'param', 'applet', 'iframe',
    'frame', 'frameset', 'noframes', 'noscript', 'form', 'input', 'button', 'select', 'option',
    'optgroup', 'textarea', 'label', 'area', 'map', 'svg', 'math', 'template', 'audio', 'video',
    'source', 'track', 'canvas', 'dialog', 'basefont', 'isindex', 'xmp', 'plaintext', 'listing',
    'marquee', 'blink', 'portal', 'slot', 'image'))
TAGS = (defs.tags | {'article', 'bdi', 'section', 'header', 'footer', 'hgroup', 'nav', 'aside',
                     'figure', 'figcaption', 'main', 'mark', 'time', 'wbr'}) - DROPPED - SILENT
BLOCKS = frozenset(('p', 'div', 'li', 'tr', 'table', 'ul', 'ol', 'pre', 'blockquote', 'form',
                    'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'section', 'article', 'center'))
SCHEMES = frozenset(('http', 'https', 'mailto', 'tel', 'sms', 'ftp', 'cid', 'xmpp', 'callto'))
PICTURES = ('data:image/png', 'data:image/jpeg', 'data:image/jpg', 'data:image/gif',
            'data:image/webp', 'data:image/bmp')
ATTRIBUTE = re.compile(r'[a-z][a-z0-9-]{0,40}\Z')
NO_ATTRIBUTES = frozenset((
    'encoding', 'srcset', 'background', 'poster', 'action', 'formaction', 'ping', 'xmlns', 'lowsrc',
    'dynsrc', 'data', 'archive', 'codebase', 'usemap', 'longdesc', 'cite', 'profile', 'classid',
    'data-o-mail-quote-container', 'data-o-mail-quote-node',
    'srcdoc', 'http-equiv', 'autofocus', 'contenteditable', 'tabindex', 'accesskey'))
# What a tag can't be: an address or a link in angle brackets
NO_TAG = re.compile(r'<(?=(?:https?://|mailto:|[^\s<>/"\'=@]{1,100}@))', re.IGNORECASE)
TAG = re.compile(r'<[a-zA-Z/!?][^<>]*>')
# Programs' marks of quotations, on which Odoo folds them
QUOTE_MARKS = ('gmail_extra', 'skydriveplaceholder', 'stopspelling', 'yahoo_quoted',
               'odoo_signature_wrapper', 'gmail_signature', 'gmail_quote', 'signature',
               'appendonsend', 'divrplyfwdmsg')
STYLE_NAME = re.compile(r'[a-z-]{1,40}\Z')
STYLE_HOLDS = ('/*', '\\', '<', '@', 'expression', 'javascript', 'behavior', 'binding')


def clean(html):
    """HTML written anew; see `read`."""
    return read(html)[0]


def read(html):
    """Write HTML anew, each tag closed, so that time is linear for whoever reads it.

    :return: ``(html, whether all of its text is in it)``
    """
    source = strip_control(html)
    if not source.strip():
        return '', True
    source = NO_TAG.sub('&lt;', source)
    if source.rfind('<') > source.rfind('>'):  # a tag that the mail's end cut off
        cut = source.rfind('<')
        source = f'{source[:cut]}&lt;{source[cut + 1:]}'
    writer = _Writer()
    parser = etree.HTMLParser(
        target=writer, huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        parser.feed(source)
        parser.close()
    except (etree.LxmlError, ValueError, AssertionError):
        writer.ended = False
    shown = writer.get_shown()
    text = _strip_tags(source)
    whole = writer.ended and writer.elements <= ELEMENTS and (
        shown >= count_signs(text) * (1 - LOST_SHARE) - LOST_SIGNS)
    if shown * 2 < count_signs(text) - LOST_SIGNS:  # nothing that can be called HTML
        return from_plain(text), False
    return writer.get_html(), whole


def count_signs(text):
    return len(''.join(text.split()))


def get_text(html):
    """Return the text of HTML that `clean` wrote, for comparing lengths."""
    return _strip_tags(html)


def _strip_tags(html):
    for opening, closing in (('<!--', '-->'), ('<style', '</style'), ('<script', '</script'),
                             ('<title', '</title')):
        html = _strip_between(html, opening, closing)
    return unescape(TAG.sub(' ', html))


def _strip_between(html, opening, closing):
    """Take out what stands between two marks; what isn't closed stays."""
    lower, pieces, position = html.lower(), [], 0
    if len(lower) != len(html):  # a few letters have longer lower cases
        lower = html
    while (start := lower.find(opening, position)) >= 0:
        end = lower.find(closing, start)
        if end < 0:
            break
        pieces.append(html[position:start])
        position = end + len(closing) - (closing != '-->')  # the rest of a tag is one, still
        if closing != '-->':
            pieces.append('<')
            position = end + 1
    return ''.join(pieces) + html[position:]


class _Writer:
    """A target of lxml's parser that writes what is allowed."""

    def __init__(self):
        self.out = []
        self.texts = []
        self.pending = []  # pieces of one text: the parser hands them over entity by entity
        self.open = []  # names of the tags that were written, None for those that weren't
        self.depth = 0
        self.silent = 0
        self.elements = 0
        self.children = [0]
        self.marks = [[]]  # of each open tag: where its children's marks of quotations stand
        self.ended = True

    def start(self, tag, attributes):
        tag = tag.lower()
        self._write_text()
        if self.silent or tag in SILENT:
            self.silent += 1
            self.open.append(None)
            return
        self.elements += 1
        name = self._choose(tag, attributes)
        if name:
            self._write_tag(name, attributes)
        self.open.append(None if name in VOID else name)

    def _write_tag(self, name, attributes):
        self.children[-1] += 1
        self.out.append(f'<{name}')
        for attribute, value in self._get_attributes(name, attributes):
            if attribute in ('class', 'id') and any(mark in value.lower() for mark in QUOTE_MARKS):
                self.marks[-1].append((len(self.out), ''))
            self.out.append(f' {attribute}="{escape(value)}"')
        self.out.append('>')
        if self.children[-1] > SIBLINGS:
            self._drop_marks(self.marks[-1])
        if name not in VOID:
            self.depth += 1
            self.children.append(0)
            self.marks.append([])

    def _drop_marks(self, marks):
        """Of many siblings Odoo compares each with all others once one of them is a quotation."""
        for index, instead in marks:
            self.out[index] = instead
        marks.clear()

    def _choose(self, tag, attributes):
        """Return the tag to write, or None."""
        if tag in TAGS:
            if self.elements > ELEMENTS or (self.depth >= DEPTH and tag not in VOID):
                if tag in BLOCKS or tag == 'br':
                    self.out.append('\n')
                return None
            return tag
        if tag in BLOCKS and self.elements <= ELEMENTS and self.depth < DEPTH:
            return 'div'
        if tag not in DROPPED and ':' not in tag and any(attributes.values()) is False:
            if attributes:  # "<please help me>" is no tag
                self.data(f'<{" ".join([tag, *attributes])}>')
        return None

    def end(self, tag):
        self._write_text()
        if self.silent:
            self.silent -= 1
            if self.open:
                self.open.pop()
            return
        name = self.open.pop() if self.open else None
        if name:
            self.out.append(f'</{name}>')
            self.depth -= 1
            self.children.pop()
            self.marks.pop()

    def data(self, text):
        if not self.silent:
            self.pending.append(text)

    def _write_text(self):
        if not self.pending:
            return
        text = ''.join(self.pending)
        self.pending = []
        self.texts.append(text)
        text = _fold_quotes(escape(strip_control(text), quote=False))
        if len(self.marks) > 1 and text.rstrip().endswith('--'):  # a signature, says Odoo
            self.marks[-2].append((len(self.out), text + '\N{ZERO WIDTH SPACE}'))
        self.out.append(text)
        if len(self.marks) > 1 and self.children[-2] > SIBLINGS:
            self._drop_marks(self.marks[-2])

    def comment(self, text):
        """Comments are never shown."""

    def pi(self, target, data=None):
        """Nor are instructions."""

    def doctype(self, *args):
        """Nor is the type."""

    def close(self):
        self._write_text()
        self.out.extend(f'</{name}>' for name in reversed(self.open) if name)
        self.open = []

    def get_html(self):
        return ''.join(self.out)

    def get_shown(self):
        return count_signs(''.join(self.texts))

    def _get_attributes(self, tag, attributes):
        """Return what may stay of a tag's attributes, as pairs."""
        written = []
        for name, value in attributes.items():
            if len(written) == ATTRIBUTES:
                break
            name = name.lower()
            if not ATTRIBUTE.match(name) or name.startswith('on') or name in NO_ATTRIBUTES:
                continue
            value = self._get_value(tag, name, strip_control(value or ''))
            if value is not None:
                written.append((name, value))
        return written

    def _get_value(self, tag, name, value):
        """Return what may stay of an attribute, or None."""
        if name == 'style':
            return clean_style(value) or None
        if name in ('class', 'id'):
            return value[:300]
        if name in ('src', 'href'):
            return clean_link(value, picture=tag == 'img')
        if name in ('data-filename', 'data-file-name') or len(value) <= ATTRIBUTE_LENGTH:
            return value[:ATTRIBUTE_LENGTH]
        return None


def clean_link(value, picture=False):
    """Return an address that runs nothing, or None."""
    value = ''.join(value.split()) if value[:5].lower() != 'data:' else value.strip()
    scheme, colon, _rest = value.partition(':')
    scheme = scheme.lower()
    if picture and scheme == 'data':
        return value if value[:20].lower().startswith(PICTURES) else None
    if len(value) > (ID_LENGTH if scheme == 'cid' else ATTRIBUTE_LENGTH * 2):
        return None
    if colon and '/' not in scheme and '?' not in scheme and '#' not in scheme \
            and scheme not in SCHEMES:
        return None
    return value


def clean_style(style):
    """Return the declarations of a style that load nothing, and on which no pattern starves."""
    kept = []
    for declaration in style[:STYLE_LENGTH].split(';'):
        name, _colon, value = declaration.partition(':')
        name = name.strip().lower()
        value = ' '.join(value.replace('"', '').replace("'", '').split())
        lower = value.lower()
        if not value or len(value) > 300 or not STYLE_NAME.match(name) or any(
                word in lower for word in STYLE_HOLDS):
            continue
        if 'url(' in lower:
            continue
        kept.append(f'{name}:{value}')
    return '; '.join(kept)


def _fold_quotes(text):
    """Mark quoted lines of a text, as Odoo does, but in one pass."""
    if text.count('\n&gt;') <= SIBLINGS:
        return text  # Odoo does it
    first, *lines = text.split('\n')
    out, quoted, count = [first], False, 0
    for line in lines:
        quote = line.startswith('&gt;')
        if quoted and not quote and count < QUOTATIONS:
            out.append('</span>')
            quoted = False
        if quote and not quoted:
            out.append('<span data-o-mail-quote="1">')
            quoted, count = True, count + 1
        out.append('\n' + line)
    return ''.join(out) + ('</span>' if quoted else '')


def from_plain(text):
    """Write plain text as HTML that wraps: a ``<pre>`` cuts long lines off on a phone."""
    text = strip_control(text.replace('\r\n', '\n').replace('\r', '\n')).strip('\n')
    if not text:
        return ''
    text = _fold_quotes(escape(text, quote=False))
    return f'<div style="white-space:pre-wrap">{text}</div>'
