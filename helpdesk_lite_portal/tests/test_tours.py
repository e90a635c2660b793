from freezegun import freeze_time
from lxml import html

from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCase

from .common import TICKET, PortalCommon


@tagged('post_install', '-at_install')
class TestTours(MailCase, PortalCommon):
    """The stories of customers, in Chromium."""

    def test_stranger(self):
        """Form, mail, link, answer with a file, closing: all without a login."""
        self.stage_new.template_id = self.env.ref(
            'helpdesk_lite.mail_template_request_acknowledgment')
        team = self.make_team(
            name='Team of the tour', use_website_form=True, allow_portal_ticket_closing=True)
        self.env['ir.config_parameter'].set_param('helpdesk_lite_portal.form_min_seconds', '0')
        with self.mock_mail_gateway():
            self.start_tour('/helpdesk', 'helpdesk_lite_portal_form')
            mails = list(self._mails)
        ticket = self.env[TICKET].search([('team_id', '=', team.id)])
        mail, = [mail for mail in mails if 'vera@visitor' in mail['email_to'][0]]
        link = next(
            str(link) for link in html.fromstring(mail['body']).xpath('//a/@href')
            if 'access_token' in link)
        self.start_tour(
            link.removeprefix(ticket.get_base_url()), 'helpdesk_lite_portal_link', login=None)
        self.env.invalidate_all()
        self.assertTrue(ticket.is_closed and ticket.closed_by_partner)
        answer = ticket.message_ids.filtered(lambda message: 'Here is my key' in message.body)
        self.assertEqual(answer.author_id, ticket.partner_id)
        self.assertEqual(answer.attachment_ids.raw, b'the key')

    def test_account(self):
        ticket = self.make_ticket(name='Screen is dark', partner_id=self.portal.partner_id.id)
        ticket.message_post(
            body='We look into it', message_type='comment', subtype_xmlid='mail.mt_comment')
        self.make_ticket(name='Settled long ago', partner_id=self.portal.partner_id.id).write(
            {'stage_id': self.stage_solved.id})
        self.start_tour('/my', 'helpdesk_lite_portal_account', login=self.portal.login)
        self.env.invalidate_all()
        message = ticket.message_ids[0]
        self.assertIn('Thank you very much', message.body)
        self.assertEqual(message.author_id, self.portal.partner_id)

    def test_follow_up(self):
        self.team.write({'reopen_policy': 'new', 'reopen_day': 3})
        with freeze_time('2025-01-06 10:00:00'):
            self.other_ticket.stage_id = self.stage_solved
            self.other_ticket.flush_recordset()
        self.start_tour(
            self.link(self.other_ticket), 'helpdesk_lite_portal_follow_up', login=None)
        self.env.invalidate_all()
        following = self.other_ticket.next_ticket_ids
        self.assertIn('It is dark again', str(following.message_ids.mapped('body')))
        self.assertTrue(self.other_ticket.is_closed)
