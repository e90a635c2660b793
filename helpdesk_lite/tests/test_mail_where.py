from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .test_gateway import CARLA, GatewayCommon, make_mail

GROUP = 'helpdesk@groups.example.org'


@tagged('post_install', '-at_install')
class TestWhere(GatewayCommon):
    """The recipient decides where a mail goes, then the thread."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.make_ticket(partner_id=cls.customer.id, name='Printer')
        cls.message = cls.ticket.message_post(
            body='Which one?', message_type='comment', subtype_xmlid='mail.mt_comment')
        cls.team.other_addresses = GROUP

    def get_mails(self, ticket):
        return ticket.message_ids.filtered(lambda m: m.message_type == 'email')

    def test_addresses(self):
        """Each header that tells the recipient is read; an exact match goes first."""
        tagged_team = self.make_team(alias_name='team-portal+oven')
        local, domain = self.address.split('@')
        for headers, team in (
            ({'to': self.address}, self.team),
            ({'to': self.address.upper()}, self.team),
            ({'to': f'{local}+x@{domain}'}, self.team),
            ({'to': f'{local}+oven@{domain}'}, tagged_team),
            ({'to': GROUP}, self.team),
            ({'to': 'helpdesk+x@groups.example.org'}, self.team),
            ({'to': 'all@x.example.org', 'Cc': GROUP}, self.team),
            ({'to': 'all@x.example.org', 'Delivered_To': self.address}, self.team),
            ({'to': 'all@x.example.org', 'X_Original_To': self.address}, self.team),
            ({'to': 'all@x.example.org', 'Envelope_To': self.address}, self.team),
            ({'to': 'all@x.example.org', 'Envelope_To': GROUP}, self.team),
        ):
            with self.subTest(headers=headers):
                ticket = self.mail(**headers)
                self.assertEqual(ticket.team_id, team)
                self.assertEqual(ticket.partner_id, self.customer)
                self.assertNotIn('helpdesk', ticket.email_cc or '')
                self.assertNotIn(local, ticket.email_cc or '')

    def test_thread_and_team(self):
        """Who is addressed × what is answered: where it lands."""
        mark = f'Re: [{self.ticket.ticket_ref}] Printer'
        by_id = {'In_Reply_To': self.message.message_id}
        private = self.team_private.alias_email
        for name, headers, on_ticket, new_in in (
            ('by id', {**by_id, 'to': self.address}, 1, ''),
            ('by reference', {'subject': mark, 'to': self.address}, 1, ''),
            ('by id, another team', {**by_id, 'to': private}, 0, 'private'),
            ('by reference, another team', {'subject': mark, 'to': private}, 0, 'private'),
            ('by id, both teams', {**by_id, 'to': f'{private}, {self.address}'}, 1, 'private'),
            ('by id, no team', {**by_id, 'to': 'catchall@helpdesk.example.com'}, 1, ''),
            ('by reference, no team',
             {'subject': mark, 'to': 'catchall@helpdesk.example.com'}, 1, ''),
        ):
            with self.subTest(name):
                before = self.get_mails(self.ticket)
                made = self.mail(**{'subject': 'Re: Printer', **headers})
                self.assertEqual(len(self.get_mails(self.ticket) - before), on_ticket)
                self.assertEqual(made.team_id, self.team_private if new_in else made.team_id)
                self.assertEqual(len(made), bool(new_in))
                self.assertEqual(made.sudo().quoted_ticket_id, self.ticket if new_in else made)

    def test_references(self):
        """With and without brackets, in any case, and never as a part of a word."""
        reference = self.ticket.ticket_ref
        for subject, found in (
            (f'[{reference}]', True), (reference, True), (reference.lower(), True),
            (f'AW: ({reference}): x', True), (f'x{reference}', False), (f'{reference}0', False),
            ('[HD99999999]', False), ('[' * 500, False), ('HD', False),
        ):
            with self.subTest(subject=subject):
                self.assertEqual(not self.mail(subject=subject), found)

    def test_one_mail_to_two_teams(self):
        """The ids of its notifications stand on both tickets: the addressed team decides."""
        made = self.mail(to=f'{self.address}, {self.team_private.alias_email}')
        public = made.filtered(lambda t: t.team_id == self.team)
        private = made - public
        first = self.get_mails(public)
        self.assertEqual(first.message_id, self.get_mails(private).message_id)
        for team, ticket in ((self.team_private, private), (self.team, public)):
            with self.subTest(team=team.name):
                before = {t: self.get_mails(t) for t in made}
                self.mail(to=team.alias_email, In_Reply_To=first.message_id, body='Secret')
                self.assertEqual(len(self.get_mails(ticket) - before[ticket]), 1)
                other = made - ticket
                self.assertEqual(self.get_mails(other), before[other])

    def test_moved(self):
        """Mail to the team that a ticket left still reaches it; a third team's doesn't."""
        self.ticket.team_id = self.team_company
        for to, count in ((self.address, 1), (self.team_company.alias_email, 2),
                          (self.team_private.alias_email, 2)):
            self.mail(to=to, In_Reply_To=self.message.message_id)
            self.assertEqual(len(self.get_mails(self.ticket)), count)
        self.ticket.team_id = self.team
        self.mail(to=self.team_company.alias_email, In_Reply_To=self.message.message_id)
        self.assertEqual(len(self.get_mails(self.ticket)), 3)

    def test_link_between_the_tickets(self):
        """Whoever sees both sees the link, on either; who sees one sees none."""
        made = self.mail(
            to=self.team_private.alias_email, In_Reply_To=self.message.message_id)
        for user, expected in ((self.manager, True), (self.agent, False)):
            with self.subTest(user=user.login):
                links = self.ticket.with_user(user).seen_quote_ids
                self.assertEqual(links, made if expected else made.browse())
        self.assertEqual(made.with_user(self.manager).seen_quote_ids, self.ticket)

    def test_agent_forwards_to_another_team(self):
        """By headers or by subject: it is a ticket there, and the customer hears nothing."""
        self.follow(self.ticket, self.agent_ticket)
        for headers in ({'References': self.message.message_id},
                        {'subject': f'Fwd: [{self.ticket.ticket_ref}] Printer'}):
            with self.subTest(headers=headers):
                made = self.mail(
                    sender=self.agent_ticket.email, to=self.team_private.alias_email,
                    body='Do not tell him', **headers)
                self.assertEqual(made.team_id, self.team_private)
                self.assertFalse(self.get_mails(self.ticket))
                self.assertFalse(self.sent_to('carla@customer.example.org'))


@tagged('post_install', '-at_install')
class TestOtherAddresses(GatewayCommon):
    """A team's other addresses are the desk's own, and lead to one team."""

    def test_normalised(self):
        self.team.other_addresses = ' Group <Info@X.example.org>; old@x.example.org,\n'
        self.assertEqual(self.team.other_addresses, 'info@x.example.org, old@x.example.org')

    def test_refused(self):
        self.other_team.other_addresses = 'taken@x.example.org'
        for text in ('nobody', 'a@', self.address, self.team_private.alias_email,
                     'catchall@helpdesk.example.com', 'bounce@helpdesk.example.com',
                     self.agent.email, 'carla@customer.example.org', 'Taken@x.example.org'):
            with self.subTest(text=text), self.assertRaises(ValidationError):
                self.team.with_user(self.manager).other_addresses = text
                self.env.flush_all()

    def test_never_customer_follower_or_cc(self):
        self.team.other_addresses = GROUP
        self.assertFalse(self.mail(sender=f'Group <{GROUP}>').partner_id)
        ticket = self.mail(
            to=f'{self.address}, {GROUP}', Cc=f'{GROUP}, helpdesk+x@groups.example.org')
        self.assertFalse(ticket.email_cc)
        group = self.env['res.partner'].create({'name': 'Group', 'email': GROUP})
        ticket.message_subscribe(group.ids)
        self.assertNotIn(group, ticket.message_partner_ids)
        with self.assertRaises(ValidationError):
            ticket.partner_id = group


@tagged('post_install', '-at_install')
class TestDeliveries(GatewayCommon):
    """The same mail is known again, and another one isn't taken for it."""

    def test_table(self):
        day = 'Sat, 28 Nov 2026 10:00:00 +0000'
        later = 'Sun, 29 Nov 2026 10:00:00 +0000'
        both = f'{self.address}, {self.team_private.alias_email}'
        for name, first, second, made in (
            ('the same', {'Date': day}, {'Date': day}, 0),
            ('another date, as of a device', {'Date': day}, {'Date': later}, 1),
            ('another team', {'Date': day}, {'Date': day, 'to': self.team_private.alias_email}, 1),
            ('one of two teams', {'Date': day}, {'Date': day, 'to': both}, 1),
        ):
            with self.subTest(name):
                common = {'Message_ID': f'<{len(name)}@table.example.org>'}
                self.assertEqual(len(self.mail(**common, **first)), 1)
                self.assertEqual(len(self.mail(**common, **second)), made)

    def test_without_id(self):
        """The same mail within 24 hours, whatever way it took."""
        def deliver(day, body='It is on fire', hop='a'):
            message = make_mail(self.address, body=body, Received=f'from {hop}')
            del message['Message-ID']
            with freeze_time(day):
                return len(self.deliver(message))
        self.assertEqual(deliver('2026-03-02 10:00'), 1)
        self.assertEqual(deliver('2026-03-02 11:00', hop='b'), 0)
        self.assertEqual(deliver('2026-03-02 11:00', body='It still is'), 1)
        self.assertEqual(deliver('2026-03-03 12:00'), 1)
        self.assertEqual(deliver('2026-03-03 13:00'), 0)

    def test_survives_moves(self):
        message = make_mail(self.address)
        ticket = self.deliver(message)
        ticket.team_id = self.team_company
        self.assertFalse(self.deliver(message))
        self.assertEqual(len(ticket.message_ids.filtered(lambda m: m.message_type == 'email')), 1)

    def test_own_mail_that_comes_back(self):
        """What the desk sent to a group that it is itself part of makes no ticket."""
        self.mail()
        message_id = self._mails[0]['message_id']
        self.assertFalse(self.mail(Message_ID=message_id, sender='any@x.example.org'))

    def test_mails_from_before(self):
        """A message that came in before deliveries were noted is known, too."""
        ticket = self.make_ticket(partner_id=self.customer.id)
        ticket.message_post(body='x', message_type='email', message_id='<old@x.example.org>')
        self.assertFalse(self.mail(Message_ID='<old@x.example.org>'))


