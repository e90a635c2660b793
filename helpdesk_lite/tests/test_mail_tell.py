from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..tools.incoming_mail import IncomingMail
from .common import HelpdeskLiteMailCommon

NOON = datetime(2030, 3, 4, 12)
TOLD = ('unproven', 'internal', 'others', 'colleague', 'apart')
NOT_TOLD = ('stranger', 'machine', 'limited', '', 'something')


@tagged('post_install', '-at_install')
class TestTell(HelpdeskLiteMailCommon):
    """Whoever wrote a mail that became a note is told so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.make_ticket(
            name='Secret subject', partner_id=cls.customer.id, description='<p>Secret text</p>')

    def tell(self, reason='unproven', address=None, ticket=None, message=None, **values):
        mail = IncomingMail(
            sender=('Some Body', address or self.agent.email), message_id='<in@x>', **values)
        with self.mock_mail_gateway():
            (ticket or self.ticket)._tell_sender(mail, reason, message=message)
        return self._mails

    def test_who_is_told(self):
        """Each reason once; strangers, machines and own addresses never."""
        for number, (reason, values, told) in enumerate((
            *((reason, {}, True) for reason in TOLD),
            *((reason, {}, False) for reason in NOT_TOLD),
            ('unproven', {'machine': 'Auto-Submitted'}, False),
            ('unproven', {'silent': True}, False),
            ('unproven', {'address': self.team.alias_email}, False),
            ('unproven', {'address': ''}, True),
        )):
            with self.subTest(reason=reason, values=values):
                address = f'a{number}@x.example.org'
                mails = self.tell(reason, **{'address': address, **values})
                self.assertEqual(len(mails), told)

    def test_nobody_without_address(self):
        with self.mock_mail_gateway():
            self.ticket._tell_sender(IncomingMail(sender=('MAILER-DAEMON', '')), 'unproven')
        self.assertFalse(self._mails)

    def test_text(self):
        """The reason, and of the ticket the reference alone."""
        for reason, words in (
            ('unproven', 'could not tell whether'), ('internal', 'answers an internal note'),
            ('others', 'sent to somebody who does not belong'), ('colleague', 'have no right'),
            ('apart', 'kept apart'),
        ):
            with self.subTest(reason=reason):
                mail, = self.tell(reason, address=f'{reason}@x.example.org')
                text = html2plaintext(mail['body'])
                self.assertIn(words, text)
                self.assertIn(self.ticket.ticket_ref, text)
                self.assertEqual(
                    mail['subject'], f'[{self.ticket.ticket_ref}] Your e-mail was not passed on')
                self.assertEqual(mail['email_to'], [f'"Some Body" <{reason}@x.example.org>'])
                self.assertEqual(mail['headers']['Auto-Submitted'], 'auto-replied')
                self.assertEqual(mail['references'], '<in@x>')
                self.assertIn(self.team.alias_email, mail['email_from'])
                self.assertIn(self.team.alias_email, mail['reply_to'])
                for secret in ('Secret', 'Carla', self.customer.email):
                    self.assertNotIn(secret, mail['body'] + mail['subject'])

    def test_once_per_ticket_and_day(self):
        other = self.make_ticket()
        for hours, ticket, told in (
            (0, self.ticket, True), (1, self.ticket, False), (2, other, True),
            (23, self.ticket, False), (25, self.ticket, True),
        ):
            with self.subTest(hours=hours), freeze_time(NOON + timedelta(hours=hours)):
                self.assertEqual(len(self.tell(ticket=ticket)), told)

    def test_at_most_five_a_day(self):
        """They count with the acknowledgements."""
        for _index in range(4):
            self.env['helpdesk.lite.mail.circle']._may_write(self.agent.email)
        for told in (True, False):
            self.assertEqual(len(self.tell(ticket=self.make_ticket())), told)

    def test_language(self):
        """The sender's, by user or contact."""
        self.env['res.lang']._activate_lang('ko_KR')
        self.env['ir.module.module']._load_module_terms(['helpdesk_lite'], ['ko_KR'])
        self.agent.lang = self.customer.lang = 'ko_KR'
        for address, message in (
            (self.agent.email, None), ('carla@customer.example.org', None),
            ('x@x.example.org', self.ticket.message_post(
                body='x', author_id=self.customer.id, message_type='email')),
        ):
            with self.subTest(address=address):
                lang = self.ticket._get_sender_lang(
                    address, message)
                self.assertEqual(lang, 'ko_KR')
        self.assertEqual(self.ticket._get_sender_lang('who@x.example.org', None), 'en_US')
