from odoo.tests import tagged

from .common import HelpdeskLiteHttpCommon


@tagged('post_install', '-at_install')
class TestLinksScreen(HelpdeskLiteHttpCommon):
    """Splitting, links and an incident in a browser."""

    def test_split_and_incident(self):
        customer = self.customer
        parent, child = self.make_tickets(2, partner_id=customer.id)
        parent.name = 'Outage'
        child.parent_ticket_id = parent
        parent.message_post(
            body='And my printer burns', author_id=customer.id, message_type='comment',
            subtype_xmlid='mail.mt_comment')
        parent.stage_id = self.stage_solved
        self.start_tour(
            f'/odoo/helpdesk.lite.ticket/{parent.id}', 'helpdesk_lite_links_tour',
            login='hdl_agent')
        self.assertTrue(child.is_closed)
        made = self.env['helpdesk.lite.ticket'].search([('name', 'like', 'Outage (from')])
        self.assertEqual(made.partner_id, customer)
        self.assertEqual(made.with_user(self.agent).related_ticket_ids, parent)
