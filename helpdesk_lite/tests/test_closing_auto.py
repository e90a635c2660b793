from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.helpdesk_lite.models.closing import helpdesk_lite_ticket as auto_close

from .closing_common import NOW, ClosingCommon, days

SECOND = timedelta(seconds=1)


@tagged('post_install', '-at_install')
class TestAutoClose(ClosingCommon):

    def close_at(self, now):
        with freeze_time(now):
            self.run_cron()

    # ------------------------------------------------------------------
    # The example that every administrator knows
    # ------------------------------------------------------------------

    def test_example(self):
        long_ago = NOW - days(300)
        closed = self.make_silent(long_ago)
        stuck = (self.make_silent(long_ago, stage=self.stage_new)
                 + self.make_silent(long_ago, stage=self.stage_progress))
        self.close_at(NOW)
        self.assertEqual(closed.stage_id, self.stage_done)
        self.assertTrue(closed.is_closed)
        self.assertEqual(closed.close_date, NOW)
        self.assertEqual(stuck.mapped('stage_id'), self.stage_new + self.stage_progress)
        self.assertFalse(any(stuck.mapped('is_closed')))

    def test_edge_of_seven_days(self):
        early, due = self.make_silent(NOW - days(7) + SECOND), self.make_silent(NOW - days(7))
        self.close_at(NOW)
        self.assertFalse(early.is_closed)
        self.assertTrue(due.is_closed)
        self.close_at(NOW + SECOND)
        self.assertTrue(early.is_closed)

    def test_daylight_saving(self):
        """A day has 24 hours: clocks that are changed in between change nothing."""
        for change in (datetime(2026, 3, 29, 1), datetime(2026, 10, 25, 1)):
            self.closing.resource_calendar_id.tz = 'Europe/Brussels'
            start = change - days(3)
            ticket = self.make_silent(start)
            self.close_at(start + days(7) - SECOND)
            self.assertFalse(ticket.is_closed)
            self.close_at(start + days(7))
            self.assertTrue(ticket.is_closed)

    def test_week_ends_count(self):
        """Friday evening and two days end on Sunday evening, when nobody works."""
        self.closing.auto_close_day = 2
        friday = datetime(2026, 3, 6, 20)
        ticket = self.make_silent(friday)
        self.close_at(friday + days(2))
        self.assertTrue(ticket.is_closed)

    def test_empty_watches_all_open_stages_but_the_target(self):
        self.closing.from_stage_ids = False
        self.stage_done.fold = False
        tickets = self.Ticket.union(*(
            self.make_silent(NOW - days(8), stage=stage) for stage in self.pipeline))
        before = tickets[3].date_last_stage_update
        self.close_at(NOW)
        self.assertEqual(tickets.stage_id, self.stage_done)
        self.assertEqual(tickets[3].date_last_stage_update, before)
        self.assertFalse(any(tickets.mapped('is_closed')), 'the target is not folded')
        self.assertIn('Moved automatically. Days of inactivity: 7', self.get_logs(tickets[0])[0])

    def test_archived_are_left(self):
        ticket = self.make_silent(NOW - days(300), active=False)
        self.close_at(NOW)
        self.assertFalse(ticket.is_closed or ticket.auto_close_deadline)
        ticket.active = True
        self.assertEqual(ticket.auto_close_deadline, NOW - days(293))

    def test_switched_off_and_archived_team(self):
        """An archived team's tickets that were left go on falling silent."""
        ticket = self.make_silent(NOW - days(300))
        self.closing.auto_close_ticket = False
        self.closing._archive_with_open_tickets()
        self.close_at(NOW)
        self.assertFalse(ticket.is_closed)
        self.closing.auto_close_ticket = True
        self.close_at(NOW)
        self.assertTrue(ticket.is_closed)

    # ------------------------------------------------------------------
    # What it leaves behind
    # ------------------------------------------------------------------

    def test_log_says_why_and_activity_stays(self):
        since = NOW - days(8)
        ticket = self.make_silent(since)
        self.close_at(NOW)
        log = ticket.message_ids[0]
        self.assertIn('Closed automatically. Days of inactivity: 7', str(log.body))
        self.assertEqual(log.author_id, self.env.ref('base.partner_root'))
        self.assertCountEqual(
            log.sudo().tracking_value_ids.field_id.mapped('name'), ['stage_id', 'is_closed'])
        self.assertEqual(ticket.last_activity_date, since, 'the closing itself is no activity')
        self.assertEqual(ticket.reopen_stage_id, self.stage_feedback)

    def test_closes_once(self):
        ticket = self.make_silent(NOW - days(8))
        self.close_at(NOW)
        self.close_at(NOW + days(1))
        self.assertEqual(ticket.close_date, NOW)
        self.assertEqual(len([log for log in self.get_logs(ticket) if 'automatically' in log]), 1)

    def test_followers_of_moves_are_told(self):
        subtype = self.env.ref('helpdesk_lite.mt_ticket_stage')
        ticket, other = self.make_silent(NOW - days(8), count=2)
        ticket.message_subscribe(self.assignee.partner_id.ids, subtype.ids)
        self.close_at(NOW)
        self.assertEqual(
            ticket.message_ids[0].notified_partner_ids, self.assignee.partner_id)
        self.assertFalse(other.message_ids[0].notified_partner_ids)
        self.assertTrue(other.is_closed)

    def test_stage_template_goes_out(self):
        self.stage_done.template_id = self.make_template()
        ticket = self.make_silent(NOW - days(8), partner_id=self.customer.id)
        with self.mock_mail_gateway():
            self.close_at(NOW)
        mail, = self.sent_to('carla@customer.example.org')
        self.assertIn('Closed now.', mail['body'])
        self.assertIn(f'[{ticket.ticket_ref}]', mail['subject'])

    def test_close_hours(self):
        ticket = self.make_silent(NOW - days(8))
        self.closing.resource_calendar_id = False
        self.env.cr.execute(
            'UPDATE helpdesk_lite_ticket SET creation_date = %s WHERE id = %s',
            [NOW - days(9), ticket.id])
        self.close_at(NOW)
        self.assertEqual(ticket.close_hours, 9 * 24)

    # ------------------------------------------------------------------
    # Failures
    # ------------------------------------------------------------------

    def get_reports(self, tickets):
        return self.env['mail.activity'].search([
            ('res_model', '=', tickets._name), ('res_id', 'in', tickets.ids),
            ('summary', 'like', 'closing failed')])

    @mute_logger('odoo.addons.mail.models.mail_render_mixin')
    def test_broken_template(self):
        """Of one ticket alone: the others close, and the administrators hear of it once."""
        self.stage_done.template_id = self.make_template(
            """<p><t t-out="1 / (object.name != 'Ticket 1')"/></p>""")
        tickets = self.make_silent(NOW - days(8), count=3, partner_id=self.customer.id)
        with self.mock_mail_gateway():
            self.close_at(NOW)
            self.assertEqual(tickets.mapped('is_closed'), [True, False, True])
            self.assertEqual(len(self._mails), 2)
        reports = self.get_reports(tickets)
        self.assertEqual(reports.user_id, self.manager)
        self.assertEqual(reports.res_id, tickets[1].id)
        self.assertIn('division by zero', tickets[1].auto_close_error)
        self.assertIn('division by zero', self.get_logs(tickets[1])[0])
        with self.mock_mail_gateway():
            self.close_at(NOW + days(1))
            self.assertFalse(self._mails)
        self.assertEqual(self.get_reports(tickets), reports, 'reported once')
        self.stage_done.template_id.body_html = '<p>Fine.</p>'
        with self.mock_mail_gateway():
            self.close_at(NOW + days(2))
            self.assertEqual(len(self._mails), 1)
        self.assertTrue(tickets[1].is_closed)
        self.assertFalse(tickets[1].auto_close_error)

    def test_failing_constraint(self):
        tickets = self.make_silent(NOW - days(8), count=3)
        Ticket = type(self.Ticket)
        original = Ticket._get_transition_vals

        def refuse(ticket, vals, pipelines, now):
            if ticket.id == tickets[1].id and not ticket.tag_ids:
                # pylint: disable-next=translation-required
                raise ValidationError('A solved ticket needs a tag.')
            return original(ticket, vals, pipelines, now)

        with patch.object(Ticket, '_get_transition_vals', refuse):
            self.close_at(NOW)
            self.assertEqual(tickets.mapped('is_closed'), [True, False, True])
            self.assertEqual(tickets[1].auto_close_error, 'A solved ticket needs a tag.')
            self.assertEqual(len(self.get_reports(tickets)), 1)
            self.close_at(NOW + days(1))
            self.assertEqual(len(self.get_reports(tickets)), 1)
            tickets[1].tag_ids = self.env['helpdesk.lite.tag'].create({'name': 'Tested'})
            self.close_at(NOW + days(2))
        self.assertTrue(tickets[1].is_closed, 'it was tried again after it changed')

    def test_failing_in_the_database(self):
        tickets = self.make_silent(NOW - days(8), count=3)
        self.env.cr.execute(f"""
            CREATE FUNCTION refuse_close() RETURNS trigger AS $$ BEGIN
                IF NEW.id = {tickets[1].id} AND NEW.is_closed THEN
                    RAISE EXCEPTION 'No closing here';
                END IF; RETURN NEW; END $$ LANGUAGE plpgsql;
            CREATE TRIGGER refuse_close BEFORE UPDATE ON helpdesk_lite_ticket
                FOR EACH ROW EXECUTE FUNCTION refuse_close()""")
        with mute_logger('odoo.sql_db'):
            self.close_at(NOW)
        self.assertEqual(tickets.mapped('is_closed'), [True, False, True])
        self.assertEqual(tickets[1].auto_close_error, 'No closing here')

    @mute_logger('odoo.addons.mail.models.mail_render_mixin')
    def test_many_failures_are_one_report(self):
        self.stage_done.template_id = self.make_template('<p><t t-out="1 / 0"/></p>')
        tickets = self.make_silent(NOW - days(8), count=4, partner_id=self.customer.id)
        with patch.object(auto_close, 'FAILURES_REPORTED_ONE_BY_ONE', 3), self.mock_mail_gateway():
            self.close_at(NOW)
        self.assertFalse(any(tickets.mapped('is_closed')))
        self.assertEqual(len(self.get_reports(tickets)), 1)
        self.assertEqual(len(tickets.filtered('auto_close_error')), 4)

    # ------------------------------------------------------------------
    # Queries
    # ------------------------------------------------------------------

    def test_queries(self):
        """At most 8 a ticket are allowed; here they are fewer, batches being written at once."""
        self.make_silent(NOW - days(8), count=200, partner_id=self.customer.id)
        self.env.invalidate_all()
        with (freeze_time(NOW), self.enter_registry_test_mode(),
              self.env.registry.cursor() as cr):
            start = cr.sql_log_count
            self.env(cr=cr, user=1)['helpdesk.lite.ticket']._cron_auto_close()
            count = cr.sql_log_count - start
        self.env.invalidate_all()
        self.assertEqual(self.Ticket.search_count([('stage_id', '=', self.stage_done.id)]), 200)
        self.assertLessEqual(count, 200)


