"""``make i18n``: the catalogues of the addons, from the texts as they are now."""

import subprocess

from .console import DevError, Step


def export(odoo, database, addon, target):
    """Export an addon's template of translations to the file `target`.

    :raises DevError: when Odoo can't
    """
    command = odoo.command('i18n', 'export', '-c', odoo.configuration, '-d', database,
                           '-l', 'pot', '-o', target, '--', addon)
    result = subprocess.run(
        [str(part) for part in command], env=odoo.environ, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    if result.returncode or not target.exists():
        raise DevError(f'Odoo could not export the texts of {addon}: {result.stdout[-300:]}')


def run(odoo):
    """Write each addon's .pot and bring its ko.po up to it; say what is not translated."""
    settings = odoo.settings
    name = f'hdl_i18n_{odoo.cache_key("i18n")}'
    template = odoo.addons_template(settings.addons())
    odoo.databases.drop(name)
    odoo.databases.copy(template, name)
    try:
        for addon in settings.addons():
            target = settings.folder('i18n') / f'{addon.name}.pot'
            target.unlink(missing_ok=True)
            with Step(f'Export the texts of {addon.name}'):
                export(odoo, name, addon.name, target)
            subprocess.run(
                [str(settings.python), str(settings.root / 'scripts' / 'catalogues.py'),
                 str(target), str(addon / 'i18n')], check=True)
    finally:
        odoo.databases.drop(name)
