"""``scripts/house.py --walks``: what five ways through the addons of a checkout pass."""

import json
import os
import subprocess

from . import postgres, source
from .console import DevError, Step
from .odoo import CONFIGURATION, DIES_WITH_PARENT, Odoo
from .settings import ROOT, Settings


class MeasuredOdoo(Odoo):
    """Odoo with the addons of another checkout, in the set-up of this one."""

    def write_configuration(self):
        paths = [*source.addons_paths(self.path), self.settings.root]
        self.configuration = self.settings.folder('walks') / f'{os.getpid()}.conf'
        self.configuration.write_text(CONFIGURATION.format(
            addons_path=','.join(map(str, paths)), data_dir=self.settings.folder('data'),
        ), encoding='utf-8')


def measure(folder):
    """Walk the ways on a database of this checkout's addons.

    :return dict: ``{walk: {'files': […], 'methods': [[file, name]…], 'queries': number}}``
    """
    with postgres.running(Settings()) as server:
        path = Odoo.set_up(Settings(), server).path
        settings = Settings()
        settings.root = folder
        odoo = MeasuredOdoo(settings, server, path)
        name = f'hdl_test_{os.getpid()}_walks'  # dropped by `make test` where this is killed
        try:
            odoo.databases.copy(odoo.addons_template(settings.addons()), name)
            with Step(f'Walk through {folder}'):
                return walk(odoo, name, odoo.configuration.with_suffix('.json'))
        finally:
            odoo.databases.drop(name)
            odoo.configuration.unlink()


def walk(odoo, name, target, *options):
    """Walk the ways on a database that is thrown away afterwards; the result passes by a file."""
    command = [
        *DIES_WITH_PARENT, odoo.settings.python, ROOT / 'scripts' / 'walks.py',
        f'--config={odoo.configuration}', f'--database={name}', f'--root={odoo.settings.root}',
        f'--target={target}', *options,
    ]
    done = subprocess.run(
        [str(part) for part in command], env=odoo.environ, capture_output=True, text=True)
    if done.returncode:
        raise DevError(f'The walks failed: {done.stderr[-3000:]}')
    found = json.loads(target.read_text(encoding='utf-8'))
    target.unlink()
    return found
