"""What a mail says: one text as HTML, and its files as they came."""

import mimetypes
import re
from dataclasses import dataclass
from urllib.parse import unquote

from . import mail_charset, mail_header, mail_html
from .mail_calendar import read_invitation
from .mail_parts import MAILS, REPORTS, SIGNED, clean_name

SEPARATE = ('text/calendar', 'text/vcard', 'text/x-vcard', 'text/directory', 'text/css',
            'text/x-amp-html', 'text/watch-html', *REPORTS)
ENDINGS = {'text/calendar': '.ics', 'text/vcard': '.vcf', 'text/x-vcard': '.vcf',
           'image/jpeg': '.jpg', 'application/pkcs7-mime': '.p7m', 'application/pdf': '.pdf',
           'application/x-pkcs7-mime': '.p7m'}
META_CHARSET = re.compile(rb'charset\s{0,5}=\s{0,5}["\']?([\w-]{1,40})', re.IGNORECASE)
PICTURE = re.compile(r'data:image/(png|jpe?g|gif|webp|bmp);base64,', re.IGNORECASE)
PICTURE_END = re.compile(r'["\'\s)>]')
SMALL_PICTURE = 2_000  # characters; such stay in the text
SAFE_ID = re.compile(r'[\w.@$+-]{1,200}\Z', re.ASCII)


@dataclass
class File:
    """A file of a mail, as it came."""

    name: str
    type: str
    data: bytes
    cid: str = ''


class Content:
    """The texts and files of a mail's parts; `complete` tells whether all of them were read.

    Of alternatives one is shown. Attached mails are files: their text isn't the sender's.

    :param mail_parts.Parts parts: those of the mail
    :param limits: see ``mail_bytes.Limits``
    """

    def __init__(self, parts, limits):
        self.parts = parts
        self.limits = limits
        self.complete = parts.complete
        self.files = []
        self.texts = []  # (whether it is HTML, text)
        self._read_parts()
        if not self.texts and not self.files and parts.body.strip():
            self.complete = False

    @staticmethod
    def _is_blank(part):
        text = part.get_data()[0].decode('latin-1')
        return not mail_html.count_signs(mail_html.get_text(text).replace('\xa0', ''))

    def _read_parts(self):
        parts = self.parts.found
        chosen = self._choose()
        left = self.limits.text
        for part in parts:
            if self._is_text(part):
                if chosen.get(part.branches and id(part), True):
                    left -= self._read_text(part, left)
            elif not (part.type in ('text/x-amp-html', 'text/watch-html') and part.branches):
                self._add_file(part)
        if not self.texts:
            for part in parts:
                if part.type == 'text/calendar':
                    text = read_invitation(self._decode(part)[0])
                    if text:
                        self.texts.append((False, text))

    @staticmethod
    def _is_text(part):
        return (part.type.startswith('text/') and part.type not in SEPARATE and not part.name
                and part.disposition != 'attachment')

    def _choose(self):
        """Of alternatives the last that is HTML and says something, else the last that does."""
        choices = {}  # number of the alternative -> {branch: (rank, branch)}
        for part in filter(self._is_text, self.parts.found):
            for number, branch in part.branches:
                rank = (self._rank(part), branch)
                best = choices.setdefault(number, {})
                best[branch] = max(best.get(branch, rank), rank)
        taken = {number: max(branches.values())[1] for number, branches in choices.items()}
        return {
            id(part): all(taken.get(number, branch) == branch for number, branch in part.branches)
            for part in self.parts.found}

    def _rank(self, part):
        """2 for HTML, 1 for other text, 0 for none."""
        data = part.body[:self.limits.text]
        if part.type != 'text/html':
            return 1 if data.strip() else 0
        blank = self._is_blank(part) and b'<img' not in part.get_data()[0].lower()
        return 0 if blank else 2

    def _decode(self, part):
        data, whole = part.get_data()
        charset = part.parameters.get('charset', '')
        if part.type == 'text/html' and not charset and (meta := META_CHARSET.search(data[:2048])):
            charset = meta[1].decode('ascii', 'replace')
        text, exact = mail_charset.read(data, charset)
        if not whole or not exact:
            self.complete = False
        return text, exact

    def _read_text(self, part, left):
        """Add a text, up to what is left of the limit; return its length."""
        text, exact = self._decode(part)
        if not exact:
            self._add_file(part)
        is_html = part.type == 'text/html'
        if is_html:
            text = self._take_pictures(text)
        if len(text) > left:
            self.complete = False
            text = text[:max(left, 0)]
        length = len(text)
        if is_html:
            text, whole = mail_html.read(text)
            self.complete = self.complete and whole
        else:
            text = mail_charset.strip_control(text)
        if text.strip():
            self.texts.append((is_html, text))
        return length

    def _take_pictures(self, text):
        """Make files of pictures that stand in the HTML itself: a screenshot has megabytes."""
        pieces, position = [], 0
        while picture := PICTURE.search(text, position):
            end = PICTURE_END.search(text, picture.end())
            end = end.start() if end else len(text)
            pieces.append(text[position:picture.start()])
            if end - picture.start() < SMALL_PICTURE or len(self.files) >= self.limits.parts:
                pieces.append(text[picture.start():end])
            else:
                ending = picture[1].lower()
                cid = f'picture{len(self.files) + 1}@helpdesk_lite'
                data, _whole = mail_header.read_base64(
                    unquote(text[picture.end():end]).encode('ascii', 'replace'))
                self.files.append(File(
                    f'picture{len(self.files) + 1}.{ending}', f'image/{ending}', data, cid))
                pieces.append(f'cid:{cid}')
            position = end
        return ''.join(pieces) + text[position:]

    def get_html(self):
        """One text of all."""
        pieces = [text if is_html else mail_html.from_plain(text) for is_html, text in self.texts]
        if len(pieces) > 1 and any(is_html for is_html, _text in self.texts):
            pieces = [f'<div>{piece}</div>' for piece in pieces if piece]
        return ''.join(pieces)

    def _add_file(self, part):
        if part.type in MAILS and part.depth == 0 and not part.body.strip():
            return
        data, whole = part.get_data()
        self.complete = self.complete and whole
        cid = unquote(part.cid)
        self.files.append(File(
            self._get_name(part, data), part.type, data, cid if SAFE_ID.match(cid) else ''))

    def _get_name(self, part, data):
        name = part.name
        if part.type in MAILS:
            if not name:
                fields, _body = mail_header.split(data[:20_000])
                name = clean_name(mail_header.read_text(
                    mail_header.get(fields, 'subject')[:1_000]).replace('/', '-')) or 'mail'
            return name if name.lower().endswith(('.eml', '.msg')) else f'{name}.eml'
        if name:
            return name
        ending = ENDINGS.get(part.type) or mimetypes.guess_extension(part.type) or ''
        if part.type == 'text/calendar':
            return 'invite.ics'
        if part.type in SIGNED:
            return 'smime.p7m'
        stem = 'image' if part.type.startswith('image/') else 'attachment'
        number = len(self.files) + 1
        return f'{stem}{number if number > 1 else ""}{ending}'

