"""Merging copies followers now: merged tickets get back those whom it moved away before.

What the log keeps of hidden messages is less now: they all were public.
"""


def migrate(cr, version):
    """Give the followers back, then keep in the log the ids of those whom each merge added.

    The old log had ``[follower, partner, subtypes]``, with null for the subtypes of those who were
    new on the ticket that stays. Where it holds plain ids already, there is nothing to do.
    """
    cr.execute("""
        CREATE TEMPORARY TABLE helpdesk_lite_merge_follower ON COMMIT DROP AS
        SELECT log.ticket_id, log.destination_id, (entry ->> 1)::integer AS partner_id,
               entry -> 2 AS subtypes
          FROM helpdesk_lite_ticket_merge_log log,
               jsonb_array_elements(CASE WHEN jsonb_typeof(log.followers) = 'array'
                                         THEN log.followers ELSE '[]' END) entry
         WHERE jsonb_typeof(entry) = 'array'""")
    give_back(cr)
    cr.execute("""
        UPDATE helpdesk_lite_ticket_merge_log log SET followers = (
               SELECT jsonb_agg(DISTINCT follower.id)
                 FROM helpdesk_lite_merge_follower entry
                 JOIN mail_followers follower ON follower.res_model = 'helpdesk.lite.ticket'
                  AND follower.res_id = entry.destination_id
                  AND follower.partner_id = entry.partner_id
                WHERE entry.ticket_id = log.ticket_id)
         WHERE log.ticket_id IN (SELECT ticket_id FROM helpdesk_lite_merge_follower)""")
    cr.execute("""
        UPDATE helpdesk_lite_ticket_merge_log SET
               hidden_messages = (SELECT jsonb_agg(jsonb_build_array(row -> 0, row -> 1))
                                    FROM jsonb_array_elements(hidden_messages) row)
         WHERE jsonb_array_length(hidden_messages -> 0) = 3""")
    cr.execute("""
        UPDATE helpdesk_lite_ticket_merge_log SET
               hidden_scheduled = (SELECT jsonb_agg(row -> 0)
                                     FROM jsonb_array_elements(hidden_scheduled) row)
         WHERE jsonb_typeof(hidden_scheduled -> 0) = 'array'""")


def give_back(cr):
    """No portal user comes back to a team that is not public, except as the ticket's customer."""
    cr.execute("""
        WITH added AS (
            INSERT INTO mail_followers (res_model, res_id, partner_id)
            SELECT DISTINCT 'helpdesk.lite.ticket', entry.ticket_id, partner.id
              FROM helpdesk_lite_merge_follower entry
              JOIN res_partner partner ON partner.id = entry.partner_id
              JOIN helpdesk_lite_ticket ticket ON ticket.id = entry.ticket_id
              JOIN helpdesk_lite_team team ON team.id = ticket.team_id
             WHERE jsonb_typeof(entry.subtypes) = 'array'
               AND (team.privacy_visibility = 'portal' OR partner.id = ticket.partner_id
                    OR partner.id NOT IN (SELECT partner_id FROM res_users WHERE active
                                           GROUP BY partner_id HAVING bool_and(share)))
                ON CONFLICT DO NOTHING
         RETURNING id, res_id, partner_id)
        INSERT INTO mail_followers_mail_message_subtype_rel
                    (mail_followers_id, mail_message_subtype_id)
        SELECT DISTINCT added.id, subtype.id
          FROM added
          JOIN helpdesk_lite_merge_follower entry
            ON entry.ticket_id = added.res_id AND entry.partner_id = added.partner_id
          JOIN mail_message_subtype subtype ON entry.subtypes @> to_jsonb(subtype.id)
            ON CONFLICT DO NOTHING""")
