from datetime import timedelta

from odoo import fields
from odoo.tests import freeze_time, tagged

from .common import HelpdeskLiteHttpCommon, HelpdeskLiteMailCommon

MAIL = """\
From: Somebody <somebody@x.example.org>
To: team-portal@helpdesk.example.com
Subject: Oven is cold
Message-ID: <oven@x.example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

It was warm yesterday.
"""


@tagged('post_install', '-at_install')
class TestSlaUi(HelpdeskLiteMailCommon, HelpdeskLiteHttpCommon):
    """The screens of service levels, used as people use them."""

    def _run(self, tour, login, url):
        self.env.flush_all()
        self.start_tour(url, tour, login=login)
        self.env.invalidate_all()

    def _receive(self):
        with self.mock_mail_gateway():
            ticket_id = self.env['mail.thread'].message_process(None, MAIL.encode())
        return self.env['helpdesk.lite.ticket'].browse(ticket_id)

    def test_from_policy_to_answer(self):
        self._run('helpdesk_lite_sla_policy_tour', 'hdl_manager', '/odoo/helpdesk-lite-sla')
        policy = self.env['helpdesk.lite.sla'].search([
            ('name', '=', 'First answer within 4 hours')])
        self.assertRecordValues(
            policy, [{'target': 'first_response', 'time': 4, 'calendar': 'always'}])
        ticket = self._receive()
        self.assertEqual(ticket.sla_status_ids.sla_id, policy)
        self._run('helpdesk_lite_sla_answer_tour', 'hdl_agent', '/odoo/helpdesk-lite-by-deadline')
        self.assertEqual(ticket.sla_status_ids.state, 'reached')

    def test_card(self):
        self.env['helpdesk.lite.sla'].create({
            'name': 'First answer within 4 hours', 'target': 'first_response', 'time': 4,
            'calendar': 'always', 'company_id': self.company.id})
        with freeze_time(fields.Datetime.now() - timedelta(hours=9)):
            self.make_ticket(name='Oven is cold')
        self._run('helpdesk_lite_sla_card_tour', 'hdl_agent', '/odoo/helpdesk-lite')
