"""What visitors send: names, texts and files that nobody has looked at yet."""

import re
import unicodedata

MEGABYTE = 1024 * 1024
NAME_LENGTH = 120
CLEANED = 100  # characters around a text that may be blanks


def clean_text(value, limit=4096, *, lines=False):
    """What a visitor typed, without what PostgreSQL can't store and no screen shows.

    :param value: a parameter of a request: a text, a file, a list, nothing
    :param int limit: how many characters it may have; of a text that is far longer only its
        beginning is looked at, which is too long, too
    :param bool lines: keep line breaks and tabs
    :return: a stripped text, empty for anything that isn't one
    """
    if not isinstance(value, str):
        return ''
    if len(value) > 2 * limit + CLEANED:
        value = f'{value[:limit]}{"…" * CLEANED}'
    value = value.replace('\r\n', '\n').encode('utf-8', 'ignore').decode()
    kept = '\n\t' if lines else ''
    return ''.join(
        char if char in kept or unicodedata.category(char) not in ('Cc', 'Cs') else ' '
        for char in value).replace('\x00', '').strip()


def clean_filename(name):
    """The last part of a file's name, without the folders that some browsers send along."""
    name = re.split(r'[/\\]', clean_text(name or ''))[-1].strip(' .')
    if len(name) > NAME_LENGTH:
        stem, dot, extension = name.rpartition('.')
        kept = f'{dot}{extension}' if stem and len(extension) <= 10 else ''
        name = (stem or name)[:NAME_LENGTH - len(kept)] + kept
    return name or 'file'


def read_files(uploads, max_files, max_megabytes, env):
    """Read what a form uploaded.

    :param uploads: ``FileStorage`` of werkzeug; a field that was left empty is one, too
    :param env: to translate with
    :return: ``([(name, content)], error or None)``
    """
    uploads = [upload for upload in uploads if upload.filename]
    if len(uploads) > max_files:
        return [], env._('These are %(count)s files. At most %(limit)s can be sent at once.',
                     count=len(uploads), limit=max_files)
    files = []
    for upload in uploads:
        name = clean_filename(upload.filename)
        upload.seek(0)  # the request may be handled again; Odoo rewinds one file of each field
        content = upload.read(max_megabytes * MEGABYTE + 1)
        if not content:
            return [], env._('The file "%s" is empty.', name)
        if len(content) > max_megabytes * MEGABYTE:
            return [], env._('The file "%(name)s" is too large. A file may have %(limit)s MB.',
                         name=name, limit=max_megabytes)
        files.append((name, content))
    return files, None
