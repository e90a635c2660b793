"""A rating from end to end: closing, the mail at an SMTP sink, the face in Chromium, the card.

A real Odoo process and a real browser; in Korean, on a phone.
"""

import re
import time

import pytest
from shots.browser import Browser
from test_portal_accessible import AUDIT, NARROW, SIDEWAYS, WIDE
from test_portal_story import make_team

TICKET, TEAM = 'helpdesk.lite.ticket', 'helpdesk.lite.team'
LINK = re.compile(r'href="[^"]*(/rate/[0-9a-f]{32}/([135]))"')
CUSTOMER = 'minji@customer.example.com'
CARD = "document.querySelector('.o_kanban_record main ~ a[name=action_view_ratings]')"


@pytest.fixture(scope='module')
def story(helpdesk):
    """A team that asks at once, and a Korean customer whose ticket was answered and closed."""
    install_korean(helpdesk)
    team, _path = make_team(
        helpdesk, use_rating=True, rating_request='closing', rating_request_days=0,
        rating_poor_policy='reopen')
    [customer] = helpdesk.call('res.partner', 'create', [{
        'name': '김민지', 'email': CUSTOMER, 'lang': 'ko_KR'}])
    [ticket] = helpdesk.call(TICKET, 'create', [{
        'name': '문이 잠겼어요', 'team_id': team, 'partner_id': customer,
        'user_id': helpdesk.user_id('admin')}])
    helpdesk.call(TICKET, 'message_post', [ticket], body='열었습니다.', message_type='comment',
                  subtype_xmlid='mail.mt_comment')
    return {'team': team, 'ticket': ticket, 'customer': customer}


@pytest.fixture(scope='module')
def browser(helpdesk):
    with Browser('ko_KR') as browser:
        yield browser


def install_korean(server):
    [lang] = server.call('res.lang', 'search', [('code', '=', 'ko_KR')],
                         context={'active_test': False})
    [wizard] = server.call('base.language.install', 'create', [{'lang_ids': [(6, 0, [lang])]}])
    server.call('base.language.install', 'lang_install', [wizard])


def close(server, story):
    [stage] = server.call('helpdesk.lite.stage', 'search', [
        ('team_ids', '=', story['team']), ('fold', '=', True), ('no_rating_request', '=', False)])
    server.call(TICKET, 'write', [story['ticket']], {'stage_id': stage})


def run_job(server):
    cron = server.call('ir.model.data', 'check_object_reference', 'helpdesk_lite',
                       'ir_cron_request_ratings')[1]
    server.call('ir.cron', 'method_direct_trigger', [cron])
    queue = server.call('ir.model.data', 'check_object_reference', 'mail',
                        'ir_cron_mail_scheduler_action')[1]
    server.call('ir.cron', 'method_direct_trigger', [queue])


def bodies(server, story):
    return [message['body'] for message in server.call('mail.message', 'search_read', [
        ('model', '=', TICKET), ('res_id', '=', story['ticket'])], ['body'])]


def test_from_closing_to_the_card(helpdesk, smtp_sink, story, browser, axe_core):
    close(helpdesk, story)
    smtp_sink.clear()
    run_job(helpdesk)
    run_job(helpdesk)
    [mail] = smtp_sink.wait_for(CUSTOMER)
    html = mail.get_body(('html',)).get_content()
    links = {face: path for path, face in LINK.findall(html)}
    assert sorted(links) == ['1', '3', '5']
    for word in ('만족', '보통', '불만족'):
        assert word in html
    token = links['1'].split('/')[2]
    assert not any(token in body or 'href="/rate' in body for body in bodies(helpdesk, story))

    # a scanner follows each link twice
    for path in [*links.values()] * 2:
        assert helpdesk.visit().get(path).status_code == 200
    assert not helpdesk.call('rating.rating', 'search', [('res_model', '=', TICKET)])

    browser.log_in(helpdesk.url, helpdesk.database, None, None)
    browser.resize(*NARROW)
    browser.go(helpdesk.url + links['1'])
    browser.settle()
    assert browser.run("document.querySelector('[name=rate]:checked').value") == '1'
    text = browser.run('document.body.innerText')
    assert '불만족' in text and '문이 잠겼어요' not in text and 'Front Desk' not in text
    browser.run(f'{axe_core};0')
    assert browser.run(AUDIT) == []
    assert not browser.run(SIDEWAYS)
    browser.run("document.querySelector('#rate_feedback').focus()")
    browser.type('아직 잠겨 있어요')
    browser.run("document.querySelector('form button[type=submit]').click();0")
    browser.wait_until(
        "!document.querySelector('[name=rate]') && document.readyState == 'complete'")
    browser.settle()
    browser.run(f'{axe_core};0')
    assert browser.run(AUDIT) == []

    [rating] = helpdesk.call('rating.rating', 'search_read', [('res_model', '=', TICKET)],
                             ['rating', 'feedback', 'res_id', 'partner_id'])
    assert (rating['rating'], rating['feedback'], rating['res_id']) == (
        1, '아직 잠겨 있어요', story['ticket'])
    assert any('아직 잠겨 있어요' in body for body in bodies(helpdesk, story))
    [ticket] = helpdesk.call(TICKET, 'read', [story['ticket']], ['is_closed', 'rating_last_value'])
    assert (ticket['is_closed'], ticket['rating_last_value']) == (False, 1)
    time.sleep(0.2)
    assert len(smtp_sink.to(CUSTOMER)) == 1, 'nobody outside is mailed the comment'

    browser.log_in(helpdesk.url, helpdesk.database, 'admin', 'admin')
    browser.resize(*WIDE)
    browser.go(f'{helpdesk.url}/odoo/action-helpdesk_lite.helpdesk_lite_team_action_dashboard')
    browser.wait_until(f'!!{CARD}')
    card = browser.run(f'{CARD}.innerText')
    assert '1.0' in card and '100%' in card
    browser.run(f'{CARD}.click();0')
    browser.wait_until("document.body.innerText.includes('아직 잠겨 있어요')")
    browser.go(f'{helpdesk.url}/odoo/helpdesk-lite-ratings?view_type=pivot')
    browser.wait_until("!!document.querySelector('.o_pivot, .o_kanban_view')")
    browser.settle()
    assert 'o_error_dialog' not in browser.run('document.body.innerHTML')
