"""The manual, step by step: merging, closing. See test_manual.py."""

import re

import pytest
from lxml import html

from harness.manual import STAGE, TEAM, TICKET

JOB = 'helpdesk_lite.ir_cron_auto_close_ticket'
TARGET = '.o_field_widget[name=to_stage_id]'
CHATTER = "document.querySelector('#chatterRoot').shadowRoot"
CLOSE = '[data-bs-target="#close_ticket"]'


@pytest.fixture
def screen(manual):
    manual.screen.be('chief')
    return manual.screen


# ----------------------------------------------------------------------
# Merging
# ----------------------------------------------------------------------

@pytest.fixture(scope='module')
def doubles(manual):
    team = manual.team('병합 팀')
    return [manual.ticket(team, '오븐 유리문이 깨졌어요', description='<p>문에 금이 갔습니다.</p>')
            for _number in range(2)]


def test_46_actions_merge(screen, doubles):
    screen.visit('/odoo/helpdesk-lite')
    screen.menu('티켓', '모든 티켓')
    screen.find('.o_data_row', '오븐 유리문이 깨졌어요')
    screen.run("""[...document.querySelectorAll('.o_data_row')]
        .filter((row) => row.innerText.includes('오븐 유리문'))
        .forEach((row) => row.querySelector('input[type=checkbox]').click())""")
    screen.click('.o_cp_action_menus button, .o_selection_box ~ * button', '활동')
    screen.click('.o-dropdown--menu .dropdown-item, .o-dropdown--menu .o_menu_item', '병합')
    screen.find('.modal .o_field_widget[name=destination_id]')


def test_47_no_other_app_is_needed(manual):
    """Here are the three addons, and no CRM, which Odoo's own merging needs."""
    installed = manual.call('ir.module.module', 'search_count', [
        ('name', '=', 'crm'), ('state', '=', 'installed')])
    assert not installed


def test_48_similarity_then_merge_or_discard(manual, screen, doubles):
    screen.find('.modal th', '유사성')
    assert screen.count('.modal .o_data_row', '오븐 유리문이 깨졌어요') == 2
    screen.click('.modal-footer button', '취소')
    screen.gone('.modal')
    assert not any(manual.read(TICKET, ticket, 'merged_into_id') for ticket in doubles)
    test_46_actions_merge(screen, doubles)
    screen.click('.modal-footer .btn-primary', '병합')
    screen.gone('.modal')
    merged = [manual.call(TICKET, 'read', [ticket], ['merged_into_id'])[0]['merged_into_id']
              for ticket in doubles]
    assert sorted(map(bool, merged)) == [False, True]


# ----------------------------------------------------------------------
# Closing
# ----------------------------------------------------------------------

@pytest.fixture(scope='module')
def example(manual):
    """The team of the manual's example: 신규, 진행, 고객 피드백, and 완료, which is folded."""
    team = manual.team('예시', stage_ids=[(5,)], allow_portal_ticket_closing=False)
    for number, name in enumerate(('신규', '진행', '고객 피드백', '완료')):
        manual.stage(name, team, sequence=200 + number, fold=name == '완료')
    return team


def fold(manual, team, *names):
    """Fold these stages of a team, and no others."""
    for name in manual.stages(team):
        manual.write(STAGE, manual.stage_of(team, name), fold=name in names)


def grow_old(manual, *tickets, days=8):
    """Nothing happened to tickets for so many days."""
    numbers = ', '.join(map(str, tickets))
    manual.sql(f"UPDATE helpdesk_lite_ticket SET last_activity_date = last_activity_date "
               f"- interval '{days} days' WHERE id IN ({numbers})")
    manual.call(TEAM, 'write', [manual.read(TICKET, tickets[0], 'team_id')[0]], {
        'auto_close_day': 7})


def choose_target(manual, screen, team):
    """Switch automatic closing on, on the screen: the stage that it proposes."""
    manual.write(TEAM, team, auto_close_ticket=False, to_stage_id=False)
    screen.open_record('helpdesk-lite-teams', team)
    screen.find('.o_form_label', '자동 종료')
    screen.gone(TARGET)
    screen.toggle('auto_close_ticket')
    screen.find('.o_form_label', '단계로 이동')
    return target(screen)


def target(screen):
    return screen.run(f"{screen.find(f'{TARGET} input')}.value")


