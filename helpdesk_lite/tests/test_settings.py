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

    def test_switches(self):
        """The switches stand for the addons that they install."""
        self.assertEqual(
            self._open_settings().module_helpdesk_lite_portal,
            self.env['ir.module.module']._get('helpdesk_lite_portal').state == 'installed')
