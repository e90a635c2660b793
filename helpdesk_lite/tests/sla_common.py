from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.fields import Command

from .common import HelpdeskLiteCommon

# A Monday; the test calendar works from 8 to 12 and from 13 to 17, Monday to Friday, in UTC.
MONDAY = datetime(2026, 3, 2, 8, 0)


def at(day=0, hour=8, minute=0):
    """A moment of the test's week: `day` counts from Monday the 2nd of March 2026."""
    return MONDAY.replace(hour=hour, minute=minute) + timedelta(days=day)


class SlaCommon(HelpdeskLiteCommon):
    """Policies, and tickets whose life is told with its dates."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env['resource.calendar'].create({
            'name': 'Test 40 hours', 'company_id': cls.company.id, 'tz': 'UTC',
            'attendance_ids': [Command.clear(), *(
                Command.create({
                    'name': str(day), 'dayofweek': str(day), 'hour_from': start, 'hour_to': end,
                    'day_period': period})
                for day in range(5) for start, end, period in (
                    (8, 12, 'morning'), (13, 17, 'afternoon')))]})
        cls.team.resource_calendar_id = cls.calendar
        cls.team.use_sla = True

    @classmethod
    def make_policy(cls, target='closed', time=8, **vals):
        return cls.env['helpdesk.lite.sla'].create({
            'name': f'{target} in {time} h', 'target': target, 'time': time,
            'company_id': cls.company.id, **vals})

    def make_at(self, moment, **vals):
        """A ticket of the customer that came in at a moment."""
        with freeze_time(moment):
            ticket = self.make_ticket(**{'partner_id': self.customer.id, **vals})
            self.flush(ticket)
        return ticket

    def flush(self, ticket):
        self.env.flush_all()
        ticket.invalidate_recordset()

    def answer(self, ticket, moment, user=None, **vals):
        """An agent answers."""
        with freeze_time(moment):
            message = ticket.with_user(user or self.agent).message_post(**{
                'body': 'An answer', 'message_type': 'comment',
                'subtype_xmlid': 'mail.mt_comment', **vals})
            self.flush(ticket)
        return message.sudo()

    def say(self, ticket, moment, **vals):
        """The customer writes."""
        return self.answer(ticket, moment, self.env.user, author_id=self.customer.id, **vals)

    def write_at(self, ticket, moment, user=None, **vals):
        with freeze_time(moment):
            ticket.with_user(user or self.env.user).write(vals)
            self.flush(ticket)

    def read_at(self, moment, clocks):
        """The states of clocks at a moment."""
        with freeze_time(moment):
            clocks.invalidate_recordset()
            return clocks.mapped('state')

    def assertClock(self, clock, moment, **values):
        """Check a clock's values at a moment, and that its ledger adds up."""
        with freeze_time(moment):
            clock.invalidate_recordset()
            self.assertRecordValues(clock, [values])
        self.assertEqual(
            sum(clock.event_ids.mapped('minutes')), round(clock.spent / 60),
            clock.event_ids.mapped(lambda event: (
                event.kind, event.date, event.minutes, event.reason)))
