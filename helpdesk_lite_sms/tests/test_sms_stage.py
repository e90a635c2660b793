from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import NUMBER, HelpdeskLiteSmsCommon

LOGGER = 'odoo.addons.helpdesk_lite_sms.models.helpdesk_lite_ticket'


@tagged('post_install', '-at_install')
class TestSmsStage(HelpdeskLiteSmsCommon):
    """A stage texts the customer under the rules of its e-mail."""

    def setUp(self):
        super().setUp()
        self.ticket = self.make_ticket(partner_id=self.customer.id)
        self.env.cr.flush()

    def test_move_queues_one_sms(self):
        with self.mockSMSGateway():
            self.move(self.ticket)
        self.assertQueued(self.ticket, [NUMBER])
        self.assertEqual(self._sms, [], 'nothing is sent in the transaction of the move')
        sms = self.get_sms(self.ticket)
        self.assertEqual(sms.body, f'We work on {self.ticket.ticket_ref}')
        self.assertEqual(sms.partner_id, self.customer)
        self.assertFalse(self.get_notes(self.ticket))

    def test_sms_stands_in_the_log_and_is_internal(self):
        self.move(self.ticket)
        message = self.get_sms(self.ticket).mail_message_id
        self.assertEqual((message.model, message.res_id), (self.ticket._name, self.ticket.id))
        self.assertEqual(message.message_type, 'sms')
        self.assertEqual(message.subtype_id, self.env.ref('mail.mt_note'))
        self.assertEqual(message.author_id, self.agent.partner_id)
        self.assertEqual(message.record_company_id, self.company)
        self.assertIn(self.ticket.ticket_ref, message.body)
        self.assertEqual(message.notification_ids.sms_number, NUMBER)
        self.assertEqual(message.notification_ids.res_partner_id, self.customer)

    def test_queue_is_woken(self):
        cron = self.env.ref('sms.ir_cron_sms_scheduler_action')
        before = self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)])
        self.move(self.ticket)
        self.assertTrue(self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)]) - before)

    def test_unchanged_stage_sends_nothing(self):
        self.move(self.ticket)
        self.move(self.ticket)
        self.ticket.with_user(self.agent).write(
            {'stage_id': self.stage_progress.id, 'priority': '2'})
        self.env.cr.flush()
        self.assertQueued(self.ticket, [NUMBER])

    def test_there_and_back_in_one_transaction_sends_nothing(self):
        ticket = self.ticket.with_user(self.agent)
        ticket.stage_id = self.stage_progress
        ticket.stage_id = self.stage_new
        self.env.cr.flush()
        self.assertNothingQueued(self.ticket)

    def test_each_arrival_sends_once(self):
        self.move(self.ticket)
        self.move(self.ticket, self.stage_new)
        self.move(self.ticket)
        self.assertQueued(self.ticket, [NUMBER, NUMBER])

    def test_stage_without_template_sends_and_logs_nothing(self):
        self.customer.phone = False
        self.ticket.partner_phone = False
        self.move(self.ticket, self.stage_solved)
        self.assertNothingQueued(self.ticket)
        self.assertFalse(self.get_notes(self.ticket))

    def test_creation_by_an_agent(self):
        self.stage_new.sms_template_id = self.sms_template
        ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent).create({
            'name': 'By hand', 'team_id': self.team.id, 'partner_id': self.customer.id})
        self.env.cr.flush()
        self.assertQueued(ticket, [NUMBER])

    def test_creation_in_another_stage_than_the_first(self):
        ticket = self.make_ticket(
            partner_id=self.customer.id, stage_id=self.stage_progress.id)
        self.env.cr.flush()
        self.assertQueued(ticket, [NUMBER])

    def test_creation_by_mail(self):
        self.stage_new.sms_template_id = self.sms_template
        ticket = self.receive_mail('Carla <carla@customer.example.org>')
        self.assertEqual(ticket.partner_id, self.customer)
        self.assertQueued(ticket, [NUMBER])

    def test_automatic_mail_is_muted(self):
        self.stage_new.sms_template_id = self.sms_template
        ticket = self.receive_mail(
            'Carla <carla@customer.example.org>', 'Auto-Submitted: auto-replied\n')
        self.assertNothingQueued(ticket)
        self.assertFalse(self.get_notes(ticket))

    def receive_mail(self, sender, headers=''):
        """The ticket that a mail to the public team becomes."""
        with self.mock_mail_gateway():
            ticket_id = self.env['mail.thread'].message_process(False, (
                f'{headers}From: {sender}\nTo: {self.team.alias_email}\nSubject: Help\n'
                f'Message-Id: <{self.id()}@customer.example.org>\n\nIt is broken.\n'))
            self.env.cr.flush()
        return self.env['helpdesk.lite.ticket'].browse(ticket_id)

    def test_muted_moves_send_nothing(self):
        other = self.make_ticket(partner_id=self.customer.id)
        self.env.cr.flush()
        self.ticket._mute_stages()
        self.move(self.ticket + other)
        self.assertNothingQueued(self.ticket)
        self.assertQueued(other, [NUMBER])

    def test_folding_a_stage_sends_nothing(self):
        self.move(self.ticket)
        self.stage_progress.with_user(self.manager).fold = True
        self.env.cr.flush()
        self.assertQueued(self.ticket, [NUMBER])

    def test_merged_ticket_sends_nothing(self):
        self.stage_solved.sms_template_id = self.sms_template
        other = self.make_ticket(partner_id=self.customer.id)
        self.env.cr.flush()
        self.ticket.write({'merged_into_id': other.id, 'active': False})
        self.env.cr.flush()
        self.assertTrue(self.ticket.is_closed)
        self.assertNothingQueued(self.ticket)

    def test_follower_of_one_ticket_of_a_private_team(self):
        """Who may move a ticket needs no right for templates, team or customer."""
        ticket = self.make_ticket(self.team_private, partner_id=self.customer.id)
        self.follow(ticket, self.agent_ticket)
        self.env.cr.flush()
        self.move(ticket, user=self.agent_ticket)
        self.assertQueued(ticket, [NUMBER])

    def test_customer_who_moves_their_own_ticket_is_texted(self):
        """As with e-mail: the author isn't left out."""
        self.portal.partner_id.phone = '0470 65 43 21'
        ticket = self.make_ticket(partner_id=self.portal.partner_id.id)
        self.env.cr.flush()
        ticket.with_user(self.portal).sudo().stage_id = self.stage_progress
        self.env.cr.flush()
        self.assertQueued(ticket, ['+32470654321'])

    def test_language_of_the_customer(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.sms_template.with_context(lang='fr_FR').body = 'On y travaille'
        self.customer.lang = 'fr_FR'
        self.move(self.ticket)
        self.assertEqual(self.get_sms(self.ticket).body, 'On y travaille')

    def test_ticket_that_is_gone_sends_nothing(self):
        self.ticket.stage_id = self.stage_progress
        self.ticket.unlink()
        self.env.cr.flush()
        self.assertFalse(self.ticket.exists())

    # ------------------------------------------------------------------
    # Templates that fail
    # ------------------------------------------------------------------

    @mute_logger('odoo.addons.mail.models.mail_render_mixin')
    def test_broken_template_costs_no_move(self):
        self.sms_template.body = '{{ object.no_such_field }}'
        with self.assertLogs(LOGGER, 'WARNING'):
            self.move(self.ticket)
        self.assertEqual(self.ticket.stage_id, self.stage_progress)
        self.assertNothingQueued(self.ticket)
        [note] = self.get_notes(self.ticket)
        self.assertIn('no_such_field', note)

    @mute_logger('odoo.addons.mail.models.mail_render_mixin', 'odoo.sql_db')
    def test_template_that_breaks_the_transaction_costs_no_move(self):
        """An error of the database would refuse everything after it, without a savepoint."""
        self.sms_template.body = '{{ object.env.cr.execute("SELECT 1 / 0") }}'
        with self.assertLogs(LOGGER, 'WARNING'):
            self.move(self.ticket)
        self.assertEqual(self.ticket.stage_id, self.stage_progress)
        self.assertIn('division by zero', self.get_notes(self.ticket)[0])

    @mute_logger('odoo.addons.mail.models.mail_render_mixin')
    def test_template_that_fails_on_one_ticket_texts_the_others(self):
        self.sms_template.body = '{{ 1 / (object.color - 1) }}'
        tickets = self.make_tickets(3, partner_id=self.customer.id)
        tickets[1].color = 1
        self.env.cr.flush()
        with self.assertLogs(LOGGER, 'WARNING') as logs:
            self.move(tickets)
        self.assertEqual(len(logs.output), 1)
        self.assertQueued(tickets, [NUMBER, NUMBER])
        self.assertFalse(self.get_sms(tickets[1]))
        self.assertEqual([len(self.get_notes(ticket)) for ticket in tickets], [0, 1, 0])

    def test_empty_text_is_not_sent(self):
        self.sms_template.body = '{{ object.email_cc or "" }}'
        with self.assertLogs(LOGGER, 'WARNING'):
            self.move(self.ticket)
        self.assertNothingQueued(self.ticket)
        self.assertIn('empty', self.get_notes(self.ticket)[0])

    @mute_logger('odoo.addons.mail.models.mail_render_mixin', LOGGER)
    def test_broken_template_keeps_the_mail_of_the_same_stage(self):
        self.sms_template.body = '{{ object.no_such_field }}'
        self.stage_progress.template_id = self.env['mail.template'].create({
            'name': 'Mail', 'model_id': self.ticket_model.id, 'subject': 'We work on it',
            'body_html': '<p>We do.</p>'})
        with self.mock_mail_gateway():
            self.move(self.ticket)
        self.assertIn('auto_comment', self.ticket.message_ids.mapped('message_type'))
        self.assertEqual(len(self.get_notes(self.ticket)), 1)

    # ------------------------------------------------------------------
    # Many at once
    # ------------------------------------------------------------------

    def test_queries_of_a_hundred(self):
        """Texting 100 tickets costs constant queries more than moving them."""
        customers = self.env['res.partner'].create([
            {'name': f'Customer {index}', 'phone': f'04700000{index:02}'} for index in range(100)])

        def count_queries():
            tickets = self.env['helpdesk.lite.ticket'].with_user(self.agent).create([
                {'name': 'Many', 'team_id': self.team.id, 'partner_id': customer.id}
                for customer in customers])
            self.env.cr.flush()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.move(tickets)
            return self.env.cr.sql_log_count - start, tickets

        self.stage_progress.sms_template_id = False
        count_queries()  # what is cached once
        bare, _tickets = count_queries()
        self.stage_progress.sms_template_id = self.sms_template
        full, tickets = count_queries()
        self.assertEqual(len(self.get_sms(tickets)), 100)
        self.assertLessEqual(full - bare, 30)

    def test_two_companies_in_one_transaction(self):
        ticket = self.make_ticket(self.other_team, partner_id=self.customer.id)
        self.env.cr.flush()
        self.ticket.with_user(self.agent).stage_id = self.stage_progress
        ticket.with_user(self.other_agent).stage_id = self.stage_progress
        self.env.cr.flush()
        self.assertQueued(self.ticket + ticket, [NUMBER, NUMBER])
        messages = self.get_sms(self.ticket + ticket).mail_message_id
        self.assertEqual(messages.record_company_id, self.company + self.other_company)

    # ------------------------------------------------------------------
    # Configuration
    # ------------------------------------------------------------------

    def test_template_of_another_model_is_refused(self):
        template = self.make_sms_template(
            'Hello', model_id=self.env['ir.model']._get_id('res.partner'))
        with self.assertRaises(UserError):
            self.stage_solved.with_user(self.manager).sms_template_id = template

    def test_default_templates_are_assigned_to_no_stage(self):
        templates = (
            self.env.ref('helpdesk_lite_sms.sms_template_ticket_received')
            + self.env.ref('helpdesk_lite_sms.sms_template_ticket_closed'))
        self.assertFalse(self.env['helpdesk.lite.stage'].with_context(active_test=False).search(
            [('sms_template_id', 'in', templates.ids)]))
        for template in templates:
            body = template._render_field('body', self.ticket.ids)[self.ticket.id]
            self.assertIn(self.ticket.ticket_ref, body)
            self.assertLessEqual(len(body), 160, 'one SMS, not two')

    def test_help_says_what_it_costs_and_where_to_buy(self):
        [field] = self.env['helpdesk.lite.stage'].fields_get(['sms_template_id']).values()
        for word in ('costs money', 'IAP', 'Twilio'):
            self.assertIn(word, field['help'])
