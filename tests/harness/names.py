"""Which names of Python code only some modules define, and who uses them."""

import ast
import functools
from pathlib import Path

from hdl.odoo import manifest


@functools.cache
def _nodes(path):
    return list(ast.walk(ast.parse(path.read_text(encoding='utf-8'))))


@functools.cache
def defined(folder):
    """The names of classes, functions, arguments, fields and attributes in a folder's code."""
    names = set()
    for path in Path(folder).rglob('*.py'):
        for node in _nodes(path) if 'tests' not in path.parts else ():
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                names.add(node.name)
            elif isinstance(node, ast.arg):
                names.add(node.arg)
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names |= {getattr(target, 'id', getattr(target, 'attr', None))
                          for target in targets}
    return names


def used(folder):
    """What a folder's code asks of objects, and its texts: ``{name: one place}``."""
    found = {}
    for path in Path(folder).rglob('*.py'):
        for node in _nodes(path):
            if isinstance(node, ast.Attribute):
                found[node.attr] = f'{path}:{node.lineno}'
            elif isinstance(node, ast.keyword):
                found[node.arg] = f'{path}:{node.value.lineno}'
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found[node.value] = f'{path}:{node.lineno}'
    return found


class Modules:
    """The modules that an addon stands on.

    :param folders: where modules may lie, those of Odoo and of ours
    """

    def __init__(self, *folders):
        self.folders = folders

    def find(self, name):
        return next(folder / name for folder in self.folders
                    if (folder / name / '__manifest__.py').exists())

    def standing_on(self, *names):
        """These modules, and all that they depend on."""
        found, todo = {'base'}, list(names)
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += manifest(self.find(name)).get('depends', ())
        return found

    def names_of(self, modules):
        return set().union(*(defined(self.find(module)) for module in modules))
