"""Escalations in real server processes: killed in between, run twice at once, each exactly once."""

import threading
import time

import pytest

from harness import OdooServer

TICKETS, CRON = 1200, 'helpdesk_lite.ir_cron_sla'
# how many clocks were told of, and raised, how often: [notices, log rows of the priority]
OUTCOME = """
SELECT (SELECT count(*) FROM mail_message message
         WHERE message.model = 'helpdesk.lite.ticket' AND message.res_id = ticket.id
           AND message.message_type = 'user_notification' AND message.subject LIKE 'Late:%'),
       (SELECT count(*) FROM mail_tracking_value tracked
          JOIN mail_message message ON message.id = tracked.mail_message_id
         WHERE message.model = 'helpdesk.lite.ticket' AND message.res_id = ticket.id),
       (SELECT count(*) FROM mail_activity activity
         WHERE activity.res_model = 'helpdesk.lite.ticket' AND activity.res_id = ticket.id),
       (SELECT count(*) FROM helpdesk_lite_sla_event event
         WHERE event.status_id = status.id AND event.kind = 'failed'),
       (SELECT count(*) FROM helpdesk_lite_sla_escalation_done done
         WHERE done.status_id = status.id AND done.error IS NULL),
       count(*)
  FROM helpdesk_lite_ticket ticket
  JOIN helpdesk_lite_sla_status status ON status.ticket_id = ticket.id
 WHERE ticket.team_id = {team} GROUP BY 1, 2, 3, 4, 5
"""
DONE = ['1', '1', '1', '1', '3']


class Desk:
    """A database with a team of late tickets, and the servers that run its cron."""

    def __init__(self, odoo, databases):
        self.odoo, self.databases = odoo, databases
        self.name = databases.copy()

    def sql(self, statement):
        return self.databases.sql(self.name, statement)

    def serve(self, crons=0):
        return OdooServer(self.odoo, self.name, crons=crons)

    def make_team(self, server, tickets):
        """A team with so many tickets that are late, and a policy that escalates thrice.

        One ticket is made by Odoo and the rest are its copies, with clock and ledger.
        """
        call = server.call
        team = call('helpdesk.lite.team', 'create', {
            'name': 'Late', 'resource_calendar_id': False, 'use_sla': True})
        user = call('res.users', 'search', [('login', '=', 'admin')])[0]
        call('helpdesk.lite.sla', 'create', {
            'name': 'Answer', 'target': 'first_response', 'time': 1, 'team_ids': [team],
            'escalation_ids': [
                (0, 0, {'hours': 1, 'when': 'before', 'action': 'activity', 'user_id': user}),
                (0, 0, {'hours': 1, 'when': 'after', 'action': 'notify_users',
                        'user_ids': [user]}),
                (0, 0, {'hours': 2, 'when': 'after', 'action': 'priority', 'priority': '3'})]})
        ticket = call('helpdesk.lite.ticket', 'create', {
            'name': 'Late', 'team_id': team, 'priority': '0'})
        self._copy_ticket(ticket, tickets - 1)
        return team

    def _get_columns(self, table):
        return ', '.join(row[0] for row in self.sql(
            "SELECT column_name FROM information_schema.columns WHERE column_name NOT IN "
            f"('id', 'ticket_ref', 'ticket_id', 'status_id') AND table_name = '{table}'"))

    def _copy_ticket(self, ticket, count):
        names = {table: self._get_columns(table) for table in (
            'helpdesk_lite_ticket', 'helpdesk_lite_sla_status', 'helpdesk_lite_sla_event')}
        own, clock, event = names.values()
        self.sql(f"""
            DELETE FROM mail_activity WHERE res_model = 'helpdesk.lite.ticket'
                AND res_id = {ticket};
            UPDATE helpdesk_lite_sla_status SET start_date = start_date - interval '5 hours',
                   deadline = deadline - interval '5 hours',
                   running_since = running_since - interval '5 hours'
             WHERE ticket_id = {ticket};
            WITH copied AS (
                INSERT INTO helpdesk_lite_ticket (ticket_ref, {own})
                SELECT 'COPY{ticket}-' || n, {own}
                  FROM helpdesk_lite_ticket, generate_series(1, {count}) n WHERE id = {ticket}
                RETURNING id)
            INSERT INTO helpdesk_lite_sla_status (ticket_id, {clock})
            SELECT copied.id, {clock} FROM copied, helpdesk_lite_sla_status
             WHERE ticket_id = {ticket};
            INSERT INTO helpdesk_lite_sla_event (status_id, {event})
            SELECT copy.id, {', '.join('event.' + name for name in event.split(', '))}
              FROM helpdesk_lite_sla_event event
              JOIN helpdesk_lite_sla_status own ON own.id = event.status_id
              JOIN helpdesk_lite_sla_status copy ON copy.sla_id = own.sla_id AND copy.id <> own.id
             WHERE own.ticket_id = {ticket};
            ANALYZE helpdesk_lite_ticket; ANALYZE helpdesk_lite_sla_status""")

    def make_cron_due(self):
        """Make the cron due, and it alone."""
        self.sql(f"""
            UPDATE ir_cron SET active = id = (
                SELECT res_id FROM ir_model_data WHERE module || '.' || name = '{CRON}'),
                nextcall = now() - interval '1 minute'""")

    def count_done(self):
        [[count]] = self.sql('SELECT count(*) FROM helpdesk_lite_sla_escalation_done')
        return int(count)

    def wait_for(self, count, timeout=240):
        """Wait until so many escalations have acted, and wake the cron's thread when it pauses."""
        limit, before = time.monotonic() + timeout, -1
        while (done := self.count_done()) < count:
            assert time.monotonic() < limit, f'only {done} of {count} have acted'
            if done == before:
                self.odoo.server.sql(f"SELECT pg_notify('cron_trigger', '{self.name}')")
            before = done
            time.sleep(0.1)
        return done

    def get_outcome(self, team):
        return sorted(self.sql(OUTCOME.format(team=team)))


