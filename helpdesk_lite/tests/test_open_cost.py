from itertools import product
from unittest.mock import patch

from lxml import etree

from odoo.tests import tagged

from odoo.addons.mail.tools.discuss import Store

from ..models.desk import helpdesk_lite_ticket_thread
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

    def tell(self, ticket):
        """What a chatter is told of a ticket's followers."""
        self.env.invalidate_all()
        told = Store().add(ticket, as_thread=True, request_list=['followers']).get_result()
        return {model: sorted(rows, key=str) for model, rows in told.items()}

    def test_followers_as_odoo_tells_them(self):
        """Of a reader who follows or doesn't; a Cc, notes alone, an archived one, nobody."""
        Partner = self.env['res.partner']
        note = self.env.ref('mail.mt_note')
        cc, notes, archived = (
            Partner.create({'name': name, 'email': f'{name}@customer.example.com'})
            for name in ('cc', 'notes', 'archived'))
        followed, alone = self.make_ticket(partner_id=self.customer.id), self.make_ticket()
        followed.message_subscribe((cc | archived).ids)
        followed.message_subscribe(notes.ids, subtype_ids=note.ids)
        alone.sudo().message_follower_ids.unlink()
        archived.active = False
        for user, ticket in product(
                (self.agent, self.manager), (followed, alone, self.ticket)):
            with self.subTest(user=user.login, ticket=ticket.id):
                told = self.tell(ticket.with_user(user))
                with patch.object(helpdesk_lite_ticket_thread, 'SHOWN', -1):
                    self.assertEqual(told, self.tell(ticket.with_user(user)))
        hidden = self.make_ticket(self.team_private).with_user(self.agent)
        thread, = self.tell(hidden)['mail.thread']
        self.assertFalse(thread['hasReadAccess'])
        self.assertFalse(thread['followers'] or thread['recipients'] or thread['followersCount'])
