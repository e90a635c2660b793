from odoo.tests import tagged
from odoo.tools import html2plaintext, mute_logger

from .common import HelpdeskLiteMailCommon


@tagged('post_install', '-at_install')
class TestStageMail(HelpdeskLiteMailCommon):
    """The stage's template goes to the customer each time a ticket reaches the stage."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template('Progress of {{ object.name }}', '<p>In progress</p>')
        cls.stage_progress.template_id = cls.template
        cls.address = cls.customer.email_normalized

    @classmethod
    def make_template(cls, subject, body):
        return cls.env['mail.template'].create({
            'name': subject, 'subject': subject, 'body_html': body,
            'model_id': cls.env['ir.model']._get_id('helpdesk.lite.ticket'),
            'lang': '{{ object.partner_id.lang }}'})

    def mails_of(self, work):
        """The mails to the customer that `work` and the end of its transaction send."""
        self.flush_tracking()
        with self.mock_mail_gateway():
            work()
            self.flush_tracking()
        return self.sent_to(self.address)

    def test_to_the_customer_alone_from_the_alias_with_the_reference(self):
        ticket = self.make_ticket(partner_id=self.customer.id, name='Printer')
        outsider = self.env['res.partner'].create({'name': 'Cc', 'email': 'cc@example.org'})
        self.agent_team.notification_type = 'email'
        # also not to those who follow the subtype that the mail has in the log
        ticket.message_subscribe(
            (outsider + self.agent_team.partner_id).ids,
            (self.env.ref('mail.mt_comment') + self.env.ref('mail.mt_note')).ids)
        mail, = self.mails_of(lambda: ticket.with_user(self.agent).write(
            {'stage_id': self.stage_progress.id}))
        self.assertEqual(len(self._mails), 1, 'to nobody else')
        self.assertEqual(mail['email_to'], ['"Carla Customer" <carla@customer.example.org>'])
        self.assertEqual(mail['email_from'], f'"{self.team.name}" <{self.team.alias_email}>')
        self.assertIn(self.team.alias_email, mail['reply_to'])
        self.assertEqual(mail['subject'], f'[{ticket.ticket_ref}] Progress of Printer')
        self.assertIn('In progress', mail['body'])
        self.assertEqual(mail['headers']['Auto-Submitted'], 'auto-replied')

    def test_team_without_alias(self):
        team = self.make_team(use_alias=False)
        ticket = self.make_ticket(team, partner_id=self.customer.id)
        mail, = self.mails_of(lambda: ticket.write({'stage_id': self.stage_progress.id}))
        self.assertIn(ticket.ticket_ref, mail['subject'])

    def test_sender_of_a_team_without_alias(self):
        """An agent writes from their own address; nobody else's click writes from theirs."""
        team = self.make_team(name='Desk', use_alias=False)
        catchall = 'catchall@helpdesk.example.com'
        desk = ('"Desk" <company@helpdesk.example.com>', f'"Desk" <{catchall}>')
        for user, expected in (
            (self.agent, (self.agent.email_formatted, f'"{self.agent.name}" <{catchall}>')),
            (self.manager, (self.manager.email_formatted, f'"{self.manager.name}" <{catchall}>')),
            (self.stranger, desk), (self.portal, desk), (self.env.user, desk),
        ):
            with self.subTest(user=user.login):
                ticket = self.make_ticket(team, partner_id=self.customer.id)
                mail, = self.mails_of(lambda ticket=ticket, user=user: ticket.with_user(
                    user).sudo().write({'stage_id': self.stage_progress.id}))
                self.assertEqual((mail['email_from'], mail['reply_to']), expected)

    def test_sender_without_alias_and_catchall(self):
        """Answers go where the mail is from; a company without address has its domain's."""
        company = self.env['res.company'].create({
            'name': 'Plain', 'email': 'plain@x.example.org', 'alias_domain_id': False})
        team = self.make_team(name='Desk', use_alias=False, company_id=company.id)
        for vals, expected in (
            ({}, ['"Desk" <plain@x.example.org>'] * 2),
            ({'alias_domain_id': self.alias_domain.id, 'email': False},
             ['"Desk" <notifications@helpdesk.example.com>',
              '"Desk" <catchall@helpdesk.example.com>']),
        ):
            company.write(vals)
            ticket = self.make_ticket(team, partner_id=self.customer.id)
            mail, = self.mails_of(lambda ticket=ticket: ticket.write(
                {'stage_id': self.stage_progress.id}))
            self.assertEqual([mail['email_from'], mail['reply_to']], expected)

    def test_sender_with_alias(self):
        """The team's, whoever moves the ticket."""
        expected = f'"{self.team.name}" <{self.team.alias_email}>'
        for user in (self.agent, self.stranger, self.portal, self.env.user):
            ticket = self.make_ticket(partner_id=self.customer.id)
            mail, = self.mails_of(lambda ticket=ticket, user=user: ticket.with_user(
                user).sudo().write({'stage_id': self.stage_progress.id}))
            self.assertEqual((mail['email_from'], mail['reply_to']), (expected, expected))

    def test_once_per_move_and_never_without_one(self):
        ticket = self.make_ticket(partner_id=self.customer.id)
        for vals, count in (
            ({'stage_id': self.stage_progress.id}, 1),
            ({'stage_id': self.stage_progress.id}, 0),
            ({'stage_id': self.stage_progress.id, 'priority': '3'}, 0),
            ({'name': 'Other'}, 0), ({'active': False}, 0), ({'active': True}, 0),
            ({'team_id': self.team_company.id}, 0),
            ({'stage_id': self.stage_new.id}, 0),
            ({'stage_id': self.stage_progress.id}, 1),
        ):
            with self.subTest(vals=vals):
                self.assertEqual(len(self.mails_of(lambda vals=vals: ticket.write(vals))), count)

    def test_there_and_back_sends_nothing(self):
        ticket = self.make_ticket(partner_id=self.customer.id)

        def there_and_back():
            ticket.stage_id = self.stage_progress
            ticket.stage_id = self.stage_new
        self.assertFalse(self.mails_of(there_and_back))

    def test_on_creation_on_every_path(self):
        self.team.stage_ids -= self.stage_new
        Ticket = self.env['helpdesk.lite.ticket']
        agent = Ticket.with_user(self.agent)
        vals = {'name': 'New', 'team_id': self.team.id}
        for name, work in {
            'user': lambda: agent.create({**vals, 'partner_id': self.customer.id}),
            'api': lambda: agent.create({**vals, 'partner_email': 'carla@customer.example.org'}),
            'stage named': lambda: agent.create(
                {**vals, 'partner_id': self.customer.id, 'stage_id': self.stage_progress.id}),
            'defaults': lambda: agent.with_context(
                default_team_id=self.team.id, default_partner_id=self.customer.id).create(
                    {'name': 'New'}),
            'import': lambda: agent.load(
                ['name', 'team_id', 'partner_id'],
                [['New', self.team.name, self.customer.name]]),
            'customer': lambda: Ticket.with_user(self.stranger).sudo().create(
                {**vals, 'partner_id': self.customer.id}),
            'own portal user': lambda: Ticket.with_user(self.make_user(
                'carla', 'base.group_portal', partner_id=self.customer.id,
                email=self.customer.email)).sudo().create(
                    {**vals, 'partner_id': self.customer.id}),
        }.items():
            with self.subTest(path=name):
                self.assertEqual(len(self.mails_of(work)), 1)

    def test_import_without_history(self):
        """As the web client imports unless its box is ticked: old tickets are no news."""
        self.stage_new.template_id = self.template
        Ticket = self.env['helpdesk.lite.ticket'].with_user(self.agent)
        for disabled, count in ((True, 0), (False, 1)):
            mails = self.mails_of(lambda disabled=disabled: Ticket.with_context(
                tracking_disable=disabled, import_file=True).load(
                    ['name', 'team_id', 'partner_id'],
                    [['Old', self.team.name, self.customer.name]]))
            self.assertEqual(len(mails), count)
        # once it is there its moves are told
        ticket = Ticket.search([('name', '=', 'Old')], limit=1, order='id')
        self.assertEqual(
            len(self.mails_of(lambda: ticket.write({'stage_id': self.stage_progress.id}))), 1)

    def test_in_the_customer_s_language(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.template.with_context(lang='fr_FR').write({
            'subject': 'Avancement', 'body_html': '<p>En cours</p>'})
        self.customer.lang = 'fr_FR'
        ticket = self.make_ticket(partner_id=self.customer.id)
        mail, = self.mails_of(lambda: ticket.with_user(self.agent).write(
            {'stage_id': self.stage_progress.id}))
        self.assertIn('En cours', mail['body'])
        self.assertIn('Avancement', mail['subject'])
        # also where the template itself names no language
        self.template.lang = False
        ticket = self.make_ticket(partner_id=self.customer.id)
        mail, = self.mails_of(lambda: ticket.write({'stage_id': self.stage_progress.id}))
        self.assertIn('En cours', mail['body'])

    def test_shipped_acknowledgement(self):
        self.stage_new.template_id = self.env.ref(
            'helpdesk_lite.mail_template_request_acknowledgment')
        mail, = self.mails_of(lambda: self.make_ticket(
            partner_id=self.customer.id, name='Printer', team=self.team_private))
        ticket = self.env['helpdesk.lite.ticket'].search([('partner_id', '=', self.customer.id)])
        self.assertEqual(mail['subject'].count(ticket.ticket_ref), 1)
        text = ' '.join(html2plaintext(mail['body']).split())
        self.assertIn('Hello Carla Customer,', text)
        self.assertIn(
            f'Your request *Printer* has arrived. The team {self.team_private.name} will', text)
        self.assertIn(f'Its reference is *{ticket.ticket_ref}*.', text)
        self.assertIn(f'Best regards, {self.team_private.name}', text)

    def test_no_customer_no_address_no_template(self):
        nameless = self.env['res.partner'].create({'name': 'Without address'})
        for vals in ({}, {'partner_id': nameless.id}):
            ticket = self.make_ticket(**vals)
            self.flush_tracking()
            with self.mock_mail_gateway():
                ticket.stage_id = self.stage_progress
                self.flush_tracking()
            self.assertFalse(self._mails)
        ticket = self.make_ticket(partner_id=self.customer.id)
        self.assertFalse(self.mails_of(lambda: ticket.write({'stage_id': self.stage_solved.id})))

    def test_muted(self):
        """As for automatic mail, and for what an answer opens again."""
        ticket, other = self.make_tickets(2, partner_id=self.customer.id)

        def move():
            ticket._mute_stages()
            (ticket + other).stage_id = self.stage_progress
        mail, = self.mails_of(move)
        self.assertIn(other.ticket_ref, mail['subject'])
        # until the transaction ends
        self.env.cr.precommit.data.pop('helpdesk_lite.muted', None)
        ticket.stage_id = self.stage_new
        self.assertEqual(
            len(self.mails_of(lambda: ticket.write({'stage_id': self.stage_progress.id}))), 1)

    @mute_logger('odoo.addons.mail.models.mail_render_mixin')
    def test_broken_template_loses_nothing(self):
        """Neither the move nor other changes; and it's said to the agents, not to the customer."""
        self.template.body_html = '<div><p><t t-out="object.no_such_field"/></p></div>'
        ticket = self.make_ticket(partner_id=self.customer.id)
        with self.assertLogs('odoo.addons.helpdesk_lite', 'WARNING'):
            mails = self.mails_of(lambda: ticket.with_user(self.agent).write(
                {'stage_id': self.stage_progress.id, 'name': 'Changed'}))
        self.assertFalse(mails)
        self.env.invalidate_all()
        self.assertRecordValues(ticket, [
            {'stage_id': self.stage_progress.id, 'name': 'Changed'}])
        note = ticket.message_ids.filtered(lambda m: 'could not be made' in m.body)
        self.assertTrue(note.subtype_id.internal)
        self.assertIn(self.template.name, note.body)

    @mute_logger('odoo.addons.mail.models.mail_render_mixin')
    def test_broken_template_on_creation(self):
        self.stage_new.template_id = self.make_template('x', '<div><p><t t-out="1 / 0"/></p></div>')
        with self.assertLogs('odoo.addons.helpdesk_lite', 'WARNING'):
            mails = self.mails_of(lambda: self.make_ticket(partner_id=self.customer.id))
        self.assertFalse(mails)

    def test_stage_mail_is_no_activity_and_no_answer(self):
        ticket = self.make_ticket(partner_id=self.customer.id)
        ticket.message_post(
            author_id=self.customer.id, body='Hello?', message_type='comment',
            subtype_xmlid='mail.mt_comment')
        self.assertEqual(ticket.waiting_for, 'desk')
        self.mails_of(lambda: ticket.write({'stage_id': self.stage_progress.id}))
        self.assertEqual(ticket.waiting_for, 'desk')


@tagged('post_install', '-at_install')
class TestOutgoing(HelpdeskLiteMailCommon):
    """What agents write, and to whom it goes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.make_ticket(partner_id=cls.customer.id, name='Printer')
        cls.agent_team.notification_type = 'email'
        cls.follow(cls.ticket, cls.agent_team)
        cls.address = cls.customer.email_normalized

    def post(self, user=None, **kwargs):
        with self.mock_mail_gateway():
            return self.ticket.with_user(user or self.agent).message_post(**{
                'body': 'An answer', 'message_type': 'comment',
                'subtype_xmlid': 'mail.mt_comment', **kwargs})

    def test_answer(self):
        self.post()
        mail, = self.sent_to(self.address)
        self.assertIn(f'[{self.ticket.ticket_ref}]', mail['subject'])
        self.assertIn(self.team.alias_email, mail['reply_to'])
        self.assertIn('An answer', mail['body'])
        self.post(subject='Other words')
        self.assertEqual(
            self.sent_to(self.address)[0]['subject'], f'[{self.ticket.ticket_ref}] Other words')
        self.post(subject=f'Re: [{self.ticket.ticket_ref}] Printer')
        self.assertEqual(
            self.sent_to(self.address)[0]['subject'], f'Re: [{self.ticket.ticket_ref}] Printer')

    def test_notification_of_a_customer(self):
        """As a server action makes it: its subject has the reference, too."""
        with self.mock_mail_gateway():
            self.ticket.message_notify(
                partner_ids=(self.customer + self.agent_team.partner_id).ids, subject='Look',
                body='Hello')
        self.assertEqual(
            self.sent_to(self.address)[0]['subject'], f'[{self.ticket.ticket_ref}] Look')

    def test_notes_go_to_nobody_outside(self):
        """Not even to a customer who is mentioned in one."""
        outsider = self.env['res.partner'].create({'name': 'X', 'email': 'x@example.org'})
        self.ticket.message_subscribe(
            self.customer.ids, self.env['mail.message.subtype'].search([]).ids)
        for message_type in ('comment', 'notification', 'email'):
            with self.subTest(message_type=message_type):
                self.post(
                    body='Secret', subtype_xmlid='mail.mt_note', message_type=message_type,
                    partner_ids=(self.customer + outsider + self.agent_team.partner_id).ids)
                self.assertFalse(self.sent_to(self.address))
                self.assertFalse(self.sent_to('x@example.org'))
                self.assertEqual(len(self.sent_to(self.agent_team.email)), 1)

    def test_note_by_address(self):
        self.post(
            body='Secret', subtype_xmlid='mail.mt_note', outgoing_email_to='boss@example.org')
        self.assertFalse(self._mails)

    def test_internal_message_of_any_subtype(self):
        self.post(body='Secret', is_internal=True)
        self.assertFalse(self.sent_to(self.address))

    def test_answer_never_quotes_a_note(self):
        self.post(body='Secret', subtype_xmlid='mail.mt_note')
        self.post(body='Public')
        for mail in self.sent_to(self.address):
            self.assertNotIn('Secret', mail['body'])

    def test_tracking_goes_to_nobody_outside(self):
        self.flush_tracking()
        with self.mock_mail_gateway():
            self.ticket.with_user(self.agent).write(
                {'priority': '3', 'stage_id': self.stage_progress.id, 'user_id': self.assignee.id})
            self.flush_tracking()
        self.assertFalse(self.sent_to(self.address))

    def test_agents_get_no_customer_mail(self):
        """The customer's mail says nothing of agents, and agents get theirs with the link.

        In a company team, since the portal addon gives customers of public teams a link as well.
        """
        self.ticket.team_id.privacy_visibility = 'internal'
        self.post()
        mail, = self.sent_to(self.agent_team.email)
        self.assertIn('/mail/view', mail['body'])
        customer_mail, = self.sent_to(self.address)
        self.assertNotIn('/mail/view', customer_mail['body'])
        self.assertEqual(len(customer_mail['email_to']), 1)

    def test_template_that_is_sent(self):
        """By code or a server action: it is a mail of the ticket and of its team, too."""
        template = self.env['mail.template'].create({
            'name': 'x', 'subject': 'We work on it', 'body_html': '<p>Hi</p>',
            'model_id': self.env['ir.model']._get_id('helpdesk.lite.ticket')})
        action = self.env['ir.actions.server'].create({
            'name': 'Send', 'model_id': template.model_id.id, 'state': 'mail_post',
            'mail_post_method': 'email', 'template_id': template.id})
        # none of its own is added where it stands already
        named = template.copy({'subject': '[{{ object.ticket_ref }}] We work on it'})
        subject = f'[{self.ticket.ticket_ref}] We work on it'
        for work, expected in (
            (lambda: template.with_user(self.agent).send_mail(self.ticket.id), subject),
            (lambda: template.send_mail(self.ticket.id, force_send=True), subject),
            (lambda: named.send_mail(self.ticket.id), subject),
            (lambda: template.send_mail(self.ticket.id, email_values={'subject': 'Other'}),
             f'[{self.ticket.ticket_ref}] Other'),
            (lambda: action.with_context(
                active_model='helpdesk.lite.ticket', active_id=self.ticket.id,
                active_ids=self.ticket.ids).run(), subject),
        ):
            with self.mock_mail_gateway():
                work()
                self._new_mails.filtered(lambda mail: mail.state == 'outgoing').send()
            mail, = self._mails
            self.assertEqual(mail['subject'], expected)
            self.assertEqual(mail['email_to'], ['"Carla Customer" <carla@customer.example.org>'])
            self.assertEqual(mail['email_from'], f'"{self.team.name}" <{self.team.alias_email}>')
            self.assertIn(self.team.alias_email, mail['reply_to'])

    def test_template_with_addresses_of_its_own(self):
        template = self.env['mail.template'].create({
            'name': 'x', 'subject': 'x', 'body_html': '<p>Hi</p>',
            'email_from': 'boss@staff.example.com', 'reply_to': 'office@staff.example.com',
            'model_id': self.env['ir.model']._get_id('helpdesk.lite.ticket')})
        with self.mock_mail_gateway():
            template.send_mail(self.ticket.id, force_send=True)
        mail, = self._mails
        self.assertEqual(mail['email_from'], 'boss@staff.example.com')
        self.assertEqual(mail['reply_to'], 'office@staff.example.com')

    def test_template_of_other_records(self):
        template = self.env['mail.template'].create({
            'name': 'x', 'subject': 'Hello', 'body_html': '<p>Hi</p>',
            'model_id': self.env['ir.model']._get_id('res.partner')})
        with self.mock_mail_gateway():
            template.send_mail(self.customer.id, force_send=True)
        self.assertEqual(self._mails[0]['subject'], 'Hello')

    def test_composer_to_many(self):
        """Mails to many tickets at once have each ticket's reference."""
        tickets = self.ticket + self.make_ticket(partner_id=self.customer.id)
        composer = self.env['mail.compose.message'].with_user(self.agent).with_context(
            default_composition_mode='mass_mail', active_ids=tickets.ids,
            active_model=tickets._name).create({
                'subject': 'To all', 'body': '<p>Hello</p>', 'model': tickets._name,
                'res_ids': tickets.ids})
        with self.mock_mail_gateway():
            composer._action_send_mail()
        mails = self._new_mails.filtered(lambda m: m.model == tickets._name)
        self.assertEqual(
            sorted(mails.mapped('subject')),
            sorted(f'[{ticket.ticket_ref}] To all' for ticket in tickets))
