from odoo.tests import tagged

from .common import HelpdeskLiteMailCommon

GROUP = 'helpdesk@groups.example.org'


@tagged('post_install', '-at_install')
class TestRecipients(HelpdeskLiteMailCommon):
    """Whom a composer suggests to write to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.other_addresses = GROUP
        local, domain = cls.team.alias_email.split('@')
        cls.own = (cls.team.alias_email, f'{local}+oven@{domain}', f'{local.upper()}@{domain}',
                   GROUP, 'helpdesk+x@groups.example.org', f'catchall@{domain}', f'bounce@{domain}')

    def suggest(self, ticket, no_create=True):
        user = self.agent if no_create else self.env.user  # who may make contacts
        return ticket.with_user(user)._message_get_suggested_recipients(
            reply_discussion=True, no_create=no_create)

    def test_own_addresses(self):
        """None is suggested, whatever brought it, and no contact is made of one."""
        for own in self.own:
            for create in (False, True):
                with self.subTest(own=own, create=create):
                    ticket = self.make_ticket(email_cc=f'"Desk" <{own}>, x@x.example.org')
                    ticket.message_post(
                        body='x', message_type='email', subtype_xmlid='mail.mt_comment',
                        email_from=f'Desk <{own}>', author_id=False,
                        incoming_email_to=f'Desk <{own}>', incoming_email_cc=own)
                    found = {data['email'] for data in self.suggest(ticket, not create)}
                    self.assertEqual(found, {'x@x.example.org'})
                    self.assertFalse(self.env['res.partner'].search(
                        [('email_normalized', '=', own.lower())]))

    def test_own_address_that_a_contact_has(self):
        """Not even where somebody gave it to a contact, who wrote."""
        partner = self.env['res.partner'].create({'name': 'Tagged', 'email': self.own[1]})
        ticket = self.make_ticket()
        ticket.message_post(
            body='x', message_type='comment', subtype_xmlid='mail.mt_comment',
            author_id=partner.id)
        self.assertFalse(self.suggest(ticket))

    def test_find_own_addresses(self):
        Ticket = self.env['helpdesk.lite.ticket']
        addresses = [own.lower() for own in self.own]
        others = ['team@x.example.org', 'x+y@x.example.org', 'helpdesk@x.example.org']
        self.assertEqual(Ticket._find_own_addresses([*addresses, *others]), set(addresses))

    def test_name_of_a_cc(self):
        """It is kept when the contact is made, by the composer and by its button."""
        ticket = self.make_ticket(email_cc='"Nora New" <nora@new.example.org>, y@y.example.org')
        found = {data['email']: data['name'] for data in self.suggest(ticket)}
        self.assertEqual(found['nora@new.example.org'], 'Nora New')
        partner = ticket._partner_find_from_emails_single(
            ['nora@new.example.org'], no_create=False)
        self.assertRecordValues(partner, [{
            'name': 'Nora New', 'email': 'nora@new.example.org',
            'company_id': self.company.id}])
