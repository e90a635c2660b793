"""The text that tickets are found by, for many at once and past the ORM, which would load them."""

from .search_words import make_index

BATCH = 5_000


def fill_search_index(cr):
    """Fill ``search_index`` of the tickets that have none, as the field computes it."""
    last_id = 0
    while rows := _read_batch(cr, last_id):
        last_id = rows[-1][0]
        cr.execute("""
            UPDATE helpdesk_lite_ticket ticket SET search_index = new.text
              FROM unnest(%s, %s) AS new(id, text) WHERE new.id = ticket.id""", [
            [row[0] for row in rows],
            [make_index(texts, phones, description)
             for _id, texts, phones, description in rows]])


def _read_batch(cr, last_id):
    """The next tickets: ``[(id, texts, phones, description)]``."""
    cr.execute("""
        SELECT ticket.id,
               ARRAY[ticket.ticket_ref, ticket.name, ticket.partner_name, customer.name,
                     company.name, ticket.partner_email, customer.email, ticket.email_cc],
               ARRAY[ticket.partner_phone, customer.phone], ticket.description
          FROM helpdesk_lite_ticket ticket
          LEFT JOIN res_partner customer ON customer.id = ticket.partner_id
          LEFT JOIN res_partner company ON company.id = ticket.commercial_partner_id
         WHERE ticket.id > %s AND ticket.search_index IS NULL
         ORDER BY ticket.id LIMIT %s""", [last_id, BATCH])
    return cr.fetchall()
