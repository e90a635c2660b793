"""Rows of Odoo's own models that belong to a ticket or a team are seen by who sees that one.

A row says by two columns what it belongs to: the name of a model, and an id.
"""
from odoo.exceptions import MissingError
from odoo.fields import Domain
from odoo.tools import SQL, OrderedSet

TEAM, TICKET = OURS = ('helpdesk.lite.team', 'helpdesk.lite.ticket')


def get_seen_domain(env, model_field='res_model', id_field='res_id', asked=Domain.TRUE):
    """The rows that belong to no ticket or team, or to one that the user may read.

    The model stands in the statement, so that it hides no other application's rows. Where what
    is asked for hides none by itself, there is no condition at all; see `are_all_seen`.

    :param env: the user's environment, not in superuser mode
    :param str model_field: the field with the name of the model that a row belongs to
    :param str id_field: the field with the id
    :param asked: the domain that the result is added to
    """
    if are_all_seen(env, asked, model_field, id_field):
        return Domain.TRUE
    wanted = find_asked(asked, model_field)
    domain = Domain.FALSE if wanted is not None and wanted.issubset(OURS) else Domain(
        model_field, 'not in', OURS)
    for name in OURS:
        records = env[name].with_context(active_test=False)
        if (wanted is None or name in wanted) and records.has_access('read'):
            domain |= Domain(model_field, '=', name) & is_readable(records, id_field)
    return domain


def are_all_seen(env, asked, model_field, id_field):
    """Whether a domain says by itself that it asks for no row that is hidden.

    It does by asking for those of other applications alone, as their screens do, or for those of
    records that the user may read, as those of a ticket do.

    :param asked: the domain
    :param str model_field, id_field: as in `get_seen_domain`
    """
    names, ids = find_asked(asked, model_field), find_asked(asked, id_field)
    if names is None or names.isdisjoint(OURS):
        return names is not None
    if len(names) > 1 or ids is None or not all(id_ and type(id_) is int for id_ in ids):
        return False
    records = env[names.pop()].browse(ids)
    if len(records) > 1:  # of one, a screen reads more
        # sudo: helpdesk.lite.ticket - what the rules look at, and not all that a ticket has
        records.sudo().fetch(['company_id'])
    try:
        return records.has_access('read')
    except MissingError:
        return False


def find_asked(domain, field):
    """The values of a field that a domain asks for alone, as a set; None where it asks for any.

    :param str field: of text or whole numbers
    """
    domain = Domain(domain)
    for part in domain.children if getattr(domain, 'OPERATOR', '') == '&' else [domain]:
        if getattr(part, 'field_expr', '') == field:
            if part.operator == '=' and part.value and isinstance(part.value, (str, int)):
                return {part.value}
            if part.operator == 'in' and isinstance(part.value, (list, tuple, set, OrderedSet)):
                return set(part.value)
    return None


def is_readable(records, id_field):
    """A condition on rows: the record with the id in their column `id_field` may be read.

    It stands for ``(id_field, 'in', records._search([]))``: of few rows PostgreSQL looks up the
    record of each, where IN would make it gather all that the user may read first.

    :param records: the model, in the user's environment
    """
    def to_sql(model, alias, query):
        readable = records._search([])
        if readable.is_empty():
            return SQL('FALSE')
        readable.add_where(SQL(
            '%s = %s', SQL.identifier(readable.table, 'id'),
            SQL.identifier(alias, id_field, to_flush=model._fields[id_field])))
        return SQL('EXISTS %s', readable.subselect(SQL('1')))

    return Domain.custom(to_sql=to_sql)


def drop_others(records, model_field):
    """The records without those that are known to belong to other applications.

    What was read or written in this transaction says it, so that theirs cost no query.

    :param str model_field: as in `get_seen_domain`, also a path to it through other models
    """
    caches, model = [], records
    for name in model_field.split('.'):
        field = model._fields[name]
        caches.append(field._get_cache(model.env))
        model = model.env[field.comodel_name] if field.comodel_name else model

    def may_be_ours(value):
        for cache in caches:
            value = cache.get(value, TICKET)
        return value in OURS

    return records.browse(id_ for id_ in records.ids if may_be_ours(id_))


def forbid_unseen(records, result, operation, get_domain, model_field=None):
    """Add what isn't in a domain to the result of ``_check_access``.

    :param result: what ``super()._check_access`` returned: None, or (records, function)
    :param str operation: as ``_check_access`` has it
    :param get_domain: a function that makes the domain of what may be seen
    :param str model_field: as in `drop_others`, where the rows have such a field
    """
    left = records - result[0] if result else records
    if model_field:
        left = drop_others(left, model_field)
    if records.env.su or not left.ids:
        return result
    # sudo: the caller's model - which rows are in the domain, and nothing of them
    seen = left.sudo().with_context(active_test=False).search(
        Domain('id', 'in', left.ids) & get_domain())
    hidden = left.browse(left.ids) - seen.sudo(False)
    if not hidden:
        return result
    error = result[1] if result else lambda: records.env['ir.rule']._make_access_error(
        operation, hidden)
    return (result[0] + hidden if result else hidden), error
