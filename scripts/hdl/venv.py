"""The virtual environment, as requirements.txt pins it."""

import hashlib
import shutil
import subprocess
import sys

from . import debian
from .console import DevError, Step, disk_full, last_lines, log_says_full, run_logged
from .locks import locked
from .settings import check_python


def wanted(settings):
    """What the environment is made from: the stamp of one that is complete."""
    requirements = (settings.root / 'requirements.txt').read_bytes()
    version = '.'.join(map(str, sys.version_info[:3]))
    return f'{hashlib.sha256(requirements).hexdigest()} {version} {sys.base_prefix}'


def is_complete(settings):
    stamp = settings.venv / 'complete'
    return (
        stamp.exists()
        and stamp.read_text(encoding='utf-8') == wanted(settings)
        and settings.python.exists()
    )


def ensure(settings):
    """Make the environment, or bring it up to date where requirements.txt or Python changed."""
    check_python()
    if is_complete(settings):
        return
    with locked(settings, 'venv', 'is installing the Python packages'):
        if not is_complete(settings):
            _build(settings)


def _build(settings):
    log = settings.logs / 'pip.log'
    stamp = settings.venv / 'complete'
    stamp.unlink(missing_ok=True)
    _make_empty(settings, log)
    _remove_half_installed(settings)
    requirements = settings.root / 'requirements.txt'
    pip = [settings.python, '-m', 'pip', '--disable-pip-version-check']
    with Step('Install the Python packages of requirements.txt') as step:

        def watch():
            words = (last_lines(log, 1) or [''])[0].split()
            if words[:1] == ['Collecting']:
                step.note(words[1])
            elif words[:1] == ['Installing']:
                step.note('installing')

        # Python compiles what it imports; compiling everything would take as long as the download.
        if run_logged([*pip, 'install', '--no-compile', '-r', requirements], log, watch=watch):
            raise _pip_failure(log)
    stamp.write_text(wanted(settings), encoding='utf-8')


def _remove_half_installed(settings):
    """Forget packages at which pip was killed: it takes what has a name and a version for whole.

    ``INSTALLER`` is what it writes after a package's files and programs.
    """
    for info in settings.venv.glob('lib/python*/site-packages/*.dist-info'):
        if not (info / 'INSTALLER').exists():
            shutil.rmtree(info)


def _make_empty(settings, log):
    """A usable environment of this Python; a broken or another Python's one is made anew."""
    version = subprocess.run(
        [settings.python, '-c', 'import sys; print(sys.version_info[:3], sys.base_prefix)'],
        capture_output=True,
        text=True,
    ).stdout.strip() if settings.python.exists() else ''
    made = settings.venv / 'made'
    if made.exists() and version == f'{sys.version_info[:3]} {sys.base_prefix}':
        return
    try:
        import ensurepip  # noqa: F401 - Debian has it in a package of its own
    except ImportError:
        packages = [f'python3.{sys.version_info[1]}-venv']
        debian.install_system_packages(settings, packages, "Python's venv module")
    shutil.rmtree(settings.venv, ignore_errors=True)
    with Step('Make the virtual environment'):
        if run_logged([sys.executable, '-m', 'venv', settings.venv], log):
            raise _pip_failure(log)
        made.touch()  # only then pip is whole


def _pip_failure(log):
    if log_says_full(log):
        return disk_full(log.parent)
    lines = last_lines(log, 60)
    if any('gcc' in line or 'Python.h' in line for line in lines):
        return DevError(
            'A Python package has to be compiled and there is no compiler',
            'Type: apt-get install build-essential python3-dev libpq-dev, then the command again',
        )
    errors = [line for line in lines if line.startswith('ERROR')]
    reason = (errors or lines or ['pip said nothing'])[-1]
    return DevError(
        f'The Python packages could not be installed: {reason[:300]}',
        f'Check the network and type the command again. The whole output is in {log}',
    )
