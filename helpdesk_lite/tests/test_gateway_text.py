import base64

from odoo.tests import tagged
from odoo.tools import html2plaintext

from .test_gateway import NUMBER, GatewayCommon, make_mail

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


@tagged('post_install', '-at_install')
class TestCharsets(GatewayCommon):
    """No mail is lost for how it is encoded."""

    def get_text(self, body, content_type='text/plain'):
        head = (f'From: Carla <carla@customer.example.org>\r\nTo: {self.address}\r\nSubject: x\r\n'
                f'Message-ID: <charset-{next(NUMBER)}@x>\r\n')
        if content_type:
            head += f'MIME-Version: 1.0\r\nContent-Type: {content_type}\r\n'
        return html2plaintext(self.deliver(head.encode() + b'\r\n' + body).description)

    def test_wider_than_their_name(self):
        for charset, codec, text in (
            ('ks_c_5601-1987', 'cp949', '똠방각하'), ('windows-949', 'cp949', '펲시콜라'),
            ('EUC-KR', 'cp949', '뷁'), ('gb2312', 'gbk', '朱镕基'), ('shift_jis', 'cp932', '髙橋'),
        ):
            with self.subTest(charset=charset):
                self.assertEqual(
                    self.get_text(text.encode(codec), f'text/plain; charset={charset}'), text)

    def test_headers(self):
        def encode(text):
            return f'=?ks_c_5601-1987?B?{base64.b64encode(text.encode("cp949")).decode()}?='
        answer = make_mail('TO', body='x', sender='FROM', subject='SUBJECT', Cc='CC').as_bytes()
        for name, value in (
            (b'TO', self.address), (b'FROM', f'{encode("펲시콜라")} <a@x.example.kr>'),
            (b'SUBJECT', f'{encode("똠방")}\r\n {encode("각하")}'),
            (b'CC', f'{encode("뷁뷁이")} <b@x.example.kr>'),
        ):
            answer = answer.replace(name, value.encode())
        ticket = self.deliver(answer)
        self.assertRecordValues(ticket, [{
            'name': '똠방각하', 'partner_name': '펲시콜라',
            'email_cc': '"뷁뷁이" <b@x.example.kr>'}])

    def test_unknown(self):
        for name in ('x-nobody-knows', '"a b"', 'base64'):
            with self.subTest(charset=name):
                self.assertEqual(
                    self.get_text('불'.encode(), f'text/plain; charset={name}'), '불')
        self.assertEqual(self.get_text(
            b'--b\r\nContent-Type: text/plain; charset=x-nobody-knows\r\n\r\nHi\r\n--b--\r\n',
            'multipart/mixed; boundary=b'), 'Hi')

    def test_not_named(self):
        self.assertEqual(self.get_text('불이야'.encode(), ''), '불이야')
        self.assertEqual(self.get_text('불이야!'.encode()), '불이야!')

    def test_nul_in_the_subject(self):
        self.assertEqual(self.deliver(
            f'From: a@x.example.org\r\nTo: {self.address}\r\nMessage-ID: <nul@x>\r\n'
            'Subject: a\0b\r\n\r\nHello'.encode()).name, 'ab')
