from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCase

from .common import TICKET, PortalCommon


@tagged('post_install', '-at_install')
class TestTrustPortal(MailCase, PortalCommon):
    """Of what a visitor sends to the portal's own routes, only text and files count."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.victim = cls.env['res.partner'].create(
            {'name': 'Victim', 'email': 'victim@else.example.org'})
        cls.env.flush_all()

    def call(self, user, model, name, *args, **kwargs):
        env = user.env(user=user, context={}, su=False)
        result = call_kw(env[model], name, list(args), kwargs)
        env.flush_all()
        return result

    def get_last(self, ticket):
        self.env.invalidate_all()
        return self.env['mail.message'].search(
            [('model', '=', TICKET), ('res_id', '=', ticket.id)], order='id desc', limit=1)

    def test_route(self):
        """With a login, and by the secret of a link."""
        for user, access, author in (
                (self.portal, {}, self.portal.partner_id),
                (None, {'token': self.token(self.other_ticket)}, self.customer)):
            ticket = self.ticket if user else self.other_ticket
            self.login(user)
            followers = ticket.message_partner_ids
            self.rpc('/mail/message/post', {
                'thread_model': TICKET, 'thread_id': ticket.id, 'context': {
                    'mail_post_autofollow': True, 'default_author_id': self.agent.partner_id.id,
                    'helpdesk_lite_only_partner_id': self.victim.id},
                'post_data': {
                    'body': 'Hello there', 'message_type': 'notification',
                    'subtype_xmlid': 'mail.mt_note', 'author_id': self.agent.partner_id.id,
                    'partner_ids': self.victim.ids,
                    'email_from': self.agent.email, 'subject': 'Forged',
                    'tracking_value_ids': [Command.delete(1)], 'mail_headers': {'X-Forged': 'y'},
                    'email_add_signature': True}, **access})
            message = self.get_last(ticket)
            self.assertIn('Hello there', message.body)
            self.assertRecordValues(message, [{
                'author_id': author.id, 'subject': False, 'message_type': 'comment',
                'subtype_id': self.env.ref('mail.mt_comment').id, 'is_internal': False}])
            self.assertNotIn(self.victim, message.partner_ids | message.notified_partner_ids)
            self.assertEqual(ticket.message_partner_ids, followers)

    def test_merged_by_the_route(self):
        """A page that is open since before the merge: the same values, on the ticket that stays."""
        apart = self.make_ticket(name='Of another', partner_id=self.customer.id)
        token = self.token(self.ticket)
        self.ticket._merge_into(apart)
        self.env.flush_all()
        followers = apart.message_partner_ids
        self.login(self.portal)
        self.post_message(self.ticket, 'Hello there', access={'token': token},
                          partner_ids=self.victim.ids)
        self.env.invalidate_all()
        self.assertEqual(apart.message_partner_ids, followers)
        message = apart.message_ids.filtered(lambda m: 'Hello there' in (m.body or ''))
        self.assertEqual(len(message), 1)
        self.assertTrue(message.is_internal)
        self.assertEqual(message.author_id, self.portal.partner_id)
        self.assertNotIn(self.victim, message.partner_ids)

    def test_token_is_the_systems(self):
        """Nobody chooses the secret of a link, by whatever way."""
        for user in (self.agent, self.manager):
            for label, write in (
                    ('write', lambda user=user: self.call(
                        user, TICKET, 'write', self.ticket.ids, {'access_token': 'guessed'})),
                    ('create', lambda user=user: self.call(
                        user, TICKET, 'create', {
                            'name': 'x', 'team_id': self.team.id, 'access_token': 'guessed'})),
                    ('web_save', lambda user=user: self.call(
                        user, TICKET, 'web_save', self.ticket.ids, {'access_token': 'guessed'},
                        {'name': {}}))):
                with self.subTest(user=user.login, path=label), self.assertRaises(UserError):
                    write()
            made = self.call(
                user, TICKET, 'create', {'name': 'x', 'team_id': self.team.id},
                context={'default_access_token': 'guessed'})
            self.assertNotEqual(self.env[TICKET].browse(made).access_token, 'guessed')
        token = self.token(self.ticket)
        self.call(self.manager, TICKET, 'action_reset_portal_link', self.ticket.ids)
        self.assertNotEqual(self.ticket.access_token, token)
        with self.assertRaises(AccessError):
            self.call(self.agent, TICKET, 'action_reset_portal_link', self.ticket.ids)
        self.assertIn('access_token=', self.ticket.with_user(self.agent).get_portal_url())

    def share(self, user):
        return self.env['portal.share'].with_user(user).create({
            'res_model': TICKET, 'res_id': self.ticket.id, 'partner_ids': self.victim.ids})

    def test_share_is_an_agents_mail(self):
        """It goes to whom it is for, and isn't marked as a machine's."""
        wizard = self.share(self.agent)
        with self.mock_mail_gateway():
            wizard.action_send_mail()
            self.env.flush_all()
            self.env.cr.precommit.run()
        self.assertEqual(
            {address for mail in self._mails for address in mail['email_to']},
            {self.victim.email_formatted})
        self.assertNotIn('signup', self._mails[0]['body'], 'a link for one ticket, no account')
        for mail in self._new_mails:
            self.assertNotIn('Auto-Submitted', mail.headers or '')
            self.assertNotIn('X-Auto-Response-Suppress', mail.headers or '')

    def test_share_is_its_users(self):
        wizard = self.share(self.agent)
        self.env.flush_all()
        for user in (self.other_agent, self.other_manager, self.assignee):
            for name, args in (('read', [['note']]), ('write', [{'note': 'x'}])):
                with self.subTest(user=user.login, name=name), self.assertRaises(AccessError):
                    self.call(user, 'portal.share', name, wizard.ids, *args)
