import time

from odoo.tests import BaseCase, tagged
from odoo.tools import html_sanitize

from odoo.addons.helpdesk_lite.tools.boxed_html import box_html, clean_style

from .common import HelpdeskLiteCommon

OVERLAY = (
    '<a href="https://evil.example.com/web/login" style="position:fixed;top:0;left:0;width:100%;'
    'height:100%;z-index:99999;background:#fff;display:block;color:#333">Your session has expired.'
    '</a><p>Hello, my invoice is wrong.</p>')
# What it is and what is left of it: (HTML, what must be there, what must not)
CASES = (
    (OVERLAY, ('Your session has expired.', 'my invoice is wrong', 'background-color:#fff'),
     ('position', 'z-index', 'top:', 'left:')),
    ('<div class="modal show d-flex fixed-top o_dialog text-muted">x</div>',
     ('class="text-muted"',), ('modal', 'fixed', 'o_dialog')),
    ('<p class="mt-n5 vh-100 position-absolute stretched-link offcanvas">x</p>', ('<p>x</p>',), ()),
    ('<p style="margin-top:-900px;transform:scale(9);width:100vw;height:99999px">x</p>',
     ('<p>x</p>',), ()),
    ('<p id="close_ticket" name="x" tabindex="1" contenteditable="true" popover>x</p>',
     ('<p>x</p>',), ()),
    (('<form action="//evil"><input name="login"><select><option>o</option></select><button '
     'formaction="//evil">Go</button><textarea>t</textarea></form>'), ('Go',),
     ('<form', '<input', '<button', '<select', '<textarea', 'evil')),
    (('<base href="//evil"><meta http-equiv="refresh" content="0;url=//evil"><link rel="icon" '
     'href="//evil"><style>p{position:fixed}</style><p>x</p>'), ('<p>x</p>',), ('evil', 'fixed')),
    (('<svg onload="a"><image href="//evil"/><script>a()</script></svg><math href="//evil">m</math>'
     '<iframe src="//evil"></iframe><object data="//evil">o</object><embed src="//evil"><p>x</p>'),
     ('<p>x</p>',), ('evil', 'script', 'svg')),
    (('<video poster="//evil" autoplay><source src="//evil"></video><audio src="//evil"></audio>'
     '<picture><source srcset="//evil"><img src="cid:a"></picture>'), ('src="cid:a"',), ('evil',)),
    (('<table background="//evil"><tr><td style="background-image:url(//evil);background:url(//e);'
     'list-style:url(//evil);cursor:url(//evil);content:url(//evil)">x</td></tr></table>'),
     ('<td>x</td>',), ('evil', 'url')),
    ('<img src="https://evil.example.com/a.png" srcset="//evil 1x" alt="Logo" onerror="a()">',
     ('data-original-src="https://evil.example.com/a.png"', 'alt="Logo"',
      '<a href="https://evil.example.com/a.png"'), (' src=', 'srcset', 'onerror')),
    ('x<img src="//evil/t.gif" width="1" height="1">y', ('xy',), ('evil', '<img')),
    (('<img src="/web/session/logout"><img src="/web/image/../session/logout"><img src="/\\evil/x">'
     '<img src="/\t/evil"><img src="data:image/svg+xml;base64,AA"><img src="javascript:a()">'),
     (), ('logout', 'src="/', 'svg', 'javascript')),
    ('<img src="/web/image/3?access_token=t"><img src="data:image/png;base64,AA==">',
     ('src="/web/image/3?access_token=t"', 'src="data:image/png;base64,AA=="'), ()),
    ('<a href=" java\tscript:a()">a</a><a href="data:text/html,x">b</a><a href="vbscript:x">c</a>',
     ('<a>a</a><a>b</a><a>c</a>',), ()),
    ('<a href="mailto:a@example.com">a</a><a href="https://example.com">b</a>',
     ('href="mailto:a@example.com"', 'rel="noreferrer noopener"', 'target="_blank"'), ()),
    (('<div data-embedded="video" data-embedded-props="{}">v</div><a data-bs-toggle="modal" '
     'data-bs-target="#x" data-oe-model="x" href="#">w</a>'), ('v', 'w'),
     ('embedded', 'data-bs')),
    ('<dialog open>d</dialog><details open><summary>s</summary>t</details><marquee>m</marquee>',
     ('d', 's', 't', 'm'), ('<dialog', '<details', '<marquee', ' open')),
    ('<o:p>Outlook</o:p><x-y>own</x-y><font size="2" color="red" face="Arial">f</font>',
     ('Outlook', 'own', '<font size="2" color="red" face="Arial">f</font>'), ('o:p', 'x-y')),
    ('<table width="600" border="0"><tr><td width="99999" colspan="3" valign="top">c',
     ('<table width="600" border="0">', '<td colspan="3" valign="top">c</td>'), ()),
    ('<p>Fish &amp; chips &lt;b&gt; \u00a0 똠방</p>', ('Fish &amp; chips &lt;b&gt;', '똠방'), ()),
    ('Text <b>alone</b>\x00\x08 and\ud800 more', ('Text <b>alone</b> and more',), ()),
    ('<p>one</p><!-- a comment --><?php x ?><p>two</p>', ('one', 'two'), ('comment', 'php')),
)
STYLES = {
    'color:red;position:fixed': 'color:red', 'POSITION:FIXED': '', 'color : RED': 'color:RED',
    'color:red !important': 'color:red', 'background:yellow': 'background-color:yellow',
    'background:url(x)': '', 'color:rgb(1, 2, 3)': 'color:rgb(1, 2, 3)', 'c\\olor:red': '',
    'color:red/*;*/position:fixed': '', 'width:calc(9999px)': '', 'width:1e9px': '',
    'margin:0 0 0 -1in': '', 'letter-spacing:-0.5px': 'letter-spacing:-0.5px',
    'font-size:12pt;line-height:1.5': 'font-size:12pt; line-height:1.5', 'font-size:900px': '',
    'width:100vw': '', 'width:100%': 'width:100%', 'white-space:pre-wrap': 'white-space:pre-wrap',
    'font-family:"맑은 고딕", serif': 'font-family:"맑은 고딕", serif', 'font-family:"x': '',
    'color:var(--x)': '', 'color:expression(a())': '',
    'border:1px solid #ccc': 'border:1px solid #ccc',
    'width:+99999px': '', 'width:9999999999999999px': '', 'padding:1..2px': '', '': '', ';;:': '',
}
# Forty times as much costs forty times as much, and not a thousand
HOSTILE = (
    '<x encoding="', '<o:', '<!--', '<a ', '<div>', '<b><i>', '<zz>t</zz>', '<style>x</style>t',
    '<',
    '<img src=http://x/y>t', '<p style="color:red;', '<p class="modal ', '&', '</p>', '<table><td>',
    '<![CDATA[', '<?', '<pre> </pre> ',
)


