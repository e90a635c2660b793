"""Texts of mails as HTML that Odoo's sanitiser reads in linear time."""

from html import escape

import lxml.html
from lxml import etree

from .mail_charset import strip_control

DROPPED = ('script', 'style', 'template', 'noscript', 'object', 'embed', 'applet', 'iframe')


def from_plain(text):
    """A plain text as HTML that wraps: in a ``<pre>`` long lines would be cut off on a phone."""
    text = strip_control(text.replace('\r\n', '\n').replace('\r', '\n')).strip('\n')
    return f'<div style="white-space:pre-wrap">{escape(text, quote=False)}</div>' if text else ''


def clean(html):
    """HTML that was parsed and written anew, so that no pattern starves on it.

    Comments, processing instructions and elements that hold no text of the writer's are dropped.

    :param str html: as the mail has it
    :return: HTML of the body alone
    """
    html = strip_control(html)
    if not html.strip():
        return ''
    parser = lxml.html.HTMLParser(
        encoding='utf-8', remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = lxml.html.document_fromstring(html.encode('utf-8'), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return ''
    body = root.find('body')
    body = root if body is None else body
    etree.strip_elements(body, *DROPPED, with_tail=False)
    for element in body.iter():
        _clean_element(element)
    body.tag = 'div'
    inner = escape(body.text or '', quote=False) + ''.join(
        lxml.html.tostring(child, encoding='unicode') for child in body)
    return inner.strip()


def _clean_element(element):
    """Give an element a name that is one: ``<o:p>`` and the like become ``<span>``."""
    if not isinstance(element.tag, str):
        return
    if not element.tag.isalnum():
        element.tag = 'span'
    for name in [name for name in element.attrib if not name.replace('-', '').isalnum()]:
        del element.attrib[name]
