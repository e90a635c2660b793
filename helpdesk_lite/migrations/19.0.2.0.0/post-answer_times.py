"""Whose turn it is replaces "Customer has answered", in what users saved, too."""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

OLD, NEW = 'customer_has_answered', 'waiting_for'
# Where domains and contexts of tickets are kept: (table, column of the model, columns)
TEXTS = (
    ('ir_filters', 'model_id', ('domain', 'context', 'sort')),
    ('ir_act_window', 'res_model', ('domain', 'context')),
)


def get_replacements():
    """Conditions on the old field as clients write them, and the same on the new one."""
    pairs = []
    for quote in ('"', "'"):
        old, new, desk = (f'{quote}{word}{quote}' for word in (OLD, NEW, 'desk'))
        for operator, value, same in (
                ('=', 'True', '='), ('=', 'False', '!='), ('!=', 'False', '='),
                ('!=', 'True', '!='), ('=', 'true', '='), ('=', 'false', '!=')):
            pairs.append((f'{old}, {quote}{operator}{quote}, {value}',
                          f'{new}, {quote}{same}{quote}, {desk}'))
    return [*pairs, (OLD, NEW)]  # what is left are groups and orders


def migrate(cr, version):
    """Change what users saved, keep the closings that are known, and call the job."""
    for table, model_column, columns in TEXTS:
        for column in columns:
            names = {'table': SQL.identifier(table), 'column': SQL.identifier(column)}
            cr.execute(SQL(
                'SELECT id, %(column)s FROM %(table)s WHERE %(model)s = %(ticket)s'
                ' AND %(column)s LIKE %(old)s', model=SQL.identifier(model_column),
                ticket='helpdesk.lite.ticket', old=f'%{OLD}%', **names))
            for row_id, text in cr.fetchall():
                for old, new in get_replacements():
                    text = text.replace(old, new)
                cr.execute(SQL(
                    'UPDATE %(table)s SET %(column)s = %(text)s WHERE id = %(id)s',
                    text=text, id=row_id, **names))
    cr.execute("""
        UPDATE ir_exports_line line SET name = %s FROM ir_exports export
         WHERE export.id = line.export_id AND export.resource = 'helpdesk.lite.ticket'
           AND line.name = %s""", (NEW, OLD))
    cr.execute("""
        INSERT INTO helpdesk_lite_ticket_closing (ticket_id, close_date, user_id, team_id)
        SELECT id, close_date, user_id, team_id FROM helpdesk_lite_ticket
         WHERE is_closed IS TRUE AND merged_into_id IS NULL AND close_date IS NOT NULL
            ON CONFLICT (ticket_id) WHERE reopen_date IS NULL DO NOTHING""")
    env = api.Environment(cr, SUPERUSER_ID, {})
    env.ref('helpdesk_lite.ir_cron_auto_close_ticket')._trigger()
