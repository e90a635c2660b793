"""Answers go on assigning nobody in teams that are older than the choice."""


def migrate(cr, version):
    cr.execute("""
        ALTER TABLE helpdesk_lite_team
          ADD COLUMN IF NOT EXISTS answer_assigns boolean DEFAULT FALSE""")
    cr.execute('ALTER TABLE helpdesk_lite_team ALTER COLUMN answer_assigns DROP DEFAULT')
