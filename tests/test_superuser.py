"""docs/security.md lists every entry into superuser mode; see scripts/superuser.py."""

import importlib.util
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[1]


def load():
    spec = importlib.util.spec_from_file_location('superuser', ROOT / 'scripts' / 'superuser.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_list_is_true():
    differences = load().compare()
    assert not differences, '\n'.join([*differences, 'Run: python3 scripts/superuser.py --write'])


def test_entries_are_found():
    """Each way in is an entry; giving rights up is none."""
    superuser = load()
    finder = superuser.Finder(dedent("""\
        class Ticket:
            def one(self, name):
                # sudo: a.model - a reason that
                # takes two lines
                return self.sudo().search([])

            def two(self):
                self.with_user(1)  # sudo: b.model - beside it
                self.sudo(False), self.env(su=False), self.sudo

            def three(self):
                return [row for row in self.env(su=True)]

            def four(self):
                return self.sudo(True)
        """))
    assert finder.reasons == {
        'Ticket.one': ['a.model - a reason that takes two lines'],
        'Ticket.two': ['b.model - beside it'], 'Ticket.three': [None], 'Ticket.four': [None]}
    assert finder.parameters['Ticket.one'] == ['name']


def test_a_new_entry_is_missed(tmp_path, monkeypatch):
    superuser = load()
    found = superuser.collect()
    monkeypatch.setattr(superuser, 'collect', lambda: {**found, '`x.py` `new`': ('', 'nothing')})
    assert superuser.compare() == ['not in the list: `x.py` `new`', 'gives no reason: `x.py` `new`']
