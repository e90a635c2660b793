from freezegun import freeze_time

from odoo.tests import tagged

from .closing_common import NOW, ClosingCommon, days


@tagged('post_install', '-at_install')
class TestReopening(ClosingCommon):
    """What a customer's answer to a closed ticket does."""

    def setUp(self):
        super().setUp()
        for stage in self.pipeline:
            stage.template_id = self.make_template(f'<p>You are in {stage.name}.</p>')
        with freeze_time(NOW - days(10)), self.mock_mail_gateway():
            self.ticket = self.make_ticket(
                self.closing, partner_id=self.portal.partner_id.id, user_id=self.assignee.id,
                stage_id=self.stage_progress.id)
            self.env.cr.flush()
            self.ticket.with_user(self.agent).stage_id = self.stage_done
            self.env.cr.flush()
        self.startPatcher(freeze_time(NOW))

    def answer_in_portal(self, ticket=None, body='It is broken again.', **values):
        message = (ticket or self.ticket).with_user(self.portal).message_post(
            body=body, message_type='comment', subtype_xmlid='mail.mt_comment', **values)
        self.env.cr.flush()
        self.env.invalidate_all()
        return message

    def answer_by_mail(self, **values):
        with self.mock_mail_gateway():
            self.send_mail(self.ticket, **{
                'email_from': 'portal@staff.example.com', **values})
            stage_mails = [mail for mail in self._mails if 'You are in' in mail['body']]
        self.env.invalidate_all()
        return stage_mails

    def assert_reopened(self, stage=None):
        self.assertEqual(self.ticket.stage_id, stage or self.stage_progress)
        self.assertFalse(self.ticket.is_closed or self.ticket.close_date)
        self.assertEqual(self.ticket.reopen_count, 1)

    # ------------------------------------------------------------------
    # Reopen it
    # ------------------------------------------------------------------

    def test_by_mail_into_the_stage_it_came_from(self):
        self.assertFalse(self.answer_by_mail(), 'no mail of the stage')
        self.assert_reopened()
        self.assertIn('Reopened by an answer', self.get_logs(self.ticket)[0])
        self.assertEqual(self.ticket.last_activity_date, NOW)

    def test_log_is_in_the_language_of_the_company(self):
        self.env['res.lang']._activate_lang('ko_KR')
        self.company.partner_id.lang = 'ko_KR'
        self.answer_in_portal()
        self.assert_reopened()
        self.assertRegex(self.get_logs(self.ticket)[0], '[가-힣]')

    def test_in_the_portal(self):
        with self.mock_mail_gateway():
            message = self.answer_in_portal()
            self.assertFalse([mail for mail in self._mails if 'You are in' in mail['body']])
        self.assert_reopened()
        self.assertEqual(message.res_id, self.ticket.id)
        self.assertEqual(message.author_id, self.portal.partner_id)

    def test_moves_after_it_send_mails_again(self):
        self.answer_by_mail()
        with self.mock_mail_gateway():
            self.ticket.with_user(self.agent).stage_id = self.stage_feedback
            self.env.cr.flush()
            self.assertEqual(len([m for m in self._mails if 'You are in' in m['body']]), 1)

    def test_else_into_the_first_open_stage(self):
        self.closing.stage_ids -= self.stage_progress
        self.answer_by_mail()
        self.assert_reopened(self.stage_new)

    def test_stage_it_came_from_is_folded_now(self):
        self.stage_progress.fold = True
        self.answer_by_mail()
        self.assert_reopened(self.stage_new)

    def test_closed_automatically(self):
        self.answer_by_mail()
        with self.mock_mail_gateway():
            self.ticket._as_system().write({
                'stage_id': self.stage_feedback.id, 'last_activity_date': NOW - days(8)})
            self.run_cron()
        self.assertTrue(self.ticket.is_closed)
        self.answer_by_mail()
        self.assertEqual(self.ticket.stage_id, self.stage_feedback)
        self.assertEqual(self.ticket.reopen_count, 2)

    def test_counted_in_the_analysis(self):
        self.answer_by_mail()
        [(_team, reopened)] = self.Ticket._read_group(
            [('team_id', '=', self.closing.id)], ['team_id'], ['reopen_count:sum'])
        self.assertEqual(reopened, 1)

    def test_archived(self):
        self.ticket.active = False
        self.answer_by_mail()
        self.assert_reopened()
        self.assertTrue(self.ticket.active)

    def test_somebody_in_cc_answers(self):
        self.ticket.email_cc = 'colleague@customer.example.org'
        self.answer_by_mail(email_from='colleague@customer.example.org')
        self.assert_reopened()

    def test_no_open_stage(self):
        self.closing.stage_ids.fold = True
        self.answer_by_mail()
        self.assertTrue(self.ticket.is_closed)
        self.assertIn(self.assignee.partner_id, self.get_answer().notified_partner_ids)

    # ------------------------------------------------------------------
    # What reopens nothing
    # ------------------------------------------------------------------

    def get_answer(self):
        return self.ticket.message_ids.filtered(
            lambda message: message.message_type in ('email', 'comment'))[:1]

    def assert_still_closed(self):
        self.env.cr.flush()
        self.env.invalidate_all()
        self.assertTrue(self.ticket.is_closed)
        self.assertEqual(self.ticket.stage_id, self.stage_done)
        self.assertFalse(self.ticket.reopen_count)
        self.assertFalse(self.ticket.next_ticket_ids)

    def test_automatic_mail(self):
        for policy in ('reopen', 'notify', 'new'):
            self.closing.write({'reopen_policy': policy, 'reopen_day': 0})
            self.answer_by_mail(extra='Auto-Submitted: auto-replied\r\n')
            self.assertEqual(self.get_answer().message_type, 'email')
            self.assert_still_closed()

    def test_agents(self):
        with self.mock_mail_gateway():
            for subtype in ('mail.mt_comment', 'mail.mt_note'):
                self.ticket.with_user(self.agent).message_post(
                    body='Done.', message_type='comment', subtype_xmlid=subtype)
            self.send_mail(self.ticket, email_from='assignee@staff.example.com')
        self.assert_still_closed()

    def test_stage_mail_and_tracking(self):
        with self.mock_mail_gateway():
            self.ticket._send_stage_template()
            self.ticket.with_user(self.agent).priority = '2'
        self.assert_still_closed()

    def test_merged(self):
        self.ticket.merged_into_id = self.make_ticket(self.closing)
        self.ticket.sudo().message_post(
            body='Hello', message_type='comment', subtype_xmlid='mail.mt_comment',
            author_id=self.portal.partner_id.id)
        self.assertTrue(self.ticket.is_closed)

    def test_mail_that_makes_a_closed_ticket(self):
        """An alias may put tickets into a folded stage: their own mail is no answer."""
        self.closing.alias_id.alias_defaults = {
            'team_id': self.closing.id, 'stage_id': self.stage_done.id}
        with self.mock_mail_gateway():
            self.env['mail.thread'].message_process(None, (
                b'From: portal@staff.example.com\r\nTo: closing@helpdesk.example.com\r\n'
                b'Subject: Info\r\nMessage-Id: <info@example.org>\r\n\r\nFYI'))
        ticket = self.Ticket.search([('name', '=', 'Info')])
        self.assertTrue(ticket.is_closed)

    # ------------------------------------------------------------------
    # Leave it closed and notify the assignee
    # ------------------------------------------------------------------

    def test_notify(self):
        self.closing.reopen_policy = 'notify'
        self.ticket.message_unsubscribe(self.assignee.partner_id.ids)
        self.answer_by_mail()
        self.assert_still_closed()
        self.assertIn(self.assignee.partner_id, self.get_answer().notified_partner_ids)

    def test_notify_nobody(self):
        """Where nobody is assigned the administrators are called, once for all answers."""
        self.closing.reopen_policy = 'notify'
        self.ticket._as_system().user_id = False
        self.answer_in_portal()
        self.answer_in_portal()
        self.assert_still_closed()
        activity = self.ticket.activity_ids
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn('closed ticket', activity.summary)

    # ------------------------------------------------------------------
    # A new linked ticket
    # ------------------------------------------------------------------

    def test_new_ticket_after_some_days(self):
        self.closing.write({'reopen_policy': 'new', 'reopen_day': 10})
        self.answer_by_mail()
        self.assert_reopened()

    def test_new_ticket(self):
        self.closing.write({'reopen_policy': 'new', 'reopen_day': 9})
        stage_mails = self.answer_by_mail(body='It is broken again.', extra=(
            'Cc: colleague@customer.example.org\r\n'))
        self.assertTrue(self.ticket.is_closed)
        new = self.ticket.next_ticket_ids
        self.assertEqual(len(new), 1)
        self.assertEqual(
            (new.name, new.team_id, new.stage_id, new.partner_id, new.user_id), (
                self.ticket.name, self.closing, self.stage_new, self.portal.partner_id,
                self.assignee))
        self.assertFalse(new.is_closed)
        self.assertIn('broken again', new.description)
        self.assertIn('colleague@customer.example.org', new.email_cc)
        answer = new.message_ids.filtered(lambda message: message.message_type == 'email')
        self.assertIn('broken again', str(answer.body))
        self.assertEqual(answer.author_id, self.portal.partner_id)
        self.assertTrue(self.is_follower(new, self.portal))
        self.assertIn(new.ticket_ref, self.get_logs(self.ticket)[0])
        self.assertIn(self.ticket.ticket_ref, ' '.join(self.get_logs(new)))
        self.assertEqual(len(stage_mails), 1, 'it is a new request: it is acknowledged')
        self.assertFalse(self.ticket.message_ids.filtered(lambda m: m.message_type == 'email'))

    def test_more_answers_to_the_old_one_go_to_the_new(self):
        self.closing.write({'reopen_policy': 'new', 'reopen_day': 9})
        self.answer_by_mail()
        self.answer_by_mail(body='One more thing.')
        new = self.ticket.next_ticket_ids
        self.assertEqual(len(new), 1)
        self.assertIn('One more thing.', ' '.join(self.get_logs(new)))

    def test_new_ticket_from_the_portal_with_a_file(self):
        self.closing.write({'reopen_policy': 'new', 'reopen_day': 0})
        file = self.env['ir.attachment'].with_user(self.portal).sudo().create({
            'name': 'photo.txt', 'raw': b'x', 'res_model': 'mail.compose.message', 'res_id': 0})
        message = self.answer_in_portal(attachment_ids=file.ids)
        new = self.ticket.next_ticket_ids
        self.assertEqual((message.model, message.res_id), (new._name, new.id))
        self.assertEqual((file.res_model, file.res_id), (new._name, new.id))
        self.assertEqual(new.with_user(self.portal).name, self.ticket.name, 'they may read it')

    def test_follow_up_of_a_follow_up(self):
        self.closing.write({'reopen_policy': 'new', 'reopen_day': 1})
        self.answer_by_mail()
        new = self.ticket.next_ticket_ids
        new.with_user(self.agent).stage_id = self.stage_done
        with freeze_time(NOW + days(2)):
            self.answer_by_mail()
        self.assertEqual(len(self.ticket.next_ticket_ids), 1)
        self.assertEqual(len(new.next_ticket_ids), 1)
