import logging

from odoo.tools import SQL, html2plaintext, html_sanitize, plaintext2html

from odoo.addons.helpdesk_lite.tools.boxed_html import box_html

_logger = logging.getLogger(__name__)

BATCH = 1000


def migrate(cr, version):
    """Make safe what strangers wrote before it was made safe on arrival: see ``box_html``.

    Texts without any attribute have nothing to leave their box by.
    """
    tickets = rebox(cr, 'helpdesk_lite_ticket', 'description', SQL('TRUE'))
    messages = rebox(cr, 'mail_message', 'body', SQL(
        """model = 'helpdesk.lite.ticket' AND (message_type = 'email' OR author_id IS NULL
           OR EXISTS (SELECT FROM res_partner WHERE id = author_id AND partner_share))"""))
    _logger.info('Made safe: %s descriptions, %s messages of tickets', tickets, messages)


def rebox(cr, table, column, condition):
    """Make the HTML of a column safe, in batches; return how many rows changed."""
    last_id = changed = 0
    while rows := read_batch(cr, table, column, condition, last_id):
        last_id = rows[-1][0]
        new = [(id_, safe) for id_, text in rows if (safe := make_safe(text)) != text]
        if new:
            cr.execute(SQL(
                'UPDATE %s SET %s = new.html FROM unnest(%s, %s) AS new(id, html) '
                'WHERE new.id = %s', SQL.identifier(table), SQL.identifier(column),
                [id_ for id_, _text in new], [text for _id, text in new],
                SQL.identifier(table, 'id')))
        changed += len(new)
    return changed


def read_batch(cr, table, column, condition, last_id):
    cr.execute(SQL(
        'SELECT id, %s FROM %s WHERE id > %s AND %s LIKE %s AND %s ORDER BY id LIMIT %s',
        SQL.identifier(column), SQL.identifier(table), last_id, SQL.identifier(column), '%=%',
        condition, BATCH))
    return cr.fetchall()


def make_safe(text):
    """As the fields do it; a text that can't be sanitised keeps its words and loses its form."""
    boxed = box_html(text)
    if boxed == text:
        return text  # it was sanitised when it arrived
    try:
        return str(html_sanitize(
            boxed, silent=False, sanitize_attributes=True, sanitize_style=True))
    except Exception as error:  # noqa: BLE001 (one text must not stop the upgrade)
        _logger.info('A text can not be sanitised: %s', error)
        return str(plaintext2html(html2plaintext(boxed)))
