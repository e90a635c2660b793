"""Reading ``Authentication-Results`` (RFC 8601) of the own mail server."""


def read_results(value):
    """The results of one header: ``{method: (result, policy)}``, with the server's name.

    Comments hold the policy that a domain asks for, as ``dmarc=fail (p=REJECT sp=NONE)``.

    :param str value: the header, unfolded and bounded
    :return: ``(authserv-id, {method: (result, policy of the domain or '')})``
    """
    server, _semicolon, rest = value.partition(';')
    results = {}
    for part in rest.split(';'):
        method, equals, text = part.strip().partition('=')
        if equals:
            result = text.replace('(', ' ').split()[:1]
            results.setdefault(
                method.strip().lower().partition('/')[0],
                ((result or [''])[0].lower(), _find_policy(text)))
    return (server.split() or [''])[0].lower(), results


def _find_policy(text):
    """What a domain asks for: ``p=…`` in a comment, or ``policy.…=…`` as a property."""
    for word in text.replace('(', ' ').replace(')', ' ').replace(',', ' ').split():
        name, equals, value = word.lower().partition('=')
        if equals and name in ('p', 'policy.p', 'policy.published-domain-policy'):
            return value
    return ''
