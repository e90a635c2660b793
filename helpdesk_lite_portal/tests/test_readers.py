from odoo.tests import tagged

from odoo.addons.helpdesk_lite.tests.common import VISIBILITIES
from odoo.addons.helpdesk_lite.tests.test_access_matrix import MatrixCommon


@tagged('post_install', '-at_install')
class TestPortalReaders(MatrixCommon):
    """Who can see a ticket, with those who see its page in the portal."""

    def test_page(self):
        """For every user: listed under a rule exactly where the page or the ticket opens."""
        users = self.env['res.users'].search([]) | self.stranger
        for visibility in VISIBILITIES:
            for ticket in (self.followed[visibility], self.siblings[visibility]):
                listed = {pid for section in ticket._get_readers() if section.key != 'link'
                          for pid in section.people if section.key != 'mailed'}
                wrong = []
                for user in users:
                    own = ticket.with_user(user)
                    opens = own._is_open_in_portal() or own.has_access('read')
                    if opens != (user.partner_id.id in listed):
                        wrong.append(user.login)
                self.assertFalse(wrong, f'{visibility}, {ticket.name}')

    def test_link(self):
        """Contacts without an account get a link, of public teams only."""
        for visibility, ticket in self.followed.items():
            self.follow(ticket, self.customer)
            keys = {section.key for section in ticket._get_readers()
                    if self.customer.id in section.people}
            self.assertEqual(keys, {'link' if visibility == 'portal' else 'mailed'})
        colleague = next(section for section in self.followed['portal']._get_readers()
                         if section.key == 'colleague')
        self.assertIn(self.employee.partner_id.id, colleague.people)
