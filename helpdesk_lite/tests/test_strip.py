from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .sla_common import SlaCommon, at


@tagged('post_install', '-at_install')
class TestStrip(SlaCommon):
    """An agent's own figures above the dashboard."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_policy('closed', 8)
        cls.make_policy('first_response', 2)

    def get_strip(self, moment, user=None):
        with freeze_time(moment):
            self.env.invalidate_all()
            return self.team.with_user(user or self.agent).personal_strip

    def test_figures(self):
        """Two open ones, of which one is urgent and late; one closed yesterday, one today."""
        own = {'user_id': self.agent.id}
        self.make_at(at(0, 9), priority='3', **own)
        self.make_at(at(1, 8), **own)
        self.make_at(at(1, 8), user_id=self.agent_team.id)
        for day in (0, 1):
            closed = self.make_at(at(day, 8), **own)
            self.answer(closed, at(day, 9))
            self.write_at(closed, at(day, 10), stage_id=self.stage_solved.id)
        strip = self.get_strip(at(1, 12))
        self.assertEqual(
            [(line['name'], line['count'], line['failed'], line['due'])
             for line in strip['lines']],
            [('open', 2, 2, 0), ('high', 0, 0, 0), ('urgent', 1, 1, 0)])
        self.assertEqual((strip['today'], strip['closed']), (1, 2))
        # kept: two answers and two closings; broken: two first answers and one closing
        self.assertEqual((strip['reached'], strip['settled']), (4, 7))

    def test_one_query(self):
        self.make_at(at(0, 9), user_id=self.agent.id)
        team = self.team.with_user(self.agent).with_context(tz='UTC')
        self.assertTrue(team.personal_strip)
        with self.assert_queries(2, self.env):  # and the user
            team.invalidate_recordset(['personal_strip'])
            self.assertTrue(team.personal_strip)

    def test_own_targets(self):
        """Agents set their own targets, and nobody else's."""
        self.agent.with_user(self.agent).write({'helpdesk_lite_target_closed': 9})
        self.assertEqual(self.get_strip(at(0, 9))['target_closed'], 9)
        with self.assertRaises(AccessError):
            self.agent_team.with_user(self.agent).write({'helpdesk_lite_target_closed': 1})
