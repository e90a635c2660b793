"""The same desk for Odoo's ``project``: its tasks are the tickets, its projects the teams.

    python project.py --config=… --database=… --desk=project --tickets=10000
"""

import sys

import desk
import fill
from bulk import bulk

from odoo.fields import Command

ASSIGNEES_SQL = """
INSERT INTO project_task_user_rel (task_id, user_id)
SELECT id, user_id FROM bench_source WHERE user_id IS NOT NULL
"""


class ProjectDesk(desk.Desk):
    model, team_model, table = 'project.task', 'project.project', 'project_task'
    user_group = 'project.group_project_user'
    manager_group = 'project.group_project_manager'
    tickets_sql = """
INSERT INTO project_task (
    id, name, description, active, project_id, company_id, stage_id, state, date_end,
    date_last_stage_update, date_assign, priority, sequence, display_in_project, recurring_task,
    is_template, has_template_ancestor, partner_id, create_date, write_date, create_uid, write_uid)
SELECT id, name, description, TRUE, team_id, %(company)s, stage_id,
       CASE WHEN is_closed THEN '1_done' ELSE '01_in_progress' END, close_date,
       coalesce(close_date, made), CASE WHEN user_id IS NOT NULL THEN made END, priority, 10, TRUE,
       FALSE, FALSE, FALSE, partner_id, made, made, 1, 1
  FROM bench_source ORDER BY n
"""

    def complete_tickets(self, cr):
        """Assign them: that is a table of its own."""
        with bulk(cr, 'project_task_user_rel'):
            cr.execute(ASSIGNEES_SQL)

    def make_teams(self, env, users):
        projects = env['project.project'].create([
            {'name': f'Bench {number + 1}', 'privacy_visibility': 'employees'}
            for number in range(desk.TEAMS)])
        stages = env['project.task.type'].create([
            {'name': name, 'sequence': number, 'fold': name == 'Done', 'user_id': False,
             'project_ids': [Command.set(projects.ids)]}
            for number, name in enumerate(('New', 'In Progress', 'On Hold', 'Done'))])
        return projects, stages


if __name__ == '__main__':
    fill.DESKS['project'] = ProjectDesk
    sys.exit(fill.main())
