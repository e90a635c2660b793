"""The manual, step by step: stages. See test_manual.py."""

import pytest

from harness.manual import STAGE, TEAM, TICKET

STAGES = 'helpdesk-lite-stages'
COLUMN = '.o_kanban_group'
OPTIONS = '.o-autocomplete--dropdown-menu'


@pytest.fixture(scope='module')
def team(manual):
    """A team with stages of its own: 신규, 진행, 고객 피드백, and 완료, which is folded."""
    team = manual.team('수리', stage_ids=[(5,)])
    for number, name in enumerate(('신규', '진행', '고객 피드백', '완료')):
        manual.stage(name, team, sequence=100 + number, fold=name == '완료')
    return team


@pytest.fixture(scope='module')
def stages(manual, team):
    return {name: manual.stage_of(team, name) for name in manual.stages(team)}


@pytest.fixture(scope='module')
def customer(manual):
    return manual.make('res.partner', name='고객 하나', email='hana@example.net',
                       phone='+82 2 312 3456', lang='ko_KR')


@pytest.fixture
def screen(manual):
    manual.screen.be('chief')
    return manual.screen


@pytest.fixture
def pipeline(manual, screen, team):
    """The pipeline of the team, as its card on the dashboard opens it."""
    screen.visit('/odoo/helpdesk-lite')
    screen.click('.o_kanban_record main', '수리')
    screen.find(f'{COLUMN} .o_column_title', '고객 피드백')
    return screen


def mark(screen, name):
    """Give a column an id, by which the following lines name it."""
    screen.act(f'{COLUMN}', name, "document.querySelectorAll('#marked').forEach((other) => "
               "other.removeAttribute('id')), node.id = 'marked'")
    return '#marked'


def configure(screen, name, choice):
    """Choose in a column's gear."""
    marked = mark(screen, name)
    screen.act(f'{marked} .o_kanban_header', '', "node.dispatchEvent(new Event('mouseenter'))")
    screen.run(f"document.querySelector('{marked} .o_group_config button').click(); 0")
    screen.click('.o-dropdown--menu .dropdown-item, .o-dropdown--menu .o-dropdown-item', choice)


def test_26_stages_only_in_developer_mode(screen, team):
    for debug in ('0', '1'):
        screen.visit(f'/odoo/helpdesk-lite?debug={debug}')
        screen.menu('환경 설정')
        screen.find('.o-dropdown--menu .dropdown-item', '헬프데스크 팀')
        assert screen.count('.o-dropdown--menu .dropdown-item', '단계') == int(debug)
    screen.click('.o-dropdown--menu .dropdown-item', '단계')
    screen.find('.o_list_renderer .o_data_cell[name=name]', '고객 피드백')


def test_27_list_is_in_the_order_of_the_pipeline(manual, screen, team, stages):
    screen.visit(f'/odoo/{STAGES}')
    own = manual.read(TEAM, team, 'stage_ids')
    rows = manual.call(STAGE, 'search', [])
    assert [row for row in rows if row in own] == [stages[name] for name in stages]
    shown = [row for row in screen.read('.o_data_row') if '수리' in row]
    assert [row.split(' ')[0] for row in shown] == [name.split(' ')[0] for name in stages]


def test_28_handle_changes_the_order(manual, screen, team):
    screen.visit(f'/odoo/{STAGES}')
    screen.act('.o_data_row', '고객 피드백', "node.scrollIntoView({block: 'center'})")
    left, top, width, height = handle(screen, '고객 피드백')
    _left, goal, _width, _height = handle(screen, '진행')
    screen.drag((left + width / 2, top + height / 2), (left + width / 2, goal + 2))
    screen.until(f"{screen._find('.o_data_cell[name=name]')}.map((cell) => cell.innerText)"
                 ".join().includes('고객 피드백,진행')", 'the row did not move')
    screen.rest()
    assert manual.stages(team) == ['신규', '고객 피드백', '진행', '완료']
    restore(manual, team)


def handle(screen, name):
    return screen.run(f"""((cell) => {{
        const box = cell.closest('tr').querySelector('.o_row_handle').getBoundingClientRect();
        return [box.left, box.top, box.width, box.height];
    }})({screen._find('.o_data_cell[name=name]', name)}.find(
        (cell) => cell.innerText.trim() == {name!r}))""")


def restore(manual, team):
    for number, name in enumerate(('신규', '진행', '고객 피드백', '완료')):
        manual.write(STAGE, manual.stage_of(team, name), sequence=100 + number)


def test_29_dragged_columns_change_the_order(manual, pipeline, team):
    """And leave the pipelines of other teams as they are."""
    other = manual.team('다른 팀')
    manual.stage('검수', other, sequence=25)
    before = manual.stages(other)
    left, top, _width, _height = pipeline.place(f'{COLUMN} .o_column_title', '고객 피드백')
    goal = pipeline.place(f'{COLUMN} .o_column_title', '진행')
    pipeline.drag((left + 20, top + 10), (goal[0] + 10, goal[1] + 10))
    pipeline.rest()
    pipeline.until(f'{pipeline._find(COLUMN)}.length >= 3')
    assert manual.stages(team) == ['신규', '고객 피드백', '진행', '완료']
    assert manual.stages(other) == before
    restore(manual, team)


