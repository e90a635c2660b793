"""``make lint``: ruff, pylint-odoo's mandatory set, and XML that can be read."""

import shutil
import subprocess
import xml.parsers.expat

from .console import say


def run(settings):
    """Run every check, also after one failed; return 0 only where none found anything."""
    checks = (
        ('ruff', _ruff),
        ('pylint-odoo', _pylint),
        ('XML', _xml),
        ('JavaScript', _javascript),
    )
    failed = []
    for title, check in checks:
        result = check(settings)
        say(f'  {title}: {result or "clean"}')
        if result:
            failed.append(title)
    say(f'lint: {"findings by " + ", ".join(failed) if failed else "no findings"}')
    return 1 if failed else 0


def _tool(settings, name, *arguments):
    command = [settings.python, '-m', name, *map(str, arguments)]
    code = subprocess.run(command, cwd=settings.root).returncode
    return f'exit code {code}' if code else None


def _ruff(settings):
    return _tool(settings, 'ruff', 'check', '--no-cache', '.')


def _pylint(settings):
    addons = settings.addons()
    if not addons:
        return None
    return _tool(settings, 'pylint', '--rcfile=setup.cfg', '-j2', *addons)


def _files(settings, suffix):
    for addon in settings.addons():
        yield from sorted(addon.rglob(f'*{suffix}'))


def _xml(settings):
    broken = []
    for suffix in ('.xml', '.svg'):
        for path in _files(settings, suffix):
            try:
                xml.parsers.expat.ParserCreate().Parse(path.read_bytes(), True)
            except xml.parsers.expat.ExpatError as error:
                broken.append(f'{path.relative_to(settings.root)}: {error}')
    for line in broken:
        say(f'    {line}')
    return f'{len(broken)} broken files' if broken else None


def _javascript(settings):
    """Syntax only, and only where Node.js is there: Odoo itself needs none."""
    node = shutil.which('node')
    files = list(_files(settings, '.js')) if node else []
    broken = 0
    for path in files:
        command = [node, '--input-type=module', '--check']
        result = subprocess.run(command, input=path.read_bytes(), capture_output=True)
        if result.returncode:
            broken += 1
            say(f'    {path.relative_to(settings.root)}: {result.stderr.decode().strip()}')
    return f'{broken} broken files' if broken else None
