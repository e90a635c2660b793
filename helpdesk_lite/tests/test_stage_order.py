from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import HelpdeskLiteCommon


@tagged('post_install', '-at_install')
class TestStageOrder(HelpdeskLiteCommon):
    """A drag in one team's pipeline moves no other team's stages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Stage = cls.env['helpdesk.lite.stage']
        cls.early, cls.late = Stage.create([
            {'name': 'Early', 'sequence': 1, 'team_ids': cls.team_company.ids},
            {'name': 'Late', 'sequence': 2, 'team_ids': cls.team_company.ids},
        ])
        cls.a, cls.b, cls.c = Stage.create([
            {'name': name, 'sequence': sequence, 'team_ids': False}
            for name, sequence in (('A', 40), ('B', 50), ('C', 60))])
        cls.own_team = cls.make_team(name='Own', stage_ids=(cls.a + cls.b + cls.c).ids)
        cls.mixed = cls.make_team(
            name='Mixed', stage_ids=(cls.a + cls.early + cls.late + cls.c).ids)

    def drag(self, *stages, user=None, team=None):
        ids = [stage.id for stage in stages]
        Stage = self.env['helpdesk.lite.stage'].with_user(user or self.manager)
        return Stage.with_context(default_team_id=(team or self.own_team).id).browse(
            ids).web_resequence({'sequence': {}}, field_name='sequence', offset=0)

    def names(self, team):
        return ' '.join(team.stage_ids.sorted().mapped('name'))

    def said(self):
        self.env['bus.bus'].search([]).unlink()
        return lambda: ' '.join(self.env['bus.bus'].search([]).mapped('message'))

    def test_others_keep_their_places(self):
        before = self.names(self.team_company)
        for dragged, own, mixed in (
            ((self.b, self.a), 'B A C', 'Early Late A C'),
            ((self.c, self.b, self.a), 'C B A', 'Early Late C A'),
            ((self.a, self.b, self.c), 'A B C', 'Early Late A C'),
        ):
            with self.subTest(own=own):
                self.drag(*dragged)
                self.assertEqual((self.names(self.own_team), self.names(self.mixed)), (own, mixed))
                self.assertEqual(self.names(self.team_company), before)

    def test_equal_numbers(self):
        """Stages with one number are ordered by id, which a drag overcomes, too."""
        (self.a + self.b + self.c + self.early + self.late).sequence = 7
        self.drag(self.c, self.a, self.b)
        self.assertEqual(self.names(self.own_team), 'C A B')
        self.assertEqual(
            self.names(self.team_company).split()[-2:], ['Early', 'Late'], 'untouched')

    def test_drag_at_the_client(self):
        """What the browser reads back is what it needs to drag on: growing numbers."""
        numbers = [values['sequence'] for values in self.drag(self.c, self.b, self.a)]
        self.assertEqual(numbers, sorted(set(numbers)))

    def test_says_what_else_moved(self):
        said = self.said()
        self.drag(self.c, self.a)
        self.env.cr.precommit.run()
        self.assertIn('Mixed', said())
        self.assertNotIn('Own', said())
        said = self.said()
        self.drag(self.b, self.a)
        self.env.cr.precommit.run()
        self.assertFalse(said(), 'B is in no other pipeline')

    def test_agents_drag_nothing(self):
        with self.assertRaises(AccessError):
            self.drag(self.b, self.a, user=self.agent)
        self.assertEqual(self.names(self.own_team), 'A B C')

    def test_drag_in_the_form(self):
        """The form's list numbers what was dragged by itself: 40, 41, 42."""
        self.own_team.with_user(self.manager).write({'stage_ids': [
            Command.update(self.c.id, {'sequence': 40}),
            Command.update(self.a.id, {'sequence': 41}),
            Command.update(self.b.id, {'sequence': 42, 'description': 'Both'})]})
        self.assertEqual(self.names(self.own_team), 'C A B')
        self.assertEqual(self.b.description, 'Both')
        self.assertEqual(self.names(self.mixed), 'Early Late C A')
        self.assertEqual((self.a + self.b + self.c).mapped('sequence'), [50, 60, 40])

    def test_hidden_teams_are_a_number(self):
        """Whoever sees a stage by one team reads no name of another that they don't see."""
        self.early.team_ids += self.team_private
        with Form(self.early.with_user(self.agent)) as form:
            self.assertEqual(
                set(form.shared_team_names.split(', ')),
                {self.team_company.name, self.mixed.name, "teams that you don't see: 1"})
        self.assertIn(
            self.team_private.name, self.early.with_user(self.manager).shared_team_names)
