"""axe-core, the rules by which the tests judge whether everybody can use a page.

It is a JavaScript library of npm. A fresh Debian has no npm, so it comes out of a Python package
that has the same file in it. Nothing of that package is installed: it would bring a browser along.
"""

import tempfile
import zipfile
from pathlib import Path

from .console import DevError, Step, last_lines, run_logged
from .locks import locked

PACKAGE, VERSION = 'axe-playwright-python', '0.1.8'  # has axe-core 4.12.1
MEMBER = 'axe_playwright_python/axe.min.js'


def locate(settings):
    """Where the file is, or is to be."""
    return settings.dev / 'axe' / f'axe-{VERSION}.min.js'


def ensure(settings):
    """Fetch the file where it is not here yet; return its path."""
    path = locate(settings)
    if not path.exists():
        with locked(settings, 'axe', 'is fetching axe-core'):
            if not path.exists():
                _fetch(settings, path)
    return path


def _fetch(settings, path):
    log = settings.logs / 'axe-pip.log'
    log.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.folder('axe')) as folder:
        command = [
            settings.python, '-m', 'pip', '--disable-pip-version-check', 'download', '--no-deps',
            '--only-binary=:all:', '-d', folder, f'{PACKAGE}=={VERSION}']
        with Step('Download axe-core'):
            code = run_logged(command, log)
        wheels = list(Path(folder).glob('*.whl'))
        if code or not wheels:
            reason = (last_lines(log, 1) or ['pip said nothing'])[0]
            raise DevError(
                f'axe-core could not be fetched: {reason[:200]}',
                'Check the network and type the command again.')
        with zipfile.ZipFile(wheels[0]) as wheel:
            draft = Path(wheel.extract(MEMBER, folder))
        draft.rename(path)
