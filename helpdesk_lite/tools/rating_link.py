"""The faces in a request for a rating, wherever the author of the template moved them.

The template's links hold no secret: they are the same for every ticket. In the log they lead
nowhere. Only the customer's own mail gets the token by which they rate.
"""

import re

from lxml import html
from markupsafe import Markup

PLACE = '/rate/helpdesk-lite/'
MARK = 'helpdesk-lite-rate-'
FACES = ('1', '3', '5')
TOKEN = re.compile(r'/rate/[0-9a-f]{32}/')


def has_faces(body):
    """Whether a text was made of a template that has the faces; plain text has none."""
    return isinstance(body, Markup) and (PLACE in body or MARK in body)


def hide_faces(body):
    """Let the faces of a template lead nowhere, but be found again."""
    tree = html.fragment_fromstring(body, create_parent='div')
    for link in tree.xpath('//a[@href]'):
        place, _slash, face = link.get('href').rpartition('/')
        if f'{place}/'.endswith(PLACE):
            del link.attrib['href']
            if face in FACES:
                link.set('name', f'{MARK}{face}')
    inside = html.tostring(tree, encoding='unicode')
    return Markup(inside.removeprefix('<div>').removesuffix('</div>'))


def link_faces(body, address):
    """Let the hidden faces lead to the customer's page.

    :param str address: of the token, without the face
    """
    text = str(body)
    for face in FACES:
        text = text.replace(f'name="{MARK}{face}"', f'href="{address}/{face}"')
    return Markup(text)


def drop_tokens(body):
    """Take tokens out of a text, as that of a mail that quotes the request."""
    kind = Markup if isinstance(body, Markup) else str
    return kind(TOKEN.sub(PLACE, str(body)))
