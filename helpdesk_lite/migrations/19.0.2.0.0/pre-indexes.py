"""Indexes that no query uses go; the ORM leaves those of a field where they are."""


def migrate(cr, version):
    """Drop the trigrams of subjects: the nearest subjects' index finds parts of them, too.

    And that of customers' companies: there is one now that holds what their tickets' count reads.
    """
    cr.execute('DROP INDEX IF EXISTS helpdesk_lite_ticket__name_index')
    cr.execute('DROP INDEX IF EXISTS helpdesk_lite_ticket__commercial_partner_id_index')
