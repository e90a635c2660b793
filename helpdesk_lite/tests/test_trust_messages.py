from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import HelpdeskLiteMailCommon

TICKET, MESSAGE = 'helpdesk.lite.ticket', 'mail.message'
QUIET_LOGS = ('odoo.addons.base.models.ir_rule', 'odoo.addons.base.models.ir_model')
SECRET = 'zqxsecret'


class TrustCommon(HelpdeskLiteMailCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.make_ticket(partner_id=cls.portal.partner_id.id)
        cls.team_private.write({
            'name': SECRET,
            'ticket_properties': [{'name': SECRET, 'string': SECRET, 'type': 'char'}]})
        cls.hidden = cls.make_ticket(cls.team_private, name=SECRET)
        cls.outsiders = cls.stranger + cls.portal + cls.employee + cls.agent + cls.other_manager

    @classmethod
    def make_message(cls, record, **values):
        return cls.env[MESSAGE].create({
            'model': record._name, 'res_id': record.id, 'body': SECRET, 'message_type': 'comment',
            'subtype_id': cls.env.ref('mail.mt_comment').id,
            'author_id': cls.agent.partner_id.id, **values})

    def assertNothingTold(self, work, *args):
        """That something is refused without naming what is hidden, or answered without it."""
        self.env.invalidate_all()  # as in a request of its own
        try:
            answer = work(*args)
        except (AccessError, UserError) as error:
            answer = error
        self.assertNotIn(SECRET, str(answer).lower())


@tagged('post_install', '-at_install')
class TestTrustMessages(TrustCommon):
    """Messages are part of a ticket, whoever wrote or got them, by whichever way one asks."""

    def test_customers_read_no_internal_message_of_any_type(self):
        comment, note = (self.env.ref(f'mail.{name}').id for name in ('mt_comment', 'mt_note'))
        own = self.portal.partner_id.ids
        types = [key for key, _label in self.env[MESSAGE]._fields['message_type'].selection]
        for message_type in types:
            for values in (
                {'subtype_id': comment, 'is_internal': True}, {'subtype_id': note},
                {'subtype_id': False},
            ):
                message = self.make_message(
                    self.ticket, message_type=message_type, partner_ids=own, **values)
                self.env['mail.notification'].create({
                    'mail_message_id': message.id, 'res_partner_id': own[0]})
                found = message.with_user(self.portal)
                with self.subTest(type=message_type, **values):
                    self.assertFalse(found.search([('id', '=', message.id)]))
                    self.assertFalse(found.has_access('read'))
                    self.assertFalse(found.has_access('write'))
                    with self.assertRaises(AccessError):
                        found.read(['body'])
                    self.assertFalse(found.notification_ids.with_user(self.portal).search(
                        [('mail_message_id', '=', message.id)]))
        public = self.make_message(self.ticket, message_type='email').with_user(self.portal)
        self.assertTrue(public.read(['body']))

    def test_customers_change_only_their_own(self):
        other = self.make_message(self.ticket, partner_ids=self.portal.partner_id.ids)
        own = self.make_message(self.ticket, author_id=self.portal.partner_id.id)
        with self.assertRaises(AccessError):
            other.with_user(self.portal).write({'body': 'Mine'})
        own.with_user(self.portal).write({
            'body': 'Better', 'author_id': self.agent.partner_id.id, 'is_internal': True,
            'date': '2001-01-01', 'subtype_id': self.env.ref('mail.mt_note').id,
            'tracking_value_ids': [Command.clear()], 'email_from': 'boss@example.com'})
        self.assertIn('Better', own.body)
        self.assertEqual(own.author_id, self.portal.partner_id)
        self.assertFalse(own.is_internal)
        self.assertEqual(own.subtype_id, self.env.ref('mail.mt_comment'))
        for message in (other, own):
            with self.assertRaises(AccessError):
                message.with_user(self.portal).unlink()

    def test_customers_write_as_themselves(self):
        message = self.env[MESSAGE].with_user(self.portal).with_context(
            default_author_id=self.agent.partner_id.id, default_is_internal=True,
            default_model=TICKET).create({
                'res_id': self.ticket.id, 'body': 'Hello', 'message_type': 'auto_comment',
                'author_id': self.agent.partner_id.id, 'email_from': 'boss@example.com',
                'subtype_id': self.env.ref('mail.mt_comment').id, 'date': '2001-01-01',
                'child_ids': [Command.create({'body': 'x'})]}).sudo()
        self.assertEqual((message.model, message.res_id), (TICKET, self.ticket.id))
        self.assertEqual(message.author_id, self.portal.partner_id)
        self.assertIn(self.portal.email, message.email_from)
        self.assertEqual(message.message_type, 'comment')
        self.assertGreater(message.date.year, 2001)
        self.assertFalse(message.child_ids)
        self.assertFalse(message.is_internal)

    @mute_logger(*QUIET_LOGS)
    def test_nobody_handles_messages_of_hidden_tickets(self):
        """Neither as an author nor as somebody who was notified, nor by a type or a parent."""
        for user in self.outsiders:
            parent = self.make_message(
                self.hidden, author_id=user.partner_id.id,
                partner_ids=self.outsiders.partner_id.ids)
            if user.share or user == self.employee:
                self.follow(self.hidden, user)
            Message = self.env[MESSAGE].with_user(user)
            for record in (self.hidden, self.team_private):
                for values in (
                    {}, {'message_type': 'user_notification'}, {'parent_id': parent.id},
                    {'message_type': 'notification', 'author_id': user.partner_id.id},
                ):
                    with self.subTest(user=user.login, record=record._name, **values), \
                            self.assertRaises(AccessError):
                        Message.create({'model': record._name, 'res_id': record.id,
                                        'body': 'x', **values})
            own = parent.with_user(user)
            for work, *args in ((own.write, {'body': 'x'}), (own.unlink,), (own.read, ['body']),
                                (own.action_open_document,)):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    work(*args)
            self.assertTrue(parent.exists())

    def test_parent_that_is_hidden_is_not_named(self):
        note = self.make_message(
            self.ticket, subject=SECRET, subtype_id=self.env.ref('mail.mt_note').id)
        answer = self.make_message(self.ticket, body='Public', parent_id=note.id)
        self.env.invalidate_all()
        self.assertNothingTold(answer.with_user(self.portal).read, ['parent_id'])
        self.assertIn(SECRET, str(answer.with_user(self.agent).read(['parent_id'])))

    @mute_logger(*QUIET_LOGS)
    def test_followers(self):
        self.follow([self.hidden, self.team_private], self.customer)
        for record in (self.hidden, self.team_private):
            for user in self.outsiders:
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    record.with_user(user).message_get_followers()
            self.assertTrue(record.with_user(self.manager).message_get_followers())

    def test_other_applications_keep_their_rows(self):
        message = self.make_message(self.customer)
        notification = self.env['mail.notification'].create({
            'mail_message_id': message.id, 'res_partner_id': self.manager.partner_id.id})
        self.follow(self.customer, self.manager)
        for rows in (notification, self.customer.message_follower_ids):
            own = rows.with_user(self.employee)
            self.assertEqual(own.search([('id', 'in', rows.ids)]), own)
            self.assertTrue(own.read(['display_name']))

    @mute_logger(*QUIET_LOGS)
    def test_composer_and_templates(self):
        template = self.env['mail.template'].create({
            'name': 'A template', 'model_id': self.env['ir.model']._get_id(TICKET),
            'subject': '{{ object.name }}', 'body_html': '<p t-out="object.name"/>'})
        values = {'model': TICKET, 'res_ids': str(self.hidden.ids), 'template_id': template.id}
        names = ['subject', 'body', 'partner_ids']
        for user in self.employee + self.agent + self.other_manager:
            for vals in (values, {**values, 'template_id': False}):
                self.assertNothingTold(
                    self.make_and_read, user, 'mail.compose.message', vals, names)
            self.assertNothingTold(self.make_and_read, user, 'mail.template.preview', {
                'mail_template_id': template.id, 'resource_ref': f'{TICKET},{self.hidden.id}',
            }, ['subject', 'body_html'])

    def make_and_read(self, user, model, vals, names):
        return self.env[model].with_user(user).create(vals).read(names)


@tagged('post_install', '-at_install')
class TestTrustForms(TrustCommon):
    """Forms, defaults, groups and errors name nothing of hidden teams."""

    SPEC = {'team_id': {'fields': {'display_name': {}}}, 'team_name': {}, 'properties': {},
            'stage_id': {'fields': {'display_name': {}}}, 'team_privacy_visibility': {}}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        stage = cls.env['helpdesk.lite.stage'].create({'name': SECRET, 'team_ids': False})
        cls.team_private.stage_ids |= stage
        cls.hidden.stage_id = stage
        cls.team_private.alias_name = SECRET
        # who sees names of refused records in Odoo: everybody in developer mode
        cls.env.ref('base.group_user').write({
            'implied_ids': [Command.link(cls.env.ref('base.group_no_one').id)]})

    def _get_ways_to_name(self, user, other):
        """Calls that would name the hidden team."""
        Ticket, own = self.env[TICKET].with_user(user), other.with_user(user)
        hidden, team = self.hidden.with_user(user), self.team_private.with_user(user)
        by_default = Ticket.with_context(default_team_id=team.id)
        vals = {'name': 'x', 'team_id': team.id}
        elsewhere = {**vals, 'company_id': self.other_company.id}
        return (
            lambda: Ticket.onchange({'team_id': team.id}, ['team_id'], self.SPEC),
            lambda: Ticket.onchange({'team_id': {'id': team.id}}, ['team_id'], self.SPEC),
            lambda: own.onchange({'team_id': team.id}, ['team_id'], self.SPEC),
            lambda: by_default.onchange({}, [], self.SPEC),
            lambda: by_default.default_get(list(self.SPEC)),
            lambda: Ticket.create(vals), lambda: Ticket.create(elsewhere),
            lambda: own.write(vals), lambda: own.write(elsewhere),
            lambda: Ticket.get_property_definition(f'properties.{SECRET}').get('string'),
            lambda: hidden.read(['name']), lambda: hidden.write({'color': 1}),
            lambda: team.read(['name']), lambda: team.name_search(SECRET),
        )

    def _set_archived(self, archived):
        """As a team that was archived before it got a ticket: with one it can't be."""
        self.env.flush_all()
        self.env.cr.execute('UPDATE helpdesk_lite_team SET active = %s WHERE id = %s',
                            [not archived, self.team_private.id])
        self.env.invalidate_all()

    @mute_logger(*QUIET_LOGS)
    def test_hidden_teams_are_not_named(self):
        other = self.make_ticket(name='Mine')
        for user in self.agent + self.other_manager + self.employee + self.portal:
            for archived in (False, True):
                self._set_archived(archived)
                for number, work in enumerate(self._get_ways_to_name(user, other)):
                    with self.subTest(user=user.login, archived=archived, number=number):
                        self.assertNothingTold(work)
            self._set_archived(False)
        self.assertEqual(self.env[TICKET].with_user(self.manager).get_property_definition(
            f'properties.{SECRET}')['string'], SECRET)

    def test_property_is_known_to_a_follower_of_one_ticket(self):
        self.follow(self.hidden, self.agent_ticket)
        self.assertEqual(self.env[TICKET].with_user(self.agent_ticket).get_property_definition(
            f'properties.{SECRET}')['string'], SECRET)
        with Form(self.hidden.with_user(self.agent_ticket)) as form:
            form.name = 'Renamed by a follower'
        self.assertEqual(self.hidden.name, 'Renamed by a follower')

    def test_stages_of_a_private_team_for_a_follower_of_one_ticket(self):
        stages = self.hidden.stage_id
        Stage = self.env['helpdesk.lite.stage']
        self.assertFalse(Stage.with_user(self.agent_ticket).search([('id', 'in', stages.ids)]))
        self.follow(self.hidden, self.agent_ticket)
        self.assertEqual(
            Stage.with_user(self.agent_ticket).search([('id', 'in', stages.ids)]).ids, stages.ids)
        self.assertTrue(Stage.with_user(self.agent).search([('id', '=', self.stage_new.id)]))

    def test_taken_address_of_a_hidden_team(self):
        self.make_team(name='Theirs', company_id=self.other_company.id)
        with self.assertRaises(UserError) as caught:
            self.env['helpdesk.lite.team'].with_user(self.other_manager).create({
                'name': 'New', 'company_id': self.other_company.id, 'alias_name': SECRET})
        self.assertNotIn(self.team_private.display_name + ' ', str(caught.exception))
        self.assertNotIn('Helpdesk Team', str(caught.exception))

    @mute_logger(*QUIET_LOGS)
    def test_customers_search_by_what_they_read(self):
        """The list is the readable fields: each other one of the registry is refused."""
        Ticket = self.env[TICKET].with_user(self.portal)
        found = Ticket.search([('id', '=', self.ticket.id)])
        self.assertEqual(found.ids, self.ticket.ids)
        let = []
        for name, field in Ticket._fields.items():
            if name in Ticket.PORTAL_READABLE_FIELDS:
                continue
            spec = f'{name}:month' if field.type in ('date', 'datetime') else name
            for way, work in {
                'domain': lambda name=name: Ticket.search([(name, '!=', 'x')]),
                'negated': lambda name=name: Ticket.search(
                    ['!', '|', (name, '=', 1), ('id', '=', 1)]),
                'nested': lambda name=name: Ticket.search([(name, 'any', [('id', '>', 0)])]),
                'dotted': lambda name=name: Ticket.search([(f'{name}.id', '>', 0)]),
                'count': lambda name=name: Ticket.search_count([(name, '=', False)]),
                'order': lambda name=name: Ticket.search([], order=name),
                'group': lambda spec=spec: Ticket.formatted_read_group([], [spec], ['__count']),
                'sum': lambda name=name: Ticket.formatted_read_group(
                    [], [], [f'{name}:count_distinct']),
            }.items():
                try:
                    work()
                except (AccessError, UserError, ValueError):
                    continue
                let.append(f'{name} by {way}')
        self.assertFalse(let)
        for domain in ([('message_ids.body', 'ilike', 'a')], [('has_message', '=', True)],
                       [('message_ids', 'not any', [('body', 'ilike', 'a')])],
                       [('team_id.privacy_visibility', '=', 'portal')],
                       ['!', '&', ('id', '>', 0), ('activity_state', '=', 'overdue')],
                       [('message_has_error', '=', True)]):
            with self.subTest(domain=domain), self.assertRaises(AccessError):
                Ticket.search(domain)
