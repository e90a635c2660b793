"""Databases of one test run: copied from the prepared ones, dropped at its end."""

import itertools
import os


class TestDatabases:
    """Copies of prepared databases.

    :param odoo: the set-up (``hdl.odoo.Odoo``)
    :param prefix: the name of the run's own database, which marks the others as its own
    """

    __test__ = False

    def __init__(self, odoo, prefix, template):
        self.odoo = odoo
        self.template = template
        self.prefix = f'{prefix}_e2e_{os.environ.get("PYTEST_XDIST_WORKER", "")}'
        self._numbers = itertools.count(1)
        self.made = []

    def copy(self, source=None):
        """A copy of a prepared database, by default the one with all addons; return its name."""
        name = f'{self.prefix}{next(self._numbers)}'
        self.odoo.databases.drop(name)
        self.odoo.databases.copy(source or self.template, name)
        self.made.append(name)
        return name

    def bare(self, *addons, demo=False):
        """A database with what these addons depend on, before they are installed."""
        modules = self.odoo.dependencies(addons or self.odoo.settings.addons())
        return self.copy(self.odoo.base_template(modules, demo=demo))

    def with_demo(self):
        """A database with all addons and demo data."""
        return self.copy(self.odoo.addons_template(self.odoo.settings.addons(), demo=True))

    def sql(self, name, statement):
        return self.odoo.server.sql(statement, name)

    def drop(self, name):
        self.odoo.databases.drop(name)
        self.made.remove(name)

    def drop_all(self):
        for name in list(self.made):
            self.drop(name)


def snapshot(databases, name, queries):
    """What a database holds: for each title the set of rows that its query returns."""
    return {
        title: {tuple(row) for row in databases.sql(name, query)}
        for title, query in queries.items()
    }
