from odoo.tools import SQL

MODELS = (
    'helpdesk.lite.ticket', 'helpdesk.lite.team', 'helpdesk.lite.stage', 'helpdesk.lite.tag',
    'helpdesk.lite.ticket.merge', 'helpdesk.lite.ticket.merge.line',
)

# Rows that name one of our models by a text that no foreign key ties to it: (table, column)
ROWS_BY_MODEL_NAME = (
    ('mail_followers', 'res_model'),
    ('mail_message', 'model'),
    ('mail_scheduled_message', 'model'),
    ('mail_activity', 'res_model'),
    ('ir_attachment', 'res_model'),
    ('ir_filters', 'model_id'),
    ('ir_exports', 'resource'),
    ('mail_message_subtype', 'res_model'),
    ('mail_activity_type', 'res_model'),
    ('mail_activity_plan', 'res_model'),
)


def uninstall_hook(env):
    """Remove what Odoo leaves of an uninstalled module.

    Odoo drops tables, columns and records with an xmlid of the module. Rows that only name a
    model, and what users made for it by themselves, stay; here they go.
    """
    env.flush_all()
    cr = env.cr
    cr.execute(SQL(
        'DELETE FROM mail_mail WHERE mail_message_id IN '
        '(SELECT id FROM mail_message WHERE model IN %s)', MODELS))
    for table, column in ROWS_BY_MODEL_NAME:
        cr.execute(SQL(
            'DELETE FROM %s WHERE %s IN %s',
            SQL.identifier(table), SQL.identifier(column), MODELS))
    cr.execute("DELETE FROM ir_config_parameter WHERE key LIKE 'helpdesk_lite%'")
    # a team's alias can't go before the team
    cr.execute('DELETE FROM helpdesk_lite_ticket')
    cr.execute('DELETE FROM helpdesk_lite_team')
    cr.execute(SQL(
        """DELETE FROM mail_alias USING ir_model model
            WHERE model.id IN (alias_model_id, alias_parent_model_id) AND model.model IN %s""",
        MODELS))
    env.invalidate_all(flush=False)
