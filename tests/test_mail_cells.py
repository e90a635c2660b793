"""What a mail becomes, through the real pipe: a dozen cells of the table in docs/email.md.

Each mail arrives as a mail server's pipe delivers it, and answers one that really left.
"""

from email.message import EmailMessage
from email.utils import parseaddr

import pytest

from harness import mailgate

PUBLIC, PRIVATE = 'care@cells.example.com', 'legal@cells.example.com'
CUSTOMER, AGENT = 'kim@buyer.example.com', 'ann@cells.example.com'
COLLEAGUE = 'bob@cells.example.com'
STRANGER, SUPPLIER = 'eve@elsewhere.example.net', 'sue@supplier.example.net'
MAILED, QUIET = True, False


class Desk:
    """A public and a private team, one agent, and a ticket that both sides have written on."""

    def __init__(self, server, sink):
        self.server, self.sink, self.count = server, sink, 0
        domain = server.call('mail.alias.domain', 'create', [{'name': 'cells.example.com'}])
        company = server.call('res.company', 'search', [], limit=1)
        server.call('res.company', 'write', company, {
            'alias_domain_id': domain[0], 'email': 'info@cells.example.com'})
        self.public, self.private = server.call('helpdesk.lite.team', 'create', [
            {'name': 'Care', 'alias_name': 'care'},
            {'name': 'Legal', 'alias_name': 'legal', 'privacy_visibility': 'invited_internal'}])
        [group] = server.call('ir.model.data', 'search_read', [
            ('module', '=', 'helpdesk_lite'), ('name', '=', 'group_helpdesk_lite_user')],
            ['res_id'])
        self.agent, self.employee = server.call('res.users', 'create', [
            {'name': 'Ann', 'login': 'ann', 'password': 'ann', 'email': AGENT,
             'notification_type': 'email', 'group_ids': [(6, 0, [group['res_id']])]},
            {'name': 'Bob', 'login': 'bob', 'password': 'bob', 'email': COLLEAGUE,
             'notification_type': 'email'}])
        self.deliver(CUSTOMER, PUBLIC, 'The door', 'It is stuck')
        [ticket] = server.call('helpdesk.lite.ticket', 'search_read', [
            ('name', '=', 'The door')], ['ticket_ref', 'partner_id'])
        self.ticket, self.reference = ticket['id'], ticket['ticket_ref']
        server.call('helpdesk.lite.ticket', 'write', [self.ticket], {'user_id': self.agent})
        partners = server.call('res.users', 'read', [self.agent, self.employee], ['partner_id'])
        server.call('helpdesk.lite.ticket', 'message_subscribe', [self.ticket],
                    partner_ids=[user['partner_id'][0] for user in partners])
        self.asked = self.send('Which one?', 'mail.mt_comment')
        self.deliver(CUSTOMER, PUBLIC, 'Re: door', 'The left one', answers=self.asked[CUSTOMER])
        [self.told] = sink.wait_for(AGENT, 2)[-1:]
        self.note = self.send('He is angry', 'mail.mt_note', partners[0]['partner_id'][0])[AGENT]

    def send(self, body, subtype, *partner_ids):
        """Post on the ticket in the administrator's name; return the mails by recipient."""
        self.sink.clear()
        self.server.call('helpdesk.lite.ticket', 'message_post', [self.ticket], body=body,
                         message_type='comment', subtype_xmlid=subtype,
                         partner_ids=list(partner_ids))
        self.sink.wait_for(AGENT)
        return {address: mail for mail in self.sink.messages for address in mail.rcpt_tos}

    def deliver(self, sender, to, subject, text, *, answers=None, cc=None, **headers):
        self.count += 1
        message = EmailMessage()
        message['From'], message['To'], message['Subject'] = sender, to, subject
        message['Message-ID'] = f'<{self.count}@{parseaddr(sender)[1].split("@")[1]}>'
        message['Date'] = 'Mon, 16 Nov 2026 09:30:00 +0900'
        if answers is not None:
            message['In-Reply-To'] = answers['Message-ID']
            message['References'] = f'{answers["References"] or ""} {answers["Message-ID"]}'
        if cc:
            message['Cc'] = cc
        for name, value in headers.items():
            message[name.replace('_', '-')] = value
        message.set_content(text)
        mailgate(self.server, message.as_bytes())

    def find(self, text):
        """Where a text stands: ``(ticket id, whether it is a note)`` of each message."""
        rows = self.server.call('mail.message', 'search_read', [
            ('model', '=', 'helpdesk.lite.ticket'), ('body', 'ilike', text),
            ('message_type', '=', 'email')], ['res_id', 'is_internal'])
        return [(row['res_id'], row['is_internal']) for row in rows]


