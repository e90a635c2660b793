"""Mails that other helpdesks lost, emptied or misread, through the real pipe.

The mails stand in ``tests/messages/cases``; what each must become is in docs/email.md.
"""

from pathlib import Path

import pytest

from harness import mailgate

CASES = Path(__file__).parent / 'messages' / 'cases'
ANN, GROUP = 'ann@customer.example.com', 'support@company.example.org'
PERSON, SILENT, MACHINE = 'person', 'silent', 'machine'
# the beginning of a file's name: kind of writer, customer's address, words of the text, files
TABLE = {
    '01': (PERSON, ANN, 'The pump is broken', []),
    '02': (PERSON, ANN, 'MY OWN WORDS', ['Your order.eml']),
    '03': (PERSON, ANN, "THE CUSTOMER'S TEXT", []),
    '04': (PERSON, 'dora@customer.example.com', 'Please install', ['brand.ttf']),
    '05': (PERSON, ANN, 'See the screenshot', ['s.png']),
    '08': (PERSON, ANN, 'part 0', []),
    '10': (SILENT, ANN, 'Our pump is broken', []),
    '11': (SILENT, 'ann2@strict.example.net', 'Our pump is broken', []),
    '12': (SILENT, ANN, 'Our pump is broken', []),
    '13': (SILENT, ANN, 'Our pump is broken', []),
    '14': (PERSON, ANN, 'Our pump is broken', []),
    '16': (MACHINE, ANN, 'Our pump is broken', []),
    '20': (MACHINE, ANN, 'Our pump is broken', []),
    '21': (MACHINE, ANN, 'Our pump is broken', []),
    '24': (MACHINE, ANN, 'Our pump is broken', []),
    '28': (SILENT, 'no-reply@shop.example.com', 'Our pump is broken', []),
    '29': (MACHINE, ANN, 'Our pump is broken', []),
    '32': (MACHINE, ANN, 'Our pump is broken', []),
    '42': (PERSON, 'ann42@customer.example.com', 'The pump is broken', []),
    '44': (PERSON, 'joerg44@customer.example.com', 'Schöne Grüße', []),
    '46': (PERSON, ANN, '/web/image/', ['image.png']),
    '47': (PERSON, ANN, 'text', ['ab.pdf']),
    '48': (PERSON, 'wordpress@company.example.org', 'The pump is broken', []),
    '49': (MACHINE, None, 'over quota', []),
    '50': (PERSON, ANN, 'text 0', []),
    '51': (PERSON, ANN, 'Here are all my orders', None),
    '61': (PERSON, 'mallory@customer.example.com', '', []),
    '70': (PERSON, ANN, 'ERR', []),
}


class Desk:
    def __init__(self, server, sink):
        self.server, self.sink = server, sink
        domain = server.call('mail.alias.domain', 'create', [{'name': 'helpdesk.example.com'}])
        company = server.call('res.company', 'search', [], limit=1)
        server.call('res.company', 'write', company, {
            'alias_domain_id': domain[0], 'email': 'info@helpdesk.example.com'})
        self.team = server.call('helpdesk.lite.team', 'create', [
            {'name': 'Cases', 'alias_name': 'support'}])
        server.call('ir.config_parameter', 'set_param', 'mail.gateway.loop.threshold', '500')
        server.call('ir.config_parameter', 'set_param', 'mail.gateway.loop.minutes', '1')
        server.call('res.partner', 'create', [
            {'name': 'Ann', 'email': ANN}])
        self.reset()

    def reset(self):
        """Forget which automatic mails went out: 5 a day to one address are the most."""
        rows = self.server.call('helpdesk.lite.ticket', 'search', [])
        self.last = max(rows, default=0)
        self.sink.clear()

    def deliver(self, name):
        [path] = CASES.glob(f'{name}*.eml')
        mailgate(self.server, path.read_bytes())
        tickets = self.server.call('helpdesk.lite.ticket', 'search_read', [
            ('id', '>', self.last)], ['name', 'description', 'partner_id', 'partner_email',
                                      'oldest_unanswered_customer_message_date', 'message_ids'])
        self.reset()
        return tickets

    def get_files(self, ticket):
        rows = self.server.call('ir.attachment', 'search_read', [
            ('res_model', '=', 'helpdesk.lite.ticket'), ('res_id', '=', ticket['id'])], ['name'])
        return sorted(row['name'] for row in rows)


@pytest.fixture(scope='module')
def desk(helpdesk, smtp_sink):
    return Desk(helpdesk, smtp_sink)


@pytest.mark.parametrize('name', TABLE)
def test_case(desk, name):
    kind, customer, words, files = TABLE[name]
    [ticket] = desk.deliver(name)
    assert words in (ticket['description'] or '')
    if customer:
        [partner] = desk.server.call('res.partner', 'read', [ticket['partner_id'][0]], ['email'])
        assert partner['email'] == customer
    else:
        assert not ticket['partner_id']
    assert bool(ticket['oldest_unanswered_customer_message_date']) == (kind != MACHINE)
    if files is not None:
        assert desk.get_files(ticket) == files


def test_acknowledged_or_not(desk):
    """People are answered, lists, suppressed mails and machines never."""
    for name, (kind, customer, _words, _files) in TABLE.items():
        if not customer or customer == ANN:
            continue  # Ann's are too many for one day
        desk.sink.clear()
        before = desk.last
        [path] = CASES.glob(f'{name}*.eml')
        raw = path.read_bytes().replace(b'Message-ID: <', b'Message-ID: <again-')
        mailgate(desk.server, raw)
        assert desk.server.call('helpdesk.lite.ticket', 'search_count', [('id', '>', before)]) == 1
        desk.last = max(desk.server.call('helpdesk.lite.ticket', 'search', []))
        if kind == PERSON:
            desk.sink.wait_for(customer)
        else:
            assert not desk.sink.to(customer), name


def test_nested_400_times(desk):
    [ticket] = desk.deliver('06')
    assert len(desk.get_files(ticket)) == 1


def test_ids_with_a_colon(desk):
    assert [len(desk.deliver(f'40-message-id-colon-{which}')) for which in ('first', 'second')] == [
        1, 1]


def test_without_id_twice(desk):
    assert [len(desk.deliver('52')) for _index in range(2)] == [1, 0]


def test_contact_form_that_the_team_lists(desk):
    desk.server.call('helpdesk.lite.team', 'write', desk.team, {
        'reply_to_senders': 'wordpress@company.example.org'})
    [path] = CASES.glob('48*.eml')
    mailgate(desk.server, path.read_bytes().replace(b'<c48@', b'<c48b@'))
    [ticket] = desk.server.call('helpdesk.lite.ticket', 'search_read', [
        ('id', '>', desk.last)], ['partner_email'])
    desk.reset()
    assert ticket['partner_email'] == 'vera@visitor.example.net'


def test_overlay_stays_in_its_box(desk):
    rows = desk.server.call('helpdesk.lite.ticket', 'search_read', [
        ('name', '=', 'Question on my invoice')], ['description'])
    assert rows
    for row in rows:
        for word in ('position', 'z-index', 'fixed'):
            assert word not in row['description']
