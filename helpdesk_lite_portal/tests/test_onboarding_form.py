from odoo.tests import tagged

from odoo.addons.helpdesk_lite.tests.common import HelpdeskLiteCommon


@tagged('post_install', '-at_install')
class TestOnboardingForm(HelpdeskLiteCommon):
    """Until its first ticket, a team's pipeline names the public form, too."""

    def get_help(self, user):
        return self.team.with_user(user).action_view_tickets()['help']

    def test_form(self):
        self.team.use_website_form = True
        for user in (self.manager, self.agent):
            self.assertIn(f'href="{self.team.website_form_url}"', self.get_help(user))

    def test_no_form_yet(self):
        self.assertIn('switch it on', self.get_help(self.manager))
        self.assertNotIn('public form', self.get_help(self.agent))
