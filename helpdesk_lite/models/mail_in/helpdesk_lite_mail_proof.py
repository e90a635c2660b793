import hashlib

from odoo import api, fields, models
from odoo.tools import SQL


class HelpdeskLiteMailProof(models.Model):
    """Keep the proofs of agents that people outside know by now; see ``mail.mail._read_proof``.

    An agent who answers to all sends the proof along, in ``In-Reply-To``. It proves that one mail,
    and no other: whoever got it could write in the agent's name.
    """

    _name = 'helpdesk.lite.mail.proof'
    _description = 'Proof of an Agent That Is Known Outside'
    _log_access = False
    _order = 'id'
    _rec_name = 'message_id'

    ticket_id = fields.Many2one('helpdesk.lite.ticket', readonly=True, ondelete='cascade',
                                index=True)
    message_id = fields.Integer(required=True, readonly=True, help='The message that it names.')
    user_id = fields.Integer(required=True, readonly=True, help='The user that it names.')
    digest = fields.Char(
        readonly=True, help='A hash of the mail by which it went outside, which it proves.')

    _proof_uniq = models.UniqueIndex('(message_id, user_id)', 'This proof is known already.')

    @api.model
    def _is_known_outside(self, proof, mail):
        """Whether people outside knew a proof before this mail."""
        rows = self.env.execute_query(SQL(
            'SELECT digest FROM helpdesk_lite_mail_proof WHERE message_id = %s AND user_id = %s',
            proof.message_id, proof.user_id))
        return bool(rows) and rows[0][0] != self._get_digest(mail)

    @api.model
    def _note_outside(self, proof, mail, outside):
        """Note that people outside know a proof from now on.

        :param set outside: their addresses; a sender among them had it already
        """
        digest = None if mail.sender[1] in outside else self._get_digest(mail)
        self.env.execute_query(SQL(
            """INSERT INTO helpdesk_lite_mail_proof (ticket_id, message_id, user_id, digest)
               SELECT (SELECT id FROM helpdesk_lite_ticket WHERE id = %s), %s, %s, %s
          ON CONFLICT DO NOTHING RETURNING id""",
            proof.ticket_id, proof.message_id, proof.user_id, digest))

    @api.model
    def _get_digest(self, mail):
        """Return a hash by which a mail is known that is delivered again, as to another team."""
        text = '\0'.join((mail.message_id, mail.sent, mail.sender[1], mail.content))
        return hashlib.sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()
