"""What strangers write, made so that it stays in its box on a page.

Odoo's sanitiser takes scripts out of HTML. It leaves what covers the page around it (``position``,
classes of Odoo and Bootstrap that do the same, sizes), what the web client brings to life
(``data-embedded``, ``data-bs-toggle``) and what loads from elsewhere by itself (pictures, which
tell their sender who reads when). So what strangers send passes this first: it lists what may stay.
Everything here is linear, and no regular expression meets the text.
"""

from lxml import etree, html

# Gone with all that is in them, which is no text. Of every other element that isn't below the text
# stays: an end that is missing must not swallow a mail.
KILLED = ('iframe', 'script', 'style', 'svg', 'template', 'title')
TAGS = frozenset((
    'a', 'abbr', 'acronym', 'address', 'article', 'aside', 'b', 'bdi', 'bdo', 'big',
    'blockquote', 'br', 'caption', 'center', 'cite', 'code', 'col', 'colgroup', 'dd', 'del',
    'dfn', 'dir', 'div', 'dl', 'dt', 'em', 'figcaption', 'figure', 'font', 'footer', 'h1', 'h2',
    'h3', 'h4', 'h5', 'h6', 'header', 'hgroup', 'hr', 'i', 'img', 'ins', 'kbd', 'li', 'main',
    'mark', 'menu', 'nav', 'ol', 'p', 'pre', 'q', 'rp', 'rt', 'ruby', 's', 'samp', 'section',
    'small', 'span', 'strike', 'strong', 'sub', 'sup', 'table', 'tbody', 'td', 'tfoot', 'th',
    'thead', 'time', 'tr', 'tt', 'u', 'ul', 'var', 'wbr',
))
# Blocks whose names the list above lacks: their end is the end of a line
BLOCKS = frozenset(('body', 'details', 'dialog', 'fieldset', 'form', 'html', 'legend', 'summary'))
DEPTH = 150  # elements in one another; deeper ones lend their text to the last that stays
PIXELS = 2000  # a larger size is none of a text's

PLAIN_ATTRIBUTES = frozenset((
    'abbr', 'align', 'alt', 'bgcolor', 'charset', 'cite', 'clear', 'color', 'compact', 'datetime',
    'dir', 'face', 'headers', 'lang', 'noshade', 'nowrap', 'reversed', 'rules', 'scope', 'start',
    'summary', 'title', 'type', 'valign', 'value',
))
SIZES = frozenset((
    'border', 'cellpadding', 'cellspacing', 'colspan', 'height', 'hspace', 'rowspan', 'size',
    'span', 'vspace', 'width',
))
QUOTE_MARKS = frozenset((
    'data-o-mail-quote', 'data-o-mail-quote-container', 'data-o-mail-quote-node'))
# By which Odoo tells quotes and signatures of mail programs
QUOTE_IDS = ('Signature', 'appendonsend', 'divRplyFwdMsg', 'stopSpelling')
# A picture that is held back; Odoo's sanitiser lets this attribute pass
HELD_SOURCE = 'data-original-src'

CLASSES = frozenset((
    # quotes and signatures
    'SkyDrivePlaceholder', 'gmail_attr', 'gmail_default', 'gmail_extra', 'gmail_quote',
    'gmail_signature', 'odoo_signature_wrapper', 'stopSpelling', 'yahoo_quoted',
    # mentions
    'o_channel_redirect', 'o_mail_redirect',
    # what Odoo's editor makes of its tools
    'alert', 'btn', 'container', 'd-block', 'fa', 'fab', 'fad', 'far', 'figure', 'figure-caption',
    'figure-img', 'float-end', 'float-start', 'img', 'img-fluid', 'img-thumbnail', 'lead',
    'mx-auto', 'o_checked', 'o_checklist', 'o_columns', 'o_editor_banner',
    'o_editor_banner_content', 'o_editor_banner_icon', 'o_small-fs', 'o_table', 'o_text_columns',
    'oe-nested', 'oi', 'row', 'rounded', 'rounded-circle', 'shadow', 'small', 'table',
    'table-bordered', 'table-striped', 'w-100', 'w-25', 'w-50', 'w-75',
))
CLASS_PREFIXES = (
    'alert-', 'base-fs', 'bg-', 'btn-', 'col-', 'display-', 'fa-', 'h1-fs', 'h2-fs', 'h3-fs',
    'h4-fs', 'h5-fs', 'h6-fs', 'm-', 'mb-', 'mt-', 'p-', 'pb-', 'ps-', 'pt-', 'px-', 'py-', 'text-',
)
STACKING_CLASSES = ('btn-close', 'fa-stack')

LINKS = ('ftp', 'http', 'https', 'mailto', 'sms', 'tel')
OWN_PICTURES = (
    '/rating/static/src/img/', '/web/content/', '/web/image/', '/web/static/')
