"""Automatic closing in real server processes: killed in the middle, run twice at once, updated."""

import threading
import time

import pytest

from harness import OdooServer
from hdl.console import Step

PLAIN, MAILED, CRON = 5000, 300, 'helpdesk_lite.ir_cron_auto_close_ticket'
OUTCOME = """
SELECT ticket.is_closed, stage.fold, ticket.close_date IS NOT NULL,
       ticket.close_hours IS NOT NULL,
       (SELECT count(*) FROM mail_message message
         WHERE message.model = 'helpdesk.lite.ticket' AND message.res_id = ticket.id
           AND message.body LIKE '%Closed automatically%'),
       (SELECT count(*) FROM mail_message message
         WHERE message.model = 'helpdesk.lite.ticket' AND message.res_id = ticket.id
           AND message.message_type = 'auto_comment'),
       (SELECT count(*) FROM mail_tracking_value tracked
          JOIN mail_message message ON message.id = tracked.mail_message_id
         WHERE message.model = 'helpdesk.lite.ticket' AND message.res_id = ticket.id),
       count(*)
  FROM helpdesk_lite_ticket ticket JOIN helpdesk_lite_stage stage ON stage.id = ticket.stage_id
 WHERE ticket.team_id = {team} GROUP BY 1, 2, 3, 4, 5, 6, 7
"""


class Desk:
    """A database with a team of silent tickets, and the servers that run its cron."""

    def __init__(self, odoo, databases):
        self.odoo, self.databases = odoo, databases
        self.name = databases.copy()

    def sql(self, statement):
        return self.databases.sql(self.name, statement)

    def serve(self, crons=0):
        return OdooServer(self.odoo, self.name, crons=crons)

    def make_team(self, server, tickets, *, template=False):
        """A team with so many tickets that are silent for 10 days; return its id.

        One is made by Odoo and the rest are its copies.
        """
        call = server.call
        values = {'template_id': call('mail.template', 'create', {
            'name': 'Closed', 'subject': 'Closed', 'body_html': '<p>It is closed.</p>',
            'use_default_to': True,
            'model_id': call('ir.model', 'search', [('model', '=', 'helpdesk.lite.ticket')])[0],
        })} if template else {}
        stages = [call('helpdesk.lite.stage', 'create', stage) for stage in (
            {'name': 'Open', 'sequence': 1},
            {'name': 'Closed', 'sequence': 2, 'fold': True, **values})]
        team = call('helpdesk.lite.team', 'create', {
            'name': 'Kill', 'sequence': 1 if template else 2, 'stage_ids': stages,
            'auto_close_ticket': True})
        customer = call('res.partner', 'create', {'name': 'C', 'email': 'c@customer.example.com'})
        ticket = call('helpdesk.lite.ticket', 'create', {
            'name': 'Silent', 'team_id': team, 'partner_id': customer})
        self._copy_ticket(ticket, tickets - 1)
        return team

    def _copy_ticket(self, ticket, count):
        columns = [row[0] for row in self.sql(
            "SELECT column_name FROM information_schema.columns WHERE column_name NOT IN "
            "('id', 'ticket_ref') AND table_name = 'helpdesk_lite_ticket'")]
        names = ', '.join(columns)
        self.sql(f"""
            UPDATE helpdesk_lite_ticket SET last_activity_date = now() - interval '10 days'
             WHERE id = {ticket};
            INSERT INTO helpdesk_lite_ticket (ticket_ref, {names})
            SELECT 'COPY{ticket}-' || n, {names}
              FROM helpdesk_lite_ticket, generate_series(1, {count}) n WHERE id = {ticket};
            ANALYZE helpdesk_lite_ticket""")

    def make_cron_due(self):
        """Make the cron due, and it alone."""
        self.sql(f"""
            UPDATE ir_cron SET active = id = (
                SELECT res_id FROM ir_model_data WHERE module || '.' || name = '{CRON}'),
                nextcall = now() - interval '1 minute'""")

    def count_closed(self, team):
        [[count]] = self.sql(
            f'SELECT count(*) FROM helpdesk_lite_ticket WHERE team_id = {team} AND is_closed')
        return int(count)

    def wait_for(self, team, count, timeout=240):
        """Wait until the cron has closed so many tickets, and wake its thread when it pauses.

        It would wait a minute for its first run, and after each run of 10 seconds.
        """
        limit, before = time.monotonic() + timeout, -1
        while (closed := self.count_closed(team)) < count:
            assert time.monotonic() < limit, f'only {closed} of {count} are closed'
            if closed == before:
                self.odoo.server.sql(f"SELECT pg_notify('cron_trigger', '{self.name}')")
            before = closed
            time.sleep(0.3)
        return closed

    def get_outcome(self, team):
        return sorted(self.sql(OUTCOME.format(team=team)))


@pytest.fixture(scope='module')
def desk(odoo, databases):
    return Desk(odoo, databases)


def is_done(mails):
    """What `OUTCOME` says of tickets that were closed once: logged once, 2 values, mails."""
    return ['t', 't', 't', 't', '1', str(mails), '2']


def test_killed_in_the_middle(desk):
    """Whatever was committed stays, once; whatever wasn't is done by the next run."""
    with desk.serve() as server:
        mailed = desk.make_team(server, MAILED, template=True)
        plain = desk.make_team(server, PLAIN)
    killed = []
    for team, number in ((mailed, 1), (plain, 2000)):
        with desk.serve(crons=1) as server:
            desk.make_cron_due()
            desk.wait_for(team, number)
            server.kill()
        killed.append(desk.count_closed(team))
        mails = 1 if team == mailed else 0
        done = [row for row in desk.get_outcome(team) if row[0] == 't']
        assert done == [[*is_done(mails), str(killed[-1])]]
    assert 0 < killed[0] < MAILED, killed
    assert 0 < killed[1] < PLAIN, killed
    with desk.serve(crons=1) as server:
        desk.make_cron_due()
        desk.wait_for(plain, PLAIN)
        assert not server.problems()
    assert desk.get_outcome(mailed) == [[*is_done(1), str(MAILED)]]
    assert desk.get_outcome(plain) == [[*is_done(0), str(PLAIN)]]
    queued = desk.sql("SELECT count(*) FROM mail_mail WHERE state = 'outgoing'")
    assert queued == [[str(MAILED)]]


def test_two_at_once(desk):
    """Two processes close the same tickets: each is closed by one of them alone."""
    with desk.serve() as first, desk.serve() as second:
        team = desk.make_team(first, 1500)
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
        first.call('ir.actions.server', 'run', [action])  # those that both left to the other
        assert not first.problems() + second.problems()
    assert desk.get_outcome(team) == [[*is_done(0), '1500']]


def test_module_update_is_no_activity(desk, odoo):
    """Updating the module leaves all dates of last activities as they are."""
    dates = """SELECT md5(string_agg(id || ' ' || last_activity_date, ',' ORDER BY id)), count(*)
                 FROM helpdesk_lite_ticket"""
    before = desk.sql(dates)
    with Step('Update the module') as step:
        odoo.install(desk.name, ['helpdesk_lite'], step, update=True)
    assert desk.sql(dates) == before
