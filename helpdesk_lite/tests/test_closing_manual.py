from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.tests import Form, tagged

from .closing_common import NOW, ClosingCommon


@tagged('post_install', '-at_install')
class TestClosingManual(ClosingCommon):
    """A folded stage closes, on every path; leaving it opens again."""

    def assert_closed(self, ticket, closed, date=NOW):
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(ticket.is_closed, closed)
        self.assertEqual(ticket.close_date, date if closed else False)

    @freeze_time(NOW)
    def test_write_and_back(self):
        ticket = self.make_ticket(self.closing).with_user(self.agent)
        ticket.stage_id = self.stage_done
        self.assert_closed(ticket, True)
        ticket.stage_id = self.stage_progress
        self.assert_closed(ticket, False)
        self.assertEqual(ticket.reopen_count, 1)

    @freeze_time(NOW)
    def test_form(self):
        ticket = self.make_ticket(self.closing)
        with Form(ticket.with_user(self.agent)) as form:
            form.stage_id = self.stage_done
        self.assert_closed(ticket, True)

    @freeze_time(NOW)
    def test_kanban_drag_and_list_multi_edit(self):
        """Both call ``web_save``: the kanban on one record, the list on several."""
        tickets = self.make_tickets(3, self.closing).with_user(self.agent)
        tickets[0].web_save({'stage_id': self.stage_done.id}, {'stage_id': {}})
        tickets[1:].web_save({'stage_id': self.stage_done.id}, {'stage_id': {}})
        for ticket in tickets:
            self.assert_closed(ticket, True)

    @freeze_time(NOW)
    def test_drag_into_the_column(self):
        """Moving a card calls ``web_resequence`` or writes the column's value."""
        ticket = self.make_ticket(self.closing).with_user(self.agent)
        ticket.write({'stage_id': self.stage_done.id})
        self.assert_closed(ticket, True)

    @freeze_time(NOW)
    def test_import(self):
        ticket = self.make_ticket(self.closing)
        self.env['ir.model.data'].create({
            'name': 'ticket', 'module': '__import__', 'model': ticket._name, 'res_id': ticket.id})
        result = self.Ticket.with_user(self.manager).load(
            ['id', 'name', 'team_id/.id', 'stage_id/.id'], [
                ['__import__.ticket', 'Old', str(self.closing.id), str(self.stage_done.id)],
                ['__import__.other', 'New', str(self.closing.id), str(self.stage_done.id)]])
        self.assertFalse(result['messages'])
        for ticket in self.Ticket.browse(result['ids']):
            self.assert_closed(ticket, True)

    @freeze_time(NOW)
    def test_import_of_empty_dates(self):
        """A row without dates is as new as any ticket, and so falls silent one day."""
        names = ['name', 'team_id', 'stage_id', 'last_activity_date', 'date_last_stage_update',
                 'close_date']
        result = self.Ticket.with_user(self.agent).load(names, [
            ['New', 'Closing', 'Customer Feedback', '', '', ''],
            ['Old', 'Closing', 'Done', '2026-01-02 10:00:00', '', '2026-01-03 10:00:00']])
        self.assertFalse(result['messages'])
        new, old = self.Ticket.browse(result['ids'])
        self.assertEqual((new.last_activity_date, new.date_last_stage_update), (NOW, NOW))
        self.assertEqual(str(old.last_activity_date), '2026-01-02 10:00:00')
        self.assertEqual(str(old.close_date), '2026-01-03 10:00:00')

    @freeze_time(NOW)
    def test_created_closed(self):
        ticket = self.make_ticket(self.closing, stage_id=self.stage_done.id)
        self.assert_closed(ticket, True)
        self.assertFalse(ticket.reopen_count)

    @freeze_time(NOW)
    def test_alias_defaults(self):
        self.closing.alias_id.alias_defaults = {
            'team_id': self.closing.id, 'stage_id': self.stage_done.id}
        with self.mock_mail_gateway():
            self.env['mail.thread'].message_process(None, (
                b'From: carla@customer.example.org\r\nTo: closing@helpdesk.example.com\r\n'
                b'Subject: Spam\r\nMessage-Id: <alias@example.org>\r\n\r\nBuy!'))
        ticket = self.Ticket.search([('team_id', '=', self.closing.id)], limit=1, order='id desc')
        self.assertEqual(ticket.name, 'Spam')
        self.assert_closed(ticket, True)

    def test_close_hours(self):
        """In the team's working hours: made on Monday at 10, closed on Tuesday at 10."""
        self.closing.resource_calendar_id = self.env['resource.calendar'].create({
            'name': 'Eight hours', 'tz': 'UTC', 'company_id': self.company.id})
        ticket = self.make_ticket(self.closing)
        self.env.cr.execute(
            'UPDATE helpdesk_lite_ticket SET creation_date = %s WHERE id = %s',
            ['2026-03-09 10:00:00', ticket.id])
        ticket.invalidate_recordset()
        with freeze_time('2026-03-10 10:00:00'):
            ticket.stage_id = self.stage_done
        self.assertAlmostEqual(ticket.close_hours, 8, 2)
        ticket.stage_id = self.stage_new
        self.assertFalse(ticket.close_hours)

    def test_flexible_hours_depend_on_no_other_ticket(self):
        """Whichever tickets are counted with it: 8 hours around noon, from Monday to Friday."""
        self.closing.resource_calendar_id = self.env['resource.calendar'].create({
            'name': 'Flexible', 'tz': 'UTC', 'company_id': self.company.id,
            'flexible_hours': True, 'hours_per_day': 8, 'full_time_required_hours': 40})
        ticket, other = self.make_tickets(2, self.closing)
        span = datetime(2026, 3, 9, 10), datetime(2026, 3, 10, 10)
        for start in (span[0], datetime(2026, 3, 4, 3), datetime(2026, 3, 5, 17)):
            hours = (ticket + other)._get_working_hours(
                {ticket.id: span, other.id: (start, span[1])})
            self.assertAlmostEqual(hours[ticket.id], 8, 2)
        weekend = datetime(2026, 3, 7, 9), datetime(2026, 3, 8, 18)
        self.assertFalse(ticket._get_working_hours({ticket.id: weekend})[ticket.id])

    @freeze_time(NOW)
    def test_log(self):
        ticket = self.make_ticket(self.closing).with_user(self.agent)
        self.env.cr.flush()
        ticket.stage_id = self.stage_done
        self.env.cr.flush()
        tracked = ticket.sudo().message_ids[0].tracking_value_ids.field_id.mapped('name')
        self.assertCountEqual(tracked, ['stage_id', 'is_closed'])
        self.assertEqual(ticket.message_ids[0].author_id, self.agent.partner_id)


