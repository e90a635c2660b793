from unittest.mock import patch

from odoo.sql_db import Cursor
from odoo.tests import tagged

from .common import HelpdeskLiteMailCommon

MAIL = """\
From: Somebody <%(sender)s>
To: %(to)s
Subject: Printer
Message-ID: <%(message_id)s@x.example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

It is on fire.
"""


@tagged('post_install', '-at_install')
class TestPerformance(HelpdeskLiteMailCommon):
    """Budgets of queries; they hold whatever the machine is."""

    def make_customers(self, prefix):
        return self.env['res.partner'].create([
            {'name': f'{prefix} {index}', 'email': f'{prefix}{index}@x.example.org'}
            for index in range(100)])

    def test_100_tickets_with_100_customers(self):
        for user in (self.agent, self.env.user):
            Ticket = self.env['helpdesk.lite.ticket'].with_user(user)
            with self.subTest(user=user.login):
                # the first call fills what Odoo remembers of models, groups and xmlids
                Ticket.create({'name': 'x', 'team_id': self.team.id})
                customers = self.make_customers(f'c{user.id}-')
                self.env.cr.precommit.run()
                with self.assert_queries(40, self.env):
                    tickets = Ticket.create([
                        {'name': 'x', 'team_id': self.team.id, 'partner_id': customer.id}
                        for customer in customers])
                self.env.invalidate_all()
                for ticket, customer in zip(tickets, customers, strict=True):
                    self.assertIn(customer, ticket.sudo().message_partner_ids)

    def test_100_tickets_with_100_addresses(self):
        Ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent)
        Ticket.create({'name': 'x', 'team_id': self.team.id, 'partner_email': 'a@x.example.org'})
        with self.assert_queries(60, self.env):
            tickets = Ticket.create([
                {'name': 'x', 'team_id': self.team.id, 'partner_email': f'a{index}@x.example.org'}
                for index in range(100)])
        self.assertEqual(len(tickets.partner_id), 100)

    def test_100_tickets_look_for_no_ratings(self):
        """None has one: `rating.mixin` would look for them, and write each ticket again."""
        Ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent)
        Ticket.create({'name': 'x', 'team_id': self.team.id})
        self.env.flush_all()
        statements, execute = [], Cursor.execute

        def note(cursor, query, *args, **kwargs):
            statements.append(str(query))
            return execute(cursor, query, *args, **kwargs)

        with patch.object(Cursor, 'execute', note):
            Ticket.create([{'name': 'x', 'team_id': self.team.id} for _index in range(100)])
            self.env.flush_all()
        self.assertFalse([text for text in statements if 'rating_' in text
                          and 'INSERT INTO "helpdesk_lite_ticket"' not in text])

    def test_100_moves(self):
        tickets = self.make_tickets(100)
        agent = tickets.with_user(self.agent)
        agent[:1].stage_id = self.stage_progress
        counts = []
        for number in (10, 100):
            with self.assert_queries(25, self.env) as limit:
                agent[:number].with_context(mail_notrack=True).stage_id = self.stage_solved
            counts.append(limit.count)
            agent.with_context(mail_notrack=True).stage_id = self.stage_new
        self.assertLessEqual(counts[1], counts[0])

    def deliver(self, sender, message_id):
        self.env['mail.thread'].message_process(None, (MAIL % {
            'sender': sender, 'to': 'team-portal@helpdesk.example.com',
            'message_id': message_id}).encode())

    def test_one_mail(self):
        """As a gateway delivers it: nothing of the database is in the cache.

        Nobody follows the team, so that each mail also asks whether administrators are called.
        The budgets are 46 and 52 (docs/SCALE.md).
        """
        with self.mock_mail_gateway():
            self.deliver('warm@x.example.org', 'warm')
            for sender, limit in ((str(self.customer.email), 46), ('new@x.example.org', 52)):
                self.env.cr.precommit.run()
                with self.subTest(sender=sender), self.assert_queries(limit, self.env):
                    self.deliver(sender, sender.split('@')[0])
        tickets = self.env['helpdesk.lite.ticket'].search([
            ('team_id', '=', self.team.id), ('name', '=', 'Printer')])
        self.assertEqual(len(tickets), 3)
        self.assertEqual(tickets.activity_ids.user_id, self.manager)

    def test_lists_of_an_agent(self):
        """Eighty tickets of a list cost as many queries as eight."""
        self.make_tickets(80, partner_id=self.customer.id, user_id=self.agent.id)
        Ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent)
        specification = {
            'name': {}, 'ticket_ref': {}, 'priority': {}, 'is_closed': {},
            'team_id': {'fields': {'display_name': {}}},
            'stage_id': {'fields': {'display_name': {}}},
            'partner_id': {'fields': {'display_name': {}}},
            'user_id': {'fields': {'display_name': {}}},
            'tag_ids': {'fields': {'display_name': {}}},
            'waiting_for': {}, 'activity_state': {},
        }
        counts = []
        for limit in (8, 8, 80):  # the first fills what Odoo remembers
            with self.assert_queries(40, self.env) as counter:
                Ticket.web_search_read(
                    [('team_id', '=', self.team.id)], specification, limit=limit)
            counts.append(counter.count)
        self.assertLessEqual(counts[2], counts[1])
