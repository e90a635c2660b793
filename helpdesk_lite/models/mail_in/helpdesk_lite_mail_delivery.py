import hashlib
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

KEPT_DAYS = 400


class HelpdeskLiteMailDelivery(models.Model):
    """Keep what was delivered to whom, to know a second delivery, and a flood.

    It is noted at arrival, since a ticket's team changes later.
    """

    _name = 'helpdesk.lite.mail.delivery'
    _description = 'Delivered Helpdesk E-mail'
    _log_access = False
    _order = 'id'
    _rec_name = 'digest'

    digest = fields.Char(
        required=True, readonly=True,
        help='A hash of what tells two mails apart: message id, team and date; without an id '
             'sender, team, subject, date and text.')
    message_id = fields.Char(readonly=True, index='btree_not_null')
    sender = fields.Char(readonly=True, help='The normalised address that the mail claims.')
    ticket_id = fields.Integer(
        readonly=True, help='The ticket that the mail belonged to; 0 for one that made a ticket.')
    date = fields.Datetime(required=True, readonly=True)

    _digest_uniq = models.UniqueIndex('(digest)', 'This mail was delivered already.')
    _sender_idx = models.Index('(sender, date)')

    @api.model
    def _note(self, mail, deliveries):
        """Note that a mail was delivered; tell which of the deliveries are first ones.

        Two deliveries of one mail may arrive at once. The first one holds a lock until it is
        committed; the second waits for it, and then looks with a fresh snapshot, since its own
        was taken before. A mail without an id is another one after 24 hours.

        :param IncomingMail mail: the mail
        :param list deliveries: ``(key of the team or thread, ticket id or 0)``, each one
        :return: the set of keys that were never delivered before
        """
        digests = {self._get_digest(mail, key): (key, ticket_id) for key, ticket_id in deliveries}
        if self._lock_and_ask(mail, min(digests)):
            return set()
        known = self._find_committed(list(digests), mail)
        rows = self.env.execute_query(SQL(
            """INSERT INTO helpdesk_lite_mail_delivery
                      (digest, message_id, sender, ticket_id, date)
               SELECT digest, %s, %s, ticket_id, %s
                 FROM unnest(%s::text[], %s::integer[]) AS new(digest, ticket_id)
          ON CONFLICT (digest) DO UPDATE SET date = EXCLUDED.date
                WHERE helpdesk_lite_mail_delivery.message_id IS NULL
                  AND helpdesk_lite_mail_delivery.date < EXCLUDED.date - INTERVAL '24 hours'
            RETURNING digest""",
            mail.message_id or None, mail.sender[1] or None, fields.Datetime.now(),
            [digest for digest in digests if digest not in known],
            [ticket_id for digest, (_key, ticket_id) in digests.items() if digest not in known]))
        return {digests[digest][0] for digest, in rows}

    @api.model
    def _find_committed(self, digests, mail):
        """Return those of the digests that another transaction has committed by now."""
        day_ago = fields.Datetime.now() - timedelta(days=1)
        with self.pool.cursor() as cr:
            cr.execute(
                """SELECT digest FROM helpdesk_lite_mail_delivery
                    WHERE digest = ANY(%s) AND (message_id IS NOT NULL OR date >= %s)""",
                [digests, day_ago])
            return {digest for digest, in cr.fetchall()}

    @api.model
    def _get_digest(self, mail, key):
        """Return a hash of what makes a mail the same one; see the field's help."""
        if mail.message_id:
            parts = ('id', mail.message_id, key, mail.sent)
        else:
            parts = ('text', mail.sender[1], key, mail.sent, mail.content)
        return hashlib.sha256('\0'.join(map(str, parts)).encode(
            'utf-8', 'surrogateescape')).hexdigest()

    @api.model
    def _lock_and_ask(self, mail, digest):
        """Wait for other deliveries of the mail; tell whether it must not be taken in.

        A message of its id that wasn't a mail is the desk's own one, which came back; one that
        was a mail, and isn't noted here, came in before deliveries were noted.
        """
        [[_lock, known]] = self.env.execute_query(SQL(
            """SELECT pg_advisory_xact_lock(hashtextextended(%(key)s, 0)), (
                   SELECT bool_or(message.message_type != 'email') OR NOT EXISTS (
                            SELECT 1 FROM helpdesk_lite_mail_delivery delivery
                             WHERE delivery.message_id = %(id)s)
                     FROM mail_message message WHERE message.message_id = %(id)s
                   HAVING count(*) > 0)""", key=mail.message_id or digest, id=mail.message_id))
        return bool(known)

    @api.model
    def _count_recent(self, sender, ticket_ids, minutes):
        """Count the mails of an address in the last minutes: ``{ticket id or 0: count}``."""
        since = fields.Datetime.now() - timedelta(minutes=minutes)
        return dict(self.env.execute_query(SQL(
            """SELECT ticket_id, count(DISTINCT coalesce(message_id, digest))
                 FROM helpdesk_lite_mail_delivery
                WHERE sender = %s AND date >= %s AND ticket_id = ANY(%s) GROUP BY ticket_id""",
            sender, since, list(ticket_ids))))

    @api.autovacuum
    def _gc_deliveries(self):
        """Forget deliveries that no mail server repeats any more."""
        limit = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.env.execute_query(SQL(
            'DELETE FROM helpdesk_lite_mail_delivery WHERE date < %s RETURNING id', limit))
