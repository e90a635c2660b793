from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged

from .merge_common import MergeCommon
from .test_gateway import GatewayCommon, make_mail

TICKET = 'helpdesk.lite.ticket'
REFUSED = UserError  # of which AccessError and ValidationError are kinds


def literal(value):
    """The text of a value that can be read back: a command's name can't."""
    if isinstance(value, (list, tuple)):
        return type(value)(map(literal, value))
    if isinstance(value, dict):
        return {key: literal(item) for key, item in value.items()}
    return int(value) if isinstance(value, Command) else value


def rpc(user, model, name, /, *args, **kwargs):
    """Call a method as RPC does; see ``odoo.service.model``."""
    env = user.env(user=user, context={}, su=False)
    env.transaction.clear()
    result = call_kw(env[model], name, list(args), kwargs)
    env.flush_all()
    return result


@tagged('post_install', '-at_install')
class TestTrustMail(GatewayCommon):
    """What mail makes of a ticket, whoever hands it in and whatever the alias says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.system = cls.make_user('system', 'base.group_system')
        cls.foreign = cls.make_ticket(cls.other_team, name='Of company 2')
        cls.private = cls.make_ticket(cls.team_private, name='Private')
        cls.row = cls.env['mail.followers'].search([
            ('res_model', '=', TICKET), ('res_id', '=', cls.private.id)], limit=1) or cls.env[
            'mail.followers'].create({
                'res_model': TICKET, 'res_id': cls.private.id,
                'partner_id': cls.customer.id})
        cls.env.flush_all()

    def get_hostile(self, user):
        """Values that write other records, or what the system keeps: ``{name: value}``."""
        group = self.env.ref('base.group_system')
        return {
            'merged_ticket_ids': [Command.update(self.foreign.id, {'name': 'Taken over'})],
            'message_follower_ids': [
                Command.update(self.row.id, {'partner_id': user.partner_id.id})],
            'message_ids': [Command.create({'body': 'Forged'})],
            'activity_ids': [Command.create({'user_id': user.id})],
            'next_ticket_ids': [Command.link(self.private.id)],
            'tag_ids': [Command.create({'name': 'Made by mail'})],
            **({'access_token': 'guessed'} if 'access_token' in self.foreign._fields else {}),
            'message_partner_ids': [Command.update(
                user.partner_id.id, {'user_ids': [Command.update(
                    user.id, {'group_ids': [Command.link(group.id)]})]})],
            'user_id': [Command.update(user.id, {'group_ids': [Command.link(group.id)]})],
            'team_id': {'id': self.other_team.id},
            'write_uid': user.id, 'create_uid': user.id, 'merged_into_id': self.foreign.id,
            'ticket_ref': 'HD-MINE', 'is_closed': True, 'properties': [{'name': 'x'}],
        }

    def assert_untouched(self, user, label):
        self.env.invalidate_all()
        self.assertEqual(self.foreign.name, 'Of company 2', label)
        self.assertFalse(self.foreign.merged_into_id, label)
        self.assertEqual(self.row.partner_id, self.customer, label)
        self.assertFalse(self.private.previous_ticket_id, label)
        self.assertFalse(user.has_group('base.group_system'), label)
        self.assertFalse(
            self.env['helpdesk.lite.tag'].search([('name', '=', 'Made by mail')]), label)

    def test_message_process_by_anybody(self):
        """By RPC nobody but the gateway hands in mail that becomes a ticket or a message."""
        reference = f'[{self.private.ticket_ref}] x'
        for person in ('stranger', 'portal', 'employee', 'agent', 'manager', 'other_manager'):
            user = getattr(self, person)
            for model, thread_id, to, subject in (
                    (TICKET, None, self.address, 'x'), (TICKET, self.private.id, 'x@x.com', 'x'),
                    (False, None, self.address, 'x'), (False, None, self.address, reference)):
                with self.subTest(person=person, model=model, thread_id=thread_id):
                    mail = make_mail(to, subject, sender=self.manager.email).as_string()
                    before = self.env[TICKET].search_count([])
                    with self.assertRaises(REFUSED), self.env.cr.savepoint():
                        rpc(user, 'mail.thread', 'message_process', model, mail,
                            self.get_hostile(user), thread_id=thread_id)
                    self.env.invalidate_all()
                    self.assertEqual(self.env[TICKET].search_count([]), before)
                    self.assert_untouched(user, person)

    def test_message_process_by_the_pipe(self):
        """The login of a mail server's pipe hands in mail, and no values."""
        mail = make_mail(self.address, 'By the pipe').as_string()
        with self.mock_mail_gateway():
            ticket_id = rpc(
                self.system, 'mail.thread', 'message_process', TICKET, mail,
                {'name': 'Not the mail', **self.get_hostile(self.agent)},
                thread_id=self.private.id,
                context={'default_merged_ticket_ids': [
                    Command.update(self.foreign.id, {'name': 'Taken over'})]})
        ticket = self.env[TICKET].browse(ticket_id)
        self.assertNotEqual(ticket, self.private)
        self.assertEqual((ticket.name, ticket.team_id), ('By the pipe', self.team))
        self.assert_untouched(self.agent, 'pipe')

    def test_private_steps(self):
        """The gateway's own steps are no methods for others."""
        for name in ('message_new', 'message_update', 'message_route', 'message_parse'):
            for model in (TICKET, 'mail.thread')[:1 if 'route' not in name else 2]:
                with self.subTest(name=name, model=model), self.assertRaises(AccessError):
                    rpc(self.manager, model, name, {}, {})

    def test_alias_defaults_are_checked_when_written(self):
        team = self.make_team(name='Desk', alias_name='trust-desk')
        for name, value in self.get_hostile(self.manager).items():
            if name == 'team_id':
                continue
            text = repr(literal({'team_id': team.id, name: value}))
            for label, write in (
                    ('team', lambda text=text: rpc(
                        self.manager, team._name, 'write', team.ids, {'alias_defaults': text})),
                    ('import', lambda text=text: self.load(team, text)),
                    ('create', lambda text=text: rpc(self.manager, team._name, 'create', {
                        'name': 'x', 'alias_name': 'trust-x', 'alias_defaults': text})),
                    ('alias', lambda text=text: rpc(
                        self.system, 'mail.alias', 'write', team.alias_id.ids,
                        {'alias_defaults': text}))):
                with self.subTest(name=name, path=label), self.assertRaises(REFUSED), \
                        self.env.cr.savepoint():
                    write()

    def load(self, team, text):
        result = rpc(self.manager, team._name, 'load', ['.id', 'alias_defaults'], [
            [str(team.id), text]])
        if not result['ids']:
            raise UserError(str(result['messages']))

    def test_alias_defaults_are_checked_when_used(self):
        """Also what stands in a database from before."""
        for name, value in self.get_hostile(self.agent).items():
            with self.subTest(name=name):
                self.env.cr.execute(
                    'UPDATE mail_alias SET alias_defaults = %s WHERE id = %s', [
                        repr(literal({'team_id': self.team.id, name: value})),
                        self.team.alias_id.id])
                self.env.invalidate_all()
                ticket = self.mail(subject='Hello')
                self.assertEqual(len(ticket), 1)
                self.assertEqual(ticket.company_id, self.company)
                self.assertFalse(ticket.tag_ids)
                self.assertNotEqual(ticket.ticket_ref, 'HD-MINE')
                self.assertFalse(ticket.merged_into_id or ticket.is_closed)
                self.assert_untouched(self.agent, name)

    def test_defaults_for_another_team(self):
        team = self.make_team(name='Desk', alias_name='trust-desk')
        for other in (self.other_team.id, self.other_team):
            with self.assertRaises(REFUSED):
                rpc(self.manager, team._name, 'write', team.ids, {
                    'alias_defaults': repr({'team_id': getattr(other, 'id', other)})})
        rpc(self.manager, team._name, 'write', team.ids, {
            'alias_defaults': repr({'team_id': self.team.id, 'priority': '2'})})
        self.assertEqual(team.alias_id.alias_defaults, repr(
            {'team_id': self.team.id, 'priority': '2'}))


