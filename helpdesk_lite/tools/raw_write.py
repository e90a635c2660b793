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
