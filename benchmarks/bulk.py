"""Filling a large table of Odoo by SQL: its indexes and constraints are made after the rows."""

import contextlib

from odoo.tools import SQL

CONSTRAINTS = """
SELECT conname, pg_get_constraintdef(oid), obj_description(oid, 'pg_constraint')
  FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('f', 'u')
"""
INDEXES = """
SELECT index.relname, pg_get_indexdef(index.oid), obj_description(index.oid, 'pg_class')
  FROM pg_index JOIN pg_class index ON index.oid = indexrelid
 WHERE indrelid = %s::regclass AND NOT indisprimary
"""


@contextlib.contextmanager
def bulk(cr, table, say=lambda text: None):
    """A block that fills `table` at once: ten times as fast as with each row's own checks.

    Comments come back, too: Odoo leaves an index without one alone when its definition changes.

    :param say: told what is being made
    """
    cr.execute(CONSTRAINTS, [table])
    constraints = cr.fetchall()
    name = SQL.identifier(table)
    for constraint, _definition, _comment in constraints:
        cr.execute(SQL('ALTER TABLE %s DROP CONSTRAINT %s', name, SQL.identifier(constraint)))
    cr.execute(INDEXES, [table])
    indexes = cr.fetchall()
    for index, _definition, _comment in indexes:
        cr.execute(SQL('DROP INDEX %s', SQL.identifier(index)))
    yield
    for index, definition, comment in indexes:
        say(index)
        cr.execute(definition.replace('%', '%%'), ())
        cr.execute(SQL('COMMENT ON INDEX %s IS %s', SQL.identifier(index), comment))
    for constraint, definition, comment in constraints:
        say(constraint)
        cr.execute(SQL(
            'ALTER TABLE %s ADD CONSTRAINT %s %s',
            name, SQL.identifier(constraint), SQL(definition.replace('%', '%%'))))
        cr.execute(SQL(
            'COMMENT ON CONSTRAINT %s ON %s IS %s', SQL.identifier(constraint), name, comment))
