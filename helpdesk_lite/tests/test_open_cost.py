from lxml import etree

from odoo.tests import tagged

from odoo.addons.mail.tools.discuss import Store

from .common import HelpdeskLiteCommon

REQUESTS = ('activities', 'attachments', 'contact_fields', 'followers', 'scheduledMessages',
            'suggestedRecipients')


@tagged('post_install', '-at_install')
class TestOpenCost(HelpdeskLiteCommon):
    """What the browser asks when an agent opens a ticket, in queries."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_ticket(cls.team_private)  # so that there is something hidden
        cls.ticket = cls.make_ticket(partner_id=cls.customer.id, user_id=cls.agent.id)
        for number in range(30):
            cls.ticket.message_post(
                body=f'Answer {number}', message_type='comment', subtype_xmlid='mail.mt_comment')
        cls.env.flush_all()

    def count(self, work):
        """The queries of the second of two calls, with an empty cache of records each."""
        for _number in range(2):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            work()
        return self.env.cr.sql_log_count - before

    def get_specification(self, ticket):
        tree = etree.fromstring(ticket.get_view(view_type='form')['arch'])
        names = {node.get('name') for node in tree.iter('field')
                 if next(node.iterancestors('field'), None) is None}
        return {
            name: {'fields': {'display_name': {}}}
            if ticket._fields[name].type == 'many2one' else {} for name in names}

    def test_open_ticket(self):
        ticket = self.ticket.with_user(self.agent).with_context(
            allowed_company_ids=self.company.ids)
        specification = self.get_specification(ticket)

        def read():
            ticket.web_read(specification)

        def add_thread():
            Store().add(ticket, as_thread=True, request_list=REQUESTS).get_result()

        def fetch():
            messages = ticket.env['mail.message']._message_fetch(
                domain=None, thread=ticket, limit=30)['messages']
            Store().add(messages).get_result()
            self.assertEqual(len(messages), 30)

        for work, most in ((read, 21), (add_thread, 32), (fetch, 21)):
            with self.subTest(work=work.__name__):
                self.assertLessEqual(self.count(work), most)
