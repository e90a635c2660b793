"""A desk's mail from end to end: raw messages in by the gate, real mail out at an SMTP sink.

A real Odoo process with all addons; each message arrives as a mail server's pipe delivers it.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from email.utils import parseaddr

import pytest

from harness import mailgate, text_of

SUPPORT = 'support@desk.example.com'
KNOWN = 'jun@customer.example.com'
PDF = b'%PDF-1.4\nnot much of a file\n'
REFERENCE = re.compile(r'\[(HD\d{5,})\]')


def compose(sender, subject, text, *, message_id, charset='utf-8', cc=None, html=None, file=None,
            **headers):
    """The bytes of a mail as a mail program would send it to the desk."""
    message = EmailMessage()
    message['From'], message['To'], message['Message-ID'] = sender, SUPPORT, message_id
    message['Date'] = 'Mon, 16 Nov 2026 09:30:00 +0900'
    if subject:
        message['Subject'] = subject
    if cc:
        message['Cc'] = cc
    for name, value in headers.items():
        message[name.replace('_', '-')] = value
    message.set_content(text, charset=charset)
    if html:
        message.add_alternative(html, subtype='html')
    if file:
        message.add_attachment(file, maintype='application', subtype='pdf', filename='log.pdf')
    return message.as_bytes()


class Desk:
    """What a test asks of the helpdesk, in words."""

    def __init__(self, server, sink):
        self.server, self.sink = server, sink
        domain = server.call('mail.alias.domain', 'create', [{'name': 'desk.example.com'}])
        company = server.call('res.company', 'search', [], limit=1)
        server.call('res.company', 'write', company, {
            'alias_domain_id': domain[0], 'name': 'Desk Company', 'email': 'info@desk.example.com'})
        self.company = company[0]
        self.team = server.call('helpdesk.lite.team', 'create', [
            {'name': 'Support', 'alias_name': 'support'},
            {'name': 'Billing', 'alias_name': 'billing'},
        ])[0]
        self.known = server.call('res.partner', 'create', [
            {'name': 'Jun', 'email': f'"Jun Park" <{KNOWN.upper()}>'}])[0]
        self.colleague = server.call('res.partner', 'create', [
            {'name': 'Colleague', 'email': 'colleague@customer.example.com'}])[0]
        self.agent = server.call('res.users', 'create', [{
            'name': 'Agent', 'login': 'agent', 'password': 'agent',
            'email': 'agent@desk.example.com',
            'group_ids': [(6, 0, [self._group('group_helpdesk_lite_user')])],
        }])[0]

    def _group(self, name):
        [row] = self.server.call('ir.model.data', 'search_read', [
            ('module', '=', 'helpdesk_lite'), ('name', '=', name)], ['res_id'])
        return row['res_id']

    def deliver(self, message):
        mailgate(self.server, message)

    def tickets(self, *domain):
        return self.server.call(
            'helpdesk.lite.ticket', 'search_read', list(domain),
            ['name', 'ticket_ref', 'description', 'team_id', 'stage_id', 'company_id', 'partner_id',
             'partner_email', 'email_cc', 'is_closed', 'message_partner_ids'])

    def ticket(self, *domain):
        [found] = self.tickets(*domain)
        return found

    def messages(self, ticket, **values):
        domain = [('model', '=', 'helpdesk.lite.ticket'), ('res_id', '=', ticket['id']),
                  *((name, '=', value) for name, value in values.items())]
        return self.server.call('mail.message', 'search_read', domain,
                                ['body', 'author_id', 'attachment_ids', 'message_id'])

    def stages(self):
        return self.server.call('helpdesk.lite.stage', 'search_read',
                                [('team_ids', '=', self.team)], ['name', 'fold'])


@pytest.fixture(scope='module')
def desk(helpdesk, smtp_sink):
    return Desk(helpdesk, smtp_sink)


@pytest.fixture(autouse=True)
def empty_sink(smtp_sink):
    smtp_sink.clear()


def test_plain_mail_of_somebody_unknown(desk):
    """Team, stage, company, a new contact; the acknowledgement goes to them alone, by the alias."""
    desk.deliver(compose('"Ada Byron" <Ada@New.example.com>', 'The door is stuck',
                         'It does not open.', message_id='<plain@new.example.com>'))
    ticket = desk.ticket(('name', '=', 'The door is stuck'))
    assert ticket['team_id'][0] == desk.team
    assert ticket['stage_id'][1] == 'New'
    assert ticket['company_id'][0] == desk.company
    assert 'It does not open.' in ticket['description']
    [customer] = desk.server.call('res.partner', 'read', [ticket['partner_id'][0]],
                                  ['name', 'email', 'company_id'])
    assert (customer['name'], customer['email']) == ('Ada Byron', 'ada@new.example.com')
    assert ticket['partner_id'][0] in ticket['message_partner_ids']

    [mail] = desk.sink.wait_for('ada@new.example.com')
    assert parseaddr(mail['From']) == ('Support', SUPPORT)
    assert [parseaddr(mail['To'])[1], mail['Cc']] == ['ada@new.example.com', None]
    assert REFERENCE.findall(mail['Subject']) == [ticket['ticket_ref']]
    assert mail['Auto-Submitted'] == 'auto-replied'
    assert [message.rcpt_tos for message in desk.sink.messages] == [['ada@new.example.com']]


def test_html_mail_with_a_file_and_cc_of_somebody_known(desk):
    desk.deliver(compose(f'Jun <{KNOWN}>', 'Report', 'plain', html='<p>See the <b>log</b>.</p>',
                         cc=f'colleague@customer.example.com, x@other.example.com, {SUPPORT}',
                         file=PDF, message_id='<html@customer.example.com>'))
    ticket = desk.ticket(('name', '=', 'Report'))
    assert ticket['partner_id'][0] == desk.known
    assert '<b>log</b>' in ticket['description']
    assert 'x@other.example.com' in ticket['email_cc'] and SUPPORT not in ticket['email_cc']
    assert set(ticket['message_partner_ids']) >= {desk.known, desk.colleague}
    [first] = desk.messages(ticket, message_type='email')
    [file] = desk.server.call('ir.attachment', 'read', first['attachment_ids'], ['name', 'raw'])
    assert file['name'] == 'log.pdf' and file['raw'] in (PDF, PDF.decode())
    [acknowledgement] = [
        mail for mail in desk.sink.wait_for(KNOWN) if 'Auto-Submitted' in mail]
    assert acknowledgement.rcpt_tos == [KNOWN]


@pytest.mark.parametrize(('charset', 'text'), [
    ('euc-kr', '프린터가 종이를 먹었습니다.'), ('iso-2022-kr', '비밀번호를 잊었습니다.')])
def test_korean_encodings(desk, charset, text):
    subject = f'도와주세요 {charset}'
    desk.deliver(compose(f'Jun <{KNOWN}>', subject, text, charset=charset,
                         message_id=f'<{charset}@customer.example.com>'))
    assert text in desk.ticket(('name', '=', subject))['description']


def test_mail_without_subject(desk):
    desk.deliver(compose(f'Jun <{KNOWN}>', None, 'Hello?',
                         message_id='<none@customer.example.com>'))
    assert desk.ticket(('name', '=', 'No subject'))['partner_id'][0] == desk.known


def test_conversation_until_closed(desk):
    """The agent's answer goes out; the customer's come back, with and without their headers."""
    server = desk.server
    desk.deliver(compose('cora@talk.example.com', 'Slow', 'Everything is slow.',
                         message_id='<talk@talk.example.com>'))
    ticket = desk.ticket(('name', '=', 'Slow'))
    desk.sink.wait_for('cora@talk.example.com')
    server.call('helpdesk.lite.ticket', 'action_assign_to_me', [ticket['id']], login='agent')
    desk.sink.clear()

    server.call('helpdesk.lite.ticket', 'message_post', [ticket['id']], login='agent',
                body='Which browser?', message_type='comment', subtype_xmlid='mail.mt_comment')
    server.call('helpdesk.lite.ticket', 'message_post', [ticket['id']], login='agent',
                body='SECRET note', message_type='comment', subtype_xmlid='mail.mt_note')
    [answer] = desk.sink.wait_for('cora@talk.example.com')
    assert 'Which browser?' in answer.get_body(('html', 'plain')).get_content()
    assert parseaddr(answer['Reply-To'])[1] == SUPPORT
    assert REFERENCE.findall(answer['Subject']) == [ticket['ticket_ref']]

    desk.deliver(compose('cora@talk.example.com', f'Re: {answer["Subject"]}', 'Chromium.',
                         message_id='<reply1@talk.example.com>', In_Reply_To=answer['Message-Id']))
    desk.deliver(compose('cora@talk.example.com', f'AW: {answer["Subject"]}', 'And Firefox.',
                         message_id='<reply2@talk.example.com>'))
    bodies = ' '.join(message['body'] for message in desk.messages(ticket, message_type='email'))
    assert 'Chromium.' in bodies and 'And Firefox.' in bodies
    assert len(desk.tickets(('partner_email', 'ilike', 'cora@talk.example.com'))) == 1
    told = ' '.join(text_of(mail) for mail in desk.sink.wait_for('agent@desk.example.com', 2))
    assert 'Chromium.' in told and 'And Firefox.' in told
    assert not any('SECRET' in text_of(mail) for mail in desk.sink.to('cora@talk.example.com'))

    solved = next(stage['id'] for stage in desk.stages() if stage['name'] == 'Solved')
    server.call('helpdesk.lite.ticket', 'write', [ticket['id']], {'stage_id': solved},
                login='agent')
    assert desk.ticket(('id', '=', ticket['id']))['is_closed']


def test_reference_of_a_stranger_opens_nothing(desk):
    [ticket] = desk.tickets(('name', '=', 'Report'))
    before = len(desk.messages(ticket))
    desk.deliver(compose('spy@stranger.example.com', f'Re: [{ticket["ticket_ref"]}] Report', 'Hi',
                         message_id='<spy@stranger.example.com>'))
    assert len(desk.messages(ticket)) == before
    assert desk.ticket(('partner_email', 'ilike', 'spy@stranger.example.com'))['id'] != ticket['id']


def test_out_of_office_sets_nothing_off(desk):
    desk.deliver(compose('robot@away.example.com', 'Out of office', 'Back on Monday.',
                         message_id='<away@away.example.com>', Auto_Submitted='auto-replied'))
    ticket = desk.ticket(('name', '=', 'Out of office'))
    assert not ticket['partner_id'], 'no contact is made for a machine'
    desk.deliver(compose('human@away.example.com', 'After it', 'Hello',
                         message_id='<after@away.example.com>'))
    desk.sink.wait_for('human@away.example.com')
    assert not desk.sink.to('robot@away.example.com')


def test_second_delivery_makes_no_second_ticket(desk):
    message = compose(f'Jun <{KNOWN}>', 'Twice', 'Once.', message_id='<twice@customer.example.com>')
    desk.deliver(message)
    desk.deliver(message)
    assert len(desk.tickets(('name', '=', 'Twice'))) == 1


def test_two_deliveries_at_once_make_one_ticket(desk):
    message = compose(f'Jun <{KNOWN}>', 'At once', 'Once.',
                      message_id='<race@customer.example.com>')
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(desk.deliver, [message] * 4))
    assert len(desk.tickets(('name', '=', 'At once'))) == 1
