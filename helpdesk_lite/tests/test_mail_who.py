"""Who wrote a mail: proofs of agents, roles, groups, forms and senders that are people."""

from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..tools.incoming_mail import IncomingMail
from .test_gateway import CARLA, GatewayCommon, make_mail
from .test_mail_lives import CUSTOMER, LifeCommon

GROUP = 'desk@groups.example.org'
SERVER = 'mx.helpdesk.example.com'
FEEDBACK = """\
From: %s
To: %s
Subject: Complaint
Message-ID: <feedback@other.example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary=x

--x
Content-Type: text/plain

This is an abuse report.

--x
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1

--x--
"""


@tagged('post_install', '-at_install')
class TestProof(LifeCommon):
    """Mails to colleagues carry a proof; what else stands in a mail is a claim."""

    def test_of_each_colleague_alone(self):
        """Customers' copies have Odoo's own id, which they all share with the log."""
        mails = self.post(self.manager, 'Hello')
        ids = {address: mail['message_id'] for address, mail in mails.items()}
        self.assertEqual(set(ids), {self.ann.email, self.ben.email, CUSTOMER})
        self.assertEqual(len(set(ids.values())), 3)
        message = self.ticket.message_ids[:1]
        self.assertEqual(message.message_id, ids[CUSTOMER], 'the log keeps its own')
        for address, mail in mails.items():
            self.assertIn(message.message_id, f'{mail["references"]} {mail["message_id"]}')
            self.assertEqual('hdl.' in mail['message_id'], address != CUSTOMER)
            self.assertEqual(mail['reply_to'].count(self.address), 1, 'no tag')

    def test_never_in_references(self):
        """Nobody reads another one's proof, whoever was mailed last."""
        for _index in range(3):
            for mail in [*self.make_mail_of_customer().values(),
                         *self.post(self.manager, 'Hello').values()]:
                self.assertNotIn('hdl.', mail['references'] or '')

    def test_other_applications_are_left_alone(self):
        partner = self.ann.partner_id
        with self.mock_mail_gateway():
            self.customer.message_post(
                body='x', partner_ids=partner.ids, message_type='comment',
                subtype_xmlid='mail.mt_comment')
        self.assertNotIn('hdl.', self.sent_to(self.ann.email)[0]['message_id'])

    def test_queries_dont_grow_with_the_colleagues(self):
        users = self.env['res.users']
        for index in range(6):
            users |= self.make_user(f'colleague{index}', notification_type='email')

        def count(followers):
            ticket = self.make_ticket(partner_id=self.customer.id)
            self.follow(ticket, followers)
            self.env.flush_all()
            self.env.invalidate_all()
            seen = []
            MailMail = type(self.env['mail.mail'])
            origin = MailMail._get_users_of

            def spy(records, colleagues):
                before = records.env.cr.sql_log_count
                result = origin(records, colleagues)
                seen.append(records.env.cr.sql_log_count - before)
                return result
            with patch.object(MailMail, '_get_users_of', spy):
                self.post(self.manager, 'Hello', ticket=ticket)
            return seen
        self.assertEqual(sum(count(users)), sum(count(users[:2])))
        self.assertLessEqual(sum(count(users)), 2)

    def test_reply_to_tag(self):
        """Where the mail server knows sub-addresses the address itself proves."""
        self.env['ir.config_parameter'].set_param('helpdesk_lite.reply_to_tag', '1')
        mail = self.make_mail_of_customer()[self.ann.email]
        self.assertRegex(mail['reply_to'], r'<team-portal\+hdl\.[^@]{1,52}@helpdesk\.example\.com>')
        local = mail['reply_to'].partition('<')[2].partition('@')[0]
        self.assertLessEqual(len(local), 64)
        self.assertNotIn('hdl.', self.post(self.manager, 'x')[CUSTOMER]['reply_to'])
        relayed = {**mail, 'message_id': '<relay@ses.example.org>'}
        self.answer(relayed, self.ann.email, 'By tag', drop=('References',))
        self.assert_public('By tag', self.ann.partner_id)

    def test_where_it_may_stand(self):
        for name in ('In_Reply_To', 'References', 'X_Microsoft_Original_Message_ID'):
            with self.subTest(name):
                mail = self.make_mail_of_customer()[self.ann.email]
                first = self.get_last().message_id
                self.mail(sender=self.ann.email, body=name, **{
                    'In_Reply_To': first, 'References': first, name: mail['message_id']})
                self.assert_public(name, self.ann.partner_id)

    def test_of_a_mail_with_many_references(self):
        mail = self.mail_of_customer[self.ann.email]
        many = ' '.join(f'<{index}-{"x" * 60}@x.example.org>' for index in range(300))
        self.mail(sender=self.ann.email, body='Long', References=f'{many} {mail["message_id"]}')
        self.assert_public('Long', self.ann.partner_id)

    def test_forged_ones(self):
        """Each part is signed: ticket, message and user."""
        own = self.mail_of_customer[self.ann.email]['message_id']
        _word, ticket_id, message_id, user_id, mac = own.strip('<').partition('@')[0].split('.')
        other = self.make_ticket(partner_id=self.customer.id)
        for parts in (
            (other.id, message_id, user_id, mac), (ticket_id, 1, user_id, mac),
            (ticket_id, message_id, self.ben.id, mac), (ticket_id, message_id, user_id, '0' * 24),
            (9999999999, message_id, user_id, mac),
        ):
            with self.subTest(parts):
                forged = '.'.join(map(str, ('hdl', *parts)))
                self.assertFalse(self.env['mail.mail']._read_proof(f'<{forged}@x>'))
        self.assertTrue(self.env['mail.mail']._read_proof(own))
        self.assertTrue(self.env['mail.mail']._read_proof(own.upper()))

    def test_of_whom_it_is_no_more(self):
        """Who lost the right, the account or the ticket answers in nobody's name."""
        group = self.env.ref('helpdesk_lite.group_helpdesk_lite_user')
        self.team.privacy_visibility = 'invited_internal'
        for name, work in (
            ('right', lambda: self.ann.write({
                'group_ids': [(6, 0, self.env.ref('base.group_user').ids)]})),
            ('ticket', lambda: self.ticket.message_unsubscribe(self.ann.partner_id.ids)),
            ('account', lambda: self.ann.write({'active': False})),
        ):
            with self.subTest(name):
                self.ann.write({'active': True, 'group_ids': [(4, group.id)]})
                self.ticket.user_id = self.ann
                self.follow(self.ticket, self.ann)
                mail = self.make_mail_of_customer()[self.ann.email]
                self.ticket.user_id = self.ben
                work()
                self.answer(mail, self.ann.email, name)
                self.assertTrue(self.get_last().is_internal)
                self.assertFalse(self.sent_to(CUSTOMER))

    def test_known_outside_after_an_answer_to_all(self):
        """The customer reads the proof in In-Reply-To: from then on it proves nobody."""
        mail = self.mail_of_customer[self.ann.email]
        self.answer(mail, self.ann.email, 'To both', to=CARLA, Cc=self.address)
        self.assert_public('To both', self.ann.partner_id)
        self.answer(mail, self.ann.email, 'Forged')
        self.assert_note('Forged', 'unproven')
        fresh = self.make_mail_of_customer()[self.ann.email]
        self.answer(fresh, self.ann.email, 'Fresh')
        self.assert_public('Fresh', self.ann.partner_id)
        self.answer(fresh, self.ann.email, 'And again')
        self.assert_public('And again', self.ann.partner_id)

    def test_known_outside_from_a_mail_of_the_customer(self):
        mail = self.mail_of_customer[self.ann.email]
        self.answer(mail, CARLA, 'You sent me this')
        self.assert_public('You sent me this', self.customer)
        self.answer(mail, self.ann.email, 'Forged')
        self.assert_note('Forged', 'unproven')

    def test_answer_to_all_that_reaches_two_teams(self):
        """It is delivered once for each: the proof is good for both deliveries."""
        both = f'{self.address}, {self.team_private.alias_email}'
        mail = self.mail_of_customer[self.ann.email]
        message = make_mail(CARLA, sender=self.ann.email, body='Both', Cc=both,
                            In_Reply_To=mail['message_id'])
        for name in (self.team_private.alias_email, self.address):
            self.deliver(f'Delivered-To: {name}\r\n'.encode() + message.as_bytes())
        self.assert_public('Both', self.ann.partner_id)

    def test_answer_to_a_note_in_a_conversation(self):
        """A proof of an earlier mail, which the customer read, doesn't publish it."""
        public = self.mail_of_customer[self.ann.email]
        note = self.ticket.with_user(self.ben).message_post(body='He is angry')
        self.answer({**public, 'message_id': note.message_id,
                     'references': public['message_id']}, self.ann.email, 'Again?')
        self.assert_note('Again?', 'internal')

    def test_from_a_shared_mailbox(self):
        """An agent who writes as the desk is known by the proof, and is the author."""
        self.team.other_addresses = GROUP
        mail = self.make_mail_of_customer()[self.ann.email]
        self.answer(mail, f'Desk <{GROUP}>', 'From the shared mailbox')
        self.assert_public('From the shared mailbox', self.ann.partner_id)
        self.answer(self.make_mail_of_customer()[self.ann.email],
                    'Someone <someone@x.example.org>', 'From elsewhere')
        self.assert_note('From elsewhere', 'stranger')

    def test_two_agents_of_one_mailbox(self):
        self.ben.email = self.ann.email
        with self.mock_mail_gateway():
            self.ticket.with_user(self.manager).message_post(
                body='x', message_type='comment', subtype_xmlid='mail.mt_comment')
        mails = self.sent_to(self.ann.email)
        for user in (self.ann, self.ben):
            mail, = [mail for mail in mails if f'.{user.id}.' in mail['message_id']]
            self.answer(mail, self.ann.email, user.name)
            self.assert_public(user.name, user.partner_id)