@tagged('post_install', '-at_install')
class TestTrustAlias(GatewayCommon):
    """Nobody takes a mailbox over, or leads one elsewhere, by writing a team."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_team.alias_name = 'victim'
        cls.victim = cls.other_team.alias_id
        cls.env.flush_all()

    def get_values(self):
        model = self.env['ir.model']._get_id
        return {
            'alias_id': self.victim.id, 'alias_full_name': self.victim.alias_full_name,
            'alias_force_thread_id': 1, 'alias_model_id': model('res.partner'),
            'alias_parent_model_id': model('res.company'), 'alias_parent_thread_id': 1,
            'alias_status': 'invalid',
        }

    def test_write(self):
        for name, value in self.get_values().items():
            with self.subTest(name=name), self.assertRaises(REFUSED), self.env.cr.savepoint():
                rpc(self.manager, self.team._name, 'write', self.team.ids, {name: value})
        self.assertEqual(self.other_team.alias_id, self.victim)
        self.assertNotEqual(self.team.alias_id, self.victim)

    def test_create(self):
        for name, value in self.get_values().items():
            with self.subTest(name=name), self.assertRaises(REFUSED), self.env.cr.savepoint():
                rpc(self.manager, self.team._name, 'create', {'name': 'Mine', name: value})

    def test_create_by_context(self):
        context = {f'default_{name}': value for name, value in self.get_values().items()}
        team = self.team.browse(rpc(
            self.manager, self.team._name, 'create', {'name': 'Mine', 'alias_name': 'mine'},
            context=context))
        self.assertNotEqual(team.alias_id, self.victim)
        self.assertRecordValues(team.alias_id, [{
            'alias_force_thread_id': 0, 'alias_model_id': self.env['ir.model']._get_id(TICKET),
            'alias_parent_thread_id': team.id, 'alias_name': 'mine'}])
        self.assertFalse(team.alias_id.alias_full_name == self.victim.alias_full_name)

    def test_what_an_administrator_may(self):
        """Name, contacts and defaults are theirs; what a team has may come back by an import."""
        rpc(self.manager, self.team._name, 'write', self.team.ids, {
            'alias_name': 'renamed', 'alias_contact': 'partners',
            'alias_id': self.team.alias_id.id})
        self.assertRecordValues(
            self.team.alias_id, [{'alias_name': 'renamed', 'alias_contact': 'partners'}])
        copy = self.team.browse(rpc(self.manager, self.team._name, 'copy', self.team.ids))
        self.assertNotEqual(copy.alias_id, self.team.alias_id)


@tagged('post_install', '-at_install')
class TestTrustPost(MergeCommon):
    """What goes on in superuser mode says its text and files, by its author, and no more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls.make_ticket(name='Own', partner_id=cls.portal.partner_id.id)
        cls.victim = cls.env['res.partner'].create(
            {'name': 'Victim', 'email': 'victim@else.example.org'})
        cls.env.flush_all()

    def get_hostile(self):
        tracking = self.env['mail.tracking.value'].search([], limit=1)
        return {
            'author_id': self.agent.partner_id.id, 'email_from': self.agent.email,
            'partner_ids': self.victim.ids, 'tracking_value_ids': [Command.delete(tracking.id)],
            'mail_headers': {'X-Forged': 'yes'}, 'reply_to': 'thief@else.example.org',
            'outgoing_email_to': 'list@else.example.org', 'subject': 'Forged',
            'model_description': 'Forged', 'notified_partner_ids': self.victim.ids,
            'email_add_signature': False, 'parent_id': self.stay.message_ids[:1].id,
            'record_name': 'Forged', 'pinned_at': '2020-01-01 00:00:00',
        }

    def answer(self, ticket, context=None, **values):
        """What a customer's post by RPC leads to, with all that they could say besides."""
        before = self.env['mail.message'].search([], order='id desc', limit=1)
        with self.mock_mail_gateway():
            rpc(self.portal, TICKET, 'message_post', ticket.ids, body='Hello there',
                message_type='comment', subtype_xmlid='mail.mt_comment', context={
                    'mail_post_autofollow': True, 'default_author_id': self.victim.id,
                    'default_partner_ids': self.victim.ids, **(context or {})},
                **{**self.get_hostile(), **values})
            self.flush_tracking()
        self.env.invalidate_all()
        return self.env['mail.message'].search(
            [('id', '>', before.id), ('message_type', '=', 'comment')])

    def assert_plain(self, message, ticket):
        author = self.portal.partner_id
        self.assertRecordValues(message, [{
            'res_id': ticket.id, 'author_id': author.id, 'subject': False,
            'email_from': author.email_formatted, 'message_type': 'comment'}])
        self.assertNotIn(self.victim, message.partner_ids | message.notified_partner_ids)
        self.assertNotIn('thief', message.reply_to)
        self.assertFalse([mail for mail in self._mails if 'else.example.org' in str(mail)])

    def test_own_ticket(self):
        self.assert_plain(self.answer(self.own), self.own)

    def test_merged_and_kept_apart(self):
        self.merge(self.own, self.stay)
        followers = self.stay.message_partner_ids
        message = self.answer(self.own)
        self.assert_plain(message, self.stay)
        self.assertTrue(message.is_internal)
        self.assertEqual(self.stay.message_partner_ids, followers)

    def test_follow_up(self):
        self.team.write({'reopen_policy': 'new', 'reopen_day': 0})
        self.own.stage_id = self.stage_solved
        self.own.close_date = '2020-01-01 00:00:00'
        self.env.flush_all()
        message = self.answer(self.own, context={
            'default_user_id': self.manager.id, 'default_merged_ticket_ids': [
                Command.update(self.stay.id, {'name': 'Taken over'})]})
        follow_up = self.own.next_ticket_ids
        self.assertEqual(len(follow_up), 1)
        self.assert_plain(message, follow_up)
        self.assertFalse(follow_up.user_id)
        self.assertEqual(self.stay.name, 'Printer jammed')
        self.assertNotIn(self.victim, follow_up.message_partner_ids)

    def test_agent_as_the_customer(self):
        """Naming the customer as the author is no way into the ticket that stays."""
        hidden = self.make_ticket(self.team_private, name='Hidden')
        self.env.cr.execute(
            'UPDATE helpdesk_lite_ticket SET merged_into_id = %s WHERE id = %s',
            [hidden.id, self.own.id])
        before = hidden.message_ids
        rpc(self.agent, TICKET, 'message_post', self.own.ids, body='Hello there',
            message_type='comment', subtype_xmlid='mail.mt_comment',
            author_id=self.portal.partner_id.id)
        self.env.invalidate_all()
        self.assertEqual(hidden.message_ids, before)
        self.assertIn('Hello there', self.own.message_ids[0].body)

    def test_foreign_file(self):
        """A file of another ticket doesn't come along."""
        secret = self.env['ir.attachment'].create({
            'name': 'secret.txt', 'raw': b'secret', 'res_model': TICKET, 'res_id': self.stay.id})
        self.merge(self.own, self.stay)
        message = self.answer(self.own, attachment_ids=secret.ids)
        self.assert_plain(message, self.stay)
        self.assertFalse(message.attachment_ids)

    def test_other_ways_to_post(self):
        for name, args in (
                ('message_notify', []), ('message_post_with_source', ['mail.message_origin_link']),
                ('message_mail_with_source', ['mail.message_origin_link'])):
            with self.subTest(name=name), self.assertRaises(AccessError), self.env.cr.savepoint():
                rpc(self.portal, TICKET, name, self.own.ids, *args,
                    partner_ids=self.victim.ids)

    def test_notify_about_hidden(self):
        hidden = self.make_ticket(self.team_private, name='Hidden')
        for user in (self.employee, self.agent, self.other_agent, self.portal):
            for model, args, kwargs in (
                    (TICKET, hidden.ids, {}), (TICKET, [], {'model': TICKET, 'res_id': hidden.id}),
                    ('mail.thread', [], {'model': TICKET, 'res_id': hidden.id})):
                with self.subTest(user=user.login, model=model), \
                        self.assertRaises(AccessError), self.env.cr.savepoint():
                    rpc(user, model, 'message_notify', args, body='x',
                        partner_ids=self.victim.ids, **kwargs)


