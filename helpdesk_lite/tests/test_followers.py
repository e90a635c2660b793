from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import USER, HelpdeskLiteCommon, HelpdeskLiteMailCommon


@tagged('post_install', '-at_install')
class TestFollowTeam(HelpdeskLiteMailCommon):
    """Follow All Team's Tickets."""

    def test_follows_open_tickets_at_once_and_each_new_one(self):
        opened, closed, archived, foreign = (
            self.make_ticket(), self.make_ticket(stage_id=self.stage_solved.id),
            self.make_ticket(active=False), self.make_ticket(self.team_company))
        self.team.with_user(self.agent).message_subscribe(self.agent.partner_id.ids)
        self.assertTrue(self.is_follower(opened, self.agent))
        for ticket in (closed, archived, foreign):
            self.assertFalse(self.is_follower(ticket, self.agent))
        self.assertTrue(self.is_follower(self.make_ticket(), self.agent))
        self.assertFalse(self.is_follower(self.make_ticket(self.team_company), self.agent))

    def test_moved_ticket_is_followed_by_the_followers_of_both_teams(self):
        """Who followed it keeps following: their access ends only by removing them."""
        self.follow(self.team, self.agent_team)
        self.follow(self.team_company, self.agent)
        ticket = self.make_ticket()
        ticket.team_id = self.team_company
        self.assertTrue(self.is_follower(ticket, self.agent))
        self.assertTrue(self.is_follower(ticket, self.agent_team))

    def test_follower_becomes_somebody_else(self):
        """By a write on the row, as other applications do: at once the one sees, the other not."""
        ticket = self.make_ticket(self.team_private)
        for record in (self.team_private, ticket):
            self.follow(record, self.agent)
        seen = ticket.with_user(self.agent)
        self.assertTrue(seen.search([('id', '=', ticket.id)]).has_access('read'))
        self.env['mail.followers'].search([
            ('partner_id', '=', self.agent.partner_id.id),
            ('res_model', 'in', [self.team._name, ticket._name]),
            ('res_id', 'in', [self.team_private.id, ticket.id]),
        ]).write({'partner_id': self.agent_ticket.partner_id.id})
        self.assertFalse(seen.search([('id', '=', ticket.id)]))
        self.assertFalse(seen.has_access('read'))
        self.assertTrue(ticket.with_user(self.agent_ticket).has_access('read'))

    def test_leaving_unfollows_the_tickets(self):
        tickets = self.make_tickets(3)
        self.follow(self.team, self.agent_team + self.agent)
        self.assertTrue(self.is_follower(tickets, self.agent_team))
        self.team.message_unsubscribe(self.agent_team.partner_id.ids)
        self.assertEqual(self.followers(tickets), self.agent.partner_id)

    def followers(self, tickets):
        self.env.invalidate_all()
        return tickets.message_partner_ids

    def test_leaving_keeps_assignee_and_customer(self):
        own = self.make_ticket(user_id=self.agent_team.id)
        asked = self.make_ticket(partner_id=self.agent_team.partner_id.id)
        other = self.make_ticket()
        self.follow(self.team, self.agent_team)
        self.assertTrue(self.is_follower(own + asked + other, self.agent_team))
        self.team.message_unsubscribe(self.agent_team.partner_id.ids)
        self.assertTrue(self.is_follower(own + asked, self.agent_team))
        self.assertFalse(self.is_follower(other, self.agent_team))

    def test_leaving_one_team_keeps_the_tickets_of_another(self):
        here, there = self.make_ticket(), self.make_ticket(self.team_company)
        self.follow(self.team + self.team_company, self.agent_team)
        self.team.message_unsubscribe(self.agent_team.partner_id.ids)
        self.assertFalse(self.is_follower(here, self.agent_team))
        self.assertTrue(self.is_follower(there, self.agent_team))

    def test_new_follower_is_told(self):
        """By whoever made them follow; those who click themselves see it on their screen."""
        self.make_tickets(2)
        self.agent.notification_type = 'email'
        with self.mock_mail_gateway():
            self.team.with_user(self.manager).message_subscribe(
                (self.agent + self.assignee).partner_id.ids)
        mail, = self.sent_to(self.agent.email)
        self.assertIn('its open tickets (2)', mail['body'])
        inbox = self.env['mail.notification'].search([
            ('res_partner_id', '=', self.assignee.partner_id.id),
            ('notification_type', '=', 'inbox')])
        self.assertIn('its open tickets (2)', inbox.mail_message_id.body)
        with self.mock_mail_gateway(), self.mock_bus():
            self.team.with_user(self.agent_team).message_subscribe(
                self.agent_team.partner_id.ids)
        self.assertFalse(self._mails)
        self.assertIn('You now follow', str(self._new_bus_notifs.mapped('message')))

    def test_nobody_is_told_twice(self):
        self.agent.notification_type = 'email'
        with self.mock_mail_gateway():
            self.follow(self.team, self.agent)
            self.follow(self.team, self.agent)
        self.assertEqual(len(self.sent_to(self.agent.email)), 1)

    def test_field_of_the_team(self):
        """Users and contacts, several at once; for administrators alone."""
        ticket = self.make_ticket()
        chosen = self.agent.partner_id + self.customer
        form = Form(self.team.with_user(self.manager))
        for partner in chosen:
            form.message_partner_ids.add(partner)
        form.save()
        for partner in chosen:
            self.assertTrue(self.is_follower(self.team, partner))
            self.assertTrue(self.is_follower(ticket, partner))
        with Form(self.team.with_user(self.manager)) as form:
            form.message_partner_ids.remove(self.customer.id)
        self.assertFalse(self.is_follower(ticket, self.customer))
        self.assertEqual(
            self.team.with_user(self.agent).message_partner_ids, self.agent.partner_id)
        with self.assertRaises(AccessError):
            self.team.with_user(self.agent).message_partner_ids = chosen
        made = self.env['helpdesk.lite.team'].with_user(self.manager).create({'name': 'New'})
        self.assertEqual(made.message_partner_ids, self.manager.partner_id)

    def test_agents_cant_make_others_follow_a_team(self):
        with self.assertRaises(AccessError):
            self.team.with_user(self.agent).message_subscribe(self.assignee.partner_id.ids)
        self.assertFalse(self.is_follower(self.team, self.assignee))

    def test_constant_queries(self):
        counts = []
        for number in (10, 10, 200):  # the first fills what Odoo remembers
            team = self.make_team(name=f'With {number}')
            self.make_tickets(number, team)
            counts.append([])
            for work in ('message_subscribe', 'message_unsubscribe'):
                self.env.flush_all()
                self.env.invalidate_all()
                with self.assert_queries(40, self.env) as limit:
                    getattr(team, work)(self.agent_team.partner_id.ids)
                counts[-1].append(limit.count)
        self.assertEqual(counts[1], counts[2])

    def test_follower_rows_have_the_subtypes_of_their_kind(self):
        """Whoever follows the team hears of each new ticket, its customer doesn't."""
        self.follow(self.team, self.agent_team)
        ticket = self.make_ticket(partner_id=self.customer.id)
        rows = {row.partner_id: row.subtype_ids for row in ticket.message_follower_ids}
        self.assertIn(
            self.env.ref('helpdesk_lite.mt_ticket_new'), rows[self.agent_team.partner_id])
        self.assertIn(self.env.ref('mail.mt_comment'), rows[self.agent_team.partner_id])
        self.assertEqual(rows[self.customer], self.env.ref('mail.mt_comment'))

    def test_followers_keep_the_subtypes_that_they_chose(self):
        ticket = self.make_ticket()
        comment = self.env.ref('mail.mt_comment')
        ticket.message_subscribe(self.agent.partner_id.ids, comment.ids)
        self.follow(self.team, self.agent)
        row = ticket.message_follower_ids.filtered(
            lambda r: r.partner_id == self.agent.partner_id)
        self.assertEqual(row.subtype_ids, comment)


