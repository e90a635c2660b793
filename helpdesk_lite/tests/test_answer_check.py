from odoo.tests import BaseCase

from ..tools.answer_check import find_common_text, find_placeholder, get_text, says_attached

NOTE = 'The customer owes us 400 euro and has lied about the date of purchase twice.'
KOREAN_NOTE = (
    '고객이 작년에도 같은 방법으로 환불을 요구한 적이 있으니 이번에는 반드시 '
    '영수증을 먼저 확인하고 답변해 주세요')
# text, languages: the word that says so
ATTACHED = (
    ('Please see the attached file.', ('en_US',), 'attached'),
    ('Please see the Attachment!', (), 'attachment'),
    ('I unattached it.', ('en_US',), None),
    ('The line is detached.', ('en_US',), None),
    ('파일을 첨부합니다.', ('ko_KR',), '첨부'),
    ('파일을 첨부합니다.', ('en_US',), None),
    ('Anbei die Rechnung.', ('de_DE',), 'anbei'),
    ('Vous trouverez ci-joint la facture.', ('fr_FR',), 'ci-joint'),
    ('Le adjunto la factura.', ('es_ES',), 'adjunto'),
    ('Le adjunto la factura.', ('de_DE', 'es_ES'), 'adjunto'),
    ('請見附件。', ('zh_TW',), '附件'),
    ('It is attached.', ('xx_XX',), 'attached'),
    ('', ('en_US',), None),
)
PLACEHOLDERS = (
    ('Dear [name],', '[name]'),
    ('Dear [Name des Kunden],', '[Name des Kunden]'),
    ('Dear {{ object.partner_id.name }},', '{{ object.partner_id.name }}'),
    ('Dear {{', '{{'),
    ('Dear <name>,', '<name>'),
    ('Dear XXX,', 'XXX'),
    ('안녕하세요 [고객명] 님', '[고객명]'),
    ('As in [1], see [HD00042].', None),
    ('Size XXL, and XX.', None),
    ('Write to Carla <carla@customer.example.org>.', None),
    ('See <https://example.org>.', None),
    ('a < b, and c > d', None),
    ('A [list that goes on and on and on and on and on] here', None),
)
COMMON = (
    ('Well, the CUSTOMER owes us 400 euro - and has lied.', [NOTE], [],
     'the customer owes us 400 euro and has'),
    ('The customer owes us 400 euro.', [NOTE], [], None),
    ('The customer owes us 400 euro and has lied.', [NOTE], [NOTE], None),
    ('The customer owes us 400 euro and has lied.', [], [], None),
    ('we do it as it is to be', ['we do it as it is to be'], [], None),  # eight words say little
    (KOREAN_NOTE, [KOREAN_NOTE[:60]], [], KOREAN_NOTE[:44]),
    ('これは内部のメモです。' * 9, ['これは内部のメモです。' * 9], [], True),
)


class TestAnswerCheck(BaseCase):
    """What is asked before an answer is sent."""

    def test_attached(self):
        for text, languages, expected in ATTACHED:
            with self.subTest(text):
                self.assertEqual(says_attached(text, languages), expected)

    def test_placeholders(self):
        for text, expected in PLACEHOLDERS:
            with self.subTest(text):
                self.assertEqual(find_placeholder(text), expected)

    def test_common(self):
        for text, secrets, known, expected in COMMON:
            with self.subTest(text):
                found = find_common_text(text, secrets, known)
                if expected is True:
                    self.assertTrue(found)
                elif expected is None:
                    self.assertIsNone(found)
                else:
                    self.assertTrue(found.startswith(expected[:20]), found)

    def test_text(self):
        """Only what one wrote oneself counts: no quotation, no signature."""
        for body, text in (
                ('<p>Hi &lt;name&gt;</p><p>Bye</p>', 'Hi <name>'),
                ('<p>Hi</p><div data-o-mail-quote="1">-- <br/>Old</div>', 'Hi'),
                ('<blockquote>Old</blockquote>', ''), ('', ''), (False, '')):
            with self.subTest(body):
                self.assertEqual(get_text(body).strip().split('\n')[0], text)
