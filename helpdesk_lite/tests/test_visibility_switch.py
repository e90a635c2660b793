import random

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form

from .common import MANAGER, USER, VISIBILITIES, HelpdeskLiteCommon


class TestVisibilitySwitch(HelpdeskLiteCommon):
    """Leaving and entering the visibility "public"."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.make_ticket(partner_id=cls.portal.partner_id.id)
        cls.foreign = cls.make_ticket(partner_id=cls.customer.id)
        cls.closed = cls.make_ticket(
            partner_id=cls.portal.partner_id.id, stage_id=cls.stage_solved.id)
        cls.follow(cls.team, cls.portal_stranger + cls.agent_team)

    def sees(self, user, ticket):
        own = ticket.with_user(user)
        self.env.flush_all()
        self.env.invalidate_all()
        found = bool(own.search([('id', '=', ticket.id)]))
        self.assertEqual(own.has_access('read'), found, 'found as it can be read')
        return found

    def test_portal_internal_portal(self):
        self.assertTrue(self.sees(self.portal, self.ticket))
        self.team.with_user(self.manager).privacy_visibility = 'internal'
        for record in (self.team, self.ticket, self.closed):
            self.assertFalse(self.is_follower(record, self.portal))
            self.assertFalse(self.is_follower(record, self.portal_stranger))
        self.assertFalse(self.sees(self.portal, self.ticket))
        for record in (self.team, self.ticket):
            self.assertTrue(self.is_follower(record, self.agent_team), 'agents stay')
        self.assertTrue(self.is_follower(self.foreign, self.customer), 'contacts stay')
        self.team.with_user(self.manager).privacy_visibility = 'portal'
        self.assertTrue(self.is_follower(self.ticket, self.portal), 'customers are invited again')
        self.assertFalse(self.is_follower(self.closed, self.portal), 'to open tickets')
        self.assertFalse(self.is_follower(self.ticket, self.portal_stranger))
        self.assertTrue(self.sees(self.portal, self.ticket))

    def test_between_hidden_ones_nothing_happens(self):
        self.team_company.privacy_visibility = 'invited_internal'
        ticket = self.make_ticket(self.team_company, partner_id=self.portal.partner_id.id)
        self.team_company.privacy_visibility = 'internal'
        self.assertTrue(self.is_follower(ticket, self.portal))
        self.assertFalse(self.sees(self.portal, ticket))

    def test_same_value_changes_nothing(self):
        self.ticket.message_unsubscribe(self.portal.partner_id.ids)
        self.team.privacy_visibility = 'portal'
        self.assertFalse(self.is_follower(self.ticket, self.portal))

    def test_user_who_is_portal_and_internal_stays(self):
        """A contact with an internal user is no portal user, whatever else logs in as it."""
        self.env['res.users'].create({
            'name': 'Second login', 'login': 'hdl_second_login',
            'partner_id': self.agent.partner_id.id, 'company_id': self.company.id,
            'company_ids': [Command.set(self.company.ids)],
            'group_ids': [Command.set(self.env.ref('base.group_portal').ids)]})
        self.follow(self.ticket, self.agent)
        self.team.privacy_visibility = 'internal'
        self.assertTrue(self.is_follower(self.ticket, self.agent))

    def test_user_made_in_the_same_transaction(self):
        """What waits to be written counts, too."""
        partner = self.customer
        user = self.make_user('late', 'base.group_portal', partner_id=partner.id)
        self.team.privacy_visibility = 'internal'
        self.assertFalse(self.is_follower(self.foreign, user))

    def test_form_warns_before_saving(self):
        with Form(self.team.with_user(self.manager)) as form:
            self.assertFalse(form.privacy_visibility_warning)
            form.privacy_visibility = 'internal'
            self.assertIn('removed', form.privacy_visibility_warning)
            form.privacy_visibility = 'portal'
            self.assertFalse(form.privacy_visibility_warning)
        with Form(self.team_private.with_user(self.manager)) as form:
            form.privacy_visibility = 'internal'
            self.assertFalse(form.privacy_visibility_warning)
            form.privacy_visibility = 'portal'
            self.assertIn('become followers', form.privacy_visibility_warning)

    def test_constant_queries(self):
        counts = []
        for number in (10, 10, 500):  # the first fills what Odoo remembers
            team = self.make_team(name=f'With {number}')
            tickets = self.env['helpdesk.lite.ticket'].with_context(tracking_disable=True).create([
                {'name': str(index), 'team_id': team.id, 'partner_id': self.portal.partner_id.id}
                for index in range(number)])
            self.assertTrue(self.is_follower(tickets, self.portal))
            counts.append([])
            for visibility in ('internal', 'portal'):
                with self.assert_queries(30, self.env) as limit:
                    team.privacy_visibility = visibility
                counts[-1].append(limit.count)
                self.assertEqual(self.is_follower(tickets, self.portal), visibility == 'portal')
        self.assertEqual(counts[1], counts[2])

    # ------------------------------------------------------------------
    # Single tickets
    # ------------------------------------------------------------------

    def test_moved_out_of_a_public_team(self):
        self.follow(self.ticket, self.portal_stranger)
        self.ticket.message_subscribe(self.customer.ids)
        self.ticket.with_user(self.agent).team_id = self.team_company
        self.assertFalse(self.is_follower(self.ticket, self.portal))
        self.assertFalse(self.is_follower(self.ticket, self.portal_stranger))
        self.assertTrue(self.is_follower(self.ticket, self.customer), 'contacts stay')
        self.assertTrue(self.is_follower(self.closed, self.portal), 'only of the moved one')
        self.ticket.with_user(self.agent).team_id = self.team
        self.assertTrue(self.is_follower(self.ticket, self.portal))

    def test_moved_and_given_a_customer_at_once(self):
        """One write with both: the portal user doesn't come in by the new customer."""
        self.foreign.write({
            'team_id': self.team_company.id, 'partner_id': self.portal.partner_id.id})
        self.assertFalse(self.sees(self.portal, self.foreign))
        self.assertFalse(self.is_follower(self.foreign, self.portal))

    def test_moves_of_many(self):
        tickets = self.make_tickets(20, partner_id=self.portal.partner_id.id)
        mixed = tickets + self.make_tickets(5, self.team_company)
        mixed.team_id = self.team_company
        self.assertFalse(self.is_follower(tickets[:1], self.portal))
        self.assertFalse(self.env['mail.followers'].search_count([
            ('res_model', '=', tickets._name), ('res_id', 'in', tickets.ids),
            ('partner_id', '=', self.portal.partner_id.id)]))

    def test_moves_only_into_teams_that_one_sees(self):
        with self.assertRaises(AccessError):
            self.ticket.with_user(self.agent).team_id = self.team_private
        self.follow(self.team_private, self.agent)
        self.ticket.with_user(self.agent).team_id = self.team_private
        self.assertEqual(self.ticket.team_id, self.team_private)

    def test_customer_in_a_hidden_team_may_follow_but_sees_nothing(self):
        for team in (self.team_private, self.team_company):
            ticket = self.make_ticket(team, partner_id=self.portal.partner_id.id)
            self.assertTrue(self.is_follower(ticket, self.portal))
            self.assertFalse(self.sees(self.portal, ticket))


