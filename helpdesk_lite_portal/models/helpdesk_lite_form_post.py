import contextlib
import hashlib
import ipaddress
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import hmac

KEEP_HOURS = 48


class HelpdeskLiteFormPost(models.Model):
    """What the public form took lately: how much from an address, and what it became.

    Requests of one visitor are taken one after another, so that no more of them pass than may.
    Rows live two days. Addresses are kept as keyed hashes, which tell nobody where somebody was.
    """

    _name = 'helpdesk.lite.form.post'
    _description = 'Helpdesk Form Submission'
    _log_access = False

    create_date = fields.Datetime(required=True, index=True, default=fields.Datetime.now)
    address_hash = fields.Char(required=True)
    digest = fields.Char(required=True)
    ticket_ref = fields.Char()

    _digest_uniq = models.UniqueIndex('(digest)', 'The same request was sent already.')
    _address_idx = models.Index('(address_hash, create_date)')

    @api.model
    def _is_too_many(self, address):
        """Whether an address has sent as many requests as it may within the last while.

        :param str address: of the network, as Odoo's proxy mode understands it
        """
        limit = self._get_number('form_limit', 30)
        since = fields.Datetime.now() - timedelta(minutes=self._get_number('form_minutes', 60))
        return self.search_count([
            ('address_hash', '=', self._hash_address(address)), ('create_date', '>', since)],
            limit=limit) >= limit

    @api.model
    def _is_too_many_by_now(self, address):
        """As `_is_too_many`, after parallel requests of the same visitor are through.

        Whoever calls this is the only one of the visitor's until the transaction ends.
        """
        self._wait_for_others(self._hash_address(address))
        with self._as_of_now(self) as posts:
            return posts._is_too_many(address)

    @api.model
    def _find_sent(self, digest):
        """The reference of the ticket that a request became, also in a transaction that ended
        after this one began."""
        with self._as_of_now(self) as posts:
            return posts.search([('digest', '=', digest)], limit=1).ticket_ref

    @api.model
    def _wait_for_others(self, key):
        """Wait until no other transaction holds a key, and hold it until this one ends."""
        self.env.cr.execute(SQL(
            'SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))', f'helpdesk_lite_form:{key}'))

    @api.model
    @contextlib.contextmanager
    def _as_of_now(self, records):
        """Records to read what is committed by now: this transaction sees what was at its
        beginning."""
        with self.env.registry.cursor() as cr:
            yield records.with_env(records.env(cr=cr))

    @api.model
    def _get_number(self, name, default):
        """A number from the system parameters, which an administrator may change.

        :param str name: of the parameter, behind ``helpdesk_lite_portal.``
        """
        # sudo: ir.config_parameter - limits of the form, read on behalf of visitors
        value = self.env['ir.config_parameter'].sudo().get_param(f'helpdesk_lite_portal.{name}')
        try:
            return max(int(value), 0)
        except (TypeError, ValueError):
            return default

    @api.model
    def _hash_address(self, address):
        """A keyed hash of where a visitor is: the address, or the network of an IPv6 customer.

        Whoever has an IPv6 connection has 2^64 addresses (RFC 6177).
        """
        try:
            ip = ipaddress.ip_address(address or '')
        except ValueError:
            ip = address or ''
        else:
            ip = getattr(ip, 'ipv4_mapped', None) or ip
            if ip.version == 6:
                ip = ipaddress.ip_network((ip, 64), strict=False)
        # sudo: ir.config_parameter - signs with the database's secret
        return hmac(self.env(su=True), 'helpdesk_lite_portal.address', str(ip))

    @api.model
    def _reserve(self, digest, address):
        """Note a request before its ticket is made; a double click waits here for the first one.

        Where the other one is committed meanwhile, PostgreSQL finds that it can't serialize the two
        and Odoo handles the second request again, which then sees the first one's ticket.

        :param str digest: see `_make_digest`
        :return: the row, whose ``ticket_ref`` is to be written
        """
        self.flush_model(['digest'])
        self.env.cr.execute(SQL(
            """INSERT INTO helpdesk_lite_form_post (digest, address_hash, create_date)
               VALUES (%s, %s, %s) ON CONFLICT (digest) DO NOTHING RETURNING id""",
            digest, self._hash_address(address), fields.Datetime.now()), log_exceptions=False)
        return self.browse(row_id for row_id, in self.env.cr.fetchall())

    @api.model
    def _make_digest(self, *parts):
        """What tells a request from another: a double click sends the same one twice."""
        return hashlib.sha256(repr(parts).encode('utf-8', 'replace')).hexdigest()

    @api.autovacuum
    def _gc_old(self):
        """Forget what is too old to matter."""
        limit = fields.Datetime.now() - timedelta(hours=KEEP_HOURS)
        self.search([('create_date', '<', limit)]).unlink()
