from datetime import datetime
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .merge_common import MergeCommon


@tagged('post_install', '-at_install')
class TestMerge(MergeCommon):
    """What goes to the ticket that stays, and what becomes of the others."""

    def test_all_records_move_and_nothing_is_lost(self):
        message = self.post(self.dup, attachments=[('log.txt', b'a file')])
        note = self.dup.with_user(self.agent).message_post(body='A note')
        loose = self.env['ir.attachment'].create({
            'name': 'main.pdf', 'raw': b'%PDF', 'res_model': self.dup._name, 'res_id': self.dup.id})
        activity = self.dup.activity_schedule(
            'mail.mail_activity_data_todo', user_id=self.agent.id, summary='Call')
        self.env.flush_all()
        before = self.count(self.both)
        names = ['author_id', 'date', 'email_from', 'subtype_id', 'body', 'message_id']
        values = (message + note).read(names)
        self.merge(self.dup, self.stay)
        self.assert_nothing_lost(before, self.both)
        self.assertEqual(set((message + note).mapped('res_id')), {self.stay.id})
        self.assertEqual((message + note).read(names), values)
        self.assertEqual((message.attachment_ids + loose).mapped('res_id'), [self.stay.id] * 2)
        self.assertEqual(activity.res_id, self.stay.id)
        self.assertTrue(activity.active)
        self.assertIn(activity, self.stay.activity_ids)

    def test_merged_ticket_is_closed_archived_and_keeps_its_stage(self):
        self.dup.stage_id = self.stage_progress
        self.merge(self.dup, self.stay)
        self.assertRecordValues(self.dup, [{
            'merged_into_id': self.stay.id, 'is_closed': True, 'active': False,
            'stage_id': self.stage_progress.id}])
        self.assertTrue(self.dup.close_date)
        self.assertRecordValues(self.stay, [{
            'merged_into_id': False, 'is_closed': False, 'active': True,
            'stage_id': self.stage_new.id}])
        self.assertIn(self.dup, self.stay.merged_ticket_ids)

    def test_notifications_stars_pins_and_reactions_stay_on_the_messages(self):
        message = self.post(self.dup, partner_ids=self.assignee.partner_id.ids)
        message.write({'pinned_at': datetime(2026, 5, 4, 12)})
        message.starred_partner_ids = self.agent.partner_id
        failed = message.sudo().notification_ids.filtered(
            lambda n: n.res_partner_id == self.customer)
        failed.write({
            'notification_status': 'bounce', 'failure_type': 'mail_bounce',
            'failure_reason': 'mailbox full'})
        notifications = message.sudo().notification_ids
        values = notifications.read()
        self.merge(self.dup, self.stay)
        self.assertEqual(message.sudo().notification_ids, notifications)
        self.assertEqual(notifications.read(), values)
        self.assertEqual(failed.failure_reason, 'mailbox full')
        self.assertEqual(message.pinned_at, datetime(2026, 5, 4, 12))
        self.assertEqual(message.starred_partner_ids, self.agent.partner_id)
        self.unmerge(self.dup)
        self.assertEqual(notifications.read(), values)

    def test_tracked_values_move_without_changing_the_time_in_stages(self):
        for stage in self.stage_progress, self.stage_new:
            self.dup.with_user(self.agent).stage_id = stage
            self.flush_tracking()
        tracking = self.dup.message_ids.sudo().tracking_value_ids
        stages = set(self.dup.duration_tracking)
        self.assertIn(str(self.stage_progress.id), stages)
        self.merge(self.dup, self.stay)
        self.assertEqual(set(tracking.exists().mail_message_id.mapped('res_id')), {self.stay.id})
        self.assertNotIn(str(self.stage_progress.id), self.stay.duration_tracking)
        self.unmerge(self.dup)
        self.assertEqual(set(self.dup.duration_tracking), stages)

    def test_scheduled_message_moves(self):
        scheduled = self.env['mail.scheduled.message'].with_user(self.agent).create({
            'model': self.dup._name, 'res_id': self.dup.id, 'author_id': self.agent.partner_id.id,
            'body': 'Later', 'scheduled_date': fields.Datetime.now().replace(year=2099)})
        self.merge(self.dup, self.stay)
        self.assertEqual(scheduled.res_id, self.stay.id)
        self.assertFalse(scheduled.is_note)
        self.unmerge(self.dup)
        self.assertEqual(scheduled.res_id, self.dup.id)

    def test_rating_moves(self):
        """What was rated goes along, and counts for the other team; a request stays behind."""
        asked = self.dup._make_rating_request()
        rating = self.env['rating.rating'].create({
            'res_model_id': self.env['ir.model']._get_id(self.dup._name), 'res_id': self.dup.id,
            'rating': 5, 'consumed': True, 'message_id': self.post(self.dup).id})
        self.merge(self.dup, self.stay)
        self.assertRecordValues(rating, [{
            'res_id': self.stay.id, 'rating': 5, 'consumed': True,
            'res_name': self.stay.display_name, 'parent_res_id': self.stay.team_id.id}])
        self.assertEqual(self.stay.rating_last_value, 5)
        self.assertEqual(self.env['rating.rating'].search([
            ('access_token', '=', asked.rpartition('/')[2])]).res_id, self.dup.id)
        self.unmerge(self.dup)
        self.assertRecordValues(rating, [{
            'res_id': self.dup.id, 'res_name': self.dup.display_name}])

    def test_first_of_several_customers_becomes_the_customer(self):
        stay = self.make_ticket(name='Empty')
        foreign = self.make_ticket(
            name='Foreign', partner_id=self.portal.partner_id.id, priority='3')
        message = self.post(foreign)
        self.merge(self.dup | foreign, stay)
        self.assertEqual(stay.partner_id, self.customer)
        self.assertTrue(message.is_internal)
        self.assertFalse(self.is_follower(stay, self.portal))

    def test_followers_move_with_their_subtypes(self):
        other = self.env['res.partner'].create({'name': 'Other', 'email': 'other@example.org'})
        self.dup.message_subscribe(other.ids, subtype_ids=self.note.ids)
        self.dup.message_subscribe(self.assignee.partner_id.ids, subtype_ids=self.note.ids)
        self.stay.message_subscribe(self.assignee.partner_id.ids, subtype_ids=self.comment.ids)
        before = {ticket: self.get_followers(ticket) for ticket in self.both}
        counted = self.count(self.both)
        self.merge(self.dup, self.stay)
        self.assert_nothing_lost(counted, self.both)
        after = self.get_followers(self.stay)
        self.assertEqual(after[other], self.note)
        self.assertEqual(after[self.assignee.partner_id], self.comment)
        self.assertIn(self.customer, after)
        self.unmerge(self.dup)
        self.assertEqual({ticket: self.get_followers(ticket) for ticket in self.both}, before)

    def test_tags_and_addresses_are_joined(self):
        tags = self.env['helpdesk.lite.tag'].create([{'name': 'merge A'}, {'name': 'merge B'}])
        self.stay.write({'tag_ids': tags[0].ids, 'email_cc': 'boss@example.org'})
        self.dup.write({'tag_ids': tags.ids,
                        'email_cc': '"The Boss" <Boss@example.org>, aide@example.org'})
        self.merge(self.dup, self.stay)
        self.assertEqual(self.stay.tag_ids, tags)
        self.assertEqual(self.stay.email_cc, 'boss@example.org, aide@example.org')
        self.unmerge(self.dup)
        self.assertEqual(self.stay.tag_ids, tags[0])
        self.assertEqual(self.dup.tag_ids, tags)
        self.assertIn('boss@example.org', self.stay.email_cc)
        self.assertNotIn('aide', self.stay.email_cc)

    def test_empty_fields_are_filled_and_filled_ones_stay(self):
        stay = self.make_ticket(name='Empty', priority='0')
        third = self.make_ticket(
            name='Third', description='<p>third</p>', partner_id=self.customer.id,
            user_id=self.assignee.id)
        self.dup.priority = '3'
        self.merge(self.dup | third, stay)
        self.assertRecordValues(stay, [{
            'name': 'Empty', 'priority': '0', 'partner_id': self.customer.id,
            'partner_email': self.customer.email, 'user_id': self.assignee.id}])
        self.assertEqual(stay.description, self.dup.description)
        self.unmerge(self.dup)
        self.assertEqual(stay.description, third.description)
        self.assertEqual(stay.partner_id, self.customer)
        self.unmerge(third)
        self.assertRecordValues(stay, [{
            'partner_id': False, 'partner_email': False, 'partner_name': False,
            'user_id': False, 'email_normalized': False}])
        self.assertFalse(stay.description)

    def test_what_a_person_changed_since_is_not_undone(self):
        stay = self.make_ticket(name='Empty', partner_id=self.customer.id)
        self.dup.user_id = self.assignee
        self.merge(self.dup, stay)
        self.assertEqual(stay.user_id, self.assignee)
        stay.user_id = self.agent
        stay.description = '<p>Written by hand</p>'
        self.unmerge(self.dup)
        self.assertEqual(stay.user_id, self.agent)
        self.assertIn('by hand', stay.description)

    def test_assignee_who_has_left_is_not_assigned_again(self):
        self.dup.user_id = self.assignee
        self.assignee.active = False
        self.merge(self.dup, self.stay)
        self.assertFalse(self.stay.user_id)

    def test_properties(self):
        self.team.ticket_properties = [
            {'name': 'aaaa', 'string': 'Serial', 'type': 'char'},
            {'name': 'bbbb', 'string': 'Floor', 'type': 'integer'}]
        self.stay.properties = {'aaaa': 'S-1'}
        self.dup.properties = {'aaaa': 'S-2', 'bbbb': 2}
        self.merge(self.dup, self.stay)
        self.assertEqual(dict(self.stay.properties), {'aaaa': 'S-1', 'bbbb': 2})
        self.unmerge(self.dup)
        self.assertEqual(self.stay.properties['aaaa'], 'S-1')
        self.assertFalse(self.stay.properties['bbbb'])
        self.assertEqual(dict(self.dup.properties), {'aaaa': 'S-2', 'bbbb': 2})

    def test_description_becomes_a_message_once(self):
        self.merge(self.dup, self.stay)
        kept = self.stay.message_ids.filtered(lambda m: m.body == self.dup.description)
        self.assertEqual(len(kept), 1)
        self.assertRecordValues(kept, [{
            'author_id': self.customer.id, 'subtype_id': self.comment.id, 'is_internal': False,
            'date': self.dup.creation_date}])
        self.assertFalse(kept.notification_ids)
        self.unmerge(self.dup)
        self.assertFalse(kept.exists())
        self.post(self.dup, body='x').body = self.dup.description
        self.merge(self.dup, self.stay)
        self.assertEqual(
            len(self.stay.message_ids.filtered(lambda m: m.body == self.dup.description)), 1)

    def test_empty_paragraphs_are_no_description(self):
        """An editor leaves them behind in a field that somebody emptied."""
        self.stay.description = self.dup.description
        self.dup.description = '<p><br></p>'
        self.merge(self.stay, self.dup)
        self.assertEqual(self.dup.description, self.stay.description)
        self.unmerge(self.stay)
        self.assertEqual(self.dup.description, '<p><br></p>')
        self.merge(self.dup, self.stay)
        self.assertNotIn('<p><br></p>', self.stay.message_ids.mapped('body'))

    def test_last_activity_and_turn_follow_the_later_one(self):
        self.post(self.stay)
        self.stay.last_activity_date = datetime(2026, 1, 1)
        self.assertEqual(self.stay.waiting_for, 'customer')
        self.dup.message_post(
            body='x', message_type='comment', subtype_xmlid='mail.mt_comment',
            author_id=self.customer.id)
        self.dup.last_activity_date = datetime(2026, 2, 1)
        self.merge(self.dup, self.stay)
        self.assertEqual(self.stay.last_activity_date, datetime(2026, 2, 1))
        self.assertEqual(self.stay.waiting_for, 'desk')
        self.unmerge(self.dup)
        self.assertEqual(self.stay.last_activity_date, datetime(2026, 1, 1))
        self.assertEqual(self.dup.last_activity_date, datetime(2026, 2, 1))
        self.assertEqual(self.stay.waiting_for, 'customer')

    # ------------------------------------------------------------------
    # Chains, closed ones, many
    # ------------------------------------------------------------------

    def test_chain(self):
        third = self.make_ticket(name='Third', partner_id=self.customer.id)
        message = self.post(self.dup)
        before = self.count(self.both | third)
        self.merge(self.dup, self.stay)
        self.merge(self.stay, third)
        self.assertEqual(message.res_id, third.id)
        self.assertEqual(self.dup._get_merge_target(), third)
        with self.assertRaisesRegex(UserError, self.stay.ticket_ref):
            self.unmerge(self.dup)
        self.unmerge(self.stay)
        self.assertEqual(message.res_id, self.stay.id)
        self.assertEqual(self.dup._get_merge_target(), self.stay)
        self.unmerge(self.dup)
        self.assert_restored(before, self.both | third)

    def test_chain_is_unmerged_at_once(self):
        third = self.make_ticket(name='Third', partner_id=self.customer.id)
        self.post(self.dup)
        before = self.count(self.both | third)
        self.merge(self.dup, self.stay)
        self.merge(self.stay, third)
        self.unmerge(self.dup + self.stay)
        self.assertFalse(self.both.merged_into_id)
        self.assert_restored(before, self.both | third)

    def test_closed_tickets(self):
        self.dup.stage_id = self.stage_solved
        self.dup.close_date = datetime(2026, 3, 1)
        self.merge(self.dup, self.stay)
        self.assertTrue(self.dup.is_closed)
        self.assertEqual(self.dup.close_date, datetime(2026, 3, 1))
        self.unmerge(self.dup)
        self.assertRecordValues(self.dup, [{
            'active': True, 'is_closed': True, 'close_date': datetime(2026, 3, 1),
            'reopen_count': 0}])

    def test_open_ticket_is_open_again_as_if_never_closed(self):
        self.merge(self.dup, self.stay)
        self.unmerge(self.dup)
        self.assertRecordValues(self.dup, [{
            'active': True, 'is_closed': False, 'close_date': False, 'reopen_count': 0,
            'merged_into_id': False, 'reopen_stage_id': False}])

    def test_stage_that_was_folded_meanwhile_counts(self):
        self.merge(self.dup, self.stay)
        self.stage_new.fold = True
        self.unmerge(self.dup)
        self.assertTrue(self.dup.is_closed)
        self.assertTrue(self.dup.close_date)

    def test_archived_ticket_is_archived_again(self):
        self.dup.active = False
        self.merge(self.dup, self.stay)
        self.unmerge(self.dup)
        self.assertFalse(self.dup.active)
        self.assertFalse(self.dup.is_closed)

    def test_new_messages_stay_where_they_came(self):
        old = self.post(self.dup)
        self.merge(self.dup, self.stay)
        new = self.post(self.stay, attachments=[('new.txt', b'new')])
        self.unmerge(self.dup)
        self.assertEqual(old.res_id, self.dup.id)
        self.assertEqual(new.res_id, self.stay.id)
        self.assertEqual(new.attachment_ids.res_id, self.stay.id)

    def test_undo_of_one_leaves_what_another_brought_too(self):
        third = self.make_ticket(name='Third', partner_id=self.customer.id)
        tag = self.env['helpdesk.lite.tag'].create({'name': 'merge C'})
        for ticket in self.dup | third:
            ticket.tag_ids = tag
            ticket.email_cc = 'aide@example.org'
            ticket.message_subscribe(self.assignee.partner_id.ids)
        followers = {t: self.get_followers(t) for t in self.both | third}
        self.merge(self.dup | third, self.stay)
        self.unmerge(self.dup)
        self.assertEqual(self.stay.tag_ids, tag)
        self.assertEqual(self.stay.email_cc, 'aide@example.org')
        self.assertTrue(self.is_follower(self.stay, self.assignee))
        self.assertTrue(self.is_follower(self.dup, self.assignee))
        self.unmerge(third)
        self.assertFalse(self.stay.tag_ids)
        self.assertFalse(self.stay.email_cc)
        self.assertEqual({t: self.get_followers(t) for t in self.both | third}, followers)

    def test_200_at_once(self):
        tickets = self.make_tickets(200, partner_id=self.customer.id, description='<p>Same</p>')
        self.env['mail.message'].create([{
            'model': tickets._name, 'res_id': ticket.id, 'body': 'x', 'message_type': 'comment',
            'subtype_id': self.comment.id} for ticket in tickets])
        self.team.merge_notification = False
        self.flush_tracking()
        before = self.count(tickets)
        sources = (tickets - tickets[0]).with_user(self.agent)
        with self.assert_queries(100, self.env):
            sources._merge_into(tickets[0].with_user(self.agent))
            self.flush_tracking()
        self.assertEqual(
            len(sources.sudo().message_ids.tracking_value_ids.filtered(
                lambda value: value.field_id.name == 'is_closed')), 199)
        self.assert_nothing_lost(before, tickets)
        self.assertEqual(tickets[0].merged_ticket_ids, tickets - tickets[0])
        sources.action_unmerge()
        self.assert_restored(before, tickets)

    def test_all_or_nothing(self):
        before = self.count(self.both)
        Log = type(self.env['helpdesk.lite.ticket.merge.log'])
        with self.assertRaises(ZeroDivisionError), mute_logger('odoo.sql_db'), \
                self.env.cr.savepoint(), patch.object(Log, '_add_tags', lambda *a: 1 / 0):
            self.merge(self.dup, self.stay)
        self.env.invalidate_all()
        self.assertEqual(self.count(self.both), before)
        self.assertFalse(self.dup.merged_into_id)

    # ------------------------------------------------------------------
    # What is refused
    # ------------------------------------------------------------------

    def test_into_itself(self):
        with self.assertRaisesRegex(UserError, 'at least two'):
            self.merge(self.stay, self.stay)
        with self.assertRaises(ValidationError):
            self.stay.merged_into_id = self.stay

    def test_already_merged(self):
        third = self.make_ticket(name='Third')
        self.merge(self.dup, self.stay)
        with self.assertRaisesRegex(UserError, f'{self.dup.ticket_ref} was already merged into'):
            self.merge(self.dup, third)
        with self.assertRaisesRegex(UserError, 'already merged'):
            self.merge(third, self.dup)

    def test_unmerge_of_what_is_not_merged(self):
        with self.assertRaisesRegex(UserError, "isn't merged"):
            self.unmerge(self.stay)

    def test_merged_ticket_is_not_unarchived_by_hand(self):
        self.merge(self.dup, self.stay)
        with self.assertRaisesRegex(UserError, 'Unmerge'):
            self.dup.with_user(self.agent).action_unarchive()

    def test_ticket_that_stays_is_not_deleted(self):
        message = self.post(self.dup)
        self.merge(self.dup, self.stay)
        with self.assertRaises(UserError):
            self.stay.with_user(self.manager).unlink()
        self.assertTrue(message.exists())

    def test_lines_that_were_taken_out_are_not_merged(self):
        third = self.make_ticket(name='Third')
        merge = self.env['helpdesk.lite.ticket.merge'].with_user(self.agent).create({
            'destination_id': self.stay.id,
            'line_ids': [Command.create({'ticket_id': t.id}) for t in self.both | third]})
        merge.line_ids.filtered(lambda line: line.ticket_id == third).unlink()
        merge.action_merge()
        self.assertEqual(self.stay.merged_ticket_ids, self.dup)
        self.assertFalse(third.merged_into_id)
