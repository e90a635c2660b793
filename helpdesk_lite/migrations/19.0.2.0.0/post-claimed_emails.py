"""Addresses that customers typed into their own profile are claims: who wrote them, the log tells.

Where nothing is logged, whoever wrote the contact last is taken for it.
"""


def migrate(cr, version):
    """Mark the contacts whose address was last written by somebody without an employee's account.

    Addresses by which they log in count all the same, see ``res.partner._is_email_believed``.
    """
    cr.execute("""
        UPDATE res_partner partner
           SET helpdesk_lite_email_claimed = TRUE
          FROM (SELECT DISTINCT ON (message.res_id) message.res_id AS id, message.create_uid
                  FROM mail_tracking_value value
                  JOIN ir_model_fields field ON field.id = value.field_id
                   AND field.model = 'res.partner' AND field.name = 'email'
                  JOIN mail_message message ON message.id = value.mail_message_id
                   AND message.model = 'res.partner'
                 ORDER BY message.res_id, message.id DESC) logged
         RIGHT JOIN res_partner written ON written.id = logged.id
          JOIN res_users writer ON writer.id = coalesce(logged.create_uid, written.write_uid)
         WHERE partner.id = written.id AND partner.email_normalized IS NOT NULL
           AND writer.share IS TRUE AND partner.helpdesk_lite_email_claimed IS NOT TRUE
           AND writer.id != (SELECT res_id FROM ir_model_data
                              WHERE module = 'base' AND name = 'public_user')""")