@pytest.fixture
def desk(odoo, databases):
    return Desk(odoo, databases)


def test_killed_in_between(desk):
    """Whatever was committed stays, once; whatever wasn't is done by the next run."""
    with desk.serve() as server:
        team = desk.make_team(server, TICKETS)
    killed = [0]
    for number in (1, 600, 1700, 2900):  # within each of the three escalations
        with desk.serve(crons=1) as server:
            desk.make_cron_due()
            desk.wait_for(max(number, killed[-1] + 1))
            server.kill()
        killed.append(desk.count_done())
        told = sum(int(row[0]) * int(row[5]) for row in desk.get_outcome(team))
        raised = sum(int(row[1]) * int(row[5]) for row in desk.get_outcome(team))
        planned = sum(int(row[2]) * int(row[5]) for row in desk.get_outcome(team))
        assert told + raised + planned == killed[-1]
        assert all(int(number) <= 1 for row in desk.get_outcome(team) for number in row[:4])
    assert 0 < killed[1] < killed[-1] < 3 * TICKETS, killed
    with desk.serve(crons=1) as server:
        desk.make_cron_due()
        desk.wait_for(3 * TICKETS)
        assert not server.problems()
    assert desk.get_outcome(team) == [[*DONE, str(TICKETS)]]


def test_two_at_once(desk):
    """Two processes run the same escalations: each acts once on each clock."""
    with desk.serve() as first, desk.serve() as second:
        team = desk.make_team(first, 600)
        action = first.call('ir.model.data', 'check_object_reference', *CRON.split('.'))[1]
        action = first.call('ir.cron', 'read', [action], ['ir_actions_server_id'])
        action = action[0]['ir_actions_server_id'][0]
        for server in (first, second):
            server.user_id('admin')
        failures = []

        def run(server):
            try:
                server.call('ir.actions.server', 'run', [action])
            except Exception as error:  # noqa: BLE001 (it fails the test, in the main thread)
                failures.append(error)

        threads = [threading.Thread(target=run, args=[server]) for server in (first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures
        for _run in range(3):  # those that both left to the other
            first.call('ir.actions.server', 'run', [action])
        assert not first.problems() + second.problems()
    assert desk.get_outcome(team) == [[*DONE, '600']]
