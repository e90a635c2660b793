"""Answers reach a ticket by the address of a team that it left: which ones, the log tells."""


def migrate(cr, version):
    """Fill in the teams that tickets were moved out of, from the tracked changes of their team."""
    cr.execute("""
        INSERT INTO helpdesk_lite_ticket_former_team_rel (ticket_id, team_id)
        SELECT DISTINCT ticket.id, team.id
          FROM mail_tracking_value value
          JOIN ir_model_fields field ON field.id = value.field_id
           AND field.model = 'helpdesk.lite.ticket' AND field.name = 'team_id'
          JOIN mail_message message ON message.id = value.mail_message_id
           AND message.model = 'helpdesk.lite.ticket'
          JOIN helpdesk_lite_ticket ticket ON ticket.id = message.res_id
          JOIN helpdesk_lite_team team ON team.id = value.old_value_integer
            ON CONFLICT DO NOTHING""")
