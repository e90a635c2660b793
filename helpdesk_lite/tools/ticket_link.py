"""The link to its ticket that an e-mail template has, wherever its author moved it.

A template is edited by administrators who may write no code into it, so the link in it is the same
for every ticket, as its editor shows it. What is made of the template names the ticket.
"""

from lxml import html
from markupsafe import Markup, escape

LINK = '/mail/view?model=helpdesk.lite.ticket'


def has_link(body):
    """Whether a text was made of a template that has the link; plain text has none."""
    return isinstance(body, Markup) and f'{LINK}"' in body


def point_links(body, address):
    """Let the links of the template in a text lead to one ticket.

    :param Markup body: what was made of the template
    :param str address: of the ticket; empty takes the links out
    """
    tree = html.fragment_fromstring(body, create_parent='div')
    for link in tree.xpath('//a[@href]'):
        if not link.get('href').endswith(LINK):
            continue
        if address:
            link.set('href', address)
        else:
            link.drop_tree()
    inside = html.tostring(tree, encoding='unicode')
    return Markup(inside.removeprefix('<div>').removesuffix('</div>'))


def replace_address(body, address, other):
    """Let the links to `address` in a text lead to the `other` one."""
    # as plain text: Markup would escape what is put in once more
    return Markup(str(body).replace(f'href="{escape(address)}"', f'href="{escape(other)}"'))
