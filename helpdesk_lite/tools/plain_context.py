# Of a caller's context nothing else reaches superuser mode
PLAIN_KEYS = ('lang', 'tz', 'allowed_company_ids')


def in_plain_context(records):
    """Records without what a caller put into the context besides language, time zone, companies.

    Whoever calls by RPC chooses the whole context: default values of what is made, who is told,
    what is logged.
    """
    context = records.env.context
    return records.with_env(records.env(context={
        key: context[key] for key in PLAIN_KEYS if key in context}))
