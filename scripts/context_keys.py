"""The addons' own context keys, and the list of them in docs/architecture.md.

``python3 scripts/context_keys.py --write`` brings the list up to the code, but for what each key
means, which people write.
"""

import ast
import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / 'docs' / 'architecture.md'
BEGIN, END = '<!-- context keys -->', '<!-- end of context keys -->'
HEADER = '| key | set in | read in | means |\n| --- | --- | --- | --- |\n'
LEFT_OUT = {'tests', 'static', 'migrations'}
OWN_KEY = re.compile(r'helpdesk_lite_[a-z_]+')
ROW = re.compile(r'^\| `(\w+)` \| .* \| (.*) \|$', re.M)


def list_addons(root=ROOT):
    """The folders of a checkout's addons."""
    return [path.parent for path in sorted(root.glob('helpdesk_lite*/__manifest__.py'))]


def source_files(folder):
    """The Python files of an addon that run in production."""
    return [path for path in sorted(folder.rglob('*.py'))
            if not LEFT_OUT & set(path.relative_to(folder).parts)]


def context_keys(folders):
    """The addons' own context keys: ``{key: {'sets': files, 'reads': files}}``.

    A key is what ``with_context`` is given or a context is asked for; it is set, too, by a dict
    that has it, and by a view or an action.
    """
    found, others = defaultdict(lambda: {'sets': set(), 'reads': set()}), []
    for folder in folders:
        for path in source_files(folder):
            for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
                for key, how in _keys_of(node):
                    if how == 'names':
                        others.append((path, key))
                    else:
                        found[key][how].add(path)
        for path in (path for suffix in ('xml', 'js') for path in folder.rglob(f'*.{suffix}')
                     if 'tests' not in path.parts):
            others += ((path, key) for key in OWN_KEY.findall(path.read_text(encoding='utf-8')))
    for path, key in others:
        if key in found:
            found[key]['sets'].add(path)
    return dict(found)


def _keys_of(node):
    """``[(key, 'sets', 'reads' or 'names')]`` of one node of a syntax tree."""
    words = []
    if isinstance(node, ast.Call) and getattr(node.func, 'attr', '') == 'with_context':
        words = [(word.arg, 'sets') for word in node.keywords]
    elif isinstance(node, ast.Call) and getattr(node.func, 'attr', '') in ('get', 'pop'):
        if _is_context(node.func.value) and node.args:
            words = [(getattr(node.args[0], 'value', None), 'reads')]
    elif isinstance(node, ast.Subscript) and _is_context(node.value):
        words = [(getattr(node.slice, 'value', None), 'reads')]
    elif isinstance(node, ast.Dict):
        words = [(getattr(key, 'value', None), 'names') for key in node.keys]
    elif isinstance(node, ast.keyword):
        words = [(node.arg, 'names')]
    return [(word, how) for word, how in words
            if isinstance(word, str) and OWN_KEY.fullmatch(word)]


def _is_context(node):
    return 'context' in (getattr(node, 'attr', '') or getattr(node, 'id', ''))


def make_table(page):
    """The list as it has to stand in a page, with the meanings that the page has."""
    meanings = dict(ROW.findall(page))
    rows = (
        f'| `{key}` | {_link(where["sets"])} | {_link(where["reads"])} | {meanings.get(key, "?")} |'
        for key, where in sorted(context_keys(list_addons()).items()))
    return HEADER + '\n'.join(rows)


def _link(paths):
    return ', '.join(
        f'[{"/".join(path.parts[-2:]).removesuffix(".py")}](../{path.relative_to(ROOT)})'
        for path in sorted(paths))


def main():
    page = PAGE.read_text(encoding='utf-8')
    before, rest = page.split(BEGIN)
    old, after = rest.split(END)
    table = make_table(page)
    if '--write' in sys.argv[1:]:
        PAGE.write_text(f'{before}{BEGIN}\n\n{table}\n\n{END}{after}', encoding='utf-8')
    elif old.strip() != table:
        sys.exit('error: The list in docs/architecture.md is old. Type: python3 '
                 'scripts/context_keys.py --write')
    if missing := [line for line in table.splitlines() if line.endswith('| ? |')]:
        sys.exit('error: Nobody says what these keys mean:\n' + '\n'.join(missing))


if __name__ == '__main__':
    main()