@tagged('post_install', '-at_install')
class TestFold(ClosingCommon):
    """Folding a stage closes its tickets in constant queries, whatever their number."""

    def setUp(self):
        super().setUp()
        self.moved = NOW - timedelta(days=3)
        with freeze_time(self.moved):
            self.tickets = self.make_tickets(20, self.closing, stage_id=self.stage_feedback.id)
            self.tickets[0].active = False
            self.env.cr.flush()

    def test_fold_and_unfold(self):
        before = self.env['mail.message'].search_count([])
        with self.mock_mail_gateway(), freeze_time(NOW):
            self.stage_feedback.template_id = self.make_template()
            self.stage_feedback.with_user(self.manager).fold = True
            self.env.cr.flush()
        self.env.invalidate_all()
        for ticket in self.tickets:
            self.assertTrue(ticket.is_closed)
            self.assertEqual(ticket.close_date, self.moved)
        self.assertFalse(self._mails)
        self.assertEqual(self.env['mail.message'].search_count([]), before)
        self.stage_feedback.with_user(self.manager).fold = False
        self.env.cr.flush()
        self.env.invalidate_all()
        for ticket in self.tickets:
            self.assertFalse(ticket.is_closed or ticket.close_date or ticket.close_hours)

    def test_constant_queries(self):
        def count():
            self.env.cr.flush()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.stage_feedback.fold = not self.stage_feedback.fold
            self.env.cr.flush()
            return self.env.cr.sql_log_count - start

        count(), count()
        few = count(), count()
        self.make_tickets(200, self.closing, stage_id=self.stage_feedback.id)
        self.assertEqual((count(), count()), few)

    def test_what_is_not_yet_in_the_database(self):
        """A write that is still to be flushed doesn't come back over the statement's."""
        self.stage_feedback.fold = True
        self.env.flush_all()
        self.tickets.closed_by_partner = True
        self.stage_feedback.fold = False
        self.assertFalse(any(self.tickets.mapped('closed_by_partner')))

    def test_hours_follow_in_the_cron(self):
        self.closing.resource_calendar_id = False
        self.env.cr.execute(
            'UPDATE helpdesk_lite_ticket SET creation_date = %s WHERE id = ANY(%s)',
            [self.moved - timedelta(hours=5), self.tickets.ids])
        self.stage_feedback.fold = True
        self.env.cr.flush()
        cron = self.env.ref('helpdesk_lite.ir_cron_auto_close_ticket')
        self.assertTrue(self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)]))
        self.run_cron()
        self.assertEqual(set(self.tickets.mapped('close_hours')), {5.0})
        self.assertFalse(self.Ticket.search(self.Ticket._get_missing_hours_domain()))

    def test_merged_stay_closed(self):
        self.tickets[1].merged_into_id = self.tickets[2]
        self.stage_feedback.fold = True
        self.stage_feedback.fold = False
        self.env.cr.flush()
        self.env.invalidate_all()
        self.assertTrue(self.tickets[1].is_closed)
        self.assertFalse(self.tickets[2].is_closed)

    def test_reopened_into_an_open_stage(self):
        """A ticket that a fold closed came from no open stage: it goes to the first."""
        self.stage_feedback.fold = True
        self.env.cr.flush()
        self.env.invalidate_all()
        ticket = self.tickets[1]
        ticket.partner_id = self.customer
        ticket.with_user(self.portal).sudo().message_post(
            body='Hello?', message_type='comment', subtype_xmlid='mail.mt_comment',
            author_id=self.customer.id)
        self.assertEqual(ticket.stage_id, self.stage_new)
