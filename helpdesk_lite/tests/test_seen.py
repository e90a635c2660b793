from odoo.fields import Domain

from ..models.access import seen
from .common import HelpdeskLiteCommon

TICKET, TEAM = 'helpdesk.lite.ticket', 'helpdesk.lite.team'


class TestSeen(HelpdeskLiteCommon):
    """Rows of Odoo's own models: whom they cost what, and that asking otherwise shows no more."""

    def test_asked_models(self):
        """What a domain asks for alone; whatever isn't sure means any."""
        one = Domain('res_model', '=', TICKET)
        for domain, expected in (
            (one, {TICKET}),
            ([('res_model', '=', TICKET), ('res_id', '=', 1)], {TICKET}),
            ([('res_id', '=', 1), ('res_model', 'in', [TEAM, 'res.partner'])],
             {TEAM, 'res.partner'}),
            (one | Domain('res_id', '=', 1), None),
            (~one, None),
            ([('res_model', '!=', TICKET)], None),
            ([('res_model', 'not in', [TICKET])], None),
            ([('res_model', 'like', 'ticket')], None),
            ([('res_model', '=', False)], None),
            (Domain.TRUE, None),
            ([], None),
        ):
            with self.subTest(domain=str(domain)):
                self.assertEqual(seen.find_asked(domain, 'res_model'), expected)

    def test_others_cost_nothing(self):
        """Followers of another application's record are searched by Odoo's own statement."""
        followers = self.env['mail.followers'].with_user(self.agent)
        for asked, costs in (('res.partner', False), (TICKET, True)):
            with self.subTest(asked=asked):
                query = followers._search([('res_model', '=', asked), ('res_id', '=', 1)])
                self.assertEqual('helpdesk_lite' in query.select().code, costs)

    def test_each_way_of_asking_shows_the_same(self):
        """A hidden ticket's rows are hidden, however the domain names the model."""
        hidden, shown = self.make_ticket(self.team_private), self.make_ticket()
        (hidden | shown).message_subscribe(self.customer.ids)
        activities = [
            ticket.activity_schedule(
                'mail.mail_activity_data_todo', user_id=self.manager.id).id
            for ticket in (hidden, shown)]
        rows = {
            'mail.followers': (hidden | shown).message_follower_ids.ids,
            'mail.activity': activities,
        }
        both = [hidden.id, shown.id]
        domains = (
            [('res_model', '=', TICKET), ('res_id', 'in', both)],
            [('res_id', 'in', both), ('res_model', 'in', [TICKET])],
            ['|', ('res_model', '=', TICKET), ('res_model', '=', 'res.partner')],
            ['!', ('res_model', '=', 'res.partner')],
            [('res_model', 'like', 'helpdesk')],
            [],
        )
        for model, ids in rows.items():
            Model = self.env[model].with_user(self.agent)
            for domain in domains:
                with self.subTest(model=model, domain=domain):
                    found = Model.search(Domain(domain) & Domain('id', 'in', ids))
                    self.assertEqual(set(found.mapped('res_id')), {shown.id})

    def test_few_rows_are_looked_up_one_by_one(self):
        """Not all that the agent may read is gathered for some rows; nothing for a ticket's own."""
        hidden, ticket = self.make_ticket(self.team_private), self.make_ticket()
        followers = self.env['mail.followers'].with_user(self.agent)
        for ids, condition in (
                (ticket.ids, False), (hidden.ids, True), ((ticket | hidden).ids, True),
                ([0], True), ([ticket.id, 10 ** 9], True)):
            with self.subTest(ids=ids):
                query = followers._search([('res_model', '=', TICKET), ('res_id', 'in', ids)])
                self.assertEqual('EXISTS' in query.select().code, condition)
        statement = followers._search([('partner_id', '=', self.customer.id)]).select()
        self.assertIn('EXISTS (SELECT 1 FROM "helpdesk_lite_ticket"', statement.code)
        self.assertNotIn('IN (SELECT "helpdesk_lite_ticket"."id"', statement.code)

    def test_who_may_read_no_ticket(self):
        """An employee without a right for Helpdesk sees no row of a ticket."""
        ticket = self.make_ticket()
        ticket.message_subscribe(self.customer.ids)
        query = self.env['mail.followers'].with_user(self.employee)._search(
            [('res_model', '=', TICKET), ('res_id', '=', ticket.id)])
        self.assertFalse(query.get_result_ids())
