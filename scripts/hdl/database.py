"""Databases with their filestores: made whole or not at all, copied in a second, dropped."""

import hashlib
import os
import re
import shutil
import time
from pathlib import Path

from .console import DevError, disk_full

# Left by test runs that were killed: the number is their process.
LEFTOVER = re.compile(r'hdl_test_(\d+)([_-].*)?')
DRAFT = '_draft'
STILL_AT_WORK = ('already exists', 'being accessed by other users', 'duplicate key')
DROP_ATTEMPTS = 5  # each waits up to 5 seconds for who is still connected


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def literal(text):
    return "'" + text.replace("'", "''") + "'"


class Databases:
    """The databases of one server, and the filestores that belong to them."""

    def __init__(self, server, data_folder):
        self.server = server
        self.filestores = Path(data_folder) / 'filestore'

    def filestore(self, name):
        return self.filestores / name

    def names(self):
        return [row[0] for row in self.server.sql('SELECT datname FROM pg_database')]

    def exists(self, name):
        return name in self.names()

    def create(self, name):
        """An empty database as Odoo makes them; a cluster's own ctype (C.UTF-8 in ours)."""
        self._create(name, "ENCODING 'UTF8' LC_COLLATE 'C' TEMPLATE template0")
        self.server.sql('CREATE EXTENSION IF NOT EXISTS pg_trgm', name)

    def copy(self, source, target):
        """Copy a database to which nobody is connected, and link its filestore's files.

        Odoo never writes into a file of its filestore, so two databases can share them.
        """
        # Else PostgreSQL, from 15 on, writes each page into its log as well: ten times as long.
        strategy = ' STRATEGY file_copy' if self.server.version >= 15 else ''
        self._create(target, f'TEMPLATE {quoted(source)}{strategy}')
        self.link_files(source, target)

    def link_files(self, source, target):
        """Give a copy of a database its filestore."""
        shutil.rmtree(self.filestore(target), ignore_errors=True)
        if self.filestore(source).exists():
            try:
                shutil.copytree(
                    self.filestore(source), self.filestore(target), copy_function=os.link
                )
            except shutil.Error as error:
                raise disk_full(self.filestores) from error

    def _create(self, name, how):
        """Create a database; once more where PostgreSQL still works for a command that was killed.

        The name of a draft is locked, so nobody else is making it.
        """
        statement = f'CREATE DATABASE {quoted(name)} {how}'
        try:
            self.server.sql(statement)
        except DevError as error:
            if not name.endswith(DRAFT) or not any(word in error.problem for word in STILL_AT_WORK):
                raise
            time.sleep(1)
            self.drop(name)
            self.server.sql(statement)

    def rename(self, source, target):
        """Give a draft its name, the database last: one that has it is whole."""
        shutil.rmtree(self.filestore(target), ignore_errors=True)
        if self.filestore(source).exists():
            self.filestore(source).rename(self.filestore(target))
        self.server.sql(f'ALTER DATABASE {quoted(source)} RENAME TO {quoted(target)}')

    def drop(self, name):
        """Drop a database, also when something is still connected to it.

        Not ``WITH (FORCE)``: that fails where PostgreSQL's own vacuum is at work, which a plain
        DROP sends away.

        :raises DevError: when somebody connects to it again and again
        """
        for left in reversed(range(DROP_ATTEMPTS)):
            self.server.sql(
                'SELECT pg_terminate_backend(pid) FROM pg_stat_activity '
                f'WHERE datname = {literal(name)} AND usename = current_user '
                'AND pid <> pg_backend_pid();\n'
            )
            try:
                self.server.sql(f'DROP DATABASE IF EXISTS {quoted(name)}')
                break
            except DevError:
                if not left:
                    raise
        shutil.rmtree(self.filestore(name), ignore_errors=True)

    def comment(self, name):
        """The note that a command left on a database (see prepare.py), or ''."""
        rows = self.server.sql(
            "SELECT coalesce(shobj_description(oid, 'pg_database'), '') "
            f'FROM pg_database WHERE datname = {literal(name)}'
        )
        return rows[0][0] if rows and rows[0] else ''

    def set_comment(self, name, text):
        self.server.sql(f'COMMENT ON DATABASE {quoted(name)} IS {literal(text)}')

    def drop_leftovers(self):
        """Drop what test runs left behind that were killed."""
        for name in self.names():
            found = LEFTOVER.fullmatch(name)
            if found and not _is_alive(int(found[1])):
                self.drop(name)


def _is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


# What Odoo reads when it installs or updates an addon; tests, styles and texts it reads live.
_INSTALLED_SUFFIXES = ('.py', '.xml', '.csv', '.po', '.sql', '.png')
_NOT_INSTALLED = ('tests', 'src', 'readme', '__pycache__', 'i18n_extra')


def installed_files(addon):
    for path in sorted(addon.rglob('*')):
        parts = path.relative_to(addon).parts
        # the pictures of a description are no part of an installation, but its icon is
        if (path.suffix in _INSTALLED_SUFFIXES and not set(parts[:-1]) & set(_NOT_INSTALLED)
                and ('description' not in parts[:-1] or path.stem == 'icon')):
            yield path


def fingerprint(addons):
    """A short hash of everything that installing these addons depends on."""
    digest = hashlib.sha256()
    for addon in addons:
        for path in installed_files(addon):
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                continue
            digest.update(f'{path.relative_to(addon.parent)}\0{len(content)}\0'.encode())
            digest.update(content)
    return digest.hexdigest()[:12]


def check_ctype(databases, name):
    """Similarity of tickets needs a ctype that knows letters (DESIGN.md, section 9)."""
    rows = databases.server.sql(
        f'SELECT datctype FROM pg_database WHERE datname = {literal(name)}'
    )
    if rows and rows[0][0] in ('C', 'POSIX'):
        raise DevError(
            f'The server makes databases with LC_CTYPE={rows[0][0]}, under which Korean text has '
            'no trigrams',
            'Use a cluster made with --locale=C.UTF-8, or unset PGHOST',
        )
