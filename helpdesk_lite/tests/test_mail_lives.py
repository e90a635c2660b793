from odoo.tests import tagged

from .test_gateway import CARLA, GatewayCommon

CUSTOMER = 'carla@customer.example.org'
COMMENT = {'message_type': 'comment', 'subtype_xmlid': 'mail.mt_comment'}
NOTE = {'message_type': 'comment', 'subtype_xmlid': 'mail.mt_note'}


@tagged('post_install', '-at_install')
class LifeCommon(GatewayCommon):
    """Conversations as mail programs lead them: each answers a mail that really left."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ann, cls.ben = (
            cls.make_user(name, notification_type='email') for name in ('ann', 'ben'))
        cls.ticket = cls.make_ticket(
            partner_id=cls.customer.id, user_id=cls.ann.id, name='Printer')
        cls.follow(cls.ticket, cls.ann + cls.ben)

    def setUp(self):
        super().setUp()
        self.mail_of_customer = self.make_mail_of_customer()

    def make_mail_of_customer(self):
        """Have the customer write by mail, as an answer to what an agent wrote."""
        asked = self.post(self.ann, 'Which one?')
        self.answer(asked[CUSTOMER], CARLA, 'The red one')
        return {mail['email_to'][0].split('<')[-1].rstrip('>'): mail for mail in self._mails}

    def post(self, user, body, ticket=None, **values):
        """Post on a ticket; return the mails that left, by address."""
        with self.mock_mail_gateway():
            (ticket or self.ticket).with_user(user).message_post(
                body=body, **{**COMMENT, **values})
            self.flush_tracking()
        return {mail['email_to'][0].split('<')[-1].rstrip('>'): mail for mail in self._mails}

    def answer(self, mail, sender, body='An answer', drop=(), **headers):
        """Answer to a mail that left, as a mail program does; return the ticket that it made.

        :param drop: headers that the program or a server on the way leaves out
        """
        own = mail['message_id']
        known = {
            'to': mail['reply_to'] or mail['email_from'], 'subject': f'Re: {mail["subject"]}',
            'In_Reply_To': own, 'References': f'{mail["references"] or ""} {own}'.strip()}
        known = {name: value for name, value in known.items() if name not in drop}
        return self.mail(sender=sender, body=body, **{**known, **headers})

    def get_last(self, ticket=None):
        """The newest mail on a ticket."""
        return (ticket or self.ticket).message_ids.filtered(
            lambda m: m.message_type == 'email').sorted('id')[-1:]

    def assert_public(self, body, author, ticket=None):
        last = self.get_last(ticket)
        self.assertIn(body, last.body)
        self.assertFalse(last.is_internal)
        self.assertEqual(last.author_id, author)

    def assert_note(self, body, status, ticket=None):
        last = self.get_last(ticket)
        self.assertIn(body, last.body)
        self.assertTrue(last.is_internal)
        self.assertEqual(last.helpdesk_lite_mail_status, status)
        self.assertFalse(self.sent_to(CUSTOMER))


class TestLivesOfAgents(LifeCommon):

    def test_answer_from_any_program(self):
        """The id of an agent's own notification proves who answers, whatever else is kept."""
        for drop in ((), ('References',), ('subject',)):
            with self.subTest(drop=drop):
                mail = self.make_mail_of_customer()[self.ann.email]
                self.assertFalse(self.answer(mail, self.ann.email, f'Hello {drop}', drop=drop))
                self.assert_public('Hello', self.ann.partner_id)
                self.assertEqual(len(self.sent_to(CUSTOMER)), 1)
                self.assertEqual(self.ticket.waiting_for, 'customer')

    def test_customers_own_id_is_no_proof(self):
        """The customer knows it, so whoever forges an agent's address may, too."""
        first = self.get_last().message_id
        self.assertFalse(self.mail(
            sender=self.ann.email, subject='Re: Printer', body='Forged', In_Reply_To=first))
        self.assert_note('Forged', 'unproven')
        self.assertEqual(len(self.sent_to(self.ann.email)), 1, 'who is told of it')

    def test_another_agents_notification(self):
        mail = self.mail_of_customer[self.ann.email]
        self.answer(mail, self.ben.email, 'From Ben')
        self.assert_note('From Ben', 'unproven')

    def test_reply_all_with_the_desk_in_cc(self):
        """The customer has it already, so the desk mails it to nobody twice."""
        mail = self.mail_of_customer[self.ann.email]
        self.answer(mail, self.ann.email, 'To both', to=CARLA, Cc=self.address)
        self.assert_public('To both', self.ann.partner_id)
        self.assertFalse(self.sent_to(CUSTOMER))

    def test_supplier_in_to(self):
        """It is a note, and the supplier is no recipient of what is written next."""
        mail = self.mail_of_customer[self.ann.email]
        self.answer(mail, self.ann.email, 'What does it cost?',
                    to='Sue <sue@supplier.example.org>', Cc=self.address)
        self.assert_note('What does it cost?', 'others')
        self.assertNotIn('supplier', self.ticket.email_cc or '')
        self.post(self.ann, 'Soon')
        self.assertFalse(self.sent_to('sue@supplier.example.org'))

    def test_answer_to_a_note(self):
        """Also from a program that drops headers: the customer never gets it."""
        for drop in ((), ('References',), ('In_Reply_To', 'References')):
            with self.subTest(drop=drop):
                note = self.post(self.ben, 'He is angry', partner_ids=self.ann.partner_id.ids,
                                 **NOTE)[self.ann.email]
                self.answer(note, self.ann.email, 'Again?', drop=drop)
                self.assertTrue(self.get_last().is_internal)
                self.assertIn('Again?', self.get_last().body)
                self.assertFalse(self.sent_to(CUSTOMER))

    def test_server_that_replaces_ids(self):
        """Without the proof it is a note, and the agent hears so once."""
        for _index in range(2):
            mail = self.make_mail_of_customer()[self.ann.email]
            self.answer({**mail, 'message_id': '<relay@ses.example.org>'}, self.ann.email, 'Hi')
            self.assert_note('Hi', 'unproven')
        told = self.env['mail.mail'].search_count([('email_to', 'ilike', self.ann.email)])
        self.assertLessEqual(told, 1)

    def test_out_of_office(self):
        """An agent's is dropped, and the log says so."""
        mail = self.mail_of_customer[self.ann.email]
        before = self.get_last()
        self.answer(mail, self.ann.email, 'I am away', Auto_Submitted='auto-replied')
        self.assertEqual(self.get_last(), before)
        self.assertFalse(self.sent_to(CUSTOMER))
        self.assertIn('dropped', ' '.join(self.ticket.message_ids.mapped('body')))

    def test_agent_as_customer(self):
        """Who is the ticket's customer answers as such, with any id."""
        ticket = self.make_ticket(partner_id=self.ben.partner_id.id, user_id=self.ann.id)
        asked = self.post(self.ann, 'Which one?', ticket=ticket)[self.ben.email]
        self.answer(asked, self.ben.email, 'Mine')
        self.assert_public('Mine', self.ben.partner_id, ticket)
        self.assertEqual(ticket.waiting_for, 'desk')

    def test_after_the_ticket_was_moved(self):
        mail = self.mail_of_customer[self.ann.email]
        self.ticket.team_id = self.team_company
        self.assertFalse(self.answer(mail, self.ann.email, 'Moved'))
        self.assert_public('Moved', self.ann.partner_id)


