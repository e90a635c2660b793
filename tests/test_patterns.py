"""Regular expressions that meet text from outside: none starves on it.

Each call of ``re`` in the addons is found in their source, so none can be forgotten. Time is CPU
time: beside DESIGN.md's property of growing mails, the one test here that looks at a clock.
"""

import ast
import contextlib
import importlib
import re
import signal
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ADDONS = ('helpdesk_lite', 'helpdesk_lite_portal', 'helpdesk_lite_sms')
SIZE = 1_000_000
CALLS = ('compile', 'sub', 'subn', 'match', 'search', 'fullmatch', 'findall', 'finditer', 'split')
# What is made at run time, as it is then: (file, expression) -> pattern
MADE = {
    ('helpdesk_lite/models/mail_in/helpdesk_lite_ticket.py', 'pattern'):
        r'(?<![^\W_])HD([0-9]{1,18})(?![^\W_])',
}
HOSTILE = (
    'a', ' ', '\n', '\t\r\n', '-', '--\n', '.', 'a.', 'a@', '@', '<', '<a ', '<!--', '>', '"', "'",
    '(', '[', '[a', '[HD0', 'HD0', '0', '\\', '\\"', '=', '=?', '=?a?b?', ';a=', '&', 're:', 're: ',
    '[1]', 'on ', 'on a wrote ', 'from: ', 'from: a@ ', 'am 1 schrieb ', 'charset= ', '\x1b[0;',
    'data:image/', 'content-a:\n--', '2026년 ', '님이 ', '_', '/*', '%',
)


@contextlib.contextmanager
def at_most_a_second(what):
    """Fail as soon as something took a second of CPU time: what is exponential never ends."""
    def fail(*_args):
        pytest.fail(f'{what} took more than a second')
    before = signal.signal(signal.SIGVTALRM, fail)
    signal.setitimer(signal.ITIMER_VIRTUAL, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def find_patterns():
    """``(file and line, pattern, flags)`` of each call of ``re`` in the addons."""
    for path in sorted(path for addon in ADDONS for path in (ROOT / addon).rglob('*.py')):
        name = str(path.relative_to(ROOT))
        if '/tests/' in name or '/migrations/' in name:
            continue
        source = path.read_text(encoding='utf-8')
        if 'import re\n' not in source:
            continue
        module = importlib.import_module('odoo.addons.' + name[:-3].replace('/', '.'))
        for node in ast.walk(ast.parse(source)):
            if is_call_of_re(node):
                yield f'{name}:{node.lineno}', *read_pattern(name, module, node)


def is_call_of_re(node):
    return (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name) and node.func.value.id == 're'
            and node.func.attr in CALLS)


def read_pattern(name, module, node):
    text = ast.unparse(node.args[0])
    if (name, text) in MADE:
        pattern = MADE[name, text]
    else:
        pattern = evaluate(node.args[0], module)
        pattern = pattern.pattern if isinstance(pattern, re.Pattern) else pattern
    flags = [keyword.value for keyword in node.keywords if keyword.arg == 'flags']
    flags += [arg for arg in node.args[1:] if 're.' in ast.unparse(arg)]
    return pattern, sum(int(evaluate(flag, module)) for flag in flags)


def evaluate(node, module):
    return eval(compile(ast.Expression(node), '<re>', 'eval'), vars(module))


def is_only_matched(place):
    """Whether a pattern has a name by which it is only compared with the beginning of texts."""
    file, _colon, line = place.rpartition(':')
    name = (ROOT / file).read_text(encoding='utf-8').splitlines()[int(line) - 1].partition(' = ')[0]
    if not name.isupper():
        return False
    used = {call[1] for addon in ADDONS for path in (ROOT / addon).rglob('*.py')
            for call in re.finditer(rf'\b{name}\.(\w+)\(', path.read_text(encoding='utf-8'))}
    return used <= {'match', 'fullmatch'}


PATTERNS = list(find_patterns())


def test_all_are_found():
    """More than twenty; what is made at run time is listed by hand, and nothing else."""
    assert len(PATTERNS) > 20
    assert len({name for name, _pattern, _flags in PATTERNS}) == len(PATTERNS)


@pytest.mark.parametrize(('name', 'pattern', 'flags'), PATTERNS, ids=[p[0] for p in PATTERNS])
def test_none_starves(name, pattern, flags):
    """1 MB of whatever it may stumble on takes less than a second."""
    compiled = re.compile(pattern, flags)
    methods = [compiled.match, compiled.fullmatch]
    if not is_only_matched(name):
        methods.append(lambda subject: compiled.sub(subject[:0], subject))
    for seed in HOSTILE:
        text = seed * (SIZE // len(seed)) + '\x02'
        subject = text.encode() if isinstance(pattern, bytes) else text
        for method in methods:
            with at_most_a_second(f'{name} on 1 MB of {seed!r}'):
                method(subject)


def test_subjects_of_many_answers():
    """*Similar Tickets* takes ``re:`` off a subject as often as it stands there."""
    request_text = importlib.import_module('odoo.addons.helpdesk_lite.tools.request_text')
    with at_most_a_second('The subject'):
        subject = request_text.get_own_subject('re:' * 133_000 + ' Fwd: [Helpdesk] Door')
    assert subject == 'door'
