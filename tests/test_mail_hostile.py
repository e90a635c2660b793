"""Mails that were made to keep the server busy, through the real pipe, whoever they are for."""

import time

import pytest

from harness import mailgate

INCOMPLETE = 'could not be read completely'
SECONDS = 10  # of a loaded machine; without limits they take minutes, or end in an exception


@pytest.fixture(scope='module', autouse=True)
def team(helpdesk):
    domain = helpdesk.call('mail.alias.domain', 'create', [{'name': 'helpdesk.example.com'}])
    company = helpdesk.call('res.company', 'search', [], limit=1)
    helpdesk.call('res.company', 'write', company, {'alias_domain_id': domain[0]})
    return helpdesk.call('helpdesk.lite.team', 'create', [
        {'name': 'Support', 'alias_name': 'support'}])[0]


def deliver(helpdesk, raw, **options):
    """The tickets that a mail makes, and how many seconds it took."""
    before = helpdesk.call('helpdesk.lite.ticket', 'search', [])
    start = time.monotonic()
    mailgate(helpdesk, raw, **options)
    taken = time.monotonic() - start
    return helpdesk.call('helpdesk.lite.ticket', 'search_read', [('id', 'not in', before)], [
        'name', 'description', 'partner_email', 'message_ids']), taken


def get_files(helpdesk, ticket):
    return helpdesk.call('ir.attachment', 'search_read', [
        ('res_model', '=', 'helpdesk.lite.ticket'), ('res_id', '=', ticket['id'])],
        ['name'], order='id')


def make(content, kind=b'text/plain', to=b'support@helpdesk.example.com', **headers):
    head = b''.join(name.replace('_', '-').encode() + b': ' + value + b'\r\n'
                    for name, value in headers.items())
    return (b'From: Ann <ann@customer.example.com>\r\nTo: ' + to + b'\r\nSubject: Hostile\r\n'
            + head + b'MIME-Version: 1.0\r\nContent-Type: ' + kind + b'\r\n\r\n' + content)


PART = b'--b\r\nContent-Type: text/html\r\n\r\n<p>x</p>\r\n'
HOSTILE = {
    'nested': make(b'\r\n'.join(
        b'--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n' % (level, level + 1)
        for level in range(3_000)), b'multipart/mixed; boundary=b0'),
    'parts': make(PART * 16_000, b'multipart/mixed; boundary=b'),
    'recipients': make(b'Hello', Cc=b', '.join(b'a%d@x.example' % index for index in range(9_000))),
    'tags': make(b'<o:' * 100_000, b'text/html'),
}


@pytest.mark.parametrize('name', HOSTILE)
def test_beyond_the_limits(helpdesk, smtp_sink, name):
    """A ticket that says so, with the whole mail as a file."""
    sender = f'hostile-{name}@customer'.encode()  # Ann wrote more than one may
    [ticket], taken = deliver(helpdesk, HOSTILE[name].replace(b'ann@customer', sender, 1))
    assert taken < SECONDS
    assert INCOMPLETE in ticket['description']
    assert smtp_sink.wait_for(sender.decode() + '.example.com')  # the acknowledgement left
    assert [file['name'] for file in get_files(helpdesk, ticket)].count('original.eml') == 1


@pytest.mark.parametrize('name', HOSTILE)
@pytest.mark.parametrize('kind', ['nobody', 'report'])
def test_hostile_mails_of_others(helpdesk, name, kind):
    """Neither a mail to nobody nor a mail server's report keeps the server busy."""
    helpdesk.expect_problem('Routing mail')
    helpdesk.expect_problem('Exception during request handling')  # what the pipe is told
    helpdesk.expect_problem('could not be read and was dropped')
    raw = HOSTILE[name]
    if kind == 'nobody':
        raw = raw.replace(b'support@helpdesk', b'nobody@elsewhere')
    else:
        raw = raw.replace(b'text/html', b'multipart/report; boundary=b', 1) if name == 'tags' \
            else raw.replace(b'multipart/mixed', b'multipart/report', 1)
    tickets, taken = deliver(helpdesk, raw, check=False)
    assert taken < SECONDS
    assert not tickets or (kind == 'report' and name == 'recipients')
