from time import process_time

from lxml import html

from odoo.tests import BaseCase, tagged
from odoo.tools.mail import html_sanitize

from ..tools import mail_html, quotes
from .reading_threads import THREADS
from .test_gateway import GatewayCommon, make_mail

MARKED = '//*[@data-o-mail-quote]'


def flatten(text):
    return ' '.join(text.replace('\xa0', ' ').replace('\u200b', '').split())


def get_text(body):
    return flatten(' '.join(html.fragment_fromstring(body, create_parent='div').itertext()))


def get_shown(body):
    """What one sees of a message before one opens anything: the web client hides what is marked."""
    tree = html.fragment_fromstring(body, create_parent='div')
    for element in tree.xpath(MARKED):
        if element.getparent() is not None:
            element.drop_tree()
    return flatten(' '.join(tree.itertext()))


@tagged('post_install', '-at_install')
class TestReading(GatewayCommon):
    """Old text of a mail is folded, and nothing new is."""

    def take_in(self, thread):
        sender = f'Carla <carla{THREADS.index(thread)}@customer.example.org>'
        mail = make_mail(self.address, thread.subject, thread.text, sender)
        if thread.text.startswith('<'):
            mail.set_content(thread.text, subtype='html')
        ticket = self.deliver(mail)
        return ticket.message_ids.filtered(lambda message: message.message_type == 'email').body

    def test_threads(self):
        """Of 60 threads no new sentence is hidden, and old ones are in at least 55."""
        folded = []
        for thread in THREADS:
            with self.subTest(thread=thread.name):
                body = self.take_in(thread)
                shown = get_shown(body)
                for sentence in thread.new:
                    self.assertIn(flatten(sentence), shown)
                # an edit, a merge and a copy sanitise a text once more
                self.assertEqual(get_shown(html_sanitize(body, sanitize_style=True)), shown)
                for sentence in thread.old:
                    self.assertIn(flatten(sentence), get_text(body), 'Nothing gets lost')
                if not any(flatten(sentence) in shown for sentence in thread.old):
                    folded.append(thread.name)
        self.assertEqual(len(THREADS), 60)
        self.assertGreaterEqual(len(folded), 55)


@tagged('post_install', '-at_install')
class TestQuotes(BaseCase):
    """The marks alone, without a database."""

    def mark(self, text, subject='Re: Printer', answers=True):
        text = mail_html.read(text)[0] if text.startswith('<') else mail_html.from_plain(text)
        return quotes.mark(text, subject, answers)

    def test_what_stays_visible(self):
        """What only looks like a quotation, or a signature, is no such thing."""
        head = ('<div style="border-top:solid #E1E1E1 1.0pt"><b>From:</b> A &lt;a@x.example&gt;<br>'
                '<b>Sent:</b> Monday<br><b>To:</b> B<br><b>Subject:</b> RE: P</div>')
        for text, subject, answers, shown in (
            ('<p>Yesterday my colleague wrote:</p><p>The fan is loud.</p>', 'Re: P', True,
             'The fan is loud.'),
            (f'<p>Hello</p>{head}<p>The fan is loud.</p>', 'P', False, 'The fan is loud.'),
            (f'{head}<p>The fan is loud.</p>', 'Re: P', True, 'The fan is loud.'),
            (f'<p>Hi</p>{head}<p>Old one</p><p>==&gt; The fan is loud.</p>', 'Re: P', True,
             'The fan is loud.'),
            (f'<p>빨간색으로 답했습니다</p>{head}<p>The fan is loud.</p>', 'Re: P', True,
             'The fan is loud.'),
            (f'<p>Hi</p>{head}<p>Old <font color="#c00000">The fan is loud.</font></p>', 'Re: P',
             True, 'The fan is loud.'),
            ('<p>Hi</p><div class="gmail_signature">Carla</div><p>The fan is loud.</p>', 'P', False,
             'The fan is loud.'),
            ('<div>Hi</div><div>-- <br>Carla</div><div>The fan is loud.</div>', 'P', False,
             'The fan is loud.'),
            ('<p>Hi</p><hr id="stopSpelling"><p>The fan is loud.</p>', 'P', False,
             'The fan is loud.'),
            ('<p>Hi</p><p data-o-mail-quote="1">The fan is loud.</p>', 'P', False,
             'The fan is loud.'),
            ('<p>Hi</p><blockquote>The fan is loud.</blockquote>', 'P', False, 'The fan is loud.'),
            ('Hi\n\n> old\n> old, too\nThe fan is loud.\n', 'P', True, 'The fan is loud.'),
            ('It says\n>>> import fan\n>>> fan.loud()\n', 'P', False, '>>> fan.loud()'),
            ('어제 회사 메일에서 보냈습니다', 'P', False, '어제 회사 메일에서 보냈습니다'),
            ('Hi\n\nSent from my iPhone, the fan is loud\n', 'P', False, 'the fan is loud'),
            ('Colours:\n--\nRed\nBlue\n', 'P', False, 'Blue'),
        ):
            with self.subTest(text=text):
                marked = self.mark(text, subject, answers)
                self.assertIn(shown, get_shown(html_sanitize(marked)))

    def test_lines_and_pictures_behind_a_quotation(self):
        """Odoo's sanitiser and web client hide what has no text behind one."""
        cited = '<blockquote type="cite">Old</blockquote>'
        for text, shown in (
            (f'{cited}One<br>Two<br><br>Three', 'One Two Three'),
            (f'<div>{cited}<div>One</div><br><div>Two</div>{cited}Three<br>Four</div>',
             'One Two Three Four'),
            (f'<p>Hi</p>{cited}<img src="cid:a"><br>One', 'Hi One'),
            (f'<p>Hi</p>{cited}<div><img src="cid:a"></div>', 'Hi'),
        ):
            with self.subTest(text=text):
                body = html_sanitize(self.mark(text))
                tree = html.fragment_fromstring(body, create_parent='div')
                self.assertEqual(get_shown(body), shown)
                self.assertFalse(tree.xpath(
                    '//br[preceding-sibling::*[@data-o-mail-quote]]'
                    '[following-sibling::node()[not(self::*)][normalize-space()]]'))
                self.assertFalse(tree.xpath(
                    '//img[ancestor-or-self::*[@data-o-mail-quote]]'))

    def test_what_is_plain_stays_as_it_is(self):
        for text in ('<p>Hello</p>', '<p>a &amp; b<br>c</p>', '', ' ', '<b>x</b> y'):
            self.assertEqual(quotes.mark(text), text)

    def test_time(self):
        """Texts of a megabyte, made to be slow, take less than two seconds each."""
        for text in (
            'a\n' + '> x\n' * 60_000 + '-- \n' * 39_000, 'On ' * 300_000, '\n' * 900_000,
            '<blockquote>' * 60 + '<p style="color:red">x y</p>' * 30_000,
            '<div>a\n&gt; b</div>' * 40_000, '<br>--' * 100_000, 'From: a\n' * 90_000,
            '<div class="gmail_quote">On a wrote:' * 25_000,
        ):
            with self.subTest(text=text[:40]):
                html_text = (mail_html.read(text)[0] if text.startswith('<')
                             else mail_html.from_plain(text))
                start = process_time()
                quotes.mark(html_text, 'Re: x')
                self.assertLess(process_time() - start, 2)
