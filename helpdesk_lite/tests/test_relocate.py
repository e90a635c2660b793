from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import Form, tagged

from .closing_common import ClosingCommon

WAYS = (('unlink', ()), ('action_archive', ()), ('write', ({'active': False},)))


@tagged('post_install', '-at_install')
class TestRelocate(ClosingCommon):
    """Deleting or archiving stages and teams asks where the tickets go, and loses none."""

    def setUp(self):
        super().setUp()
        self.tickets = self.make_tickets(
            3, self.closing, stage_id=self.stage_feedback.id, partner_id=self.customer.id)
        self.tickets[0].active = False
        self.env.cr.flush()

    def open_wizard(self, records, operation):
        """The wizard as the button of the question opens it, for an administrator."""
        records = records.with_user(self.manager).with_context(helpdesk_lite_ask=True)
        if operation == 'archive':
            action = records.action_archive()
        else:
            with self.assertRaises(RedirectWarning) as error:
                records.unlink()
            action = error.exception.args[1]
        self.env.invalidate_all()
        return Form(self.env[action['res_model']].with_user(self.manager).with_context(
            **action['context']))

    # ------------------------------------------------------------------
    # Stages
    # ------------------------------------------------------------------

    def test_refused_without_asking(self):
        stage = self.stage_feedback.with_user(self.manager)
        for method, args in WAYS:
            with self.assertRaises(UserError) as error:
                getattr(stage, method)(*args)
            self.assertIn('holds tickets: 3', str(error.exception))
        self.assertTrue(stage.active)

    def test_delete_stage(self):
        self.stage_progress.template_id = self.make_template()
        form = self.open_wizard(self.stage_feedback, 'delete')
        self.assertEqual(form.ticket_count, 3)
        with form.line_ids.edit(0) as line:
            self.assertEqual(line.ticket_count, 3)
            self.assertEqual(line.stage_id, self.stage_progress, 'the nearest open stage')
        before = self.tickets.mapped('last_activity_date')
        with self.mock_mail_gateway():
            form.save().action_apply()
            self.env.cr.flush()
            self.assertFalse(self._mails)
        self.assertFalse(self.stage_feedback.exists())
        self.assertEqual(self.tickets.stage_id, self.stage_progress)
        self.assertEqual(self.tickets.mapped('last_activity_date'), before, 'housekeeping')
        self.assertFalse(self.tickets[0].active)
        for ticket in self.tickets:
            self.assertEqual(
                ticket.message_ids[0].sudo().tracking_value_ids.new_value_char, 'Test Progress')

    def test_mails_if_wanted(self):
        self.stage_progress.template_id = self.make_template()
        form = self.open_wizard(self.stage_feedback, 'delete')
        form.send_mails = True
        with self.mock_mail_gateway():
            form.save().action_apply()
            self.env.cr.flush()
            self.assertEqual(len(self._new_mails), 3)

    def test_archive_stage_into_a_folded_one(self):
        form = self.open_wizard(self.stage_feedback, 'archive')
        with form.line_ids.edit(0) as line:
            line.stage_id = self.stage_done
        form.save().action_apply()
        self.assertFalse(self.stage_feedback.active)
        self.assertEqual(self.tickets.stage_id, self.stage_done)
        self.assertTrue(all(self.tickets.mapped('is_closed')))

    def test_each_team_has_its_own_line(self):
        other = self.make_team(
            name='Other', stage_ids=(self.stage_new + self.stage_feedback).ids)
        ticket = self.make_ticket(other, stage_id=self.stage_feedback.id)
        form = self.open_wizard(self.stage_feedback, 'delete')
        wizard = form.save()
        self.assertEqual(len(wizard.line_ids), 2)
        wizard.action_apply()
        self.assertEqual(ticket.stage_id, self.stage_new)
        self.assertEqual(self.tickets.stage_id, self.stage_progress)

    def test_only_stage_of_a_team(self):
        only = self.env['helpdesk.lite.stage'].create({'name': 'Only', 'sequence': 9})
        self.make_ticket(self.make_team(stage_ids=only.ids))
        wizard = self.open_wizard(only, 'delete').save()
        with self.assertRaises(UserError) as error:
            wizard.action_apply()
        self.assertIn('no other stage', str(error.exception))
        self.assertTrue(only.exists())

    def test_tickets_of_another_company(self):
        self.other_team.stage_ids += self.stage_feedback
        self.make_ticket(self.other_team, stage_id=self.stage_feedback.id)
        wizard = self.open_wizard(self.stage_feedback, 'delete').save()
        self.assertEqual((wizard.ticket_count, wizard.has_hidden_tickets), (3, True))
        with self.assertRaises(UserError):
            wizard.action_apply()
        self.assertEqual(self.tickets.stage_id, self.stage_feedback, 'all or nothing')

    def test_empty_stage_goes_without_question(self):
        stage = self.env['helpdesk.lite.stage'].create({'name': 'Empty', 'sequence': 9})
        asking = stage.with_user(self.manager).with_context(helpdesk_lite_ask=True)
        asking.action_archive()
        self.assertFalse(stage.active)
        asking.unlink()
        self.assertFalse(stage.exists())

    def test_agents_may_not(self):
        with self.assertRaises(AccessError):
            self.env['helpdesk.lite.stage.delete'].with_user(self.agent).create(
                {'stage_ids': self.stage_feedback.ids})
        with self.assertRaises(AccessError):
            self.env['helpdesk.lite.team.delete'].with_user(self.agent).create(
                {'team_ids': self.closing.ids})

    # ------------------------------------------------------------------
    # Teams
    # ------------------------------------------------------------------

    def make_closed(self):
        self.tickets[1].stage_id = self.stage_done
        self.env.cr.flush()

    def test_team_refused_without_asking(self):
        team = self.closing.with_user(self.manager)
        for method, args in WAYS:
            with self.assertRaises(UserError):
                getattr(team, method)(*args)
        self.assertTrue(team.active)

    def test_delete_team(self):
        """Closed tickets stay closed and open ones open, also where the stages are others."""
        self.make_closed()
        form = self.open_wizard(self.closing, 'delete')
        self.assertEqual((form.open_count, form.closed_count), (2, 1))
        form.destination_id = self.team
        form.save().action_apply()
        self.assertFalse(self.closing.exists())
        self.assertEqual(self.tickets.team_id, self.team)
        self.assertEqual(self.tickets.mapped('is_closed'), [False, True, False])
        self.assertEqual(self.tickets[1].stage_id, self.stage_solved)
        self.assertEqual(self.tickets[2].stage_id, self.stage_new)
        self.assertEqual(sum(self.tickets.mapped('reopen_count')), 0)

    def test_archive_team_with_its_closed_tickets(self):
        self.make_closed()
        form = self.open_wizard(self.closing, 'archive')
        form.tickets = 'open'
        form.destination_id = self.team
        form.save().action_apply()
        self.assertFalse(self.closing.active)
        self.assertEqual(self.tickets[1].team_id, self.closing)
        self.assertEqual((self.tickets - self.tickets[1]).team_id, self.team)

    def test_archive_team_with_all_its_tickets(self):
        form = self.open_wizard(self.closing, 'archive')
        form.tickets = 'none'
        form.save().action_apply()
        self.assertFalse(self.closing.active)
        self.assertEqual(self.tickets.team_id, self.closing)

    def test_team_without_open_tickets_is_archived_at_once(self):
        self.tickets.stage_id = self.stage_done
        self.closing.with_user(self.manager).with_context(helpdesk_lite_ask=True).action_archive()
        self.assertFalse(self.closing.active)

    def test_no_destination(self):
        wizard = self.env['helpdesk.lite.team.delete'].with_user(self.manager).create(
            {'team_ids': self.closing.ids})
        with self.assertRaises(UserError):
            wizard.action_apply()
        wizard.destination_id = self.other_team.sudo().id
        with self.assertRaises(AccessError):
            wizard.action_apply()
        self.assertEqual(self.tickets.team_id, self.closing)