@tagged('post_install', '-at_install')
class TestCustomerFollows(HelpdeskLiteMailCommon):
    """The customer follows from the creation, whatever made the ticket."""

    def test_by_an_agent(self):
        ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent).create({
            'name': 'Call', 'team_id': self.team.id, 'partner_id': self.customer.id})
        self.assertTrue(self.is_follower(ticket, self.customer))

    def test_by_api_with_an_address_only(self):
        ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent).create({
            'name': 'Call', 'team_id': self.team.id, 'partner_email': 'Nora <nora@new.example.org>',
            'partner_name': 'Nora New'})
        self.assertEqual(ticket.partner_id.name, 'Nora New')
        self.assertTrue(self.is_follower(ticket, ticket.partner_id))

    def test_by_import(self):
        result = self.env['helpdesk.lite.ticket'].with_user(self.agent).load(
            ['name', 'team_id', 'partner_id', 'stage_id', 'priority'],
            [['Imported', self.team.name, self.customer.name, 'Test Solved', 'Urgent']])
        self.assertFalse(result['messages'])
        ticket = self.env['helpdesk.lite.ticket'].browse(result['ids'])
        self.assertTrue(self.is_follower(ticket, self.customer))
        self.assertTrue(ticket.is_closed)
        self.assertEqual(ticket.priority, '3')

    def test_by_a_copy(self):
        copy = self.make_ticket(partner_id=self.customer.id).with_user(self.agent).copy()
        self.assertTrue(self.is_follower(copy, self.customer))

    def test_customer_is_given_later(self):
        ticket = self.make_ticket()
        ticket.with_user(self.agent).partner_id = self.customer
        self.assertTrue(self.is_follower(ticket, self.customer))

    def test_defaults_of_the_screen_are_no_defaults_of_the_contact(self):
        """A new contact must not get the stage, team or name of the screen that made it."""
        ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent).with_context(
            default_team_id=self.team.id, default_user_id=self.agent.id, default_color=5,
            default_type='delivery', default_parent_id=self.customer.id).create({
                'name': 'Call', 'partner_email': 'nora@new.example.org'})
        self.assertFalse(ticket.partner_id.parent_id)
        self.assertEqual(ticket.partner_id.type, 'contact')
        self.assertFalse(ticket.partner_id.color)

    def test_archived_customer_follows_nothing(self):
        self.customer.active = False
        ticket = self.make_ticket(partner_id=self.customer.id)
        self.assertFalse(self.is_follower(ticket, self.customer))

    def test_external_contact_is_mailed_whatever_the_visibility(self):
        for visibility, team in self.teams.items():
            ticket = self.make_ticket(team, partner_id=self.customer.id)
            with self.subTest(visibility=visibility), self.mock_mail_gateway():
                ticket.with_user(self.manager).message_post(
                    body='We work on it', message_type='comment', subtype_xmlid='mail.mt_comment')
                mail, = self.sent_to(self.customer.email_normalized)
                self.assertNotIn('/my/', mail['body'])
                if visibility != 'portal':  # the portal addon links customers of public teams
                    self.assertNotIn('access_token', mail['body'])


