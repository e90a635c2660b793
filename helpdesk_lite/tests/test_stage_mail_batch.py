from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import HelpdeskLiteCommon


@tagged('post_install', '-at_install')
class TestStageMailBatch(HelpdeskLiteCommon):
    """Many tickets of one call: each gets its mail, and a broken template costs nobody else's."""

    def _make_template(self, body):
        return self.env['mail.template'].create({
            'name': 'Batch', 'model_id': self.env['ir.model']._get_id('helpdesk.lite.ticket'),
            'subject': 'Arrived', 'body_html': body, 'use_default_to': True,
        })

    def _make_tickets(self, count):
        customers = self.env['res.partner'].create([
            {'name': f'Customer {number}', 'email': f'customer{number}@batch.example.com'}
            for number in range(count)])
        tickets = self.env['helpdesk.lite.ticket'].with_user(self.manager).create([
            {'name': 'Batch', 'team_id': self.team.id, 'partner_id': customer.id}
            for customer in customers])
        self.env.cr.flush()
        return tickets

    def _get_stage_mails(self, tickets):
        return self.env['mail.message'].search([
            ('model', '=', tickets._name), ('res_id', 'in', tickets.ids),
            ('message_type', '=', 'auto_comment')])

    def test_each_of_many_new_tickets_sends_its_mail(self):
        """The hooks run one after the other, not each inside the one before."""
        self.stage_new.template_id = self._make_template('<p>It has arrived.</p>')
        tickets = self._make_tickets(150)
        self.assertEqual(
            sorted(self._get_stage_mails(tickets).mapped('res_id')), sorted(tickets.ids))

    @mute_logger('odoo.addons.mail.models.mail_render_mixin')
    def test_broken_template_says_so_on_each_ticket(self):
        self.stage_new.template_id = self._make_template(
            '<div><p><t t-out="object.no_such_field"/></p></div>')
        with self.assertLogs('odoo.addons.helpdesk_lite', 'WARNING') as logs:
            tickets = self._make_tickets(3)
        self.assertEqual(len(logs.output), 3)
        self.assertFalse(self._get_stage_mails(tickets))
        for ticket in tickets:
            notes = str(ticket.message_ids.mapped('body'))
            self.assertIn('could not be made', notes)
            self.assertIn('no_such_field', notes, 'the note says why')
        self.assertEqual(tickets.stage_id, self.stage_new)

    def test_muted_tickets_stay_muted_beside_others(self):
        self.stage_progress.template_id = self._make_template('<p>We are on it.</p>')
        tickets = self._make_tickets(2)
        tickets[1]._mute_stages()
        tickets.write({'stage_id': self.stage_progress.id})
        self.env.cr.flush()
        self.assertEqual(self._get_stage_mails(tickets).mapped('res_id'), tickets[0].ids)
