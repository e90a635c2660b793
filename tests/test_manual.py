"""The manual, step by step: teams, visibility, assignment.

Each test is a step of the manual, by its number there: what a Korean administrator does in
Chromium, and what comes of it. Stages, merging and closing are in the files beside this one.
A step may go on where the one before it ended, as in the manual; so run a section, not one step.
"""

from xmlrpc.client import Fault

import pytest

from harness.manual import TEAM, TICKET, VISIBILITIES

ADD = '.o_control_panel button, .o_cp_buttons button'


@pytest.fixture(scope='module')
def teams(manual):
    """Customer Support, which is public, and Financial Services, which is private."""
    support = manual.team('고객 지원', alias_name='support', use_website_form=True)
    finance = manual.team('금융 서비스', privacy_visibility='invited_internal')
    manual.stage('심사', finance, sequence=15)
    manual.write(TEAM, finance, message_partner_ids=[(4, manual.partners['chief'])])
    return {'support': support, 'finance': finance}


@pytest.fixture
def screen(manual):
    """The administrator before the screen."""
    manual.screen.be('chief')
    return manual.screen


@pytest.fixture
def team_form(manual, screen, teams):
    """The form of Customer Support, public as before."""
    manual.write(TEAM, teams['support'], privacy_visibility='portal')
    screen.open_record('helpdesk-lite-teams', teams['support'])
    return screen


# ----------------------------------------------------------------------
# Teams
# ----------------------------------------------------------------------

def test_01_dashboard_shows_every_team(manual, screen, teams):
    """Each card opens the team's own pipeline."""
    screen.visit('/odoo/helpdesk-lite')
    screen.find('.o_kanban_record', '고객 지원')
    screen.click('.o_kanban_record main', '금융 서비스')
    screen.find('.o_kanban_group .o_column_title', '심사')
    screen.visit('/odoo/helpdesk-lite')
    screen.click('.o_kanban_record main', '고객 지원')
    screen.find('.o_kanban_group .o_column_title', '신규')
    screen.gone('.o_kanban_group .o_column_title', '심사')


def test_02_configuration_shows_and_edits_teams(manual, screen, teams):
    screen.visit('/odoo/helpdesk-lite')
    screen.menu('환경 설정', '헬프데스크 팀')
    screen.find('.o_data_cell', '금융 서비스')
    screen.click('.o_data_cell[name=name]', '고객 지원')
    screen.fill('name', '고객 지원 센터')
    screen.save()
    assert manual.read(TEAM, teams['support'], 'name') == '고객 지원 센터'
    manual.call(TEAM, 'write', [teams['support']], {'name': '고객 지원'},
                context={'lang': 'ko_KR'})


@pytest.fixture(scope='module')
def new_team(manual, teams):
    """Steps 3 to 7: a team that is made on the screen."""
    screen = manual.screen
    screen.be('chief')
    screen.visit('/odoo/helpdesk-lite')
    screen.click(ADD, '신규')
    screen.find('.o_form_renderer .o_field_widget[name=name] input')
    return screen


def test_03_new_opens_a_blank_form(new_team):
    assert new_team.read('.o_form_renderer .oe_title input') == ['']


def test_04_name_is_typed_first(new_team):
    new_team.until("!!document.activeElement.closest('.o_field_widget[name=name]')")
    new_team.type('현장 서비스')
    new_team.rest()


def test_05_description_stands_under_the_name(new_team):
    label = new_team.place('.o_form_label', '설명')
    name, tabs = (new_team.place(place) for place in ('.oe_title h1', '.o_notebook_headers'))
    assert name[1] < label[1] < tabs[1]
    new_team.fill('description', '하루 안에 답변합니다.')


def test_06_company_is_chosen(new_team):
    shown = '.o_field_widget[name=company_id] input'
    new_team.fill('company_id', '')
    new_team.press('Backspace')
    new_team.press('Tab')
    new_team.rest()
    assert new_team.read(shown) == ['']
    new_team.choose('company_id', '본사')
    assert new_team.read(shown) == ['본사']