@tagged('post_install', '-at_install')
class TestMailServer(LifeCommon):
    """What the own mail server says of a sender, where it is named."""

    def by_ann(self, results, **headers):
        first = self.mail_of_customer[self.ann.email]['references'].split()[-1]
        self.mail(sender=headers.pop('sender', self.ann.email), body='By Ann', **{
            'In_Reply_To': first, **headers},
            Authentication_Results=f'{SERVER}; {results}')
        return self.get_last()

    def test_table(self):
        passed = 'dmarc=pass header.from=staff.example.com'
        failed = 'dmarc=fail (p=REJECT) header.from=staff.example.com'
        for name, server, results, expected in (
            ('not named', '', passed, 'unproven'),
            ('another one', 'mx.evil.example.org', passed, 'unproven'),
            ('pass', SERVER, passed, False),
            ('none', SERVER, 'dmarc=none', 'unproven'),
            ('of another domain', SERVER, 'dmarc=pass header.from=evil.example.org', 'unproven'),
            ('fail', SERVER, failed, 'stranger'),
            ('fail, forwarded', SERVER, f'arc=pass; {failed}', 'unproven'),
            ('fail, no policy', SERVER, 'dmarc=fail (p=NONE)', 'unproven'),
        ):
            with self.subTest(name):
                self.env['ir.config_parameter'].set_param('helpdesk_lite.authserv_id', server)
                self.assertEqual(self.by_ann(results).helpdesk_lite_mail_status, expected)
                self.assertEqual(len(self.sent_to(CUSTOMER)), not expected)

    def test_only_the_topmost_counts(self):
        self.env['ir.config_parameter'].set_param('helpdesk_lite.authserv_id', SERVER)
        message = make_mail(self.address, sender=self.ann.email,
                            In_Reply_To=self.get_last().message_id)
        top, below = 'dmarc=none', 'dmarc=pass header.from=staff.example.com'
        raw = ''.join(f'Authentication-Results: {SERVER}; {value}\r\n' for value in (top, below))
        self.deliver(raw.encode() + message.as_bytes())
        self.assert_note('It is on fire', 'unproven')

    def test_two_authors_prove_nobody(self):
        self.env['ir.config_parameter'].set_param('helpdesk_lite.authserv_id', SERVER)
        last = self.by_ann('dmarc=pass header.from=staff.example.com',
                           sender=f'{self.ann.email}, evil@evil.example.org')
        self.assertTrue(last.is_internal)

    def test_disowned_correspondents(self):
        """By message id they stay, by reference alone they make a ticket of their own."""
        self.env['ir.config_parameter'].set_param('helpdesk_lite.authserv_id', SERVER)
        failed = {'Authentication_Results':
                  f'{SERVER}; dmarc=fail (p=quarantine) header.from=customer.example.org'}
        self.mail(body='By id', In_Reply_To=self.get_last().message_id, **failed)
        self.assert_public('By id', self.customer)
        subject = f'[{self.ticket.ticket_ref}] Printer'
        self.assertEqual(len(self.mail(subject=subject, **failed)), 1)
        self.assertEqual(len(self.mail(subject=subject)), 0)


