from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from .merge_common import MergeCommon

MAIL = """From: {sender}
To: {to}
Cc: {cc}
Subject: {subject}
Message-Id: <{message_id}@mail.example.org>
References: {references}
Date: Mon, 02 Nov 2026 10:00:00 +0000
Content-Type: text/plain; charset=utf-8

{body}
"""


@tagged('post_install', '-at_install')
class TestMergeMail(MergeCommon):
    """The notice to customers, and answers to merged tickets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.make_ticket(
            name='Printer jam', partner_id=cls.portal.partner_id.id)
        cls.template = cls.env.ref('helpdesk_lite.mail_template_request_acknowledgment')

    def receive(self, subject='Hello', sender='carla@customer.example.org', references='', cc='',
                message_id='answer'):
        mail = MAIL.format(
            sender=sender, to='team-portal@helpdesk.example.com', subject=subject,
            references=references, cc=cc, message_id=message_id, body='My answer')
        known = self.env['mail.message'].sudo().search([]).ids
        self.env['mail.thread'].sudo().message_process(False, mail)
        self.flush_tracking()
        return self.env['mail.message'].sudo().search([
            ('id', 'not in', known), ('message_id', '=', f'<{message_id}@mail.example.org>')])

    # ------------------------------------------------------------------
    # The notice
    # ------------------------------------------------------------------

    def test_each_customer_is_told_once(self):
        third = self.make_ticket(name='Third', partner_id=self.customer.id)
        self.flush_tracking()
        with self.mock_mail_gateway():
            self.merge(self.dup | third | self.foreign, self.stay)
        mails = self.sent_to('carla@customer.example.org')
        self.assertEqual(len(mails), 1)
        self.assertIn(f'[{self.dup.ticket_ref}]', mails[0]['subject'])
        for ticket in self.dup, third, self.stay:
            self.assertIn(ticket.ticket_ref, mails[0]['body'])
        foreign = self.sent_to(self.portal.email)
        self.assertEqual(len(foreign), 1)
        self.assertIn(self.foreign.ticket_ref, foreign[0]['body'])
        self.assertNotIn(self.stay.name, foreign[0]['body'].replace(self.foreign.name, ''))
        self.assertEqual(len(self._mails), 2)

    def test_customer_whose_contact_has_no_address_is_told_at_the_tickets(self):
        nobody = self.env['res.partner'].create({'name': 'No Address'})
        tickets = self.env['helpdesk.lite.ticket']
        for address in (False, 'one@typed.example.org', 'ONE@typed.example.org'):
            tickets += self.make_ticket(partner_id=nobody.id, partner_email=address)
        self.assertFalse(nobody.email)
        self.flush_tracking()
        with self.mock_mail_gateway():
            self.merge(tickets[1:], tickets[0])
        self.assertEqual(len(self._mails), 1)
        self.assertEqual(len(self.sent_to('one@typed.example.org')), 1)

    def test_administrator_edits_the_notice_without_other_rights(self):
        template = self.env.ref('helpdesk_lite.mail_template_ticket_merged').with_user(self.manager)
        template.body_html = template.body_html + '<p>Yours</p>'
        with self.mock_mail_gateway():
            self.merge(self.dup, self.stay)
        body = self.sent_to('carla@customer.example.org')[0]['body']
        self.assertIn('Yours', body)
        self.assertIn('Carla Customer', body)
        self.assertIn(self.stay.ticket_ref, body)
        self.assertNotIn('t-out', body)

    def test_notice_in_the_customers_language(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.customer.lang = 'fr_FR'
        template = self.env.ref('helpdesk_lite.mail_template_ticket_merged')
        template.with_context(lang='fr_FR').body_html = '<p>Fusionné</p>'
        with self.mock_mail_gateway():
            self.merge(self.dup, self.stay)
        self.assertIn('Fusionné', self.sent_to('carla@customer.example.org')[0]['body'])

    def test_team_switches_the_notice_off(self):
        self.team.merge_notification = False
        with self.mock_mail_gateway():
            self.merge(self.dup, self.stay)
        self.assertFalse(self._mails)

    def test_no_stage_mail(self):
        self.team.merge_notification = False
        (self.stage_new | self.stage_solved | self.stage_progress).template_id = self.template
        self.flush_tracking()
        with self.mock_mail_gateway():
            self.merge(self.dup, self.stay)
            self.unmerge(self.dup)
        self.assertFalse(self._mails)
        self.assertEqual(self.dup.stage_id, self.stage_new)

    def test_broken_template_costs_no_merge(self):
        template = self.env.ref('helpdesk_lite.mail_template_ticket_merged').sudo()
        with patch.object(type(template), '_check_can_be_rendered'):
            template.body_html = '<p><t t-out="object.nothing_here"/></p>'
        with mute_logger('odoo.addons.mail.models.mail_render_mixin'), \
                self.assertLogs('odoo.addons.helpdesk_lite', 'WARNING'), \
                self.mock_mail_gateway():
            self.merge(self.dup, self.stay)
        self.assertEqual(self.dup.merged_into_id, self.stay)

    # ------------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------------

    def test_answer_by_message_id_lands_on_the_one_that_stays(self):
        message = self.post(self.dup)
        self.merge(self.dup, self.stay)
        answer = self.receive('Re: something', references=message.message_id)
        self.assertEqual(answer.res_id, self.stay.id)
        self.assertRecordValues(answer, [{'subtype_id': self.comment.id, 'is_internal': False}])

    def test_answer_by_reference_through_a_chain(self):
        third = self.make_ticket(name='Third', partner_id=self.customer.id)
        self.merge(self.dup, self.stay)
        self.merge(self.stay, third)
        answer = self.receive(f'Re: [{self.dup.ticket_ref}] Printer is jammed')
        self.assertEqual(answer.res_id, third.id)
        self.assertEqual(third.waiting_for, 'desk')
        self.assertFalse(self.dup.active)

    def test_answer_to_the_notice(self):
        with self.mock_mail_gateway():
            self.merge(self.dup, self.stay)
        notice = self.dup.message_ids.filtered(lambda m: m.message_type == 'auto_comment')
        answer = self.receive('Re: notice', references=notice.message_id)
        self.assertEqual(answer.res_id, self.stay.id)
        self.assertFalse(answer.is_internal)

    def test_follower_of_a_merged_ticket_answers_by_reference(self):
        aide = self.env['res.partner'].create({'name': 'Aide', 'email': 'aide@example.org'})
        self.dup.message_subscribe(aide.ids)
        self.merge(self.dup, self.stay)
        answer = self.receive(f'[{self.dup.ticket_ref}] x', sender='aide@example.org')
        self.assertEqual(answer.res_id, self.stay.id)
        stranger = self.receive(
            f'[{self.dup.ticket_ref}] x', sender='nobody@example.org', message_id='stranger')
        self.assertNotIn(stranger.res_id, self.both.ids)

    def test_people_of_the_one_that_stays_belong_to_those_merged_into_it(self):
        self.merge(self.dup, self.stay)
        newcomer = self.env['res.partner'].create({'name': 'Newcomer', 'email': 'new@example.org'})
        self.stay.message_subscribe(newcomer.ids)
        self.assertTrue(self.dup._has_correspondent('new@example.org'))
        self.assertFalse(self.dup._has_correspondent('new@example.org', through_merge=False))
        answer = self.receive(f'[{self.dup.ticket_ref}] x', sender='new@example.org')
        self.assertEqual(answer.res_id, self.stay.id)

    def test_answer_of_another_customer_is_not_read_by_the_customer(self):
        self.stay.user_id = self.assignee
        self.assignee.notification_type = 'inbox'
        message = self.post(self.foreign)
        with self.mock_mail_gateway():
            self.merge(self.foreign, self.stay)
        notice = self.foreign.message_ids.filtered(lambda m: m.message_type == 'auto_comment')
        for index, values in enumerate((
            {'references': message.message_id},
            {'subject': f'Re: [{self.foreign.ticket_ref}] x'},
            {'references': notice.message_id},
            {'references': notice.message_id, 'sender': 'private@elsewhere.example.org'},
        )):
            with self.subTest(values=values), self.mock_mail_gateway():
                answer = self.receive(**{
                    'sender': self.portal.email, 'cc': 'carla@customer.example.org',
                    'message_id': f'foreign{index}', **values})
                self.assertEqual(answer.res_id, self.stay.id)
                self.assertTrue(answer.is_internal)
                self.assertTrue(answer.subtype_id.internal)
                self.assertEqual(
                    answer.helpdesk_lite_mail_status, 'stranger' if index == 3 else 'apart')
                self.assertFalse(self.sent_to('carla@customer.example.org'))
                self.assertIn(self.assignee.partner_id, answer.notified_partner_ids)
        self.assertEqual(self.stay.waiting_for, 'desk')
        self.assertFalse(self.is_follower(self.stay, self.portal))
        self.assertFalse(self.stay.email_cc)
        suggested = self.stay._message_get_suggested_recipients(reply_discussion=True)
        self.assertNotIn(self.portal.partner_id.id, [row['partner_id'] for row in suggested])

    def test_agent_who_left_the_one_that_stays_is_no_other_customer(self):
        self.foreign.message_subscribe(self.assignee.partner_id.ids)
        self.merge(self.foreign, self.stay)
        self.stay.message_unsubscribe(self.assignee.partner_id.ids)
        self.assertFalse(self.stay._is_kept_apart(self.assignee.email))
        self.assertTrue(self.stay._is_kept_apart(self.portal.email))

    def test_answer_of_another_customer_reopens(self):
        self.merge(self.foreign, self.stay)
        self.stay.stage_id = self.stage_solved
        answer = self.receive(f'[{self.foreign.ticket_ref}] again', sender=self.portal.email)
        self.assertTrue(answer.is_internal)
        self.assertFalse(self.stay.is_closed)
        self.assertIn(
            'merged', ' '.join(self.stay.activity_ids.mapped('summary')), 'nobody was notified')

    def test_undo_brings_answers_home(self):
        self.merge(self.foreign, self.stay)
        self.unmerge(self.foreign)
        answer = self.receive(f'[{self.foreign.ticket_ref}] x', sender=self.portal.email)
        self.assertEqual(answer.res_id, self.foreign.id)
        self.assertFalse(answer.is_internal)
