"""Tickets get a moment of creation, and are marked: a job counts their answer times in batches."""

from odoo.tools import SQL
from odoo.tools.sql import column_exists

# A change of a ticket costs more in these than in all others together. The update of the tables,
# which follows, makes them anew.
DEAR_INDEXES = ('name_nearest_idx', '_name_index', '_ticket_ref_index')


def migrate(cr, version):
    """Add the columns before the ORM does, which would fill them ticket by ticket.

    To fill a column by changing its type writes the table once, and makes its indexes in one go.
    """
    if not column_exists(cr, 'helpdesk_lite_ticket', 'creation_date'):
        for name in DEAR_INDEXES:
            cr.execute(SQL(
                'DROP INDEX IF EXISTS %s', SQL.identifier(f'helpdesk_lite_ticket_{name}')))
        cr.execute("""
            ALTER TABLE helpdesk_lite_ticket
                ADD COLUMN creation_date timestamp,
                ADD COLUMN answer_times_missing boolean DEFAULT TRUE;
            ALTER TABLE helpdesk_lite_ticket
                ALTER COLUMN answer_times_missing DROP DEFAULT,
                ALTER COLUMN creation_date TYPE timestamp
                      USING date_trunc('second', create_date)""")
    # undoing an old merge must not write a column that is gone
    cr.execute("""
        UPDATE helpdesk_lite_ticket_merge_log
           SET ticket_values = ticket_values - 'customer_has_answered',
               filled_values = filled_values - 'customer_has_answered'
         WHERE ticket_values ? 'customer_has_answered'
            OR filled_values ? 'customer_has_answered'""")
