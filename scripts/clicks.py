"""Count the clicks of what agents do most, in a real browser; each act is checked on the server.

    python scripts/clicks.py --port=8069 --database=helpdesk

Every act is done twice with tickets of its own: as it was done before section 16 of the design (by
what Odoo has, which still works) and as it is done now. Typing is no click.
"""

import argparse
import sys

from shots.browser import Browser
from shots.server import Server

TICKET = 'helpdesk.lite.ticket'
LIST = '/odoo/helpdesk-lite-tickets'
ROW = '.o_data_row:has-text("{}")'
SEND = '.o-mail-Composer-send:enabled'
STAGE_MENU = '.o_statusbar_status button.dropdown-toggle:visible'
DIALOG = '.modal:visible'


class Desk:
    """An agent before a list of tickets, whose clicks are counted."""

    def __init__(self, browser, server, team):
        self.browser, self.server, self.team = browser, server, team
        self.page, self.clicks, self.round = browser.page, 0, 0

    def begin(self, count=2, **values):
        """New tickets at the top of the list, the newest first; their ids in this order."""
        self.round += 1
        self.names = [f'Clicks {self.round:03d}-{number}' for number in range(count)]
        self.ids = [self.server.make(
            TICKET, name=name, team_id=self.team, priority='3', **values)
            for name in reversed(self.names)][::-1]
        self.browser.go(f'{self.server.base}{LIST}')
        self.page.wait_for_selector(ROW.format(self.names[0]))
        self.browser.settle()
        self.clicks = 0

    def click(self, selector):
        self.page.locator(selector).first.click()
        self.clicks += 1
        self.browser.settle()

    def is_there(self, selector):
        return self.page.locator(selector).first.is_visible()

    def write(self, text):
        self.page.locator('.o-mail-Composer-input').fill(text)

    def read(self, name, number=0):
        return self.server.read(TICKET, self.ids[number], name)[name]

    # What acts are made of
    def open(self, number=0):
        self.click(f'{ROW.format(self.names[number])} .o_data_cell[name=name]')

    def answer(self):
        self.click('.o-mail-Chatter-sendMessage')
        self.write('It is repaired')
        self.click(SEND)

    def solve_by_stage(self):
        self.click(STAGE_MENU)
        self.click('.o-dropdown--menu .dropdown-item:has-text("Solved")')

    def solve(self):
        self.click('button[name=action_solve]:visible')

    def answer_and_solve(self):
        """*Send & solve* beside *Send*, or what there is instead."""
        self.click('.o-mail-Chatter-sendMessage')
        self.write('It is repaired')
        both = 'button:has-text("Send & solve")'
        if self.is_there(both):
            self.click(both)
        else:
            self.click(SEND)
            self.solve()

    def go_on(self):
        self.click('.o_helpdesk_lite_next')

    def select(self, count):
        for name in self.names[:count]:
            self.click(f'{ROW.format(name)} .o_list_record_selector input')

    def is_open(self, number):
        return self.page.locator(
            f'.o_helpdesk_lite_ticket_form:has-text("{self.names[number]}"), '
            f'.o_breadcrumb:has-text("{self.names[number]}")').first.is_visible()


# ----------------------------------------------------------------------
# The acts: what leads to where they begin, how they were done, how they are, what they come to
# ----------------------------------------------------------------------

def in_form(desk, **values):
    desk.begin(**values)
    desk.open()
    desk.clicks = 0


def whole_before(desk):
    desk.open()
    desk.click('button[name=action_assign_to_me]:visible')
    desk.answer()
    desk.solve_by_stage()
    desk.click('.o_pager_next')


def whole_now(desk):
    desk.open()
    desk.answer_and_solve()
    desk.go_on()


def answer_and_solve_before(desk):
    desk.answer()
    desk.solve_by_stage()


def solve_selection_before(desk):
    """Each by itself: the stages of several teams can't be changed in one go."""
    for number in range(3):
        desk.open(number)
        desk.solve_by_stage()
        if number < 2:
            desk.click('.o_back_button, .breadcrumb-item a')


def solve_selection(desk):
    desk.select(3)
    desk.click('.o_control_panel button:has-text("Solve")')


def tag_before(desk):
    for number in range(3):
        desk.open(number)
        desk.click('.o_field_widget[name=tag_ids] input')
        desk.click('.o-autocomplete--dropdown-item:has-text("Clicks tag")')
        desk.click('.o_back_button, .breadcrumb-item a')


