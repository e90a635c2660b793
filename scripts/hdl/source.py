"""Odoo 19.0 itself: Debian's package, unpacked and not installed, or a folder that one has."""

import re
import shutil
from pathlib import Path

from . import debian
from .console import DevError, Step, disk_full, say
from .locks import locked
from .settings import ODOO_SERIES

# From Debian's unstable suite, the only one that has Odoo 19.0.
FROM_SID = ('odoo-19', 'fonts-montserrat')
# What Odoo's files link to, in the versions of the machine's own suite: unstable's
# fonts-font-awesome has other file names and every icon would be missing.
FROM_OWN_SUITE = (
    'libjs-underscore',
    'libjs-jquery',
    'libjs-jquery-form',
    'fonts-font-awesome',
    'fonts-roboto-unhinted',
    'fonts-inconsolata',
    'fonts-ocr-b',
    'fonts-glyphicons-halflings',
)
# Debian leaves this file out for its licence; without it every backend page logs an error.
LEFT_OUT = 'odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js'
UNPACKED = 'usr/lib/python3/dist-packages'
ROOM_NEEDED = 3_000_000_000


def _series(path):
    """The series of the Odoo whose ``odoo`` package lies in this folder, or None."""
    try:
        text = (path / 'odoo' / 'release.py').read_text(encoding='utf-8')
    except OSError:
        return None
    found = re.search(r'version_info = \((\d+), (\d+)', text)
    return f'{found[1]}.{found[2]}' if found else None


def locate(settings):
    """The folder to put on Python's path, set up or given; None where there is none yet."""
    if not settings.odoo_source:
        path = settings.dev / 'odoo' / UNPACKED
        return path if _series(path) else None
    given = Path(settings.odoo_source).expanduser().absolute()
    for path in (given, given / UNPACKED):
        series = _series(path)
        if series == ODOO_SERIES:
            return path
        if series:
            raise DevError(
                f'ODOO_SOURCE={given} holds Odoo {series}, not {ODOO_SERIES}',
                f'Type: make run ODOO_SOURCE=/path/to/an/odoo-{ODOO_SERIES}',
            )
    raise DevError(
        f'ODOO_SOURCE={given} holds no Odoo (no odoo/release.py)',
        f'Type: make run ODOO_SOURCE=/path/to/an/odoo-{ODOO_SERIES}',
    )


def addons_paths(path):
    """The addons folders of a source: a git checkout has a second one beside the package."""
    beside = path / 'addons'
    return [folder for folder in (beside, path / 'odoo' / 'addons') if folder.is_dir()]


def ensure(settings):
    """Return the folder of Odoo's source, after getting it where it is missing."""
    path = locate(settings)
    if path:
        return path
    if not debian.is_debian():
        raise DevError(
            'Only on Debian can Odoo be fetched by this command',
            'Get Odoo 19.0 (github.com/odoo/odoo, branch 19.0) and type: '
            'make run ODOO_SOURCE=/path/to/odoo-19.0',
        )
    with locked(settings, 'source', 'is fetching Odoo'):
        return locate(settings) or _fetch(settings)


def _fetch(settings):
    check_room(settings.dev)
    say(f'Odoo {ODOO_SERIES} is not here yet: about 130 MB to download, then 1.3 GB on disk.')
    sid = debian.Archive(settings, settings.folder('apt', 'sid'), 'sid')
    own = debian.Archive(settings, settings.folder('apt', 'own'))
    with Step(f'Download Odoo {ODOO_SERIES}') as step:
        sid.download(FROM_SID, step)
    with Step('Download the fonts and libraries that it links to') as step:
        own.download(FROM_OWN_SUITE, step)
    half_done = settings.dev / 'odoo.unpacking'
    shutil.rmtree(half_done, ignore_errors=True)
    with Step('Unpack them') as step:
        sid.unpack(FROM_SID, half_done, step)
        own.unpack(FROM_OWN_SUITE, half_done, step)
    _complete(half_done)
    half_done.rename(settings.dev / 'odoo')
    shutil.rmtree(settings.dev / 'apt', ignore_errors=True)
    return locate(settings)


def _complete(folder):
    """Add the file that Debian leaves out, and see that no link leads nowhere."""
    left_out = folder / UNPACKED / LEFT_OUT
    if not left_out.exists():
        left_out.parent.mkdir(parents=True, exist_ok=True)
        left_out.write_text('// Not in Debian, for its licence.\n', encoding='utf-8')
    dangling = [path for path in folder.rglob('*') if path.is_symlink() and not path.exists()]
    if dangling:
        raise DevError(
            f'{len(dangling)} files of Odoo link to packages that were not unpacked, as '
            f'{dangling[0].relative_to(folder)}',
            'Type: make clean, then the command again; if it stays, use ODOO_SOURCE=',
        )


def check_room(path):
    path.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(path).free < ROOM_NEEDED:
        raise disk_full(path)
