from lxml import etree

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .closing_common import ClosingCommon


@tagged('post_install', '-at_install')
class TestClosingTeam(ClosingCommon):
    """The team's section Self-Service: its defaults, and what it refuses."""

    def make(self, *stages, **values):
        pipeline = self.env['helpdesk.lite.stage'].union(*stages)
        return self.make_team(stage_ids=pipeline.ids, **values).with_user(self.manager)

    def make_stage(self, sequence, fold=False):
        return self.env['helpdesk.lite.stage'].create({
            'name': f'Stage {sequence}', 'sequence': sequence, 'fold': fold})

    # ------------------------------------------------------------------
    # The stage to move to
    # ------------------------------------------------------------------

    def test_defaults(self):
        team = self.make(self.stage_new, self.stage_progress, self.stage_done)
        self.assertFalse(team.auto_close_ticket)
        self.assertEqual(team.auto_close_day, 7)
        self.assertFalse(team.from_stage_ids)
        self.assertEqual(team.to_stage_id, self.stage_done, 'the only folded one')
        self.assertFalse(team.auto_close_warn)
        self.assertEqual(team.reopen_policy, 'reopen')

    def test_first_folded_of_several(self):
        first, second = self.make_stage(8, fold=True), self.make_stage(9, fold=True)
        self.assertEqual(self.make(second, self.stage_new, first).to_stage_id, first)

    def test_none_folded(self):
        team = self.make(self.stage_progress, self.stage_new)
        self.assertEqual(team.to_stage_id, self.stage_progress, 'the last one')

    def test_follows_the_pipeline_until_chosen(self):
        team = self.make(self.stage_new, self.stage_done)
        other = self.make_stage(9, fold=True)
        team.stage_ids = [Command.link(other.id)]
        self.assertEqual(team.to_stage_id, self.stage_done)
        other.sequence = 4
        self.assertEqual(team.to_stage_id, other, 'it is the first folded now')
        other.fold = False
        self.assertEqual(team.to_stage_id, self.stage_done)
        self.stage_done.fold = False
        self.assertEqual(team.to_stage_id, self.stage_done, 'the last, none being folded')
        team.stage_ids = [Command.unlink(self.stage_done.id)]
        self.assertEqual(team.to_stage_id, other)
        self.assertFalse(team.to_stage_chosen)

    def test_kept_once_chosen(self):
        other = self.make_stage(9, fold=True)
        team = self.make(self.stage_new, self.stage_done, other)
        team.to_stage_id = other
        earlier = self.make_stage(2, fold=True)
        team.stage_ids = [Command.link(earlier.id)]
        other.fold = False
        self.assertEqual(team.to_stage_id, other)

    def test_the_default_can_be_chosen(self):
        team = self.make(self.stage_new, self.stage_done)
        team.to_stage_id = self.stage_done
        earlier = self.make_stage(2, fold=True)
        team.stage_ids = [Command.link(earlier.id)]
        self.assertEqual(team.to_stage_id, self.stage_done)

    def test_emptied_is_the_default_again(self):
        other = self.make_stage(9, fold=True)
        team = self.make(self.stage_new, self.stage_done, other, to_stage_id=other.id)
        self.assertEqual(team.to_stage_id, other)
        team.to_stage_id = False
        self.assertEqual(team.to_stage_id, self.stage_done)
        self.assertFalse(team.to_stage_chosen)

    def test_in_the_form(self):
        """A pipeline that is changed in the form is no choice of the stage to move to."""
        other = self.make_stage(9, fold=True)
        with Form(self.env['helpdesk.lite.team'].with_user(self.manager)) as form:
            form.name = 'By form'
            form.stage_ids.clear()
            form.stage_ids.add(self.stage_new)
            form.stage_ids.add(other)
            form.auto_close_ticket = True
            self.assertEqual(form.to_stage_id, other)
        team = form.record
        self.assertFalse(team.to_stage_chosen)
        with Form(team) as form:
            form.stage_ids.add(self.stage_done)
            self.assertEqual(form.to_stage_id, self.stage_done)
        self.assertEqual(team.to_stage_id, self.stage_done)
        self.assertFalse(team.to_stage_chosen)
        with Form(team) as form:
            form.to_stage_id = other
        self.assertTrue(team.to_stage_chosen)
        earlier = self.make_stage(2, fold=True)
        with Form(team) as form:
            form.stage_ids.add(earlier)
        self.assertEqual(team.to_stage_id, other)

    def test_stages_that_a_new_team_leaves_out(self):
        """The target follows what is on the screen before the team is saved, step by step."""
        with Form(self.env['helpdesk.lite.team'].with_user(self.manager)) as form:
            form.name = 'New'
            form.auto_close_ticket = True
            stages = self.env['helpdesk.lite.stage'].browse(form.stage_ids.ids)
            kept = stages.filtered(lambda stage: not stage.fold)
            self.assertEqual(form.to_stage_id, (stages - kept)[:1])
            for stage in stages - kept:
                form.stage_ids.remove(id=stage.id)
            self.assertEqual(form.to_stage_id, kept[-1:])
        self.assertEqual(form.record.to_stage_id, kept[-1:])
        self.assertFalse(form.record.to_stage_chosen)

    def test_blank_form_changes_no_stage(self):
        """A browser would keep sending what it shall change of a stage that was removed."""
        Team = self.env['helpdesk.lite.team'].with_user(self.manager)
        form = etree.fromstring(Team.get_view(view_type='form')['arch'])
        columns = form.xpath("//field[@name='stage_ids']/list//field/@name")
        answer = Team.onchange({}, [], {'stage_ids': {'fields': {name: {} for name in columns}}})
        commands = [command[0] for command in answer['value']['stage_ids']]
        self.assertEqual(set(commands), {Command.LINK})

    # ------------------------------------------------------------------
    # Stages that leave the team
    # ------------------------------------------------------------------

    def test_chosen_stage_leaves(self):
        other = self.make_stage(9, fold=True)
        team = self.make(self.stage_new, self.stage_done, other, to_stage_id=other.id)
        team.stage_ids = [Command.unlink(other.id)]
        self.assertEqual(team.to_stage_id, self.stage_done)
        self.assertFalse(team.to_stage_chosen)

    def test_chosen_stage_is_archived_or_deleted(self):
        for method in ('action_archive', 'unlink'):
            other = self.make_stage(9, fold=True)
            team = self.make(self.stage_new, self.stage_done, other, to_stage_id=other.id)
            getattr(other, method)()
            self.assertEqual(team.to_stage_id, self.stage_done)

    def test_chosen_stage_leaves_by_its_teams(self):
        other = self.make_stage(9, fold=True)
        team = self.make(self.stage_new, self.stage_done, other, to_stage_id=other.id,
                         from_stage_ids=self.stage_new.ids, auto_close_ticket=True)
        other.team_ids = [Command.unlink(team.id)]
        self.stage_new.with_user(self.manager).team_ids = [Command.unlink(team.id)]
        self.assertEqual(team.to_stage_id, self.stage_done)
        self.assertFalse(team.from_stage_ids)
        self.assertFalse(team.auto_close_ticket, 'an empty list would watch every open stage')
        self.assertIn('switched off', str(team.message_ids[0].body))

    def test_pipeline_changes_around_a_watched_stage(self):
        """To fold it, or to delete the one behind it, is not refused, whoever's team watches it."""
        self.closing.to_stage_id = False
        self.assertEqual(self.closing.to_stage_id, self.stage_done)
        self.stage_feedback.fold = True
        self.assertEqual(self.closing.to_stage_id, self.stage_done)
        self.assertFalse(self.closing.to_stage_chosen)
        self.pipeline.fold = False
        self.stage_feedback.sequence = 9
        self.assertEqual(self.closing.to_stage_id, self.stage_done)
        self.stage_done.unlink()
        self.assertEqual(self.closing.to_stage_id, self.stage_progress)
        self.closing.from_stage_ids = False
        self.stage_feedback.sequence = 10
        self.assertEqual(self.closing.to_stage_id, self.stage_feedback)
        with self.assertRaisesRegex(ValidationError, 'both watched'):
            self.closing.from_stage_ids = self.stage_feedback

    def test_watched_stages_leave(self):
        for method in ('action_archive', 'unlink'):
            first, second = self.make_stage(6), self.make_stage(7)
            team = self.make(first, second, self.stage_done, auto_close_ticket=True,
                             from_stage_ids=(first + second).ids)
            getattr(first, method)()
            self.assertEqual(team.with_context(active_test=False).from_stage_ids, second)
            self.assertTrue(team.auto_close_ticket)
            getattr(second, method)()
            self.assertFalse(team.with_context(active_test=False).from_stage_ids)
            self.assertFalse(team.auto_close_ticket)

    # ------------------------------------------------------------------
    # Errors and warnings
    # ------------------------------------------------------------------

    def assert_refused(self, text, team, **values):
        with self.assertRaises(ValidationError) as error, self.env.cr.savepoint():
            team.write(values)
        self.assertIn(text, str(error.exception))

    def test_days(self):
        team = self.closing.with_user(self.manager)
        for days in (0, -1, False):
            self.assert_refused('at least 1 day', team, auto_close_day=days)
        team.auto_close_day = 1

    def test_target_among_the_watched(self):
        team = self.closing.with_user(self.manager)
        self.assert_refused(
            "can't be both", team, from_stage_ids=(self.stage_feedback + self.stage_done).ids)
        self.assert_refused("can't be both", team, to_stage_id=self.stage_feedback.id)

    def test_stages_of_other_teams(self):
        team, foreign = self.closing.with_user(self.manager), self.make_stage(9)
        for values in ({'to_stage_id': foreign.id}, {'from_stage_ids': foreign.ids}):
            self.assert_refused('Choose one of: Test New, Test Progress', team, **values)

    def test_warning_days(self):
        team = self.closing.with_user(self.manager)
        for days in (0, 7, 8):
            self.assert_refused(
                'before their ticket is closed', team, auto_close_warn=True,
                auto_close_warn_day=days)
        self.assert_refused('template', team, auto_close_warn=True,
                            auto_close_warn_template_id=False)
        self.assert_refused('negative', team, reopen_day=-1)

    def test_unfolded_target_warns(self):
        team = self.closing.with_user(self.manager)
        self.assertFalse(team.to_stage_warning)
        self.stage_done.fold = False
        self.assertIn('Done', team.to_stage_warning)
        self.assertIn('stay open', team.to_stage_warning)
        team.auto_close_ticket = False
        self.assertFalse(team.to_stage_warning)

    # ------------------------------------------------------------------
    # A new team
    # ------------------------------------------------------------------

    def test_new_team_builds_its_own_pipeline(self):
        """As the manual's example does: the default stages go, four others come, then Save."""
        own = [self.make_stage(sequence, fold=sequence == 94) for sequence in (91, 92, 93, 94)]
        for auto_close in (False, True):
            with self.subTest(auto_close=auto_close):
                form = Form(self.env['helpdesk.lite.team'].with_user(self.manager))
                form.name = 'A new team'
                form.auto_close_ticket = auto_close
                for stage in own:
                    form.stage_ids.add(stage)
                for stage in self.env['helpdesk.lite.team']._default_stage_ids():
                    form.stage_ids.remove(id=stage.id)
                self.assertEqual(form.to_stage_id, own[-1], 'it follows what is on the screen')
                team = form.save()
                self.assertEqual(team.to_stage_id, own[-1])
                self.assertFalse(team.to_stage_chosen)

    def test_new_team_without_folded_stage(self):
        """Of none that is folded the last one, on a new team as well."""
        own = [self.make_stage(sequence) for sequence in (91, 92)]
        form = Form(self.env['helpdesk.lite.team'].with_user(self.manager))
        form.name = 'A new team'
        for stage in own:
            form.stage_ids.add(stage)
        for stage in self.env['helpdesk.lite.team']._default_stage_ids():
            form.stage_ids.remove(id=stage.id)
        form.auto_close_ticket = True
        self.assertIn('stay open', form.to_stage_warning)
        self.assertEqual(form.save().to_stage_id, own[-1])
