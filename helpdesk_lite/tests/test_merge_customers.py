import threading
from contextlib import closing

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.exceptions import AccessError, UserError
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import mute_logger

from .merge_common import MergeCommon


@tagged('post_install', '-at_install')
class TestMergeCustomers(MergeCommon):
    """Different customers, private teams, companies, and who may merge."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.make_ticket(
            name='Printer jam', description='<p>foreign text</p>',
            partner_id=cls.portal.partner_id.id, email_cc='friend@example.org')
        cls.pair = cls.stay | cls.foreign

    # ------------------------------------------------------------------
    # Different customers
    # ------------------------------------------------------------------

    def shows_file(self, message, user):
        """Whether the message's file is one for customers (their right to read files at all is
        the portal's)."""
        self.env.flush_all()
        return not message.attachment_ids.with_user(user)._filter_internal_of_tickets()

    def test_foreign_messages_and_files_arrive_as_notes(self):
        message = self.post(self.foreign, attachments=[('secret.txt', b'x')])
        note = self.foreign.with_user(self.agent).message_post(body='A note')
        before = self.count(self.pair)
        self.assertTrue(self.shows_file(message, self.portal))
        self.merge(self.foreign, self.stay)
        self.assert_nothing_lost(before, self.pair)
        self.assertEqual(message.res_id, self.stay.id)
        self.assertTrue(message.is_internal)
        self.assertTrue(message.subtype_id.internal)
        kept = self.stay.message_ids.filtered(lambda m: 'foreign text' in m.body)
        self.assertTrue(kept.is_internal and kept.subtype_id.internal)
        # a portal user who reads the ticket that stays reads none of it
        self.follow(self.stay, self.portal_stranger)
        as_portal = message.with_user(self.portal_stranger)
        self.assertFalse(as_portal.has_access('read'))
        self.assertFalse(self.shows_file(message, self.portal_stranger))
        self.assertFalse(self.env['mail.message'].with_user(self.portal_stranger).search(
            [('id', 'in', (message + note + kept).ids)]))
        self.unmerge(self.foreign)
        self.assertRecordValues(message, [{
            'res_id': self.foreign.id, 'is_internal': False, 'subtype_id': self.comment.id}])
        self.assertRecordValues(note, [{'is_internal': False, 'subtype_id': self.note.id}])
        self.assertTrue(message.with_user(self.portal).has_access('read'))
        self.assertTrue(self.shows_file(message, self.portal))
        self.assert_restored(before, self.pair)

    def test_external_followers_and_addresses_stay_behind(self):
        outside = self.env['res.partner'].create({'name': 'Out', 'email': 'out@example.org'})
        self.foreign.message_subscribe((outside | self.assignee.partner_id).ids)
        before = {t: self.get_followers(t) for t in self.pair}
        self.merge(self.foreign, self.stay)
        after = self.get_followers(self.stay)
        self.assertNotIn(outside, after)
        self.assertNotIn(self.portal.partner_id, after)
        self.assertIn(self.assignee.partner_id, after)
        self.assertFalse(self.stay.email_cc)
        self.assertFalse(self.stay.with_user(self.portal).has_access('read'))
        self.unmerge(self.foreign)
        self.assertEqual({t: self.get_followers(t) for t in self.pair}, before)

    def test_undo_leaves_nobody_who_follows_only_a_kept_apart_ticket(self):
        outside = self.env['res.partner'].create({'name': 'Out', 'email': 'out@example.org'})
        for ticket in self.foreign | self.dup:
            ticket.message_subscribe(outside.ids)
        self.merge(self.foreign | self.dup, self.stay)
        self.assertIn(outside, self.get_followers(self.stay))
        self.unmerge(self.dup)
        self.assertNotIn(outside, self.get_followers(self.stay))
        self.assertIn(outside, self.get_followers(self.foreign))
        self.assertIn(outside, self.get_followers(self.dup))

    def test_employee_customer_stays_behind(self):
        foreign = self.make_ticket(name='IT desk', partner_id=self.employee.partner_id.id)
        self.merge(foreign, self.stay)
        self.assertFalse(self.is_follower(self.stay, self.employee))

    def test_ticked_customers_read_each_other(self):
        message = self.post(self.foreign, attachments=[('open.txt', b'x')])
        before = {t: self.get_followers(t) for t in self.pair}
        self.merge(self.foreign, self.stay, share_between_customers=True)
        self.assertRecordValues(message, [{'is_internal': False, 'subtype_id': self.comment.id}])
        self.assertTrue(self.is_follower(self.stay, self.portal))
        self.assertTrue(message.with_user(self.portal).has_access('read'))
        self.assertEqual(self.stay.email_cc, 'friend@example.org')
        self.assertEqual(self.stay.partner_id, self.customer)
        self.unmerge(self.foreign)
        self.assertEqual({t: self.get_followers(t) for t in self.pair}, before)

    def test_foreign_scheduled_message_becomes_a_note(self):
        scheduled = self.env['mail.scheduled.message'].with_user(self.agent).create({
            'model': self.foreign._name, 'res_id': self.foreign.id, 'body': 'For your eyes only',
            'author_id': self.agent.partner_id.id, 'scheduled_date': '2099-01-01 08:00:00'})
        self.merge(self.foreign, self.stay)
        self.assertTrue(scheduled.is_note)
        self.unmerge(self.foreign)
        self.assertFalse(scheduled.is_note)

    def test_foreign_values_do_not_fill_public_fields(self):
        self.stay.description = False
        self.foreign.user_id = self.assignee
        self.merge(self.foreign, self.stay)
        self.assertFalse(self.stay.description)
        self.assertEqual(self.stay.user_id, self.assignee)

    def test_one_person_with_two_contacts_is_one_customer(self):
        twin = self.make_ticket(name='By address', partner_email='CARLA@customer.example.org')
        twin.partner_id = False
        self.assertFalse(twin._filter_other_customers(self.stay))
        nobody = self.make_ticket(name='Nobody')
        self.assertFalse(nobody._filter_other_customers(self.stay))
        self.env.flush_all()
        namesake = self.make_ticket(name='Two contacts', partner_id=self.env['res.partner'].create(
            {'name': 'Carla again', 'email': 'carla@customer.EXAMPLE.org'}).id)
        self.assertNotEqual(namesake.partner_id, self.stay.partner_id)
        self.assertFalse(namesake._filter_other_customers(self.stay))
        self.assertEqual(
            (namesake | self.dup | self.foreign)._filter_to_tell_of_merge(),
            self.dup | self.foreign, 'one person is told once')
        # the first customer becomes that of a ticket that has none; another is a foreign one
        self.assertEqual((self.stay | self.foreign)._filter_other_customers(nobody), self.foreign)

    # ------------------------------------------------------------------
    # Teams
    # ------------------------------------------------------------------

    def test_out_of_a_private_team_by_administrators_only(self):
        private = self.make_ticket(self.team_private, name='HR', partner_id=self.customer.id)
        self.follow(self.team_private, self.agent)
        message = self.post(private)
        merge = self.env['helpdesk.lite.ticket.merge'].with_user(self.agent).with_context(
            active_ids=(private | self.stay).ids).create({'destination_id': self.stay.id})
        self.assertIn('administrator', merge.refusal)
        with self.assertRaisesRegex(UserError, 'administrator'):
            merge.action_merge()
        self.assertEqual(message.res_id, private.id)
        merge = merge.with_user(self.manager).with_context(
            active_ids=(private | self.stay).ids).create({'destination_id': self.stay.id})
        self.assertFalse(merge.refusal)
        self.assertIn(private.ticket_ref, merge.privacy_warning)
        merge.action_merge()
        self.assertEqual(message.res_id, self.stay.id)

    def test_into_a_private_team_invites_nobody(self):
        private = self.make_ticket(self.team_private, name='HR', partner_id=self.customer.id)
        self.follow(private, self.agent)
        self.follow(self.stay, self.agent_team | self.agent_ticket)
        self.follow(self.team_private, self.agent_team)
        before = {t: self.get_followers(t) for t in private | self.stay}
        self.merge(self.stay, private)
        self.assertTrue(self.is_follower(private, self.agent_team))
        self.assertFalse(self.is_follower(private, self.agent_ticket))
        self.assertFalse(private.with_user(self.agent_ticket).has_access('read'))
        self.unmerge(self.stay)
        self.assertEqual({t: self.get_followers(t) for t in private | self.stay}, before)

    def test_portal_users_do_not_follow_into_a_team_that_is_not_public(self):
        company = self.make_ticket(self.team_company, name='Inside')
        self.foreign.message_subscribe(self.portal_stranger.partner_id.ids)
        self.merge(self.foreign, company, share_between_customers=True)
        self.assertFalse(self.is_follower(company, self.portal_stranger))
        self.assertTrue(self.is_follower(self.foreign, self.portal_stranger))

    def test_undo_invites_no_portal_user_to_a_team_that_closed_meanwhile(self):
        twin = self.make_ticket(name='Twin', partner_id=self.customer.id)
        twin.message_subscribe(self.portal_stranger.partner_id.ids)
        stay = self.make_ticket(
            self.make_team(name='Other public team'), name='S', partner_id=self.customer.id)
        self.merge(twin, stay)
        self.assertTrue(self.is_follower(stay, self.portal_stranger))
        self.team.privacy_visibility = 'internal'
        self.unmerge(twin)
        self.assertFalse(self.is_follower(twin, self.portal_stranger))
        self.assertFalse(self.is_follower(stay, self.portal_stranger))

    def test_undo_gives_a_private_ticket_its_customer_back(self):
        """A portal user who sees nothing of it, and gets its mails."""
        private = self.make_ticket(
            self.team_private, name='HR', partner_id=self.portal.partner_id.id)
        stay = self.make_ticket(name='Nobody')
        before = {t: self.get_followers(t) for t in private | stay}
        self.merge(private, stay, user=self.manager)
        self.assertTrue(self.is_follower(stay, self.portal))
        self.unmerge(private, user=self.manager)
        self.assertEqual({t: self.get_followers(t) for t in private | stay}, before)

    def test_stage_of_another_team_stays(self):
        other = self.make_team(name='Elsewhere')
        ticket = self.make_ticket(other, name='Elsewhere', partner_id=self.customer.id)
        self.merge(ticket, self.stay)
        self.assertEqual((ticket.team_id, ticket.stage_id), (other, self.stage_new))

    # ------------------------------------------------------------------
    # Companies and rights
    # ------------------------------------------------------------------

    def test_not_across_companies(self):
        other = self.make_ticket(self.other_team, name='Other company')
        self.manager.company_ids |= self.other_company
        both = {'allowed_company_ids': (self.company | self.other_company).ids}
        merge = self.env['helpdesk.lite.ticket.merge'].with_user(self.manager).with_context(
            active_ids=(other | self.stay).ids, **both).create({'destination_id': self.stay.id})
        self.assertIn('companies', merge.refusal)
        with self.assertRaisesRegex(UserError, 'companies'):
            merge.action_merge()
        with self.assertRaisesRegex(UserError, 'select again'):
            self.merge(other, self.stay)
        with self.assertRaisesRegex(UserError, 'may not change'):
            other.with_user(self.agent)._merge_into(self.stay.with_user(self.agent))

    def test_assignee_of_fewer_companies_than_whoever_merges(self):
        self.manager.company_ids |= self.other_company
        self.dup.user_id = self.assignee
        merge = self.env['helpdesk.lite.ticket.merge'].with_user(self.manager).with_context(
            active_ids=self.both.ids,
            allowed_company_ids=(self.company | self.other_company).ids).create({})
        merge.action_merge()
        self.assertEqual(self.dup.merged_into_id, self.stay)
        self.assertEqual(self.stay.user_id, self.assignee)
        self.dup.with_env(merge.env).action_unmerge()
        self.assertFalse(self.stay.user_id)

    def test_who_may_not_write_may_not_merge(self):
        private = self.make_ticket(self.team_private, name='HR', partner_id=self.customer.id)
        sources = private.with_user(self.agent)
        with self.assertRaisesRegex(UserError, 'may not change'):
            sources._merge_into(self.stay.with_user(self.agent))
        for user in self.employee, self.portal:
            with self.assertRaises(AccessError):
                self.merge(self.dup, self.stay, user=user)
        self.assertFalse(self.dup.merged_into_id)

    def test_who_may_not_write_may_not_unmerge(self):
        private = self.make_ticket(self.team_private, name='HR', partner_id=self.customer.id)
        self.merge(private, self.stay, user=self.manager)
        with self.assertRaises(AccessError):
            self.unmerge(private)
        with self.assertRaises(AccessError):
            self.unmerge(private, user=self.portal)
        self.unmerge(private, user=self.manager)
        self.assertFalse(private.merged_into_id)

    def test_who_sees_the_ticket_that_stays_by_the_merge_only_may_unmerge(self):
        self.follow(self.dup, self.agent)
        self.merge(self.dup, self.stay)
        self.stay.team_id = self.team_private
        self.assertTrue(self.stay.with_user(self.agent).has_access('write'))
        self.unmerge(self.dup)
        self.assertFalse(self.dup.merged_into_id)
        self.assertFalse(self.stay.with_user(self.agent).has_access('read'))

    def test_links_to_hidden_tickets_show_their_reference_only(self):
        private = self.make_ticket(self.team_private, name='SECRET', partner_id=self.customer.id)
        self.merge(self.dup, private, user=self.manager)
        self.stay.previous_ticket_id = private
        self.env.flush_all()
        self.env.invalidate_all()
        spec = {name: {'fields': {'display_name': {}}}
                for name in ('merged_into_id', 'previous_ticket_id')}
        for user, name in (
            (self.agent, private.ticket_ref), (self.manager, f'SECRET ({private.ticket_ref})'),
        ):
            tickets = self.both.with_user(user)
            stay, dup = tickets.web_read(spec)
            self.assertEqual(dup['merged_into_id']['display_name'], name)
            self.assertEqual(stay['previous_ticket_id']['display_name'], name)
            self.assertEqual(
                tickets.read(list(spec))[0]['previous_ticket_id'], (private.id, name))
            groups = tickets.formatted_read_group(
                [('id', 'in', tickets.ids)], ['previous_ticket_id'], ['__count'])
            self.assertIn((private.id, name), [g['previous_ticket_id'] for g in groups])
            self.assertEqual(tickets[0].sudo().display_name, self.stay.display_name)
        with self.assertRaises(AccessError) as caught:
            private.with_user(self.agent).check_access('read')
        self.assertNotIn('SECRET', str(caught.exception))
        with self.assertRaises(AccessError):
            private.with_user(self.agent).display_name  # noqa: B018 - it raises

    def test_names_of_hidden_tickets_stay_in_mails(self):
        """Whom a mail goes to decides what it says, not who sent it, nor the active company."""
        private = self.make_ticket(self.team_private, name='Wages')
        for user in self.env.ref('base.user_root'), self.portal, self.employee:
            self.assertIn('Wages', private.with_user(user).sudo().display_name)
        self.manager.company_ids |= self.other_company
        foreign = self.make_ticket(self.other_team, name='Abroad').with_user(
            self.manager).with_context(allowed_company_ids=self.company.ids)
        self.assertFalse(foreign.has_access('read'))
        self.assertIn('Abroad', foreign.sudo().display_name)

    def test_nobody_reads_the_journal(self):
        self.merge(self.dup, self.stay)
        for user in self.agent, self.manager, self.portal:
            with self.assertRaises(AccessError):
                self.env['helpdesk.lite.ticket.merge.log'].with_user(user).search([])


