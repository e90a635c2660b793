"""The variables that a person can set, checked, and where things lie."""

import hashlib
import os
import re
import shutil
import socket
import sys
from pathlib import Path

from .console import DevError

ROOT = Path(__file__).resolve().parents[2]
ODOO_SERIES = '19.0'
OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 13)
SERVER_VARIABLES = ('PGHOST', 'PGPORT', 'PGUSER', 'PGPASSWORD')
MODULE_NAME = re.compile(r'[a-z][a-z0-9_]*')
DATABASE_NAME = re.compile(r'[a-z][a-z0-9_]{0,39}')
RESERVED_NAMES = ('postgres', 'template0', 'template1')
TEMPLATE_PREFIX = 'hdl_cache_'


def check_python(version=None):
    """Odoo 19.0 and the pinned packages run on Python 3.11 to 3.13."""
    version = tuple(version or sys.version_info)[:2]
    if OLDEST_PYTHON <= version <= NEWEST_PYTHON:
        return
    names = [f'python3.{minor}' for minor in (13, 12, 11)]
    found = next((name for name in names if shutil.which(name)), None)
    remedy = f'Type: make run PYTHON={found}' if found else 'Type: apt-get install python3.11'
    raise DevError(
        f'Python 3.11, 3.12 or 3.13 is needed and this is {version[0]}.{version[1]}', remedy
    )


def check_database_name(name, variable='DB'):
    if not DATABASE_NAME.fullmatch(name) or name in RESERVED_NAMES:
        raise DevError(
            f'{name!r} cannot be the name of a database here: at most 40 small letters, digits '
            'and underscores, beginning with a letter',
            f'Type: make run {variable}=helpdesk',
        )
    if name.startswith(TEMPLATE_PREFIX):
        raise DevError(
            f'Names that begin with {TEMPLATE_PREFIX} are kept for prepared databases',
            f'Type: make run {variable}=helpdesk',
        )
    return name


def check_port(text):
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise DevError(f'{text!r} is no port', 'Type: make run PORT=8069')
    return int(text)


def port_is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(('127.0.0.1', port))
        except PermissionError:
            raise DevError(
                f'Port {port} is only for root', 'Type: make run PORT=8069'
            ) from None
        except OSError:
            return False
    return True


def free_port(first):
    """The first free port from ``first`` on, for a hint."""
    return next((port for port in range(first, 65536) if port_is_free(port)), 8069)


class Settings:
    """One command's settings, read from the environment (``make NAME=value`` puts them there)."""

    def __init__(self, environ=None):
        environ = os.environ if environ is None else environ
        self.environ = environ
        self.root = ROOT
        self.dev = Path(environ.get('DEV_DIR') or ROOT / '.dev').expanduser().absolute()
        self.port = check_port(environ.get('PORT') or '8069')
        self.database = check_database_name(environ.get('DB') or 'helpdesk')
        self.demo = (environ.get('DEMO') or '1') not in ('0', 'no', 'false')
        self.odoo_source = environ.get('ODOO_SOURCE') or ''
        self.uses_own_server = any(environ.get(name) for name in SERVER_VARIABLES)
        self.is_ci = bool(environ.get('CI'))

    @property
    def venv(self):
        return self.dev / 'venv'

    @property
    def python(self):
        return self.venv / 'bin' / 'python'

    @property
    def logs(self):
        return self.folder('log')

    @property
    def outside(self):
        """Where the cluster goes if its user cannot reach the set-up's folder (postgres.py)."""
        key = hashlib.sha256(str(self.dev).encode()).hexdigest()[:12]
        return Path('/var/tmp') / f'helpdesk-lite-{key}'  # noqa: S108 - owner and mode are checked

    def folder(self, *parts):
        path = self.dev.joinpath(*parts)
        path.mkdir(parents=True, exist_ok=True)
        return path

    def every_addon(self):
        """The folders of the repository's addons."""
        return [path.parent for path in sorted(self.root.glob('helpdesk_lite*/__manifest__.py'))]

    def addons(self):
        """The folders of the repository's addons: all that exist, or those that ADDONS names."""
        found = self.every_addon()
        names = (self.environ.get('ADDONS') or '').replace(',', ' ').split()
        if unknown := set(names) - {addon.name for addon in found}:
            raise DevError(
                f'There is no addon {", ".join(sorted(unknown))}',
                f'Type: make test ADDONS="{" ".join(addon.name for addon in found)}"',
            )
        return [addon for addon in found if not names or addon.name in names]

    def beside(self):
        """The modules of Odoo that BESIDE names: installed before the addons."""
        names = (self.environ.get('BESIDE') or '').replace(',', ' ').split()
        if wrong := [name for name in names if not MODULE_NAME.fullmatch(name)]:
            raise DevError(
                f'{wrong[0]!r} cannot be the name of a module',
                'Type: make test BESIDE="website crm"',
            )
        return names
