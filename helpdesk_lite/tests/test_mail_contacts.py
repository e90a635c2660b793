"""Whose address it is: which contact a mail's sender is."""

import runpy

from odoo.modules import get_module_path
from odoo.tests import tagged

from .test_gateway import GatewayCommon

OWNER = 'owner@x.example.org'


@tagged('post_install', '-at_install')
class TestClaims(GatewayCommon):
    """An address that somebody typed into their own profile wins nothing."""

    def find(self, address=OWNER):
        return self.env['helpdesk.lite.ticket']._find_customers([address], self.company).get(
            address, self.env['res.partner'])

    def type_address(self, user, address=OWNER, partner=None):
        """As the portal does it: in superuser mode, by the user."""
        (partner or user.partner_id).with_user(user).sudo().email = address
        self.env.invalidate_all()

    def test_the_desks_own_addresses_are_nobodys(self):
        """A contact with the address of an alias, also with a tag, is no customer."""
        alias = self.team.alias_full_name
        tagged_alias = alias.replace('@', '+copy@')
        for address in (alias, tagged_alias, OWNER):
            with self.subTest(address=address):
                self.assertTrue(alias)
                partner = self.env['res.partner'].create({'name': 'Loop', 'email': address})
                self.assertEqual(self.find(address), partner if address == OWNER else
                                 partner.browse())

    def test_who_wrote_it(self):
        """Portal users get it by their login, or where an employee wrote it."""
        contact = self.env['res.partner'].create({'name': 'Contact', 'email': 'c@x.example.org'})
        portal, employee = self.portal.partner_id, self.employee.partner_id
        none = contact.browse()
        for name, work, partner, expected in (
            ('by the portal user', lambda: self.type_address(self.portal), portal, none),
            ('by an agent', lambda: portal.with_user(self.manager).sudo().write(
                {'email': OWNER}), portal, portal),
            ('by the system', lambda: portal.write({'email': OWNER}), portal, portal),
            ('by the employee', lambda: self.type_address(self.employee), employee, employee),
            ('of a contact by a portal user',
             lambda: self.type_address(self.portal, partner=contact), contact, none),
            ('of a contact by an agent', lambda: contact.with_user(self.agent).sudo().write(
                {'email': OWNER}), contact, contact),
        ):
            with self.subTest(name):
                before = partner.email
                work()
                self.assertEqual(self.find(), expected)
                partner.email = before
        self.portal.login = 'Owner@X.example.org'
        self.type_address(self.portal)
        self.assertEqual(self.find(), portal, 'it is the login')

    def test_saved_as_it_was(self):
        """Who saves their profile without a change claims nothing, and frees nothing."""
        address = self.portal.email
        self.type_address(self.portal, address)
        self.assertEqual(self.find(address), self.portal.partner_id)
        self.type_address(self.portal)
        self.type_address(self.portal)
        self.assertFalse(self.find())
        self.portal.partner_id.email = OWNER
        self.assertEqual(self.find(), self.portal.partner_id, 'an employee has looked at it')

    def test_contact_made_by_a_customer(self):
        """In My Account customers make contacts of their company, with any address."""
        vals = {'name': 'Other', 'email': OWNER, 'parent_id': self.portal.partner_id.id}
        self.env['res.partner'].with_user(self.portal).sudo().create(vals)
        self.assertFalse(self.find())
        self.assertEqual(len(self.env['res.partner'].search([('email', '=', OWNER)])), 1)

    def test_order(self):
        Partner = self.env['res.partner']
        own = Partner.create({'name': 'Own', 'email': OWNER, 'company_id': self.company.id})
        self.assertEqual(self.find(), own)
        self.type_address(self.employee)
        self.assertEqual(self.find(), own, 'an employee who typed it goes last')
        self.portal.partner_id.email = OWNER
        self.assertEqual(self.find(), self.portal.partner_id)
        self.agent.partner_id.email = OWNER
        self.assertEqual(self.find(), self.agent.partner_id, 'employees go first')

    def test_mail_of_the_owner(self):
        """It becomes their ticket, on every way, and the one who typed it reads nothing."""
        self.type_address(self.portal)
        Ticket = self.env['helpdesk.lite.ticket']
        by_mail = self.mail(sender=f'Olga <{OWNER}>')
        by_agent = Ticket.with_user(self.agent).create({
            'name': 'By phone', 'team_id': self.team.id, 'partner_email': OWNER})
        by_cc = self.mail(sender='Ann <ann@x.example.org>', Cc=OWNER)
        for ticket in (by_mail, by_agent):
            self.assertEqual(ticket.partner_id.email, OWNER)
            self.assertNotEqual(ticket.partner_id, self.portal.partner_id)
        self.assertEqual(by_mail.partner_id, by_agent.partner_id, 'one contact was made')
        for ticket in by_mail + by_agent + by_cc:
            self.assertFalse(self.is_follower(ticket, self.portal))
        self.assertFalse(Ticket.with_user(self.portal).search([]))

    def test_answer_of_the_owner_on_a_ticket_of_the_claimer(self):
        """The message isn't the claimer's own, which they could change."""
        ticket = self.make_ticket(partner_id=self.portal.partner_id.id)
        self.type_address(self.portal)
        first = ticket.message_post(
            body='Which?', message_type='comment', subtype_xmlid='mail.mt_comment')
        self.mail(sender=OWNER, In_Reply_To=first.message_id)
        answer = ticket.message_ids.filtered(lambda m: m.message_type == 'email')
        self.assertTrue(answer)
        self.assertFalse(answer.author_id)

    def test_not_merged_as_one_customer(self):
        """Who typed another one's address isn't them: merging keeps them apart."""
        owner = self.env['res.partner'].create({'name': 'Olga', 'email': OWNER})
        of_owner = self.make_ticket(partner_id=owner.id)
        self.type_address(self.portal)
        of_claimer = self.make_ticket(partner_id=self.portal.partner_id.id)
        self.assertFalse(of_owner._is_same_customer(of_claimer))
        self.assertFalse(of_claimer._is_same_customer(of_owner))
        self.assertTrue(of_owner._is_same_customer(self.make_ticket(partner_email=OWNER)))

    def test_the_mark_is_the_systems(self):
        """Nobody sets it by RPC, nor reads it."""
        partner = self.portal.partner_id
        self.assertNotIn('helpdesk_lite_email_claimed', partner.with_user(
            self.manager).fields_get())
        self.type_address(self.portal)
        copy = partner.copy({'name': 'Copy'})
        self.assertFalse(copy.helpdesk_lite_email_claimed)

    def test_upgrade(self):
        """What customers typed before is found in the log, else by who wrote the contact last."""
        script = runpy.run_path(
            f'{get_module_path("helpdesk_lite")}/migrations/19.0.2.0.0/post-claimed_emails.py')
        logged, checked, silent, contact = self.env['res.partner'].create([
            {'name': name, 'email': 'old@x.example.org'} for name in 'abcd'])
        self.flush_tracking()
        portal = self.portal
        for partner, users in ((logged, [portal]), (checked, [portal, self.agent])):
            for index, user in enumerate(users):
                partner.with_user(user).sudo().with_context(tracking_disable=False).email = (
                    f'{partner.name}{index}@x.example.org')
                self.flush_tracking()
        logged.with_user(self.agent).sudo().name = 'Looked at'
        unlogged = silent.with_user(portal).sudo().with_context(tracking_disable=True)
        unlogged.email = 's@x.example.org'
        self.env.flush_all()
        self.env.cr.execute('UPDATE res_partner SET helpdesk_lite_email_claimed = NULL')
        for _twice in range(2):
            script['migrate'](self.env.cr, '19.0.1.0.0')
            self.env.invalidate_all()
            self.assertEqual(
                [partner.helpdesk_lite_email_claimed
                 for partner in (logged, checked, silent, contact)], [True, False, True, False])
