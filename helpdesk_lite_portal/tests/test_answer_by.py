from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import PortalCommon

MONDAY = datetime(2026, 3, 2, 9, 0)


class AnswerByCommon(PortalCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.write({
            'use_sla': True, 'portal_show_sla': True, 'resource_calendar_id': False})
        cls.portal.tz = 'Europe/Brussels'
        cls.policy = cls.env['helpdesk.lite.sla'].create({
            'name': 'Gold contract', 'target': 'first_response', 'time': 76,
            'company_id': cls.company.id})


@tagged('post_install', '-at_install')
class TestAnswerBy(AnswerByCommon):
    """What the line says, to whom, and when there is none."""

    def make_at(self, moment, **values):
        with freeze_time(moment):
            ticket = self.make_ticket(**{'partner_id': self.portal.partner_id.id, **values})
            self.env.flush_all()
        return ticket

    def say(self, ticket, moment, visitor=None, lang='en_US'):
        with freeze_time(moment):
            ticket.invalidate_recordset()
            return ticket.with_context(lang=lang)._say_answer_by(
                visitor or self.portal.partner_id)

    def test_customers_clock(self):
        ticket = self.make_at(MONDAY)  # answered by Thursday, 13:00 UTC
        self.customer.tz = False
        for tz, text in (
                ('Europe/Brussels', 'Thursday, 14:00'), ('Asia/Seoul', 'Thursday, 22:00'),
                ('Pacific/Auckland', 'Friday, 02:00')):
            self.portal.tz = tz
            self.assertEqual(self.say(ticket, MONDAY), f'We answer by {text}.')
            # who has no clock of their own gets the customer's
            self.assertEqual(
                self.say(ticket, MONDAY, self.customer), f'We answer by {text}.')

    def test_far_away(self):
        self.policy.time = 24 * 10
        self.assertEqual(
            self.say(self.make_at(MONDAY), MONDAY), 'We answer by Thursday, 12 March, 10:00.')

    def test_when_there_is_none(self):
        def of(**values):
            return self.make_at(MONDAY, **values)

        answered, closed, archived, hidden = of(), of(), of(), of()
        with freeze_time(MONDAY):
            answered.with_user(self.agent).message_post(
                body='Hello', message_type='comment', subtype_xmlid='mail.mt_comment')
            closed.stage_id = self.stage_solved
            archived.active = False
            self.env.flush_all()
        for ticket in (answered, closed, archived):
            self.assertFalse(self.say(ticket, MONDAY))
        late = MONDAY + timedelta(hours=76)
        self.assertTrue(self.say(hidden, late))
        self.assertFalse(self.say(hidden, late + timedelta(seconds=1)))
        self.team.portal_show_sla = False
        self.assertFalse(self.say(hidden, MONDAY))

    def test_off_by_default(self):
        self.assertFalse(self.make_team(name='Another').portal_show_sla)

    def test_other_targets_say_nothing(self):
        self.policy.write({'target': 'closed'})
        self.assertFalse(self.say(self.make_at(MONDAY), MONDAY))

    def test_next_answer(self):
        self.policy.write({'target': 'next_response', 'time': 24})
        ticket = self.make_at(MONDAY)
        for hours, agent in ((1, True), (2, False)):
            with freeze_time(MONDAY + timedelta(hours=hours)):
                ticket.with_user(self.agent if agent else self.env.user).message_post(
                    body='Hello', message_type='comment', subtype_xmlid='mail.mt_comment',
                    author_id=(self.agent if agent else self.portal).partner_id.id)
                self.env.flush_all()
        self.assertEqual(
            self.say(ticket, MONDAY + timedelta(hours=2)), 'We answer by Tuesday, 12:00.')


@tagged('post_install', '-at_install')
class TestAnswerByPage(AnswerByCommon):
    """The page, by login and by link; nothing else of service levels is on it."""

    def get_line(self, url):
        page = self.page(url)
        self.assertNotRegex(page.text_content(), r'Gold contract|SLA|sla_')
        for script in page.findall('.//script'):  # full of tokens, which hold any number
            script.drop_tree()
        self.assertNotRegex(page.text_content(), r'\b76\b')
        return [''.join(line.itertext()).strip()
                for line in page.find_class('o_ticket_answer_by')]

    def test_page(self):
        ticket = self.make_ticket(name='Help', partner_id=self.portal.partner_id.id)
        self.env.flush_all()
        day = fields.Datetime.context_timestamp(
            self.portal.with_context(tz='Europe/Brussels'),
            ticket.sla_status_ids.deadline).strftime('%A, %H:%M')
        line = [f'We answer by {day}.']
        self.assertEqual(self.get_line(self.link(ticket)), line)
        self.login(self.portal)
        self.assertEqual(self.get_line(f'/my/ticket/{ticket.id}'), line)
        self.team.portal_show_sla = False
        self.env.flush_all()
        self.assertEqual(self.get_line(f'/my/ticket/{ticket.id}'), [])
        self.assertEqual(self.get_line(self.link(ticket)), [])

    def test_nothing_by_rpc(self):
        ticket = self.make_ticket(name='Help', partner_id=self.portal.partner_id.id)
        for name in ('sla_deadline', 'sla_warning_date', 'sla_status_ids', 'sla_failed'):
            with self.assertRaises(AccessError):
                ticket.with_user(self.portal).read([name])
            with self.assertRaises(AccessError):
                ticket.with_user(self.portal).search([(name, '!=', False)])
        for model in ('helpdesk.lite.sla', 'helpdesk.lite.sla.status', 'helpdesk.lite.sla.event',
                      'helpdesk.lite.sla.escalation', 'helpdesk.lite.sla.escalation.done'):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.portal).search([])
