from odoo.fields import Command
from odoo.tests import freeze_time

from .common_assignment import NOON, AssignmentCommon, at


class TestOwnRequests(AssignmentCommon):
    """An agent's own request isn't assigned to that agent."""

    def test_never_to_the_one_who_asks(self):
        for method in ('randomly', 'balanced'):
            self.desk.assign_method = method
            for agent in self.members:
                with self.subTest(method=method, agent=agent.login):
                    for users in (
                        self.assign(NOON, 4, partner_id=agent.partner_id.id),
                        self.assign(NOON, partner_email=agent.email),
                    ):
                        self.assertNotIn(agent, users)
                        self.assertTrue(all(users))

    def test_moved(self):
        ticket = self.make_ticket(partner_id=self.anna.partner_id.id)
        self.desk.member_ids = self.anna + self.bora
        with freeze_time(at(NOON)):
            ticket.team_id = self.desk
        self.assertEqual(ticket.user_id, self.bora)

    def test_among_others_in_one_call(self):
        """The rest is shared out as ever, and each knows why."""
        with freeze_time(at(NOON)):
            tickets = self.env['helpdesk.lite.ticket'].create([
                {'name': str(index), 'team_id': self.desk.id,
                 'partner_id': self.anna.partner_id.id if index in (0, 4) else False}
                for index in range(6)])
        self.assertNotIn(self.anna, (tickets[0] + tickets[4]).user_id)
        counts = [len(tickets.filtered(lambda t, user=user: t.user_id == user))
                  for user in self.members]
        self.assertEqual(sorted(counts), [1, 2, 3] if 3 in counts else [2, 2, 2])
        notes = {ticket: self.get_notes(ticket).body for ticket in tickets}
        for index, ticket in enumerate(tickets):
            self.assertEqual('Not Helpdesk anna' in notes[ticket], index in (0, 4))

    def test_the_one_who_works_later_gets_it(self):
        """Where only who asks is at work the next of the others is looked for."""
        self.make_leave(self.make_resource(self.bora), '03-04 08:00', '03-05 17:00')
        self.desk.member_ids = self.anna + self.bora
        self.assertEqual(self.assign(NOON, partner_id=self.anna.partner_id.id), [self.bora])

    def test_alone(self):
        """It stays unassigned, says why, and the administrators hear of it; by hand it can be."""
        self.desk.member_ids = [Command.set(self.anna.ids)]
        self.follow(self.desk, self.agent)
        with freeze_time(at(NOON)):
            ticket = self.make_ticket(self.desk, partner_id=self.anna.partner_id.id)
        self.assertFalse(ticket.user_id)
        self.assertIn('nobody but Helpdesk anna', self.get_notes(ticket).body)
        self.assertTrue(ticket.activity_ids)
        ticket.with_user(self.anna).action_assign_to_me()
        self.assertEqual(ticket.user_id, self.anna)
