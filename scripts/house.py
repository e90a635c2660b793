"""Measure how the addons' code is built: `python3 scripts/house.py [--walks] [FOLDER…]`.

For each addon: lines, methods and their length, overrides of ``create`` and ``write``, own context
keys, raw writes, and private calls that cross files. Tests, static files and migrations are left
out. Other checkouts can be named to compare with (`git worktree add ../before 1a2b3c4`).

With ``--walks`` (minutes; does the set-up that is missing) also five ways through the running
addons: how many of their files and methods each passes, and how many queries it sends. ``--stops``
tells the names of the methods, in the order in which they are first called.
"""

import argparse
import ast
import re
import statistics
import sys
from collections import Counter, defaultdict
from pathlib import Path

from context_keys import ROOT, context_keys, list_addons, source_files

from hdl import walks
from hdl.console import plain_errors

RAW_WRITE = re.compile(r'\s*(WITH\b.*\b)?(INSERT INTO|UPDATE|DELETE FROM)\b', re.DOTALL)


class Addon:
    """The measures of one addon."""

    def __init__(self, folder):
        self.name = folder.name
        self.files = source_files(folder)
        self.lines, self.lengths, self.overrides = 0, [], Counter()
        self.raw_writes, self.defined, self.calls = 0, defaultdict(set), []
        self.keys = set(context_keys([folder]))
        for path in self.files:
            text = path.read_text(encoding='utf-8')
            self.lines += text.count('\n')
            for node in ast.walk(ast.parse(text)):
                self._measure(path, node)

    def _measure(self, path, node):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self.lengths.append(node.end_lineno - node.lineno + 1)
            self.defined[node.name].add(path)
            if node.name in ('create', 'write'):
                self.overrides[node.name] += 1
        elif isinstance(node, ast.Call):
            self._measure_call(path, node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            self.raw_writes += bool(RAW_WRITE.match(node.value))

    def _measure_call(self, path, node):
        name = getattr(node.func, 'attr', '')
        if name.startswith('_') and not name.startswith('__'):
            self.calls.append((path, name))

    def count_crossings(self, defined):
        """Private calls of methods that stand in no file but others: ``(crossing, all)``."""
        own = [(path, name) for path, name in self.calls if name in defined]
        return sum(path not in defined[name] for path, name in own), len(own)


def percentile(values, share):
    """The value that this share of the values doesn't exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def report(folders):
    """The table of the addons, as lines of text."""
    addons = [Addon(folder) for folder in folders]
    defined = defaultdict(set)
    for addon in addons:
        for name, paths in addon.defined.items():
            defined[name] |= paths
    yield (f'{"":22}{"files":>7}{"lines":>7}{"methods":>9}{"median":>8}{"p90":>5}{"max":>5}'
           f'{"create":>8}{"write":>7}{"keys":>6}{"raw":>5}{"crossing":>12}')
    for addon in addons:
        crossing, calls = addon.count_crossings(defined)
        lengths = addon.lengths or [0]
        yield (f'{addon.name:22}{len(addon.files):>7}{addon.lines:>7}{len(addon.lengths):>9}'
               f'{statistics.median(lengths):>8.0f}{percentile(lengths, 0.9):>5}{max(lengths):>5}'
               f'{addon.overrides["create"]:>8}{addon.overrides["write"]:>7}{len(addon.keys):>6}'
               f'{addon.raw_writes:>5}{f"{crossing} of {calls}":>12}')
    keys = context_keys(folders)
    yield f'\nOwn context keys ({len(keys)}): {", ".join(sorted(keys))}'


def report_walks(root, stops):
    """The table of the walks, and on demand the names of what they pass."""
    found = walks.measure(root)
    yield f'{"":34}{"files":>7}{"methods":>9}{"queries":>9}'
    for title, walk in found.items():
        yield (f'{title:34}{len(walk["files"]):>7}{len(walk["methods"]):>9}{walk["queries"]:>9}')
    for title, walk in found.items() if stops else ():
        yield f'\n{title}'
        yield from (f'    {path}: {name}' for path, name in walk['methods'])


def main():
    parser = argparse.ArgumentParser(description='Measure how the addons are built.')
    parser.add_argument('folders', nargs='*', type=Path, default=[ROOT])
    parser.add_argument('--walks', action='store_true', help='measure five ways through them, too')
    parser.add_argument('--stops', action='store_true', help='and name the methods on these ways')
    options = parser.parse_args()
    for root in map(Path.resolve, options.folders):
        lines = [str(root), *report(list_addons(root))]
        if options.walks or options.stops:
            with plain_errors():
                lines += ['', *report_walks(root, options.stops)]
        sys.stdout.write('\n'.join([*lines, '', '']))


if __name__ == '__main__':
    main()
