import json

from odoo.tools import SQL


def raw_write(model, names, query, reads=()):
    """Write columns by one statement, and let all that is computed of them follow.

    The one way around the ORM, for sets that are too large for it: a stored value that depends on
    a column is true whoever writes the column.

    :param model: the model whose table is written; its records don't matter
    :param names: the fields that the statement writes, no relations
    :param SQL query: a statement that returns the ids of the rows that it wrote as first column
    :param reads: more fields of the model that the statement reads
    :return: the rows that the statement returned
    """
    model.flush_model({*names, *reads})
    rows = model.env.execute_query(query)
    model.invalidate_model(names, flush=False)
    if rows:
        model.browse(row[0] for row in rows).modified(names)
    return rows


def raw_insert(model, rows):
    """Insert rows by one statement, without defaults or hooks.

    :param model: the model whose table gets the rows
    :param rows: dicts of columns, all of the same keys, of what JSON has and dates
    :return: ids in the order of the rows
    """
    if not rows:
        return []
    ids = model.env.execute_query(get_insert(model, rows))
    model.invalidate_model(flush=False)
    return [row_id for row_id, in ids]


def get_insert(model, rows):
    """Return the statement of `raw_insert`."""
    columns = SQL(', ').join(SQL.identifier(name) for name in rows[0])
    return SQL(
        """INSERT INTO %(table)s (%(columns)s)
           SELECT %(columns)s FROM jsonb_populate_recordset(NULL::%(table)s, %(rows)s::jsonb)
        RETURNING id""",
        table=SQL.identifier(model._table), columns=columns, rows=json.dumps(rows, default=str))


def raw_update(model, rows, beside=None):
    """Write rows that differ from each other by one statement; see `raw_write`.

    :param rows: dicts of columns with ``id``, all of the same keys, of what JSON has and dates
    :param SQL beside: a statement that is done in the same one, to save a way to the database
    """
    if not rows:
        return
    names = [name for name in rows[0] if name != 'id']
    columns = SQL(', ').join(SQL.identifier(name) for name in names)
    new = SQL(', ').join(SQL('new.%s', SQL.identifier(name)) for name in names)
    raw_write(model, names, SQL(
        """%(beside)s
           UPDATE %(table)s record SET (%(columns)s) = ROW(%(new)s)
             FROM jsonb_populate_recordset(NULL::%(table)s, %(rows)s::jsonb) AS new
            WHERE record.id = new.id RETURNING record.id""",
        beside=SQL('WITH beside AS (%s)', beside) if beside else SQL(),
        table=SQL.identifier(model._table), columns=columns, new=new,
        rows=json.dumps(rows, default=str)))
