from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import HelpdeskLiteCommon

ORDER = 'priority desc, id desc'


@tagged('post_install', '-at_install')
class TestDeskNext(HelpdeskLiteCommon):
    """Next leads on in the list that one came from."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tickets = cls.make_tickets(9).sorted('id', reverse=True)  # as the list has them
        cls.Ticket = cls.env['helpdesk.lite.ticket'].with_user(cls.agent)
        cls.domain = [('team_id', '=', cls.team.id), ('is_closed', '=', False)]

    def get_next(self, page, current, offset=0, visited=(), order=ORDER, user=None):
        """What comes after a ticket of a page, which is a list of tickets as they were loaded."""
        part = {
            'domain': self.domain, 'known_ids': page.ids, 'offset': offset,
            'ids': page.ids[page.ids.index(current.id) + 1:]}
        found = self.Ticket.with_user(user or self.agent).get_next_ticket(
            [part], order, [current.id, *visited])
        return self.tickets.browse(found and found['id'])

    def test_to_the_end_of_the_list(self):
        """Through the page that was loaded, on into the next ones, and no further."""
        page, ticket, walked = self.tickets[:3], self.tickets[0], self.tickets[0]
        while following := self.get_next(page, ticket, visited=walked.ids):
            walked += following
            page |= following
            ticket = following
        self.assertEqual(walked.ids, self.tickets.ids)

    def test_past_what_is_gone(self):
        page = self.tickets[:4]
        page[1].stage_id = self.stage_solved
        page[2].with_context(mail_notrack=True).team_id = self.team_private
        self.assertEqual(self.get_next(page, page[0]), page[3])
        page[3].unlink()
        self.assertEqual(self.get_next(page, page[0]), self.tickets[4])

    def test_an_order_that_the_work_changes(self):
        """Whoever answers moves a ticket to another place, and still goes on from where it was."""
        page = self.tickets[:3]
        page[0].priority = '3'
        page[1].priority = '0'
        self.assertEqual(self.get_next(page, page[0]), page[1])
        self.assertEqual(self.get_next(page, page[2], visited=page.ids), self.tickets[3])

    def test_a_page_in_the_middle(self):
        page = self.tickets[3:6]
        self.assertEqual(self.get_next(page, page[2], offset=3), self.tickets[6])

    def test_groups(self):
        """A column ends, and the next one goes on; what one has been to isn't shown again."""
        new, progress = self.tickets[:4], self.tickets[4:]
        progress.stage_id = self.stage_progress
        parts = [{
            'domain': [*self.domain, ('stage_id', '=', stage.id)], 'known_ids': known.ids,
            'ids': ids} for stage, known, ids in (
                (self.stage_new, new, []), (self.stage_progress, progress[:1], progress[:1].ids))]
        new[3].stage_id = self.stage_progress  # it was answered
        visited = new.ids
        self.assertEqual(
            self.Ticket.get_next_ticket(parts, ORDER, visited),
            {'id': progress[0].id, 'part': 1})
        parts[1]['ids'] = []
        self.assertEqual(
            self.Ticket.get_next_ticket(parts, ORDER, visited)['id'], progress[1].id)

    def test_orders(self):
        for order in (None, '', 'stage_id, id', 'user_id desc', 'waiting_since', 'name asc'):
            with self.subTest(order=order):
                found = self.get_next(self.tickets[:2], self.tickets[1], order=order)
                self.assertIn(found, self.tickets[2:])

    def test_nothing_that_one_may_not_see(self):
        self.tickets[2:].write({'team_id': self.team_private.id})
        part = {'domain': [], 'known_ids': self.tickets.ids[:2], 'ids': self.tickets.ids[2:]}
        parts = [{**part, 'domain': [('id', 'in', self.tickets.ids)]}]
        self.assertFalse(self.Ticket.get_next_ticket(parts, ORDER, self.tickets.ids[:2]))
        with self.assertRaises(AccessError):
            self.Ticket.with_user(self.employee).get_next_ticket(parts, ORDER)

    def test_cost(self):
        """The teams that one sees, the rules, and the one query for the next ticket."""
        self.get_next(self.tickets[:3], self.tickets[0])
        for current in (self.tickets[0], self.tickets[2]):
            with self.subTest(current=current.id), self.assert_queries(3, self.env):
                self.get_next(self.tickets[:3], current)
