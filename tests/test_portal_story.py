"""A stranger's request from end to end: the form, real mail at an SMTP sink, the link, the answer.

A real Odoo process; the visitor is an HTTP client that knows nothing but what pages and mails say.
"""

import re
import threading
import time

import pytest
from lxml import html

from harness import OdooServer, run_odoo_tests
from harness.server import clean_log

VISITOR = 'vera@visitor.example.net'
REQUEST = {
    'name': 'Vera Visitor', 'email': VISITOR, 'phone': '+32 2 123 45 67',
    'subject': 'The door is locked', 'message': 'I can not get in.',
}

TWO_WORKERS = ('--workers=2', '--limit-time-real=120', '--limit-time-cpu=60')


def submit(browser, path, wait=2.5, files=(), **values):
    """Fill in the form at a path as a person does, who takes a while; return the answer."""
    page = html.fromstring(browser.get(path).content)
    form, = page.xpath("//form[contains(@class, 'o_helpdesk_lite_form')]")
    data = {
        field.get('name'): field.get('value') or ''
        for field in form.xpath('.//input[@type="hidden"]')}
    time.sleep(wait)
    return browser.post(
        form.get('action'), data={**data, **REQUEST, **values}, allow_redirects=False,
        files=[('attachments', file) for file in files])


def make_team(server, **values):
    company = server.call('res.company', 'search', [], limit=1)
    server.call('res.company', 'write', company, {'email': 'desk@company.example.com'})
    server.call('res.users', 'write', [server.user_id('admin')], {'email': 'agent@example.com'})
    team = server.call('helpdesk.lite.team', 'create', [{
        'name': 'Front Desk', 'use_website_form': True, 'allow_portal_ticket_closing': True,
        'description': '<p>We answer in a day.</p>', **values}])[0]
    return team, server.call('helpdesk.lite.team', 'read', [team], ['website_form_url'])[0][
        'website_form_url'].split('/', 3)[3]


def read_ticket(server, team, **values):
    domain = [('team_id', '=', team), *((name, '=', value) for name, value in values.items())]
    return server.call('helpdesk.lite.ticket', 'search_read', domain, [
        'ticket_ref', 'is_closed', 'closed_by_partner', 'partner_id', 'access_token'])


def link_of(mail, server):
    """The address of "View the ticket" in a mail, as the visitor's program shows it."""
    body = html.fromstring(mail.get_body(('html',)).get_content())
    link, *_more = body.xpath("//a[contains(., 'View the ticket')]/@href")
    return '/' + link.split('/', 3)[3]


def secrets_of(page):
    """What the address of a ticket's page holds: the secret of the link, and whose it is."""
    return dict(re.findall(r'(access_token|pid|hash)=([^&]+)', page.url))


def csrf_of(page):
    return re.search(r'csrf_token: "([^"]+)"', page.text)[1]


def answer_with_file(browser, page, ticket, body, name, content):
    """Answer on a ticket's page with a file, by the calls that its chatter makes."""
    secrets = secrets_of(page)
    access = {'token': secrets['access_token'], 'pid': int(secrets['pid']), 'hash': secrets['hash']}
    thread = {'thread_model': 'helpdesk.lite.ticket', 'thread_id': ticket['id'], **access}
    uploaded = browser.post('/mail/attachment/upload', data={
        **thread, 'is_pending': 'true', 'csrf_token': csrf_of(page)},
        files={'ufile': (name, content)}).json()['data']
    file = uploaded['store_data']['ir.attachment'][0]
    browser.json('/mail/message/post', {**thread, 'post_data': {
        'body': body, 'message_type': 'comment', 'subtype_xmlid': 'mail.mt_comment',
        'attachment_ids': [file['id']], 'attachment_tokens': [file['ownership_token']]}})


@pytest.fixture(scope='module')
def stranger(helpdesk, smtp_sink):
    """Somebody who sent the form with a file, and the mail that came of it."""
    team, path = make_team(helpdesk)
    visitor = helpdesk.visit()
    assert 'Front Desk' in visitor.get('/helpdesk').text
    answer = submit(visitor, f'/{path}', files=[('door.txt', b'what I see')])
    assert answer.status_code == 303
    thanks = visitor.get(answer.headers['Location']).text
    [ticket] = read_ticket(helpdesk, team)
    assert ticket['ticket_ref'] in thanks and 'access_token' not in thanks
    [mail] = smtp_sink.wait_for(VISITOR)
    assert ticket['ticket_ref'] in mail['Subject']
    return {'team': team, 'ticket': ticket, 'link': link_of(mail, helpdesk)}


