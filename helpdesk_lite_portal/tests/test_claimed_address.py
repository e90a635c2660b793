from email.message import EmailMessage

from odoo.tests import tagged

from .common import PortalCommon

OWNER = 'olga@owner.example.org'


@tagged('post_install', '-at_install')
class TestClaimedAddress(PortalCommon):
    """Customers change the addresses in My Account as they like; nobody checks them."""

    def submit(self, email, name='Portal', **values):
        """Save the form of an address in My Account."""
        response = self.post('/my/address/submit', {
            'name': name, 'email': email, 'phone': '+32 2 123 45 67', 'street': 'Street 1',
            'city': 'Brussels', 'zip': '1000', 'address_type': 'billing',
            'country_id': self.env.ref('base.be').id, **values})
        self.assertIn('redirectUrl', response.json(), response.text)
        self.env.invalidate_all()

    def deliver(self, **headers):
        message = EmailMessage()
        message['From'] = f'Olga Owner <{OWNER}>'
        message['To'] = self.team.alias_email
        message['Subject'] = 'My secret'
        message['Message-ID'] = f'<{len(headers)}@owner.example.org>'
        for name, value in headers.items():
            message[name] = value
        message.set_content('It is Zanzibar')
        ticket = self.env['helpdesk.lite.ticket'].browse(
            self.env['mail.thread'].message_process(None, message.as_bytes()))
        self.env.flush_all()
        return ticket

    def assert_reads_nothing(self, ticket):
        page = self.url_open('/my/tickets').text
        self.assertIn('Printer is jammed', page, 'their own ticket')
        self.assertNotIn('My secret', page)
        self.assertNotFound(self.get(f'/my/ticket/{ticket.id}'))
        self.assertIn('error', self.fetch(ticket))

    def test_own_profile(self):
        """The owner's next mail is the owner's ticket, and the claimer reads nothing of it."""
        self.login(self.portal)
        self.submit(OWNER, partner_id=self.portal.partner_id.id)
        self.assertEqual(self.portal.email, OWNER)
        ticket = self.deliver()
        self.assertEqual(ticket.partner_id.email, OWNER)
        self.assertNotEqual(ticket.partner_id, self.portal.partner_id)
        self.assert_reads_nothing(ticket)
        again = self.deliver(**{'X-Second': 'mail'})
        self.assertEqual(again.partner_id, ticket.partner_id)

    def test_contact_of_their_company(self):
        """Nor by a contact that they made, whose address they could change later."""
        self.login(self.portal)
        self.submit(OWNER, name='Other', address_type='delivery')
        made = self.env['res.partner'].search([('email_normalized', '=', OWNER)])
        self.assertEqual(made.parent_id, self.portal.partner_id)
        ticket = self.deliver()
        self.assertNotEqual(ticket.partner_id, made)
        self.assert_reads_nothing(ticket)

    def test_form(self):
        """Whoever is logged in makes their own tickets, whatever address they have."""
        self.login(self.portal)
        self.submit(OWNER, partner_id=self.portal.partner_id.id)
        found = self.env['helpdesk.lite.ticket']._find_customers([OWNER], self.company)
        self.assertFalse(found, 'a visitor who gives this address is the owner')
