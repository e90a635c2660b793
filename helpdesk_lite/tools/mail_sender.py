"""Who wrote a mail that a group or a contact form handed on."""

from .mail_headers import get_headers
from .mail_machine import find_post_addresses


def find_sender(message, from_, original, reply_to, own_addresses, listed):
    """Find who may be the person behind the ``From`` of a mail.

    A group that rewrites ``From`` (its own address stands there, since the sender's domain allows
    nobody else to send) says in ``X-Original-From`` who wrote, else in ``Reply-To``. A contact
    form says it in ``Reply-To``; what came by a list is none.

    :param email.message.Message message: the mail
    :param tuple from_: ``(name, normalised address)`` of ``From``
    :param list original: the same of ``X-Original-From``
    :param list reply_to: the same of ``Reply-To``
    :param own_addresses: normalised addresses of the addressed teams
    :param listed: normalised addresses whose ``Reply-To`` counts: contact forms
    :return: ``(candidates, 'group' or 'form' or '')``; a candidate is like `from_`
    """
    address = from_[1]
    posting = find_post_addresses(message)
    if not address:
        return [], ''
    if _strip_tag(address) in own_addresses or address in own_addresses or address in posting:
        found, kind = [*original, *reply_to], 'group'
    elif address in listed and not get_headers(message, 'List-Id'):
        found, kind = reply_to, 'form'
    else:
        return [], ''
    closed = {address, *own_addresses, *posting}
    return [(name or (_get_name_before_via(from_[0]) if kind == 'group' else ''), found_address)
            for name, found_address in found
            if found_address and not {found_address, _strip_tag(found_address)} & closed], kind


def _strip_tag(address):
    """Return ``support@x`` for ``support+oven@x``."""
    local, _at, domain = address.partition('@')
    return f'{local.partition("+")[0]}@{domain}'


def _get_name_before_via(name):
    """Return ``Ann Customer`` for ``'Ann Customer' via Support``, as groups write it; else ''."""
    before, via, _group = name.rpartition(' via ')
    return before.strip().strip('\'"').strip() if via else ''
