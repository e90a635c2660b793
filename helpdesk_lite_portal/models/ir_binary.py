from odoo import models


class IrBinary(models.AbstractModel):
    _inherit = 'ir.binary'

    def _find_record(self, xmlid=None, res_model='ir.attachment', res_id=None, access_token=None,
                     field=None):
        """Addresses of files that the portal gave out stop working with the portal's access.

        See ``ir.attachment``, which signs them.
        """
        if access_token and not xmlid and res_model == 'ir.attachment' and res_id is not None:
            if file := self.env[res_model].browse(res_id).exists():
                access_token = file._find_signed_token(field, access_token)
        return super()._find_record(
            xmlid=xmlid, res_model=res_model, res_id=res_id, access_token=access_token, field=field)
