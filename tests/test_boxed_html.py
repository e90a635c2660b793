"""Whatever a stranger writes stays in its box: properties over generated HTML."""

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from odoo.tools import html_sanitize

from odoo.addons.helpdesk_lite.tools import boxed_html

# The same input in each run; FUZZ=20000 looks further.
FUZZ = settings(
    max_examples=int(os.environ.get('FUZZ', '400')), deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck))

TAG = st.sampled_from([
    'a', 'b', 'div', 'p', 'span', 'img', 'table', 'tr', 'td', 'style', 'script', 'svg', 'math',
    'form', 'input', 'iframe', 'template', 'title', 'base', 'meta', 'link', 'body', 'html', 'head',
    'video', 'source', 'blockquote', 'pre', 'br', 'hr', 'font', 'o:p', 'x-y', 'dialog', 'noscript',
    'textarea', 'select', 'marquee', 'plaintext', 'xmp', 'object', 'embed', 'li', 'ul'])
URL = st.sampled_from([
    '', '#', '/my', '//evil', '/\\evil', 'https://evil/x.png', 'javascript:a()', 'jAvA\tscript:a()',
    ' data:text/html,x', 'data:image/png;base64,AA', 'cid:x', '/web/image/1', '/web/session/logout',
    '/web/image/../session/logout', 'mailto:a@b.c', '\x01javascript:a()', 'http:evil', 'x:y'])
STYLE = st.lists(st.sampled_from([
    'position:fixed', 'color:red', 'z-index:9', 'background:url(//evil)', '/*', '*/', '"', "'", ';',
    '\\', 'width:100vw', 'margin:-1px', 'font-family:"x;position:fixed"', '{', '}', '(', ')', '!',
    'transform:none', 'top:0', '\n', 'POSITION :absolute', 'width:50%']), max_size=5).map(';'.join)
ATTRIBUTE = st.one_of(
    st.tuples(st.sampled_from(['href', 'src', 'srcset', 'action', 'background', 'poster',
                               'data-original-src', 'xlink:href', 'formaction']), URL),
    st.tuples(st.just('style'), STYLE),
    st.tuples(st.just('class'), st.sampled_from([
        'modal', 'o_dialog show', 'fixed-top text-muted', 'mt-n5', 'gmail_quote', 'btn'])),
    st.tuples(st.sampled_from([
        'id', 'name', 'onclick', 'width', 'height', 'data-embedded', 'data-bs-toggle', 'popover']),
        st.sampled_from(['1', '99999', 'x', 'divRplyFwdMsg', '50%'])),
)
TEXT = st.one_of(
    st.text(max_size=20), st.sampled_from([
        '<', '>', '&', '<!--', '-->', '<![CDATA[', ']]>', '<?x', '\x00', '&lt;', '\n> quote\n',
        '-- \nname', '</div>', '</span', '<a ', '"', ' ']))


@st.composite
def markup(draw):
    """Tag soup: elements that are closed, or not, or by others."""
    parts = []
    for _index in range(draw(st.integers(0, 8))):
        tag = draw(TAG)
        attributes = ''.join(
            f' {name}="{value}"' for name, value in draw(st.lists(ATTRIBUTE, max_size=3)))
        parts += [draw(TEXT), f'<{tag}{attributes}>', draw(TEXT)]
        if draw(st.booleans()):
            parts.append(f'</{draw(st.one_of(st.just(tag), TAG))}>')
    return ''.join(parts).encode('utf-8', 'ignore').decode()


def sanitize(text):
    return str(html_sanitize(
        boxed_html.box_html(text), silent=False, sanitize_attributes=True, sanitize_style=True))


def is_harmless(name, value):
    """Whether an attribute of what is left may be there."""
    if name == 'src':
        return boxed_html._is_own_picture(value)
    if name == 'href':
        scheme, colon, _rest = value.partition(':')
        return not value.startswith(('//', '/\\', '\\')) and (
            not colon or '/' in scheme or '#' in scheme or scheme.lower() in boxed_html.LINKS)
    if name == 'style':
        return boxed_html.clean_style(value) == value
    if name == 'class':
        return all(map(boxed_html._is_harmless_class, value.split()))
    allowed = {
        *boxed_html.PLAIN_ATTRIBUTES, *boxed_html.SIZES, *boxed_html.QUOTE_MARKS, 'id', 'rel',
        'target', boxed_html.HELD_SOURCE}
    return name in allowed


def read_attributes(text):
    return [dict(element.attrib) for element in html.fragment_fromstring(
        text, create_parent='div').iter() if element.attrib]


def read_text(text):
    return ''.join(html.fragment_fromstring(text, create_parent='div').text_content().split())


@FUZZ
@given(markup())
def test_nothing_but_what_may_stay(text):
    left = sanitize(text)
    for element in html.fragment_fromstring(left, create_parent='div').iter():
        assert element.tag in boxed_html.TAGS, left
        for name, value in element.attrib.items():
            assert is_harmless(name, value), left


@FUZZ
@given(markup())
def test_again_takes_nothing_away(text):
    """Only the parser's own mending of tag soup may move a tag once more."""
    once = boxed_html.box_html(text)
    again = boxed_html.box_html(once)
    assert read_attributes(again) == read_attributes(once)
    assert read_text(again) == read_text(once)


@FUZZ
@given(st.text(max_size=200))
def test_text_stays(text):
    """Of text without any mark nothing is lost but what can't be shown."""
    text = text.replace('<', '')
    assert boxed_html.box_html(text) == text.translate(boxed_html.UNREADABLE)
