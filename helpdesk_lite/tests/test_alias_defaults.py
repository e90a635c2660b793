from odoo.tests import tagged
from odoo.tools import SQL

from .test_gateway import NUMBER, GatewayCommon


@tagged('post_install', '-at_install')
class TestAliasDefaults(GatewayCommon):
    """What an alias gives new tickets is used, and costs no mail where it can't be."""

    def mail_with(self, **defaults):
        """The ticket that a mail becomes while the team's alias has these default values."""
        self.team.alias_defaults = repr({'team_id': self.team.id, **defaults})
        address = f'nora{next(NUMBER)}@new.example.org'  # one address gets few mails a day
        ticket = self.mail(sender=f'Nora New <{address}>')
        self.assertEqual(len(ticket), 1)
        self.assertEqual(ticket.partner_id.email, address)
        self.assertIn('It is on fire', ticket.description)
        self.assertEqual(len(self.sent_to(address)), 1, 'the acknowledgement')
        self.assertEqual(len(self._mails), 1, 'no bounce')
        self.assertEqual(self.team.alias_id.alias_status, 'valid')
        return ticket

    def get_note(self, ticket):
        """What the log says of values that were left out."""
        return ticket.message_ids.filtered(lambda m: 'were left out' in (m.body or ''))

    def test_valid(self):
        tag = self.env['helpdesk.lite.tag'].create({'name': 'By mail'})
        ticket = self.mail_with(
            user_id=self.agent.id, priority='2', tag_ids=[(6, 0, tag.ids)], name='Fixed')
        self.assertRecordValues(ticket, [{
            'user_id': self.agent.id, 'priority': '2', 'tag_ids': tag.ids, 'name': 'Fixed'}])
        self.assertFalse(self.get_note(ticket))
        self.team.alias_defaults = repr(
            {'team_id': self.team.id, 'stage_id': self.stage_progress.id})
        ticket = self.mail()
        self.assertEqual(ticket.stage_id, self.stage_progress)
        self.assertFalse(self.get_note(ticket))

    def test_invalid(self):
        """The rest of the values is used all the same; the note is for the team only."""
        lost = self.env['helpdesk.lite.stage'].create({'name': 'Lost', 'team_ids': False})
        gone = self.env['helpdesk.lite.stage'].create({'name': 'Gone', 'team_ids': False})
        gone.unlink()
        archived = self.make_user('archived', active=False)
        for label, defaults in (
            ('Stage', {'stage_id': lost.id}), ('Stage', {'stage_id': gone.id}),
            ('Stage', {'stage_id': 'x'}), ('Assigned to', {'user_id': archived.id}),
            ('Assigned to', {'user_id': self.other_agent.id}),
            ('Assigned to', {'user_id': self.employee.id}),
            ('Assigned to', {'user_id': 99999999}), ('Assigned to', {'user_id': 'x'}),
            ('Tags', {'tag_ids': [(6, 0, [99999999])]}), ('Tags', {'tag_ids': 'x'}),
            ('Status', {'kanban_state': '9'}), ('no_such_field', {'no_such_field': 1}),
        ):
            with self.subTest(defaults=defaults):
                ticket = self.mail_with(priority='3', **defaults)
                self.assertRecordValues(ticket, [{
                    'stage_id': self.stage_new.id, 'user_id': False, 'priority': '3',
                    'team_id': self.team.id, 'tag_ids': [], 'kanban_state': 'normal'}])
                note = self.get_note(ticket)
                self.assertIn(f': {label}.', note.body)
                self.assertTrue(note.subtype_id.internal)
                self.assertFalse(note.notified_partner_ids)

    def test_of_several_tags(self):
        tag, gone = self.env['helpdesk.lite.tag'].create([{'name': 'Kept'}, {'name': 'Gone'}])
        ids = (tag + gone).ids
        gone.unlink()
        ticket = self.mail_with(tag_ids=[(4, ids[0]), (4, ids[1])])
        self.assertEqual(ticket.tag_ids, tag)
        self.assertIn('Tags', self.get_note(ticket).body)

    def test_whatever_fails(self):
        """What can't be told beforehand is found out by trying."""
        ticket = self.mail_with(color='no number', email_cc='kim@x.example.org')
        self.assertFalse(ticket.color)
        self.assertIn('Color', self.get_note(ticket).body)

    def test_team_is_gone(self):
        """The mail goes to another team of the company, not to nobody."""
        self.team.alias_defaults = repr({'team_id': 99999999, 'stage_id': self.stage_new.id})
        ticket = self.mail()
        self.assertEqual(len(ticket), 1)
        self.assertTrue(ticket.team_id)
        self.assertIn('Team', self.get_note(ticket).body)

    def test_first_mail_leaves_the_alias_alone(self):
        """Two first mails at once would write it both, and one would fail."""
        team = self.make_team(alias_name='first-mail')
        self.env.flush_all()

        def get_version():
            return self.env.execute_query(SQL(
                'SELECT ctid::text FROM mail_alias WHERE id = %s', team.alias_id.id))
        before = get_version()
        self.assertTrue(self.mail(to=team.alias_email))
        self.assertEqual(get_version(), before)
        self.assertEqual(team.alias_id.alias_status, 'valid')