DATA_PICTURES = tuple(
    f'data:image/{kind};base64,' for kind in ('gif', 'jpeg', 'jpg', 'png', 'webp'))

STYLES = frozenset((
    'background-color', 'border', 'border-bottom', 'border-collapse', 'border-color',
    'border-left', 'border-radius', 'border-right', 'border-spacing', 'border-style', 'border-top',
    'border-width', 'caption-side', 'color', 'display', 'empty-cells', 'float', 'font-family',
    'font-size', 'font-style', 'font-weight', 'height', 'letter-spacing', 'line-height', 'margin',
    'margin-bottom', 'margin-left', 'margin-right', 'margin-top', 'max-width', 'min-height',
    'min-width', 'opacity', 'padding', 'padding-bottom', 'padding-left', 'padding-right',
    'padding-top', 'table-layout', 'text-align', 'text-decoration', 'text-transform',
    'vertical-align', 'white-space', 'width',
    *(f'border-{side}-{what}' for side in ('bottom', 'left', 'right', 'top')
      for what in ('color', 'style', 'width')),
))
FUNCTIONS = ('rgba(', 'rgb(', 'hsla(', 'hsl(')
# Units that don't depend on the page, in pixels
UNITS = {
    '': 1, 'px': 1, 'pt': 4 / 3, 'pc': 16, 'in': 96, 'cm': 38, 'mm': 3.8, 'em': 16, 'rem': 16,
    'ex': 8, 'ch': 8, '%': 5,
}
FONT_SIZES = {'font-size': 150, 'line-height': 1000, 'letter-spacing': 30}

# Control characters and halves of surrogate pairs, which no parser here takes
UNREADABLE = dict.fromkeys(
    (*range(9), 11, 12, *range(14, 32), 127, *range(0xD800, 0xE000), 0xFFFE, 0xFFFF))


