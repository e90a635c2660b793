from odoo.tests import tagged

from .test_gateway import GatewayCommon, make_mail

PLAIN = 'Two  blanks, and <one> line that is long enough to leave a phone\n\n  Regards\nCarla'


@tagged('post_install', '-at_install')
class TestPlainText(GatewayCommon):
    """Lines of a mail without HTML wrap: Odoo's ``<pre>`` is cut off on a phone."""

    def assert_wraps(self, html):
        text = PLAIN.replace('<', '&lt;').replace('>', '&gt;')
        self.assertEqual(html, f'<div style="white-space:pre-wrap">{text}</div>')

    def get_message(self, ticket):
        return ticket.message_ids.filtered(lambda m: m.message_type == 'email')[:1]

    def test_new_ticket(self):
        ticket = self.mail(body=PLAIN)
        self.assert_wraps(ticket.description)
        self.assert_wraps(self.get_message(ticket).body)

    def test_with_a_file(self):
        message = make_mail(self.address, body=PLAIN)
        message.add_attachment(b'x', maintype='text', subtype='x', filename='x.txt')
        self.assert_wraps(self.deliver(message).description)

    def test_answer(self):
        ticket = self.mail()
        self.mail(In_Reply_To=self.get_message(ticket).message_id, body=PLAIN)
        self.assertIn('white-space:pre-wrap', self.get_message(ticket).body)

    def test_quotes_are_folded_still(self):
        ticket = self.mail(body='It burns\n\n> Is it hot?\n-- \nCarla')
        self.assertEqual(ticket.description.count('<span data-o-mail-quote="1">'), 2)

    def test_listing_in_html_stays(self):
        message = make_mail(self.address)
        message.set_content('<p>This is it:</p><pre>a  b</pre>', subtype='html')
        self.assertIn('<pre>a  b</pre>', self.deliver(message).description)
