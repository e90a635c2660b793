"""Ratings begin with none: no ticket of a large table has to be looked at for its last one."""


def migrate(cr, version):
    cr.execute("""
        ALTER TABLE helpdesk_lite_ticket
          ADD COLUMN IF NOT EXISTS rating_last_value double precision DEFAULT 0""")
    cr.execute('ALTER TABLE helpdesk_lite_ticket ALTER COLUMN rating_last_value DROP DEFAULT')
