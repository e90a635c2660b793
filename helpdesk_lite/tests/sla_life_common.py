"""Lives of tickets told in a line each, and where their clocks stand in the end."""

import contextlib
from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.fields import Command

from odoo.addons.helpdesk_lite.tools.incoming_mail import IncomingMail

from .sla_common import SlaCommon


def when(text):
    """A moment of 2026 in UTC: ``'02 09:00'`` of March, whose 2nd is a Monday, or with month."""
    *month, day, clock = text.replace('-', ' ').split()
    hour, minute, *second = (int(part) for part in clock.split(':'))
    return datetime(2026, int(month[0]) if month else 3, int(day), hour, minute, *second)


def tell(moment):
    """The same the other way round."""
    text = moment.strftime('%d %H:%M')
    return text if moment.month == 3 else f'{moment:%m}-{text}'


class Undone(Exception):
    """Ends a case, so that nothing of it stays."""


class LifeCommon(SlaCommon):
    """Tells stories: ``'02 09:00 in | 02 11:00 chatter | 02 12:00 stage progress'``.

    Verbs are the methods ``_do_<verb>``; what follows them is their argument.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second_team = cls.make_team(name='Second', resource_calendar_id=cls.calendar.id)
        cls.tags = cls.env['helpdesk.lite.tag'].create([
            {'name': name} for name in ('Hot', 'Cold')])
        cls.firm = cls.env['res.partner'].create({'name': 'The Firm', 'is_company': True})
        cls.colleague = cls.env['res.partner'].create({
            'name': 'Clark', 'email': 'clark@firm.example.org', 'parent_id': cls.firm.id})
        cls.calendars = cls._make_calendars()

    def setUp(self):
        super().setUp()
        # At the hour it is: what begins to freeze goes through all modules, and what is frozen
        # already is frozen anew at once. A story does it at each of its steps.
        self.enterContext(freeze_time(datetime.now()))

    @classmethod
    def _make_calendars(cls):
        """Calendars by name; ``always`` is none at all."""
        office = [(day, start, end) for day in range(5) for start, end in ((8, 12), (13, 17))]
        night = [(5, 22, 24), (6, 0, 6)]
        # the week of the 2nd of March works in the mornings, the next one only on a Tuesday
        own = date(2026, 3, 2).toordinal() // 7 % 2
        two = [(day, 8, 12, own) for day in range(5)] + [(1, 13, 17, 1 - own)]
        calendars = {
            'office': cls.calendar,
            'brussels': cls._make_calendar('Europe/Brussels', office),
            'night': cls._make_calendar('Europe/Brussels', night),
            'two': cls._make_calendar('UTC', two, two_weeks_calendar=True),
            'flexible': cls._make_calendar('UTC', office, flexible_hours=True),
            'always': cls.env['resource.calendar'],
        }
        calendars['flexible'].write({'hours_per_day': 8, 'full_time_required_hours': 40})
        return calendars

    @classmethod
    def _make_calendar(cls, zone, lines, **vals):
        def make_line(day, start, end, week=None):
            return Command.create({
                'name': f'{day} {start}', 'dayofweek': str(day), 'hour_from': start,
                'hour_to': end, 'day_period': 'morning' if end <= 13 else 'afternoon',
                'week_type': week is not None and str(week)})
        return cls.env['resource.calendar'].create({
            'name': f'Test {zone}', 'company_id': cls.company.id, 'tz': zone, **vals,
            'attendance_ids': [Command.clear(), *(make_line(*line) for line in lines)]})

    # ------------------------------------------------------------------
    # Cases
    # ------------------------------------------------------------------

    def case(self, name, policies, story, expected, **vals):
        """Live through a story, and compare all clocks of its first ticket.

        :param list policies: values of `make_policy`
        :param expected: what `describe` says of each clock, the oldest first
        :param vals: values of the ticket
        """
        with self.subTest(name):
            try:
                with contextlib.suppress(Undone), self.env.cr.savepoint():
                    for policy in policies:
                        self.make_policy(**policy)
                    ticket = self.live(story, **vals)
                    self.assertEqual(self.describe(ticket), expected)
                    raise Undone
            finally:
                self.env.invalidate_all()
                self.env.registry.clear_cache()

    def live(self, story, **vals):
        """Let a story happen; return its ticket."""
        self.story = {'last': None, 'other': self.env['helpdesk.lite.ticket'], 'vals': vals}
        ticket = self.env['helpdesk.lite.ticket']
        for step in story.split(' | '):
            day, clock, verb, *args = step.split()
            self.now = when(f'{day} {clock}')
            with freeze_time(self.now):
                done = getattr(self, f'_do_{verb}')(ticket, *args)
                if not (ticket := ticket or done):
                    continue
                self.flush(ticket)
            self.check_deadline(ticket)
        return ticket

    def check_deadline(self, ticket):
        """The ticket's own deadline is the earliest of what isn't settled."""
        with freeze_time(self.now):
            open_clocks = ticket.sla_status_ids.filtered(
                lambda clock: (
                    clock.deadline and not clock.reached_datetime and clock.why != 'settled'))
            self.assertEqual(
                ticket.sla_deadline, min(open_clocks.mapped('deadline'), default=False))

    def describe(self, ticket):
        """Say where each clock stands now, with its ledger: its minutes are added up."""
        with freeze_time(self.now):
            ticket.invalidate_recordset()
            clocks = ticket.sla_status_ids.sorted('id')
            clocks.invalidate_recordset()
            return [self.describe_clock(clock) for clock in clocks]

    def describe_clock(self, clock):
        rows = clock.event_ids
        self.assertEqual(sum(rows.mapped('minutes')), round(clock.spent / 60), 'adds up')
        self.assertEqual(rows.mapped('date'), sorted(rows.mapped('date')), 'in order')
        words = clock.state
        if clock.reached_datetime:
            words += f' at {tell(clock.reached_datetime)} {clock.exceeded_hours:+g} h'
        elif clock.deadline:
            words += f' due {tell(clock.deadline)}'
        return f'{words}: ' + ', '.join(f'{row.kind} {row.minutes}' for row in rows)

    # ------------------------------------------------------------------
    # Beginning and end
    # ------------------------------------------------------------------

    def _do_in(self, _ticket, *_args):
        vals = {'partner_id': self.customer.id, **self.story['vals']}
        return self.make_ticket(**vals)

    def _do_inclosed(self, _ticket):
        return self.make_ticket(partner_id=self.customer.id, stage_id=self.stage_solved.id)

    def _do_import(self, _ticket, history, day, clock):
        """Imported now; it came in then. History on or off is the choice of the import."""
        return self.env['helpdesk.lite.ticket'].with_context(
            helpdesk_lite_import=True, tracking_disable=history == 'off').create({
                'name': 'Imported', 'team_id': self.team.id, 'partner_id': self.customer.id,
                'creation_date': when(f'{day} {clock}')})

    def _do_now(self, ticket):
        """Look at it."""

    def _do_sync(self, ticket):
        ticket._sync_clocks()

    def _do_cron(self, _ticket):
        # committing is the cron's own affair: here it must not
        for domain, _size, work in list(
                self.env['helpdesk.lite.ticket']._get_auto_close_jobs(self.now)):
            if tickets := self.env['helpdesk.lite.ticket'].search(domain):
                work(tickets)

    # ------------------------------------------------------------------
    # Messages
    # ------------------------------------------------------------------

    def _post(self, ticket, user, subtype='mail.mt_comment', **vals):
        self.story['last'] = ticket.with_user(user).message_post(**{
            'body': 'Hello', 'message_type': 'comment', 'subtype_xmlid': subtype, **vals}).sudo()

    def _do_chatter(self, ticket):
        self._post(ticket, self.agent)

    def _do_note(self, ticket):
        self._post(ticket, self.agent, 'mail.mt_note')

    def _do_customer(self, ticket):
        self._post(ticket, self.env.user, author_id=ticket.partner_id.id)

    def _do_auto(self, ticket):
        """The customer's machine answers."""
        self._post(
            ticket.with_context(helpdesk_lite_mail=IncomingMail(machine='x')), self.env.user,
            author_id=ticket.partner_id.id, message_type='email')

    def _do_past(self, ticket, day, clock):
        """An answer of then is imported now."""
        self._post(ticket, self.agent, date=when(f'{day} {clock}'))

    def _do_phone(self, ticket):
        ticket.with_user(self.agent).action_answered_by_phone()

    def _do_many(self, ticket):
        self.env['mail.compose.message'].with_user(self.agent).create({
            'composition_mode': 'mass_mail', 'model': ticket._name, 'res_ids': ticket.ids,
            'subject': 'To all', 'body': '<p>We are on it</p>', 'force_send': False,
        })._action_send_mail()

    def _do_takeback(self, ticket):
        ticket.with_user(self.agent)._message_update_content(self.story['last'], body='')

    # ------------------------------------------------------------------
    # Moves
    # ------------------------------------------------------------------

    def _do_stage(self, ticket, name):
        ticket.with_user(self.agent).write({'stage_id': getattr(self, f'stage_{name}').id})

    def _do_fold(self, _ticket, name, fold='yes'):
        getattr(self, f'stage_{name}').fold = fold == 'yes'

    def _do_team(self, ticket, name):
        ticket.with_user(self.agent).write({
            'team_id': (self.second_team if name == 'second' else self.team).id})

    def _do_priority(self, ticket, priority):
        ticket.with_user(self.agent).write({'priority': priority})

    def _do_tag(self, ticket, name):
        ticket.with_user(self.agent).write({'tag_ids': [
            Command.set([] if name == 'none' else self.tags.filtered_domain(
                [('name', '=', name)]).ids)]})

    def _do_partner(self, ticket, name):
        ticket.with_user(self.agent).write({
            'partner_id': (self.colleague if name == 'clark' else self.customer).id})

    def _do_archive(self, ticket, archive='yes'):
        ticket.write({'active': archive != 'yes'})

    def _do_merge(self, ticket):
        self.story['other'] = self.make_ticket(partner_id=self.customer.id)
        ticket._merge_into(self.story['other'])

    def _do_unmerge(self, ticket):
        ticket.action_unmerge()

    def _do_holiday(self, _ticket, day):
        start = when(f'{day} 00:00')
        self.env['resource.calendar.leaves'].create({
            'name': 'Holiday', 'calendar_id': self.calendar.id, 'company_id': self.company.id,
            'date_from': start, 'date_to': start + timedelta(hours=23, minutes=59, seconds=59)})