@tagged('post_install', '-at_install')
class TestTooMany(GatewayCommon):
    """What is too much becomes a note: nothing is refused, nobody is mailed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['ir.config_parameter'].set_param('mail.gateway.loop.threshold', '3')
        cls.env['mail.gateway.allowed'].search([]).unlink()

    def test_new_ones(self):
        made = [self.mail() for _index in range(3)]
        for _index in range(2):
            self.assertFalse(self.mail(body='Again'))
            self.assertFalse(self._mails)
        last = made[-1]
        notes = last.message_ids.filtered(lambda m: 'Again' in (m.body or ''))
        self.assertEqual(len(notes), 2)
        self.assertEqual(set(notes.mapped('helpdesk_lite_mail_status')), {'limited'})
        self.assertTrue(all(notes.mapped('is_internal')))
        tickets = self.env['helpdesk.lite.ticket'].union(*made)
        activities = tickets.activity_ids.filtered(lambda a: a.user_id == self.manager)
        self.assertEqual(len(activities), 1, 'one says so')
        self.assertEqual(len(self.mail(sender='xcarla@customer.example.org')), 1)

    def test_tickets_made_otherwise_dont_count(self):
        self.make_tickets(5, partner_id=self.customer.id)
        self.assertEqual(len(self.mail()), 1)

    def test_allowed(self):
        self.env['mail.gateway.allowed'].create({'email': 'carla@customer.example.org'})
        self.assertEqual([len(self.mail()) for _index in range(5)], [1] * 5)

    def test_later(self):
        with freeze_time('2026-03-02 10:00'):
            self.assertEqual([len(self.mail()) for _index in range(4)], [1, 1, 1, 0])
        with freeze_time('2026-03-02 13:00'):
            self.assertEqual(len(self.mail()), 1)

    def test_answers(self):
        ticket = self.mail()
        first = ticket.message_ids.filtered(lambda m: m.message_type == 'email')
        for _index in range(4):
            self.mail(In_Reply_To=first.message_id, body='More')
        notes = ticket.message_ids.filtered(
            lambda m: 'More' in (m.body or '') and m.is_internal)
        self.assertEqual(len(notes), 1)

    def test_all_closed(self):
        """Without an open ticket nothing is lost, either."""
        for _index in range(3):
            self.mail().stage_id = self.stage_solved
        self.assertEqual(len(self.mail()), 1)


@tagged('post_install', '-at_install')
class TestRecipients(GatewayCommon):
    """Whom a mail was sent to besides the desk."""

    def test_new_ticket(self):
        """Other recipients are kept as Cc, with their names; known contacts follow."""
        known = self.env['res.partner'].create({'name': 'Kim', 'email': 'kim@x.example.org'})
        ticket = self.mail(
            to=f'{self.address}, Bob <bob@x.example.org>', Cc='Kim <kim@x.example.org>')
        self.assertEqual(
            set(ticket.email_cc.split(', ')),
            {'"Bob" <bob@x.example.org>', '"Kim" <kim@x.example.org>'})
        self.assertTrue(self.is_follower(ticket, known))

    def test_cc_of_an_answer(self):
        """By message id it goes to `email_cc` alone; by reference it counts for nothing."""
        ticket = self.mail()
        known = self.env['res.partner'].create({'name': 'Kim', 'email': 'kim@x.example.org'})
        first = ticket.message_ids.filtered(lambda m: m.message_type == 'email')
        self.mail(subject=f'Re: [{ticket.ticket_ref}]', Cc='kim@x.example.org')
        self.assertFalse(ticket.email_cc)
        self.mail(In_Reply_To=first.message_id, Cc='kim@x.example.org')
        self.assertEqual(ticket.email_cc, 'kim@x.example.org')
        self.assertFalse(self.is_follower(ticket, known))

    def test_agent_writes_to_somebody_with_the_desk_in_cc(self):
        ticket = self.mail(
            sender=self.agent.email, to='Sue <sue@supplier.example.org>', Cc=self.address)
        self.assertRecordValues(ticket, [{
            'partner_id': False, 'partner_email': False, 'email_cc': '',
            'offered_email': '"Sue" <sue@supplier.example.org>'}])
        self.assertFalse(self.sent_to('sue@supplier.example.org'))
        self.assertFalse(self.sent_to(self.agent.email))
        with self.mock_mail_gateway():
            ticket.with_user(self.agent).action_accept_offered_customer()
            self.flush_tracking()
        self.assertEqual(ticket.partner_id.email, 'sue@supplier.example.org')
        self.assertEqual(ticket.partner_id.name, 'Sue')
        self.assertEqual(len(self.sent_to('sue@supplier.example.org')), 1, 'acknowledged now')
        self.assertFalse(ticket.offered_email)

    def test_agent_forwards_a_mail(self):
        """The sender of the mail is offered; nobody is acknowledged before somebody says so."""
        body = ('Please look\n\n---------- Forwarded message ---------\n'
                'From: Sue <sue@supplier.example.org>\nDate: Mon, 2 Mar 2026\nTo: you\n\nHelp')
        ticket = self.mail(sender=self.agent.email, subject='Fwd: Broken', body=body)
        self.assertRecordValues(ticket, [{
            'partner_id': False, 'partner_email': False,
            'offered_email': '"Sue" <sue@supplier.example.org>'}])
        self.assertFalse(self._mails, 'neither the agent nor the sender is acknowledged')
        self.assertFalse(self.env['res.partner'].search(
            [('email_normalized', '=', 'sue@supplier.example.org')]), 'offered, never made')
        with self.mock_mail_gateway():
            ticket.with_user(self.agent).action_accept_offered_customer()
            self.flush_tracking()
        self.assertEqual(ticket.partner_id.email, 'sue@supplier.example.org')
        self.assertTrue(self.is_follower(ticket, ticket.partner_id))
        self.assertEqual(len(self.sent_to('sue@supplier.example.org')), 1, 'acknowledged now')

    def test_forwards_that_offer_nobody(self):
        head = '---------- Forwarded message ---------\nFrom: {}\nDate: x\nTo: y\n\nHelp'
        for sender, address in [
            (CARLA, 'sue@supplier.example.org'),  # a customer's own
            (self.employee.email, 'sue@supplier.example.org'),  # no right for Helpdesk
            (self.agent.email, self.address),  # the desk's own
            (self.agent.email, self.manager.email),  # a colleague's
            (self.agent.email, 'nobody'),
        ]:
            with self.subTest(sender=sender, address=address):
                ticket = self.mail(sender=sender, subject='Fwd: x', body=head.format(address))
                self.assertFalse(ticket.offered_email)
                self.assertTrue(ticket.partner_id)

    def test_offered_by_agents_alone(self):
        for sender in (CARLA, self.employee.email):
            ticket = self.mail(sender=sender, to='sue@supplier.example.org', Cc=self.address)
            self.assertTrue(ticket.partner_id)
            self.assertFalse(ticket.offered_email)

    def test_answer_to_a_ticket_of_an_archived_team(self):
        ticket = self.mail()
        first = ticket.message_ids.filtered(lambda m: m.message_type == 'email')
        ticket.stage_id = self.stage_solved
        self.team.active = False
        before = ticket.activity_ids
        self.mail(In_Reply_To=first.message_id)
        self.assertFalse(ticket.is_closed)
        self.assertIn(self.manager, (ticket.activity_ids - before).user_id)
