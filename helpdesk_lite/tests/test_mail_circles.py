import email
import email.policy
from datetime import datetime, timedelta
from threading import Thread
from time import monotonic, sleep

from freezegun import freeze_time

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged

from ..tools.incoming_mail import IncomingMail
from ..tools.mail_verdict import NEW, Verdict
from .common import HelpdeskLiteMailCommon

NORA = 'nora@new.example.org'
NOON = datetime(2030, 3, 4, 12)


@tagged('post_install', '-at_install')
class TestMayWrite(HelpdeskLiteMailCommon):
    """How many mails an address gets by itself."""

    def setUp(self):
        super().setUp()
        self.Circle = self.env['helpdesk.lite.mail.circle']

    def test_limit_of_a_day(self):
        """The sixth within 24 hours isn't sent; the window slides."""
        for hours, allowed in ((0, True), (1, True), (2, True), (3, True), (4, True), (5, False),
                               (23, False), (24, True), (24.5, False), (25, True)):
            with self.subTest(hours=hours), freeze_time(NOON + timedelta(hours=hours)):
                self.assertEqual(self.Circle._may_write(NORA), allowed)

    def test_kinds_are_counted_apart(self):
        for limit, kind, allowed in (
            (1, 'form', True), (1, 'form', False), (1, 'notice 1', True), (1, 'notice 2', True),
            (5, 'automatic', True), (2, 'form', True), (2, 'form', False), (0, 'none', False),
        ):
            with self.subTest(kind=kind, limit=limit):
                self.assertEqual(self.Circle._may_write(NORA, limit, kind), allowed)

    def test_mailbox(self):
        """Spellings of one mailbox count together."""
        for address, mailbox in (
            (NORA, NORA), ('Nora <NORA@new.example.org>', NORA), ('nora+1@new.example.org', NORA),
            ('no.ra@new.example.org', 'no.ra@new.example.org'), ('n.o+x@gmail.com', 'no@gmail.com'),
            ('no@googlemail.com', 'no@gmail.com'), ('+@x.example.org', '+@x.example.org'),
            ('', ''), ('<>', ''), ('MAILER-DAEMON', ''), (False, ''),
        ):
            with self.subTest(address=address):
                self.assertEqual(self.Circle._get_mailbox(address), mailbox)
                self.assertEqual(self.Circle._may_write(address, 20), bool(mailbox))

    def test_forgotten(self):
        with freeze_time(NOON):
            self.Circle._may_write(NORA)
        with freeze_time(NOON + timedelta(days=3)):
            self.Circle._gc_circles()
        self.assertFalse(self.Circle.search_count([]))

    def test_nobody_reads_it(self):
        for user in (self.manager, self.agent, self.portal):
            self.assertFalse(self.Circle.with_user(user).has_access('read'))


@tagged('post_install', '-at_install')
class TestAtOnce(BaseCase):
    """Two mails to one address at once, in transactions of their own."""

    def test_second_waits_and_sees_the_first(self):
        registry, results = Registry(get_db_name()), {}

        def ask(name, env):
            results[name] = env['helpdesk.lite.mail.circle']._may_write(
                'atonce@circle.example.org', 1)
        try:
            with registry.cursor() as second_cr:
                second_cr.execute('SELECT 1')  # its snapshot is older than the first one's row
                # made here: in a thread it would wait for the registry, which a test run holds
                second = Thread(target=ask, args=(
                    'second', api.Environment(second_cr, SUPERUSER_ID, {})))
                with registry.cursor() as cr:
                    ask('first', api.Environment(cr, SUPERUSER_ID, {}))
                    second.start()
                    self.wait_until_blocked(registry)
                second.join(30)
            self.assertEqual(results, {'first': True, 'second': False})
        finally:
            with registry.cursor() as cr:
                cr.execute("DELETE FROM helpdesk_lite_mail_circle "
                           "WHERE mailbox = 'atonce@circle.example.org'")

    def wait_until_blocked(self, registry):
        end = monotonic() + 20
        while monotonic() < end:
            with registry.cursor() as cr:
                cr.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                if cr.fetchone():
                    return
            sleep(0.05)
        self.fail('The second one never waited.')