@tagged('post_install', '-at_install')
class TestRole(GatewayCommon):
    """Who a writer is for a ticket."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Partner = cls.env['res.partner']
        company = Partner.create({'name': 'Customer Inc.', 'is_company': True})
        cls.customer.parent_id = company
        cls.colleague = Partner.create({
            'name': 'Cole', 'email': 'cole@customer.example.org', 'parent_id': company.id})
        cls.outside = Partner.create({'name': 'Ed', 'email': 'ed@x.example.org'})
        cls.ticket = cls.make_ticket(
            partner_id=cls.customer.id, email_cc='Cc <cc@x.example.org>, cc2@x.example.org')
        cls.follow(cls.ticket, cls.outside + cls.employee.partner_id + cls.agent_ticket.partner_id)

    def get_role(self, address, by_id, ticket=None, **values):
        mail = IncomingMail(sender=('', address), **values)
        return (ticket or self.ticket)._get_role(mail, by_id=by_id)

    def test_table(self):
        for address, by_id, by_reference in (
            (CUSTOMER, 'customer', 'customer'),
            ('cc@x.example.org', 'correspondent', 'correspondent'),
            ('cc2@x.example.org', 'correspondent', 'correspondent'),
            ('ed@x.example.org', 'correspondent', 'correspondent'),
            ('cole@customer.example.org', 'correspondent', 'stranger'),
            (self.employee.email, 'colleague', 'colleague'),
            (self.agent_ticket.email, 'unproven', 'unproven'),
            (self.agent.email, 'unproven', 'unproven'),
            ('nobody@x.example.org', 'stranger', 'stranger'),
            (self.portal.email, 'stranger', 'stranger'),
            ('', 'stranger', 'stranger'),
        ):
            with self.subTest(address):
                self.assertEqual(self.get_role(address, True), by_id)
                self.assertEqual(self.get_role(address, False), by_reference)

    def test_customer_first(self):
        """Employee or agent or not, and proven or not."""
        for user in (self.employee, self.agent, self.portal):
            with self.subTest(user.login):
                ticket = self.make_ticket(partner_id=user.partner_id.id)
                self.assertEqual(self.get_role(user.email, False, ticket), 'customer')
        self.assertEqual(self.get_role(
            self.agent.email, True, self.make_ticket(partner_id=self.agent.partner_id.id),
            proven_user_id=self.agent.id), 'customer')

    def test_proven(self):
        proven = {'proven_user_id': self.agent.id, 'proven_ticket_id': self.ticket.id}
        other = self.make_ticket()
        private = self.make_ticket(self.team_private)
        for name, ticket, values, role in (
            ('for the ticket', self.ticket, proven, 'agent'),
            ('for another one', other, proven, 'unproven'),
            ('by the mail server', other, {'proven_user_id': self.agent.id}, 'agent'),
            ('who sees it not', private, {'proven_user_id': self.agent.id}, 'unproven'),
            ('disowned', self.ticket, {'refused': True}, 'stranger'),
            ('disowned but proven', self.ticket, {**proven, 'refused': True}, 'agent'),
        ):
            with self.subTest(name):
                self.assertEqual(self.get_role(self.agent.email, True, ticket, **values), role)

    def test_former_agent_who_still_follows(self):
        """Their address is nobody's outside."""
        self.agent_ticket.active = False
        self.assertEqual(self.get_role(self.agent_ticket.email, True), 'colleague')

    def test_merged(self):
        """For a ticket that was merged it is as for the one that stays."""
        merged = self.make_ticket(partner_id=self.customer.id)
        self.env['helpdesk.lite.ticket.merge'].with_context(
            active_model=merged._name, active_ids=(self.ticket + merged).ids).create({
                'destination_id': self.ticket.id}).action_merge()
        self.assertEqual(self.get_role('ed@x.example.org', True, merged), 'correspondent')
        proven = {'proven_user_id': self.agent.id, 'proven_ticket_id': merged.id}
        self.assertEqual(self.get_role(self.agent.email, True, self.ticket, **proven), 'agent')

    def test_typed_into_a_profile(self):
        """By reference alone it wins nothing; by message id the mailbox was written to."""
        self.portal.partner_id.with_user(self.portal).sudo().email = 'typed@x.example.org'
        ticket = self.make_ticket(partner_id=self.portal.partner_id.id)
        self.follow(self.ticket, self.portal)
        self.assertEqual(self.get_role('typed@x.example.org', False, ticket), 'stranger')
        self.assertEqual(self.get_role('typed@x.example.org', False), 'stranger')
        self.assertEqual(self.get_role('typed@x.example.org', True, ticket), 'customer')
        self.assertEqual(self.get_role('typed@x.example.org', True), 'correspondent')


