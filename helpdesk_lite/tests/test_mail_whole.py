from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.helpdesk_lite.models.mail_in import mail_thread_whole

from .test_gateway import GatewayCommon, make_mail

WHOLE = 'odoo.addons.helpdesk_lite.models.mail_in'
SENTENCE = 'This mail could not be read completely.'


@tagged('post_install', '-at_install')
class TestWhole(GatewayCommon):
    """No mail to the desk is lost, and none is empty, whatever fails."""

    def assert_raw(self, ticket, raw):
        """The ticket says that its mail could not be read, and has it as a file."""
        self.assertIn(SENTENCE, ticket.description)
        file = ticket.message_ids.attachment_ids.filtered(lambda f: f.name == 'original.eml')
        self.assertEqual(file.raw, raw)

    def fail_once(self, model, method, error):
        """Let a method fail as long as the mail has its own text."""
        Model = self.env.registry[model]
        original = getattr(Model, method)

        def failing(self, message_dict, *args, **kwargs):
            if 'fire' in message_dict['body']:
                raise error
            return original(self, message_dict, *args, **kwargs)
        return patch.object(Model, method, failing)

    @mute_logger(WHOLE)
    def test_what_fails_comes_in_as_a_file(self):
        for number, error in enumerate((
                ValueError('A null character'), RecursionError(), KeyError('content'))):
            raw = make_mail(self.address, subject=f'Failing {number}').as_bytes()
            with self.subTest(error=error), self.fail_once(
                    'helpdesk.lite.ticket', 'message_new', error):
                ticket = self.deliver(raw)
                self.assertEqual(ticket.name, f'Failing {number}')
                self.assertEqual(ticket.partner_id, self.customer)
                self.assert_raw(ticket, raw)

    @mute_logger(WHOLE)
    def test_what_cannot_be_mended_comes_in_as_a_file(self):
        raw = make_mail(self.address).as_bytes()
        with patch.object(mail_thread_whole, 'repair', side_effect=IndexError):
            self.assert_raw(self.deliver(raw), raw)

    @mute_logger(WHOLE)
    def test_answers_that_fail(self):
        ticket = self.mail()
        message = ticket.message_ids.filtered(lambda m: m.message_type == 'email')
        raw = make_mail(self.address, subject='Re', In_Reply_To=message.message_id).as_bytes()
        with self.fail_once('helpdesk.lite.ticket', 'message_update', ValueError()):
            self.assertFalse(self.deliver(raw), 'It is no ticket of its own.')
        answer = ticket.message_ids[0]
        self.assertIn(SENTENCE, answer.body)
        self.assertEqual(answer.attachment_ids.mapped('name'), ['original.eml'])

    def test_conflicts_are_told(self):
        """Whoever delivers tries again; nothing is made of the mail until then."""
        raw = make_mail(self.address, subject='Conflict').as_bytes()
        with self.assertRaises(SerializationFailure), self.fail_once(
                'helpdesk.lite.ticket', 'message_new', SerializationFailure()):
            self.deliver(raw)
        self.assertEqual(self.deliver(raw).name, 'Conflict')

    @mute_logger('odoo.addons.mail.models.mail_thread')
    def test_mails_to_nobody(self):
        """As today: the pipe is told that nobody takes them."""
        with self.assertRaisesRegex(ValueError, 'No possible route'):
            self.deliver(make_mail('nobody@elsewhere.example.com'))

    def test_limits_are_parameters(self):
        message = make_mail(self.address)
        for number in range(5):
            message.add_attachment(b'x', maintype='text', subtype='x', filename=f'{number}.txt')
        self.assertEqual(len(self.deliver(message).message_ids.attachment_ids), 5)
        self.env['ir.config_parameter'].set_param('helpdesk_lite.mail_max_parts', '3')
        message.replace_header('Message-ID', '<limited@x.example>')
        ticket = self.deliver(message)
        self.assert_raw(ticket, message.as_bytes())
        self.assertIn('It is on fire', ticket.description)
        self.assertEqual(len(ticket.message_ids.attachment_ids), 3)

    def test_pipes_get_an_answer(self):
        """Never None, which XML-RPC can't tell: the mail server would return the mail."""
        bounce = make_mail(
            self.address, In_Reply_To='<1-loop-detection-bounce-email@x.example>').as_bytes()
        with self.mock_mail_gateway():
            self.assertIs(self.env['mail.thread'].message_process(None, bounce), False)

    def test_mails_of_others_stay_as_they_came(self):
        """Another application's alias: the text as Odoo shows it, no limits, no sentence."""
        self.env['mail.alias'].create({
            'alias_name': 'contacts', 'alias_domain_id': self.company.alias_domain_id.id,
            'alias_model_id': self.env['ir.model']._get_id('res.partner')})
        self.env['ir.config_parameter'].set_param('helpdesk_lite.mail_max_text', '3')
        address = f'contacts@{self.company.alias_domain_id.name}'
        message = make_mail(address, subject='Contact')
        with self.mock_mail_gateway():
            partner_id = self.env['mail.thread'].message_process(None, message.as_bytes())
        body = self.env['res.partner'].browse(partner_id).message_ids[:1].body
        self.assertIn('<pre>It is on fire', body)