def tag_now(desk):
    desk.select(3)
    desk.click('.o_control_panel button:has-text("Tag")')
    desk.click(f'{DIALOG} .o_field_widget[name=added_tag_ids] input')
    desk.click('.o-autocomplete--dropdown-item:has-text("Clicks tag")')
    desk.click(f'{DIALOG} button[name=action_apply]')


def assign_before(desk):
    for number in range(3):
        desk.open(number)
        desk.click('.o_field_widget[name=user_id] input')
        desk.page.keyboard.type('Clicks')
        desk.click('.o-autocomplete--dropdown-item:has-text("Clicks agent")')
        desk.click('.o_back_button, .breadcrumb-item a')


def assign_now(desk):
    desk.select(3)
    desk.click('.o_control_panel button:has-text("Assign to…")')
    desk.click(f'{DIALOG} .o_field_widget[name=user_id] input')
    desk.page.keyboard.type('Clicks')
    desk.click('.o-autocomplete--dropdown-item:has-text("Clicks agent")')
    desk.click(f'{DIALOG} button[name=action_apply]')


def before_a_closed_one(desk):
    """A form whose next ticket in the list is closed while one looks at it."""
    in_form(desk, count=3)
    desk.server.tell(TICKET, 'action_solve', [desk.ids[1]])


def go_on_before(desk):
    """The pager shows the closed one, too."""
    desk.click('.o_pager_next')
    desk.click('.o_pager_next')


ACTS = (
    ('Open a ticket', Desk.begin, Desk.open, Desk.open, lambda desk: desk.is_open(0)),
    ('Take it over', in_form,
     lambda desk: desk.click('button[name=action_assign_to_me]:visible'),
     lambda desk: desk.click('button[name=action_assign_to_me]:visible'),
     lambda desk: desk.read('user_id')),
    ('Answer', in_form, Desk.answer, Desk.answer, lambda desk: desk.read('first_response_date')),
    ('Solve', in_form, Desk.solve_by_stage, Desk.solve, lambda desk: desk.read('is_closed')),
    ('Answer and solve', in_form, answer_and_solve_before, Desk.answer_and_solve,
     lambda desk: desk.read('is_closed')),
    ('Go on past a ticket that a colleague has closed', before_a_closed_one, go_on_before,
     Desk.go_on, lambda desk: desk.is_open(2)),
    ('Solve 3 tickets', lambda desk: desk.begin(3), solve_selection_before, solve_selection,
     lambda desk: all(desk.read('is_closed', number) for number in range(3))),
    ('Assign 3 tickets to a colleague', lambda desk: desk.begin(3), assign_before, assign_now,
     lambda desk: all(desk.read('user_id', number) for number in range(3))),
    ('Tag 3 tickets', lambda desk: desk.begin(3), tag_before, tag_now,
     lambda desk: all(desk.read('tag_ids', number) for number in range(3))),
    ('A whole ticket: open, assign, answer, solve, next', Desk.begin, whole_before, whole_now,
     lambda desk: desk.read('is_closed') and desk.is_open(1)),
)


def prepare(server):
    """A team with the shipped stages, a tag and a colleague: the id of the team."""
    group = server.ref('helpdesk_lite.group_helpdesk_lite_user')
    server.make('helpdesk.lite.tag', name='Clicks tag')
    server.make('res.users', name='Clicks agent', login='clicks-agent',
                notification_type='inbox', group_ids=[(4, group)])
    return server.make('helpdesk.lite.team', name='Clicks team')


def measure(browser, server):
    """Do all acts in both ways: ``[(name, clicks before, clicks now)]``."""
    browser.log_in(server.base, server.database, 'admin', 'admin')
    browser.resize(1440, 900)
    desk = Desk(browser, server, prepare(server))
    rows = []
    for name, begin, before, now, is_done in ACTS:
        counts = []
        for act in (before, now):
            begin(desk)
            act(desk)
            if not is_done(desk):
                sys.exit(f'error: "{name}" came to nothing by {act.__name__}')
            counts.append(desk.clicks)
        rows.append((name, *counts))
    return rows


def say(rows):
    """The table as docs/desk.md has it."""
    lines = ['| act | clicks before | clicks now |', '| --- | --- | --- |']
    return '\n'.join(lines + [f'| {name} | {before} | {now} |' for name, before, now in rows])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--port', default='8069')
    parser.add_argument('--database', default='helpdesk')
    options = parser.parse_args()
    with Server(f'http://127.0.0.1:{options.port}', options.database) as server, \
            Browser('en_US') as browser:
        sys.stdout.write(f'{say(measure(browser, server))}\n')


if __name__ == '__main__':
    main()
