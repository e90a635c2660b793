"""Odoo's own lint (its module test_lint) has nothing to say of our addons.

Left out are its tests of its own checkers, and ESLint, which only Node.js has.
"""

import ast
import os
import subprocess
import sys
from pathlib import Path

HARNESS = Path(__file__).parent / 'harness'
LEFT_OUT = {'test_checkers.py', 'test_eslint.py', 'test_pylint.py'}


def run(odoo, paths, *command):
    environ = {**odoo.environ, 'PYTHONPATH': os.pathsep.join(map(str, [*paths, odoo.path]))}
    result = subprocess.run(
        [str(part) for part in (sys.executable, '-m', *command)], env=environ, text=True,
        stdin=subprocess.DEVNULL, capture_output=True, timeout=600, cwd=odoo.settings.root)
    return result.returncode, result.stdout + result.stderr


def folder(odoo):
    return odoo.path / 'odoo' / 'addons' / 'test_lint' / 'tests'


def enabled(path):
    """The messages that Odoo's test_pylint.py turns on, as its source lists them."""
    calls = (node for node in ast.walk(ast.parse(path.read_text(encoding='utf-8')))
             if isinstance(node, ast.BinOp) and isinstance(node.left, ast.Constant)
             and node.left.value == '--enable=')
    [names] = [ast.literal_eval(call.right.args[0]) for call in calls]
    return names


def test_files_models_and_routes(odoo, databases):
    """Signatures of what is overridden, names of parameters, docstrings, indexes, manifests, …"""
    name = databases.copy()
    files = [path for path in sorted(folder(odoo).glob('test_*.py')) if path.name not in LEFT_OUT]
    assert len(files) >= 10
    code, said = run(
        odoo, [HARNESS], 'pytest', '-p', 'only_ours', '-p', 'no:cacheprovider', '-q',
        '--tb=short', f'--odoo-database={name}', f'--odoo-config={odoo.configuration}', *files)
    assert code == 0, said[-6000:]
    databases.drop(name)


def test_pylint(odoo):
    """What Odoo's test_pylint.py has pylint look for, with its own checkers."""
    names = enabled(folder(odoo) / 'test_pylint.py')
    assert 'raise-unlink-override' in names
    code, said = run(
        odoo, [folder(odoo)], 'pylint', f'--rcfile={os.devnull}', '--score=n',
        # the comments in our files name messages of pylint-odoo, which is not loaded here
        '--disable=all,useless-option-value,unknown-option-value', f'--enable={",".join(names)}',
        '--load-plugins=_pylint_path_setup,pylint.extensions.bad_builtin,'
        '_odoo_checker_sql_injection,_odoo_checker_gettext,_odoo_checker_unlink_override',
        '--bad-functions=input', '--ignore=tests', *odoo.settings.addons())
    assert (code, said) == (0, '')