class TestAssigneeFollows(HelpdeskLiteCommon):
    """Being the assignee makes a follower, and so gives access."""

    def test_on_creation_and_by_write(self):
        ticket = self.make_ticket(self.team_private, user_id=self.assignee.id)
        self.assertTrue(ticket.with_user(self.assignee).has_access('write'))
        ticket.user_id = self.agent
        self.assertTrue(ticket.with_user(self.agent).has_access('write'))

    def test_private_team_of_invited_agents(self):
        """An agent who follows nothing has no access, before and after others got it."""
        ticket = self.make_ticket(self.team_private)
        self.assertFalse(ticket.with_user(self.agent).has_access('read'))
        self.follow(ticket, self.agent_ticket)
        self.assertFalse(ticket.with_user(self.agent).has_access('read'))
        self.follow(ticket, self.agent)
        self.assertTrue(ticket.with_user(self.agent).has_access('read'))

    def test_creator_follows(self):
        ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent).create(
            {'name': 'Mine', 'team_id': self.team.id})
        self.assertTrue(self.is_follower(ticket, self.agent))

    def test_inactive_assignee_is_no_follower(self):
        self.assignee.active = False
        ticket = self.make_ticket(user_id=self.assignee.id)
        self.assertFalse(self.is_follower(ticket, self.assignee))