def test_07_description_is_public_and_the_form_says_so(manual, new_team):
    new_team.find('.alert', '이 설명은 공개됩니다')
    new_team.toggle('use_website_form')
    new_team.save()
    team = manual.named(TEAM, '현장 서비스')
    assert manual.read(TEAM, team, 'company_id')[1] == '본사'
    address = manual.read(TEAM, team, 'website_form_url')
    assert '하루 안에 답변합니다.' in manual.portal(None).get('/' + address.split('/', 3)[3]).text


# ----------------------------------------------------------------------
# Visibility
# ----------------------------------------------------------------------

@pytest.fixture(scope='module')
def tickets(manual, teams):
    """Two tickets of each team; one of them is a portal user's."""
    customer = manual.partners['jiwoo']
    return {
        name: [manual.ticket(team, f'{name} 하나', partner_id=customer),
               manual.ticket(team, f'{name} 둘')]
        for name, team in teams.items()}


def test_08_three_choices(team_form):
    assert team_form.read('.o_field_widget[name=privacy_visibility] label') == list(
        VISIBILITIES.values())


def test_09_private_shows_the_followed(manual, screen, teams, tickets):
    one, two = tickets['finance']
    manual.call(TICKET, 'message_subscribe', [one], [manual.partners['minji']])
    assert not manual.sees('minji', TEAM, teams['finance'])
    screen.be('minji')
    screen.visit('/odoo/helpdesk-lite-tickets')
    screen.find('.o_data_row', 'finance 하나')
    screen.gone('.o_data_row', 'finance 둘')
    assert not manual.sees('minji', TICKET, two) and manual.sees('chief', TICKET, two)
    manual.unfollow(TICKET, one, 'minji')


def test_10_a_follower_gets_and_loses_access(manual, screen, tickets):
    ticket = tickets['finance'][1]
    screen.open_record('helpdesk-lite-tickets', ticket)
    screen.find('.o-mail-Message')
    screen.click('.o-mail-Followers-button')
    screen.click('.o-mail-Followers-dropdown .o-dropdown-item', '팔로워 추가')
    screen.choose('partner_ids', '박민지', within='.modal')
    screen.click('.modal-footer .btn-primary')
    screen.gone('.modal')
    assert manual.sees('minji', TICKET, ticket)
    screen.visit('/odoo/helpdesk-lite')
    screen.open_record('helpdesk-lite-tickets', ticket)
    screen.find('.o-mail-Message')
    screen.click('.o-mail-Followers-button')
    screen.act('.o-mail-Follower', '박민지',
               """node.querySelector('[title*="제거"], [title*="삭제"]').click()""")
    screen.gone('.o-mail-Follower', '박민지')
    assert not manual.sees('minji', TICKET, ticket)


def test_11_company_shows_all_to_internal_users(manual, team_form, teams, tickets):
    team_form.radio(VISIBILITIES['internal'])
    team_form.save()
    for login in ('minji', 'junho'):
        assert manual.sees(login, TEAM, teams['support'])
        assert all(manual.sees(login, TICKET, ticket) for ticket in tickets['support'])
    manual.server.expect_problem('접근할 수 없습니다')
    with pytest.raises(Fault, match='접근할 수 없습니다'):
        manual.sees('clerk', TICKET, tickets['support'][0])
    page = manual.portal('jiwoo').get(f'/my/ticket/{tickets["support"][0]}')
    assert 'support 하나' not in page.text


def test_12_public_shows_portal_users_what_they_follow(manual, team_form, tickets):
    one, two = tickets['support']
    assert manual.sees('minji', TICKET, two)
    team_form.be('jiwoo')
    team_form.visit('/my/tickets', '#wrap')
    team_form.find('#wrap a', 'support 하나')
    team_form.gone('#wrap a', 'support 둘')
    other = manual.portal('sora')
    assert not any('support' in other.get(f'/my/ticket/{ticket}').text for ticket in (one, two))


