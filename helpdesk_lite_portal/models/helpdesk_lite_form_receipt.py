from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.misc import hmac

from ..tools.claims import get_mailbox

KEEP_HOURS = 48
DAY_LIMIT = 3


class HelpdeskLiteFormReceipt(models.Model):
    """Whom the public form had something sent to lately, because a stranger typed their address.

    A stranger may type anybody's address and number. So that nobody is flooded by our mails, each
    gets at most three acknowledgements a day. Rows live two days; addresses are keyed hashes.
    """

    _name = 'helpdesk.lite.form.receipt'
    _description = 'Helpdesk Form Acknowledgement'
    _log_access = False

    create_date = fields.Datetime(required=True, index=True, default=fields.Datetime.now)
    target_hash = fields.Char(required=True)

    _target_idx = models.Index('(target_hash, create_date)')

    @api.model
    def _take(self, address, phone):
        """Whether an acknowledgement may go to what a stranger typed; if so it is counted.

        Parallel requests wait for each other here, until those before are committed; so this
        comes before anything else that they could wait for.

        :param str address: a normalised e-mail address
        :param str phone: as typed, or empty
        """
        targets = sorted(self._hash_targets(address, phone))
        Post = self.env['helpdesk.lite.form.post']
        for target in targets:
            Post._wait_for_others(target)
        since = fields.Datetime.now() - timedelta(days=1)
        with Post._as_of_now(self) as receipts:
            sent = receipts._read_group(
                [('target_hash', 'in', targets), ('create_date', '>', since)],
                ['target_hash'], ['__count'])
        if any(count >= DAY_LIMIT for _target, count in sent):
            return False
        self.create([{'target_hash': target} for target in targets]).flush_recordset()
        return True

    @api.model
    def _hash_targets(self, address, phone):
        # its last digits: codes of countries and regions are written in many ways
        digits = ''.join(char for char in phone if char.isdecimal())[-8:]
        targets = [f'mail:{get_mailbox(address)}', *([f'phone:{digits}'] if digits else [])]
        # sudo: ir.config_parameter - signs with the database's secret
        return {hmac(self.env(su=True), 'helpdesk_lite_portal.receipt', target)
                for target in targets}

    @api.autovacuum
    def _gc_old(self):
        """Forget what is too old to matter."""
        limit = fields.Datetime.now() - timedelta(hours=KEEP_HOURS)
        self.search([('create_date', '<', limit)]).unlink()