def test_stranger_answers_with_a_file(helpdesk, stranger):
    ticket = stranger['ticket']
    # whoever gets the mail, on whatever machine, and is logged in nowhere
    other = helpdesk.visit()
    page = other.get(stranger['link'])
    assert 'The door is locked' in page.text and 'door.txt' in page.text
    answer_with_file(other, page, ticket, 'Here is my key', 'key.txt', b'the key')
    [message] = helpdesk.call('mail.message', 'search_read', [
        ('res_id', '=', ticket['id']), ('model', '=', 'helpdesk.lite.ticket'),
        ('body', 'ilike', 'Here is my key')], ['author_id', 'attachment_ids'])
    assert message['author_id'] == ticket['partner_id'] and message['attachment_ids']


def test_stranger_closes(helpdesk, smtp_sink, stranger):
    number, other = stranger['ticket']['id'], helpdesk.visit()
    page = other.get(stranger['link'])
    closed = other.post(f'/my/ticket/{number}/close', data={
        'csrf_token': csrf_of(page), **secrets_of(page)})
    assert 'Closed on' in closed.text and 'Vera Visitor' in closed.text
    [ticket] = read_ticket(helpdesk, stranger['team'])
    assert ticket['is_closed'] and ticket['closed_by_partner']

    smtp_sink.clear()
    helpdesk.call('helpdesk.lite.ticket', 'message_post', [number], body='Glad to hear that',
                  message_type='comment', subtype_xmlid='mail.mt_comment')
    [mail] = smtp_sink.wait_for(VISITOR)
    assert 'The door is locked' in other.get(link_of(mail, helpdesk)).text


def test_double_click_of_a_real_server(helpdesk):
    """Two posts of one form at the same time make one ticket and show the same number."""
    team, path = make_team(helpdesk, name='Double')
    visitor = helpdesk.visit()
    page = html.fromstring(visitor.get(f'/{path}').content)
    data = {field.get('name'): field.get('value') or ''
            for field in page.xpath('//form//input[@type="hidden"]')}
    time.sleep(2.5)
    codes = []

    def send():
        answer = visitor.post(f'/{path}', data={**data, **REQUEST}, allow_redirects=False)
        codes.append(answer.status_code)

    threads = [threading.Thread(target=send) for _click in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [303] * 4
    assert len(read_ticket(helpdesk, team)) == 1


def test_limit_over_two_workers(odoo, databases, smtp_sink):
    """What an address may send counts over all workers; more is refused, and nothing breaks."""
    name = databases.copy()
    with OdooServer(odoo, name, *TWO_WORKERS, smtp=smtp_sink.port) as server:
        for limit, value in (('form_limit', '5'), ('form_min_seconds', '0')):
            server.call(
                'ir.config_parameter', 'set_param', f'helpdesk_lite_portal.{limit}', value)
        team, path = make_team(server)
        codes = [
            submit(server.visit(), f'/{path}', wait=0, subject=f'Number {number}').status_code
            for number in range(9)]
        assert codes == [303] * 5 + [429] * 4
        assert len(read_ticket(server, team)) == 5
    databases.drop(name)


@pytest.fixture(scope='module')
def with_website(odoo, databases, smtp_sink):
    """A running server where the website addon is installed, too."""
    name = databases.copy()
    run_odoo_tests(odoo, name, '-website', '-i', 'website')
    with clean_log(OdooServer(odoo, name, smtp=smtp_sink.port)) as server, server:
        yield server
    databases.drop(name)


def test_in_the_websites_layout(with_website, smtp_sink):
    """The same pages in the website's layout; the addon doesn't depend on it."""
    team, path = make_team(with_website)
    visitor = with_website.visit()
    pages = [visitor.get('/helpdesk'), visitor.get(f'/{path}')]
    answer = submit(visitor, f'/{path}', email='web@visitor.example.net')
    assert answer.status_code == 303
    pages.append(visitor.get(answer.headers['Location']))
    [mail] = smtp_sink.wait_for('web@visitor.example.net')
    pages.append(with_website.visit().get(link_of(mail, with_website)))
    for page in pages:
        assert page.status_code == 200
        assert 'data-website-id' in page.text, page.url
    [ticket] = read_ticket(with_website, team)
    assert ticket['ticket_ref'] in pages[2].text
    assert 'The door is locked' in pages[3].text
    admin = with_website.browse()
    assert admin.get('/my/tickets').status_code == 200
