from datetime import datetime

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time

from .common import HelpdeskLiteCommon

OLD = '2020-01-01 00:00:00'


class TestDerived(HelpdeskLiteCommon):
    """What the system works out by itself nobody writes by hand: RPC and imports, too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.make_ticket(partner_id=cls.customer.id)
        cls.values = {
            'close_date': OLD, 'closed_by_partner': True, 'reopen_count': 7, 'assign_date': OLD,
            'email_normalized': 'other@x.example.org', 'last_activity_date': OLD,
            'commercial_partner_id': cls.portal.partner_id.id, 'date_last_stage_update': OLD,
            'merged_into_id': cls.make_ticket().id, 'waiting_for': 'customer',
            'assign_hours': 5, 'close_hours': 5, 'reopen_stage_id': cls.stage_progress.id,
            'auto_close_error': 'x', 'auto_close_warning_date': OLD,
            'previous_ticket_id': cls.make_ticket().id,
        }

    def test_write(self):
        before = self.ticket.read(list(self.values))
        for user in (self.agent, self.manager):
            for name, value in self.values.items():
                with self.subTest(field=name), self.assertRaises(UserError) as caught:
                    self.ticket.with_user(user).write({name: value})
                self.assertIn(self.ticket._fields[name].string, str(caught.exception))
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.ticket.read(list(self.values)), before)

    def test_write_through_the_other_side(self):
        other = self.make_ticket()
        for name in ('merged_ticket_ids', 'next_ticket_ids'):
            with self.subTest(field=name), self.assertRaises(UserError):
                self.ticket.with_user(self.agent).write({name: [Command.link(other.id)]})
        self.assertFalse(other.merged_into_id + other.previous_ticket_id)

    def test_create(self):
        """History comes with its dates; everything else is the system's."""
        Ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent)
        history = {
            name: datetime(2020, 1, 1) for name in (
                'close_date', 'assign_date', 'date_last_stage_update', 'last_activity_date')}
        vals = {'name': 'x', 'team_id': self.team.id, 'stage_id': self.stage_solved.id,
                'user_id': self.agent.id}
        self.assertRecordValues(Ticket.create({**vals, **history}), [history])
        for name in self.values.keys() - history:
            with self.subTest(field=name), self.assertRaises(UserError):
                Ticket.create({**vals, name: self.values[name]})
            with self.subTest(default=name):
                ticket = Ticket.with_context(**{f'default_{name}': self.values[name]}).create(vals)
                self.assertFalse(ticket[name])

    def test_what_was_exported_may_come_back(self):
        """An update by import of a file with all columns changes what is the user's only."""
        names = ['.id', 'name', 'ticket_ref', 'close_date', 'reopen_count', 'is_closed',
                 'company_id/.id', 'last_activity_date', 'email_normalized']
        self.agent.group_ids += self.env.ref('base.group_allow_export')
        ticket = self.ticket.with_user(self.agent)
        row = ticket.export_data(names)['datas'][0]
        row[1] = 'By import'
        result = ticket.load(names, [[str(value or '') for value in row]])
        self.assertFalse(result['messages'])
        self.assertEqual(self.ticket.name, 'By import')
        row[names.index('close_date')] = OLD
        result = ticket.load(names, [[str(value or '') for value in row]])
        self.assertIn('Closed on', result['messages'][0]['message'])

    def test_work_goes_on(self):
        """What an agent does is dated, closed and counted as before."""
        ticket = self.ticket.with_user(self.agent)
        with freeze_time('2026-03-03 11:00:00'):
            ticket.write({'stage_id': self.stage_solved.id, 'user_id': self.agent.id})
        ticket.stage_id = self.stage_new
        self.assertRecordValues(self.ticket, [{
            'reopen_count': 1, 'assign_date': datetime(2026, 3, 3, 11), 'is_closed': False}])


class TestCompanyOfTicket(HelpdeskLiteCommon):
    """A ticket is of its team's company, whatever is written."""

    def test_write_load_and_create(self):
        ticket = self.make_ticket()
        foreign = {'company_id': self.other_company.id}
        for user in (self.agent, self.manager):
            own = ticket.with_user(user)
            with self.assertRaises(ValidationError):
                own.write(foreign)
            result = own.load(['.id', 'company_id/.id'], [
                [str(ticket.id), str(self.other_company.id)]])
            self.assertFalse(result['ids'])
            with self.assertRaises(ValidationError):
                own.create({'name': 'x', 'team_id': self.team.id, **foreign})
            made = own.with_context(default_company_id=self.other_company.id).create(
                {'name': 'x', 'team_id': self.team.id})
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertEqual((ticket + made).sudo().company_id, self.company)
            own.write({'company_id': self.company.id, 'name': 'Its own may be given'})
        self.assertEqual(ticket.name, 'Its own may be given')

    def test_system_ignores_it(self):
        """An alias' old defaults lose no mail, and change no company."""
        ticket = self.make_ticket(company_id=self.other_company.id)
        ticket.company_id = self.other_company
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(ticket.company_id, self.company)

    def test_moving_with_the_new_company(self):
        ticket = self.make_ticket()
        ticket.write({'team_id': self.other_team.id, 'company_id': self.other_company.id})
        self.assertEqual(ticket.company_id, self.other_company)


class TestAssignees(HelpdeskLiteCommon):
    """Tickets and teams get people who work on tickets."""

    def test_assigning(self):
        Ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent)
        ticket = self.make_ticket()
        archived = self.make_user('archived', active=False)
        for user in (self.portal, self.employee, archived):
            for work in (
                lambda user=user: ticket.with_user(self.agent).write({'user_id': user.id}),
                lambda user=user: Ticket.create(
                    {'name': 'x', 'team_id': self.team.id, 'user_id': user.id}),
                lambda user=user: Ticket.with_context(default_user_id=user.id).create(
                    {'name': 'x', 'team_id': self.team.id}),
            ):
                with self.subTest(user=user.name), self.assertRaises(ValidationError) as caught:
                    work()
                self.assertIn(user.name, str(caught.exception))
            self.assertFalse(ticket.user_id)
        ticket.with_user(self.agent).user_id = self.assignee
        self.assertEqual(ticket.user_id, self.assignee)

    def test_who_lost_the_right_keeps_their_tickets(self):
        ticket = self.make_ticket(user_id=self.assignee.id)
        self.assignee.group_ids = self.env.ref('base.group_user')
        own = ticket.with_user(self.agent)
        own.write({'user_id': self.assignee.id, 'priority': '2'})
        self.assertRecordValues(ticket, [{'user_id': self.assignee.id, 'priority': '2'}])
        self.assertFalse(own.copy().user_id)
        own.user_id = False
        with self.assertRaises(ValidationError):
            own.user_id = self.assignee

    def test_members(self):
        team = self.team.with_user(self.manager)
        for user in (self.portal, self.employee):
            with self.subTest(user=user.name), self.assertRaises(ValidationError) as caught:
                team.member_ids = user
            self.assertIn(user.name, str(caught.exception))
            self.env.invalidate_all()
            with self.assertRaises(ValidationError):
                team.create({'name': 'x', 'member_ids': [Command.link(user.id)]})
        self.assertFalse(self.team.member_ids)
        team.member_ids = self.agent + self.assignee
        self.assignee.group_ids = self.env.ref('base.group_user')
        with Form(team) as form:
            form.name = 'The member who lost the right stays'
        team.member_ids = [Command.link(self.agent_team.id)]
        self.assertEqual(self.team.member_ids, self.agent + self.assignee + self.agent_team)