class TestBoxHtml(BaseCase):
    """What strangers write stays in its box: the table of what is left of what."""

    def test_cases(self):
        for text, kept, dropped in CASES:
            with self.subTest(ascii(text[:60])):
                boxed = box_html(text)
                for part in kept:
                    self.assertIn(part, boxed)
                for part in dropped:
                    self.assertNotIn(part, boxed)

    def test_styles(self):
        for style, kept in STYLES.items():
            self.assertEqual(clean_style(style), kept, style)

    def test_again_changes_nothing(self):
        for text, _kept, _dropped in CASES:
            once = html_sanitize(box_html(text), sanitize_attributes=True, sanitize_style=True)
            twice = html_sanitize(box_html(once), sanitize_attributes=True, sanitize_style=True)
            self.assertEqual(twice, once)

    def test_nothing_but_comments(self):
        self.assertEqual(box_html('<!-- a --><!-- b -->'), '')

    def test_quotes_are_still_told(self):
        for text in (
            '<div class="gmail_quote">On Monday<blockquote>q</blockquote></div>',
            '<hr id="stopSpelling"><div>q</div>',
            '<div id="x_divRplyFwdMsg">From</div><div>q</div>',
            '<div>\n&gt; quoted\n&gt; lines\n</div>',
        ):
            self.assertIn('data-o-mail-quote', html_sanitize(box_html(text)), text)

    def test_time_is_linear(self):
        for part in HOSTILE:
            start = time.process_time()
            box_html(part * (1_000_000 // len(part)))
            self.assertLess(time.process_time() - start, 5, part)


@tagged('post_install', '-at_install')
class TestBoxedFields(HelpdeskLiteCommon):
    """Descriptions and messages of strangers, on every way that they come."""

    def assert_boxed(self, text):
        self.assertIn('my invoice is wrong', text)
        for word in ('position', 'z-index', 'modal'):
            self.assertNotIn(word, text)

    def test_description(self):
        ticket = self.make_ticket(description=OVERLAY)
        self.assert_boxed(ticket.description)
        ticket.with_user(self.agent).description = f'<div class="modal">{OVERLAY}</div>'
        self.assert_boxed(ticket.description)
        ticket.invalidate_recordset()
        self.assert_boxed(ticket.description)

    def test_mail_and_its_ticket(self):
        mail = (f'From: mallory@customer.example.com\nTo: {self.team.alias_email}\nSubject: x\n'
                f'Message-ID: <overlay@x>\nMIME-Version: 1.0\nContent-Type: text/html\n\n{OVERLAY}')
        ticket = self.env['helpdesk.lite.ticket'].browse(
            self.env['mail.thread'].message_process(False, mail))
        self.assert_boxed(ticket.description)
        message = ticket.message_ids.filtered(lambda message: message.message_type == 'email')
        self.assert_boxed(message.body)
        self.assertEqual(message.body, ticket.description)

    def test_message_of_a_customer_by_rpc(self):
        ticket = self.make_ticket(partner_id=self.portal.partner_id.id)
        message = ticket.message_post(
            body=f'<div class="modal">{OVERLAY}</div>', body_is_html=True, message_type='comment',
            author_id=self.portal.partner_id.id, subtype_xmlid='mail.mt_comment')
        self.assert_boxed(message.body)
        message.with_user(self.portal).write({'body': f'<p class="modal">{OVERLAY}</p>'})
        self.assert_boxed(message.body)
        message = self.env['mail.message'].with_context(
            default_model=ticket._name, default_body=f'<p class="modal">{OVERLAY}</p>').create({
                'res_id': ticket.id, 'author_id': self.portal.partner_id.id})
        self.assert_boxed(message.body)

    def test_messages_of_agents_and_of_others_stay(self):
        """What an agent writes, and what belongs to other applications, is Odoo's matter."""
        body = '<p class="my-class">Hello</p>'
        for record, author in (
            (self.make_ticket(), self.agent.partner_id), (self.customer, self.portal.partner_id),
        ):
            message = record.message_post(
                body=body, body_is_html=True, author_id=author.id, message_type='comment')
            self.assertIn('my-class', message.body)
            message.sudo().body = body
            self.assertIn('my-class', message.body)

    def test_team_description_covers_nothing(self):
        self.team.with_user(self.manager).description = OVERLAY
        self.assert_boxed(self.team.description)
