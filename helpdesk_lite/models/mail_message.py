from odoo import models
from odoo.tools import SQL

TICKET = 'helpdesk.lite.ticket'


class MailMessage(models.Model):
    """Whoever may no longer see a ticket reads no message of it, either.

    Odoo lets people read for good what they wrote or were notified of, whatever becomes of the
    record: a follower who was removed, or a customer of a team that was made internal, would keep
    all that they ever got.
    """

    _inherit = 'mail.message'

    def _search(self, domain, offset=0, limit=None, order=None, *, bypass_access=False, **kwargs):
        query = super()._search(
            domain, offset, limit, order, bypass_access=bypass_access, **kwargs)
        if self.env.su or bypass_access:
            return query
        # what is allowed for other reasons was fetched already: its ids are known
        messages = self.browse(query.get_result_ids())
        hidden = messages._filter_of_hidden_tickets()
        return (messages - hidden)._as_query(order) if hidden else query

    def _get_forbidden_access(self, operation):
        forbidden = super()._get_forbidden_access(operation)
        if operation in ('read', 'write'):
            forbidden += (self - forbidden)._filter_of_hidden_tickets()
        return forbidden

    def _filter_of_hidden_tickets(self):
        """Those of the messages that belong to tickets that the user may not read."""
        if not self.ids:
            return self.browse()
        self.flush_recordset(['model', 'res_id'])
        # the model stands in the statement: most messages are no ticket's, and end here
        rows = dict(self.env.execute_query(SQL(
            """SELECT id, res_id FROM mail_message
                WHERE id = ANY(%s) AND model = 'helpdesk.lite.ticket' AND res_id > 0""",
            self.ids)))
        if not rows:
            return self.browse()
        seen = set(self._filter_records_for_message_operation(
            TICKET, list(set(rows.values())), 'read').ids)
        return self.browse(
            message_id for message_id in self.ids
            if rows.get(message_id, 0) and rows[message_id] not in seen)
