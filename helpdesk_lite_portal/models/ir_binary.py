from odoo import models
from odoo.tools import consteq

TICKET = 'helpdesk.lite.ticket'


class IrBinary(models.AbstractModel):
    _inherit = 'ir.binary'

    def _find_record(self, xmlid=None, res_model='ir.attachment', res_id=None, access_token=None,
                     field=None):
        """Addresses of files that the portal gave out stop working with the portal's access.

        The chatter's are signed for up to six weeks, whatever becomes of the ticket. Files that a
        mail links to because they are too large for it have a secret of their own, and stay.
        """
        record = super()._find_record(
            xmlid=xmlid, res_model=res_model, res_id=res_id, access_token=access_token, field=field)
        if access_token and record._name == 'ir.attachment' and record.env.su and not self.env.su:
            # sudo: ir.attachment - to decide whether it is given out
            file = record.sudo()
            if file.res_model == TICKET and not file.public:
                ticket = self.env[TICKET].browse(file.res_id)
                known = file.access_token and consteq(file.access_token, access_token)
                if not known and not ticket._is_public():
                    record.sudo(False).check_access('read')
        return record