class TestVisibleToUser(HelpdeskLiteCommon):
    """The two halves of the rules: what PostgreSQL gets, and what single records are checked by."""

    def test_search_and_compute_agree_on_random_data(self):
        chance = random.Random(19)
        teams = [self.make_team(
            name=f'Random {index}', privacy_visibility=chance.choice(VISIBILITIES),
            company_id=chance.choice((self.company, self.other_company)).id) for index in range(12)]
        both = self.make_user('both', USER, company_ids=[
            Command.set((self.company + self.other_company).ids)])
        users = self.agent + self.manager + self.portal + self.other_agent + both + self.employee
        tickets = self.env['helpdesk.lite.ticket'].with_context(tracking_disable=True).create([
            {'name': str(index), 'team_id': chance.choice(teams).id} for index in range(80)])
        for index, record in enumerate((*teams, *tickets)):
            if index == len(teams):  # who follows tickets is drawn anew, whatever their team
                self.env['mail.followers'].search([('res_model', '=', tickets._name)]).unlink()
            if chosen := [user for user in users if chance.random() < 0.25]:
                self.env['mail.followers'].create([
                    {'res_model': record._name, 'res_id': record.id,
                     'partner_id': user.partner_id.id} for user in chosen])
        for user in users:
            for companies in (user.company_ids, *user.company_ids):
                with self.subTest(user=user.login, companies=companies.ids):
                    self.check_agreement(tickets.with_user(user).with_context(
                        allowed_company_ids=companies.ids))

    def check_agreement(self, tickets):
        tickets = tickets.with_context(active_test=False)
        self.env.invalidate_all()
        everything = [('id', 'in', tickets.ids)]
        # the field itself, in superuser mode as rules are read: without the rule of companies
        searched = tickets.sudo().search([*everything, ('visible_to_user', '=', True)])
        self.assertEqual(searched, tickets.sudo().search(everything).filtered('visible_to_user'))
        hidden = tickets.sudo().search([*everything, ('visible_to_user', '=', False)])
        self.assertEqual(set(hidden.ids), set(tickets.ids) - set(searched.ids))
        # and what comes of it for the user
        if tickets.has_access('read') or tickets.browse().has_access('read'):
            found = tickets.search(everything)
            self.assertEqual(found.ids, tickets.search(everything)._filtered_access('read').ids)
            self.assertEqual(set(tickets._filtered_access('read').ids), set(found.ids))
            self.assertLessEqual(found.company_id.sudo(), tickets.env.companies)

    def test_no_query_per_ticket(self):
        """Checking a thousand tickets in Python costs as many queries as checking ten."""
        tickets = self.env['helpdesk.lite.ticket'].with_context(tracking_disable=True).create([
            {'name': str(index), 'team_id': self.team_private.id} for index in range(300)])
        self.follow(tickets[:1], self.agent_ticket)
        counts = []
        for number in (10, 10, 300):
            with self.assert_queries(20, self.env) as limit:
                allowed = tickets[:number].with_user(self.agent_ticket)._filtered_access('write')
            self.assertEqual(allowed.ids, tickets[:1].ids)
            counts.append(limit.count)
        self.assertEqual(counts[1], counts[2])

    def test_what_waits_to_be_written_counts(self):
        """A move is seen by the next search, though it isn't in the database yet."""
        ticket = self.make_ticket(self.team_private)
        found = self.env['helpdesk.lite.ticket'].with_user(self.agent).search
        self.assertFalse(found([('id', '=', ticket.id)]))
        ticket.with_context(tracking_disable=True)._fields['team_id'].write(ticket, self.team.id)
        self.assertTrue(found([('id', '=', ticket.id)]))

    def test_hidden_teams(self):
        """None hidden, all hidden, some hidden: the three forms of the search."""
        for visibilities, expected in (
            (('portal', 'portal'), 2), (('invited_internal', 'portal'), 1),
            (('invited_internal', 'invited_internal'), 0),
        ):
            teams = [self.make_team(privacy_visibility=v) for v in visibilities]
            tickets = self.env['helpdesk.lite.ticket'].union(
                *(self.make_ticket(team) for team in teams))
            others = self.env['helpdesk.lite.team'].search([
                ('company_id', '=', self.company.id),
                ('id', 'not in', [team.id for team in teams])])
            others.privacy_visibility = visibilities[0]
            with self.subTest(visibilities=visibilities):
                domain = [('id', 'in', tickets.ids)]
                self.assertEqual(len(tickets.with_user(self.agent).search(domain)), expected)
                self.assertEqual(len(tickets.with_user(self.manager).search(domain)), 2)
                self.follow(tickets, self.agent)
                self.assertEqual(len(tickets.with_user(self.agent).search(domain)), 2)
            tickets.unlink()

    def test_company_switch(self):
        """What was found with one company active isn't what is found with the other."""
        both = self.make_user('both', MANAGER, company_ids=[
            Command.set((self.company + self.other_company).ids)])
        here, there = self.make_ticket(), self.make_ticket(self.other_team)
        Ticket = self.env['helpdesk.lite.ticket'].with_user(both)
        domain = [('id', 'in', (here + there).ids)]
        for companies, expected in (
            (self.company, here), (self.other_company, there),
            (self.company + self.other_company, here + there), (self.company, here),
        ):
            found = Ticket.with_context(allowed_company_ids=companies.ids).search(domain)
            self.assertEqual(set(found.ids), set(expected.ids))

    def test_followed_ticket_of_the_other_company_stays_hidden(self):
        ticket = self.make_ticket(self.other_team)
        self.follow(ticket + self.make_ticket(), self.agent)
        self.assertFalse(ticket.with_user(self.agent).has_access('read'))

    def read_columns(self, user, **context):
        groups = self.env['helpdesk.lite.ticket'].with_user(user).with_context(
            **context).web_read_group(
            [('team_id', 'in', self.env['helpdesk.lite.team'].search([]).ids)], ['stage_id'],
            auto_unfold=True, unfold_read_specification={'name': {}})['groups']
        return {row['id'] for group in groups for row in group.get('__records', ())}

    def test_who_sees_which_teams_is_looked_up_once(self):
        """What is kept for the transaction is kept for nobody else, and not past a change."""
        hidden, public = self.make_ticket(self.team_private), self.make_ticket()
        both = {hidden.id, public.id}
        foreign = self.make_ticket(self.other_team)

        def leave_and_come_back():
            with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
                self.follow(self.team_private, self.agent)
                self.assertEqual(self.read_columns(self.agent), both)
                raise ZeroDivisionError  # the transaction goes back to before they followed

        steps = (
            ('a follower', lambda: self.follow(self.team_private, self.agent), both),
            ('none any more', lambda: self.team_private.message_unsubscribe(
                self.agent.partner_id.ids), {public.id}),
            ('a savepoint', leave_and_come_back, {public.id}),
            ('visibility', lambda: self.team_private.write(
                {'privacy_visibility': 'internal'}), both),
            ('another company', lambda: self.agent.write({
                'company_ids': [Command.link(self.other_company.id)]}), both | {foreign.id}),
        )
        self.assertEqual(self.read_columns(self.agent), {public.id})
        self.assertEqual(self.read_columns(self.manager), both)
        for name, change, seen in steps:
            with self.subTest(after=name):
                change()
                self.assertEqual(self.read_columns(self.agent), seen)
                self.assertEqual(self.read_columns(self.manager), both)
                self.assertEqual(
                    hidden.with_user(self.agent).has_access('read'), hidden.id in seen)

    def test_nobody_reads_what_is_kept(self):
        for user in (self.agent, self.manager, self.portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                user.with_user(user).read(['helpdesk_lite_seen_teams'])
