from odoo import SUPERUSER_ID, api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .seen import OURS, are_all_seen, drop_others, find_asked

MOST_FETCHED = 100


class MailMessage(models.Model):
    """Hide the messages of hidden tickets and teams, and all notes from customers.

    Odoo lets people read for good what they wrote or were notified of, whatever becomes of the
    record: a follower who was removed, or a customer of a team that was made internal, would keep
    all that they ever got. And it keeps customers from internal messages of one type alone.
    """

    _inherit = 'mail.message'

    def _search(self, domain, offset=0, limit=None, order=None, *, bypass_access=False, **kwargs):
        query = super()._search(
            domain, offset, limit, order, bypass_access=bypass_access, **kwargs)
        others = set(OURS).isdisjoint(find_asked(domain, 'model') or OURS)
        if self.env.su or bypass_access or others:
            return query
        if self.env.user.helpdesk_lite_is_employee and are_all_seen(
                self.env, domain, 'model', 'res_id'):
            return query
        # what is allowed for other reasons was fetched already: its ids are known
        messages = self.browse(query.get_result_ids())
        hidden = messages._filter_hidden('read')
        return (messages - hidden)._as_query(order) if hidden else query

    def _get_forbidden_access(self, operation):
        forbidden = super()._get_forbidden_access(operation)
        allowed = self - forbidden
        allowed._fetch_few()
        return forbidden + allowed._filter_hidden(operation)

    def _fetch_few(self):
        """Read messages now which the caller reads next: so nobody pays for what is ours.

        Few of them: texts are long, and of many one query more is not felt.
        """
        known = self._fields['model']._get_cache(self.env)
        unknown = self.browse(id_ for id_ in self.ids if id_ not in known)
        if 0 < len(unknown) <= MOST_FETCHED:
            unknown.sudo().fetch()  # sudo: mail.message - may be read, as Odoo found just before

    @api.depends_context('uid')
    def _compute_display_name(self):  # pylint: disable=missing-return
        """See ``mail.message``: rows that name a message do so in superuser mode."""
        super()._compute_display_name()
        if self.env.uid != SUPERUSER_ID:
            # sudo: mail.message - back to the mode that the caller was in
            self.sudo(False)._filter_hidden('read').sudo(self.env.su).display_name = False

    def action_open_document(self):
        """See ``mail.message``, which tells of any message what it belongs to."""
        self.check_access('read')
        return super().action_open_document()

    # ------------------------------------------------------------------
    # What is hidden
    # ------------------------------------------------------------------

    def _filter_hidden(self, operation):
        """Those of the messages, of tickets and teams alone, that the user may not handle so.

        :param str operation: one of the ORM's; to create a message takes the right to post
        """
        rows = self._read_rows_of_ours()
        if not rows:
            return self.browse()
        allowed = self._find_allowed_records(rows, 'create' if operation == 'create' else 'read')
        customer, partner_id = self.env.user.share, self.env.user.partner_id.id
        own_only = customer and operation in ('write', 'unlink')
        return self.browse(
            message_id for message_id, model, res_id, author_id, internal in rows
            if (model, res_id) not in allowed or (customer and internal)
            or (own_only and author_id != partner_id))

    def _read_rows_of_ours(self):
        """What decides of the messages of tickets and teams, as the database has it.

        :return: ``[(id, model, res_id, author's id, whether it is internal)]``
        """
        asked = drop_others(self, 'model')
        if not asked:
            return []
        self.flush_recordset(['model', 'res_id', 'author_id', 'is_internal', 'subtype_id'])
        # the model stands in the statement: most messages are no ticket's, and end here
        return self.env.execute_query(SQL(
            """SELECT message.id, message.model, message.res_id, message.author_id,
                      message.is_internal IS TRUE OR subtype.id IS NULL OR subtype.internal IS TRUE
                 FROM mail_message message
                 LEFT JOIN mail_message_subtype subtype ON subtype.id = message.subtype_id
                WHERE message.id = ANY(%s) AND message.model = ANY(%s) AND message.res_id > 0""",
            asked.ids, list(OURS)))

    def _find_allowed_records(self, rows, operation):
        """The records of the messages that the user may handle: a set of ``(model, id)``."""
        allowed = set()
        for model in OURS:
            if ids := {res_id for _id, name, res_id, *_rest in rows if name == model}:
                records = self._filter_records_for_message_operation(model, list(ids), operation)
                allowed.update((model, record_id) for record_id in records.ids)
        return allowed

    @api.model
    def _get_customer_domain(self):
        """Messages of other models, and of ours those that aren't internal."""
        return Domain('model', 'not in', OURS) | self._get_search_domain_share()