@tagged('post_install', '-at_install')
class TestGroupsAndForms(GatewayCommon):
    """The person behind a group or a contact form is the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.write({'other_addresses': GROUP, 'reply_to_senders': 'web@site.example.org'})

    def test_table(self):
        nora = 'Nora <nora@new.example.org>'
        web = 'Website <web@site.example.org>'
        group = f"'Nora' via Desk <{GROUP}>"
        for name, headers, customer, acknowledged in (
            ('a group', {'sender': group, 'X_Original_From': nora, 'Precedence': 'list'},
             'nora@new.example.org', True),
            ('a group with Reply-To', {'sender': group, 'Reply_To': nora}, 'nora@new.example.org',
             True),
            ('another list', {'sender': "'Nora' via L <l@lists.example.org>", 'Reply_To': nora,
                              'Precedence': 'list', 'List_Post': '<mailto:l@lists.example.org>'},
             'nora@new.example.org', False),
            ('a form', {'sender': web, 'Reply_To': nora, 'Auto_Submitted': 'auto-generated'},
             'nora@new.example.org', True),
            ('a form without Reply-To', {'sender': web}, 'web@site.example.org', True),
            ('a form that nobody listed', {'sender': CARLA, 'Reply_To': nora}, CUSTOMER, True),
            ('a form that names an agent', {'sender': web, 'Reply_To': self.agent.email},
             'web@site.example.org', True),
            ('a form that names the desk', {'sender': web, 'Reply_To': self.address},
             'web@site.example.org', True),
            ('a form that names another team', {
                'sender': web, 'Reply_To': self.team_company.alias_email},
             'web@site.example.org', True),
            ('a form by a list', {'sender': web, 'Reply_To': nora, 'List_Id': '<a.b>'},
             'web@site.example.org', False),
            ('a person by a list', {'sender': CARLA, 'Precedence': 'list', 'List_Id': '<a.b>'},
             CUSTOMER, False),
        ):
            with self.subTest(name):
                ticket = self.mail(**headers)
                self.assertEqual(ticket.partner_id.email_normalized, customer)
                self.assertEqual(bool(self.sent_to(customer)), acknowledged)
                self.assertEqual(ticket.waiting_for, 'desk', 'it counts as activity')
                self.assertFalse(self.sent_to(GROUP))

    def test_name_of_a_group_member(self):
        ticket = self.mail(sender=f"'Nora New' via Desk <{GROUP}>", Reply_To='nora@new.example.org')
        self.assertEqual(ticket.partner_id.name, 'Nora New')


@tagged('post_install', '-at_install')
class TestSenders(GatewayCommon):
    """*Not automatic*: senders that mark what people write."""

    ROBOT = 'desk@other.example.org'

    def test_marked(self):
        Sender = self.env['helpdesk.lite.mail.sender'].with_user(self.agent)
        Sender._mark_as_person(f'Desk <{self.ROBOT.upper()}>')
        Sender._mark_as_person(self.ROBOT)
        Sender._mark_as_person('nobody')
        sender, = self.env['helpdesk.lite.mail.sender'].search(
            [('email_normalized', '=', self.ROBOT)])
        self.assertEqual(sender.company_id, self.company)
        ticket = self.mail(sender=self.ROBOT, Auto_Submitted='auto-generated')
        self.assertEqual(ticket.partner_id.email, self.ROBOT)
        self.assertEqual(ticket.waiting_for, 'desk')
        report = self.deliver((FEEDBACK % (self.ROBOT, self.address)).encode())
        self.assertEqual(len(report), 1)
        self.assertFalse(
            report.oldest_unanswered_customer_message_date, 'a report stays one')

    def test_rights(self):
        """Administrators look at their company's and delete; agents mark by the button alone."""
        Sender = self.env['helpdesk.lite.mail.sender']
        Sender.with_user(self.agent)._mark_as_person(self.ROBOT)
        own = Sender.search([])
        self.assertEqual(Sender.with_user(self.manager).search([]), own)
        self.assertFalse(Sender.with_user(self.other_manager).search([]))
        for user in (self.agent, self.employee, self.portal):
            with self.subTest(user.login), self.assertRaises(AccessError):
                own.with_user(user).read(['email_normalized'])
        for user in (self.agent, self.manager, self.employee):
            with self.subTest(user.login), self.assertRaises(AccessError):
                Sender.with_user(user).create({'email_normalized': 'x@x.example.org'})
        with self.assertRaises(AccessError):
            own.with_user(self.agent).unlink()
        own.with_user(self.manager).unlink()
        self.assertFalse(self.mail(sender=self.ROBOT, Auto_Submitted='auto-generated').partner_id)


@tagged('post_install', '-at_install')
class TestOutOfOffice(LifeCommon):

    def test_odoos_own_is_no_answer(self):
        """Odoo answers for an agent who is away: it stays the desk's turn."""
        self.ann.write({
            'out_of_office_from': '2020-01-01', 'out_of_office_to': '2100-01-01',
            'out_of_office_message': 'I am away'})
        asked = self.post(self.ben, 'Which one?')
        before = self.ticket.last_activity_date
        with patch('odoo.fields.Datetime.now', return_value=before.replace(year=2040)):
            self.ticket.message_post(
                body='This one', author_id=self.customer.id, partner_ids=self.ann.partner_id.ids,
                message_type='comment', subtype_xmlid='mail.mt_comment')
            self.assertTrue(asked)
        away = self.ticket.message_ids.filtered(lambda m: m.message_type == 'out_of_office')
        self.assertTrue(away)
        self.assertEqual(self.ticket.waiting_for, 'desk')
