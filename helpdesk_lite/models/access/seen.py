"""Rows of Odoo's own models that belong to a ticket or a team are seen by who sees that one.

A row says by two columns what it belongs to: the name of a model, and an id.
"""
from odoo.fields import Domain

TEAM, TICKET = OURS = ('helpdesk.lite.team', 'helpdesk.lite.ticket')


def get_seen_domain(env, model_field='res_model', id_field='res_id'):
    """The rows that belong to no ticket or team, or to one that the user may read.

    The model stands in the statement, so that it hides no other application's rows.

    :param env: the user's environment, not in superuser mode
    :param str model_field: the field with the name of the model that a row belongs to
    :param str id_field: the field with the id
    """
    domain = Domain(model_field, 'not in', OURS)
    for name in OURS:
        records = env[name].with_context(active_test=False)
        if records.has_access('read'):
            domain |= Domain(model_field, '=', name) & Domain(id_field, 'in', records._search([]))
    return domain


def drop_others(records, model_field):
    """The records without those that are known to belong to other applications.

    What was read or written in this transaction says it, so that theirs cost no query.

    :param str model_field: as in `get_seen_domain`
    """
    known = records._fields[model_field]._get_cache(records.env)
    return records.browse(id_ for id_ in records.ids if known.get(id_, TICKET) in OURS)


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