@tagged('post_install', '-at_install')
class TestStageMails(HelpdeskLiteMailCommon):
    """Acknowledgements that mails and forms set off are limited; what people do isn't."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage_new.template_id = cls.stage_progress.template_id = cls.env.ref(
            'helpdesk_lite.mail_template_request_acknowledgment')

    def test_limit(self):
        for number in range(7):
            with self.mock_mail_gateway():
                ticket = self.make_ticket(partner_email=NORA)
                ticket._limit_stage_mails()
                self.flush_tracking()
            self.assertEqual(len(self.sent_to(NORA)), number < 5, number)
            said = ticket.message_ids.filtered(
                lambda m: 'too many automatic e-mails' in (m.body or ''))
            self.assertEqual(bool(said), number >= 5)
        for stage in (self.stage_progress, self.stage_new):
            with self.mock_mail_gateway():
                ticket.with_user(self.agent).stage_id = stage
                self.flush_tracking()
            self.assertEqual(len(self.sent_to(NORA)), 1, 'what people do is not limited')

    def test_mail_sets_it_off(self):
        """`message_new` says so, and so does the answer that opens a new ticket."""
        with self.mock_mail_gateway():
            ticket = self.env['helpdesk.lite.ticket'].browse(
                self.env['helpdesk.lite.ticket'].message_new({
                    'subject': 'A', 'email_from': NORA, 'to': self.team.alias_email, 'cc': '',
                    'body': '<p>x</p>', 'message_id': '<a@x>'}, {'team_id': self.team.id}).id)
            self.flush_tracking()
        self.assertEqual(self.env['helpdesk.lite.mail.circle'].search_count(
            [('mailbox', '=', NORA)]), 1)
        self.team.write({'reopen_policy': 'new', 'reopen_day': 0})
        with freeze_time('2020-01-01'):
            ticket.stage_id = self.stage_solved
        mail = IncomingMail(sender=('', NORA), verdict=Verdict('answer'))
        with self.mock_mail_gateway():
            ticket.with_context(helpdesk_lite_mail=mail).message_post(
                body='Again', message_type='email', subtype_xmlid='mail.mt_comment',
                author_id=ticket.partner_id.id)
            self.flush_tracking()
        self.assertTrue(ticket.next_ticket_ids)
        self.assertEqual(self.env['helpdesk.lite.mail.circle'].search_count(
            [('mailbox', '=', NORA)]), 2)


@tagged('post_install', '-at_install')
class TestRelays(HelpdeskLiteMailCommon):
    """What a machine wrote goes to nobody outside, and keeps its mark inside."""

    def test_who_is_mailed(self):
        """Machine or person × note or public: followers outside, agents, and the mark."""
        outsider = self.env['res.partner'].create({'name': 'F', 'email': 'f@x.example.org'})
        self.agent_ticket.notification_type = 'email'
        for machine, internal, outside, mark in (
            ('Auto-Submitted', True, False, 'auto-generated'),
            ('Auto-Submitted', False, False, 'auto-generated'),
            ('', False, True, None), ('', True, False, None),
        ):
            with self.subTest(machine=machine, internal=internal):
                ticket = self.make_ticket(partner_id=self.customer.id)
                self.follow(ticket, outsider)
                ticket.message_subscribe(self.agent_ticket.partner_id.ids, [
                    self.env.ref('mail.mt_comment').id, self.env.ref('mail.mt_note').id])
                self.flush_tracking()
                mail = IncomingMail(sender=('', NORA), machine=machine, verdict=NEW)
                with self.mock_mail_gateway():
                    ticket.with_context(helpdesk_lite_mail=mail).message_post(
                        body='Away', message_type='email', is_internal=internal,
                        email_from=NORA, author_id=False, subtype_xmlid='mail.mt_comment')
                self.assertEqual(bool(self.sent_to('f@x.example.org')), outside)
                self.assertEqual(bool(self.sent_to('carla@customer.example.org')), outside)
                relayed, = self.sent_to(self.agent_ticket.email)
                self.assertEqual(relayed['headers'].get('Auto-Submitted'), mark)

    def make_mail(self, **headers):
        message = email.message.EmailMessage(policy=email.policy.SMTP)
        for name, value in {
                'From': f'Nora <{NORA}>', 'To': self.team.alias_email, 'Subject': 'x',
                **headers}.items():
            message[name.replace('_', '-')] = value
        message.set_content('x')
        return message

    def test_refusals(self):
        """They are marked, limited for our aliases, and go to no machine."""
        values = {'email_from': f'Nora <{NORA}>', 'message_id': '<x@x>', 'body': 'x'}
        for mail, headers, count in (
            (IncomingMail(), {}, 5), (IncomingMail(machine='x'), {}, 0),
            (IncomingMail(silent=True), {}, 0), (None, {'Return_Path': '<>'}, 0),
            (None, {'Return_Path': '<b@x.example.org>'}, 5),
        ):
            with self.subTest(mail=mail, headers=headers), self.mock_mail_gateway():
                for _index in range(7):
                    self.team.alias_id.with_context(
                        helpdesk_lite_mail=mail)._alias_bounce_incoming_email(
                        self.make_mail(**headers), values, set_invalid=False)
                self.assertEqual(len(self._mails), count)
                for sent in self._mails:
                    self.assertEqual(sent['headers']['Auto-Submitted'], 'auto-replied')

    def test_refusals_of_others(self):
        """Another application's alias refuses as ever, and marks it."""
        alias = self.env['mail.alias'].create({
            'alias_name': 'foreign', 'alias_model_id': self.env['ir.model']._get_id(
                'res.partner'), 'alias_domain_id': self.alias_domain.id})
        with self.mock_mail_gateway():
            for _index in range(7):
                alias._alias_bounce_incoming_email(
                    self.make_mail(), {'email_from': NORA, 'message_id': '<x@x>', 'body': 'x'},
                    set_invalid=False)
        self.assertEqual(len(self._mails), 7)
        self.assertEqual(self._mails[0]['headers']['Auto-Submitted'], 'auto-replied')
