"""Contacts outside get what they follow, and "Ticket created" stands once in the log."""


def migrate(cr, version):
    """Change the subtypes, which are ``noupdate``, as data/mail_message_subtype_data.xml has them.

    Only where they still are as they were installed: an administrator may have changed them.
    """
    cr.execute("""
        UPDATE mail_message_subtype subtype
           SET internal = FALSE,
               description = CASE WHEN data.name = 'mt_ticket_new' THEN NULL
                                  ELSE subtype.description END
          FROM ir_model_data data
         WHERE data.module = 'helpdesk_lite' AND data.model = 'mail.message.subtype'
           AND data.res_id = subtype.id AND subtype.internal IS TRUE
           AND data.name IN (
               'mt_ticket_new', 'mt_ticket_stage', 'mt_team_ticket_new', 'mt_team_ticket_stage')""")
