from odoo import api, models
from odoo.fields import Domain


class ResUsers(models.Model):
    """Tell who works with Helpdesk. Its groups are asked for here."""

    _inherit = 'res.users'

    @api.model
    def _get_helpdesk_lite_group_id(self, name):
        """The id of a group of Helpdesk, without a query.

        :param str name: ``user``, which every administrator has too, or ``manager``
        """
        return self.env['ir.model.data']._xmlid_to_res_id(
            f'helpdesk_lite.group_helpdesk_lite_{name}')

    @api.model
    def _get_helpdesk_lite_domain(self, name='user'):
        """Active internal users who hold this right for Helpdesk; see above."""
        return (Domain('active', '=', True) & Domain('share', '=', False)
                & Domain('all_group_ids', 'in', self._get_helpdesk_lite_group_id(name)))