class TestLivesOfCustomers(LifeCommon):

    def test_reply_all_with_the_agent_in_cc(self):
        asked = self.post(self.ann, 'And?')[CUSTOMER]
        self.answer(asked, CARLA, 'Both', Cc=self.ann.email)
        self.assert_public('Both', self.customer)
        self.assertEqual(self.ticket.email_cc, self.ann.email)

    def test_after_the_ticket_was_moved_or_merged(self):
        asked = self.post(self.ann, 'And?')[CUSTOMER]
        self.ticket.team_id = self.team_company
        self.assertFalse(self.answer(asked, CARLA, 'To the old address'))
        self.assert_public('To the old address', self.customer)
        other = self.make_ticket(self.team_company, partner_id=self.customer.id)
        wizard = self.env['helpdesk.lite.ticket.merge'].with_context(
            active_model=other._name, active_ids=(other + self.ticket).ids).create({
                'destination_id': other.id})
        wizard.action_merge()
        self.assertFalse(self.answer(asked, CARLA, 'After the merge'))
        self.assert_public('After the merge', self.customer, other)

    def test_second_address(self):
        """It is a stranger's: a note that calls, also on a closed ticket."""
        for closed in (False, True):
            with self.subTest(closed=closed):
                asked = self.post(self.ann, 'And?')[CUSTOMER]
                if closed:
                    self.ticket.stage_id = self.stage_solved
                self.answer(asked, 'Carla <carla@home.example.net>', 'From home')
                self.assert_note('From home', 'stranger')
                self.assertEqual(self.ticket.waiting_for, not closed and 'desk')
                self.assertEqual(self.ticket.is_closed, closed)
                self.assertEqual(bool(self.ticket.activity_ids), closed)

    def test_colleague_of_the_customers_company(self):
        """By message id they are a correspondent; by the reference alone a stranger."""
        company = self.env['res.partner'].create({'name': 'Customer', 'is_company': True})
        self.customer.parent_id = company
        colleague = self.env['res.partner'].create({
            'name': 'Cole', 'email': 'cole@customer.example.org', 'parent_id': company.id})
        asked = self.post(self.ann, 'And?')[CUSTOMER]
        self.answer(asked, colleague.email, 'For Carla')
        self.assert_public('For Carla', colleague)
        made = self.answer(
            asked, colleague.email, 'Alone', drop=('In_Reply_To', 'References'))
        self.assertEqual(len(made), 1)

    def test_employee_as_customer(self):
        ticket = self.mail(sender=self.employee.email)
        self.assertEqual(ticket.partner_id, self.employee.partner_id)
        first = self.get_last(ticket)
        self.mail(sender=self.employee.email, In_Reply_To=first.message_id, body='More')
        self.assert_public('More', self.employee.partner_id, ticket)

    def test_forged_agent_with_a_customer_in_cc(self):
        """A reference can be guessed: nobody reads a history by it."""
        victim = self.env['res.partner'].create({'name': 'V', 'email': 'v@x.example.org'})
        made = self.mail(
            sender=self.ann.email, subject=f'[{self.ticket.ticket_ref}] Printer',
            body='Forged', Cc=victim.email)
        self.assertFalse(made)
        self.assert_note('Forged', 'unproven')
        self.assertFalse(self.is_follower(self.ticket, victim))
        self.assertNotIn('v@x', self.ticket.email_cc or '')
        self.assertFalse(self.sent_to('v@x.example.org'))

    def test_out_of_office_of_a_customer(self):
        """A note: no activity, no reopening, and nobody outside is mailed."""
        self.ticket.email_cc = 'cc@x.example.org'
        cc = self.env['res.partner'].create({'name': 'Cc', 'email': 'cc@x.example.org'})
        self.ticket.message_subscribe(cc.ids)
        asked = self.post(self.ann, 'And?')[CUSTOMER]
        self.ticket.stage_id = self.stage_solved
        before = self.ticket.last_activity_date
        self.answer(asked, CARLA, 'I am away', Auto_Submitted='auto-replied')
        self.assert_note('I am away', 'machine')
        self.assertEqual(self.ticket.last_activity_date, before)
        self.assertTrue(self.ticket.is_closed)
        self.assertFalse(self.sent_to('cc@x.example.org'))

    def test_device_that_sends_one_id_for_years(self):
        made = [self.mail(sender='scanner@x.example.org', Message_ID='<device@x>', Date=date)
                for date in ('Mon, 2 Mar 2026 10:00:00 +0000', 'Tue, 3 Mar 2026 10:00:00 +0000')]
        self.assertEqual([len(ticket) for ticket in made], [1, 1])

    def test_desk_behind_a_group(self):
        """The group is the desk's own address, the person is the customer."""
        self.team.other_addresses = 'desk@groups.example.org'
        ticket = self.mail(
            sender='"Nora New via Desk" <desk@groups.example.org>', to='desk@groups.example.org',
            Reply_To='Nora New <nora@new.example.org>', Precedence='list',
            List_Id='<desk.groups.example.org>')
        self.assertEqual(ticket.partner_id.email, 'nora@new.example.org')
        self.assertEqual(len(self.sent_to('nora@new.example.org')), 1)
        self.assertFalse(self.sent_to('desk@groups.example.org'))

    def test_another_ticket_system(self):
        """It marks people's answers as automatic, until somebody says that they aren't."""
        ticket = self.mail(sender='desk@other.example.org', Auto_Submitted='auto-generated')
        self.assertFalse(ticket.partner_id)
        self.env['helpdesk.lite.mail.sender']._mark_as_person('desk@other.example.org')
        ticket = self.mail(sender='desk@other.example.org', Auto_Submitted='auto-generated')
        self.assertEqual(ticket.partner_id.email, 'desk@other.example.org')
