"""Tickets get a moment of creation, and are marked: a job counts their answer times in batches."""

from odoo.tools.sql import column_exists


def migrate(cr, version):
    """Add the columns before the ORM does, which would fill them ticket by ticket."""
    if not column_exists(cr, 'helpdesk_lite_ticket', 'creation_date'):
        cr.execute("""
            ALTER TABLE helpdesk_lite_ticket
                ADD COLUMN creation_date timestamp,
                ADD COLUMN answer_times_missing boolean DEFAULT TRUE;
            ALTER TABLE helpdesk_lite_ticket ALTER COLUMN answer_times_missing DROP DEFAULT;
            UPDATE helpdesk_lite_ticket SET creation_date = date_trunc('second', create_date)""")
    # undoing an old merge must not write a column that is gone
    cr.execute("""
        UPDATE helpdesk_lite_ticket_merge_log
           SET ticket_values = ticket_values - 'customer_has_answered',
               filled_values = filled_values - 'customer_has_answered'
         WHERE ticket_values ? 'customer_has_answered'
            OR filled_values ? 'customer_has_answered'""")
