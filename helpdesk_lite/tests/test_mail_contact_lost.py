"""Contacts that are merged, archived or deleted: open tickets go on, or say what they lost."""

from odoo.fields import Command
from odoo.tests import tagged

from .common import HelpdeskLiteMailCommon

CUSTOMER = 'carla@customer.example.org'


@tagged('post_install', '-at_install')
class TestLostContacts(HelpdeskLiteMailCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Partner = cls.env['res.partner']
        cls.cc = Partner.create({'name': 'Cecil', 'email': 'cecil@x.example.org'})
        cls.open = cls.make_ticket(partner_id=cls.customer.id)
        cls.closed = cls.make_ticket(partner_id=cls.customer.id, stage_id=cls.stage_solved.id)
        cls.follow(cls.open + cls.closed, cls.cc)

    def get_log(self, ticket):
        self.env.flush_all()
        self.env.invalidate_all()
        return ' '.join(ticket.message_ids.mapped('body'))

    def make_double(self, address):
        return self.env['res.partner'].create({'name': 'Double', 'email': address})

    def lose(self, partner, way):
        if way == 'archive':
            partner.action_archive()
        else:
            partner.unlink()

    def written_to(self):
        """Whom an answer on the open ticket is mailed to."""
        with self.mock_mail_gateway():
            self.open.with_user(self.agent).message_post(
                body='Hello', message_type='comment', subtype_xmlid='mail.mt_comment')
            self.flush_tracking()
        return {address for address in (CUSTOMER, 'cecil@x.example.org') if self.sent_to(address)}

    def test_without_another_contact(self):
        for way in ('archive', 'delete'):
            with self.subTest(way), self.cr_savepoint():
                self.lose(self.customer, way)
                self.assertIn('no customer any more', self.get_log(self.open))
                self.assertIn('Carla Customer', self.get_log(self.open))
                self.assertNotIn('no customer any more', self.get_log(self.closed))
                self.assertEqual(self.open.is_customer_archived, way == 'archive')
                self.assertEqual(self.open.partner_email, 'Carla@Customer.example.org')
                self.assertEqual(self.written_to(), {'cecil@x.example.org'})

    def test_cc_without_another_contact(self):
        for way in ('archive', 'delete'):
            with self.subTest(way), self.cr_savepoint():
                self.lose(self.cc, way)
                self.assertIn('Written to no more', self.get_log(self.open))
                self.assertIn('Cecil', self.get_log(self.open))
                self.assertNotIn('no customer', self.get_log(self.open))
                self.assertEqual(self.written_to(), {CUSTOMER})

    def test_with_another_contact_of_the_address(self):
        """It takes the place: who cleans up doubles loses nobody."""
        for way in ('archive', 'delete'):
            with self.subTest(way), self.cr_savepoint():
                doubles = self.make_double(CUSTOMER) + self.make_double('cecil@x.example.org')
                self.lose(self.customer + self.cc, way)
                self.assertEqual(self.open.partner_id, doubles[0])
                self.assertTrue(self.is_follower(self.open, doubles[0]))
                self.assertTrue(self.is_follower(self.open, doubles[1]))
                self.assertNotIn('no more', self.get_log(self.open))
                self.assertEqual(self.written_to(), {CUSTOMER, 'cecil@x.example.org'})

    def test_restored(self):
        self.customer.action_archive()
        self.customer.action_unarchive()
        self.assertFalse(self.open.is_customer_archived)
        self.assertEqual(self.written_to(), {CUSTOMER, 'cecil@x.example.org'})

    def test_merged(self):
        """Also where both followed one ticket, of whatever else the one that goes followed."""
        stays, other = self.make_double(CUSTOMER), self.make_ticket()
        self.follow(self.closed + other, stays)
        self.follow(self.team_company + self.team, self.customer)
        self.follow(self.team, stays)
        company = self.env['res.partner'].create({'name': 'Inc.', 'is_company': True})
        stays.parent_id = company
        self.env['base.partner.merge.automatic.wizard'].create({})._merge(
            (self.customer + stays).ids, stays)
        self.env.invalidate_all()
        self.assertEqual((self.open + self.closed).partner_id, stays)
        self.assertEqual(self.open.commercial_partner_id, company)
        self.assertTrue(self.is_follower(self.open + self.closed + other, stays))
        self.assertTrue(self.is_follower(self.team_company + self.team, stays))
        self.assertNotIn('no more', self.get_log(self.open))
        self.assertEqual(self.written_to(), {CUSTOMER, 'cecil@x.example.org'})

    def test_by_who_has_no_right_for_helpdesk(self):
        """Whoever looks after contacts needn't see the tickets."""
        self.employee.group_ids = [Command.link(self.env.ref('base.group_partner_manager').id)]
        private = self.make_ticket(self.team_private, partner_id=self.customer.id)
        self.customer.with_user(self.employee).action_archive()
        self.assertIn('no customer any more', self.get_log(private))

    def test_other_contacts_cost_one_query(self):
        """Neither of archiving nor of deleting contacts without tickets."""
        partners = self.env['res.partner'].create([{'name': str(index)} for index in range(20)])
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.assertFalse(self.env['helpdesk.lite.ticket']._get_losses(partners))

    def test_queries_dont_grow_with_the_tickets(self):
        counts = []
        for count in (2, 20):
            partner = self.make_double(f'many{count}@x.example.org')
            self.make_tickets(count, partner_id=partner.id)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            partner.action_archive()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)

    def cr_savepoint(self):
        """What happens within is undone."""
        return Undone(self.env)


class Undone:

    def __init__(self, env):
        self.env = env

    def __enter__(self):
        self.env.flush_all()
        self.env.cr.execute('SAVEPOINT undone')

    def __exit__(self, *_error):
        self.env.cr.precommit.clear()
        self.env.transaction.clear()
        self.env.cr.execute('ROLLBACK TO SAVEPOINT undone')
