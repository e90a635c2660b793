import base64

from freezegun import freeze_time

from odoo.tests import Form, tagged

from .closing_common import NOW, ClosingCommon, days

SINCE = NOW - days(3)


@tagged('post_install', '-at_install')
class TestLastActivity(ClosingCommon):
    """What starts the clock of automatic closing again, and what doesn't."""

    def setUp(self):
        super().setUp()
        self.stage_feedback.template_id = False
        with freeze_time(SINCE):
            self.ticket = self.make_silent(SINCE, partner_id=self.customer.id)
        self.startPatcher(freeze_time(NOW))

    def assert_activity(self, expected=NOW):
        self.env.cr.flush()
        self.env.invalidate_all()
        self.assertEqual(self.ticket.last_activity_date, expected)

    def assert_no_activity(self):
        self.assert_activity(SINCE)

    # ------------------------------------------------------------------
    # What counts
    # ------------------------------------------------------------------

    def test_creation(self):
        self.assertEqual(self.make_ticket(self.closing).last_activity_date, NOW)

    def test_mail_of_the_customer(self):
        with self.mock_mail_gateway():
            self.send_mail(self.ticket)
        self.assertEqual(self.ticket.message_ids[0].message_type, 'email')
        self.assert_activity()

    def test_portal_message_of_the_customer(self):
        self.ticket._as_system().write(
            {'partner_id': self.portal.partner_id.id, 'team_id': self.closing.id})
        self.ticket.with_user(self.portal).message_post(
            body='Hello?', message_type='comment', subtype_xmlid='mail.mt_comment')
        self.assert_activity()

    def test_comment_of_an_agent(self):
        with self.mock_mail_gateway():
            self.ticket.with_user(self.agent).message_post(
                body='Hello', message_type='comment', subtype_xmlid='mail.mt_comment')
        self.assert_activity()

    def test_internal_note(self):
        self.ticket.with_user(self.agent).message_post(
            body='A note', message_type='comment', subtype_xmlid='mail.mt_note')
        self.assert_activity()

    def test_done_activity(self):
        """What an agent writes on marking a planned activity as done."""
        activity = self.ticket.with_user(self.agent).activity_schedule(
            'mail.mail_activity_data_todo', user_id=self.agent.id)
        self.assert_no_activity()
        activity.action_feedback('Called: they send the log on Friday.')
        self.assert_activity()

    def test_activity_done_by_the_system(self):
        self.ticket.activity_schedule(
            'mail.mail_activity_data_todo', user_id=self.agent.id).action_feedback('Done')
        self.assert_no_activity()

    def test_mail_to_many_tickets(self):
        with self.mock_mail_gateway():
            self.env['mail.compose.message'].with_user(self.agent).create({
                'composition_mode': 'mass_mail', 'model': self.ticket._name, 'subject': 'News',
                'res_ids': str(self.ticket.ids), 'body': '<p>All is well again.</p>',
            })._action_send_mail()
        self.assert_activity()

    def test_attachment(self):
        self.env['ir.attachment'].with_user(self.agent).create({
            'name': 'photo.txt', 'datas': base64.b64encode(b'x'),
            'res_model': self.ticket._name, 'res_id': self.ticket.id})
        self.assert_activity()

    def test_attachment_in_a_message(self):
        with self.mock_mail_gateway():
            self.ticket.with_user(self.agent).message_post(
                body='', message_type='comment', subtype_xmlid='mail.mt_comment',
                attachments=[('photo.txt', b'x')])
        self.assert_activity()

    def test_stage_move(self):
        self.ticket.with_user(self.agent).stage_id = self.stage_progress
        self.assert_activity()

    def test_assignee(self):
        self.ticket.with_user(self.agent).user_id = self.assignee
        self.assert_activity()

    def test_priority(self):
        self.ticket.with_user(self.agent).priority = '3'
        self.assert_activity()

    def test_form(self):
        with Form(self.ticket.with_user(self.agent)) as form:
            form.priority = '2'
        self.assert_activity()

    # ------------------------------------------------------------------
    # What doesn't count
    # ------------------------------------------------------------------

    def test_automatic_mail(self):
        for header in (
                'Auto-Submitted: auto-replied', 'X-Autoreply: yes', 'X-Failed-Recipients: a@b',
                'Precedence: auto_reply'):
            with self.mock_mail_gateway():
                self.send_mail(self.ticket, extra=f'{header}\r\n')
            self.assert_no_activity()
        self.assertEqual(len(self.ticket.message_ids.filtered(
            lambda message: message.message_type == 'email')), 4, 'they did arrive')

    def test_mail_by_a_list(self):
        """Lists and groups hand on what people write."""
        for header in ('Precedence: bulk', 'X-Auto-Response-Suppress: All'):
            with self.subTest(header), self.mock_mail_gateway():
                self.ticket.last_activity_date = False
                self.send_mail(self.ticket, extra=f'{header}\r\n')
                self.assertTrue(self.ticket.last_activity_date)

    def test_automatic_mail_with_attachment(self):
        mail = (b'From: carla@customer.example.org\r\nTo: closing@helpdesk.example.com\r\n'
                b'Subject: [%s] away\r\nMessage-Id: <away@example.org>\r\n'
                b'Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n'
                b'Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n'
                b'Content-Type: text/plain\r\n\r\nAway\r\n--x\r\nContent-Type: text/csv\r\n'
                b'Content-Disposition: attachment; filename=a.csv\r\n\r\na,b\r\n--x--\r\n')
        with self.mock_mail_gateway():
            self.env['mail.thread'].message_process(
                None, mail % self.ticket.ticket_ref.encode())
        self.assertEqual(self.ticket.message_ids[0].attachment_ids.name, 'a.csv')
        self.assert_no_activity()

    def test_acknowledgement(self):
        """A mail that the desk sends by itself, whichever stage it is of."""
        with self.mock_mail_gateway():
            self.ticket._mail_customer(self.make_template())
            self.assertEqual(len(self._mails), 1)
        self.assert_no_activity()

    def test_out_of_office(self):
        self.ticket.with_user(self.agent).sudo().message_post(
            body='Away', message_type='out_of_office', subtype_xmlid='mail.mt_comment')
        self.assert_no_activity()

    def test_system_writes(self):
        self.ticket.with_user(1).write({'priority': '2'})
        self.ticket.with_user(1).user_id = self.assignee
        self.ticket.with_user(self.agent)._as_system().stage_id = self.stage_progress
        self.assert_no_activity()

    def test_nobody_writes_as_the_system_by_rpc(self):
        """A context that an agent sends makes no system write."""
        self.ticket.with_user(self.agent).with_context(
            helpdesk_lite_system_write=True).stage_id = self.stage_progress
        self.assert_activity()

    def test_other_fields(self):
        self.ticket.with_user(self.agent).write({
            'name': 'Renamed', 'color': 3, 'kanban_state': 'blocked', 'description': '<p>x</p>'})
        self.assert_no_activity()

    def test_same_values(self):
        self.ticket.with_user(self.agent).write({
            'priority': self.ticket.priority, 'user_id': False,
            'stage_id': self.ticket.stage_id.id})
        self.assert_no_activity()

    def test_recomputed_fields(self):
        self.customer.write({'name': 'Renamed', 'email': 'new@customer.example.org'})
        self.ticket._update_working_hours()
        for name in ('partner_email', 'email_normalized', 'commercial_partner_id', 'company_id'):
            self.env.add_to_compute(self.ticket._fields[name], self.ticket)
        self.env.flush_all()
        self.assertEqual(self.ticket.email_normalized, 'new@customer.example.org')
        self.assert_no_activity()

    def test_followers_and_activities(self):
        self.ticket.with_user(self.agent).message_subscribe(self.assignee.partner_id.ids)
        self.ticket.with_user(self.agent).activity_schedule(
            'mail.mail_activity_data_todo', user_id=self.agent.id)
        self.assert_no_activity()

    def test_fold(self):
        self.stage_feedback.fold = True
        self.stage_feedback.fold = False
        self.assert_no_activity()

    def test_warning_and_closing(self):
        self.closing.write({'auto_close_warn': True, 'auto_close_warn_day': 1,
                            'auto_close_day': 2})
        self.run_cron()
        self.assertTrue(self.ticket.auto_close_warning_date)
        self.assert_no_activity()
        with freeze_time(NOW + days(1)):
            self.run_cron()
        self.assertTrue(self.ticket.is_closed)
        self.assert_no_activity()

    def test_not_by_reading_messages(self):
        """Keeping it up reads no message: it is set while the message is posted."""
        self.env.flush_all()
        with self.profile_queries() as queries:
            self.ticket.with_user(self.agent).message_post(
                body='A note', message_type='comment', subtype_xmlid='mail.mt_note')
            self.env.flush_all()
        reading = [query for query in queries if 'FROM "mail_message"' in query
                   and 'last_activity' in query]
        self.assertFalse(reading)
        self.assert_activity()

    def profile_queries(self):
        return _Queries(self.env.cr)


class _Queries(list):
    """The statements that run within a block."""

    def __init__(self, cr):
        super().__init__()
        self.cr = cr

    def __enter__(self):
        execute = self.cr.execute

        def spy(query, params=None, log_exceptions=True):
            self.append(str(getattr(query, 'code', query)))
            return execute(query, params, log_exceptions)

        self.cr.execute = spy
        return self

    def __exit__(self, *error):
        del self.cr.execute
