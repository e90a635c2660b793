from datetime import datetime

from odoo.fields import Command
from odoo.tests import freeze_time

from .common import QUIET, HelpdeskLiteCommon

# A Wednesday, when everybody works; Monday is the 2nd
NOON = '03-04 11:00'


def at(text):
    """``'03-04 10:00'`` in 2026, or a complete date."""
    return datetime.fromisoformat(text if text.count('-') == 2 else f'2026-{text}')


class AssignmentCommon(HelpdeskLiteCommon):
    """A public team that assigns automatically to Anna, Bora and Carl.

    Everybody is in the time zone UTC; the company works from Monday to Friday, 8-12 and 13-17.
    Nobody has a resource until a test gives them one.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna = cls.make_user('anna', tz='UTC')
        cls.bora = cls.make_user('bora', tz='UTC')
        cls.carl = cls.make_user('carl', tz='UTC')
        cls.members = cls.anna + cls.bora + cls.carl
        cls.desk = cls.make_team(
            name='Desk', auto_assignment=True, member_ids=[Command.set(cls.members.ids)])

    @classmethod
    def make_resource(cls, user, **values):
        """A resource of `user` in the company, with its standard hours in UTC."""
        return cls.env['resource.resource'].create({
            'name': user.name, 'user_id': user.id, 'company_id': cls.company.id,
            'calendar_id': cls.company.resource_calendar_id.id, 'tz': 'UTC', **values})

    @classmethod
    def make_calendar(cls, hours, **values):
        """A calendar of ``[(weekday, from, to)]`` or ``[(weekday, from, to, week type)]``."""
        return cls.env['resource.calendar'].create({
            'name': 'Own hours', 'company_id': cls.company.id, 'tz': 'UTC',
            'attendance_ids': [Command.clear()] + [
                Command.create({
                    'name': 'Hours', 'dayofweek': str(line[0]), 'hour_from': line[1],
                    'hour_to': line[2], 'day_period': 'morning',
                    'week_type': line[3] if len(line) > 3 else False})
                for line in hours],
            **values})

    @classmethod
    def make_leave(cls, resource, start, end, **values):
        """A leave of `resource`, a public holiday if there is none; UTC."""
        return cls.env['resource.calendar.leaves'].with_company(cls.company).create({
            'name': 'Time off', 'resource_id': resource and resource.id,
            'date_from': at(start), 'date_to': at(end), **values})

    def assign(self, moment, count=1, team=None, **values):
        """The assignees of tickets that are created in one call at a moment of UTC."""
        with freeze_time(at(moment)):
            return [ticket.user_id for ticket in self.make_tickets(
                count, team or self.desk, **values)]

    def who(self, moment, team=None):
        """Who gets tickets at a moment: enough are made for everybody to get one."""
        users = self.env['res.users'].union(*self.assign(moment, 2 * len(self.members), team))
        return users.sorted('id')

    def assertWho(self, moment, *users, team=None):
        expected = self.env['res.users'].union(*users).sorted('id')
        self.assertEqual(
            self.who(moment, team).mapped('login'), expected.mapped('login'), moment)

    def get_notes(self, tickets):
        """The explanations in the tickets' logs."""
        self.env.flush_all()
        return tickets.message_ids.filtered(
            lambda message: message.author_id == self.env.ref('base.partner_root')
            and 'utomatic' in (message.body or ''))

    @classmethod
    def quiet(cls, records):
        return records.with_context(**QUIET)
