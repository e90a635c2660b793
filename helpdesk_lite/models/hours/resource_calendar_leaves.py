from odoo import api, models


class ResourceCalendarLeaves(models.Model):
    """Lay calendars out anew where public holidays change, and not for a leave of one person."""

    _inherit = 'resource.calendar.leaves'

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._forget_helpdesk_lite_timetables()
        return leaves

    def write(self, vals):
        self._forget_helpdesk_lite_timetables()
        res = super().write(vals)
        self._forget_helpdesk_lite_timetables()
        return res

    def unlink(self):
        self._forget_helpdesk_lite_timetables()
        return super().unlink()

    def _forget_helpdesk_lite_timetables(self):
        # sudo: resource.calendar.leaves - only whether it is one person's
        if any(not leave.resource_id for leave in self.sudo()):
            self.env['resource.calendar']._forget_helpdesk_lite_timetables()
