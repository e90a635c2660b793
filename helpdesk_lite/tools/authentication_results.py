"""Reading ``Authentication-Results`` (RFC 8601) of the own mail server, in linear time."""

from collections import namedtuple

# `policy` is what the domain asks for, `domain` the one in ``From`` that was looked at
Result = namedtuple('Result', 'result policy domain', defaults=('', '', ''))

POLICIES = ('p', 'policy', 'policy.p', 'policy.dmarc', 'policy.published-domain-policy', 'action')


def read_results(value):
    """Return the results of one header: ``(authserv-id, {method: Result})``.

    Comments hold the policy that a domain asks for, as in ``dmarc=fail (p=REJECT sp=NONE)``.

    :param str value: the header, unfolded and bounded
    """
    server, *parts = _split(value)
    results = {}
    for part in parts:
        method, equals, text = part.strip().partition('=')
        if equals:
            results.setdefault(method.strip().lower().partition('/')[0], _read_result(text))
    return (server.split() or [''])[0].strip('"').lower(), results


def _split(value):
    """Split at the semicolons that stand neither in a comment nor in quotes."""
    parts, start, depth, quoted, escaped = [], 0, 0, False, False
    for position, char in enumerate(value):
        if escaped:
            escaped = False
        elif char == '\\':
            escaped = True
        elif char == '"' and not depth:
            quoted = not quoted
        elif char == '(' and not quoted:
            depth += 1
        elif char == ')' and not quoted:
            depth = max(depth - 1, 0)
        elif char == ';' and not depth and not quoted:
            parts.append(value[start:position])
            start = position + 1
    return [*parts, value[start:]]


def _read_result(text):
    words = text.lower().replace('(', ' ').replace(')', ' ').replace(',', ' ').split()
    named = {}
    for word in words[1:]:
        name, equals, value = word.partition('=')
        if equals:
            named.setdefault(name, value.strip('"'))
    policy = next((named[name] for name in POLICIES if name in named), '')
    return Result(words[0] if words else '', policy, named.get('header.from', ''))


def judge_sender(value, domain):
    """Return what the own mail server says of a sender: 'pass', 'fail' or ''.

    A sender fails whose domain asks to reject or quarantine what isn't its own (DMARC), unless a
    trusted forwarder vouches for the mail (ARC).

    :param str value: the header, see `read_results`
    :param str domain: the one of the address that the mail claims
    """
    _server, results = read_results(value)
    dmarc = results.get('dmarc', Result())
    if dmarc.result == 'pass':
        return 'pass' if dmarc.domain in ('', domain) else ''
    strict = dmarc.policy in ('reject', 'oreject', 'quarantine')
    vouched = results.get('arc', Result()).result == 'pass'
    return 'fail' if dmarc.result == 'fail' and strict and not vouched else ''