def box_html(text):
    """HTML that anybody may have written, without what leaves its box, loads or runs by itself.

    :param str text: HTML, or a part of a page
    :return: HTML to be sanitised by Odoo, which tells quotes in it; boxing that again changes
        nothing
    """
    text = str(text).translate(UNREADABLE)
    if '<' not in text:
        return text
    parser = html.HTMLParser(
        encoding='utf-8', remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        document = html.document_fromstring(text.encode(), parser=parser)
    except etree.ParserError:  # nothing but comments
        return ''
    _drop_elements(document)
    body = document.find('body')
    body = document if body is None else body
    for element in list(body.iterdescendants()):
        _clean_element(element)
    etree.strip_elements(body, 'helpdesk_pixel', with_tail=False)
    return _get_inner_html(body)


def _get_inner_html(body):
    start = etree.Element('span')
    start.text = body.text
    lead = etree.tostring(start, encoding='unicode', method='html')[len('<span>'):-len('</span>')]
    return lead + ''.join(
        etree.tostring(child, encoding='unicode', method='html') for child in body)


def _drop_elements(document):
    """Drop elements with all that is in them, or leave what is in them."""
    etree.strip_elements(document, *KILLED, with_tail=False)
    depths = {None: -2}  # of html: -1
    for element in document.iter():
        depth = depths[element] = depths.get(element.getparent(), -2) + 1
        if element.tag in ('html', 'body', 'head'):
            continue
        if depth > DEPTH or element.tag not in TAGS:
            element.tag = 'div' if element.tag in BLOCKS and depth <= DEPTH else 'helpdesk_dropped'
    etree.strip_tags(document, 'helpdesk_dropped')


# ----------------------------------------------------------------------
# Attributes
# ----------------------------------------------------------------------

def _clean_element(element):
    for name, value in element.attrib.items():
        kept = _clean_attribute(element.tag, name.lower(), value)
        if kept is None:
            del element.attrib[name]
        elif kept != value:
            element.set(name, kept)
    if element.tag == 'a' and element.get('href', '').lower().startswith(('http:', 'https:')):
        element.set('target', '_blank')
        element.set('rel', 'noreferrer noopener')
    elif element.tag == 'img':
        _hold_picture(element)


def _clean_attribute(tag, name, value):
    """Return what stays of an attribute; None where nothing does."""
    if name == 'style':
        return clean_style(value) or None
    if name == 'class':
        return ' '.join(filter(_is_harmless_class, value.split())) or None
    if name in SIZES:
        return value if _is_harmless_size(value) else None
    if name == 'id':
        return value if any(word in value for word in QUOTE_IDS) and value.isidentifier() else None
    if name in QUOTE_MARKS:
        return '1'
    if tag == 'a' and name == 'href':
        return _clean_link(value)
    if tag == 'a' and name in ('data-oe-id', 'data-oe-model', 'rel', 'target'):
        return value if name != 'target' or value == '_blank' else None
    if tag == 'img' and name in ('src', HELD_SOURCE):
        return value  # see `_hold_picture`
    return value if name in PLAIN_ATTRIBUTES else None


def _is_harmless_class(name):
    return name in CLASSES or (
        name.startswith(CLASS_PREFIXES) and not name.startswith(STACKING_CLASSES)
        and '-n' not in name)  # mt-n5: a negative margin


def _is_harmless_size(value):
    """Whether an attribute is a size, or the name of one, that a text may have."""
    number, unit = _split_number(value.strip().lower())
    if number is None:
        return value.strip().isalpha()
    return unit in ('', 'px', '%') and number * UNITS[unit] <= PIXELS


def _clean_link(value):
    """Return a link that a person may follow; None for one that does something."""
    # as browsers do before they look at it
    value = ''.join(char for char in value.strip() if char not in '\t\r\n')
    scheme, colon, _rest = value.partition(':')
    if colon and not any(char in scheme for char in '/?#'):
        return value if scheme.lower() in LINKS else None
    if value.startswith(('//', '/\\', '\\')):
        return f'https://{value.lstrip("/" + chr(92))}'
    return value


def _hold_picture(picture):
    """Let a picture show what came with the mail; hold one back that is elsewhere.

    It is a link then, by its text: whoever follows it decides to. A picture of a pixel is there to
    be loaded and not to be seen.
    """
    source = picture.get('src', '').strip()
    if _is_own_picture(source):
        picture.attrib.pop(HELD_SOURCE, None)
        return
    picture.attrib.pop('src', None)
    address = _clean_link(source or picture.get(HELD_SOURCE, '')) or ''
    if not address.lower().startswith(('http:', 'https:')):
        picture.attrib.pop(HELD_SOURCE, None)
        return
    if _is_pixel(picture):
        picture.tag = 'helpdesk_pixel'
        return
    picture.set(HELD_SOURCE, address)
    if not picture.get('alt'):
        picture.set('alt', '🖼')
    if next(picture.iterancestors('a'), None) is None:
        _wrap_in_link(picture, address)


def _is_own_picture(source):
    """Whether a picture came along: in the text, with the mail, or as a file of this database.

    Not whatever path of this server: ``/web/session/logout`` is one.
    """
    lower = source.lower()
    if lower.startswith(DATA_PICTURES) or lower.startswith('cid:'):
        return True
    return lower.startswith(OWN_PICTURES) and '..' not in source and not any(
        char in source for char in '\\\t\r\n')


def _is_pixel(picture):
    return any(picture.get(side, '').strip().rstrip('px') in ('0', '1') for side in (
        'width', 'height'))


def _wrap_in_link(picture, address):
    link = picture.makeelement(
        'a', href=address, target='_blank', rel='noreferrer noopener')
    link.tail, picture.tail = picture.tail, None
    picture.getparent().replace(picture, link)
    link.append(picture)


# ----------------------------------------------------------------------
# Styles
# ----------------------------------------------------------------------

def clean_style(style):
    """Keep the declarations of a ``style`` that only change how a text looks in its place."""
    kept = {}
    for declaration in style.split(';'):
        name, _colon, value = declaration.partition(':')
        name, value = name.strip().lower(), value.partition('!')[0].strip()
        if name == 'background' and ' ' not in value:
            name = 'background-color'
        if name in STYLES and value and _is_harmless_value(name, value):
            kept[name] = value
    return '; '.join(f'{name}:{value}' for name, value in kept.items())


def _is_harmless_value(name, value):
    plain = value.lower()
    for function in FUNCTIONS:
        plain = plain.replace(function, ' ')
    if not all(char.isalnum() or char in ' #,.%-+"\'/_)' for char in plain) or '/*' in plain \
            or plain.count('"') % 2 or plain.count("'") % 2:
        return False
    limit = FONT_SIZES.get(name, PIXELS)
    tokens = plain.replace(',', ' ').replace('/', ' ').replace(')', ' ').split()
    return all(_is_harmless_token(token, name, limit) for token in tokens)


def _is_harmless_token(token, name, limit):
    negative = token.startswith('-')
    number, unit = _split_number(token.lstrip('+-'))
    if number is None:
        return True
    if negative and name != 'letter-spacing':
        return False
    return unit in UNITS and number * UNITS[unit] <= limit


def _split_number(text):
    """Split ``12.5px`` into ``(number, unit)``; what begins with no digit is ``(None, text)``."""
    end = 0
    while end < len(text) and text[end] in '0123456789.':
        end += 1
    digits = text[:end]
    if not digits.strip('.') or digits.count('.') > 1 or end > 12:
        return (None, text) if not digits else (float('inf'), text[end:])
    return float(digits), text[end:]