@pytest.fixture(scope='module')
def desk(helpdesk, smtp_sink):
    return Desk(helpdesk, smtp_sink)


# name, what is sent, on the ticket ('answer', 'note', None), tickets made, is the customer mailed
CELLS = (
    ('customer by id', lambda d: {'sender': CUSTOMER, 'answers': d.asked[CUSTOMER]},
     'answer', 0, QUIET),
    ('customer by reference', lambda d: {'sender': CUSTOMER, 'subject': f'Re {d.reference}'},
     'answer', 0, QUIET),
    ('customer, automatic', lambda d: {
        'sender': CUSTOMER, 'answers': d.asked[CUSTOMER], 'Auto_Submitted': 'auto-replied'},
     'note', 0, QUIET),
    ('stranger by id', lambda d: {'sender': STRANGER, 'answers': d.asked[CUSTOMER]},
     'note', 0, QUIET),
    ('stranger by reference', lambda d: {'sender': STRANGER, 'subject': f'Re {d.reference}'},
     None, 1, QUIET),
    ('colleague without a right', lambda d: {'sender': COLLEAGUE, 'answers': d.told},
     'note', 0, QUIET),
    ('agent with proof', lambda d: {'sender': AGENT, 'answers': d.told}, 'answer', 0, MAILED),
    ('agent without proof', lambda d: {'sender': AGENT, 'answers': d.asked[CUSTOMER]},
     'note', 0, QUIET),
    ('agent by reference', lambda d: {'sender': AGENT, 'subject': f'Re [{d.reference}]'},
     'note', 0, QUIET),
    ('agent, answering a note', lambda d: {'sender': AGENT, 'answers': d.note}, 'note', 0, QUIET),
    ('agent to a supplier', lambda d: {
        'sender': AGENT, 'answers': d.told, 'to': SUPPLIER, 'cc': PUBLIC}, 'note', 0, QUIET),
    ('agent, automatic', lambda d: {
        'sender': AGENT, 'answers': d.told, 'Auto_Submitted': 'auto-replied'}, None, 0, QUIET),
    ('agent forwards to another team', lambda d: {
        'sender': AGENT, 'answers': d.told, 'to': PRIVATE}, None, 1, QUIET),
    ('somebody new', lambda d: {'sender': STRANGER}, None, 1, QUIET),
)


@pytest.mark.parametrize(
    ('name', 'mail', 'expected', 'made', 'mailed'), CELLS, ids=[cell[0] for cell in CELLS])
def test_cell(desk, name, mail, expected, made, mailed):
    text = f'Cell {name}'
    desk.sink.clear()
    desk.deliver(**{'to': PUBLIC, 'subject': 'Re: door', 'text': text, **mail(desk)})
    places = desk.find(text)
    kinds = ['note' if internal else 'answer' for ticket, internal in places
             if ticket == desk.ticket]
    assert kinds == ([expected] if expected else [])
    assert len([ticket for ticket, _internal in places if ticket != desk.ticket]) == made
    if mailed:
        desk.sink.wait_for(CUSTOMER)
    assert bool(desk.sink.to(CUSTOMER)) == mailed
    assert not desk.sink.to(SUPPLIER)
