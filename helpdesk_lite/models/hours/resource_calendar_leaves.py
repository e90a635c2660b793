from odoo import api, models


class ResourceCalendarLeaves(models.Model):
    """Lay calendars out anew where public holidays change, and not for a leave of one person."""

    _inherit = 'resource.calendar.leaves'

    @api.model_create_multi
    def create(self, vals_list):
        if all(vals.get('resource_id') for vals in vals_list):
            return super().create(vals_list)
        calendars = self._get_calendars(vals.get('calendar_id') for vals in vals_list)
        with calendars._change_helpdesk_lite_hours():
            return super().create(vals_list)

    def write(self, vals):
        # sudo: resource.calendar.leaves - only whether it is one person's, and of which calendar
        holidays = self.sudo().filtered(lambda leave: not leave.resource_id)
        if not holidays and vals.get('resource_id', True):
            return super().write(vals)
        with self._get_calendars([
                *(leave.calendar_id.id for leave in holidays),
                vals.get('calendar_id', 0)])._change_helpdesk_lite_hours():
            return super().write(vals)

    def unlink(self):
        # sudo: resource.calendar.leaves - as above
        holidays = self.sudo().filtered(lambda leave: not leave.resource_id)
        if not holidays:
            return super().unlink()
        with self._get_calendars(
                leave.calendar_id.id for leave in holidays)._change_helpdesk_lite_hours():
            return super().unlink()

    @api.model
    def _get_calendars(self, ids):
        """The calendars whose holidays change: none, which means all, where one has no calendar.

        :param ids: ids, False for a holiday without a calendar, 0 for nothing
        """
        ids = [calendar_id for calendar_id in ids if calendar_id != 0 or calendar_id is False]
        return self.env['resource.calendar'].browse(ids if all(ids) else ())