def test_13_public_and_private_at_the_same_time(manual, screen, teams, tickets):
    manual.write(TEAM, teams['support'], privacy_visibility='portal')
    screen.be('minji')
    screen.visit('/odoo/helpdesk-lite')
    screen.find('.o_kanban_record', '고객 지원')
    screen.gone('.o_kanban_record', '금융 서비스')
    pages = manual.portal('jiwoo').get('/my/tickets').text
    assert 'support 하나' in pages and 'finance 하나' not in pages


def test_14_leaving_public_removes_portal_users(manual, team_form, teams, tickets):
    team, ticket = teams['support'], tickets['support'][0]
    manual.call(TEAM, 'message_subscribe', [team], [manual.partners['sora']])
    assert {'sora', 'jiwoo'} <= manual.followers(TICKET, ticket)
    team_form.open_record('helpdesk-lite-teams', team)
    team_form.radio(VISIBILITIES['invited_internal'])
    team_form.find('.alert', '포털 사용자가 팀과 모든 티켓의 팔로워에서 제거')
    assert {'sora', 'jiwoo'} <= manual.followers(TICKET, ticket), 'warned before'
    team_form.save()
    for model, record in ((TEAM, team), (TICKET, ticket)):
        assert not {'sora', 'jiwoo'} & manual.followers(model, record)


@pytest.fixture(scope='module')
def followed(manual):
    """A private team with an open ticket, which three follow from step 15 on."""
    team = manual.team('인사', privacy_visibility='invited_internal')
    ticket = manual.ticket(team, '인사 하나')
    screen = manual.screen
    screen.be('chief')
    screen.open_record('helpdesk-lite-teams', team)
    return {'team': team, 'ticket': ticket, 'screen': screen}


def test_15_followers_stand_in_the_team_form(followed):
    screen = followed['screen']
    screen.find('.o_horizontal_separator', '팀의 모든 티켓 팔로우하기')
    label = screen.find('.o_form_label', '팔로워')
    assert screen.run(f"{label}.closest('.o_inner_group').innerText").count('팔로워')
    screen.find('.o_field_widget[name=message_partner_ids] input')


def test_16_several_users_are_chosen(manual, followed):
    screen = followed['screen']
    for name in ('박민지', '이준호'):
        screen.choose('message_partner_ids', name)
    screen.save()
    for model in (TEAM, TICKET):
        assert {'minji', 'junho'} <= manual.followers(model, followed[model.split('.')[-1]])
    assert manual.sees('minji', TICKET, followed['ticket'])


def test_17_contacts_get_mail_and_see_nothing(manual, followed):
    screen = followed['screen']
    screen.choose('message_partner_ids', '외부 연락처')
    screen.save()
    ticket = manual.ticket(followed['team'], '인사 둘')
    assert 'yuna' in manual.followers(TICKET, ticket)
    manual.post(ticket, '새 소식입니다.')
    manual.sink.wait_for('yuna@example.net')
    [mail] = manual.mails('yuna', '새 소식입니다.')
    assert '/my/ticket/' not in mail.as_string() and 'access_token' not in mail.as_string()
    assert '인사 둘' not in manual.portal(None).get(f'/my/ticket/{ticket}').text


# ----------------------------------------------------------------------
# Assignment
# ----------------------------------------------------------------------

@pytest.fixture(scope='module')
def desk(manual):
    """The team of steps 18 to 25."""
    return manual.team('배정 팀')


def settle(manual, team, **values):
    """A team that assigns by itself, without tickets that are open."""
    closed = manual.stage_of(team, '해결 완료')
    tickets = manual.call(TICKET, 'search', [('team_id', '=', team), ('is_closed', '=', False)])
    manual.call(TICKET, 'write', tickets, {'stage_id': closed})
    manual.write(TEAM, team, auto_assignment=True, **values)
    return closed


def test_18_by_hand(manual, screen, desk):
    ticket = manual.ticket(desk, '손으로')
    screen.open_record('helpdesk-lite-tickets', ticket)
    screen.choose('user_id', '박민지')
    screen.save()
    assert manual.assignees([ticket]) == ['minji']
    assert 'minji' in manual.followers(TICKET, ticket)


