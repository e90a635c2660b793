from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import HelpdeskLiteCommon

FIELDS = (
    'use_alias', 'privacy_visibility', 'auto_assignment', 'assign_method', 'auto_close_ticket',
    'auto_close_day',
)


@tagged('post_install', '-at_install')
class TestSettings(HelpdeskLiteCommon):
    """Settings ‣ Helpdesk: what new teams start with."""

    def _open_settings(self, **values):
        return self.env['res.config.settings'].create(values)

    def _make_team(self):
        return self.env['helpdesk.lite.team'].with_user(self.manager).create({'name': 'A new team'})

    def test_nothing_saved(self):
        """What the page shows before anybody saved it is what a team gets."""
        self.env['ir.default'].search([('field_id.model', '=', 'helpdesk.lite.team')]).unlink()
        settings, team = self._open_settings(), self._make_team()
        for name in FIELDS:
            self.assertEqual(settings[f'default_{name}'], team[name], name)

    def test_new_teams_start_with_it(self):
        """Saved values hold for new teams, and change no team that exists."""
        values = {
            'use_alias': False, 'privacy_visibility': 'internal', 'auto_assignment': True,
            'assign_method': 'balanced', 'auto_close_ticket': True, 'auto_close_day': 30,
        }
        before = self.team.read(FIELDS)
        self._open_settings(
            **{f'default_{name}': value for name, value in values.items()}).set_values()
        self.assertRecordValues(self._make_team(), [values])
        self.assertEqual(self.team.read(FIELDS), before)
        self.assertRecordValues(
            self._open_settings(), [{f'default_{name}': value for name, value in values.items()}])

    def test_inactive_period(self):
        """No setting may keep teams from being made; a hidden one is put right."""
        for days in (0, -3):
            with self.subTest(days=days), self.assertRaises(ValidationError) as caught:
                self._open_settings(
                    default_auto_close_ticket=True, default_auto_close_day=days).set_values()
            self.assertIn('at least 1 day', str(caught.exception))
            self._open_settings(
                default_auto_close_ticket=False, default_auto_close_day=days).set_values()
            self.assertEqual(self._make_team().auto_close_day, 7)

    def test_address_without_the_switch(self):
        """A team that is given an address uses it, and its form says so."""
        self._open_settings(default_use_alias=False).set_values()
        Team = self.env['helpdesk.lite.team'].with_user(self.manager)
        team = self._make_team()
        self.assertRecordValues(team, [{'use_alias': False, 'alias_name': False}])
        team.alias_name = 'late'
        self.assertRecordValues(team, [{'use_alias': True, 'alias_name': 'late'}])
        early = Team.create({'name': 'x', 'alias_name': 'early'})
        self.assertRecordValues(early, [{'use_alias': True, 'alias_name': 'early'}])
        off = Team.create({'name': 'x', 'alias_name': 'never', 'use_alias': False})
        self.assertRecordValues(off, [{'use_alias': False, 'alias_name': False}])
        early.write({'alias_name': 'never', 'use_alias': False})
        self.assertRecordValues(early, [{'use_alias': False, 'alias_name': False}])

    def test_switches(self):
        """The switches stand for the addons that they install."""
        self.assertEqual(
            self._open_settings().module_helpdesk_lite_portal,
            self.env['ir.module.module']._get('helpdesk_lite_portal').state == 'installed')