def test_49_moving_to_a_folded_stage_closes(manual, screen, example):
    ticket = manual.ticket(example, '고쳐 주세요')
    screen.open_record('helpdesk-lite-tickets', ticket)
    screen.find('.o_statusbar_status')
    if not screen.count('.o_statusbar_status button', '완료'):
        screen.click('.o_statusbar_status .dropdown-toggle, .o_statusbar_status .o_last + button')
        screen.click('.o-dropdown--menu .dropdown-item', '완료')
    else:
        screen.click('.o_statusbar_status button', '완료')
    screen.rest()
    assert manual.is_closed(ticket) and manual.read(TICKET, ticket, 'close_date')


def test_50_automatic_closing_stands_in_self_service(manual, screen, example):
    screen.open_record('helpdesk-lite-teams', example)
    group = screen.find('.o_inner_group', '셀프서비스')
    assert '자동 종료' in screen.run(f'{group}.innerText')


def test_51_target_is_the_only_folded_stage(manual, screen, example):
    assert choose_target(manual, screen, example) == '완료'


def test_52_of_several_the_first(manual, screen, example):
    fold(manual, example, '고객 피드백', '완료')
    assert choose_target(manual, screen, example) == '고객 피드백'


def test_53_of_none_the_last(manual, screen, example):
    fold(manual, example)
    assert choose_target(manual, screen, example) == '완료'
    screen.find('.alert', '단계')
    fold(manual, example, '완료')


def test_53_of_none_the_last_on_a_new_team(manual, screen):
    """What its stages are is changed before the team is saved for the first time."""
    screen.visit('/odoo/helpdesk-lite')
    screen.click('.o_control_panel button', '신규')
    screen.fill('name', '새 팀')
    screen.toggle('auto_close_ticket')
    assert target(screen) == '해결 완료'
    screen.click('.o_notebook_headers a', '단계')
    for name in ('해결 완료', '취소됨'):
        screen.act('.o_field_widget[name=stage_ids] .o_data_row', name,
                   "node.querySelector('.o_list_record_remove button, "
                   ".o_list_record_remove').click()")
    screen.gone('.o_field_widget[name=stage_ids] .o_data_row', '해결 완료')
    screen.click('.o_notebook_headers a', '설정')
    assert target(screen) == '대기 중'
    screen.save()
    team = manual.named(TEAM, '새 팀')
    assert manual.read(TEAM, team, 'to_stage_id')[1] == '대기 중'


def test_54_seven_days_which_can_be_changed(manual, screen, example):
    choose_target(manual, screen, example)
    days = '.o_field_widget[name=auto_close_day] input'
    assert screen.run(f'{screen.find(days)}.value') == '7'
    screen.fill('auto_close_day', '3')
    screen.save()
    old, young = (manual.ticket(example, name) for name in ('나흘', '이틀'))
    for ticket, age in ((old, 4), (young, 2)):
        grow_old(manual, ticket, days=age)
    manual.write(TEAM, example, auto_close_day=3)
    manual.run_job(JOB)
    assert [manual.is_closed(ticket) for ticket in (old, young)] == [True, False]
    manual.write(TEAM, example, auto_close_day=7)


def test_55_working_calendars_do_not_count(manual, example):
    """A team that never works closes after seven days of the calendar all the same."""
    calendar = manual.make('resource.calendar', name='쉬는 날만', attendance_ids=[(5,)])
    manual.write(TEAM, example, resource_calendar_id=calendar, auto_close_ticket=True)
    ticket = manual.ticket(example, '주말에도')
    grow_old(manual, ticket)
    manual.run_job(JOB)
    assert manual.is_closed(ticket)


def test_56_in_stages_restricts(manual, screen, example):
    manual.write(TEAM, example, auto_close_ticket=True, from_stage_ids=[(5,)])
    screen.open_record('helpdesk-lite-teams', example)
    screen.find('.o_form_label', '진행 단계')
    screen.choose('from_stage_ids', '고객 피드백')
    screen.save()
    assert manual.read(TEAM, example, 'from_stage_ids') == [
        manual.stage_of(example, '고객 피드백')]


def test_57_example(manual, example):
    """Only the silent tickets of the third stage close."""
    names = ('신규', '진행', '고객 피드백')
    silent = [manual.ticket(example, f'조용한 {name}', stage_id=manual.stage_of(example, name))
              for name in names]
    lively = manual.ticket(
        example, '답이 온 티켓', stage_id=manual.stage_of(example, '고객 피드백'))
    grow_old(manual, *silent)
    manual.run_job(JOB)
    assert [manual.is_closed(ticket) for ticket in silent] == [False, False, True]
    assert manual.read(TICKET, silent[2], 'stage_id')[1] == '완료'
    assert not manual.is_closed(lively)