@tagged('post_install', '-at_install')
class TestTrustWizards(MergeCommon):
    """A page that somebody fills in is theirs alone."""

    def test_own_rows_only(self):
        merge = self.env['helpdesk.lite.ticket.merge'].with_user(self.agent).create({
            'destination_id': self.stay.id, 'line_ids': [
                Command.create({'ticket_id': ticket.id}) for ticket in self.both]})
        stages = self.env['helpdesk.lite.stage.delete'].with_user(self.manager).create(
            {'stage_ids': self.stage_new.ids})
        teams = self.env['helpdesk.lite.team.delete'].with_user(self.manager).create(
            {'team_ids': self.team.ids})
        lines = stages.line_ids.with_user(self.manager)
        self.env.flush_all()
        for rows in (merge, merge.line_ids, stages, lines, teams):
            self.assertTrue(rows.has_access('unlink'), rows)
            for user in (self.other_manager, self.other_agent, self.agent_team):
                if user.id == rows.env.uid:
                    continue
                for name, args in (('read', [['id']]), ('write', [{}]), ('unlink', [])):
                    with self.subTest(model=rows._name, user=user.login, name=name), \
                            self.assertRaises(AccessError), self.env.cr.savepoint():
                        rpc(user, rows._name, name, rows.ids, *args)
