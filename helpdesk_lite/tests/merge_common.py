from odoo.tools import SQL

from .common import HelpdeskLiteMailCommon

# Everything that is counted before and after: {table: column of the model}
COUNTED = {
    'mail_message': 'model',
    'ir_attachment': 'res_model',
    'mail_followers': 'res_model',
    'mail_activity': 'res_model',
    'mail_scheduled_message': 'model',
}


class MergeCommon(HelpdeskLiteMailCommon):
    """Tickets to merge, and ways to count what belongs to them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stay = cls.make_ticket(
            name='Printer jammed', description='<p>Paper jam on floor 2</p>',
            partner_id=cls.customer.id)
        cls.dup = cls.make_ticket(
            name='Printer is jammed', description='<p>There is a paper jam on floor 2</p>',
            partner_id=cls.customer.id)
        cls.both = cls.stay | cls.dup
        cls.note = cls.env.ref('mail.mt_note')
        cls.comment = cls.env.ref('mail.mt_comment')
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.flush_tracking()

    def merge(self, sources, destination, user=None, **values):
        """Merge by the page, as a user does (``agent`` by default)."""
        tickets = sources | destination
        merge = self.env['helpdesk.lite.ticket.merge'].with_user(user or self.agent).with_context(
            active_model='helpdesk.lite.ticket', active_ids=tickets.ids,
        ).create({'destination_id': destination.id, **values})
        result = merge.action_merge()
        self.flush_tracking()
        return result

    def unmerge(self, tickets, user=None):
        tickets.with_user(user or self.agent).action_unmerge()
        self.flush_tracking()

    def post(self, ticket, user=None, body='Hello', **values):
        """A public message, by the agent unless another author is named."""
        return ticket.with_user(user or self.agent).message_post(
            body=body, message_type='comment', subtype_xmlid='mail.mt_comment', **values)

    def count(self, tickets):
        """``{table: {ticket id: ids of rows}}`` of what belongs to the tickets."""
        self.env.flush_all()
        result = {}
        for table, column in COUNTED.items():
            self.env.cr.execute(SQL(
                "SELECT res_id, id FROM %s WHERE %s = 'helpdesk.lite.ticket' AND res_id = ANY(%s)",
                SQL.identifier(table), SQL.identifier(column), tickets.ids))
            rows = result[table] = {ticket_id: set() for ticket_id in tickets.ids}
            for ticket_id, row_id in self.env.cr.fetchall():
                rows[ticket_id].add(row_id)
        return result

    def assert_nothing_lost(self, before, tickets):
        """Each row that there was still belongs to one of the tickets."""
        after = self.count(tickets)
        for table in COUNTED:
            self.assertLessEqual(
                set.union(*before[table].values()), set.union(*after[table].values()), table)

    def assert_restored(self, before, tickets):
        """Each row belongs to the ticket that it belonged to."""
        after = self.count(tickets)
        for table in COUNTED:
            for ticket_id, ids in before[table].items():
                if table == 'mail_followers':
                    continue  # compared by partner and subtypes
                self.assertLessEqual(ids, after[table][ticket_id], (table, ticket_id))

    def get_followers(self, ticket):
        """``{partner: its subtypes}`` of a ticket."""
        self.env.invalidate_all()
        return {
            follower.partner_id: follower.subtype_ids
            for follower in ticket.sudo().message_follower_ids}
