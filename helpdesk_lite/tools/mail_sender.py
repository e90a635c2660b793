"""Who wrote a mail that a group or a contact form handed on."""

from .mail_headers import get_headers
from .mail_machine import find_post_addresses


def find_sender(message, from_, original, reply_to, own_addresses, listed):
    """Find the person behind the ``From`` of a mail.

    :param email.message.Message message: the mail
    :param tuple from_: ``(name, normalised address)`` of ``From``
    :param list original: the same of ``X-Original-From``
    :param list reply_to: the same of ``Reply-To``
    :param own_addresses: normalised addresses of the addressed teams
    :param listed: normalised addresses whose ``Reply-To`` counts: contact forms
    :return: ``(candidate or None, whether a group rewrote From)``
    """
    address = from_[1]
    rewritten = address in own_addresses or address in find_post_addresses(message)
    if rewritten:
        found = [*original, *reply_to]
    elif address in listed and not get_headers(message, 'List-Id'):
        found = reply_to
    else:
        found = []
    person = next((pair for pair in found
                   if pair[1] and pair[1] != address and pair[1] not in own_addresses), None)
    return person, rewritten