def test_58_closure_by_customers(manual, screen, example):
    screen.open_record('helpdesk-lite-teams', example)
    group = screen.find('.o_inner_group', '셀프서비스')
    assert '고객에 의한 종료' in screen.run(f'{group}.innerText')
    screen.toggle('allow_portal_ticket_closing')
    screen.save()
    assert manual.read(TEAM, example, 'allow_portal_ticket_closing')


def close_on_the_page(screen):
    screen.click(CLOSE, '티켓 종료')
    screen.click('#close_ticket button', '티켓 종료')
    screen.find('#wrap', '고객이 종료함')


def test_59_customer_closes_in_the_portal(manual, screen, example):
    ticket = manual.ticket(example, '제가 닫을게요', partner_id=manual.partners['jiwoo'])
    screen.be('jiwoo')
    screen.visit(f'/my/ticket/{ticket}', '#wrap')
    close_on_the_page(screen)
    row = manual.read(TICKET, ticket, 'is_closed', 'closed_by_partner')
    assert row['is_closed'] and row['closed_by_partner']


def find_link(mail):
    """The address behind the link in the mail, as its reader sees it."""
    page = html.fromstring(mail.get_body(('html',)).get_content())
    [link] = page.xpath("//a[contains(., '티켓 보기')]/@href")
    return '/' + link.split('/', 3)[3]


@pytest.fixture(scope='module')
def stranger(manual):
    """Somebody without an account who wrote to a new team, and the link that they got."""
    team = manual.team('새 고객 지원', allow_portal_ticket_closing=True)
    customer = manual.make('res.partner', name='나그네', email='nagne@example.net', lang='ko_KR')
    ticket = manual.ticket(team, '문이 잠겼어요', partner_id=customer)
    [mail] = manual.sink.wait_for('nagne@example.net')
    return {'team': team, 'ticket': ticket, 'link': find_link(mail)}


def test_60_link_opens_without_a_login(manual, stranger):
    """Reading, answering, closing."""
    screen, ticket = manual.screen, stranger['ticket']
    screen.be(None)
    screen.visit(stranger['link'], '#wrap')
    screen.find('#wrap', '문이 잠겼어요')
    screen.until(f"!!{CHATTER.replace('.shadowRoot', '?.shadowRoot')}"
                 "?.querySelector('.o-mail-Composer-input')")
    screen.run(f"{CHATTER}.querySelector('.o-mail-Composer-input').focus(); 0")
    screen.type('열쇠를 찾았어요.')
    screen.until(f"!{CHATTER}.querySelector('.o-mail-Composer-send').disabled")
    screen.run(f"{CHATTER}.querySelector('.o-mail-Composer-send').click(); 0")
    screen.until(f"{CHATTER}.querySelector('.o-mail-Thread, .o-mail-Chatter')?.innerText"
                 ".includes('열쇠를 찾았어요.')")
    [answer] = manual.call('mail.message', 'search_read', [
        ('model', '=', TICKET), ('res_id', '=', ticket), ('body', 'ilike', '열쇠')], ['author_id'])
    assert answer['author_id'] == manual.read(TICKET, ticket, 'partner_id')
    screen.visit(stranger['link'], '#wrap')
    close_on_the_page(screen)
    assert manual.is_closed(ticket)


def test_60_default_template_of_the_first_stage_has_the_link(manual, stranger):
    """Whoever edits the template sees the link and can move it."""
    stage = manual.stage_of(stranger['team'], manual.stages(stranger['team'])[0])
    template = manual.read(STAGE, stage, 'template_id')[0]
    assert '확인 요청' in manual.read('mail.template', template, 'name')
    body = manual.read('mail.template', template, 'body_html')
    assert re.search('<a[^>]*>[^<]*티켓 보기', body)


def test_61_my_account_lists_tickets(manual, screen, example):
    manual.ticket(example, '지우의 티켓', partner_id=manual.partners['jiwoo'])
    manual.ticket(example, '남의 티켓')
    screen.be('jiwoo')
    screen.visit('/my', '#wrap')
    screen.click('#wrap a', '티켓')
    screen.find('#wrap a', '지우의 티켓')
    screen.gone('#wrap a', '남의 티켓')