@tagged('post_install', '-at_install')
class TestMergeAtOnce(MergeCommon):
    """Two users at once, with transactions of their own."""

    def connect(self):
        cr = db_connect(self.env.cr.dbname).cursor()
        self.addCleanup(cr.close)
        return api.Environment(cr, SUPERUSER_ID, {})

    def make_pair(self):
        env = self.connect()
        team = env['helpdesk.lite.team'].create({
            'name': 'At once', 'use_alias': False, 'merge_notification': False})
        tickets = env['helpdesk.lite.ticket'].create([
            {'name': 'One', 'team_id': team.id}, {'name': 'Two', 'team_id': team.id}])
        env.cr.commit()
        self.addCleanup(self.remove, team.id)
        return tickets.ids

    def remove(self, team_id):
        with closing(db_connect(self.env.cr.dbname).cursor()) as cr:
            env = api.Environment(cr, SUPERUSER_ID, {'active_test': False})
            team = env['helpdesk.lite.team'].browse(team_id)
            team.ticket_ids.merged_into_id = False
            team.ticket_ids.unlink()
            team.unlink()
            # a connection of its own, that the test's rollback doesn't reach
            cr.commit()  # pylint: disable=invalid-commit

    def begin_anew(self, work, env):
        """Call ``work()`` as Odoo's server does: a conflict makes it begin again.

        The server's own function waits for the registry, which Odoo's test runner holds.
        """
        try:
            work()
        except SerializationFailure:
            env.cr.rollback()
            env.transaction.clear()
            work()

    @mute_logger('odoo.sql_db')
    def test_one_wins_and_the_other_is_told(self):
        """The call of the other one meets a conflict, and the server begins it anew."""
        ids = self.make_pair()
        first, second = self.connect(), self.connect()
        second.cr.execute('SELECT 1')  # its snapshot is older than the first one's commit
        result = []

        def merge_second():
            one, two = (second['helpdesk.lite.ticket'].browse(i) for i in ids)
            try:
                self.begin_anew(lambda: one._merge_into(two), second)
            except UserError as error:
                result.append(str(error))
            finally:
                second.cr.rollback()

        one, two = (first['helpdesk.lite.ticket'].browse(i) for i in ids)
        two._merge_into(one)
        thread = threading.Thread(target=merge_second)
        thread.start()
        thread.join(1)
        self.assertTrue(thread.is_alive(), 'the second one waits')
        first.cr.commit()
        thread.join(30)
        self.assertEqual(len(result), 1)
        self.assertIn('was already merged into', result[0])

    @mute_logger('odoo.sql_db')
    def test_nobody_waits_for_ever(self):
        ids = self.make_pair()
        first, second = self.connect(), self.connect()
        one, two = (first['helpdesk.lite.ticket'].browse(i) for i in ids)
        two._merge_into(one)
        self.patch(
            __import__('odoo.addons.helpdesk_lite.models.merge.helpdesk_lite_ticket',
                       fromlist=['x']), 'LOCK_TIMEOUT', '300ms')
        with self.assertRaisesRegex(UserError, 'right now'):
            second['helpdesk.lite.ticket'].browse(ids[0])._merge_into(
                second['helpdesk.lite.ticket'].browse(ids[1]))
        second.cr.rollback()
        first.cr.rollback()
