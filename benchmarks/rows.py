"""The rows of the table: what is measured, as whom, and what DESIGN.md's section 11 asks of it."""

import work
from meter import SPARE, Job
from work import both

SMALL_DESK = 10_000
UNKNOWN = 'stranger%s@elsewhere.example.com'
KNOWN = 'customer7%s@bench.example.com'


class Row:
    """A row that is measured the same way on each side, in transactions that are rolled back.

    :param str title: the work
    :param dict jobs: ``{name of a side: Job}``
    :param str asked: the figure that it must reach, for people
    :param reached: ``reached({name of a side: its figures})``: whether it does; None where the
        figure is not to be had
    :param int size: the number of tickets from which it is asked

    Where OCA's addon is measured beside ours, ours may not be slower than it from `SMALL_DESK`
    tickets on.
    """

    def __init__(self, key, title, jobs, asked='', reached=None, size=0):
        self.key, self.title, self.jobs = key, title, jobs
        self.asked, self.reached, self.size = asked, reached, size

    def judge(self, found, tickets):
        """Whether the figures are as asked; None where that can't be told, or isn't asked."""
        if tickets >= SMALL_DESK and 'peer' in found and found['ours']['ms'] > found['peer']['ms']:
            return False
        if self.reached and tickets >= self.size:
            return self.reached(found)
        return True if tickets >= SMALL_DESK and 'peer' in found else None

    @property
    def demand(self):
        """What is asked of the row, for people."""
        return '; '.join(filter(None, [
            self.asked, 'no slower than OCA' if 'peer' in self.jobs else '']))


def at_most_queries(limit):
    return lambda found: found['ours']['queries'] <= limit


def times_faster(factor):
    def reached(found):
        if 'peer' not in found:
            return None
        return found['ours']['ms'] * factor * SPARE <= found['peer']['ms']

    return reached


def creates_in_time(found):
    if found['ours']['queries'] > 60:
        return False
    if 'peer' not in found or 'bare' not in found:
        return None
    return times_faster(3)(found) and (
        found['ours']['ms'] * SPARE <= 5 * found['bare']['ms'])


def database_under(limit):
    return lambda found: found['ours']['database_ms'] * SPARE < limit


def pipelines():
    asked = {'asked': 'at a million at most ⅓ of OCA’s time', 'reached': times_faster(3),
             'size': 1_000_000}
    for user, name in (('agent', 'an agent'), ('lead', 'a lead who follows a fifth')):
        yield Row(f'kanban_{user}', f'kanban of a team, open tickets, {name}',
                  both(work.open_pipeline(), user), **asked)
        yield Row(f'kanban_all_{user}', f'kanban of a team, open and closed, {name}',
                  both(work.open_pipeline(opened=False), user), **asked)
    yield Row('kanban_private', 'kanban of a private team, open tickets, the lead',
              {'ours': Job(work.open_pipeline(work.PRIVATE_TEAM), 'lead')})


def lists():
    for user in ('agent', 'lead'):
        yield Row(f'list_{user}', f'All Tickets, Open, first 80: {user}, no private team',
                  both(work.open_all_tickets_unhidden, user),
                  'under 10 ms in PostgreSQL', database_under(10))
        yield Row(f'list_private_{user}', f'the same with 6 private teams: {user}',
                  {'ours': Job(work.open_all_tickets, user)})
    for kind, word in work.WORDS.items():
        yield Row(f'search_{kind}', f'search for a {kind} text in all tickets, agent',
                  both(work.search_word(word), 'agent'))


ROWS = [
    Row('create', 'create 100 tickets in one call, 100 customers, assigned among 50',
        {**both(work.create_assigned, 'manager'), 'bare': Job(work.create_bare)},
        '≤ 60 queries, ≤ 5 × bare, ≥ 3 × faster than OCA', creates_in_time),
    Row('create_given', 'the same with assignees given',
        {**both(work.create_given, 'manager'), 'bare': Job(work.create_bare)}),
    Row('mail_known', 'one e-mail → ticket, known sender',
        both(work.deliver(KNOWN), None), '≤ 46 queries', at_most_queries(46)),
    Row('mail_new', 'one e-mail → ticket, new sender',
        both(work.deliver(UNKNOWN), None), '≤ 52 queries', at_most_queries(52)),
    *pipelines(),
    *lists(),
    # the personal strip is one more than the five of the teams
    Row('dashboard', 'dashboard of 50 teams, administrator',
        both(work.open_dashboard, 'manager'), '≤ 6 queries', at_most_queries(6)),
    Row('form', 'open a ticket with 30 messages, agent', both(work.open_ticket, 'agent'),
        '≤ 45 queries', at_most_queries(45)),
]
