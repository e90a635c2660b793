from datetime import datetime, timedelta
from unittest.mock import patch

from .common import HelpdeskLiteMailCommon

NOW = datetime(2026, 3, 10, 12, 0, 0)


class ClosingCommon(HelpdeskLiteMailCommon):
    """The example that every administrator knows: New, In Progress, Customer Feedback, Done.

    Tickets in Customer Feedback are closed after 7 days of silence.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage_feedback, cls.stage_done = cls.env['helpdesk.lite.stage'].create([
            {'name': 'Customer Feedback', 'sequence': 4},
            {'name': 'Done', 'sequence': 5, 'fold': True},
        ])
        cls.pipeline = cls.stage_new + cls.stage_progress + cls.stage_feedback + cls.stage_done
        cls.closing = cls.make_team(
            name='Closing', alias_name='closing', stage_ids=cls.pipeline.ids,
            auto_close_ticket=True, from_stage_ids=cls.stage_feedback.ids,
            to_stage_id=cls.stage_done.id)
        cls.Ticket = cls.env['helpdesk.lite.ticket']

    def make_silent(self, since, count=1, stage=None, **values):
        """Tickets of the team of whom nothing was heard since then."""
        tickets = self.make_tickets(count, self.closing, **{
            'stage_id': (stage or self.stage_feedback).id, 'last_activity_date': since, **values})
        self.env.cr.flush()
        return tickets

    def run_cron(self):
        """Run the cron as the scheduler does, with its commits simulated, and the mail queue."""
        self.env.cr.flush()
        with self.enter_registry_test_mode():
            self.env.ref('helpdesk_lite.ir_cron_auto_close_ticket').method_direct_trigger()
        self.env.invalidate_all()
        self.env['mail.mail'].search([('state', '=', 'outgoing')]).send()

    def get_logs(self, ticket):
        """The bodies of a ticket's messages, newest first."""
        return [str(message.body) for message in ticket.message_ids]

    def make_template(self, body='<p>Closed now.</p>', **values):
        """A template for tickets, which need not work: Odoo would try it on the first ticket."""
        with patch.object(type(self.env['mail.template']), '_check_can_be_rendered'):
            return self.env['mail.template'].create({
                'name': 'Stage mail', 'model_id': self.env['ir.model']._get_id(self.Ticket._name),
                'subject': 'About your request', 'body_html': body, 'use_default_to': True,
                **values})

    def send_mail(self, ticket, email_from='carla@customer.example.org', extra='', body='Hello'):
        """Let a mail arrive that answers a ticket by the reference in its subject."""
        mail = (f'From: {email_from}\r\nTo: closing@helpdesk.example.com\r\n'
                f'Subject: Re: [{ticket.ticket_ref}] {ticket.name}\r\n'
                f'Message-Id: <{self._testMethodName}-{self.next_number()}@example.org>\r\n{extra}'
                f'Content-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n')
        self.env.cr.flush()
        self.env['mail.thread'].message_process(None, mail.encode())
        self.env.cr.flush()

    def next_number(self):
        self.number = getattr(self, 'number', 0) + 1
        return self.number


def days(number):
    return timedelta(days=number)