def test_19_box_shows_more_at_once(manual, screen, desk):
    screen.open_record('helpdesk-lite-teams', desk)
    screen.find('.o_form_label', '자동 배정')
    screen.gone('.o_field_widget[name=assign_method]')
    screen.toggle('auto_assignment')
    screen.find('.o_field_widget[name=assign_method]')
    screen.find('.o_form_label', '팀원')
    assert not manual.read(TEAM, desk, 'auto_assignment'), 'before anything is saved'
    screen.save()
    assert manual.read(TEAM, desk, 'auto_assignment')


def assign(manual, screen, team, method):
    """Choose how tickets are assigned; make six, the first person's closed as they come."""
    closed = settle(manual, team, member_ids=[
        (6, 0, [manual.users['minji'], manual.users['junho']])])
    screen.open_record('helpdesk-lite-teams', team)
    screen.radio(method)
    screen.save()
    given = []
    for number in range(6):
        ticket = manual.ticket(team, f'{method} {number}')
        [login] = manual.assignees([ticket])
        given.append(login)
        if login == 'minji':
            manual.write(TICKET, ticket, stage_id=closed)
    return {login: given.count(login) for login in ('minji', 'junho')}


def test_20_equal_number_of_tickets(manual, screen, desk):
    """The total counts, open or closed."""
    method = '각 사용자에게 동일한 수의 티켓 배정'
    assert assign(manual, screen, desk, method) == {'minji': 3, 'junho': 3}


def test_21_equal_number_of_open_tickets(manual, screen, desk):
    """Whose tickets are closed at once gets the next one, too; open ones of other teams count."""
    method = '각 사용자에게 동일한 수의 미해결 티켓 배정'
    elsewhere = len(manual.call(TICKET, 'search', [
        ('user_id', '=', manual.users['minji']), ('team_id', '!=', desk),
        ('is_closed', '=', False)]))
    counts = assign(manual, screen, desk, method)
    assert manual.read(TEAM, desk, 'assign_method') == 'balanced'
    assert counts['junho'] <= 1 + elsewhere < 4 and sum(counts.values()) == 6


def test_22_note_tells_them_apart(manual, screen, desk):
    manual.write(TEAM, desk, auto_assignment=True)
    screen.open_record('helpdesk-lite-teams', desk)
    screen.find('.o_form_renderer strong', '티켓 수를 동일하게')
    assert screen.count('.o_form_renderer strong', '수를 동일하게') == 2


def test_23_no_members_are_everybody(manual, screen, desk):
    settle(manual, desk, assign_method='randomly')
    screen.open_record('helpdesk-lite-teams', desk)
    for _member in range(2):
        screen.click('.o_field_widget[name=member_ids] .o_delete')
    screen.save()
    assert manual.read(TEAM, desk, 'member_ids') == []
    tickets = [manual.ticket(desk, f'모두 {number}') for number in range(6)]
    assert {'chief', 'minji', 'junho'} <= set(manual.assignees(tickets))
    assert 'clerk' not in manual.assignees(tickets)


def test_24_who_is_away_gets_none(manual, desk):
    """Leaves as Time Off writes them; test_assignment_time_off.py has Time Off itself."""
    settle(manual, desk, member_ids=[
        (6, 0, [manual.users['minji'], manual.users['junho']])])
    manual.leave('minji', 40)
    tickets = [manual.ticket(desk, f'휴가 {number}') for number in range(3)]
    assert manual.assignees(tickets) == ['junho'] * 3
    manual.end_leaves()
    back = [manual.ticket(desk, f'복귀 {number}') for number in range(2)]
    assert 'minji' in manual.assignees(back)


def test_25_looks_ahead_where_nobody_works(manual, desk):
    """Both are away; who is back first gets the ticket."""
    settle(manual, desk)
    manual.leave('minji', 40)
    manual.leave('junho', 20)
    tickets = [manual.ticket(desk, f'먼저 {number}') for number in range(2)]
    assert manual.assignees(tickets) == ['junho'] * 2
    manual.end_leaves()
