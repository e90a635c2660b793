"""The placeholders of e-mail templates, as Odoo takes them from who may write no code."""

from lxml import etree, html

OUT = 't-out'


def free_placeholders(body):
    """Put the placeholders of a template that carry more than their value inside their elements.

    Odoo's editor writes styles into each element that it saves. Of a placeholder with a style Odoo
    thinks that it might be code, which an administrator of Helpdesk alone may not write.

    :param str body: HTML
    """
    if not body or OUT not in body:
        return body
    tree = html.fragment_fromstring(body, create_parent='div')
    styled = [node for node in tree.xpath(f'//*[@{OUT}]') if len(node.attrib) > 1 and not len(node)]
    for node in styled:
        value = etree.SubElement(node, 't', {OUT: node.attrib.pop(OUT)})
        value.text, node.text = node.text, None
        if node.tag == 't':
            node.tag = 'span'
    if not styled:
        return body
    inside = html.tostring(tree, encoding='unicode')
    return inside.removeprefix('<div>').removesuffix('</div>')
