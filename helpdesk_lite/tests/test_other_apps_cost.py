from unittest.mock import patch

from odoo.tests import tagged

from .common import HelpdeskLiteCommon

ACCESS = 'odoo.addons.helpdesk_lite.models.access.'


@tagged('post_install', '-at_install')
class TestOtherAppsCost(HelpdeskLiteCommon):
    """What is ours asks the database nothing where only other applications' rows are read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.message = cls.customer.message_post(
            body='Hello', message_type='comment', subtype_xmlid='mail.mt_comment',
            author_id=cls.manager.partner_id.id, partner_ids=cls.employee.partner_id.ids)
        cls.rating = cls.env['rating.rating'].create({
            'res_model_id': cls.env['ir.model']._get_id('res.partner'),
            'res_id': cls.customer.id, 'rating': 3, 'consumed': True})
        cls.template = cls.env['mail.template'].create({
            'name': 'Greeting', 'model_id': cls.env['ir.model']._get_id('res.partner')})

    def collect(self, act):
        """The statements of what `act` does to rows that no cache knows."""
        act()  # what a server asks once
        self.env.flush_all()
        self.env.invalidate_all()
        found, execute = [], type(self.env.cr).execute

        def note(cursor, query, *args, **kwargs):
            found.append(getattr(query, 'code', query))
            return execute(cursor, query, *args, **kwargs)

        with patch.object(type(self.env.cr), 'execute', note):
            act()
            self.env.flush_all()
        return found

    def read_message(self):
        message = self.message.with_user(self.employee)
        message.check_access('read')
        self.assertTrue(message.body and message.author_id and message.date)

    def test_message(self):
        found = self.collect(self.read_message)
        Message = f'{ACCESS}mail_message.MailMessage.'
        with patch(f'{Message}_fetch_few'), patch(
                f'{Message}_filter_hidden', lambda messages, operation: messages.browse()):
            self.assertEqual(len(found), len(self.collect(self.read_message)))

    def test_messages_of_a_record(self):
        def search():
            self.assertIn(self.message, self.env['mail.message'].with_user(self.employee).search([
                ('model', '=', 'res.partner'), ('res_id', '=', self.customer.id)]))

        found = self.collect(search)
        with patch(f'{ACCESS}mail_message.MailMessage._filter_hidden',
                   lambda messages, operation: messages.browse()):
            self.assertEqual(len(found), len(self.collect(search)))

    def test_many_messages(self):
        """Of many the texts are not read ahead."""
        with patch(f'{ACCESS}mail_message.MOST_FETCHED', 0):
            found = self.collect(lambda: self.message.with_user(self.employee).check_access('read'))
        self.assertFalse([query for query in found if '"body"' in query])

    def test_notification(self):
        def read():
            self.read_message()
            notification = self.message.notification_ids.with_user(self.employee)
            notification.check_access('read')
            self.assertTrue(notification.notification_type)

        found = self.collect(read)
        with patch(f'{ACCESS}mail_notification.forbid_unseen', lambda _rows, result, *_: result):
            self.assertEqual(len(found), len(self.collect(read)))

    def test_rating(self):
        def write():
            rating = self.rating.with_user(self.employee)
            rating.write({'feedback': 'Good' if rating.feedback == 'Nice' else 'Nice'})

        self.assert_asks_nothing_of_ours(write)

    def test_template(self):
        def write():
            self.template.subject = 'A' if self.template.subject == 'B' else 'B'

        self.assert_asks_nothing_of_ours(write)

    def assert_asks_nothing_of_ours(self, act):
        found = self.collect(act)
        self.assertTrue(found)
        self.assertFalse([query for query in found if 'helpdesk_lite_t' in query])