@pytest.fixture(scope='module')
def new_stage(manual, team):
    """Steps 30 to 38: a stage that is made on the screen."""
    screen = manual.screen
    screen.be('chief')
    screen.visit(f'/odoo/{STAGES}')
    screen.click('.o_control_panel button', '신규')
    screen.find('.o_form_renderer .o_field_widget[name=name] input')
    return screen


def test_30_new_opens_a_blank_form(new_stage):
    new_stage.find('.o_form_label', '이름')
    new_stage.find('.o_horizontal_separator, .o_form_label', '설명')
    assert new_stage.read('.oe_title input') == ['']
    new_stage.fill('name', '부품 대기')
    new_stage.fill('description', '부품이 오기를 기다립니다.')


def test_31_mail_template_is_sent(manual, new_stage, team, customer):
    new_stage.find('.o_form_label', '이메일 서식')
    new_stage.choose('template_id', '확인 요청')
    new_stage.choose('team_ids', '수리')
    new_stage.save()
    ticket = manual.ticket(team, '서랍이 안 열려요', partner_id=customer)
    manual.sink.clear()
    manual.write(TICKET, ticket, login='minji', stage_id=manual.named(STAGE, '부품 대기'))
    manual.sink.wait_for('hana@example.net')
    assert manual.mails('hana', '서랍이 안 열려요')


def test_32_sms_template_is_queued(manual, new_stage, team, customer):
    new_stage.find('.o_form_label', 'SMS 서식')
    new_stage.choose('sms_template_id', '접수')
    new_stage.save()
    ticket = manual.ticket(team, '문자로 알려 주세요', partner_id=customer)
    manual.write(TICKET, ticket, login='minji', stage_id=manual.named(STAGE, '부품 대기'))
    [sms] = manual.call('sms.sms', 'search_read', [('body', 'ilike', manual.read(
        TICKET, ticket, 'ticket_ref'))], ['number', 'body', 'state'])
    assert sms['number'] == '+8223123456' and '접수되었습니다' in sms['body']


def test_33_link_to_the_prices(new_stage):
    assert new_stage.run(f"{new_stage.find('a[href*=sms]')}.href").endswith('/iap/sms/pricing')


def test_34_arrow_edits_the_template(manual, new_stage):
    new_stage.hover('.o_field_widget[name=template_id]')
    new_stage.click('.o_field_widget[name=template_id] .o_external_button')
    new_stage.fill('subject', '[{{ object.ticket_ref }}] 확인')
    new_stage.save()
    new_stage.click('.o_breadcrumb a', '부품 대기')
    new_stage.find('.o_form_label', '이메일 서식')
    template = manual.read(STAGE, manual.named(STAGE, '부품 대기'), 'template_id')[0]
    assert manual.read('mail.template', template, 'subject') == '[{{ object.ticket_ref }}] 확인'


def create_in_place(screen, field, title):
    screen.fill(field, title)
    screen.find(f'{OPTIONS} .dropdown-item', '편집')
    assert screen.count(f'{OPTIONS} .o_m2o_dropdown_option_create') == 0
    screen.click(f'{OPTIONS} .dropdown-item', '편집')
    screen.find('.modal .o_field_widget[name=name]')
    assert title in screen.read('.modal .o_field_widget[name=name] input')


def test_35_create_and_edit_a_mail_template(manual, new_stage):
    create_in_place(new_stage, 'template_id', '부품 안내')
    new_stage.fill('subject', '부품을 주문했습니다', within='.modal')
    new_stage.fill('body_html', '곧 연락드리겠습니다.', within='.modal')
    new_stage.click('.modal-footer button', '저장')
    new_stage.gone('.modal')
    new_stage.save()
    template = manual.named('mail.template', '부품 안내')
    assert manual.read(STAGE, manual.named(STAGE, '부품 대기'), 'template_id')[0] == template
    assert manual.read('mail.template', template, 'model') == TICKET


def test_36_create_and_edit_an_sms_template(manual, new_stage):
    create_in_place(new_stage, 'sms_template_id', '부품 문자')
    new_stage.fill('body', '부품을 주문했습니다.', within='.modal')
    new_stage.click('.modal-footer button', '저장')
    new_stage.gone('.modal')
    new_stage.save()
    template = manual.named('sms.template', '부품 문자')
    assert manual.read(STAGE, manual.named(STAGE, '부품 대기'), 'sms_template_id')[0] == template


