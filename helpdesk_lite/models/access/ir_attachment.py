from odoo import SUPERUSER_ID, api, models
from odoo.tools import SQL

from .seen import drop_others

TICKET = 'helpdesk.lite.ticket'


class IrAttachment(models.Model):
    _inherit = 'ir.attachment'

    @api.model_create_multi
    def create(self, vals_list):
        """Count a file that a person adds to a ticket as activity, with a message or without."""
        files = super().create(vals_list)
        if self.env.uid != SUPERUSER_ID and (ticket_ids := {
                file.res_id for file in files.sudo()  # sudo: ir.attachment - what was just made
                if file.res_model == TICKET and file.res_id and not file.res_field}):
            self.env[TICKET].browse(ticket_ids)._register_activity()
        return files

    def _check_access(self, operation):
        """Show customers the files of public messages, never those of notes.

        Odoo lets whoever reads a record read all files that are attached to it.
        """
        result = super()._check_access(operation)
        if self.env.su or self.env.user._is_internal():
            return result
        allowed = self - result[0] if result else self
        hidden = allowed._filter_internal_of_tickets()
        if not hidden:
            return result
        forbidden = hidden | result[0] if result else hidden
        return forbidden, lambda: self._make_ticket_file_error(operation)

    def _make_ticket_file_error(self, operation):
        return self.env['ir.rule']._make_access_error(operation, self.browse())

    def _filter_internal_of_tickets(self):
        """Those of the files that belong to tickets but to no public message of theirs."""
        files = drop_others(self, 'res_model')
        if not files.ids:
            return files if self.ids else self
        # sudo: ir.attachment - which of them are of tickets, to protect them
        rows = self.env.execute_query(SQL(
            """SELECT file.id FROM ir_attachment file
                WHERE file.id = ANY(%s) AND file.res_model = 'helpdesk.lite.ticket'
                  AND file.public IS NOT TRUE AND file.create_uid != %s
                  AND NOT EXISTS (
                    SELECT 1 FROM message_attachment_rel rel
                      JOIN mail_message message ON message.id = rel.message_id
                      JOIN mail_message_subtype subtype ON subtype.id = message.subtype_id
                     WHERE rel.attachment_id = file.id AND message.is_internal IS NOT TRUE
                       AND subtype.internal IS NOT TRUE
                       AND message.model = file.res_model AND message.res_id = file.res_id)""",
            files.ids, self.env.uid))
        return self.browse(file_id for file_id, in rows)
