"""The list of the places where the addons enter superuser mode, in docs/security.md.

    superuser.py          say what differs between the list and the code
    superuser.py --write  bring the list up to the code

The reason of an entry is its comment, ``# sudo: <model> - <why it is safe>``. What a place takes
of the caller's is written in the list itself and kept; a new place begins with its parameters.
"""

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / 'docs' / 'security.md'
ADDONS = ('helpdesk_lite', 'helpdesk_lite_portal', 'helpdesk_lite_sms')
BEGIN, END = '<!-- superuser entries: begin -->', '<!-- superuser entries: end -->'
REASON = re.compile(r'#\s*(?:sudo|superuser)(?: above)?:\s*(.*)')
HEADER = "| where | why it is safe | what it takes of the caller's |\n| --- | --- | --- |\n"
UNKNOWN = 'TO BE SAID'


def is_entry(call):
    """Whether a call changes the user: to superuser mode, or to somebody else."""
    name = getattr(call.func, 'attr', getattr(call.func, 'id', ''))
    if name == 'sudo':
        given = call.args[0] if call.args else None
        return not (isinstance(given, ast.Constant) and given.value is False)
    return name == 'with_user' or any(
        keyword.arg == 'su' and getattr(keyword.value, 'value', None) is not False
        for keyword in call.keywords)


def find_reason(lines, number, first):
    """The reason in the comment on a line or in the ones right above it, in one line, or None.

    :param int first: number of the line where the method begins
    """
    for start in range(number - 1, max(number - 6, first - 1, -1), -1):
        if match := REASON.search(lines[start]):
            parts = [match[1]]
            for line in lines[start + 1:number]:
                if not line.strip().startswith('#') or not lines[start].strip().startswith('#'):
                    break
                parts.append(line.strip().lstrip('# '))
            return ' '.join(parts)
    return None


def find_following_reason(lines, number):
    match = REASON.search(lines[number]) if number < len(lines) else None
    return match and match[1]


class Finder(ast.NodeVisitor):
    """Collects the entries of a file: ``{scope: [reason]}`` and ``{scope: parameters}``."""

    def __init__(self, text):
        self.lines, self.scope = text.splitlines(), []
        self.reasons, self.parameters = {}, {}
        self.visit(ast.parse(text))

    def visit_scope(self, node):
        self.scope.append(node)
        self.generic_visit(node)
        self.scope.pop()

    visit_ClassDef = visit_FunctionDef = visit_scope

    def visit_Call(self, node):
        if is_entry(node):
            key = self.get_key()
            self.parameters[key] = self.get_parameters()
            number = node.func.end_lineno
            reason = find_reason(self.lines, number, self.get_first())
            reason = reason or find_following_reason(self.lines, number)
            self.reasons.setdefault(key, []).append(reason)
        self.generic_visit(node)

    def get_first(self):
        return self.scope[-1].lineno if self.scope else 1

    def get_key(self):
        """Class and method; what is defined inside a method belongs to it."""
        names = []
        for part in self.scope:
            names.append(part.name)
            if isinstance(part, ast.FunctionDef):
                break
        return '.'.join(names)

    def get_parameters(self):
        functions = [part for part in self.scope if isinstance(part, ast.FunctionDef)]
        if not functions:
            return []
        given = functions[0].args
        names = [arg.arg for arg in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
        stars = [arg.arg for arg in (given.vararg, given.kwarg) if arg]
        return [name for name in (*names, *stars) if name not in ('self', 'cls')]


def collect():
    """Every entry: ``{where: (reason, what it takes as far as the code says it)}``."""
    found = {}
    for addon in ADDONS:
        for path in sorted((ROOT / addon).rglob('*.py')):
            if {'tests', 'migrations'} & set(path.relative_to(ROOT).parts):
                continue
            finder = Finder(path.read_text())
            for scope, reasons in finder.reasons.items():
                said = list(dict.fromkeys(
                    reason for reason in reasons if reason and not reason.startswith('as ')))
                where = f'`{path.relative_to(ROOT)}` `{scope.rpartition(".")[2]}`'
                found[where] = ('; '.join(said), describe(finder.parameters[scope]))
    return found


def describe(parameters):
    if {'kwargs', 'kw', 'values', 'vals', 'vals_list'} & set(parameters):
        return UNKNOWN
    names = ', '.join(f'`{name}`' for name in parameters)
    return f'the ids that it is called on; {names}' if names else 'the ids that it is called on'


def read_page():
    """The list as it stands: ``{where: (reason, what it takes)}``."""
    text = PAGE.read_text()
    rows = {}
    for line in text[text.index(BEGIN):text.index(END)].splitlines():
        cells = [cell.strip() for cell in line.strip().strip('|').split(' | ')]
        if line.startswith('| `') and len(cells) == 3:
            rows[cells[0]] = tuple(cells[1:])
    return rows


def write_page(found):
    known, text = read_page(), PAGE.read_text()
    rows = ''.join(
        f'| {where} | {reason} | {known[where][1] if where in known else takes} |\n'
        for where, (reason, takes) in found.items())
    PAGE.write_text(
        f'{text[:text.index(BEGIN)]}{BEGIN}\n\n{HEADER}{rows}\n{text[text.index(END):]}')


def compare():
    """What differs: lines for people."""
    found, known = collect(), read_page()
    return [
        *(f'not in the list: {where}' for where in found.keys() - known.keys()),
        *(f'not in the code any more: {where}' for where in known.keys() - found.keys()),
        *(f'gives no reason: {where}' for where, (reason, _takes) in found.items() if not reason),
        *(f'has another reason in the list: {where}' for where in found.keys() & known.keys()
          if found[where][0] != known[where][0]),
        *(f"doesn't say what it takes: {where}" for where, (_reason, takes) in known.items()
          if not takes or UNKNOWN in takes),
    ]


def main():
    if '--write' in sys.argv[1:]:
        write_page(collect())
    differences = sorted(compare())
    sys.stdout.write(''.join(f'{line}\n' for line in differences))
    return 1 if differences else 0


if __name__ == '__main__':
    sys.exit(main())
