"""Merge a fresh .pot into an addon's translations; runs in the virtual environment (polib).

    python scripts/catalogues.py <exported .pot> <i18n folder>
"""

import sys
from pathlib import Path

import polib

# What Odoo writes into each export: it would make every catalogue stale at once.
VOLATILE = ('POT-Creation-Date', 'PO-Revision-Date', 'Last-Translator', 'Language-Team')


def read_template(path):
    """The exported template without what changes from one export to the next."""
    template = polib.pofile(str(path), wrapwidth=78)
    for name in VOLATILE:
        template.metadata.pop(name, None)
    template.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ''))
    for entry in template:
        entry.occurrences.sort()
    return template


def terms(catalogue):
    """What has to be translated: the source texts, with the module's comment beside them."""
    return {(entry.msgctxt, entry.msgid) for entry in catalogue if not entry.obsolete}


def merge(template, path):
    """Bring a translation up to its template: new terms come in empty, gone ones go."""
    known = {}
    if path.exists():
        known = {
            (entry.msgctxt, entry.msgid): entry.msgstr for entry in polib.pofile(str(path))
        }
    result = polib.POFile(wrapwidth=78)
    result.header = template.header
    result.metadata = {
        **template.metadata,
        'Language': path.stem,
        'Plural-Forms': 'nplurals=1; plural=0;',
    }
    for entry in template:
        result.append(polib.POEntry(
            msgid=entry.msgid, msgctxt=entry.msgctxt, comment=entry.comment,
            tcomment=entry.tcomment, occurrences=entry.occurrences, flags=entry.flags,
            msgstr=known.get((entry.msgctxt, entry.msgid), ''),
        ))
    result.save(str(path))
    return [entry.msgid for entry in result.untranslated_entries()]


def main():
    exported, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(exist_ok=True)
    template = read_template(exported)
    template.save(str(folder / f'{folder.parent.name}.pot'))
    missing = merge(template, folder / 'ko.po')
    for text in missing:
        sys.stdout.write(f'  not translated: {text[:90]!r}\n')
    sys.stdout.write(f'{folder.parent.name}: {len(template)} terms, {len(missing)} missing\n')


if __name__ == '__main__':
    main()
