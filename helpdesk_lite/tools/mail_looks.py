"""Have a mail look as it was written, in Outlook for Windows and on a phone, too.

Outlook for Windows shows HTML as Word does: it knows neither ``white-space`` nor ``max-width``.
"""

from lxml import etree
from lxml import html as lxml_html

WIDTH = 552  # pixels that a text has in a mail of 600
KEEP = ('pre', 'pre-wrap', 'pre-line', 'break-spaces')
# What can need mending; most mails have none of it and are handed on as they are
SIGNS = ('<img', '<pre', 'white-space')


def fit(html):
    """Write line breaks as ``<br>``, and let no picture be wider than the mail.

    Time is linear: each node is looked at once.

    :param str html: a rendered mail
    :rtype: str
    """
    if not any(sign in html for sign in SIGNS):
        return html
    parser = lxml_html.HTMLParser(huge_tree=True)
    root = lxml_html.document_fromstring(html, parser=parser)
    if any(error.level_name == 'FATAL' for error in parser.error_log):
        return html  # what is nested too deep would be lost
    keeps = {}
    for node in list(root.iter(etree.Element)):
        above = keeps.get(node.getparent(), False)
        keeps[node] = _keeps_lines(node, above)
        if node.tag == 'img':
            _fit_picture(node)
        if keeps[node] and node.text:
            _break_text(node)
        if above and node.tail:
            _break_tail(node)
    return lxml_html.tostring(root, encoding='unicode')


def _read_style(node):
    """Return the style of a node: ``{name: value}``."""
    pairs = (part.partition(':') for part in (node.get('style') or '').split(';'))
    return {name.strip().lower(): value.strip() for name, _colon, value in pairs if value.strip()}


def _write_style(node, style):
    node.set('style', '; '.join(f'{name}: {value}' for name, value in style.items()))


def _keeps_lines(node, above):
    """Whether the line breaks of a node's text count; it doesn't depend on the style afterwards."""
    style = _read_style(node) if node.get('style') else {}
    white_space = style.pop('white-space', '').split('!')[0].strip()
    if node.tag == 'pre':
        node.tag = 'div'
        style.setdefault('font-family', 'monospace')
        white_space = white_space or 'pre'
    if not white_space:
        return above
    _write_style(node, style)
    return white_space in KEEP


def _make_breaks(text):
    """Return the first line of a text, and ``<br>`` elements that have the others behind them."""
    # a blank that follows a blank or begins a line would vanish
    lines = [line.replace('\t', '    ').replace('  ', '\u00a0 ')
             for line in text.replace('\r\n', '\n').replace('\r', '\n').split('\n')]
    breaks = []
    for line in lines[1:]:
        element = etree.Element('br')
        element.tail = line
        breaks.append(element)
    return lines[0], breaks


def _break_text(node):
    node.text, breaks = _make_breaks(node.text)
    for element in reversed(breaks):
        node.insert(0, element)


def _break_tail(node):
    first, breaks = _make_breaks(node.tail)
    node.tail = None
    for element in reversed(breaks):
        node.addnext(element)
    node.tail = first


def _fit_picture(node):
    """Let a picture shrink with the mail, and give Outlook a width that fits."""
    style = _read_style(node)
    widths = (style.get('width', ''), node.get('width') or '')
    if any(_read_pixels(width) > WIDTH for width in widths):
        style.pop('height', None)
        node.attrib.pop('height', None)
        style.pop('width', None)
        node.set('width', str(WIDTH))
    style.setdefault('max-width', '100%')
    if 'height' not in style and not node.get('height'):
        style['height'] = 'auto'
    _write_style(node, style)


def _read_pixels(text):
    """Read ``'800px'`` or ``'800'`` as 800; 0 for anything else."""
    number = text.strip().lower().removesuffix('px').strip().partition('.')[0]
    return int(number) if number.isdecimal() and len(number) < 9 else 0
