from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tools.discuss import Store

from .common import HelpdeskLiteMailCommon
from .test_gateway import GatewayCommon

CARLA, CC, NORA = 'carla@customer.example.org', 'cc@x.example.org', 'nora@new.example.org'
BUTTONS = {
    'make_public': 'helpdesk_lite_make_public',
    'send': 'helpdesk_lite_make_public',
    'add_to_cc': 'helpdesk_lite_add_to_cc',
    'not_automatic': 'helpdesk_lite_not_automatic',
}


@tagged('post_install', '-at_install')
class ButtonsCommon(HelpdeskLiteMailCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.outsider = cls.env['res.partner'].create(
            {'name': 'Follower', 'email': 'follower@x.example.org'})
        cls.comment = cls.env.ref('mail.mt_comment')

    def make_note(self, status='stranger', sender=NORA, author=None, ticket=None, **values):
        """A mail that became a note, on a ticket of Carla with somebody in Cc and a follower."""
        ticket = ticket or self.make_ticket(
            partner_id=self.customer.id, email_cc=f'"C" <{CC}>', user_id=self.assignee.id)
        self.follow(ticket, self.outsider)
        message = ticket.message_post(
            body='Text', message_type='email', is_internal=True, email_from=sender,
            author_id=author.id if author else False, subtype_xmlid='mail.mt_comment',
            attachments=[('a.txt', b'file')], **values)
        message.helpdesk_lite_mail_status = status
        self.flush_tracking()
        self.env.invalidate_all()
        return ticket, message

    def press(self, message, action, user=None):
        with self.mock_mail_gateway():
            getattr(message.with_user(user or self.agent), BUTTONS[action])()
            self.flush_tracking()
        self.env.invalidate_all()

    def get_addresses(self):
        return sorted(address for mail in self._mails for address in mail['email_to'])


class TestButtons(ButtonsCommon):
    """What an agent makes of a mail that became a note."""

    def test_what_each_button_does(self):
        """Status × button: who is mailed, whose turn it is, who is in Cc, what is left."""
        carla, c, follower = ('"Carla Customer" <carla@customer.example.org>',
                              'cc@x.example.org', '"Follower" <follower@x.example.org>')
        everybody = sorted([carla, c, follower])
        agents = self.agent.partner_id
        for status, sender, author, action, mailed, desks_turn, email_cc in (
            ('stranger', NORA, None, 'make_public', everybody, True, f'"C" <{CC}>'),
            ('stranger', f'Nora <{NORA}>', None, 'add_to_cc', everybody, True,
             f'"Nora" <{NORA}>, "C" <{CC}>'),
            ('unproven', self.agent.email, agents, 'send', everybody, False, f'"C" <{CC}>'),
            ('internal', self.agent.email, agents, 'send', everybody, False, f'"C" <{CC}>'),
            ('others', self.agent.email, agents, 'send', everybody, False, f'"C" <{CC}>'),
            ('colleague', self.employee.email, self.employee.partner_id, 'make_public',
             everybody, False, f'"C" <{CC}>'),
            ('limited', CARLA, self.customer, 'make_public', sorted([c, follower]), True,
             f'"C" <{CC}>'),
            ('apart', CC, None, 'make_public', sorted([carla, follower]), True, f'"C" <{CC}>'),
            ('machine', CC, None, 'not_automatic', sorted([carla, follower]), True,
             f'"C" <{CC}>'),
            ('machine', CARLA, self.customer, 'not_automatic', sorted([c, follower]), True,
             f'"C" <{CC}>'),
        ):
            with self.subTest(status=status, action=action):
                ticket, message = self.make_note(status, sender, author)
                ticket.waiting_for = 'customer' if desks_turn else 'desk'
                with freeze_time('2030-03-04 10:00:00'):
                    self.press(message, action)
                self.assertEqual(self.get_addresses(), mailed)
                self.assertRecordValues(message, [{
                    'is_internal': False, 'subtype_id': self.comment.id,
                    'helpdesk_lite_mail_status': False}])
                self.assertRecordValues(ticket, [{
                    'waiting_for': 'desk' if desks_turn else 'customer', 'email_cc': email_cc}])
                self.assertEqual(str(ticket.last_activity_date), '2030-03-04 10:00:00')
                log = ticket.message_ids.filtered(
                    lambda m: m.author_id == self.agent.partner_id
                    and m.message_type == 'notification')
                self.assertIn(self.agent.name, log[:1].body, 'it is logged')
                with self.assertRaises(UserError):
                    self.press(message, action)
                self.assertFalse(self._mails, 'once')

    def test_who_has_it_already(self):
        """Whoever stood in To or Cc of the mail isn't mailed again; agents aren't either."""
        ticket, message = self.make_note(
            'others', self.agent.email, self.agent.partner_id,
            incoming_email_to=f'Carla <{CARLA}>, boss@x.example.org', incoming_email_cc=CC)
        self.assignee.notification_type = 'email'
        self.press(message, 'send')
        self.assertEqual(self.get_addresses(), ['"Follower" <follower@x.example.org>'])
        self.assertFalse(ticket.message_ids.filtered(
            lambda m: m.message_type == 'email') - message, 'no second message')

    def test_customer_reads_it(self):
        """The portal shows the text and the file of what was made public, and not before."""
        self.follow(self.team, self.portal)
        ticket = self.make_ticket(partner_id=self.portal.partner_id.id)
        _ticket, message = self.make_note(ticket=ticket)
        files = message.attachment_ids
        self.assertEqual(files.with_user(self.portal)._filter_internal_of_tickets(), files)
        self.press(message, 'make_public')
        self.assertTrue(message.with_user(self.portal).has_access('read'))
        self.assertFalse(files.with_user(self.portal)._filter_internal_of_tickets())
        with self.assertRaises(AccessError):
            message.with_user(self.portal).read(['helpdesk_lite_mail_status'])

    def test_mail_is_as_an_answer_s(self):
        """It has the reference and leads back to the desk."""
        ticket, message = self.make_note('unproven', self.agent.email, self.agent.partner_id)
        self.press(message, 'send')
        mail, *_others = self.sent_to(CARLA)
        self.assertIn(f'[{ticket.ticket_ref}]', mail['subject'])
        self.assertIn(self.team.alias_email, mail['reply_to'])
        self.assertIn('Text', mail['body'])
        self.assertTrue(mail['attachments'])

    def test_reopening(self):
        """A closed ticket opens for who is outside, whatever the team does with answers."""
        for policy, sender, author, is_open in (
            ('reopen', NORA, None, True), ('new', NORA, None, True),
            ('notify', NORA, None, False),
            ('reopen', self.agent.email, self.agent.partner_id, False),
        ):
            with self.subTest(policy=policy, sender=sender):
                self.team.write({'reopen_policy': policy, 'reopen_day': 0})
                ticket, message = self.make_note('stranger', sender, author)
                ticket.stage_id = self.stage_solved
                self.press(message, 'make_public')
                self.assertEqual(ticket.is_closed, not is_open)
                self.assertFalse(ticket.next_ticket_ids)

    def test_contact_of_the_cc_follows(self):
        """A known contact follows; in a private team no internal user does."""
        for team, partner, follows in (
            (self.team, self.outsider, True), (self.team_private, self.outsider, True),
            (self.team_private, self.employee.partner_id, False),
        ):
            with self.subTest(team=team.name, partner=partner.name):
                ticket = self.make_ticket(team, user_id=self.assignee.id)
                message = ticket.message_post(
                    body='Text', message_type='email', is_internal=True,
                    email_from=partner.email_formatted, author_id=partner.id)
                message.helpdesk_lite_mail_status = 'stranger'
                self.press(message, 'add_to_cc', self.manager)
                self.assertIn(partner.email_normalized, ticket.email_cc)
                self.assertEqual(self.is_follower(ticket, partner), follows)

    def test_kept_apart(self):
        """A mail of a customer who is kept apart has no button until they are on the ticket."""
        ticket = self.make_ticket(partner_id=self.customer.id)
        other = self.make_ticket(partner_id=self.outsider.id)
        self.env['helpdesk.lite.ticket.merge'].create({
            'destination_id': ticket.id, 'line_ids': [
                (0, 0, {'ticket_id': each.id}) for each in ticket + other]}).action_merge()
        _ticket, message = self.make_note(
            'apart', self.outsider.email, self.outsider, ticket=self.make_ticket())
        message.res_id = ticket.id
        ticket.message_unsubscribe(self.outsider.ids)
        self.assertEqual(message._get_mail_actions(), [])
        with self.assertRaises(UserError):
            self.press(message, 'make_public')
        self.assertTrue(message.is_internal)
        ticket.email_cc = self.outsider.email
        self.assertEqual(message._get_mail_actions(), ['make_public'])


class TestNotAutomatic(ButtonsCommon):
    """*Not automatic*: a person after all."""

    def test_of_a_stranger(self):
        ticket, message = self.make_note('machine', NORA)
        ticket.waiting_for = 'customer'
        self.press(message, 'not_automatic')
        self.assertRecordValues(message, [{
            'helpdesk_lite_mail_status': 'stranger', 'is_internal': True}])
        self.assertEqual(ticket.waiting_for, 'desk')
        self.assertFalse(self._mails)
        self.assertRecordValues(self.env['helpdesk.lite.mail.sender'].search(
            [('email_normalized', '=', NORA)]), [{'is_person': True}])

    def test_of_who_made_the_ticket(self):
        """They become the customer, and are acknowledged then."""
        self.stage_new.template_id = self.env.ref(
            'helpdesk_lite.mail_template_request_acknowledgment')
        ticket = self.make_ticket()
        self.flush_tracking()
        message = ticket.message_post(
            body='Text', message_type='email', email_from=f'Nora <{NORA}>', author_id=False,
            subtype_xmlid='mail.mt_comment')
        message.helpdesk_lite_mail_status = 'machine'
        self.press(message, 'not_automatic')
        self.assertRecordValues(ticket.partner_id, [{'name': 'Nora', 'email': NORA}])
        self.assertEqual(message.author_id, ticket.partner_id)
        self.assertFalse(message.helpdesk_lite_mail_status)
        self.assertEqual(len(self.sent_to(NORA)), 1)

    def test_nobody(self):
        _ticket, message = self.make_note('machine', 'MAILER-DAEMON')
        with self.assertRaises(UserError):
            self.press(message, 'not_automatic')


class TestRights(ButtonsCommon):
    """Agents who may write the ticket, and nobody else."""

    def test_who_may(self):
        for team, user, allowed in (
            (self.team, self.agent, True), (self.team, self.manager, True),
            (self.team_private, self.manager, True), (self.team_private, self.agent, False),
            (self.team, self.portal, False), (self.team, self.portal_stranger, False),
            (self.team, self.employee, False), (self.team, self.stranger, False),
            (self.team, self.other_agent, False), (self.team, self.other_manager, False),
        ):
            for action, method in BUTTONS.items():
                with self.subTest(team=team.name, user=user.login, action=action):
                    status = {'send': 'unproven', 'not_automatic': 'machine'}.get(
                        action, 'stranger')
                    # each of them but the agents wrote it, which is enough to read it for Odoo
                    ticket, message = self.make_note(
                        status, CC, user.partner_id if not allowed else None,
                        ticket=self.make_ticket(team, partner_id=self.portal.partner_id.id))
                    if allowed:
                        self.press(message, action, user)
                        continue
                    with self.assertRaises(AccessError), mute_logger('odoo.addons.base.models'):
                        getattr(message.with_user(user), method)()
                    self.assertTrue(message.is_internal)
                    self.assertEqual(message.helpdesk_lite_mail_status, status)
                    self.assertFalse(ticket.email_cc)

    def test_nothing_of_the_caller(self):
        """Their context changes neither who is mailed nor what is written."""
        _ticket, message = self.make_note('stranger')
        for user in (self.agent, self.employee, self.portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                message.with_user(user).write({'helpdesk_lite_mail_status': 'machine'})
        self.press(message.with_context(
            mail_notify_author=True, helpdesk_lite_only_partner_id=self.outsider.id,
            mail_notify_force_send=False, default_subject='Forged'), 'make_public')
        self.assertEqual(len(self.get_addresses()), 3)
        self.assertNotIn('Forged', self._mails[0]['subject'])

    def test_own_message_with_a_status(self):
        """Nobody makes a message that has buttons."""
        ticket = self.make_ticket()
        with self.assertRaises(AccessError):
            self.env['mail.message'].with_user(self.agent).create({
                'model': ticket._name, 'res_id': ticket.id, 'body': 'x',
                'helpdesk_lite_mail_status': 'stranger'})

    def test_other_message(self):
        """Not on a message without status, nor on one of another application."""
        _ticket, message = self.make_note(False)
        with self.assertRaises(UserError):
            self.press(message, 'make_public')
        foreign = self.customer.message_post(body='x', message_type='email')
        foreign.helpdesk_lite_mail_status = 'stranger'
        with self.assertRaises(AccessError):
            self.press(foreign, 'make_public', self.env.ref('base.user_admin'))


class TestStore(ButtonsCommon):
    """What the web client is told."""

    def get_data(self, message, user):
        env_message = message.with_user(user)
        [data] = [row for row in Store().add(env_message).get_result()['mail.message']
                  if row['id'] == message.id]
        return data

    def test_status_and_buttons(self):
        for status, actions in (
            ('stranger', ['add_to_cc', 'make_public']), ('unproven', ['send']),
            ('machine', ['not_automatic']), ('limited', ['make_public']), (False, []),
        ):
            with self.subTest(status=status):
                _ticket, message = self.make_note(status)
                data = self.get_data(message, self.agent)
                self.assertEqual(data['helpdesk_lite_mail_status'], status)
                self.assertEqual(data.get('helpdesk_lite_mail_actions', []), actions)

    def test_nothing_elsewhere(self):
        """Neither other applications' messages nor customers get it, and it costs no query."""
        message = self.customer.message_post(body='x')
        self.assertNotIn('helpdesk_lite_mail_status', self.get_data(message, self.agent))
        ticket = self.make_ticket(partner_id=self.portal.partner_id.id)
        public = ticket.message_post(
            body='x', message_type='comment', subtype_xmlid='mail.mt_comment')
        self.assertNotIn('helpdesk_lite_mail_status', self.get_data(public, self.portal))

    def test_no_query_more(self):
        """The status of 30 messages costs no query more than the messages do."""
        ticket = self.make_ticket()
        for _index in range(30):
            message = ticket.message_post(body='x', message_type='email', is_internal=True)
            message.helpdesk_lite_mail_status = 'unproven'
        messages = ticket.message_ids.with_user(self.agent)
        self.count_queries(messages)  # warm
        with_status = self.count_queries(messages)
        with self.without_status(messages):
            self.assertEqual(self.count_queries(messages), with_status)

    def without_status(self, messages):
        defaults = type(messages)._to_store_defaults

        def get_others(messages, target):
            return [field for field in defaults(messages, target) if not getattr(
                field, 'field_name', '').startswith('helpdesk_lite_mail')]
        return patch.object(type(messages), '_to_store_defaults', get_others)

    def count_queries(self, messages):
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        Store().add(messages).get_result()
        return self.env.cr.sql_log_count - start


class TestByMail(GatewayCommon):
    """From the mail that came in to what its buttons make of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.make_ticket(partner_id=cls.customer.id, user_id=cls.assignee.id)
        cls.question = cls.ticket.message_post(
            body='Which one?', message_type='comment', subtype_xmlid='mail.mt_comment')

    def receive(self, **values):
        before = self.ticket.message_ids
        self.mail(In_Reply_To=self.question.message_id, **values)
        return (self.ticket.message_ids - before).filtered(lambda m: m.message_type == 'email')

    def press(self, message, method):
        with self.mock_mail_gateway():
            getattr(message.with_user(self.agent), method)()
            self.flush_tracking()

    def test_stranger_in_cc(self):
        """Once in Cc they are on the ticket: their next mail is an answer."""
        message = self.receive(sender=f'Nora <{NORA}>')
        self.assertEqual(message.helpdesk_lite_mail_status, 'stranger')
        self.assertFalse(self.sent_to(CARLA))
        self.press(message, 'helpdesk_lite_add_to_cc')
        self.assertEqual(len(self.sent_to(CARLA)), 1)
        again = self.receive(sender=NORA)
        self.assertRecordValues(again, [{
            'is_internal': False, 'helpdesk_lite_mail_status': False}])

    def test_not_automatic(self):
        """The note becomes the answer that it is, and so is the next one at once."""
        values = {'sender': f'Carla <{CARLA}>', 'Auto_Submitted': 'auto-generated'}
        message = self.receive(**values)
        self.assertRecordValues(message, [{
            'is_internal': True, 'helpdesk_lite_mail_status': 'machine'}])
        self.press(message, 'helpdesk_lite_not_automatic')
        self.assertFalse(message.is_internal)
        self.assertEqual(self.ticket.waiting_for, 'desk')
        self.assertRecordValues(self.receive(**values), [{
            'is_internal': False, 'helpdesk_lite_mail_status': False}])

    def test_machine_that_made_a_ticket(self):
        """Its sender becomes the customer, and is acknowledged."""
        ticket = self.mail(sender=f'Nora <{NORA}>', Auto_Submitted='auto-generated')
        message = ticket.message_ids.filtered(lambda m: m.message_type == 'email')
        self.assertEqual(message.helpdesk_lite_mail_status, 'machine')
        self.assertFalse(ticket.partner_id)
        self.assertFalse(self.sent_to(NORA))
        self.press(message, 'helpdesk_lite_not_automatic')
        self.assertRecordValues(ticket.partner_id, [{'name': 'Nora', 'email': NORA}])
        self.assertEqual(len(self.sent_to(NORA)), 1)

    def test_agent_without_proof(self):
        """They are told once, and their note reaches the customer by the button."""
        message = self.receive(sender=self.agent.email_formatted)
        self.assertEqual(message.helpdesk_lite_mail_status, 'unproven')
        self.assertFalse(self.sent_to(CARLA))
        told, = self.sent_to(self.agent.email)
        self.assertIn(self.ticket.ticket_ref, told['subject'])
        self.receive(sender=self.agent.email_formatted)
        self.assertFalse(self.sent_to(self.agent.email), 'once a day')
        self.press(message, 'helpdesk_lite_make_public')
        self.assertEqual(len(self.sent_to(CARLA)), 1)

    def test_limit_of_acknowledgements(self):
        """The sixth request of a day is a ticket, but nobody is mailed."""
        for number in range(7):
            ticket = self.mail(sender=NORA)
            self.assertTrue(ticket)
            self.assertEqual(len(self.sent_to(NORA)), number < 5)
