from odoo.tests import tagged
from odoo.tools import SQL

from .merge_common import MergeCommon

# Whatever belongs to tickets, with all columns: {table: condition}
ROWS = {
    'helpdesk_lite_ticket': 'row.id = ANY(%(ids)s)',
    'mail_message': "row.model = 'helpdesk.lite.ticket' AND row.res_id = ANY(%(ids)s)",
    'ir_attachment': "row.res_model = 'helpdesk.lite.ticket' AND row.res_id = ANY(%(ids)s)",
    'mail_activity': "row.res_model = 'helpdesk.lite.ticket' AND row.res_id = ANY(%(ids)s)",
    'mail_scheduled_message':
        "row.model = 'helpdesk.lite.ticket' AND row.res_id = ANY(%(ids)s)",
    'mail_notification':
        """row.mail_message_id IN (SELECT id FROM mail_message WHERE res_id = ANY(%(ids)s)
                                     AND model = 'helpdesk.lite.ticket')""",
}
# What is told of a merge and its undo is new: log messages, and the notice with whom it went to
TOLD = {'mail_message', 'mail_notification'}


@tagged('post_install', '-at_install')
class TestMergeUndo(MergeCommon):
    """An unmerge gives each ticket back what it had, to the last column."""

    maxDiff = None

    def get_rows(self, tickets):
        """``{table: {key: row}}`` of all that belongs to the tickets."""
        self.env.flush_all()
        self.env.invalidate_all()
        result = {}
        for table, condition in ROWS.items():
            self.env.cr.execute(SQL(
                "SELECT row.id, to_jsonb(row) - 'write_date' - 'write_uid' FROM %s row WHERE %s",
                SQL.identifier(table), SQL(condition, ids=tickets.ids)))
            result[table] = dict(self.env.cr.fetchall())
        for row in result['mail_message'].values():
            row['is_internal'] = bool(row['is_internal'])  # to Odoo NULL is False
        result['followers'] = {
            (ticket, follower.partner_id): follower.subtype_ids
            for ticket in tickets for follower in ticket.sudo().message_follower_ids}
        result['tags'] = {ticket: ticket.tag_ids for ticket in tickets}
        return result

    def assert_same_rows(self, before, tickets):
        after = self.get_rows(tickets)
        for table, rows in before.items():
            for key, row in rows.items():
                now = after[table].get(key)
                if table == 'helpdesk_lite_ticket' and row.get('access_token', '') is None:
                    now['access_token'] = None  # a link that was sent goes on working
                self.assertEqual(now, row, (table, key))
            if table not in TOLD:
                self.assertEqual(after[table].keys(), rows.keys(), table)

    def fill(self, ticket, name):
        """Give a ticket one of everything."""
        ticket.message_subscribe((self.manager | self.portal_stranger).partner_id.ids)
        ticket.message_subscribe(self.agent.partner_id.ids, subtype_ids=self.note.ids)
        self.post(ticket, body=f'public {name}', attachments=[(f'{name}.txt', b'x')])
        ticket.with_user(self.agent).message_post(
            body=f'note {name}', subtype_xmlid='mail.mt_note', attachments=[('n.txt', b'y')])
        self.env['ir.attachment'].create({
            'name': name, 'raw': b'z', 'res_model': ticket._name, 'res_id': ticket.id})
        ticket.activity_schedule(
            'mail.mail_activity_data_todo', user_id=self.manager.id, summary=f'do {name}')
        ticket.tag_ids = self.env['helpdesk.lite.tag'].create({'name': f'merge {ticket.id}'})
        ticket.email_cc = f'"Cc, of {name}" <{name}@cc.example.org>,all@cc.example.org , no address'
        self.env['mail.scheduled.message'].create({
            'author_id': self.agent.partner_id.id, 'body': f'later {name}', 'model': ticket._name,
            'res_id': ticket.id, 'scheduled_date': '2099-01-01 10:00:00'})

    def make_trio(self, destination, source):
        """A bare ticket of one customer, a full one of another, and one that was closed."""
        self.team.ticket_properties = [{'name': 'aaaa', 'string': 'Serial', 'type': 'char'}]
        trio = self.make_ticket(name='A', partner_id=destination.id, description='<p>a</p>')
        trio += self.make_ticket(
            name='B', partner_id=source.id, description='<p>b</p>', user_id=self.assignee.id,
            properties={'aaaa': 'S-1'}, partner_phone='+32 470 99 88 77')
        trio += self.make_ticket(
            name='C', partner_id=self.customer.id, user_id=self.agent_team.id)
        trio[2].stage_id = self.stage_solved
        self.env.flush_all()
        for day, ticket in enumerate(trio, 1):
            self.fill(ticket, ticket.name.lower())
            self.flush_tracking()
            ticket.last_activity_date = f'2026-05-0{day} 10:00:00'
        self.flush_tracking()
        return trio

    def test_whole_rows(self):
        nobody = self.env['res.partner']
        for destination, source, values in (
            (self.customer, self.customer, {}),
            (self.customer, self.portal.partner_id, {}),
            (self.customer, self.portal.partner_id, {'share_between_customers': True}),
            (self.customer, nobody, {}),
            (nobody, self.customer, {}),
            (nobody, nobody, {}),
        ):
            for positions in ((1, 2), (2, 1)):
                with self.subTest(
                        destination=destination.name, source=source.name, order=positions,
                        **values):
                    trio = self.make_trio(destination, source)
                    with self.mock_mail_gateway():
                        before = self.get_rows(trio)
                        self.merge(trio[1:], trio[0], **values)
                        for position in positions:
                            self.unmerge(trio[position])
                    self.assert_same_rows(before, trio)

    def test_whole_rows_while_one_stays_merged(self):
        trio = self.make_trio(self.customer, self.customer)
        before = self.get_rows(trio)
        self.merge(trio[2], trio[0])
        between = self.get_rows(trio)
        self.merge(trio[1], trio[0])
        self.unmerge(trio[1])
        self.assert_same_rows(between, trio)
        self.unmerge(trio[2])
        self.assert_same_rows(before, trio)

    def test_ticket_without_messages(self):
        quiet = self.make_ticket(name='Quiet', partner_id=self.customer.id)
        self.flush_tracking()
        quiet.message_ids.unlink()
        before = self.get_rows(quiet | self.stay)
        self.merge(quiet, self.stay)
        self.unmerge(quiet)
        self.assert_same_rows(before, quiet | self.stay)

    def test_cron_still_finds_what_it_had_to_count(self):
        Ticket = self.env['helpdesk.lite.ticket']
        self.dup.stage_id = self.stage_solved
        self.env.flush_all()
        self.env.cr.execute(
            'UPDATE helpdesk_lite_ticket SET close_hours = NULL WHERE id = %s', [self.dup.id])
        self.env.invalidate_all()
        self.assertIn(self.dup, Ticket.search(Ticket._get_missing_hours_domain()))
        self.merge(self.dup, self.stay)
        self.unmerge(self.dup)
        self.assertIn(self.dup, Ticket.search(Ticket._get_missing_hours_domain()))

    def test_hours_stay_as_they_were_counted(self):
        """The team may have another calendar by now."""
        self.dup.user_id = self.assignee
        self.env.flush_all()
        self.env.cr.execute(
            'UPDATE helpdesk_lite_ticket SET assign_hours = 1.5 WHERE id = %s', [self.dup.id])
        self.env.invalidate_all()
        self.merge(self.dup, self.stay)
        self.unmerge(self.dup)
        self.assertEqual(self.dup.assign_hours, 1.5)

    def test_first_assignment_of_whoever_stays_assigned_is_kept(self):
        self.dup.user_id = self.assignee
        self.merge(self.dup, self.stay)
        assigned = self.stay.assign_date
        self.assertTrue(assigned)
        self.stay.user_id = self.agent
        self.unmerge(self.dup)
        self.assertRecordValues(self.stay, [{'user_id': self.agent.id, 'assign_date': assigned}])

    def test_whoever_follows_by_a_filled_value_follows_no_more(self):
        stay = self.make_ticket(name='Nobody', description='<p>x</p>')
        self.dup.user_id = self.assignee
        people = self.customer | self.assignee.partner_id
        self.dup.message_unsubscribe(people.ids)
        before = self.get_rows(stay | self.dup)
        self.merge(self.dup, stay)
        self.assertRecordValues(stay, [
            {'partner_id': self.customer.id, 'user_id': self.assignee.id}])
        self.assertLessEqual(people, stay.message_partner_ids)
        self.unmerge(self.dup)
        self.assert_same_rows(before, stay | self.dup)

    def test_followers_through_a_chain(self):
        """Whoever came with the first one must not go on reading the second one."""
        tickets = self.dup | self.make_ticket(name='Middle') | self.make_ticket(name='Last')
        outside = self.env['res.partner'].create({'name': 'Out', 'email': 'out@example.org'})
        self.dup.message_subscribe((outside | self.agent.partner_id).ids, self.note.ids)
        self.dup.user_id = self.assignee
        self.flush_tracking()
        before = self.get_rows(tickets)
        for source, destination in ((0, 1), (1, 2)):
            self.merge(tickets[source], tickets[destination], user=self.agent)
        self.assertTrue(self.is_follower(tickets[2], outside))
        for source in (1, 0):
            self.unmerge(tickets[source])
        self.assert_same_rows(before, tickets)

    def test_addresses_stay_as_they_were_written(self):
        text = 'Ann <ann@x.example.org>;bob@x.example.org,  bob@x.example.org , not an address'
        self.stay.email_cc = text
        self.dup.email_cc = '"Doe, Zoe" <zoe@x.example.org>, bob@x.example.org'
        self.merge(self.dup, self.stay)
        self.assertIn('zoe@x.example.org', self.stay.email_cc)
        self.unmerge(self.dup)
        self.assertEqual(self.stay.email_cc, text)

    def test_addresses_that_somebody_changed_since(self):
        self.stay.email_cc = 'Ann <ann@x.example.org>'
        self.dup.email_cc = 'Zoe <zoe@x.example.org>'
        self.merge(self.dup, self.stay)
        self.stay.email_cc = 'ZOE@x.example.org;eve@x.example.org'
        self.unmerge(self.dup)
        self.assertEqual(self.stay.email_cc, 'eve@x.example.org')
        self.merge(self.dup, self.stay)
        self.stay.email_cc = 'eve@x.example.org ;'
        self.unmerge(self.dup)
        self.assertEqual(self.stay.email_cc, 'eve@x.example.org ;')

    def test_activities_bear_the_name_of_their_ticket(self):
        activity = self.dup.activity_schedule(
            'mail.mail_activity_data_todo', user_id=self.agent.id, summary='Call')
        self.merge(self.dup, self.stay)
        self.env.invalidate_all()
        self.assertEqual(activity.res_name, self.stay.display_name)
        self.unmerge(self.dup)
        self.env.invalidate_all()
        self.assertEqual(activity.res_name, self.dup.display_name)

    def test_stage_that_was_deleted_meanwhile(self):
        stage = self.env['helpdesk.lite.stage'].create(
            {'name': 'Test Waiting', 'team_ids': self.team.ids})
        for step in (stage, self.stage_solved):
            self.dup.stage_id = step
        self.assertEqual(self.dup.reopen_stage_id, stage)
        self.merge(self.dup, self.stay)
        stage.unlink()
        self.unmerge(self.dup)
        self.assertRecordValues(self.dup, [{'is_closed': True, 'reopen_stage_id': False}])
