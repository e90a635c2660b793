from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import HelpdeskLiteMailCommon

NOTE = 'The customer owes us 400 euro and has lied about the date of purchase twice.'


@tagged('post_install', '-at_install')
class TestAnswerSend(HelpdeskLiteMailCommon):
    """Sending an answer: what goes with it, in whose name, and what is asked before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.wait_stage_id = cls.stage_progress
        cls.ticket = cls.make_ticket(partner_id=cls.customer.id, user_id=cls.agent.id)
        cls.env.flush_all()

    def post(self, user=None, ticket=None, **values):
        with self.mock_mail_gateway():
            message = (ticket or self.ticket).with_user(user or self.agent).message_post(**{
                'body': 'Try again', 'message_type': 'comment',
                'subtype_xmlid': 'mail.mt_comment', **values})
            self.env.flush_all()
        return message

    def check(self, body='Hello', user=None, **values):
        return self.ticket.with_user(user or self.agent).check_answer(f'<p>{body}</p>', **values)

    def codes(self, *args, **values):
        return [warning['code'] for warning in self.check(*args, **values)['warnings']]

    # ------------------------------------------------------------------
    # Send & solve
    # ------------------------------------------------------------------

    def test_send_and_go_on(self):
        for then, stage in (('solve', self.stage_solved), ('wait', self.stage_progress)):
            with self.subTest(then):
                ticket = self.make_ticket(partner_id=self.customer.id)
                message = self.post(ticket=ticket, helpdesk_lite_then=then)
                self.assertEqual(ticket.stage_id, stage)
                self.assertIn('Try again', message.body)
                self.assertEqual(len(self.sent_to('carla@customer.example.org')), 1)
        self.assertEqual(ticket.waiting_for, 'customer')

    def test_as_the_chatter_does(self):
        """The chatter posts in superuser mode: the move is the agent's own act, by their right."""
        self.assertIn('helpdesk_lite_then',
                      self.ticket.with_user(self.agent)._get_allowed_message_params())
        self.assertNotIn('helpdesk_lite_then',
                         self.ticket.with_user(self.portal)._get_allowed_message_params())
        self.post(ticket=self.ticket.with_user(self.agent).sudo(), helpdesk_lite_then='solve')
        self.assertTrue(self.ticket.is_closed)

    def test_nothing_half(self):
        """Where the ticket can't be solved, nothing is posted; notes solve nothing."""
        self.env['ir.rule'].create({
            'name': 'Not this one', 'model_id': self.env['ir.model']._get_id(self.ticket._name),
            'perm_read': False, 'perm_create': False, 'perm_unlink': False,
            'domain_force': [('id', '!=', self.ticket.id)]})
        before = self.ticket.message_ids
        for error, values in (
                (AccessError, {'helpdesk_lite_then': 'solve'}),
                (AccessError, {'helpdesk_lite_then': 'wait'}),
                (UserError, {'helpdesk_lite_then': 'solve', 'subtype_xmlid': 'mail.mt_note'}),
                (UserError, {'helpdesk_lite_then': 'delete'})):
            with self.subTest(values), self.assertRaises(error):
                chatter = self.ticket.with_user(self.agent).sudo()
                with self.env.cr.savepoint(), self.mock_mail_gateway():
                    chatter.message_post(**{
                        'body': 'Try', 'message_type': 'comment',
                        'subtype_xmlid': 'mail.mt_comment', **values})
        self.assertFalse(self.ticket.is_closed)
        self.ticket.invalidate_recordset()
        self.assertEqual(self.ticket.message_ids, before)

    def test_portal(self):
        """A customer solves nothing by it."""
        self.follow(self.ticket, self.portal)
        self.post(self.portal, helpdesk_lite_then='solve')
        self.assertFalse(self.ticket.is_closed)

    def test_full_composer(self):
        for method, stage in (('action_send_and_solve', self.stage_solved),
                              ('action_send_and_wait', self.stage_progress)):
            with self.subTest(method):
                ticket = self.make_ticket(partner_id=self.customer.id)
                composer = self.env['mail.compose.message'].with_user(self.agent).create({
                    'model': ticket._name, 'res_ids': str(ticket.ids), 'body': '<p>Try</p>',
                    'composition_mode': 'comment', 'subtype_id': self.env.ref('mail.mt_comment').id,
                    'partner_ids': [Command.link(self.customer.id)]})
                self.assertTrue(composer.helpdesk_lite_can_solve)
                self.assertTrue(composer.helpdesk_lite_can_wait)
                with self.mock_mail_gateway():
                    getattr(composer, method)()
                    self.env.flush_all()
                self.assertEqual(ticket.stage_id, stage)
                self.assertEqual(len(self.sent_to('carla@customer.example.org')), 1)

    # ------------------------------------------------------------------
    # Send as
    # ------------------------------------------------------------------

    def test_send_as_team(self):
        """Customers read the team's name, colleagues and the log the person's."""
        colleague = self.make_user('colleague', notification_type='email')
        self.follow(self.ticket, colleague)
        self.agent.signature = '<p>Helpdesk agent in person</p>'
        name = self.agent.name
        for send_as, choice, as_team in (
                ('person', None, False), ('team', None, True), ('team', False, False),
                ('person', True, True)):
            with self.subTest(send_as=send_as, choice=choice):
                self.team.send_as = send_as
                values = {} if choice is None else {'helpdesk_lite_as_team': choice}
                message = self.post(**values)
                self.assertEqual(message.author_id, self.agent.partner_id)
                [mail] = self.sent_to('carla@customer.example.org')
                self.assertEqual(self.team.name in mail['email_from'], as_team)
                self.assertEqual(name in mail['email_from'], not as_team)
                self.assertEqual('in person' in mail['body'], not as_team)
                self.assertIn(self.team.alias_email, mail['reply_to'])
                self.assertFalse(as_team and name in f'{mail["reply_to"]}{mail["body"]}')
                [mail] = self.sent_to('colleague@staff.example.com')
                self.assertIn(name, mail['email_from'])
                self.assertIn('in person', mail['body'])

    # ------------------------------------------------------------------
    # Before sending
    # ------------------------------------------------------------------

    def test_news(self):
        """Another's answer, the customer's next message and a closing are news; own ones aren't."""
        first = self.post()
        since = {'message_id': first.id, 'is_closed': False}
        self.post()
        self.post(self.assignee, subtype_xmlid='mail.mt_note', body='A note')
        news = self.check(since=since)
        self.assertEqual((news['messages'], news['state']), ([], False))
        self.post(self.assignee, body='I have done it')
        self.post(self.env.user, author_id=self.customer.id, body='Thank you')
        news = self.check(since=since)
        self.assertEqual(
            [(row['author'], row['text'].strip()) for row in news['messages']],
            [(self.assignee.name, 'I have done it'), (self.customer.name, 'Thank you')])
        since['message_id'] = news['message_id']
        self.assertEqual(self.check(since=since)['messages'], [])
        self.ticket.with_user(self.assignee).action_solve()
        self.env.flush_all()
        self.assertIn('Test Solved', self.check(since=since)['state'])
        self.assertFalse(self.check(since={**since, 'is_closed': True})['state'])

    def test_merged(self):
        other = self.make_ticket(partner_id=self.customer.id)
        self.ticket.with_user(self.manager)._merge_into(other)
        news = self.check(since={'message_id': 1, 'is_closed': False})
        self.assertIn(other.ticket_ref, news['state'])

    def test_rights(self):
        """Who doesn't see the ticket, and customers, are told nothing."""
        self.follow(self.ticket, self.portal)
        for user in (self.portal, self.employee, self.other_agent):
            for method in ('check_answer', 'get_news_since'):
                with self.subTest(user=user.login, method=method), self.assertRaises(AccessError):
                    ticket = self.ticket.with_user(user)
                    ticket.check_answer('x') if method == 'check_answer' else (
                        ticket.get_news_since(1, False))

    def test_recipients(self):
        company = self.env['res.partner'].create({'name': 'Firm', 'is_company': True})
        self.customer.parent_id = company
        boss = self.env['res.partner'].create({
            'name': 'Boss', 'parent_id': company.id, 'email': 'boss@customer.example.org'})
        other = self.env['res.partner'].create({'name': 'Other', 'email': 'o@other.example.org'})
        self.ticket.email_cc = 'cc@cc.example.org'
        for partners, emails, warned in (
                (self.customer, [], False), (boss, [], False), (other, [], True),
                (self.assignee.partner_id, [], False), (self.customer + other, [], True),
                (boss.browse(), ['cc@cc.example.org', 'BOSS@customer.example.org'], False),
                (boss.browse(), ['o@other.example.org'], True),
                (boss.browse(), ['"Assignee" <assignee@staff.example.com>'], False)):
            with self.subTest(partners=partners.mapped('name'), emails=emails):
                self.assertEqual(
                    self.codes(partner_ids=partners.ids, emails=emails),
                    ['recipient'] if warned else [])

    def test_warnings(self):
        self.post(self.assignee, subtype_xmlid='mail.mt_note', body=NOTE)
        for body, values, expected in (
                ('Hello', {}, []),
                ('The file is attached.', {}, ['attachment']),
                ('The file is attached.', {'attachment_ids': [1]}, []),
                ('Dear [name]', {}, ['placeholder']),
                (f'Well. {NOTE}', {}, ['note']),
                (f'Dear [name], attached: {NOTE}', {}, ['attachment', 'placeholder', 'note'])):
            with self.subTest(body):
                self.assertEqual(self.codes(body, **values), expected)
        self.post(self.env.user, author_id=self.customer.id, body=NOTE)
        self.assertEqual(self.codes(NOTE), [])  # the customer knows it

    def test_language(self):
        """The customer's language counts beside the agent's own."""
        self.env['res.lang']._activate_lang('ko_KR')
        self.assertEqual(self.codes('파일을 첨부합니다.'), [])
        self.customer.lang = 'ko_KR'
        self.assertEqual(self.codes('파일을 첨부합니다.'), ['attachment'])

    def test_queries(self):
        self.post()
        self.post(self.assignee, subtype_xmlid='mail.mt_note', body=NOTE)
        with self.assert_queries(30, self.env):
            self.check(NOTE, since={'message_id': 1, 'is_closed': False},
                       partner_ids=self.customer.ids, emails=['x@x.example.org'])

    # ------------------------------------------------------------------
    # Templates
    # ------------------------------------------------------------------

    def test_offered_templates(self):
        """Agents are offered answers: not what stages, teams or we ourselves send."""
        Template = self.env['mail.template']
        model_id = self.env['ir.model']._get_id('helpdesk.lite.ticket')
        answer, of_stage, of_team, hidden, kept = Template.create([
            {'name': name, 'model_id': model_id, 'helpdesk_lite_offer': offer}
            for name, offer in (('Answer', False), ('Stage', False), ('Team', False),
                                ('Hidden', 'never'), ('Kept', 'always'))])
        self.stage_new.template_id = of_stage
        self.stage_solved.template_id = kept
        self.team.auto_close_warn_template_id = of_team
        offered = Template.with_user(self.agent).search([
            ('model', '=', 'helpdesk.lite.ticket'), ('is_helpdesk_lite_answer', '=', True)])
        self.assertEqual(offered & (answer + of_stage + of_team + hidden + kept), answer + kept)
        self.assertFalse(
            offered & self.env.ref('helpdesk_lite.mail_template_request_acknowledgment'))
        self.assertTrue(answer.is_helpdesk_lite_answer)
        self.assertFalse(hidden.is_helpdesk_lite_answer)
