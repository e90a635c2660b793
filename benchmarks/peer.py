"""The same desk for OCA's ``helpdesk_mgmt``, through what its models offer."""

import desk

from odoo.fields import Command


class PeerDesk(desk.Desk):
    model, team_model, table = 'helpdesk.ticket', 'helpdesk.ticket.team', 'helpdesk_ticket'
    user_group = 'helpdesk_mgmt.group_helpdesk_user'
    manager_group = 'helpdesk_mgmt.group_helpdesk_manager'
    tickets_sql = """
INSERT INTO helpdesk_ticket (
    id, name, number, description, active, team_id, company_id, stage_id, unattended,
    closed_date, last_stage_update, assigned_date, priority, kanban_state, sequence, user_id,
    partner_id, commercial_partner_id, partner_name, partner_email, create_date, write_date,
    create_uid, write_uid)
SELECT id, name, 'BENCH' || n, description, TRUE, team_id, %(company)s, stage_id, is_new,
       close_date, coalesce(close_date, made), CASE WHEN user_id IS NOT NULL THEN made END,
       priority, 'normal', 10, user_id, partner_id, partner_id, partner_name, partner_email, made,
       made, 1, 1
  FROM bench_source ORDER BY n
"""

    def complete_tickets(self, cr):
        """Nothing: all of it was made by SQL."""

    def make_teams(self, env, users):
        stages = env['helpdesk.ticket.stage'].search([], order='sequence, id')
        stages.mail_template_id = False
        teams = env['helpdesk.ticket.team'].create([
            {
                'name': f'Bench {number + 1}', 'alias_name': f'bench{number + 1}',
                'user_ids': [Command.set(users[number::desk.TEAMS].ids)],
            } for number in range(desk.TEAMS)])
        opened = stages.filtered(lambda stage: not stage.closed)
        return teams, opened[:3] + stages.filtered('closed')[0]
