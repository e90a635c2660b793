"""Walk five ways through the addons and note what each passes (``house.py --walks`` runs it).

On a throw-away database. A walk ends where its transaction is about to be committed: sending mails
afterwards is Odoo's work. Each way is walked once before it is measured, so that caches are warm
and the figures the same each time.
"""

import argparse
import json
import sys
from pathlib import Path

from werkzeug.test import Client
from werkzeug.wrappers import Response

import odoo
from odoo import SUPERUSER_ID, api, http, sql_db
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.server import load_server_wide_modules

TICKET, TEAM = 'helpdesk.lite.ticket', 'helpdesk.lite.team'
USER = 'helpdesk_lite.group_helpdesk_lite_user'
MAIL = """\
From: Somebody New <somebody{number}@customer.example.org>
To: support{number}@helpdesk.example.com
Subject: The printer is on fire
Message-ID: <walk-{number}@customer.example.org>
Content-Type: text/plain; charset=utf-8

It is on fire. Please come.
"""


class Trace:
    """The functions of the addons that run within a ``with`` block, in order, and all queries."""

    def __init__(self, root):
        self.addons = f'{root}/helpdesk_lite'
        self.root = root
        self.found = {}

    def __enter__(self):
        self.queries = sql_db.sql_counter
        sys.setprofile(self._note)
        return self

    def __exit__(self, *error):
        sys.setprofile(None)
        self.queries = sql_db.sql_counter - self.queries

    def _note(self, frame, event, argument):
        code = frame.f_code
        if event == 'call' and code.co_filename.startswith(self.addons):
            self.found.setdefault(code)

    def as_dict(self):
        """Comprehensions and lambdas are parts of the functions that they stand in."""
        methods = dict.fromkeys(
            (str(Path(code.co_filename).relative_to(self.root)), code.co_qualname)
            for code in self.found if not code.co_name.startswith('<'))
        return {'methods': list(methods), 'files': sorted({path for path, _name in methods}),
                'queries': self.queries}


class Walker:
    """The cast of the walks; each walk makes records of its own."""

    def __init__(self, database, quick):
        self.tickets, self.rounds = (10, 1) if quick else (100, 2)
        load_server_wide_modules()
        self.registry = Registry(database)
        self.cr = self.registry.cursor()
        self.env = api.Environment(self.cr, SUPERUSER_ID, {})
        silence_mail(self.env)
        domain = self.env['mail.alias.domain'].create({'name': 'helpdesk.example.com'})
        self.env.company.write({'alias_domain_id': domain.id, 'email': 'info@helpdesk.example.com'})
        self.agents = [self.make_user(f'agent{number}', USER) for number in range(3)]
        self.customer = self.make_user('customer', 'base.group_portal')
        self.agent = self.env(user=self.agents[0].id)
        self.cr.commit()

    def make_user(self, login, group):
        return self.env['res.users'].with_context(no_reset_password=True).create({
            'name': login, 'login': login, 'email': f'{login}@staff.example.com',
            'group_ids': [Command.set([self.env.ref(group).id])]})

    def make_team(self, name, **values):
        return self.env[TEAM].create({
            'name': name, 'privacy_visibility': 'portal', 'auto_assignment': True,
            'member_ids': [Command.set([user.id for user in self.agents])], **values})

    def make_ticket(self, team, name='Printer is jammed', **values):
        return self.env[TICKET].create({
            'name': name, 'team_id': team.id, 'partner_id': self.customer.partner_id.id,
            'description': '<p>Paper in tray two</p>', **values})

    # Each prepares, and returns what is to be traced.

    def mail(self, number):
        """A mail of somebody unknown becomes a ticket that is assigned and acknowledged."""
        self.make_team('Support', alias_name=f'support{number}')
        text = MAIL.format(number=number).encode()
        return lambda: self.env['mail.thread'].message_process(None, text)

    def hundred(self, number):
        """An agent makes 100 tickets of 100 customers in one call."""
        team = self.make_team('Hundred')
        customers = self.env['res.partner'].create([
            {'name': f'Customer {index}', 'email': f'customer{number}-{index}@example.org'}
            for index in range(self.tickets)])
        return lambda: self.agent[TICKET].create([
            {'name': 'Printer', 'description': '<p>On fire</p>', 'team_id': team.id,
             'partner_id': customer.id} for customer in customers])

    def move(self, number):
        """An agent changes team and stage of a ticket in one write."""
        ticket, team = self.make_ticket(self.make_team('From')), self.make_team('To')
        values = {'team_id': team.id, 'stage_id': team.stage_ids[1].id}
        return lambda: ticket.with_env(self.agent).write(values)

    def merge(self, number):
        """An agent merges a ticket into another by the wizard, and undoes it."""
        team = self.make_team('Merge')
        stays, goes = self.make_ticket(team), self.make_ticket(team, 'Printer jammed')
        goes.message_post(body='Hello', message_type='comment', subtype_xmlid='mail.mt_comment')

        def work():
            wizard = self.agent['helpdesk.lite.ticket.merge'].with_context(
                active_model=TICKET, active_ids=(stays | goes).ids,
            ).create({'destination_id': stays.id})
            wizard.action_merge()
            self.cr.flush()
            self.env.invalidate_all()  # the undo is a request of its own
            goes.with_env(self.agent).action_unmerge()

        return work

    def portal(self, number):
        """A customer answers on the page that their mail's link leads to."""
        ticket = self.make_ticket(self.make_team('Portal'))
        token = ticket._portal_ensure_token()
        self.cr.commit()
        session = http.root.session_store.new()
        session.update(http.get_default_session(), db=self.cr.dbname)
        http.root.session_store.save(session)
        return lambda: self.answer(session, ticket.id, token)

    def answer(self, session, ticket, token):
        parameters = {
            'thread_model': TICKET, 'thread_id': ticket, 'token': token,
            'post_data': {'body': 'Any news?', 'message_type': 'comment',
                          'subtype_xmlid': 'mail.mt_comment'}}
        reply = Client(http.root, Response, use_cookies=False).post(
            '/mail/message/post', json={'jsonrpc': '2.0', 'params': parameters},
            headers={'Cookie': f'session_id={session.sid}'}, base_url='http://127.0.0.1')
        if 'error' in reply.get_json():
            raise RuntimeError(reply.get_data(as_text=True))

    def trace(self, root, name):
        """Walk a way, and return the last trace of it."""
        for number in range(self.rounds):
            work = getattr(self, name)(number)
            self.cr.commit()
            self.env.invalidate_all()
            with Trace(root) as trace:
                work()
                self.cr.flush()
            self.cr.commit()
        return trace.as_dict()


def silence_mail(env):
    """Mails are handed over, and go nowhere."""
    server = type(env['ir.mail_server'])
    server.connect = server._connect__ = lambda self, *arguments, **named: None
    server.send_email = lambda self, message, *arguments, **named: message['Message-Id']


WALKS = {
    'mail': 'mail → acknowledged ticket', 'hundred': '100 tickets in one call',
    'move': 'team and stage changed', 'merge': 'merge and undo', 'portal': 'portal answer',
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ('config', 'database', 'root', 'target'):
        parser.add_argument(f'--{name}', required=True)
    parser.add_argument('--quick', action='store_true', help='once, cold, with 10 tickets for 100')
    options = parser.parse_args()
    odoo.tools.config.parse_config(['-c', options.config, '--log-level', 'error'])
    walker = Walker(options.database, options.quick)
    found = {title: walker.trace(options.root, name) for name, title in WALKS.items()}
    Path(options.target).write_text(json.dumps(found), encoding='utf-8')


if __name__ == '__main__':
    main()
