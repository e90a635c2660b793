from odoo.tests import tagged

from .rpc_common import RpcCommon


@tagged('post_install', '-at_install')
class TestTrustRpc(RpcCommon):
    """Whatever RPC can call tells nothing of what one may not see, and does nothing to it.

    The methods are read from the registry, so that new ones are called, too.
    """

    def check(self, person):
        user = getattr(self, person)
        findings = self.attack(user, self.get_methods())
        self.assertFalse(findings, '\n'.join(findings))

    def test_methods_are_found(self):
        found = self.get_methods()
        for model, name in (
                ('helpdesk.lite.ticket', 'message_post'), ('helpdesk.lite.ticket', 'write'),
                ('helpdesk.lite.ticket', 'action_unmerge'), ('helpdesk.lite.team', 'read'),
                ('helpdesk.lite.ticket.merge', 'action_merge'), ('mail.thread', 'message_process'),
                ('mail.template', 'send_mail_batch')):
            self.assertIn((model, name), found)
        for name in ('message_new', 'message_update', 'message_route', 'message_parse'):
            self.assertNotIn(('helpdesk.lite.ticket', name), found)

    def test_calls_reach_what_they_name(self):
        """The same calls do tell and change something where the caller may."""
        findings = self.attack(self.manager, [
            ('helpdesk.lite.ticket', name) for name in (
                'read', 'search_read', 'web_read', 'export_data', 'name_search', 'write',
                'message_post', 'action_archive', 'unlink', 'activity_schedule')])
        told = {line.split()[0].split('.')[-1] for line in findings}
        self.assertEqual(told, {
            'read', 'search_read', 'web_read', 'export_data', 'name_search', 'write',
            'message_post', 'action_archive', 'unlink', 'activity_schedule'})

    def test_stranger(self):
        self.check('stranger')

    def test_portal(self):
        self.check('portal')

    def test_portal_stranger(self):
        self.check('portal_stranger')

    def test_employee(self):
        self.check('employee')

    def test_agent(self):
        self.check('agent')

    def test_other_manager(self):
        self.check('other_manager')

    def test_other_agent(self):
        self.check('other_agent')