class TestAdministratorsAreCalled(HelpdeskLiteCommon):
    """A ticket that nobody follows and nobody is assigned to."""

    def activities(self, ticket):
        return self.env['mail.activity'].search([
            ('res_model', '=', ticket._name), ('res_id', 'in', ticket.ids)])

    def test_called(self):
        ticket = self.make_ticket(partner_id=self.customer.id)
        activity = self.activities(ticket)
        self.assertEqual(activity.user_id, self.manager, 'those of its company, and only those')
        self.assertFalse(self.is_follower(ticket, self.manager), 'an activity is no invitation')

    def test_not_called(self):
        self.assertFalse(self.activities(self.make_ticket(user_id=self.agent.id)))
        self.follow(self.team, self.agent_team)
        self.assertFalse(self.activities(self.make_ticket()))

    def test_called_where_only_the_customer_follows(self):
        """Also where the customer is an employee, as of an internal IT desk."""
        ticket = self.make_ticket(partner_id=self.employee.partner_id.id)
        self.assertEqual(self.activities(ticket).user_id, self.manager)

    def test_other_company(self):
        ticket = self.make_ticket(self.other_team)
        self.assertEqual(self.activities(ticket).user_id, self.other_manager)

    def test_one_is_open_for_a_team(self):
        """Each administrator has one for a team, until it is done."""
        second = self.make_user('second', 'helpdesk_lite.group_helpdesk_lite_manager')
        tickets = self.make_tickets(3)
        self.assertEqual(self.activities(tickets).mapped('res_id'), tickets[:1].ids * 2)
        self.assertEqual(self.activities(tickets).user_id, self.manager + second)
        self.assertFalse(self.activities(self.make_ticket()))
        self.assertTrue(self.activities(self.make_ticket(self.team_company)))
        self.activities(tickets).action_feedback(feedback='Seen')
        self.assertTrue(self.activities(self.make_ticket()))


@tagged('post_install', '-at_install')
class TestNotices(HelpdeskLiteMailCommon):
    """Who is told of new tickets."""

    def inbox(self, user):
        return self.env['mail.notification'].search([
            ('res_partner_id', '=', user.partner_id.id)]).mail_message_id

    def test_followers_of_the_team_are_told_of_a_new_ticket(self):
        self.follow(self.team, self.agent_team)
        before = self.inbox(self.agent_team)
        ticket = self.make_ticket(partner_id=self.customer.id)
        message = self.inbox(self.agent_team) - before
        self.assertEqual((message.model, message.res_id), (ticket._name, ticket.id))

    def test_many_tickets_are_one_notice(self):
        self.follow(self.team, self.agent_team)
        before = self.inbox(self.agent_team)
        self.make_tickets(60)
        message = self.inbox(self.agent_team) - before
        self.assertEqual(len(message), 1)
        self.assertIn('Team portal: 60', message.subject)

    def test_customer_isnt_told_of_the_creation(self):
        with self.mock_mail_gateway():
            self.make_ticket(partner_id=self.customer.id)
            self.make_tickets(3, partner_id=self.customer.id)
            self.flush_tracking()
        self.assertFalse(self._mails)

    def test_assignee_is_told_but_not_of_their_own_doing(self):
        before = self.inbox(self.assignee)
        self.make_ticket(user_id=self.assignee.id)
        self.assertEqual(len(self.inbox(self.assignee) - before), 1)
        before = self.inbox(self.agent)
        ticket = self.make_ticket()
        ticket.with_user(self.agent).action_assign_to_me()
        self.assertFalse(self.inbox(self.agent) - before)

    def test_member_of_no_right_isnt_chosen(self):
        """The list of assignees offers those who hold a right and work for the company."""
        domain = self.env['helpdesk.lite.ticket']._fields['user_id']._description_domain(self.env)
        self.assertIn('all_group_ids', domain)
        agent = self.make_user('both', USER, company_ids=[
            Command.link(self.company.id), Command.link(self.other_company.id)])
        ticket = self.make_ticket(self.other_team, user_id=agent.id)
        self.assertEqual(ticket.user_id, agent)
