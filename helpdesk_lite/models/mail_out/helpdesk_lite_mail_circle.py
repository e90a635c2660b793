from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, email_normalize

LIMIT = 5  # mails to one address in a day that a mail or form set off by itself
# Mailboxes that are the same with and without dots before the "@"
DOTLESS = {'gmail.com', 'googlemail.com'}


class HelpdeskLiteMailCircle(models.Model):
    """Count what was sent by itself, so that two machines don't answer each other for ever.

    It counts what a mail or a form sets off (acknowledgements, refusals, notices to senders), and
    nothing that people and scheduled jobs do.
    """

    _name = 'helpdesk.lite.mail.circle'
    _description = 'Automatic Helpdesk E-mail'
    _log_access = False
    _order = 'id'
    _rec_name = 'mailbox'

    mailbox = fields.Char(required=True, readonly=True)
    kind = fields.Char(required=True, readonly=True)
    date = fields.Datetime(required=True, readonly=True)

    _mailbox_idx = models.Index('(mailbox, kind, date)')

    @api.model
    def _may_write(self, address, limit=LIMIT, kind='automatic'):
        """Whether one more mail may go to an address now; if so it counts as sent.

        Of two that come at once the second waits until the first is committed, and then looks with
        a fresh snapshot, since its own was taken before.

        :param str address: as it was written, with or without a name
        :param int limit: mails of this kind in 24 hours
        :param str kind: what is counted apart: a limit of one kind doesn't touch another's
        :return: False also where `address` is none
        """
        mailbox = self._get_mailbox(address)
        if not mailbox:
            return False
        since = fields.Datetime.now() - timedelta(days=1)
        self.env.execute_query(SQL(
            'SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))', f'circle {mailbox}'))
        committed = self._find_committed(mailbox, kind, since, limit)
        return bool(self.env.execute_query(SQL(
            """INSERT INTO helpdesk_lite_mail_circle (mailbox, kind, date)
               SELECT %(mailbox)s, %(kind)s, %(now)s
                WHERE %(limit)s > %(count)s + (
                    SELECT count(*) FROM helpdesk_lite_mail_circle
                     WHERE mailbox = %(mailbox)s AND kind = %(kind)s AND date > %(since)s
                       AND id != ALL(%(committed)s))
            RETURNING id""",
            mailbox=mailbox, kind=kind, now=fields.Datetime.now(), since=since, limit=limit,
            count=len(committed), committed=committed)))

    @api.model
    def _find_committed(self, mailbox, kind, since, limit):
        """Return ids of what other transactions have committed by now, at most `limit`."""
        with self.pool.cursor() as cr:
            cr.execute(
                """SELECT id FROM helpdesk_lite_mail_circle
                    WHERE mailbox = %s AND kind = %s AND date > %s LIMIT %s""",
                [mailbox, kind, since, limit])
            return [row_id for row_id, in cr.fetchall()]

    @api.model
    def _get_mailbox(self, address):
        """Return the mailbox behind an address, without what one may add to it at will.

        That is a ``+tag``, and dots where the provider doesn't count them. '' for no address.
        """
        local, _at, domain = (email_normalize(address or '') or '').partition('@')
        local = local.partition('+')[0] or local
        if domain in DOTLESS:
            local, domain = local.replace('.', ''), 'gmail.com'
        return f'{local}@{domain}' if local and domain else ''

    @api.autovacuum
    def _gc_circles(self):
        """Forget what no limit counts any more."""
        self.env.execute_query(SQL(
            'DELETE FROM helpdesk_lite_mail_circle WHERE date < %s RETURNING id',
            fields.Datetime.now() - timedelta(days=2)))
