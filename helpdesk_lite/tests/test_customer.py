from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import MANAGER, HelpdeskLiteMailCommon
from .test_gateway import make_mail


class CustomerCommon(HelpdeskLiteMailCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage_progress.template_id = cls.env['mail.template'].create({
            'name': 'Progress', 'subject': 'We work on it', 'body_html': '<p>Progress</p>',
            'model_id': cls.env['ir.model']._get_id('helpdesk.lite.ticket'),
            'lang': '{{ object.partner_id.lang }}'})
        cls.nobody = cls.env['res.partner'].create({'name': 'Nora Nowhere'})
        cls.Ticket = cls.env['helpdesk.lite.ticket'].with_user(cls.agent)
        cls.typed = 'nora@typed.example.org'

    def mails(self, work):
        """The mails that `work` and the end of its transaction send: ``[addresses]``."""
        self.flush_tracking()
        with self.mock_mail_gateway():
            work()
            self.flush_tracking()
        return [mail['email_to'] for mail in self._mails]

    def make_by_agent(self, **values):
        return self.Ticket.create({'name': 'Call', 'team_id': self.team.id, **values})

    def answer(self, ticket):
        return ticket.with_user(self.agent).message_post(
            body='An answer', message_type='comment', subtype_xmlid='mail.mt_comment')


@tagged('post_install', '-at_install')
class TestTyped(CustomerCommon):
    """What an agent types fills what the customer's contact lacks, and nothing else."""

    def assert_mailed(self, ticket, address):
        """Stage mails and answers go to `address`, and to nobody else."""
        for work in (lambda: ticket.write({'stage_id': self.stage_progress.id}),
                     lambda: self.answer(ticket)):
            mails = self.mails(work)
            self.assertEqual(len(mails), 1)
            self.assertEqual(mails[0], [address])

    def test_name_on_a_card(self):
        """The contact with their company, else what was typed; also where the contact is hidden."""
        company = self.env['res.partner'].create({'name': 'Bakery', 'is_company': True})
        person = self.env['res.partner'].create(
            {'name': 'Helena', 'parent_id': company.id, 'active': False})
        for vals, name in (
            ({'partner_id': person.id}, 'Bakery, Helena'),
            ({'partner_name': 'Typed'}, 'Typed'), ({'partner_email': 'nonsense'}, 'nonsense'),
            ({}, False),
        ):
            ticket = self.make_ticket(**vals).with_user(self.agent)
            with self.subTest(vals=vals):
                self.assertEqual(ticket.customer_name, name)

    def test_on_creation(self):
        ticket = self.make_by_agent(
            partner_id=self.nobody.id, partner_email=self.typed, partner_phone='+32 470 11 11 11')
        self.assertRecordValues(self.nobody, [
            {'email': self.typed, 'phone': '+32 470 11 11 11', 'name': 'Nora Nowhere'}])
        self.assert_mailed(ticket, f'"Nora Nowhere" <{self.typed}>')

    def test_by_write(self):
        ticket = self.make_by_agent(partner_id=self.nobody.id)
        ticket.write({'partner_email': f'N. <{self.typed}>'})
        self.assertEqual(self.nobody.email, self.typed)
        self.assertEqual(ticket.partner_name, 'Nora Nowhere')
        self.assert_mailed(ticket, f'"Nora Nowhere" <{self.typed}>')

    def test_in_the_form_and_by_import(self):
        form = Form(self.Ticket.with_context(default_team_id=self.team.id))
        form.name = 'Call'
        form.partner_id = self.nobody
        form.partner_email = self.typed
        form.save()
        self.assertEqual(self.nobody.email, self.typed)
        other = self.env['res.partner'].create({'name': 'Olaf Offline'})
        result = self.Ticket.load(
            ['name', 'team_id', 'partner_id', 'partner_email'],
            [['Call', self.team.name, other.name, 'olaf@typed.example.org']])
        self.assertFalse(result['messages'])
        self.assertEqual(other.email, 'olaf@typed.example.org')

    def test_filled_stays(self):
        """Also by somebody who may write contacts; mails go to the contact's address."""
        before = self.customer.read(['name', 'email', 'phone'])
        self.agent.group_ids += self.env.ref('base.group_partner_manager')
        ticket = self.make_by_agent(
            partner_id=self.customer.id, partner_email=self.typed, partner_phone='1')
        ticket.write({'partner_email': self.typed, 'partner_phone': '2', 'partner_name': 'X'})
        self.assertEqual(self.customer.read(['name', 'email', 'phone']), before)
        self.assert_mailed(ticket, '"Carla Customer" <carla@customer.example.org>')

    def test_nothing_of_visitors_and_mails(self):
        """They come in superuser mode, as whoever they are known to be."""
        self.customer.phone = False
        values = {'name': 'x', 'team_id': self.team.id, 'partner_phone': '+32 470 22 22 22'}
        for user in (self.stranger, self.portal, self.agent):
            ticket = self.env['helpdesk.lite.ticket'].with_user(user).sudo().create(
                {**values, 'partner_email': self.customer.email})
            self.assertEqual(ticket.partner_id, self.customer)
            self.assertFalse(self.customer.phone)
            self.env['helpdesk.lite.ticket'].with_user(user).sudo().create(
                {**values, 'partner_id': self.nobody.id, 'partner_email': self.typed})
            self.assertRecordValues(self.nobody, [{'email': False, 'phone': False}])
        # nor does an agent who copies it say that it is so
        ticket.with_user(self.agent).copy()
        self.assertFalse(self.customer.phone)
        ticket.with_user(self.agent).write({'partner_phone': values['partner_phone']})
        self.assertEqual(self.customer.phone, values['partner_phone'])

    def test_no_way_into_an_account(self):
        """The address of a user or of a company isn't an agent's to give: the ticket keeps it."""
        user = self.make_user('nomail', MANAGER, email=False, notification_type='email')
        gone = self.make_user('gone', MANAGER, email=False, active=False)
        portal = self.make_user('portal_nomail', 'base.group_portal', email=False)
        company = self.env['res.company'].create({'name': 'Without address'}).partner_id
        for contact in (user.partner_id, gone.partner_id, portal.partner_id, company):
            with self.subTest(contact=contact.name):
                ticket = self.make_by_agent(partner_id=contact.id, partner_email=self.typed)
                ticket.write({'partner_email': self.typed})
                self.assertFalse(contact.email)
        ticket = self.make_by_agent(partner_id=portal.partner_id.id, partner_email=self.typed)
        self.assert_mailed(ticket, f'"{portal.name}" <{self.typed}>')

    def test_where_it_cant_be_filled(self):
        """As by the superuser: mails go to the ticket's address, once, and no contact is made."""
        ticket = self.make_ticket(partner_id=self.nobody.id, partner_email=self.typed)
        self.assertFalse(self.nobody.email)
        self.assert_mailed(ticket, f'"Nora Nowhere" <{self.typed}>')
        suggested = ticket.with_user(self.agent)._message_get_suggested_recipients(
            reply_discussion=True)
        self.assertNotIn(self.typed, [data['email'] for data in suggested])
        self.assertIn(ticket, self.env['helpdesk.lite.ticket'].search(
            self.team._get_warnable_domain()))

    def test_no_address_at_all(self):
        ticket = self.make_by_agent(partner_id=self.nobody.id, partner_email='no address')
        self.assertFalse(self.nobody.email)
        self.assertFalse(self.mails(lambda: ticket.write({'stage_id': self.stage_progress.id})))
        self.assertNotIn(ticket.sudo(), self.env['helpdesk.lite.ticket'].search(
            self.team._get_warnable_domain()))


@tagged('post_install', '-at_install')
class TestAddressLater(CustomerCommon):
    """A ticket without any address that gets one later has a customer from then on."""

    def test_new_contact(self):
        ticket = self.make_by_agent(partner_name='Nora New', partner_phone='+32 470 33 33 33')
        self.assertFalse(ticket.partner_id)
        ticket.write({'partner_email': self.typed})
        self.assertRecordValues(ticket.partner_id, [{
            'name': 'Nora New', 'email': self.typed, 'phone': '+32 470 33 33 33',
            'company_id': self.company.id}])
        self.assertTrue(self.is_follower(ticket, ticket.partner_id))
        self.assertEqual(
            self.mails(lambda: ticket.write({'stage_id': self.stage_progress.id})),
            [[f'"Nora New" <{self.typed}>']])
        self.assertEqual(self.mails(lambda: self.answer(ticket)), [[f'"Nora New" <{self.typed}>']])

    def test_known_contact(self):
        """Found by its address; what was typed stays in the ticket, the contact is as it was."""
        ticket = self.make_by_agent(partner_name='Typed', partner_phone='1')
        ticket.write({'partner_email': '"Other" <CARLA@customer.example.org>'})
        self.assertRecordValues(ticket, [{
            'partner_id': self.customer.id, 'partner_name': 'Typed', 'partner_phone': '1',
            'partner_email': 'CARLA@customer.example.org'}])
        self.assertEqual(self.customer.name, 'Carla Customer')
        self.assertEqual(self.customer.phone, '+32 470 12 34 56')
        self.assertTrue(self.is_follower(ticket, self.customer))

    def test_not_of_another_company(self):
        self.customer.company_id = self.other_company
        ticket = self.make_by_agent()
        ticket.write({'partner_email': self.customer.email})
        self.assertNotEqual(ticket.partner_id, self.customer)
        self.assertEqual(ticket.partner_id.company_id, self.company)

    def test_the_customer_stays(self):
        ticket = self.make_by_agent(partner_id=self.customer.id)
        ticket.write({'partner_email': self.typed})
        self.assertEqual(ticket.partner_id, self.customer)
        self.assertFalse(self.env['res.partner'].search([('email', '=', self.typed)]))

    def test_several_at_once(self):
        tickets = self.make_by_agent() + self.make_by_agent(partner_id=self.customer.id)
        tickets.write({'partner_email': self.typed})
        self.assertEqual(tickets[0].partner_id.email, self.typed)
        self.assertEqual(tickets[1].partner_id, self.customer)

    def test_own_address(self):
        ticket = self.make_by_agent()
        ticket.write({'partner_email': self.team.alias_email})
        self.assertFalse(ticket.partner_id)


@tagged('post_install', '-at_install')
class TestOwnAddress(CustomerCommon):
    """What is sent to an alias comes back: its address is never a follower or customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.desk = cls.env['res.partner'].create([
            {'name': 'Desk', 'email': f'Desk <{cls.team_company.alias_email}>'},
            {'name': 'Catchall', 'email': 'CATCHALL@helpdesk.example.com'}])

    def test_no_follower(self):
        ticket = self.make_ticket(partner_id=self.customer.id)
        subtypes = self.env.ref('mail.mt_comment')
        for subtype_ids in (None, subtypes.ids):
            ticket.with_user(self.agent).message_subscribe(
                (self.desk + self.nobody).ids, subtype_ids)
            self.assertEqual(ticket.message_partner_ids, self.customer + self.nobody)
        for partner in self.desk:
            ticket.with_user(self.agent).message_subscribe(partner.ids)
        self.assertEqual(ticket.message_partner_ids, self.customer + self.nobody)

    def test_no_follower_by_the_team(self):
        ticket = self.make_ticket()
        self.team.message_subscribe((self.desk + self.nobody).ids)
        self.assertEqual(ticket.message_partner_ids, self.nobody)
        self.assertEqual(self.make_ticket().message_partner_ids, self.nobody)

    def test_an_agent_follows_whatever_their_address(self):
        """Following is what lets them see the ticket."""
        self.agent.email = self.team.alias_email
        ticket = self.make_ticket(self.team_private, user_id=self.agent.id)
        self.assertTrue(ticket.with_user(self.agent).has_access('read'))

    def test_no_customer(self):
        ticket = self.make_ticket(partner_id=self.customer.id)
        for partner in self.desk:
            for work in (lambda partner=partner: self.make_by_agent(partner_id=partner.id),
                         lambda partner=partner: ticket.with_user(self.agent).write(
                             {'partner_id': partner.id})):
                with self.assertRaises(ValidationError) as refused:
                    work()
                self.assertIn(f"{partner.name} can't be the customer", str(refused.exception))
        self.assertEqual(ticket.partner_id, self.customer)

    def test_answers_are_not_lost(self):
        """Where the customer of a closed ticket has an alias's address by now."""
        self.team.write({'reopen_policy': 'new', 'reopen_day': 0})
        ticket = self.make_ticket(
            partner_id=self.customer.id, email_cc='kim@x.example.org',
            stage_id=self.stage_solved.id, close_date='2026-01-01 10:00:00')
        self.customer.email = self.team.alias_email
        with self.mock_mail_gateway():
            self.env['mail.thread'].message_process(None, make_mail(
                self.team.alias_email, sender='kim@x.example.org',
                subject=f'Re: [{ticket.ticket_ref}]').as_bytes())
        self.assertEqual(ticket.next_ticket_ids.partner_id, self.customer)
        self.assertFalse(ticket.next_ticket_ids.message_partner_ids)

    def test_mail_from_it(self):
        """Becomes a ticket without customer, an automatic one, too."""
        for headers in ({}, {'Auto_Submitted': 'auto-generated'}):
            with self.mock_mail_gateway():
                self.env['mail.thread'].message_process(None, make_mail(
                    self.team.alias_email, sender=self.desk[0].email, subject='By the desk',
                    **headers).as_bytes())
        tickets = self.env['helpdesk.lite.ticket'].search([('name', '=', 'By the desk')])
        self.assertEqual(len(tickets), 2)
        self.assertFalse(tickets.partner_id)
        self.assertFalse(tickets.message_partner_ids)

    def test_typed(self):
        """Neither written to a contact nor mailed."""
        ticket = self.make_by_agent(
            partner_id=self.nobody.id, partner_email=self.team.alias_email)
        self.assertFalse(self.nobody.email)
        self.assertFalse(self.mails(lambda: ticket.write({'stage_id': self.stage_progress.id})))

    def test_constant_queries(self):
        counts = []
        for number in (2, 2, 60):  # the first fills what Odoo remembers
            contacts = self.env['res.partner'].create([
                {'name': f'C{index}', 'email': f'c{index}-{number}@x.example.org'}
                for index in range(number)])
            with self.assert_queries(60, self.env) as limit:
                tickets = self.Ticket.create([
                    {'name': 'x', 'team_id': self.team.id, 'partner_id': contact.id}
                    for contact in contacts])
            counts.append(limit.count)
            self.assertEqual(tickets.partner_id, contacts)
        self.assertEqual(counts[1], counts[2])

    def test_alias_of_another_application(self):
        alias = self.env['mail.alias'].create({
            'alias_name': 'partners', 'alias_domain_id': self.alias_domain.id,
            'alias_model_id': self.env['ir.model']._get_id('res.partner')})
        contact = self.env['res.partner'].create({'name': 'x', 'email': alias.alias_full_name})
        with self.assertRaises(ValidationError):
            self.make_by_agent(partner_id=contact.id)
        group = self.env['res.partner'].create({'name': 'Free', 'email': 'free@x.example.org'})
        self.assertEqual(self.make_by_agent(
            partner_id=group.id, tag_ids=[Command.clear()]).partner_id, group)