@tagged('post_install', '-at_install')
class TestCloseWarning(ClosingCommon):
    """Off by default; once per silence; any activity starts the clock again."""

    def setUp(self):
        super().setUp()
        self.start = datetime(2026, 3, 2, 9)
        self.ticket = self.make_silent(self.start, partner_id=self.customer.id)

    def run_on(self, day):
        with freeze_time(self.start + days(day)), self.mock_mail_gateway():
            self.run_cron()
            return [mail['body'] for mail in self.sent_to('carla@customer.example.org')]

    def test_off_by_default(self):
        self.assertFalse(self.run_on(6))
        self.assertFalse(self.run_on(7))
        self.assertTrue(self.ticket.is_closed)

    def test_warns_once_and_closes(self):
        self.closing.auto_close_warn = True
        self.assertFalse(self.run_on(4.9))
        body, = self.run_on(5)
        self.assertIn('03/09/2026', body, 'the day on which it will be closed')
        self.assertEqual(self.ticket.last_activity_date, self.start, 'a warning is no activity')
        self.assertFalse(self.run_on(6))
        self.assertFalse(self.ticket.is_closed)
        self.assertFalse(self.run_on(7))
        self.assertTrue(self.ticket.is_closed)

    def test_activity_starts_the_clock_again(self):
        self.closing.auto_close_warn = True
        self.assertEqual(len(self.run_on(5)), 1)
        with freeze_time(self.start + days(6)):
            self.ticket.with_user(self.agent).message_post(body='Any news?', message_type='comment')
            self.env.cr.flush()
        self.assertFalse(self.ticket.auto_close_warning_date)
        self.assertFalse(self.run_on(7))
        self.assertFalse(self.ticket.is_closed)
        self.assertEqual(len(self.run_on(11)), 1, 'once in each silence')
        self.assertFalse(self.run_on(13))
        self.assertTrue(self.ticket.is_closed)

    def test_late_warning_keeps_its_promise(self):
        """Who was silent for long when warnings are switched on gets the time between, too."""
        self.closing.auto_close_warn = True
        body, = self.run_on(100)
        self.assertIn('06/12/2026', body)
        self.assertFalse(self.ticket.is_closed)
        self.run_on(101.9)
        self.assertFalse(self.ticket.is_closed)
        self.run_on(102)
        self.assertTrue(self.ticket.is_closed)

    def test_nobody_to_warn(self):
        self.closing.auto_close_warn = True
        self.ticket._as_system().partner_id = False
        self.assertFalse(self.run_on(5))
        self.assertFalse(self.run_on(7))
        self.assertTrue(self.ticket.is_closed)

    def test_own_days_and_template(self):
        self.closing.write({
            'auto_close_warn': True, 'auto_close_warn_day': 2,
            'auto_close_warn_template_id': self.make_template('<p>Our own words.</p>').id})
        self.assertFalse(self.run_on(1.9))
        body, = self.run_on(2)
        self.assertIn('Our own words.', body)

    def test_shipped_template_is_the_administrators(self):
        """Who has no right for templates but that of Helpdesk may edit it."""
        self.assertEqual(
            self.closing.auto_close_warn_template_id,
            self.env.ref('helpdesk_lite.mail_template_auto_close_warning'))
        template = self.closing.auto_close_warn_template_id.with_user(self.manager)
        template.body_html = template.body_html + '<p>Yours</p>'
        self.closing.auto_close_warn = True
        self.assertIn('Yours', self.run_on(5)[0])

    def test_day_in_the_language_of_the_customer(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.customer.lang = 'fr_FR'
        self.closing.auto_close_warn = True
        self.assertIn('09/03/2026', self.run_on(5)[0])

    def test_day_of_the_customer_s_clock(self):
        """Where it isn't known, of the desk's."""
        self.closing.write({
            'auto_close_warn': True, 'auto_close_warn_template_id': self.make_template(
                '<p>On <t t-out="object.auto_close_day_name"/></p>').id})
        self.company.resource_calendar_id.tz = 'Pacific/Kiritimati'
        self.assertIn('03/09/2026', self.ticket.auto_close_day_name)
        self.start += timedelta(hours=6)
        self.ticket.last_activity_date = self.start
        self.assertIn('03/10/2026', self.run_on(5)[0])
        self.customer.tz = 'America/New_York'
        self.assertIn('03/09/2026', self.ticket.auto_close_day_name)

    @mute_logger('odoo.addons.mail.models.mail_render_mixin')
    def test_broken_warning_is_reported(self):
        self.closing.write({
            'auto_close_warn': True,
            'auto_close_warn_template_id': self.make_template('<p><t t-out="1 / 0"/></p>').id})
        self.assertFalse(self.run_on(5))
        self.assertFalse(self.ticket.auto_close_warning_date)
        self.assertIn('division by zero', self.ticket.auto_close_error)
        self.closing.auto_close_warn_template_id.body_html = '<p>Fine.</p>'
        self.assertEqual(len(self.run_on(6)), 1)