def test_37_no_empty_template_is_sent(manual, new_stage, team, customer):
    """A template without a text is never sent; the form and the ticket say so."""
    create_in_place(new_stage, 'template_id', '빈 서식')
    new_stage.click('.modal-footer button', '저장')
    new_stage.gone('.modal')
    new_stage.find('.alert', '서식')
    new_stage.save()
    ticket = manual.ticket(team, '빈 메일', partner_id=customer)
    manual.sink.clear()
    manual.write(TICKET, ticket, login='minji', stage_id=manual.named(STAGE, '부품 대기'))
    manual.post(ticket, '이것만 갑니다.')
    manual.sink.wait_for('hana@example.net')
    assert len(manual.sink.to('hana@example.net')) == 1
    said = manual.call('mail.message', 'search_count', [
        ('model', '=', TICKET), ('res_id', '=', ticket), ('body', 'ilike', '빈 서식')])
    assert said


def test_38_a_stage_takes_several_teams(manual, new_stage, team):
    new_stage.find('.o_form_label', '헬프데스크 팀')
    new_stage.choose('team_ids', '다른 팀')
    new_stage.save()
    assert '부품 대기' in manual.stages(manual.named(TEAM, '다른 팀'))
    assert '부품 대기' in manual.stages(team)


@pytest.mark.parametrize('menu', ['내 티켓', '모든 티켓'])
def test_39_stages_are_unfolded(manual, screen, team, stages, menu):
    ticket = manual.ticket(team, f'{menu}에 있어요', stage_id=stages['진행'],
                           user_id=manual.users['chief'])
    screen.visit('/odoo/helpdesk-lite')
    screen.menu('티켓', menu)
    screen.click('.o_switch_view.o_kanban')
    screen.find(f'{COLUMN}:not(.o_column_folded) .o_column_title', '진행')
    screen.find(f'{COLUMN} .o_kanban_record', f'{menu}에 있어요')
    assert not manual.is_closed(ticket)


def test_40_folding_a_stage_closes_its_tickets(manual, screen, team):
    stage = manual.stage('포장', team, sequence=110)
    ticket = manual.ticket(team, '포장해 주세요', stage_id=stage)
    screen.open_record(STAGES, stage)
    screen.find('.o_form_label', '칸반에 접힘')
    screen.toggle('fold')
    screen.find('.alert', '종료')
    assert not manual.is_closed(ticket), 'warned before'
    screen.save()
    assert manual.is_closed(ticket)


def test_41_folded_stage_shows_its_name_alone(pipeline):
    pipeline.find(f'{COLUMN}.o_column_folded .o_column_title', '포장')
    pipeline.gone('.o_kanban_record', '포장해 주세요')


def test_42_reaching_a_folded_stage_closes(manual, pipeline, team, stages):
    ticket = manual.ticket(team, '다 됐어요', stage_id=stages['진행'])
    pipeline.visit('/odoo/helpdesk-lite')
    pipeline.click('.o_kanban_record main', '수리')
    left, top, width, _height = pipeline.place('.o_kanban_record', '다 됐어요')
    pipeline.act(f'{COLUMN}.o_column_folded', '완료', "node.scrollIntoView({inline: 'center'})")
    goal = pipeline.place(f'{COLUMN}.o_column_folded', '완료')
    pipeline.drag((left + width / 2, top + 20), (goal[0] + goal[2] / 2, goal[1] + 60))
    pipeline.gone(f'{COLUMN}:not(.o_column_folded) .o_kanban_record', '다 됐어요')
    pipeline.rest()
    assert manual.read(TICKET, ticket, 'stage_id')[1] == '완료'
    assert manual.is_closed(ticket)


def test_43_gear_folds_for_the_moment(manual, pipeline, team, stages):
    ticket = manual.ticket(team, '잠깐 접어요', stage_id=stages['고객 피드백'])
    configure(pipeline, '고객 피드백', '접기')
    pipeline.find(f'{COLUMN}.o_column_folded', '고객 피드백')
    assert not manual.is_closed(ticket)
    assert not manual.read(STAGE, stages['고객 피드백'], 'fold')


def test_44_gear_edit_closes_from_then_on(manual, pipeline, team):
    stage = manual.stage('배송', team, sequence=105)
    before = manual.ticket(team, '배송 중', stage_id=stage)
    pipeline.visit('/odoo/helpdesk-lite')
    pipeline.click('.o_kanban_record main', '수리')
    configure(pipeline, '배송', '편집')
    pipeline.toggle('fold', within='.modal')
    pipeline.click('.modal-footer button', '저장')
    pipeline.gone('.modal')
    after = manual.ticket(team, '배송 완료', stage_id=stage)
    assert manual.is_closed(before) and manual.is_closed(after)


def test_45_unfolded_column_shows_its_tickets(pipeline):
    """At once, or by the one click that it offers where the filter hides them."""
    marked = mark(pipeline, '완료')
    pipeline.click(marked)
    pipeline.gone(f'{marked}.o_column_folded')
    pipeline.click(f'{COLUMN} :is(a, button)', '표시하기')
    pipeline.find(f'{COLUMN} .o_kanban_record', '다 됐어요')
